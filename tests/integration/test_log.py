"""The log, as an operator reads it: one id from an update to its answer, one line for a fault that everybody meets."""

import asyncio
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import structlog
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.adapters.local.threads import ThreadedTransactions
from sikpro.adapters.memory import MemoryTransactions
from sikpro.application.ports.network import NeverSent, NotSent
from sikpro.application.ports.storage import StorageError, StorageUnavailable
from sikpro.application.workers.exports import ExportRunner
from sikpro.application.workers.intake import Intake
from sikpro.application.workers.jobs import JobRunner
from sikpro.application.workers.relay import Relay
from sikpro.application.workers.repeated import Repeated
from sikpro.entrypoints.logs import log_to_stderr
from sikpro.entrypoints.settings import Settings
from sikpro.testing.builders import an_incoming
from sikpro.testing.clock import StoryClock
from sikpro.testing.messenger import FakeMessenger
from sikpro.testing.transactions import FailingTransactions, InlineTransactions
from tests.integration.web.console import running_site
from tests.unit.application.workers.test_health_watch import Machine, NoExports
from tests.unit.application.workers.test_intake import Kitchen, request
from tests.unit.application.workers.test_relay import FAST

Line = Mapping[str, Any]


def relay_over(store: MemoryTransactions, messenger: FakeMessenger, clock: StoryClock) -> Relay:
    """A relay over a store."""
    return Relay(transactions=InlineTransactions(store), messenger=messenger, clock=clock, rates=FAST)


async def deliver(store: MemoryTransactions, relay: Relay, clock: StoryClock) -> None:
    """Send everything that waits, and try again what has to wait."""
    task = asyncio.create_task(relay.run())
    for _ in range(200):
        await asyncio.sleep(0)
        if store.read(lambda uow: uow.outbox.waiting_since()) is None:
            break
        clock.later(seconds=2)
        relay.wake()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_every_line_from_an_update_to_its_answer_has_the_updates_id() -> None:
    kitchen = Kitchen()
    world = kitchen.world
    messenger = FakeMessenger(failures=[NotSent("no route"), RuntimeError("boom"), NeverSent("blocked")])
    with capture_logs(processors=[merge_contextvars]) as lines:
        await kitchen.take_in(request(1))
        await deliver(world.transactions, relay_over(world.transactions, messenger, world.clock), world.clock)
    (row,) = world.ledger()
    assert [(line["event"], str(line["update"])) for line in lines if line["log_level"] != "debug"] == [
        ("update handled", str(row.id)),
        ("messages do not leave", str(row.id)),
        ("messenger failed", str(row.id)),
        ("messages do not leave", str(row.id)),
        ("message not sent", str(row.id)),
    ]
    handled, ended = lines[0], lines[-1]
    assert (handled["outcome"], handled["order"]) == ("order", row.order_id)
    assert (ended["order"], ended["fate"], ended["reason"], ended["attempts"]) == (row.order_id, "failed", "blocked", 3)
    assert not any("SC1000001" in str(line) or "ZTEG" in str(line) for line in lines), "no text of people"


async def test_the_lines_of_an_answer_from_the_web_have_its_order_and_its_request() -> None:
    live = LocalLiveEvents()
    store = MemoryTransactions(live)
    with running_site(store, live) as site:
        order = site.order()
        rina = site.logged_in("rina")
        await deliver(store, relay_over(store, FakeMessenger(), site.clock), site.clock)
        rina.post(f"/orders/{order.id}/take")
        answered = rina.post(f"/orders/{order.id}/status", {"status": "selesai", "feedback": "Sudah aktif."})
        assert answered.status_code == 303
        with capture_logs(processors=[merge_contextvars]) as lines:
            await deliver(store, relay_over(store, FakeMessenger(), site.clock), site.clock)
        sent = [line for line in lines if line["event"] == "message sent" and line["log_level"] == "info"]
        assert [(line["order"], line["request"]) for line in sent][-1] == (order.id, answered.headers["x-request-id"])


def test_two_requests_have_two_ids() -> None:
    live = LocalLiveEvents()
    with running_site(MemoryTransactions(live), live) as site:
        visitor = site.visitor()
        first, second = (visitor.get("/login").headers["x-request-id"] for _ in range(2))
    assert first != second


async def test_a_full_disk_is_one_line_then_a_count_for_all_who_meet_it() -> None:
    passed = [0.0]
    store = FailingTransactions(MemoryTransactions())
    threads = ThreadedTransactions.over(store)
    threads.faults = Repeated(
        log=structlog.get_logger(), event="the store does not work", over="again", calm=15.0, count=lambda: passed[0]
    )
    machine = Machine()
    machine.health_watch.transactions = threads
    jobs = JobRunner(transactions=threads, zone="Asia/Jakarta", watch=machine.health_watch.watch, pause=0.0)
    exports = ExportRunner(transactions=threads, clock=machine.clock, maker=NoExports(), zone="Asia/Jakarta")
    relay = Relay(transactions=threads, messenger=FakeMessenger(), clock=machine.clock)
    intake = Intake(transactions=threads, clock=machine.clock, zone="Asia/Jakarta")
    store.fault = StorageUnavailable("database or disk is full")
    with capture_logs() as lines:
        loops = [asyncio.create_task(one.run()) for one in (jobs, exports, relay)]
        for _ in range(30):
            passed[0] += 3
            await machine.health_watch.look()
            with suppress(StorageError):
                await threads.write(lambda uow: intake.receive(uow, an_incoming()))
        store.fault = None
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        passed[0] += 20
        await machine.health_watch.look()
    threads.close()
    assert [line["event"] for line in lines] == ["the store does not work", "the store does not work", "again"]
    assert lines[0]["error"] == "database or disk is full"
    assert lines[-1]["times"] > 60


@contextmanager
def logging_as_json() -> Iterator[None]:
    """The log of the program, as JSON."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers[:] = []  # those of the test run would be closed
    log_to_stderr(Settings(log_format="json"))
    try:
        yield
    finally:
        structlog.reset_defaults()
        root.handlers[:] = handlers
        root.setLevel(level)


def test_lines_of_libraries_are_json_too_and_have_the_ids(capsys: pytest.CaptureFixture[str]) -> None:
    with logging_as_json(), structlog.contextvars.bound_contextvars(request="1a2b3c4d"):
        try:
            raise ValueError("odd")
        except ValueError:
            logging.getLogger("sikpro.web").exception("GET %s failed", "/orders")
        structlog.get_logger().info("ours", order=5)
    library, ours = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (library["event"], library["level"], library["request"]) == ("GET /orders failed", "error", "1a2b3c4d")
    assert (library["logger"], "ValueError: odd" in library["exception"]) == ("sikpro.web", True)
    assert (ours["event"], ours["order"], ours["request"]) == ("ours", 5, "1a2b3c4d")


def test_lines_of_libraries_have_the_number_of_the_worker_that_wrote_them(capsys: pytest.CaptureFixture[str]) -> None:
    with logging_as_json():
        log_to_stderr(Settings(log_format="json"), worker=2)  # as a worker does, after its parent
        logging.getLogger("uvicorn.error").warning("odd")
    [line] = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (line["event"], line["worker"]) == ("odd", 2)
