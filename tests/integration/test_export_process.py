"""Exports by a process of their own: the same file, a death that is noticed, an end when nobody wants it."""

import asyncio
import io
import os
import signal
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from sikpro.adapters.local.clock import SystemClock
from sikpro.adapters.local.export_process import ProcessExports
from sikpro.adapters.local.threads import ThreadedTransactions
from sikpro.adapters.sql import SqlTransactions, create_engine_for
from sikpro.application.ports.exports import Export, ExportState
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.application.workers.exports import ExportRunner
from sikpro.domain.people import Role
from sikpro.testing.builders import NOON, a_person, stored_order
from tests.integration.sqlite import migrated_sqlite

CHILD = (sys.executable, "-m", "sikpro.entrypoints.export_child")
ZONE = "Asia/Jakarta"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A SQLite database with a catalogue, an order, and a supervisor (person 1) who asked for its month."""
    return migrated_sqlite(tmp_path)


@pytest.fixture
def store(url: str) -> Iterator[Transactions]:
    """The same, open."""
    engine = create_engine_for(url)
    store = SqlTransactions(engine)

    def furnish(uow: UnitOfWork) -> None:
        create_first_catalogue(uow)
        sari = uow.people.add(a_person("Sari", username="sari", role=Role.SUPERVISOR, password_hash="x"))
        stored_order(uow, status=uow.catalogue.statuses()[0])
        uow.exports.ask(person=sari.id, query=f"period={NOON:%Y-%m}", kind="xlsx", language="en", at=NOON)

    store.write(furnish)
    yield store
    engine.dispose()


def run(store: Transactions, maker: ProcessExports, attempts: int = 1) -> Export:
    """Let a runner make what is queued, so many times, and return how it stands then."""

    async def work() -> None:
        threads = ThreadedTransactions.over(store)
        runner = ExportRunner(transactions=threads, clock=SystemClock(), maker=maker, zone=ZONE, tell_every=0.05)
        try:
            for _ in range(attempts):
                await runner.next()
        finally:
            threads.close()

    asyncio.run(work())
    return store.read(lambda uow: uow.exports.get(1))


def test_the_process_writes_the_file_of_the_database_it_is_told(store: Transactions, url: str) -> None:
    export = run(store, ProcessExports(command=CHILD, database=url, zone=ZONE))

    assert (export.state, export.done, export.error) == (ExportState.DONE, 1, "")
    content = store.read(lambda uow: uow.blobs.part(export.blob or 0, 0))
    assert load_workbook(io.BytesIO(content))["Order"]["C2"].value == "SC32232558"


def test_a_process_that_is_killed_is_begun_anew_and_not_for_ever(store: Transactions, url: str) -> None:
    dies = (sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")

    export = run(store, ProcessExports(command=dies, database=url, zone=ZONE), attempts=4)

    assert (export.state, export.error, export.attempts) == (ExportState.FAILED, "killed", 3)


def test_a_database_out_of_reach_is_tried_again(store: Transactions, tmp_path: Path) -> None:
    elsewhere = f"sqlite:///{tmp_path / 'no-folder' / 'x.db'}"
    export = run(store, ProcessExports(command=CHILD, database=elsewhere, zone=ZONE))
    assert (export.state, export.error) == (ExportState.QUEUED, "storage")


def test_cancelling_ends_the_process(store: Transactions, url: str, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    waits = (sys.executable, "-c", f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(60)")
    maker = ProcessExports(command=waits, database=url, zone=ZONE)

    async def work() -> None:
        threads = ThreadedTransactions.over(store)
        runner = ExportRunner(transactions=threads, clock=SystemClock(), maker=maker, zone=ZONE, tell_every=0.05)
        making = asyncio.create_task(runner.next())
        async with asyncio.timeout(20):
            while not (pid.exists() and pid.read_text()):
                await asyncio.sleep(0.02)
            await threads.write(lambda uow: uow.exports.cancel(1, NOON + timedelta(days=1)))
            await making
        threads.close()

    asyncio.run(work())

    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), signal.SIGTERM)
    assert store.read(lambda uow: uow.exports.get(1)).state is ExportState.CANCELLED


def test_the_process_ends_when_its_server_is_gone(store: Transactions, url: str) -> None:
    async def work() -> int:
        maker = ProcessExports(command=CHILD, database=url, zone=ZONE)
        process = await asyncio.create_subprocess_exec(
            *maker.command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdin
        assert process.stdout
        process.stdout._transport.close()  # type: ignore[attr-defined]  # as the end of the server closes it
        export = store.read(lambda uow: uow.exports.get(1))
        process.stdin.write(maker.order(export, Path("/nowhere/file")))
        process.stdin.close()
        async with asyncio.timeout(20):
            return await process.wait()

    assert asyncio.run(work()) == 1
