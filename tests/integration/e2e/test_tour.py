"""`docs/tour.md` follows an order through the code: the order is sent, and every stop is passed in its place."""

import asyncio
import re
import sys
from datetime import timedelta
from pathlib import Path
from types import FrameType

from sikpro.adapters.sql import SqlTransactions, create_engine_for
from sikpro.application.ports.network import Batch
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.application.use_cases.orders.change_status import change_status
from sikpro.application.use_cases.orders.register_order import order_named
from sikpro.application.use_cases.orders.work_order import take_order
from sikpro.application.workers.intake import Intake
from sikpro.application.workers.relay import Relay
from sikpro.testing.builders import NOON, a_person, a_technician, an_incoming
from sikpro.testing.clock import StoryClock
from sikpro.testing.messenger import FakeMessenger
from sikpro.testing.transactions import InlineTransactions
from tests.integration.sqlite import migrated_sqlite

TOUR = Path(__file__).parents[3] / "docs" / "tour.md"
ZONE, BOT = "Asia/Jakarta", "bot:1"
SOURCE = "/src/sikpro/"

Stop = tuple[str, str]


def furnish(uow: UnitOfWork) -> None:
    create_first_catalogue(uow)
    uow.people.add(a_technician(telegram_id=700, site_operation=""))
    uow.bots.lease(BOT, "this", NOON, timedelta(seconds=90), take_over=True)


async def live_through(store: SqlTransactions, message: str, passed: list[Stop]) -> None:
    """Do all that happens to the order, and note each function of ours that is called."""

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and SOURCE in frame.f_code.co_filename:
            passed.append((frame.f_code.co_filename.partition(SOURCE)[2], frame.f_code.co_qualname))

    clock, transactions, messenger = StoryClock(NOON), InlineTransactions(store), FakeMessenger()
    intake = Intake(transactions=transactions, clock=clock, zone=ZONE)
    relay = Relay(transactions=transactions, messenger=messenger, clock=clock)
    store.write(furnish)
    rina = store.write(lambda uow: uow.people.add(a_person("Rina")))
    sys.setprofile(note)
    try:
        await intake.take_in(Batch(updates=(an_incoming(message),), cursor="1"), BOT, "this", "bot_api")
        order = store.read(lambda uow: order_named(uow, "SC32232558"))
        store.write(lambda uow: take_order(uow, order.id, rina, clock.now()))
        clock.later(minutes=5)
        store.write(lambda uow: change_status(uow, order.id, "selesai", rina, clock.now(), reason="", zone=ZONE))
        clock.later(seconds=10)
        sending = asyncio.create_task(relay.run())
        async with asyncio.timeout(30):
            while ("adapters/sql/outbox.py", "SqlOutbox.sent") not in passed:
                await asyncio.sleep(0.01)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        store.read(lambda uow: recap(uow, RecapQuery.parse("2026-11-02"), rina, clock.now(), ZONE))
    finally:
        sys.setprofile(None)


async def test_every_stop_of_the_tour_is_passed_in_its_place(tmp_path: Path) -> None:
    text = TOUR.read_text("utf-8")
    stops: list[Stop] = re.findall(r"^\d+\. `(\S+)` · `(\S+)`$", text, re.MULTILINE)
    (message,) = re.findall(r"^```\n(.+)\n```$", text, re.MULTILINE)
    engine, passed = create_engine_for(migrated_sqlite(tmp_path)), list[Stop]()
    try:
        await live_through(SqlTransactions(engine), message, passed)
    finally:
        engine.dispose()

    assert len(stops) > 30
    at = 0
    for stop in stops:
        assert stop in passed[at:], f"{stop} is not passed after {stops[stops.index(stop) - 1]}"
        at += passed[at:].index(stop)
