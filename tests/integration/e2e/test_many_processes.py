"""Several processes on one PostgreSQL: one takes over from one that was killed, each page is live, nothing is lost."""

import asyncio
import logging
import random
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from sikpro.adapters.sql.engine import create_engine_for
from sikpro.application.ports.outbox import Delivery
from sikpro.domain.people import Person
from tests.integration.e2e.installation import CREW, Installation, Process, installed, wait_until
from tests.integration.e2e.many_processes import polling, process_id, several, visitor
from tests.integration.e2e.test_never_lost import all_settled, check_nothing_lost, request, send_all
from tests.integration.loopback import NO_TLS

pytestmark = pytest.mark.audit

_log = logging.getLogger(__name__)
"""What was measured: `pytest --log-cli-level=info`."""


def listening(process: Process, events: list[tuple[float, str]]) -> Callable[[], None]:
    """Follow the live events of a page at a process, until the returned function is called."""
    client = visitor(process)
    opened, ended = threading.Event(), threading.Event()

    def listen() -> None:
        with client.stream("GET", "/live") as stream:
            for line in stream.iter_lines():
                if ended.is_set():
                    return
                if line.startswith("event: "):
                    events.append((time.monotonic(), line.removeprefix("event: ")))
                    opened.set()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    assert opened.wait(20)

    def end() -> None:
        ended.set()
        thread.join(20)
        client.close()

    return end


def test_another_process_polls_and_answers_long_before_the_lease_of_a_killed_one_is_over(
    tmp_path: Path, postgres_url: str
) -> None:
    with several(tmp_path, postgres_url, 2) as (installation, (one, other)):
        one.start()
        installation.say(CREW[0], request(1, 0))
        installation.hears(CREW[0], "Pesan diterima")
        other.start()
        assert polling(installation) == process_id(one)

        killed = time.monotonic()
        one.kill()
        wait_until(lambda: polling(installation) == process_id(other), "the other has the bot", 30)
        taken = time.monotonic()
        installation.say(CREW[1], request(2, 1))
        installation.hears(CREW[1], "Pesan diterima", 30)
        _log.info(
            "%s", f"polled by another after {taken - killed:.1f} s, answered after {time.monotonic() - killed:.1f} s"
        )


def test_a_message_that_a_killed_process_was_sending_leaves_by_another_at_once_as_doubtful(
    tmp_path: Path, postgres_url: str
) -> None:
    with several(tmp_path, postgres_url, 2) as (installation, (one, other)):
        one.start()
        other.start()
        installation.faults(methods={"sendMessage": 1.0}, kinds=["slow"], delay=8, limit=1)
        installation.say(CREW[0], request(1, 0))
        wait_until(lambda: sum(installation.api.get("/faults").json()["injected"].values()) == 1, "it is being sent")
        killed = time.monotonic()
        one.kill()
        wait_until(lambda: all_settled(installation, 1), "it is sent by the other", 30)
        _log.info("%s", f"sent by another after {time.monotonic() - killed:.1f} s")
        assert installation.transactions.read(lambda uow: uow.outbox.counts()) == {Delivery.PERHAPS_TWICE: 1}


def check_nothing_lost_of(numbers: list[int], installation: Installation) -> dict[str, int]:
    """The outcomes of the messages, where each request has its order."""
    for number in numbers:
        assert installation.transactions.read(lambda uow, n=number: uow.orders.find(f"SC{70_000_000 + n}"))  # type: ignore[misc]  # bound now
    return {
        str(state): count for state, count in installation.transactions.read(lambda uow: uow.outbox.counts()).items()
    }


def test_a_page_at_each_process_sees_an_arrival_within_a_second_or_so(tmp_path: Path, postgres_url: str) -> None:
    with several(tmp_path, postgres_url, 2) as (installation, processes):
        heard: list[list[tuple[float, str]]] = [[], []]
        for process in processes:
            process.start()
        ends = [listening(process, events) for process, events in zip(processes, heard, strict=True)]
        said = time.monotonic()
        installation.say(CREW[0], request(1, 0))
        for events in heard:
            wait_until(lambda events=events: "order" in [name for _, name in events], "the page hears of it", 20)  # type: ignore[misc]  # bound now
        _log.info("%s", [f"{next(at for at, name in events if name == 'order') - said:.2f} s" for events in heard])
        for events in heard:
            assert [name for _, name in events].count("order") == 1, "and hears of it once"
        for end in ends:
            end()


def test_a_page_of_a_server_on_sqlite_is_fetched_again_after_a_command_beside_it_wrote(tmp_path: Path) -> None:
    with installed(tmp_path) as installation:
        installation.sikpro.start()
        heard: list[tuple[float, str]] = []
        end = listening(installation.sikpro, heard)

        def fetched_again() -> bool:
            installation.transactions.write(lambda uow: uow.people.add(Person(id=0, name="Baru")))
            time.sleep(1.5)  # the server looks each second, and not while it writes itself
            return [name for _, name in heard].count("connected") > 1

        wait_until(fetched_again, "everything is fetched again", 20)
        end()


def cut_all(installation: Installation) -> None:
    """Break every connection to the database, as its restart does."""
    everybody = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    engine = create_engine_for(installation.database, pooled=False)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"{everybody} AND pid <> pg_backend_pid()")


def storm(installation: Installation, processes: list[Process], chance: random.Random, orders: int, kills: int) -> None:
    """Requests from everybody while processes are killed and connections cut at random; then everything is answered."""
    for process in processes:
        process.start()
    sender = threading.Thread(target=send_all, args=(installation, chance, orders))
    sender.start()
    for _ in range(kills):
        time.sleep(chance.uniform(0.1, 0.9))
        holder = polling(installation)
        victim = next((one for one in processes if process_id(one) == holder), processes[0])
        if chance.random() < 0.5:
            victim = chance.choice(processes)
        victim.kill()
        victim.start(wait=chance.random() < 0.5)
        if chance.random() < 0.5:
            cut_all(installation)
    sender.join()
    wait_until(lambda: all_settled(installation, orders), "everything is handled and answered", 300)
    _log.info("%s", check_nothing_lost(installation, orders))
    said = "".join(process.log.read_text() for process in processes)
    assert [word for word in ("Traceback", "update failed", "trouble=internal") if word in said] == []


def test_a_hundred_and_fifty_orders_survive_three_processes_that_are_killed_and_cut_off_at_random(
    tmp_path: Path, postgres_url: str
) -> None:
    with several(tmp_path, postgres_url, 3) as (installation, processes):
        storm(installation, processes, random.Random(15), orders=150, kills=9)


STREAMS = 200


async def two_hundred_streams(address: str, cookies: httpx.Cookies, arrive: Callable[[], None]) -> list[float]:
    """Open the streams, let something arrive, and return the seconds until each stream says so."""
    limits = httpx.Limits(max_connections=None)
    opened, heard = asyncio.Semaphore(0), [float("inf")] * STREAMS
    async with httpx.AsyncClient(
        base_url=address, cookies=cookies, limits=limits, timeout=60, trust_env=False, verify=NO_TLS
    ) as client:

        async def follow(number: int) -> None:
            async with client.stream("GET", "/live") as stream:
                async for line in stream.aiter_lines():
                    if line == "event: connected":
                        opened.release()
                    if line == "event: order":
                        heard[number] = time.monotonic()
                        return

        following = [asyncio.create_task(follow(number)) for number in range(STREAMS)]
        for _ in range(STREAMS):
            await opened.acquire()
        began = time.monotonic()
        await asyncio.to_thread(arrive)
        page = await client.get("/orders")
        assert page.status_code == 200
        _log.info("%s", f"a page beside {STREAMS} streams after {time.monotonic() - began:.2f} s")
        async with asyncio.timeout(60):
            await asyncio.gather(*following)
    return [at - began for at in heard]


def test_two_hundred_pages_at_one_process_each_see_an_arrival_and_pages_still_open(tmp_path: Path) -> None:
    with installed(tmp_path) as installation:
        installation.sikpro.start()
        with closing(visitor(installation.sikpro)) as client:

            def arrive() -> None:
                installation.say(CREW[0], request(1, 0))

            seconds = asyncio.run(two_hundred_streams(installation.console, client.cookies, arrive))
        assert len(seconds) == STREAMS
        _log.info("%s", f"the first after {min(seconds):.2f} s, the last after {max(seconds):.2f} s")
