"""What the doctor looks at on this machine: settings, rights, disk, SQLite, time zone, and the server that runs."""

import json
import os
import platform
import shutil
import stat
import time
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener
from zoneinfo import ZoneInfo

from sikpro.adapters.sql.engine import sqlite_file
from sikpro.adapters.sql.litestream import litestreams_folder, uncopied
from sikpro.adapters.sql.only_server import only_server
from sikpro.adapters.sql.sqlite_driver import RACES, driver
from sikpro.application.ports.health import LARGE_WAL, Space
from sikpro.application.ports.storage import StorageBusy, StorageUnavailable
from sikpro.entrypoints.address import reached_at
from sikpro.entrypoints.doctor.finding import Finding
from sikpro.entrypoints.server import unencrypted
from sikpro.entrypoints.settings import PREFIX, Settings

_MEGA = 1_000_000
_PATIENCE = 10.0
_LARGEST = 100_000
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def look_at_machine(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Yield what was found; nothing is changed."""
    yield Finding.ok("program", version=version("sikpro"), python=platform.python_version())
    yield from _settings(settings)
    local = now.astimezone(ZoneInfo(settings.zone))
    yield Finding.ok("zone", name=settings.zone, time=f"{local:%d.%m.%Y %H:%M}", offset=f"{local:%z}")
    file = sqlite_file(settings.database_url)
    if file is not None:
        yield from _place(file)
        if file.parent.is_dir():
            yield _disk(file.parent, settings)
        found = Finding.caution if RACES else Finding.ok
        yield found("sqlite", "races" if RACES else "ok", version=driver.sqlite_version)
        if litestreams_folder(file).is_dir():
            yield litestream_at(file)
    yield from _server(settings, file)


def _settings(settings: Settings) -> Iterator[Finding]:
    file = os.environ.get(PREFIX + "CONFIG", "")
    yield Finding.ok("settings", "file" if file else "ok", file=file)
    if file and is_open(found := Path(file).stat()):
        yield Finding.caution("settings", "open", file=file, command=_shut(file, found))
    for what, one in settings.plugins.items():
        yield Finding.ok("settings", "plugin", what=what, name=one.name, made_by=one.made_by)
    for warning in unencrypted(settings):
        yield Finding.caution("settings", "unencrypted", warning)


def is_open(file: os.stat_result) -> bool:
    """Return whether others than the service can read its settings. The group of a file of root's is the service."""
    return bool(file.st_mode & (_OTHERS if file.st_uid else stat.S_IRWXO))


def _shut(file: str, found: os.stat_result) -> str:
    """Return what to type so that nobody but the service reads this file any more, and the service still does."""
    if found.st_uid == os.geteuid():
        return f"chmod {640 if found.st_gid and not found.st_uid else 600} {file}"
    return f"chgrp {os.getegid()} {file} && chmod 640 {file}"


def _place(file: Path) -> Iterator[Finding]:
    folder = file.parent
    if not folder.is_dir():
        yield Finding.ill("place", "gone", folder=folder)
        return
    if not file.exists():
        yield Finding.ill("place", "empty", file=file)
        return
    shut = [one for one in (folder, file) if not os.access(one, os.R_OK | os.W_OK)]
    shut += [one for one in _beside(file) if not os.access(one, os.R_OK | os.W_OK)]
    if shut:
        yield Finding.ill("place", "shut", what=shut[0], user=os.geteuid(), owner=shut[0].stat().st_uid)
    elif file.stat().st_mode & _OTHERS:
        yield Finding.caution("place", "open", file=file)
    elif os.geteuid() == 0 and file.stat().st_uid != 0:
        yield Finding.ok("place", "root", file=file)
    else:
        yield Finding.ok("place", file=file)


def _beside(file: Path) -> list[Path]:
    endings = ("-wal", "-shm", ".server", ".lock")
    return [one for one in (Path(f"{file}{ending}") for ending in endings) if one.exists()]


def _disk(folder: Path, settings: Settings) -> Finding:
    disk = shutil.disk_usage(folder)
    free = disk.free // _MEGA
    if free < settings.disk_least:
        return Finding.ill("disk", "full", free=free)
    low = Space(disk.free, disk.total).is_low(settings.disk_low * _MEGA)
    return Finding.caution("disk", "low", free=free) if low else Finding.ok("disk", free=free)


def litestream_at(file: Path) -> Finding:
    """Return how it is with Litestream, which copies this file."""
    if RACES:  # it checkpoints as another program, which does not wait for our lock
        return Finding.ill("litestream", "races", version=driver.sqlite_version)
    waits = uncopied(file)
    size = waits // _MEGA
    if waits > LARGE_WAL:
        return Finding.caution("litestream", "waits", size=size, folder=litestreams_folder(file))
    return Finding.ok("litestream", size=size)


def _server(settings: Settings, file: Path | None) -> Iterator[Finding]:
    """Ask the server that should run here. On SQLite its lock tells whether one runs at all."""
    runs = file is not None and file.exists() and _is_served(settings.database_url)
    address = f"http://{reached_at(settings.host)}:{settings.port}"
    try:
        parts = _health_at(address, settings.health_token)
    except OSError as error:
        if runs:
            yield Finding.ill("server", "silent", str(error), address=address)
        else:
            yield Finding.caution("server", "none", address=address)
        return
    except (ValueError, AttributeError):
        yield Finding.ill("server", "another", address=address)
        return
    ill = {name: part for name, part in parts.items() if part.get("ill")}
    if not ill:
        yield Finding.ok("server", address=address)
    for name, part in ill.items():
        yield Finding.ill("server", "ill", str(part.get("what", "")), part=name)


def _health_at(address: str, token: str) -> dict[str, dict[str, Any]]:
    """Return the parts that a server tells of, {} if it tells not. Raises `OSError`, and `ValueError` for no JSON."""
    request = Request(f"{address}/healthz", headers={"Authorization": f"Bearer {token}"} if token else {})
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=_PATIENCE) as answer:
            content = _whole(answer)
    except HTTPError as error:  # 503 has the same content
        content = _whole(error)
    parts: dict[str, dict[str, Any]] = json.loads(content).get("parts", {})
    return parts


def _whole(answer: Any) -> bytes:
    """Return what was answered. Raises `ValueError` for what a SIKPRO does not answer: it is too long or too slow."""
    until, content = time.monotonic() + _PATIENCE, b""
    while part := answer.read1(_LARGEST):
        content += part
        if len(content) > _LARGEST or time.monotonic() > until:
            raise ValueError("no health")
    return content


def _is_served(url: str) -> bool:
    try:
        with only_server(url):
            return False
    except StorageBusy:
        return True
    except StorageUnavailable:
        return False  # `_place` names what cannot be opened
