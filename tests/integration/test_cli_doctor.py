"""`sikpro doctor`, as an operator meets it: each planted fault is found, and the line says what to do."""

import asyncio
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field

from sikpro.adapters.local.clock import SystemClock
from sikpro.adapters.sql import SqlTransactions, create_engine_for
from sikpro.adapters.sql.migrate import downgrade, migrate
from sikpro.adapters.sql.only_server import only_server
from sikpro.adapters.sql.sqlite_driver import driver
from sikpro.adapters.sql.views import put_views
from sikpro.application.ports.health import HealthRecord
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.people.manage_people import add_account
from sikpro.domain.people import Role
from sikpro.entrypoints.doctor import line, machine
from sikpro.entrypoints.settings import Settings
from sikpro.testing.builders import an_outgoing
from tests.integration.loopback import free_port
from tests.integration.sikpro_process import run_sikpro, run_without_root
from tests.integration.sqlite import migrated_sqlite

TOKEN = "424242:test-token"


@define
class BotApiServer:
    """The answers of a Bot API server, as the test wants them; `ahead` is what its clock is ahead."""

    known: str = TOKEN
    webhook: str = ""
    ahead: timedelta = timedelta()
    gateway: bool = False
    asked: list[str] = field(factory=list)
    port: int = 0


@pytest.fixture
def bot_api() -> Iterator[BotApiServer]:
    api = BotApiServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            method = self.path.rpartition("/")[2]
            api.asked.append(method)
            answers: dict[str, Any] = {
                "getMe": {"id": 424242, "username": "sikpro_bot", "can_read_all_group_messages": False},
                "getWebhookInfo": {"url": api.webhook},
            }
            good = self.path.startswith(f"/bot{api.known}/")
            content: dict[str, Any] = (
                {"ok": True, "result": answers[method]}
                if good
                else {"ok": False, "error_code": 401, "description": "Unauthorized"}
            )
            body = b"<html>Bad Gateway</html>" if api.gateway else json.dumps(content).encode()
            self.send_response_only(502 if api.gateway else 200 if good else 401)
            self.send_header("Date", format_datetime(datetime.now(UTC) + api.ahead, usegmt=True))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    api.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield api
    server.shutdown()
    thread.join()
    server.server_close()


@define
class Place:
    """A database in a folder, with one admin, and the settings of whoever asks the doctor."""

    folder: Path
    api: BotApiServer
    settings: dict[str, str]
    arguments: list[str] = field(factory=list)
    run: Callable[..., Any] = run_sikpro

    @property
    def file(self) -> Path:
        return self.folder / "sikpro.db"

    def write(self, work: Callable[[UnitOfWork], object]) -> None:
        engine = create_engine_for(f"sqlite:///{self.file}")
        SqlTransactions(engine).write(work)
        engine.dispose()

    def sql(self, statement: str) -> None:
        with driver.connect(self.file) as connection:
            connection.execute(statement)
        connection.close()

    def doctor(self) -> tuple[int, str]:
        """Ask, and return the exit code and what was said."""
        done = self.run("doctor", "--data", str(self.folder), *self.arguments, **self.settings)
        assert done.stderr == ""
        return done.returncode, done.stdout


def admin(uow: UnitOfWork) -> None:
    add_account(uow, name="Rina", username="rina", password_hash="x", role=Role.ADMIN, now=datetime.now(UTC), by=None)


@pytest.fixture
def place(tmp_path: Path, bot_api: BotApiServer) -> Place:
    folder = tmp_path / "var"
    folder.mkdir(mode=0o700)
    put_views(migrated_sqlite(folder), "Asia/Jakarta")
    settings = {
        "SIKPRO_TELEGRAM_TOKEN": TOKEN,
        "SIKPRO_TELEGRAM_API": f"http://127.0.0.1:{bot_api.port}",
        "SIKPRO_PORT": str(free_port()),
    }
    made = Place(folder, bot_api, settings)
    made.file.chmod(0o600)
    made.write(admin)
    return made


def test_where_nothing_is_wrong_every_line_is_well_but_that_no_server_runs(place: Place) -> None:
    before = {one.name: one.read_bytes() for one in place.folder.iterdir() if one.suffix == ".db"}
    code, said = place.doctor()
    assert code == 0
    assert [line for line in said.splitlines() if not line.startswith("[ok]")] == [
        f"[! ] Server: nothing answers at http://127.0.0.1:{place.settings['SIKPRO_PORT']}",
        "     → If it should run: start the service; or name its address (--host, --port).",
        "[! ] Backup: there is no daily backup",
        "     → Let SIKPRO_BACKUPS name a folder or a bucket, or run `sikpro backup FILE` by a timer.",
        "Nothing is broken; to be looked at: 2.",
    ]
    assert "its token is good: @sikpro_bot" in said
    assert "Clock: agrees with Telegram's" in said
    assert TOKEN not in said
    assert place.api.asked == ["getMe", "getWebhookInfo"], "no update is taken from whoever serves the bot"
    assert {name: (place.folder / name).read_bytes() for name in before} == before


def test_it_speaks_indonesian_too(place: Place) -> None:
    place.arguments = ["--language", "id"]
    assert "Bot Telegram: tokennya berlaku: @sikpro_bot" in place.doctor()[1]


def misspelt(place: Place) -> None:
    place.settings["SIKPRO_TELEGRAM_TOKN"] = TOKEN


def out_of_range(place: Place) -> None:
    place.settings["SIKPRO_PORT"] = "70000"


def no_zone(place: Place) -> None:
    place.settings["SIKPRO_ZONE"] = "Asia/Jakata"


def open_settings(place: Place) -> None:
    file = place.folder.parent / "sikpro.toml"
    file.write_text(f'telegram_token = "{TOKEN}"\n')
    file.chmod(0o644)
    place.settings["SIKPRO_CONFIG"] = str(file)


def unencrypted(place: Place) -> None:
    place.settings["SIKPRO_HOST"] = "0.0.0.0"


def no_folder(place: Place) -> None:
    place.folder = place.folder.with_name("vra")


def no_database(place: Place) -> None:
    place.file.unlink()


def shut(place: Place) -> None:
    place.file.chmod(0)
    place.run = lambda *words, **_: run_without_root(*words)


def shut_lock(place: Place) -> None:
    Path(f"{place.file}.server").touch(mode=0)
    place.run = lambda *words, **_: run_without_root(*words)


def open_to_all(place: Place) -> None:
    place.file.chmod(0o644)


def nearly_full(place: Place) -> None:
    place.settings |= {"SIKPRO_DISK_LOW": "1000000", "SIKPRO_DISK_LEAST": "1000000"}


def low_disk(place: Place) -> None:
    place.settings["SIKPRO_DISK_LOW"] = "1000000"


def damaged(place: Place) -> None:
    content = bytearray(place.file.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = b"\xa5" * 4096
    place.file.write_bytes(content)


def no_sqlite(place: Place) -> None:
    place.file.write_bytes(b"this is a text and no database" * 200)


def old_schema(place: Place) -> None:
    downgrade(f"sqlite:///{place.file}", "0033")


def newer_schema(place: Place) -> None:
    place.sql("UPDATE alembic_version SET version_num = '9999'")


def no_schema(place: Place) -> None:
    place.file.unlink()
    place.file.touch(mode=0o600)


def no_postgres(place: Place) -> None:
    place.arguments = ["--database", f"postgresql://sikpro:secret-word@127.0.0.1:{free_port()}/sikpro"]


def no_admin(place: Place) -> None:
    place.sql("UPDATE people SET active = 0")


def stuck(place: Place) -> None:
    place.write(lambda uow: uow.outbox.put(an_outgoing(), datetime.now(UTC) - timedelta(hours=2)))


def failed(place: Place) -> None:
    place.write(lambda uow: uow.outbox.put(an_outgoing(chat_id=0), datetime.now(UTC), failed="no_telegram"))


def failing_job(place: Place) -> None:
    def work(uow: UnitOfWork) -> None:
        uow.jobs.schedule("seal_facts", "", datetime.now(UTC))
        job = uow.jobs.claim(datetime.now(UTC), timedelta(minutes=1))
        assert job
        uow.jobs.again(job, datetime.now(UTC), "broken")

    place.write(work)


def late_backup(place: Place) -> None:
    place.settings["SIKPRO_BACKUPS"] = str(place.folder)
    long_ago = datetime.now(UTC) - timedelta(days=3)
    place.write(lambda uow: uow.health.put(HealthRecord(name="backup", at=long_ago, state="restored", detail="x.zip")))


def shut_backups(place: Place) -> None:
    folder = place.folder.parent / "backups"
    folder.mkdir(mode=0o500)
    place.settings["SIKPRO_BACKUPS"] = str(folder)
    if os.geteuid() == 0:
        place.run = lambda *words, **extra: run_without_root(*words, **extra)


def no_backup_yet(place: Place) -> None:
    place.settings["SIKPRO_BACKUPS"] = str(place.folder)


def no_service_for_backups(place: Place) -> None:
    place.settings |= {
        "SIKPRO_BACKUPS": "s3://backups/sikpro",
        "SIKPRO_S3_ENDPOINT": f"http://127.0.0.1:{free_port()}",
        "SIKPRO_S3_KEY": "a-key",
        "SIKPRO_S3_SECRET": "secret-word",
    }


def no_key_of_the_bucket(place: Place) -> None:
    place.settings["SIKPRO_BACKUPS"] = "s3://backups/sikpro"


def refused_token(place: Place) -> None:
    place.api.known = "424242:another-token"


def no_token(place: Place) -> None:
    place.settings["SIKPRO_TELEGRAM_TOKEN"] = ""


def away(place: Place) -> None:
    place.settings["SIKPRO_TELEGRAM_API"] = f"http://127.0.0.1:{free_port()}"


def dead_proxy(place: Place) -> None:
    place.settings["SIKPRO_TELEGRAM_PROXY"] = f"http://user:secret-word@127.0.0.1:{free_port()}"


def gateway(place: Place) -> None:
    place.api.gateway = True


def webhook(place: Place) -> None:
    place.api.webhook = "https://other.example/hook"


def clock_behind(place: Place) -> None:
    place.api.ahead = timedelta(minutes=5)


def clock_ahead(place: Place) -> None:
    place.api.ahead = timedelta(minutes=-5)


ILL = [
    (misspelt, "do you mean SIKPRO_TELEGRAM_TOKEN?", "Correct this setting"),
    (out_of_range, "a port is 0 to 65535", "Correct this setting"),
    (no_zone, "no time zone is called 'Asia/Jakata'", "Correct this setting"),
    (no_folder, "vra is not there", "Is the name right?"),
    (no_database, "sikpro.db is not there yet", "sikpro restore"),
    (shut, "may not read and write", "chown"),
    (shut_lock, "sikpro.db.server", "chown"),
    (nearly_full, "nearly full:", "Free space now"),
    (damaged, "Integrity of the data: damaged", "restore the last backup"),
    (no_sqlite, "Integrity of the data: damaged", "restore the last backup"),
    (old_schema, "its schema is old", "sikpro migrate"),
    (newer_schema, "newer version (9999)", "before the upgrade"),
    (no_schema, "empty, without a schema", "sikpro migrate"),
    (no_postgres, "Database: cannot be used", "whether it runs"),
    (no_admin, "no admin can log in", "sikpro user add"),
    (stuck, "1 wait, the oldest for 1", "Does the server run"),
    (late_backup, "more than 30 hours ago", "Does the server run at night?"),
    (shut_backups, "may not write", "ReadWritePaths"),
    (no_service_for_backups, "Bucket of the backups: cannot be read", "SIKPRO_S3_ENDPOINT"),
    (no_key_of_the_bucket, "s3_key and s3_secret are missing", "Correct this setting"),
    (refused_token, "Telegram refuses the token", "@BotFather"),
    (away, "Telegram cannot be reached (", "firewall"),
    (dead_proxy, "cannot be reached by the proxy", "SIKPRO_TELEGRAM_PROXY"),
    (gateway, "no answer of Telegram's", "SIKPRO_TELEGRAM_API"),
    (webhook, "it has a webhook", "deleteWebhook"),
    (clock_behind, "seconds behind Telegram's", "timedatectl"),
    (clock_ahead, "seconds ahead of Telegram's", "timedatectl"),
]
CAUTIONS = [
    (open_settings, "other users can read", "chmod 600"),
    (unencrypted, "without encryption", "HTTPS"),
    (open_to_all, "other users can read", "chmod 600"),
    (low_disk, "only ", "Free some space"),
    (failed, "1 failed", "send them again"),
    (failing_job, "some failed and are tried again (seal_facts)", "log of the service"),
    (no_backup_yet, "none yet in", "the log says if it failed"),
    (no_token, "there is no token", "@BotFather"),
]


def line_and_remedy(said: str, verdict: str, words: str) -> str:
    lines = said.splitlines()
    found = [place for place, line in enumerate(lines) if line.startswith(f"[{verdict:^2}]") and words in line]
    assert len(found) == 1, said
    return lines[found[0] + 1]


@pytest.mark.parametrize(("plant", "words", "remedy"), ILL, ids=lambda one: getattr(one, "__name__", ""))
def test_what_is_ill_is_found_and_explained(
    place: Place, plant: Callable[[Place], None], words: str, remedy: str
) -> None:
    plant(place)
    code, said = place.doctor()
    assert code == 1
    assert remedy in line_and_remedy(said, "X", words)
    assert "secret-word" not in said
    assert TOKEN not in said


@pytest.mark.parametrize(("plant", "words", "remedy"), CAUTIONS, ids=lambda one: getattr(one, "__name__", ""))
def test_what_should_be_looked_at_is_found_and_is_no_failure(
    place: Place, plant: Callable[[Place], None], words: str, remedy: str
) -> None:
    plant(place)
    code, said = place.doctor()
    assert code == 0, said
    assert remedy in line_and_remedy(said, "!", words)


@pytest.mark.parametrize(
    ("mode", "owner", "is_open"),
    [
        (0o600, 1000, False),
        (0o640, 1000, True),
        (0o604, 1000, True),
        (0o640, 0, False),  # root's, for the group of the service: as docs/operations.md sets it up
        (0o644, 0, True),
    ],
)
def test_settings_of_roots_that_the_group_of_the_service_reads_are_as_the_documentation_sets_them_up(
    mode: int, owner: int, is_open: bool
) -> None:
    assert machine.is_open(os.stat_result((mode, 0, 0, 1, owner, 994, 0, 0, 0, 0))) is is_open


def test_a_server_that_holds_the_database_but_does_not_answer_is_ill(place: Place) -> None:
    with only_server(f"sqlite:///{place.file}"):
        code, said = place.doctor()
    assert (code, "Check --host and --port" in line_and_remedy(said, "X", "does not answer")) == (1, True)


def test_another_program_at_the_port_is_named(place: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place.settings["SIKPRO_PORT"] = str(taken.getsockname()[1])

        def answer() -> None:
            with taken.accept()[0] as connection:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")

        thread = threading.Thread(target=answer)
        thread.start()
        code, said = place.doctor()
        thread.join()
    assert (code, "Choose another port" in line_and_remedy(said, "X", "is no SIKPRO")) == (1, True)


def test_a_telegram_that_answers_without_end_does_not_hold_up_the_doctor(monkeypatch: pytest.MonkeyPatch) -> None:
    async def without_end(_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(line, "examine", without_end)
    monkeypatch.setattr(line, "LONGEST", 0.01)
    (found,) = line.look_at_line(Settings(telegram_token=TOKEN), SystemClock())
    assert (found.about, found.code) == ("bot", "unreachable")


def test_a_program_that_answers_without_end_at_the_servers_address_is_another() -> None:
    class Endless(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            with suppress(OSError):
                while True:
                    self.wfile.write(b" " * 10_000)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Endless) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            settings = Settings(port=server.server_port)
            (found,) = machine._server(settings, None)
        finally:
            server.shutdown()
    assert (found.about, found.code) == ("server", "another")


@pytest.mark.audit
def test_a_postgres_with_too_few_connections_for_one_process_is_named_with_what_to_do(
    place: Place, postgres_url: str
) -> None:
    migrate(postgres_url)
    place.arguments = ["--database", postgres_url]
    assert "enough for" in next(line for line in place.doctor()[1].splitlines() if line.startswith("[ok] Connections"))
    engine = create_engine_for(postgres_url, pooled=False)
    with engine.connect() as connection:
        name = connection.exec_driver_sql("SELECT current_database()").scalar_one()
        connection.exec_driver_sql(f"ALTER DATABASE {name} CONNECTION LIMIT 12")
        connection.commit()
    assert "Raise max_connections" in line_and_remedy(place.doctor()[1], "!", "12, enough for 0 processes")
