"""A day with faults, and then nothing that opens a door is found in what it left: logs, database, errors, files."""

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from attrs import define, field
from psycopg import sql

from sikpro.adapters.sql.sqlite_driver import driver
from tests.integration.e2e.installation import CREW, PASSWORD, Installation, installed, wait_until
from tests.integration.loopback import NO_TLS, free_port
from tests.integration.postgres import NewDatabase
from tests.integration.sikpro_process import run_sikpro
from tests.integration.sqlite import migrated_sqlite

TOKEN = "515151:PlantedBotToken-x7Qz"
WRONG_TOKEN = "616161:PlantedWrongToken-x7Qz"
WRONG_PASSWORD, NEW_PASSWORD = "salah-tanam-x7Qz", "baru-tanam-x7Qz-91"
PROXY_PASSWORD, DATABASE_PASSWORD = "proksi-tanam-x7Qz", "basis-tanam-x7Qz"
WHOLE = "AO#SC32232558#ZTEGC6754546#SDA#ODP-SDA-003#F5SDA445"

BROKEN = (
    "ALTER TABLE recap_schedules RENAME TO recap_schedules_gone",
    "ALTER TABLE login_attempts RENAME TO login_attempts_gone",
    "UPDATE people SET role = 'nobody_knows' WHERE username = 'teamleader'",
)
"""Tables that are not there any more, and a row that nobody can read."""

PLANTED = {
    "the bot's token": TOKEN,
    "the secret half of the bot's token": TOKEN.partition(":")[2],
    "a wrong token": WRONG_TOKEN.partition(":")[2],
    "a password": PASSWORD,
    "a wrong password": WRONG_PASSWORD,
    "a new password": NEW_PASSWORD,
    "the proxy's password": PROXY_PASSWORD,
    "the database's password": DATABASE_PASSWORD,
}
"""What was put in by hand: a secret that is added to the product is added here, or by `Day.learn`."""

TOKEN_OF_A_FORM = "a form's token"
"""Every page has its own visitor's, error pages too; nothing else has one."""

HIDDEN = re.compile(r'name="csrf" value="([0-9a-f]{128})"')


@define
class Browser:
    """Somebody's browser; every cookie and every form's token it gets is a secret of the day."""

    day: "Day"
    client: httpx.Client
    csrf: str = ""

    def get(self, path: str) -> httpx.Response:
        """Open a page."""
        return self._seen(self.client.get(path))

    def post(self, path: str, **values: str) -> httpx.Response:
        """Send a form."""
        return self._seen(self.client.post(path, data={"csrf": self.csrf, **values}))

    def log_in(self, username: str, password: str) -> httpx.Response:
        """Log in."""
        self.get("/login")
        response = self.post("/login", username=username, password=password)
        self.get("/profile")
        return response

    def _seen(self, response: httpx.Response) -> httpx.Response:
        for name, value in self.client.cookies.items():
            # The device's cookie has only hashes of sessions; it tells, and opens nothing.
            if name in {"sikpro_session", "sikpro_visitor"}:
                self.day.learn(f"the cookie {name}", value)
        for token in HIDDEN.findall(response.text):
            self.csrf = token
            self.day.learn(TOKEN_OF_A_FORM, token)
        if response.status_code >= 400:
            self.day.errors[f"{response.status_code} {response.request.url.path}"] = response.text
        return response


@define
class Day:
    """What happened: the secrets, and what was left behind, by name."""

    installation: Installation
    secrets: dict[str, set[str]] = field(factory=lambda: {name: {value} for name, value in PLANTED.items()})
    errors: dict[str, str] = field(factory=dict[str, str])
    left: dict[str, bytes] = field(factory=dict[str, bytes])

    def learn(self, name: str, value: str) -> None:
        """Remember a secret that the product made."""
        self.secrets.setdefault(name, set()).add(value)

    @contextmanager
    def browser(self) -> Iterator[Browser]:
        """A browser of its own."""
        with httpx.Client(base_url=self.installation.console, trust_env=False, timeout=20, verify=NO_TLS) as client:
            yield Browser(self, client)

    def found(self) -> list[str]:
        """Where which secret was found."""
        return [
            f"{name} in {place}: …{_around(content, value.encode())}…"
            for place, content in self.left.items()
            for name, values in self.secrets.items()
            for value in values
            if value.encode() in content and not (name == TOKEN_OF_A_FORM and place.startswith("the page"))
        ]


def _around(content: bytes, secret: bytes) -> str:
    at = content.index(secret)
    return content[max(0, at - 80) : at].decode(errors="replace")


def lived(day: Day, break_a_table: Callable[[], None]) -> None:
    """Live the day: work, mistakes, links, files; then a network, a token, a proxy and a database that fail."""
    installation = day.installation
    sikpro = installation.sikpro
    sikpro.start()
    installation.say(CREW[0], "/reg " + WHOLE)
    installation.hears(CREW[0], "Pesan diterima")
    with day.browser() as admin, day.browser() as helpdesk:
        assert helpdesk.log_in("helpdesk", WRONG_PASSWORD).status_code == 422
        assert admin.log_in("admin", PASSWORD).status_code == 303
        assert admin.post("/password", current=PASSWORD, new=NEW_PASSWORD, again=NEW_PASSWORD).status_code == 303
        wall = admin.post("/walls", name="Ruang helpdesk").text
        wall_token = re.search(r"/wall/([\w-]{43})", wall)
        assert wall_token, wall
        day.learn("a wall's token", wall_token[1])
        with day.browser() as screen:
            assert screen.get(f"/wall/{wall_token[1]}").status_code == 200
            assert screen.get(f"/wall/{wall_token[1]}/x").status_code == 404
        bound = re.search(r"start=([\w-]{32})", admin.post("/profile/telegram").text)
        assert bound
        day.learn("a link's token", bound[1])
        installation.api.post("/chats", json={"id": 9001, "name": "Admin"}).raise_for_status()
        installation.say(9001, f"/start {bound[1]}")
        installation.hears(9001, "Admin")
        installation.say(9001, f"/start {bound[1]}")
        one_time = re.search(r"<code[^>]*>([\w-]{12,})</code>", admin.post("/people/1/password").text)
        assert one_time
        day.learn("a one-time password", one_time[1])
        assert helpdesk.log_in("helpdesk", one_time[1]).status_code == 303
        assert helpdesk.get("/orders").status_code == 303
        helpdesk.post("/settings", login_note=NEW_PASSWORD)
        admin.get("/tidak-ada")
        admin.post("/logout-nowhere", password=NEW_PASSWORD)
        admin.client.post("/notice", data={"notice": "x"})
        admin.post("/exports", kind="csv", query="period=2026-11")
        wait_until(lambda: admin.client.get("/exports/1/file").is_success, "an export")
        day.left["an export"] = admin.client.get("/exports/1/file").content
        for file in ("/security/file/events.csv", "/security/file/events.xlsx", "/lists/people.csv"):
            day.left[file] = _unzipped(admin.client.get(file).raise_for_status().content)
        installation.faults(fraction=1.0, kinds=["drop_before", "500", "drop_after"], limit=6)
        installation.say(CREW[1], "/antrian")
        break_a_table()
        with day.browser() as unlucky:
            assert unlucky.log_in("supervisor", PASSWORD).status_code >= 500
        assert admin.get("/schedules").status_code >= 500
        assert admin.get("/users").status_code == 500
    installation.simulator.kill()
    wait_until(
        lambda: b"unreachable" in sikpro.log.read_bytes() or b"terjangkau" in sikpro.log.read_bytes(), "no network"
    )
    sikpro.stop()


def failed_starts(day: Day, folder: Path) -> None:
    """Start with a wrong token, a proxy that is away, and a database that is away or misspelled."""
    database = migrated_sqlite(folder, "another.db")
    environment = {**day.installation.sikpro.environment, "SIKPRO_DATABASE": database}
    url = f"postgresql://sikpro:{DATABASE_PASSWORD}@127.0.0.1:{free_port()}/sikpro"
    for wrong in (url, url.replace("postgresql", "mysql"), url.replace("127.0.0.1:", "127.0.0.1:x")):
        for command in ("migrate", "serve"):
            run = run_sikpro(command, **{**environment, "SIKPRO_DATABASE": wrong})
            assert run.returncode
            day.left[f"{command} {wrong[:6]}"] = (run.stdout + run.stderr).encode()
    proxy = f"http://pengguna:{PROXY_PASSWORD}@127.0.0.1:{free_port()}"
    for name, more in {
        "a proxy that is away": {"SIKPRO_TELEGRAM_PROXY": proxy},
        "a wrong token": {"SIKPRO_TELEGRAM_TOKEN": WRONG_TOKEN},
    }.items():
        sikpro = day.installation.sikpro
        sikpro.environment, sikpro.log = {**environment, **more}, folder / f"{name}.log"
        if name == "a wrong token":
            day.installation.simulator.start()
        sikpro.start()
        wait_until(lambda: b"bot not connected" in day.installation.sikpro.log.read_bytes(), name)
        sikpro.stop()
        day.left[name] = sikpro.log.read_bytes()
    for wrong in (f"ftp://x:{PROXY_PASSWORD}@proxy", f"http://x:{PROXY_PASSWORD}@proxy:0"):
        run = run_sikpro("serve", **{**environment, "SIKPRO_TELEGRAM_PROXY": wrong})
        assert run.returncode
        day.left[f"serve {wrong[:4]}"] = (run.stdout + run.stderr).encode()
    run = run_sikpro("serve", **{**environment, "SIKPRO_TELEGRAM_TOKEN": f"bot {TOKEN}"})
    assert run.returncode
    day.left["serve without a token"] = (run.stdout + run.stderr).encode()


def _unzipped(content: bytes) -> bytes:
    if not zipfile.is_zipfile(BytesIO(content)):
        return content
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return b"\n".join(archive.read(name) for name in archive.namelist())


def judged(day: Day) -> None:
    """Nothing is found, and there was something to search in."""
    day.left["the log"] = (day.installation.sikpro.log.parent / "sikpro.log").read_bytes()
    day.left |= {f"the page {name}": text.encode() for name, text in day.errors.items()}
    assert b"supervisor" in day.left["the database"]
    assert b"login" in day.left["the log"]
    assert b"SC32232558" in day.left["an export"]
    assert {"403", "404", "500"} <= {name[:3] for name in day.errors}, sorted(day.errors)
    assert len(day.secrets) >= len(PLANTED) + 6, sorted(day.secrets)
    found = day.found()
    assert not found, "\n".join(found)


@pytest.mark.audit
def test_a_day_on_sqlite_leaves_no_secret_in_its_log_its_file_its_errors_or_what_was_downloaded(
    tmp_path: Path,
) -> None:
    extra = {"SIKPRO_LOG_FORMAT": "json"}
    with installed(tmp_path, extra=extra, token=TOKEN) as installation:
        day = Day(installation)

        def break_a_table() -> None:
            file = tmp_path / "sikpro.db"
            with closing(driver.connect(file)) as connection, connection:
                for statement in BROKEN:
                    connection.execute(statement)

        lived(day, break_a_table)
        lines = installation.sikpro.log.read_text().splitlines()
        assert all(json.loads(line) for line in lines if line.startswith("{"))
        day.left["the database"] = b"".join(
            file.read_bytes() for file in tmp_path.glob("*.db*") if "sim" not in file.name
        )
        failed_starts(day, tmp_path)
        judged(day)


@pytest.mark.audit
def test_a_day_on_postgresql_leaves_no_secret_in_its_log_its_tables_its_errors_or_what_was_downloaded(
    tmp_path: Path, new_postgres: NewDatabase
) -> None:
    url = new_postgres().replace("://sikpro@", f"://sikpro:{DATABASE_PASSWORD}@")
    direct = url.replace("+psycopg", "")
    with installed(tmp_path, url, {"SIKPRO_LOG_FORMAT": "console"}, TOKEN) as installation:
        day = Day(installation)

        def break_a_table() -> None:
            with psycopg.connect(direct, autocommit=True) as connection:
                for statement in BROKEN:
                    connection.execute(statement)

        lived(day, break_a_table)
        with psycopg.connect(direct) as connection:
            day.left["the database"] = b"\n".join(_rows(connection))
        judged(day)


def _rows(connection: psycopg.Connection[Any]) -> Iterator[bytes]:
    """Yield every row of every table as text."""
    names = connection.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    for (name,) in names.fetchall():
        table = sql.Identifier(name)
        for row in connection.execute(sql.SQL("SELECT t::text FROM {} t").format(table)):
            yield str(row[0]).encode()
