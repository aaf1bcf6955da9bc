"""A whole installation for tests: the simulator and SIKPRO, each a process of its own, over real sockets."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from attrs import define, field

from sikpro.adapters.local.passwords import Argon2Passwords
from sikpro.adapters.sql.engine import create_engine_for
from sikpro.adapters.sql.migrate import migrate
from sikpro.adapters.sql.unit_of_work import SqlTransactions
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.application.use_cases.catalogue.lookup import put_row
from sikpro.domain.catalogue import SiteOperation, Sto
from sikpro.domain.people import Person, Role
from tests.integration.loopback import NO_TLS, free_port
from tests.integration.sikpro_process import SikproProcess
from tests.integration.sqlite import migrated_sqlite

TOKEN = "424242:test-token"
PASSWORD = "kata-sandi-uji"
CREW = tuple(range(5001, 5013))
"""The technicians' Telegram ids."""

QUICK = {"SIKPRO_RATE_CHAT": "1000", "SIKPRO_RATE_OVERALL": "10000", "SIKPRO_POLL_TIMEOUT": "5"}
"""Settings under which a test need not wait for Telegram's pace."""


def wait_until(reached: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Wait for something, and fail by its name."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if reached():
            return
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")


@define
class Process:
    """A `sikpro` command that serves at a port, and can be killed and started again."""

    arguments: list[str]
    port: int
    environment: Mapping[str, str]
    log: Path
    ready: str
    running: SikproProcess | None = None

    def start(self, *, wait: bool = True) -> None:
        """Start it, and wait until it answers."""
        self.running = SikproProcess(self.arguments, {**os.environ, **self.environment}, self.log)
        if wait:
            try:
                wait_until(self.answers, f"{self.arguments[0]} answers")
            except AssertionError as missing:
                self.kill()
                raise AssertionError(f"{missing}; its log: {self.log.read_text()[-2000:]}") from None

    def answers(self) -> bool:
        """Whether it serves; it may say that something is ill."""
        try:
            found = httpx.get(f"http://127.0.0.1:{self.port}{self.ready}", trust_env=False, verify=NO_TLS)
            return found.status_code in {200, 503}
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        """Kill it without a warning."""
        if self.running:
            self.running.send_signal(signal.SIGKILL)
            self.running.wait()
            self.running = None

    def stop(self) -> None:
        """End it as an operator does, and see that it ends."""
        if self.running:
            self.running.send_signal(signal.SIGTERM)
            try:
                self.running.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError(f"it did not stop: {self.log.read_text()[-2000:]}") from None
            finally:
                self.running = None


@define
class Installation:
    """A database with people, a simulator that knows them, and SIKPRO between."""

    database: str
    simulator: Process
    sikpro: Process
    api: httpx.Client
    transactions: SqlTransactions
    extra: dict[str, str] = field(factory=dict[str, str])

    @property
    def console(self) -> str:
        """The console's address."""
        return f"http://127.0.0.1:{self.sikpro.port}"

    def say(self, user: int, text: str, reply_to: int | None = None) -> int:
        """Somebody writes to the bot."""
        answer = self.api.post(f"/chats/{user}/messages", json={"text": text, "reply_to": reply_to})
        answer.raise_for_status()
        return int(answer.json()["message_id"])

    def press(self, user: int, label: str) -> None:
        """Somebody presses the newest button with this label."""
        for message in reversed(self.chat(user)):
            for row in message["buttons"]:
                for button in row:
                    if button["text"] == label:
                        body = {"data": button["data"], "message_id": message["message_id"]}
                        self.api.post(f"/chats/{user}/callbacks", json=body).raise_for_status()
                        return
        raise AssertionError(f"no button {label!r} in {self.chat(user)}")

    def chat(self, user: int) -> list[dict[str, Any]]:
        """Everything in somebody's chat."""
        return list(self.api.get(f"/chats/{user}/messages").json())

    def hears(self, user: int, text: str, seconds: float = 20) -> dict[str, Any]:
        """Wait until the bot's newest message to somebody contains a text, and return it."""
        found: list[dict[str, Any]] = []

        def heard() -> bool:
            found[:] = [one for one in self.chat(user) if one["sender"] == "bot"][-1:]
            return bool(found) and text in found[0]["text"]

        try:
            wait_until(heard, text, seconds)
        except AssertionError as missing:
            raise AssertionError(
                f"{missing}; last heard: {found}; log: {self.sikpro.log.read_text()[-3000:]}"
            ) from None
        return found[0]

    def faults(self, **faults: Any) -> None:
        """Let the simulator fail."""
        self.api.put("/faults", json=faults).raise_for_status()


def furnish(uow: UnitOfWork) -> None:
    """Four accounts, a dozen technicians and the catalogue."""
    create_first_catalogue(uow)
    put_row(uow, SiteOperation(code="SDA", name="Sidoarjo"))
    for code in ("SDA", "TUN", "SPJ"):
        put_row(uow, Sto(code=code, name="", site_operation="SDA"))
    hashed = Argon2Passwords().hash(PASSWORD)
    for role in (Role.HELPDESK, Role.TEAM_LEADER, Role.SUPERVISOR, Role.ADMIN):
        name = role.value.replace("_", "")
        uow.people.add(Person(id=0, name=name.title(), username=name, role=role, password_hash=hashed))
    for place, telegram_id in enumerate(CREW):
        uow.people.add(
            Person(
                id=0,
                name=f"Teknisi {place + 1}",
                technician_code=f"F5SDA{445 + place}",
                site_operation="SDA",
                telegram_id=telegram_id,
            )
        )


@contextmanager
def furnished(folder: Path, database: str = "") -> Iterator[tuple[str, SqlTransactions]]:
    """A migrated database with people in it, on SQLite unless one is named: its address, and a way in."""
    if database:
        migrate(database)
    url = database or migrated_sqlite(folder)
    engine = create_engine_for(url)
    transactions = SqlTransactions(engine)
    transactions.write(furnish)
    try:
        yield url, transactions
    finally:
        engine.dispose()


@contextmanager
def installed(
    folder: Path, database: str = "", extra: Mapping[str, str] | None = None, token: str = TOKEN
) -> Iterator[Installation]:
    """An installation in a folder, on SQLite unless a database is named; the simulator runs, SIKPRO does not yet."""
    with furnished(folder, database) as (url, transactions):
        simulator_port, port = free_port(), free_port()
        environment = {
            **QUICK,
            "SIKPRO_DATA": str(folder),
            "SIKPRO_DATABASE": url,
            "SIKPRO_TELEGRAM_TOKEN": token,
            "SIKPRO_TELEGRAM_API": f"http://127.0.0.1:{simulator_port}",
            **(extra or {}),
        }
        simulator = Process(
            ["simulator", "--port", str(simulator_port), "--path", str(folder / "simulator.db"), "--token", token],
            simulator_port,
            {},
            folder / "simulator.log",
            "/simulator/api/chats",
        )
        sikpro = Process(["serve", "--port", str(port)], port, environment, folder / "sikpro.log", "/healthz")
        simulator.start()
        api = httpx.Client(base_url=f"http://127.0.0.1:{simulator_port}/simulator/api", trust_env=False, verify=NO_TLS)
        try:
            for place, telegram_id in enumerate(CREW):
                person = {"id": telegram_id, "name": f"Teknisi {place + 1}", "technician_code": f"F5SDA{445 + place}"}
                api.post("/chats", json=person).raise_for_status()
            yield Installation(url, simulator, sikpro, api, transactions)
        finally:
            api.close()
            sikpro.kill()
            simulator.kill()
