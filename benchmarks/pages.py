"""Requests a second of the queue's page against the same page in Flask and Django: `python -m benchmarks.pages FILE`.

Each is one process on 127.0.0.1 with the same copy of FILE, asked in turn by eight clients that keep their connections.
The peers run under gunicorn with eight threads. *Bare* is a peer's page of rows alone, without login, counts and
choices; ours is always the whole page.
"""

import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import frozen

from benchmarks.lines import Line, table
from sikpro.adapters.sql import SqlTransactions, create_engine_for, migrate
from sikpro.adapters.web.site.security import new_token, session_id
from sikpro.application.ports.sessions import Session
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.people import Person, Role

CLIENTS = 8
REQUESTS = 30
"""How many pages each client fetches in a turn."""

ROUNDS = 7
GOALS = {"flask": 1.2, "flask, bare": 0.6, "django": 2.0, "django, bare": 1.0}

_GUNICORN = ("-m", "gunicorn", "-b", "127.0.0.1:{port}", "--threads", str(CLIENTS), "--log-level", "error")


@frozen
class Asked:
    """A server's address of the page that is measured."""

    port: int
    path: str


def main(file: Path, rounds: int = ROUNDS) -> None:
    """Measure and print the table."""
    with ExitStack() as ends:
        folder = Path(ends.enter_context(TemporaryDirectory(dir=file.parent)))
        copy = shutil.copy(file, folder / "pages.db")
        token = _prepare(f"sqlite:///{copy}")
        given = {"BENCH_FILE": str(copy), "SIKPRO_DATABASE": f"sqlite:///{copy}", "SIKPRO_DATA": str(folder)}
        ours = ends.enter_context(_server(["-m", "sikpro", "web", "--port", "{port}"], given))
        peers = {
            name: ends.enter_context(
                _server(
                    [*_GUNICORN, f"benchmarks.peers.{name}_queue:app"],
                    given,
                )
            )
            for name in ("flask", "django")
        }
        asked = {"ours": Asked(ours, "/orders")}
        asked |= {name: Asked(port, "/orders") for name, port in peers.items()}
        asked |= {f"{name}, bare": Asked(port, "/bare") for name, port in peers.items()}
        figures: dict[str, list[float]] = {name: [] for name in asked}
        for turn in range(rounds + 1):
            for name, where in asked.items():
                found = _requests_a_second(where, token)
                if turn:  # the first warms up
                    figures[name].append(found)
    sys.stdout.write(
        table(
            Line(
                what=f"queue page, requests a second; {name}",
                ours=figures["ours"],
                other=figures[name],
                goal=f">= {goal}",
                unit="/s",
            )
            for name, goal in GOALS.items()
        )
    )


def _prepare(url: str) -> str:
    """Add a helpdesk with a session, and return its token."""
    migrate(url)
    engine, token, now = create_engine_for(url), new_token(), datetime.now(UTC)

    def work(uow: UnitOfWork) -> None:
        person = uow.people.add(Person(id=0, name="Pages", username="pages", role=Role.HELPDESK))
        uow.sessions.add(Session(id=session_id(token), person=person.id, created_at=now, used_at=now))

    SqlTransactions(engine).write(work)
    engine.dispose()
    return token


@contextmanager
def _server(command: list[str], given: Mapping[str, str]) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    filled = [part.format(port=port) for part in command]
    process = subprocess.Popen([sys.executable, *filled], env=os.environ | given, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        else:
            raise RuntimeError(f"no server came: {filled}")
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _requests_a_second(where: Asked, token: str) -> float:
    begun = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(lambda _: _fetch(where, token), range(CLIENTS)))
    return CLIENTS * REQUESTS / (time.perf_counter() - begun)


def _fetch(where: Asked, token: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", where.port, timeout=60)
    for _ in range(REQUESTS):
        connection.request("GET", where.path, headers={"cookie": f"sikpro_session={token}"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200 or body.count(b'<tr id="order-') != 50:
            raise RuntimeError(f"{where} answered {answer.status} with {body.count(b'<tr id=')} rows")
    connection.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS)
