"""Steps on an order to the last detail: who has it then, who is named, how many at a time."""

from datetime import datetime, timedelta

import pytest
from attrs import evolve

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.change_status import change_status
from sikpro.application.use_cases.orders.clashes import Shared, clashes
from sikpro.application.use_cases.orders.hand_over import hand_over
from sikpro.application.use_cases.orders.list_orders import related_orders
from sikpro.application.use_cases.orders.own_order import correct_order
from sikpro.application.use_cases.orders.register_order import register_order
from sikpro.application.use_cases.orders.understand_request import typed_again
from sikpro.application.use_cases.orders.work_order import free_lapsed_claims, take_order
from sikpro.domain.errors import DuplicateOrder, InvalidFields
from sikpro.domain.order_data import Channel, Origin
from sikpro.domain.people import Person
from sikpro.testing.builders import COMPLETED, order_data, refusals, stored_order
from tests.unit.chat import NINE, ZONE, World

BUDI, AGUS, RINA, BAGUS = 1, 2, 4, 5
LATER = NINE.replace(hour=8)


def test_who_reopens_an_order_has_it_for_as_long_as_the_installation_says() -> None:
    def work(uow: UnitOfWork) -> tuple[int | None, datetime | None]:
        uow.installation.put(evolve(uow.installation.get(), claim=timedelta(minutes=47)))
        stored_order(uow, received_at=NINE)
        change_status(uow, 1, "selesai", uow.people.get(RINA), NINE, zone=ZONE)
        order = change_status(uow, 1, "ogp", uow.people.get(BAGUS), NINE, reason="mati", zone=ZONE)
        return order.holder, order.claimed_until

    assert World().transactions.write(work) == (BAGUS, NINE + timedelta(minutes=47))


def test_the_helpdesk_who_has_an_order_corrects_it() -> None:
    def work(uow: UnitOfWork) -> str:
        stored_order(uow, received_at=NINE)
        rina = uow.people.get(RINA)
        order = take_order(uow, 1, rina, NINE)
        typed = typed_again(order.data) | {"serial": "ZTEG00000001"}
        return correct_order(uow, 1, typed, rina, NINE).data.serial.value

    assert World().transactions.write(work) == "ZTEG00000001"


@pytest.mark.parametrize("sender", [RINA, None])
def test_an_order_knows_who_entered_it_and_where_it_came_from(sender: int | None) -> None:
    def work(uow: UnitOfWork) -> None:
        by: Person | None = uow.people.get(sender) if sender else None
        typed = typed_again(order_data())
        found = register_order(uow, typed, LATER, sender=by, channel=Channel.WEB, origin=Origin(1, 5), received_at=NINE)
        order = found.order
        assert (order.sender, order.origin, order.received_at, order.recorded_at) == (sender, Origin(1, 5), NINE, LATER)
        assert found.place == 1
        assert [entry.actor for entry in uow.journal.of_order(order.id)] == [sender]

    World().transactions.write(work)


def test_only_so_many_claims_are_freed_at_a_time() -> None:
    def work(uow: UnitOfWork) -> list[int]:
        for place in range(3):
            order = stored_order(uow, f"SC10000{place}", received_at=NINE)
            take_order(uow, order.id, uow.people.get(RINA), NINE)
        return [free_lapsed_claims(uow, LATER, limit=2), free_lapsed_claims(uow, LATER), free_lapsed_claims(uow, LATER)]

    assert World().transactions.write(work) == [2, 1, 0]


def test_what_is_handed_over_stands_nowhere_yet_and_its_technician_is_on_telegram() -> None:
    world = World()

    def hand(technician: str, number: str = "") -> Person:
        typed = {"technician": technician, "registration_number": number}
        return world.transactions.write(lambda uow: hand_over(uow, typed, uow.people.get(BAGUS), NINE, zone=ZONE))

    world.transactions.write(lambda uow: stored_order(uow, "SC100001", received_at=NINE))
    world.transactions.write(lambda uow: uow.people.save(evolve(uow.people.get(AGUS), telegram_id=None)))
    with pytest.raises(DuplicateOrder) as double:
        hand("F5SDA445", "SC100001")
    assert (double.value.number, double.value.order_id) == ("SC100001", 1)
    for code, wrong in (
        ("F5TUN446", ("technician.no_telegram", "F5TUN446")),
        ("", ("field.missing", "")),
        ("F5SDA999", ("technician.unknown", "F5SDA999")),
    ):
        with pytest.raises(InvalidFields) as refused:
            hand(code)
        assert refusals(refused.value) == {"technician": wrong}
    assert hand("F5SDA445", "SC100002").id == BUDI


def test_of_two_live_orders_with_one_modem_or_one_port_each_names_the_other() -> None:
    def work(uow: UnitOfWork) -> dict[str, list[tuple[Shared, str]]]:
        stored_order(uow, "SC100001", port="5")
        stored_order(uow, "SC100002", odp="ODP-SDA-009", port="5")
        stored_order(uow, "SC100003", serial="ZTEG00000003", port="5")
        stored_order(uow, "SC100004", serial="ZTEG00000003", port="6", status=COMPLETED)
        stored_order(uow, "SC100005", serial="ZTEG00000005")
        orders = [uow.orders.get(order_id) for order_id in range(1, 6)]
        return {order.number: [(one.shared, one.row.number) for one in clashes(uow, order)] for order in orders}

    assert World().transactions.write(work) == {
        "SC100001": [(Shared.SERIAL, "SC100002"), (Shared.PORT, "SC100003")],
        "SC100002": [(Shared.SERIAL, "SC100001")],
        "SC100003": [(Shared.PORT, "SC100001")],
        "SC100004": [],
        "SC100005": [],
    }


def test_other_orders_of_the_modem_come_before_those_of_the_box_and_each_once() -> None:
    def work(uow: UnitOfWork) -> list[list[str]]:
        for number, serial in (("SC100001", 1), ("SC100002", 2), ("SC100003", 1), ("SC100004", 1), ("SC100005", 3)):
            stored_order(uow, number, serial=f"ZTEG0000000{serial}", received_at=NINE.replace(minute=int(number[-1])))
        row = uow.order_queries.row(1)
        assert row is not None
        found = [related_orders(uow, row, uow.people.get(RINA), limit=limit) for limit in (6, 3)]
        return [[one.number for one in rows] for rows in found]

    assert World().transactions.write(work) == [
        ["SC100004", "SC100003", "SC100005", "SC100002"],
        ["SC100004", "SC100003", "SC100005"],
    ]
