"""Two who send again what an outage left, at the same moment, and orders that change meanwhile."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy.engine import Engine

from sikpro.adapters.sql import SqlTransactions, create_engine_for
from sikpro.application.ports.outbox import Delivery, OutboxItem
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.application.use_cases.catalogue.lookup import any_status
from sikpro.application.use_cases.messages.resend_failed import Resent, resend_failed
from sikpro.domain.order_data import Origin
from sikpro.domain.people import Person, Role
from sikpro.testing.builders import a_person, a_technician, after, an_outgoing, key_of, stored_order
from sikpro.testing.contracts.race import race
from tests.integration.contract.conftest import POSTGRES

ORDERS = 30


@pytest.fixture
def other(database_url: str) -> Any:
    """Another process' way to the same database."""
    engine = create_engine_for(database_url)
    yield SqlTransactions(engine)
    engine.dispose()


def _outage(unit: UnitOfWork) -> Person:
    """Leave two failed answers for each order; every second order has moved past them."""
    create_first_catalogue(unit)
    unit.people.add(a_technician(telegram_id=700))
    for place in range(ORDERS):
        status = any_status(unit, "menunggu")
        order = stored_order(unit, f"SC{10**7 + place}", origin=Origin(700, place + 1), status=status)
        for _ in range(2):
            number = unit.outbox.put(an_outgoing(chat_id=700), after(0), order_id=order.id)
            unit.outbox.give_up(number, Delivery.FAILED, "unreachable", "", after(1))
        if place % 2:
            unit.orders.save(evolve(order, changed_at=after(10)), key_of(order))
    return unit.people.add(a_person("Bagus", role=Role.TEAM_LEADER))


def _press(store: SqlTransactions, by: Person) -> int:
    def portion(begin: int) -> Resent:
        return store.write(lambda unit: resend_failed(unit, by, after(60), after=begin, limit=7, zone="Asia/Jakarta"))

    begin: int | None = 0
    count = 0
    while begin is not None:
        resent = portion(begin)
        begin, count = resent.next, count + sum(resent.done.values())
    return count


def _items(store: SqlTransactions) -> list[OutboxItem]:
    def read(unit: UnitOfWork) -> list[OutboxItem]:
        orders = [unit.orders.find(f"SC{10**7 + place}")[0].id for place in range(ORDERS)]
        return [item for order in orders for item in unit.outbox.of_order(order)]

    return store.read(read)


def test_of_two_who_press_at_once_each_message_has_one(databases: SqlTransactions, other: SqlTransactions) -> None:
    by = databases.write(_outage)

    counts = race(*(lambda store=store: _press(store, by) for store in (databases, other) * 2))

    assert sum(count for count in counts if isinstance(count, int)) == 2 * ORDERS
    assert not [count for count in counts if isinstance(count, Exception)]
    items = _items(databases)
    states = Counter(item.state for item in items)
    assert states == {Delivery.QUEUED: ORDERS + ORDERS // 2, Delivery.REPLACED: ORDERS}
    fresh = Counter(item.order_id for item in items if "tertahan gangguan" in item.message.text)
    assert len(fresh) == ORDERS // 2
    assert set(fresh.values()) == {1}


def test_an_order_that_changes_meanwhile_is_never_told_of_in_an_older_state_afterwards(
    databases: SqlTransactions, other: SqlTransactions
) -> None:
    by = databases.write(_outage)

    def answers() -> int:
        for place in range(ORDERS):

            def answer(unit: UnitOfWork, place: int = place) -> None:
                order = unit.orders.find(f"SC{10**7 + place}")[0]
                unit.orders.save(evolve(order, changed_at=after(60) + timedelta(minutes=1)), key_of(order))
                unit.outbox.put(an_outgoing("jawaban baru", 700), after(61), order_id=order.id)

            other.write(answer)
        return 0

    race(lambda: _press(databases, by), answers)

    last = {item.order_id: item.message.text for item in _items(databases) if item.state is Delivery.QUEUED}
    assert set(last.values()) == {"jawaban baru"}


@pytest.mark.parametrize("database_url", [POSTGRES], indirect=True)
def test_who_has_a_portion_has_its_orders_until_the_end(databases: SqlTransactions, engine: Engine) -> None:
    databases.write(_outage)

    def work(unit: UnitOfWork) -> None:
        assert len(unit.failed_messages.portion(0, 4)) == 4
        with engine.connect() as connection:
            free = "SELECT number FROM orders FOR NO KEY UPDATE SKIP LOCKED"
            found = set(connection.exec_driver_sql(free).scalars())
        assert {f"SC{10**7 + place}" for place in range(ORDERS)} - found == {"SC10000000", "SC10000001"}

    databases.write(work)
