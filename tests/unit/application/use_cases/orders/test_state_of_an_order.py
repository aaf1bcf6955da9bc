"""What lists and pages tell of an order: since when it is as it is, how old it is, how long the wait will be."""

from datetime import timedelta

import pytest

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.bulk import work_in_bulk
from sikpro.application.use_cases.orders.change_status import change_status
from sikpro.application.use_cases.orders.list_orders import AGES, age_span, expected_wait, search_orders, state_since
from sikpro.application.use_cases.orders.own_order import join_message
from sikpro.application.use_cases.orders.undo_status import undo_status
from sikpro.application.use_cases.orders.work_order import just_taken, renew_claim, take_order
from sikpro.domain.errors import AlreadyTaken, ConcurrencyConflict, DomainError
from sikpro.domain.order import Order
from sikpro.testing.builders import stored_order
from tests.unit.chat import NINE, WHOLE, ZONE, Phone, World

RINA, BAGUS = 4, 5
HOLD = timedelta(seconds=5)


def at(minutes: float) -> timedelta:
    return timedelta(minutes=minutes)


@pytest.fixture
def world() -> World:
    world = World()
    Phone(world, 1).says("/reg " + WHOLE)
    return world


def test_an_order_is_as_it_is_since_its_status_was_set_whatever_was_said_or_undone_meanwhile(world: World) -> None:
    def work(uow: UnitOfWork) -> list[timedelta]:
        rina, since = uow.people.get(RINA), []

        def told() -> None:
            row = uow.order_queries.row(1)
            assert row is not None
            since.append(state_since(uow, row) - NINE)

        told()
        change_status(uow, 1, "odp_penuh", rina, NINE + at(10), zone=ZONE, hold=HOLD)
        told()
        join_message(uow, 1, uow.people.get(1), NINE + at(20), text="sudah", chat_id=1, message_id=1)
        told()
        for minutes in (30, 40):
            change_status(uow, 1, "selesai", rina, NINE + at(minutes), zone=ZONE, hold=HOLD)
            undo_status(uow, 1, rina, NINE + at(minutes) + timedelta(seconds=3))
            told()
        change_status(uow, 1, "selesai", rina, NINE + at(50), zone=ZONE)
        told()
        return since

    assert world.transactions.write(work) == [at(minutes) for minutes in (0, 10, 10, 10, 10, 50)]


def test_each_age_belongs_to_one_span(world: World) -> None:
    spans = [age_span(age, NINE) for age in AGES]
    for hours in (0, 0.5, 1, 3.9, 4, 24, 71.9, 72, 2000):
        received = NINE - timedelta(hours=hours)
        assert sum(received in span for span in spans) == 1, hours
    assert NINE - timedelta(hours=1) in age_span("4h", NINE)
    assert NINE - timedelta(hours=1) not in age_span("1h", NINE)


@pytest.mark.parametrize(("done", "wait"), [(2, None), (3, at(120)), (6, at(60))])
def test_a_wait_is_told_once_enough_was_done_to_know_the_pace(world: World, done: int, wait: timedelta | None) -> None:
    def work(uow: UnitOfWork) -> timedelta | None:
        for number in range(done):
            order = stored_order(uow, f"SC9000000{number}", received_at=NINE)
            take_order(uow, order.id, uow.people.get(RINA), NINE + at(10))
        old = stored_order(uow, "SC90000099", received_at=NINE - at(600))
        take_order(uow, old.id, uow.people.get(RINA), NINE - at(500))
        return expected_wait(uow, 3, NINE + at(60))

    assert world.transactions.write(work) == wait


def test_a_search_tells_the_newest_first_and_no_more_than_asked_for(world: World) -> None:
    def work(uow: UnitOfWork) -> list[str]:
        for number in range(3):
            stored_order(uow, f"SC9000000{number}", received_at=NINE + at(number))
        return [row.number for row in search_orders(uow, "SC900", uow.people.get(RINA), 2)]

    assert world.transactions.write(work) == ["SC90000002", "SC90000001"]


def test_a_second_press_of_next_is_the_same_order_only_for_a_moment_and_only_when_it_took_one(world: World) -> None:
    def asked(uow: UnitOfWork, held: int, seconds: float) -> int | None:
        order = just_taken(uow, uow.people.get(RINA), NINE + timedelta(seconds=seconds), held)
        return order.id if order else None

    def work(uow: UnitOfWork) -> list[int | None]:
        take_order(uow, 1, uow.people.get(RINA), NINE)
        return [asked(uow, 0, 1), asked(uow, 0, 2.9), asked(uow, 0, 3), asked(uow, 1, 1)]

    assert world.transactions.write(work) == [1, 1, None, None]


def test_of_several_orders_each_that_allows_it_is_done_and_the_others_say_why(world: World) -> None:
    def work(uow: UnitOfWork) -> tuple[list[int], dict[str, DomainError]]:
        free, changed = stored_order(uow, "SC90000001"), stored_order(uow, "SC90000002")
        take_order(uow, 1, uow.people.get(BAGUS), NINE)
        rina = uow.people.get(RINA)

        def take(order: Order) -> Order:
            return take_order(uow, order.id, rina, NINE)

        many = work_in_bulk(uow, {1: uow.orders.get(1).version, free.id: 1, changed.id: 7}, take)
        return [order.id for order in many.done], dict(many.refused)

    done, refused = world.transactions.write(work)
    assert done == [2]
    assert set(refused) == {"SC32232558", "SC90000002"}
    assert isinstance(refused["SC32232558"], AlreadyTaken)
    assert refused["SC32232558"].params["name"] == "Bagus", "who has it is said by name"
    assert isinstance(refused["SC90000002"], ConcurrencyConflict)


def test_an_open_page_renews_a_claim_by_minutes_and_for_two_hours_and_its_holder_for_as_long_as_they_say_so(
    world: World,
) -> None:
    def renewed(minutes: float, *, by: int = RINA, confirmed: bool = False) -> timedelta | None:
        def work(uow: UnitOfWork) -> timedelta | None:
            until = renew_claim(uow, 1, uow.people.get(by), NINE + at(minutes), confirmed=confirmed).claimed_until
            return until - NINE if until else None

        return world.transactions.write(work)

    assert renewed(0) is None, "nobody has it"
    world.takes()
    assert renewed(2) == at(30), "not worth storing"
    assert renewed(3) == at(33)
    assert renewed(20, by=BAGUS) == at(33), "it is not his"
    assert renewed(20, by=BAGUS, confirmed=True) == at(33)
    assert renewed(33) == at(63)
    assert renewed(100) == at(120)
    assert renewed(119) == at(120)
    assert renewed(119, confirmed=True) == at(149)
    assert renewed(140) == at(170)
    assert renewed(230) == at(239), "two hours after their word"
