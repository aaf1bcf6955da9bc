"""A backup file: a ZIP of the manifest, the copy of the database, and a text that says how to restore it."""

import errno
import hashlib
import lzma
import os
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sikpro.adapters.sql.backups.census import Census
from sikpro.adapters.sql.backups.manifest import POSTGRESQL, SQLITE, Manifest
from sikpro.adapters.sql.backups.postgres_dump import dump_postgres, examine_postgres, restore_postgres
from sikpro.adapters.sql.backups.sqlite_copy import copy_sqlite, examine_sqlite
from sikpro.adapters.sql.engine import sqlite_file
from sikpro.adapters.sql.only_server import only_server
from sikpro.application.ports.backups import BackupFailed

_COPIES = {SQLITE: "sikpro.db", POSTGRESQL: "sikpro.dump"}
_MANIFEST, _README = "manifest.json", "README.txt"
_HOW = """A backup of SIKPRO. With a SIKPRO at least as new, into an empty place:

  sikpro restore THIS_FILE --data FOLDER            (SQLite)
  sikpro restore THIS_FILE --database postgresql:…  (PostgreSQL)

manifest.json says when it was made and what is in it. sikpro.db is a whole SQLite database; sikpro.dump is of pg_dump.
It holds personal data and the secrets of second steps: keep it as you keep the database.
"""
_CHUNK = 1 << 20
_ANOTHER = "the copy in the backup is not the one that was written"
_LARGEST_MANIFEST = 1 << 20
_NO_ZIP = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, KeyError, EOFError, ValueError, OverflowError),
    *(NotImplementedError, RuntimeError),  # another way to pack, a password
)
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def write_backup(url: str, to: Path, now: datetime, version: str) -> tuple[Manifest, bool]:
    """Write a backup of a database while it is used, and verify it by restoring it into a folder beside it.

    Return its manifest, and whether it was restored for that: False where PostgreSQL does not let this user make a
    database. The file appears only when it is verified; one that is there is never replaced. Needs room for the copy
    of the database twice. Raises `StorageError`.
    """
    if to.exists():
        raise BackupFailed(f"{to} is there already, and no backup is ever replaced: choose another name")
    file = sqlite_file(url)
    kind = POSTGRESQL if file is None else SQLITE
    with _folder_beside(to) as folder:
        copy = folder / _COPIES[kind]
        census = dump_postgres(url, copy) if file is None else copy_sqlite(file, copy)
        manifest = Manifest(
            made_at=now, version=version, kind=kind, size=copy.stat().st_size, sha256=_digest(copy), census=census
        )
        part = folder / "backup.zip"
        _pack(part, copy, manifest)
        copy.unlink()
        restored = verify_backup(part, folder, url)
        put_new(part, to)
    return manifest, restored


def verify_backup(backup: Path, folder: Path, url: str = "") -> bool:
    """Unpack a backup into a folder, read all of it and compare it with its manifest.

    A dump of PostgreSQL is restored into a database that is made for it on the server of `url`. Return whether the
    contents were compared. Raises `BackupFailed` with what differs, `StorageDamaged`.
    """
    manifest = read_manifest(backup)
    copy = folder / _COPIES[manifest.kind]
    _unpack(backup, manifest, copy)
    found: Census | None
    if manifest.kind == SQLITE:
        found = examine_sqlite(copy)
    else:
        found = examine_postgres(url, copy) if url and sqlite_file(url) is None else None
    copy.unlink()
    if found is not None:
        _must_agree(manifest.census, found)
    return found is not None


def restore_backup(backup: Path, url: str) -> Manifest:
    """Restore a backup into a place where no database is; what is there is never touched. Raises `StorageError`."""
    manifest = read_manifest(backup)
    file = sqlite_file(url)
    if (file is None) != (manifest.kind == POSTGRESQL):
        other = "give --database postgresql://…" if file else "give --data FOLDER"
        raise BackupFailed(f"this is a backup of {_names(manifest.kind)}, which the place is not: {other}")
    if file is None:
        with _folder_in(Path(tempfile.gettempdir())) as folder:
            dump = folder / _COPIES[POSTGRESQL]
            _unpack(backup, manifest, dump)
            _must_agree(manifest.census, restore_postgres(url, dump))
        return manifest
    with only_server(url), _folder_beside(file) as beside:
        for there in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
            if there.exists():
                raise BackupFailed(f"{there} is there already: nothing was restored; choose an empty folder")
        copy = beside / _COPIES[SQLITE]
        _unpack(backup, manifest, copy)
        _must_agree(manifest.census, examine_sqlite(copy))
        put_new(copy, file)
    return manifest


def read_manifest(backup: Path) -> Manifest:
    """Return what a backup says about itself. Raises `BackupFailed`."""
    with _opened(backup) as archive:
        if archive.getinfo(_MANIFEST).file_size > _LARGEST_MANIFEST:
            raise BackupFailed("the manifest of the backup cannot be read")
        return Manifest.read(archive.read(_MANIFEST))


@contextmanager
def _folder_beside(file: Path) -> Iterator[Path]:
    """Return a folder on the disk where a file will be; what is left in it is deleted."""
    with _folder_in(file.absolute().parent) as folder:
        yield folder


@contextmanager
def _folder_in(place: Path) -> Iterator[Path]:
    try:
        with tempfile.TemporaryDirectory(prefix=".sikpro-", dir=place) as folder:
            yield Path(folder)
    except OSError as error:
        raise BackupFailed(f"cannot write into {place}: {error.strerror or error}") from error


def _pack(part: Path, copy: Path, manifest: Manifest) -> None:
    # A dump is compressed already.
    how = zipfile.ZIP_DEFLATED if manifest.kind == SQLITE else zipfile.ZIP_STORED
    part.touch(mode=0o600, exist_ok=False)
    with part.open("r+b") as file:
        with zipfile.ZipFile(file, "w", how, compresslevel=1) as archive:
            archive.writestr(_MANIFEST, manifest.written())
            archive.writestr(_README, _HOW)
            archive.write(copy, copy.name)
        file.flush()
        os.fsync(file.fileno())


def _unpack(backup: Path, manifest: Manifest, to: Path) -> None:
    name = _COPIES[manifest.kind]
    to.touch(mode=0o600, exist_ok=False)
    with _opened(backup) as archive:
        if archive.getinfo(name).file_size != manifest.size:  # before it fills the disk
            raise BackupFailed(_ANOTHER)
        if manifest.size > (free := shutil.disk_usage(to.parent).free):
            raise BackupFailed(
                f"no room to unpack the backup in {to.parent.parent}: it needs {manifest.size / 1_000_000:,.0f} MB, "
                f"and {free / 1_000_000:,.0f} MB are free"
            )
        with archive.open(name) as packed, to.open("r+b") as file:
            shutil.copyfileobj(packed, file, _CHUNK)
            file.flush()
            os.fsync(file.fileno())
    if _digest(to) != manifest.sha256:
        raise BackupFailed(_ANOTHER)


@contextmanager
def _opened(backup: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(backup) as archive:
            yield archive
    except _NO_ZIP as error:
        raise BackupFailed(f"{backup} is no whole backup of SIKPRO: {error}") from error
    except OSError as error:
        if error.errno in _FULL:  # of the place that it is unpacked to
            raise
        raise BackupFailed(f"{backup}: {error.strerror or error}") from error


def _must_agree(promised: Census, found: Census) -> None:
    if differences := promised.differences(found):
        raise BackupFailed(f"the backup does not hold what it should: {', '.join(differences)}")


def put_new(part: Path, to: Path) -> None:
    """Give a finished file its name, never over another file, and the owner of its folder if root writes it."""
    if os.geteuid() == 0:
        owner = to.absolute().parent.stat()
        os.chown(part, owner.st_uid, owner.st_gid)
    try:
        os.link(part, to)
    except FileExistsError as error:
        raise BackupFailed(f"{to} is there already, and is never replaced") from error
    folder = os.open(to.absolute().parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _names(kind: str) -> str:
    return "PostgreSQL" if kind == POSTGRESQL else "SQLite"
