"""What the stores of owners and disturbances promise: one owner a status, one open disturbance a place."""

from datetime import datetime

import pytest
from attrs import evolve

from sikpro.application.ports.disturbances import TiedOrder
from sikpro.application.ports.owners import Owner
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.domain.disturbance import Disturbance, Scope
from sikpro.domain.errors import AlreadyUsed, NotFound
from sikpro.testing.builders import a_person, after, stored_order
from sikpro.testing.contracts.base import StoreSuite
from sikpro.testing.contracts.race import race


def a_disturbance(by: int, place: str = "ODP-SDA-003", at: datetime | None = None, **more: object) -> Disturbance:
    given = {"id": 0, "scope": Scope.BOX, "status": "odp_loss", "text": "putus \u2028 🙂"} | more
    return Disturbance(place=place, declared_by=by, declared_at=at or after(0), **given)  # type: ignore[arg-type]  # what the test is about


class OwnersAndDisturbancesContract(StoreSuite):
    """What the stores of owners and disturbances promise: one owner a status, one open disturbance a place."""

    def test_a_status_has_the_owner_that_was_chosen_last_until_it_is_dropped(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> tuple[Owner, ...]:
            person = unit.people.add(a_person()).id
            owners = (
                Owner(status="b", label="Rina", person=person),
                Owner(status="B", label="Tim ODP", chat_id=-(10**13), topic=12),
            )
            for owner in (evolve(owners[0], person=None, chat_id=-5), *owners):
                unit.owners.put(owner)
            return owners

        owners = store.write(work)
        assert store.read(lambda unit: unit.owners.all()) == owners[::-1]
        assert store.read(lambda unit: (unit.owners.of("b"), unit.owners.of("c"))) == (owners[0], None)
        for _ in range(2):
            store.write(lambda unit: unit.owners.drop("b"))
        assert store.read(lambda unit: unit.owners.all()) == owners[1:]

    def test_a_disturbance_is_open_until_it_is_ended_once(self, store: Transactions) -> None:
        by = store.write(lambda unit: unit.people.add(a_person()).id)
        first, second, third = (
            store.write(lambda unit, one=one: unit.disturbances.add(one))  # type: ignore[misc]  # bound now
            for one in (
                a_disturbance(by),
                a_disturbance(by, "SDA", scope=Scope.STO, status=""),
                a_disturbance(by, "SDA-FAB", scope=Scope.FEEDER),
            )
        )
        assert store.read(lambda unit: unit.disturbances.open()) == (third, second, first)
        assert store.read(lambda unit: unit.disturbances.get(second.id)) == second
        with pytest.raises(NotFound):
            store.read(lambda unit: unit.disturbances.get(99))

        def end(number: int, minute: int, text: str) -> bool:
            return store.write(lambda unit: unit.disturbances.end(number, after(minute), by, text))

        assert [end(third.id, 5, "beres"), end(first.id, 6, ""), end(third.id, 7, "lagi"), end(99, 7, "")] == [
            *(True, True, False, False)
        ]
        ended = store.read(lambda unit: unit.disturbances.ended(9))
        assert ended == (
            evolve(first, ended_at=after(6), ended_by=by),
            evolve(third, ended_at=after(5), ended_by=by, end_text="beres"),
        )
        assert store.read(lambda unit: unit.disturbances.ended(1)) == ended[:1]
        assert store.read(lambda unit: unit.disturbances.open()) == (second,)

    def test_a_place_has_one_open_disturbance_also_when_two_declare_it_at_once(self, store: Transactions) -> None:
        by = store.write(lambda unit: unit.people.add(a_person()).id)

        def declare() -> object:
            return store.write(lambda unit: unit.disturbances.add(a_disturbance(by)))

        results = race(declare, declare)
        assert sorted(type(one).__name__ for one in results) == ["AlreadyUsed", "Disturbance"]

        def refused(unit: UnitOfWork) -> int:
            with pytest.raises(AlreadyUsed, check=lambda error: error.params["field"] == "place"):
                unit.disturbances.add(a_disturbance(by))
            unit.disturbances.add(a_disturbance(by, scope=Scope.STO))
            (old,) = (one for one in unit.disturbances.open() if one.scope is Scope.BOX)
            unit.disturbances.end(old.id, after(1), by, "")
            return unit.disturbances.add(a_disturbance(by)).id

        again = store.write(refused)
        assert store.read(lambda unit: unit.disturbances.open())[0].id == again

    def test_orders_are_tied_once_and_know_their_newest_open_disturbance(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> tuple[list[int], list[Disturbance]]:
            by = unit.people.add(a_person()).id
            orders = [stored_order(unit, f"SC1000000{place}").id for place in range(3)]
            box, sto, over = (unit.disturbances.add(a_disturbance(by, place)) for place in ("A", "B", "C"))
            for one, order, moved in (
                (box, 1, True),
                (box, 0, False),
                (box, 1, False),
                (sto, 0, False),
                (over, 2, False),
            ):
                unit.disturbances.tie(one.id, orders[order], after(order), moved=moved)
            unit.disturbances.end(over.id, after(9), by, "")
            return orders, [box, sto, over]

        orders, (box, sto, over) = store.write(work)
        assert store.read(lambda unit: unit.disturbances.orders(box.id)) == (
            TiedOrder(order_id=orders[0], at=after(0), moved=False),
            TiedOrder(order_id=orders[1], at=after(1), moved=True),
        )
        assert store.read(lambda unit: unit.disturbances.open_of(orders)) == {orders[0]: sto, orders[1]: box}
        assert store.read(lambda unit: unit.disturbances.open_of(orders[1:2])) == {orders[1]: box}
        assert store.read(lambda unit: unit.disturbances.open_of([])) == {}
        assert [tied.order_id for tied in store.read(lambda unit: unit.disturbances.orders(over.id))] == orders[2:]
