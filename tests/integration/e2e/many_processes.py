"""Several SIKPRO processes on one database, each with its web, its poller and its relay."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
from attrs import evolve

from sikpro.application.ports.storage import UnitOfWork
from tests.integration.e2e.installation import PASSWORD, Installation, Process, installed
from tests.integration.loopback import NO_TLS, free_port


@contextmanager
def several(folder: Path, database: str, count: int) -> Iterator[tuple[Installation, list[Process]]]:
    """An installation with so many processes, none of which runs yet; all end with the block."""
    with installed(folder, database) as installation:
        processes = [_another(installation.sikpro, number) for number in range(count)]
        try:
            yield installation, processes
        finally:
            for process in processes:
                with suppress(AssertionError):
                    process.kill()


def _another(like: Process, number: int) -> Process:
    port = free_port()
    log = like.log.with_name(f"sikpro-{number}.log")
    return evolve(like, arguments=["serve", "--port", str(port)], port=port, log=log)


def polling(installation: Installation) -> int | None:
    """The process id of whoever has the bot's lease now."""

    def owner(uow: UnitOfWork) -> str:
        transaction = uow.bots._transaction  # type: ignore[attr-defined]  # the port does not tell who has it
        statement = "SELECT owner FROM bot_accounts WHERE leased_until IS NOT NULL"
        return str(transaction.connection.exec_driver_sql(statement).scalar() or "")

    name = installation.transactions.read(owner)
    return int(name.partition("-")[0]) if name else None


def process_id(process: Process) -> int:
    """The process id of one that runs."""
    assert process.running is not None
    number = process.running._process.pid
    assert number is not None
    return number


def visitor(process: Process, username: str = "helpdesk") -> httpx.Client:
    """A browser that is logged in at a process."""
    client = httpx.Client(base_url=f"http://127.0.0.1:{process.port}", trust_env=False, verify=NO_TLS, timeout=30)
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/login").text)
    assert found
    answer = client.post("/login", data={"csrf": found[1], "username": username, "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    return client
