"""The command line and the settings, as an operator meets them."""

import asyncio
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest

from sikpro.adapters.local.passwords import Argon2Passwords
from sikpro.adapters.sql.engine import create_engine_for
from sikpro.adapters.sql.migrate import downgrade, pending
from sikpro.adapters.sql.unit_of_work import SqlTransactions
from sikpro.application.ports.security_events import EventFilter, EventKind
from sikpro.application.ports.sessions import Session
from sikpro.application.ports.storage import StorageBusy, UnitOfWork
from sikpro.domain.people import Role
from sikpro.entrypoints.server import listen
from sikpro.entrypoints.settings import Settings, WrongSettings
from sikpro.testing.builders import NOON
from tests.integration.e2e.installation import Process, wait_until
from tests.integration.loopback import NO_TLS, free_port
from tests.integration.s3 import S3
from tests.integration.sikpro_process import own_environment, run_sikpro
from tests.integration.sqlite import migrated_sqlite

ROOT = Path(__file__).parents[2]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Process]:
    port = free_port()
    process = Process(
        ["serve", "--migrate", "--port", str(port), "--data", str(tmp_path / "var")],
        port,
        {},
        tmp_path / "log",
        "/healthz",
    )
    process.start()
    yield process
    process.kill()


def test_the_version_is_told() -> None:
    done = subprocess.run([sys.executable, "-m", "sikpro", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"sikpro, version {version('sikpro')}\n"


def test_a_fresh_database_is_served_without_a_token_and_every_page_says_that_the_bot_lacks_one(served: Process) -> None:
    health = httpx.get(f"http://127.0.0.1:{served.port}/healthz", trust_env=False)
    assert (health.status_code, health.json()["parts"]["bot"]["state"]) == (200, "no_token")
    page = httpx.get(f"http://127.0.0.1:{served.port}/login", trust_env=False)
    assert "Bot belum terhubung: isi token" in page.text
    assert "sikpro user add" in served.log.read_text()


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_in_peace_when_told_to(served: Process, told: signal.Signals) -> None:
    assert served.running
    served.running.send_signal(told)
    assert served.running.wait(timeout=10) == 0
    assert "Traceback" not in served.log.read_text()


def test_a_second_server_on_one_sqlite_file_is_refused_also_by_a_link_and_a_killed_one_leaves_no_lock(
    served: Process, tmp_path: Path
) -> None:
    data, link = tmp_path / "var", tmp_path / "link.db"
    link.symlink_to(data / "sikpro.db")
    for place in (["--data", str(data)], ["--database", f"sqlite:///{link}"]):
        done = run_sikpro("serve", "--port", "0", *place)
        assert done.returncode == 1
        assert "another SIKPRO serves or migrates" in done.stderr
        assert "stop it first" in done.stderr
        assert "Traceback" not in done.stderr
    added = run_sikpro("user", "add", "rina", "--role", "admin", "--data", str(data))
    assert added.returncode == 0, "a command beside the server is no server"
    served.kill()
    served.start()


def test_the_doctor_asks_the_server_that_runs_and_disturbs_it_in_nothing(served: Process, tmp_path: Path) -> None:
    done = run_sikpro("doctor", "--port", str(served.port), "--data", str(tmp_path / "var"))
    assert f"[ok] Server: runs at http://127.0.0.1:{served.port}, all its parts are well" in done.stdout
    assert "no admin can log in" in done.stdout
    assert done.returncode == 1
    assert served.answers()


def test_a_server_with_a_place_for_backups_makes_the_first_at_its_start_and_says_so(
    served: Process, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    served.kill()
    served.environment = {"SIKPRO_BACKUPS": str(folder)}
    served.start()

    def state() -> str:
        health = httpx.get(f"http://127.0.0.1:{served.port}/healthz", trust_env=False, verify=NO_TLS)
        return str(health.json()["parts"]["backup"]["state"])

    wait_until(lambda: state() == "restored", "the first backup is verified")
    [backup] = folder.iterdir()
    restored = run_sikpro("restore", str(backup), "--data", str(tmp_path / "elsewhere"))
    assert restored.returncode == 0, restored.stderr


@pytest.mark.audit
def test_a_command_that_does_not_reach_its_bucket_says_so_and_does_not_abort(tmp_path: Path) -> None:
    migrated_sqlite(tmp_path)
    settings = {"SIKPRO_S3_ENDPOINT": f"http://127.0.0.1:{free_port()}", "SIKPRO_S3_KEY": "k", "SIKPRO_S3_SECRET": "s"}
    command = [sys.executable, "-m", "sikpro", "backup", "s3://backups/sikpro/x.zip", "--data", str(tmp_path)]
    environment = own_environment() | settings
    for _ in range(3):  # one end in three was an abort, exit code 134
        running = [
            subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, start_new_session=True) for _ in range(4)
        ]
        ends = [(one.communicate(timeout=60)[1].decode(), one.returncode) for one in running]
        assert {code for _, code in ends} == {1}
        assert all(said.startswith("sikpro: s3://backups/sikpro: ") for said, _ in ends)


def test_backups_go_into_a_bucket_and_come_back_from_it(served: Process, tmp_path: Path, s3: S3) -> None:
    served.kill()
    served.environment = {"SIKPRO_BACKUPS": s3.address, **s3.settings}
    served.start()
    wait_until(lambda: len(s3.there()) == 1, "the first backup is in the bucket")
    data, environ = str(tmp_path / "var"), served.environment
    by_hand = run_sikpro("backup", f"{s3.address}/before-the-upgrade.zip", "--data", data, **environ)
    assert "before-the-upgrade.zip: 0." in by_hand.stdout, by_hand.stderr
    again = run_sikpro("backup", f"{s3.address}/before-the-upgrade.zip", "--data", data, **environ)
    assert (again.returncode, "a new name" in again.stderr) == (1, True)
    asked = run_sikpro("doctor", "--data", data, **environ)
    assert f"[ok] Bucket of the backups: opens, 1 backups in {s3.address}" in asked.stdout
    served.kill()
    elsewhere = str(tmp_path / "elsewhere")
    which = run_sikpro("restore", f"{s3.address}/", "--data", elsewhere, **environ)
    assert which.returncode == 1
    assert "which one? There are: before-the-upgrade.zip, sikpro-" in which.stderr
    done = run_sikpro("restore", f"{s3.address}/before-the-upgrade.zip", "--data", elsewhere, **environ)
    assert (done.returncode, "Restored: 0 orders" in done.stdout) == (0, True), done.stderr


def test_a_database_is_not_migrated_under_a_server(served: Process, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'var' / 'sikpro.db'}"
    with pytest.raises(StorageBusy, match="stop it first"):
        downgrade(url, "0040")
    assert not pending(url)


def test_a_port_in_use_is_said_with_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for command in (["serve", "--migrate"], ["demo"]):
            done = run_sikpro(*command, "--port", port, "--data", str(tmp_path / "data"))
            assert done.returncode == 2
            assert "choose another port" in done.stderr
            assert "Traceback" not in done.stderr
            assert done.stdout == "", "no account is shown that nobody can use"
    assert not (tmp_path / "data").exists()


def test_a_database_that_is_behind_is_refused_with_what_to_do(tmp_path: Path) -> None:
    assert run_sikpro("migrate", "--data", str(tmp_path)).returncode == 0
    downgrade(f"sqlite:///{tmp_path / 'sikpro.db'}", "0033")
    done = run_sikpro("serve", "--data", str(tmp_path), "--port", "0")
    assert done.returncode == 1
    assert "sikpro migrate" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["serve", "--port", "0", "--data", "{folder}/x"], "no database at {folder}/x/sikpro.db"),
        (
            ["user", "add", "rina", "--role", "admin", "--data", "{folder}/x"],
            "there is no database at {folder}/x/sikpro.db",
        ),
        (
            ["export", "--period=2026-11", "-o-", "--data", "{folder}/x"],
            "there is no database at {folder}/x/sikpro.db",
        ),
        (
            ["export", "--period=2026-11", "-o-", "--database", "sqlite:///{folder}/x.db"],
            "no database at {folder}/x.db",
        ),
        (["migrate", "--data", "{folder}/x/y"], "{folder}/x is not there;"),
        (["migrate", "--database", "sqlite:///{folder}/x/y.db"], "{folder}/x is not there;"),
    ],
)
def test_a_place_that_is_not_there_is_named_and_nothing_is_made(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    done = run_sikpro(*(argument.format(folder=tmp_path) for argument in arguments))
    assert done.returncode == 2
    assert said.format(folder=tmp_path) in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_setting_that_is_misspelt_is_named_with_what_is_meant(tmp_path: Path) -> None:
    for variable, meant in (("SIKPRO_TELEGRAM_TOKN", "SIKPRO_TELEGRAM_TOKEN"), ("SIKPRO_DATABSE", "SIKPRO_DATABASE")):
        done = run_sikpro("migrate", "--data", str(tmp_path / "data"), **{variable: "x"})
        assert done.returncode == 2
        assert f"{variable} is no setting: do you mean {meant}?" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"SIKPRO_PORT": "high"}, "port"),
        ({"SIKPRO_PORT": "70000"}, "0 to 65535"),
        ({"SIKPRO_ZONE": "Mars/Base"}, "no time zone is called"),
        ({"SIKPRO_CONFIG": "/nowhere.toml"}, "/nowhere.toml"),
        ({"SIKPRO_SECURE_COOKIES": "maybe"}, "secure_cookies is true or false"),
        ({"SIKPRO_TELEGRAM_TOKEN": "not a token"}, "bot token looks like"),
        ({"SIKPRO_DATABASE": "oracle://x"}, "database"),
        ({"SIKPRO_DATABASE": "sqlite:////nowhere/at/all.db"}, "database"),
        ({"SIKPRO_DATABASE": "sqlite:///:memory:"}, "database: the address"),
        ({"SIKPRO_DATABASE": "postgresql://u:p@127.0.0.1:port/x"}, "database: the address"),
        ({"SIKPRO_TELEGRAM_API": "api.telegram.org"}, "telegram_api: an address"),
        ({"SIKPRO_TELEGRAM_API": "http://["}, "telegram_api: an address"),
        ({"SIKPRO_TELEGRAM_API": "http://127.0.0.1:99999"}, "telegram_api: an address"),
        ({"SIKPRO_TELEGRAM_PROXY": "proxy"}, "telegram_proxy: an address"),
        ({"SIKPRO_LEASE_SECONDS": "inf"}, "lease_seconds: must be"),
        ({"SIKPRO_LOG_FORMAT": "xml"}, "log_format: console or json"),
    ],
)
def test_a_setting_that_cannot_be_used_is_said_by_name(tmp_path: Path, environment: dict[str, str], said: str) -> None:
    done = run_sikpro("serve", "--migrate", **{"SIKPRO_DATA": str(tmp_path), **environment})
    assert done.returncode in {1, 2}
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_flags_come_before_environment_before_file_before_defaults(tmp_path: Path) -> None:
    file = tmp_path / "sikpro.toml"
    file.write_text('port = 1\nhost = "file"\nzone = "UTC"\n')
    environ = {"SIKPRO_CONFIG": str(file), "SIKPRO_PORT": "2", "SIKPRO_HOST": "environment"}
    settings = Settings.load({"port": 3, "host": None}, environ)
    assert (settings.port, settings.host, settings.zone, settings.poll_timeout) == (3, "environment", "UTC", 50)


@pytest.mark.parametrize(
    "wrong", ["proxy.example", "10.0.0.1/8", "127.0.0.1,,", "*", "0.0.0.0/0", "::/0", "127.0.0.1:80"]
)
def test_a_trusted_proxy_that_is_no_address_or_is_everybody_is_refused(wrong: str) -> None:
    with pytest.raises(WrongSettings, match="trusted_proxies: addresses or networks"):
        Settings.load({}, {"SIKPRO_TRUSTED_PROXIES": wrong})


def test_trusted_proxies_are_addresses_and_networks() -> None:
    proxies = "127.0.0.1, 10.1.0.0/16,::1"
    assert Settings.load({}, {"SIKPRO_TRUSTED_PROXIES": proxies}).trusted_proxies == proxies


def test_an_unknown_key_of_the_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "sikpro.toml"
    file.write_text("prot = 1\n")
    with pytest.raises(WrongSettings, match="unknown prot"):
        Settings.load({}, {"SIKPRO_CONFIG": str(file)})


@pytest.mark.parametrize("line", ["host = 5", "telegram_api = 5", "trusted_proxies = ['127.0.0.1']", "log_format = 5"])
def test_a_text_of_the_file_that_is_none_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "sikpro.toml"
    file.write_text(line)
    with pytest.raises(WrongSettings, match=f"{line.split()[0]}: a text in quotes"):
        Settings.load({}, {"SIKPRO_CONFIG": str(file)})


def test_the_password_of_a_wrong_address_is_not_repeated(tmp_path: Path) -> None:
    done = run_sikpro("serve", "--migrate", SIKPRO_DATABASE="postgresql://u:secret@h:port/x")
    proxied = run_sikpro("serve", "--migrate", SIKPRO_TELEGRAM_PROXY="ftp://u:secret@h", SIKPRO_DATA=str(tmp_path))
    assert (done.returncode, proxied.returncode) == (2, 2)
    assert "secret" not in done.stderr + proxied.stderr


def test_no_secret_is_in_the_settings_representation() -> None:
    assert "secret" not in repr(Settings(telegram_token="1:secret", telegram_proxy="http://u:secret@h"))


def test_an_account_is_added_with_a_given_or_a_one_time_password(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    assert run_sikpro("migrate", *data).returncode == 0
    given = run_sikpro(
        "user", "add", "rina", "--role", "helpdesk", "--password-stdin", *data, given="kata-sandi-panjang\n"
    )
    assert (given.returncode, given.stdout) == (0, "helpdesk  rina\n")
    once = run_sikpro("user", "add", "bos", "--role", "admin", *data)
    assert "one-time password" in once.stdout
    again = run_sikpro("user", "add", "BOS", "--role", "admin", *data)
    assert again.returncode == 1
    assert "bos" in again.stderr
    short = run_sikpro("user", "add", "dewi", "--role", "admin", "--password-stdin", *data, given="short\n")
    assert short.returncode == 1

    def accounts(uow: UnitOfWork) -> list[tuple[str | None, Role | None, bool]]:
        return [(person.username, person.role, person.must_change_password) for person in uow.people.all()]

    engine = create_engine_for(f"sqlite:///{tmp_path / 'sikpro.db'}")
    found = SqlTransactions(engine).read(accounts)
    engine.dispose()
    assert sorted(found, key=str) == [("bos", Role.ADMIN, True), ("rina", Role.HELPDESK, False)]


def test_the_operator_resets_the_second_step_of_an_admin_who_lost_phone_and_codes(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    assert run_sikpro("migrate", *data).returncode == 0
    run_sikpro("user", "add", "bos", "--role", "admin", *data)

    def turn_on(uow: UnitOfWork) -> int:
        person = uow.people.by_username("bos")
        assert person
        uow.second_steps.prepare(person.id, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
        uow.second_steps.turn_on(person.id, 1, datetime(2026, 11, 2, tzinfo=UTC))
        return person.id

    engine = create_engine_for(f"sqlite:///{tmp_path / 'sikpro.db'}")
    store = SqlTransactions(engine)
    bos = store.write(turn_on)
    done = run_sikpro("user", "reset-steps", "BOS", *data)
    assert (done.returncode, done.stdout) == (0, "bos logs in with the password alone now.\n")
    assert store.read(lambda uow: uow.second_steps.of(bos)) is None
    [event, *_] = store.read(lambda uow: uow.security_events.page(EventFilter(), before=None, limit=9))
    engine.dispose()
    assert (event.kind, event.actor) == (EventKind.TWO_STEPS_RESET, None)
    for name, said in (("bos", "nothing was reset"), ("nobody", "nobody was not found")):
        again = run_sikpro("user", "reset-steps", name, *data)
        assert (again.returncode, said in again.stderr) == (1, True)


def test_the_operator_lists_resets_keeps_out_and_lets_in_accounts_and_each_is_recorded(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    assert run_sikpro("migrate", *data).returncode == 0
    assert run_sikpro("user", "list", *data).stdout == ""
    run_sikpro("user", "add", "bos", "--role", "admin", *data)
    run_sikpro(
        "user",
        "add",
        "rina",
        "--role",
        "helpdesk",
        "--name",
        "Rina",
        "--password-stdin",
        *data,
        given="kuda laut biru\n",
    )
    assert run_sikpro("user", "list", *data).stdout.splitlines() == [
        "bos   admin     bos   one-time password, no session",
        "rina  helpdesk  Rina  no session",
    ]

    engine = create_engine_for(f"sqlite:///{tmp_path / 'sikpro.db'}")
    store = SqlTransactions(engine)

    def log_in(uow: UnitOfWork) -> int:
        person = uow.people.by_username("rina")
        assert person
        uow.sessions.add(Session(id="f" * 64, person=person.id, created_at=NOON, used_at=NOON))
        return person.id

    rina = store.write(log_in)
    done = run_sikpro("user", "reset", "RINA", *data)
    name, password, *_ = done.stdout.split()
    assert (done.returncode, name, len(password) > 16) == (0, "RINA", True)
    person = store.read(lambda uow: uow.people.get(rina))
    assert person.must_change_password
    assert Argon2Passwords().verify(person.password_hash or "", password)
    assert store.read(lambda uow: uow.sessions.of_person(rina)) == ()

    assert run_sikpro("user", "keep-out", "rina", *data).returncode == 0
    assert not store.read(lambda uow: uow.people.get(rina)).active
    assert "kept out" in run_sikpro("user", "list", *data).stdout
    assert run_sikpro("user", "let-in", "rina", *data).returncode == 0
    assert store.read(lambda uow: uow.people.get(rina)).active
    last = run_sikpro("user", "keep-out", "bos", *data)
    assert (last.returncode, "Traceback" in last.stderr) == (1, False), "the last admin stays"
    assert store.read(lambda uow: uow.people.by_username("bos")).active  # type: ignore[union-attr]  # was added
    events = store.read(lambda uow: uow.security_events.page(EventFilter(), before=None, limit=9))
    engine.dispose()
    assert [(event.kind, event.details) for event in events[:3]] == [
        (EventKind.PERSON_ACTIVE, "on"),
        (EventKind.PERSON_ACTIVE, "off"),
        (EventKind.PASSWORD_RESET, ""),
    ]
    for command in ("reset", "keep-out", "let-in"):
        unknown = run_sikpro("user", command, "nobody", *data)
        assert (unknown.returncode, "nobody was not found" in unknown.stderr) == (1, True)


def test_the_duplicate_rule_is_changed_by_one_command(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    run_sikpro("migrate", *data)
    done = run_sikpro("duplicates", "number_and_type", *data)
    assert (done.returncode, done.stdout) == (0, "A duplicate is now judged by number and type.\n")


def test_the_simulator_stays_on_loopback_and_away_from_real_credentials(tmp_path: Path) -> None:
    outside = run_sikpro("simulator", "--host", "0.0.0.0", "--data", str(tmp_path))
    assert outside.returncode == 2
    assert "loopback" in outside.stderr
    beside = run_sikpro("simulator", "--data", str(tmp_path), SIKPRO_TELEGRAM_TOKEN="1:real")
    assert beside.returncode == 2
    assert "SIKPRO_TELEGRAM_TOKEN" in beside.stderr


def test_a_simulator_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "none.db").write_text("this is no database, and never was one" * 100)
    for arguments, said in (
        (("--port", "99999"), "--port"),
        (("--token", "no token"), "bot token looks like"),
        (("--path", str(tmp_path / "none.db")), "none.db"),
        (("--path", str(tmp_path)), str(tmp_path)),
    ):
        done = run_sikpro("simulator", *arguments, "--data", str(tmp_path))
        assert done.returncode == 2
        assert said in done.stderr
        assert "Traceback" not in done.stderr


def test_the_demo_stays_on_loopback(tmp_path: Path) -> None:
    done = run_sikpro("demo", "--host", "0.0.0.0", "--data", str(tmp_path))
    assert done.returncode == 2
    assert "well-known passwords" in done.stderr


@pytest.mark.audit
def test_a_trusted_proxy_is_believed_and_nobody_else(tmp_path: Path) -> None:
    port = free_port()
    arguments = ["serve", "--migrate", "--port", str(port), "--data", str(tmp_path / "var")]
    for trusted, locked in (("127.0.0.1", False), ("", True)):
        process = Process(arguments, port, {"SIKPRO_TRUSTED_PROXIES": trusted}, tmp_path / "log", "/healthz")
        process.start()
        run_sikpro(
            "user", "add", "rina", "--role", "helpdesk", "--password-stdin", *arguments[4:], given="x" * 12 + "\n"
        )
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as visitor:
            for attempt in range(7):
                page = visitor.get("/login").text
                token = page.split('name="csrf" value="')[1].split('"')[0]
                form = {"csrf": token, "username": "rina", "password": "wrong"}
                answer = visitor.post("/login", data=form, headers={"X-Forwarded-For": f"10.0.0.{attempt}"})
            assert (answer.status_code == 429) is locked, answer.status_code
        process.kill()


def arguments_of_make_run(**variables: str) -> list[str]:
    """What `make run` gives to `sikpro`, as make itself says it."""
    command = [
        "make",
        "--dry-run",
        "--no-print-directory",
        "run",
        *(f"{name}={value}" for name, value in variables.items()),
    ]
    clean = {name: value for name, value in os.environ.items() if name not in {"PORT", "ARGS", "MAKEFLAGS"}}
    told = subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True, check=True, timeout=60)
    line = next(line for line in told.stdout.splitlines() if "sikpro serve" in line)
    return shlex.split(line.partition("sikpro ")[2])


def test_make_run_serves_the_database_of_the_environment_and_user_add_speaks_to_the_same(tmp_path: Path) -> None:
    port = free_port()
    environment = {"SIKPRO_DATA": str(tmp_path / "data"), "SIKPRO_PORT": str(port)}
    served = Process(arguments_of_make_run(), port, environment, tmp_path / "log", "/healthz")
    try:
        served.start()
        added = run_sikpro("user", "add", "rina", "--role", "helpdesk", **environment)
    finally:
        served.kill()
    assert added.returncode == 0, added.stderr
    assert (tmp_path / "data" / "sikpro.db").exists()


def test_make_run_takes_a_port() -> None:
    assert arguments_of_make_run(PORT="9000") == ["serve", "--migrate", "--port", "9000"]


async def test_answers_on_a_kept_connection_leave_at_once() -> None:
    without_delay = asyncio.get_running_loop().create_future()

    async def look(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted = writer.get_extra_info("socket")
        without_delay.set_result(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    with listen("127.0.0.1", 0) as listener:
        async with await asyncio.start_server(look, sock=listener):
            _, writer = await asyncio.open_connection(*listener.getsockname())
            assert await without_delay
            writer.close()
