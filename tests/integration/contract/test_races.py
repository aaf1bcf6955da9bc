"""What two who write at the same moment may expect of a database."""

from datetime import timedelta
from typing import Any

import pytest

from sikpro.adapters.sql import SqlTransactions, create_engine_for
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.errors import AlreadyUsed, ConcurrencyConflict, DuplicateOrder
from sikpro.domain.order import Order
from sikpro.domain.people import Person
from sikpro.testing.builders import (
    IN_PROGRESS,
    WAITING,
    after,
    an_incoming,
    an_outgoing,
    key_of,
    stored_order,
)
from sikpro.testing.contracts.race import race


@pytest.fixture
def other(database_url: str) -> Any:
    """Another process' way to the same database."""
    engine = create_engine_for(database_url)
    yield SqlTransactions(engine)
    engine.dispose()


def test_of_two_who_race_for_a_key_exactly_one_wins(databases: SqlTransactions, other: SqlTransactions) -> None:
    for turn in range(15):
        number = f"SC{10**7 + turn}"

        def work(unit: UnitOfWork, number: str = number) -> int:
            return stored_order(unit, number).id

        results = race(*(lambda store=store, work=work: store.write(work) for store in (databases, other) * 2))

        refused = [result for result in results if isinstance(result, DuplicateOrder)]
        winners = [result for result in results if isinstance(result, int)]
        assert (len(refused), len(winners)) == (3, 1)
        assert {error.order_id for error in refused} == set(winners)


def test_of_two_who_race_for_a_phone_number_exactly_one_gets_it(
    databases: SqlTransactions, other: SqlTransactions
) -> None:
    for turn in range(15):
        phone = f"62812{turn:06}"

        def work(unit: UnitOfWork, phone: str = phone) -> int:
            return unit.people.add(Person(id=0, name="Budi", phone=phone)).id

        results = race(*(lambda store=store, work=work: store.write(work) for store in (databases, other) * 2))

        refused = [result for result in results if isinstance(result, AlreadyUsed)]
        assert (len(refused), sum(isinstance(result, int) for result in results)) == (3, 1)
        assert {(error.params["field"], error.params["name"]) for error in refused} == {("phone", "Budi")}


def test_of_two_who_receive_the_same_update_exactly_one_stores_it(
    databases: SqlTransactions, other: SqlTransactions
) -> None:
    for turn in range(15):
        incoming = an_incoming(message_id=turn)

        def work(unit: UnitOfWork, incoming: Any = incoming) -> int | None:
            return unit.inbox.receive(incoming, after(0))

        results = race(*(lambda store=store, work=work: store.write(work) for store in (databases, other)))

        assert sorted(result is None for result in results) == [False, True]


def test_of_two_who_save_the_same_version_exactly_one_wins(databases: SqlTransactions, other: SqlTransactions) -> None:
    order = databases.write(stored_order)
    for turn in range(10):
        taken = order.take(turn, IN_PROGRESS, after(turn)).order

        def work(unit: UnitOfWork, taken: Any = taken) -> Any:
            return unit.orders.save(taken, key_of(taken))

        results = race(*(lambda store=store, work=work: store.write(work) for store in (databases, other)))

        assert sum(isinstance(result, ConcurrencyConflict) for result in results) == 1

        def give_back(unit: UnitOfWork, order_id: int = order.id, turn: int = turn) -> Order:
            back = unit.orders.get(order_id).give_back(turn, WAITING, after(turn)).order
            return unit.orders.save(back, key_of(back))

        order = databases.write(give_back)

    assert [total.count for total in databases.read(lambda unit: unit.order_queries.totals())] == [1]


def test_totals_of_transactions_that_change_the_same_kinds_in_different_order_add_up(
    databases: SqlTransactions, other: SqlTransactions
) -> None:
    def add(store: SqlTransactions, first: int, stos: tuple[str, ...]) -> None:
        for number in range(first, first + 20):
            store.write(
                lambda unit, n=number: [  # type: ignore[misc]  # a lambda's default
                    stored_order(unit, f"SC{n * 10 + place}", sto=sto) for place, sto in enumerate(stos)
                ]
            )

    results = race(
        lambda: add(databases, 1_000_000, ("SDA", "SPJ", "MRT")), lambda: add(other, 2_000_000, ("MRT", "SPJ", "SDA"))
    )

    assert results == [None, None]
    totals = databases.read(lambda unit: unit.order_queries.totals())
    assert [(total.sto, total.count) for total in totals] == [("MRT", 40), ("SDA", 40), ("SPJ", 40)]


def test_no_message_is_claimed_by_two(databases: SqlTransactions, other: SqlTransactions) -> None:
    databases.write(lambda unit: [unit.outbox.put(an_outgoing(str(n), n % 20 + 1), after(0)) for n in range(60)])

    def claim(store: SqlTransactions) -> list[int]:
        minute = timedelta(minutes=1)
        return [item.id for _ in range(6) for item in store.write(lambda unit: unit.outbox.claim(after(0), minute, 4))]

    first, second = race(lambda: claim(databases), lambda: claim(other))

    assert isinstance(first, list)
    assert isinstance(second, list)
    assert len(first + second) == len(set(first + second)) == 20


def test_no_job_is_claimed_by_two(databases: SqlTransactions, other: SqlTransactions) -> None:
    def schedule(unit: UnitOfWork) -> None:
        for key in range(20):
            unit.jobs.schedule("interval", str(key), after(0))

    def claim(store: SqlTransactions) -> list[int]:
        jobs = [store.write(lambda unit: unit.jobs.claim(after(0), timedelta(minutes=1))) for _ in range(20)]
        return [job.id for job in jobs if job]

    databases.write(schedule)
    first, second = race(lambda: claim(databases), lambda: claim(other))

    assert isinstance(first, list)
    assert isinstance(second, list)
    assert sorted(first + second) == sorted(set(first + second))
    assert len(first + second) == 20
