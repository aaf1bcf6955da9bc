"""Health, as a monitor meets it: a full disk, a damaged file, a PostgreSQL that stops and comes back."""

import asyncio
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from sikpro.adapters.sql import SqlTransactions, create_engine_for, migrate
from sikpro.adapters.sql.sqlite_driver import driver
from sikpro.application.ports.storage import StorageDamaged
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.entrypoints.container import Container
from sikpro.entrypoints.settings import Settings
from tests.integration.e2e.installation import Process, wait_until
from tests.integration.loopback import NO_TLS, free_port
from tests.integration.needs import need
from tests.integration.postgres import HOW_TO_GET_IT, PostgresServer, find_binaries
from tests.integration.sqlite import migrated_sqlite

pytestmark = pytest.mark.audit


def serving(folder: Path, url: str) -> Process:
    """A process over a database, not started yet."""
    port = free_port()
    return Process(["serve", "--port", str(port), "--database", url], port, {}, folder / "log", "/healthz")


def told(process: Process) -> tuple[int, int, dict[str, str]]:
    """What `/readyz` and `/healthz` answer, and the state of each part."""
    ready, health = (
        httpx.get(f"http://127.0.0.1:{process.port}{path}", trust_env=False, verify=NO_TLS, timeout=5)
        for path in ("/readyz", "/healthz")
    )
    parts: dict[str, dict[str, Any]] = health.json()["parts"]
    return ready.status_code, health.status_code, {name: part["state"] for name, part in parts.items()}


def becomes(process: Process, ready: int, health: int, **states: str) -> None:
    """Wait until it is told so; a probe comes every ten seconds."""

    def is_so() -> bool:
        found = told(process)
        return found[:2] == (ready, health) and states.items() <= found[2].items()

    wait_until(is_so, f"{ready} {health} {states}", 40)


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    """A process over a file, not started yet."""
    made = serving(tmp_path, migrated_sqlite(tmp_path))
    yield made
    made.kill()


def test_a_disk_that_takes_no_more_is_told_and_so_is_that_it_has_room_again(process: Process) -> None:
    process.log.write_text("yesterday's log\n" * 500)  # the log is on the same disk
    process.start()
    becomes(process, 200, 200, database="ok", disk="ok", integrity="ok", jobs="ok")
    assert process.running
    pid = process.running.pid
    # Linux lets another process set what a write may reach: from here on none goes past the first page of a file.
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, before[1]))
    becomes(process, 503, 503, database="unavailable", jobs="storage")
    resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
    becomes(process, 200, 200, database="ok", jobs="ok", exports="ok")


@asynccontextmanager
async def working(url: str) -> AsyncIterator[Container]:
    """The jobs, the exports and the watch over them, over a database; who probes is the test."""
    container = Container(settings=Settings(database=url))
    container.threads().damage = container.integrity().met
    container.jobs().pause = container.exports().pause = 0.05
    loops = [container.jobs().run, container.exports().run]
    tasks = [asyncio.create_task(loop()) for loop in loops]
    try:
        yield container
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        container.threads().close()
        container.engine().dispose()


def furnish(url: str) -> None:
    """Make the first catalogue: without its statuses a job fails."""
    engine = create_engine_for(url)
    SqlTransactions(engine).write(create_first_catalogue)
    engine.dispose()


async def comes_to(container: Container, ok: bool, **states: str) -> None:
    """Probe until it is so."""
    async with asyncio.timeout(20):
        while True:
            await container.health().look()
            health = container.health().health()
            if (health.ok, health.ready) == (ok, ok) and all(health.state(name) == is_ for name, is_ in states.items()):
                return
            await asyncio.sleep(0.05)


async def test_a_file_that_is_damaged_is_told_by_the_next_check(tmp_path: Path) -> None:
    url, path = migrated_sqlite(tmp_path), tmp_path / "sikpro.db"
    furnish(url)
    async with working(url) as container:
        await container.integrity().look()
        await comes_to(container, True, database="ok", integrity="ok", jobs="ok")
    damage(path)
    async with working(url) as container:
        await comes_to(container, True, database="ok")
        container.integrity().last = None
        container.transactions().write(lambda uow: uow.health.forget("integrity", datetime.max.replace(tzinfo=UTC)))
        await container.integrity().look()
        await comes_to(container, False, integrity="damaged")


async def test_damage_that_a_statement_meets_at_work_is_told_at_once(tmp_path: Path) -> None:
    url, path = migrated_sqlite(tmp_path), tmp_path / "sikpro.db"
    damage(path)
    async with working(url) as container:
        await comes_to(container, True, database="ok")
        with pytest.raises(StorageDamaged):
            await container.threads().read(lambda uow: uow.orders.find("SC32232558"))
        assert container.health().health().state("integrity") == "damaged"


async def test_a_postgresql_that_stops_and_comes_back_is_told_and_nothing_is_remembered() -> None:
    binaries = find_binaries()
    need(binaries, HOW_TO_GET_IT)
    assert binaries is not None
    server = PostgresServer(binaries)
    try:
        url = server.create()
        migrate(url)
        furnish(url)
        async with working(url) as container:
            await comes_to(container, True, database="ok", disk="elsewhere", jobs="ok")
            server.halt()
            await comes_to(container, False, database="unavailable", jobs="storage", exports="storage")
            server.resume()
            await comes_to(container, True, database="ok", jobs="ok", exports="ok")
    finally:
        server.stop()


def damage(path: Path) -> None:
    """Write rubbish over pages that nothing of these tests reads."""
    content = bytearray(path.read_bytes())
    with driver.connect(str(path)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_orders_number'").fetchone()
    connection.close()
    content[(page - 1) * 4096 : page * 4096] = b"\xa5" * 4096
    path.write_bytes(content)
