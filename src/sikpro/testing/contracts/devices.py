"""What the reads over modems, boxes and exchanges promise."""

from typing import Any

from attrs import evolve

from sikpro.application.ports.devices import HeldUpOdp, KnownOrder, OdpSummary, SharedSerial
from sikpro.application.ports.queries import Key
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.domain.order import Order
from sikpro.domain.phase import Phase
from sikpro.testing.builders import (
    CANCELLED,
    COMPLETED,
    HELD_UP,
    IN_PROGRESS,
    WAITING,
    after,
    key_of,
    stored_order,
)
from sikpro.testing.contracts.base import StoreSuite

HERE, THERE = "ODP-SDA-001", "ODP-SDA-002"


def moved(unit: UnitOfWork, number: str, *statuses: Any, minute: int = 0, **more: Any) -> Order:
    """An order received at a minute and moved through statuses, a minute each; reopened where it was finished."""
    order = stored_order(unit, number, received_at=after(minute), **more)
    stored = order
    for place, status in enumerate(statuses, minute + 1):
        step = order.move_to if order.phase.live else order.reopen
        order = step(status, 7, after(place), reason="x").order
    return unit.orders.save(evolve(order, version=stored.version), key_of(order))


def deleted(unit: UnitOfWork, order: Order) -> Order:
    gone = order.delete("keliru", after(500)).order
    return unit.orders.save(gone, key_of(gone))


def ends(rows: Any) -> list[str]:
    return [row.number[-1] for row in rows]


class DevicesContract(StoreSuite):
    """What the reads over modems, boxes and exchanges promise."""

    def test_a_modem_is_installed_where_its_last_completed_order_says(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> None:
            moved(unit, "SC100001", COMPLETED, odp=HERE, serial="ZTEG00000001")
            moved(unit, "SC100002", COMPLETED, odp=HERE, serial="ZTEG00000002")
            moved(unit, "SC100003", COMPLETED, odp=THERE, serial="ZTEG00000002", minute=60)
            moved(unit, "SC100004", COMPLETED, odp=HERE, serial="ZTEG00000003", minute=30)
            deleted(unit, moved(unit, "SC100005", COMPLETED, odp=THERE, serial="ZTEG00000003", minute=90))
            moved(unit, "SC100006", HELD_UP, odp=HERE, serial="ZTEG00000004")

        store.write(work)

        assert ends(store.read(lambda unit: unit.devices.installed_at(HERE, 9))) == ["4", "1"]
        assert ends(store.read(lambda unit: unit.devices.installed_at(HERE, 1))) == ["4"]
        assert ends(store.read(lambda unit: unit.devices.installed_at(THERE, 9))) == ["3"]

    def test_an_exchange_has_the_boxes_that_carry_its_code_with_what_happened_at_each(
        self, store: Transactions
    ) -> None:
        def work(unit: UnitOfWork) -> None:
            moved(unit, "SC100001", HELD_UP, COMPLETED, odp=HERE)
            moved(unit, "SC100002", HELD_UP, IN_PROGRESS, HELD_UP, odp=HERE)
            moved(unit, "SC100003", CANCELLED, odp=HERE)
            deleted(unit, moved(unit, "SC100004", odp=HERE))
            moved(unit, "SC100005", odp="ODP-SDA-FAB/12")
            moved(unit, "SC100006", odp="ODP-SPJ-001")

        store.write(work)

        first, second = store.read(lambda unit: unit.devices.boxes("SDA", "", 9))
        assert first == OdpSummary(odp=HERE, orders=3, completed=1, open=1, hold_ups=3)
        assert second.odp == "ODP-SDA-FAB/12"
        assert store.read(lambda unit: unit.devices.boxes("SDA", HERE, 9)) == (second,)
        assert store.read(lambda unit: unit.devices.boxes("SDA", "", 1)) == (first,)
        assert store.read(lambda unit: unit.devices.boxes("SD", "", 9)) == ()

    def test_a_serial_under_several_numbers_is_told_unless_the_others_are_cancelled_or_deleted(
        self, store: Transactions
    ) -> None:
        def work(unit: UnitOfWork) -> None:
            for place, serial in enumerate(("ZTEG0000000B", "ZTEG0000000B", "ZTEG0000000A", "ZTEG0000000A")):
                moved(unit, f"SC10000{place}", COMPLETED, serial=serial)
            moved(unit, "SC200001", serial="ZTEG0000000C")
            moved(unit, "SC200002", CANCELLED, serial="ZTEG0000000C")
            deleted(unit, moved(unit, "SC200003", serial="ZTEG0000000C"))

        store.write(work)

        a, b = store.read(lambda unit: unit.devices.shared_serials("", 9))
        assert (a, b.serial) == (SharedSerial(serial="ZTEG0000000A", orders=2, numbers=2), "ZTEG0000000B")
        assert store.read(lambda unit: unit.devices.shared_serials("", 1)) == (a,)
        assert store.read(lambda unit: unit.devices.shared_serials(a.serial, 9)) == (b,)

    def test_boxes_are_told_by_how_often_their_orders_were_held_up_since(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> None:
            moved(unit, "SC100001", HELD_UP, IN_PROGRESS, HELD_UP, odp=HERE, minute=10)
            moved(unit, "SC100002", HELD_UP, odp=HERE, minute=20)
            moved(unit, "SC100003", HELD_UP, odp=HERE, minute=0)
            moved(unit, "SC100004", HELD_UP, IN_PROGRESS, HELD_UP, IN_PROGRESS, HELD_UP, odp=THERE, minute=10)
            deleted(unit, moved(unit, "SC100005", HELD_UP, odp=THERE, minute=11))
            moved(unit, "SC100006", HELD_UP, odp="ODP-SDA-003", minute=11)
            moved(unit, "SC100007", odp=HERE, minute=12)

        store.write(work)

        def boxes(place: tuple[int, str] | None = None) -> tuple[HeldUpOdp, ...]:
            return store.read(lambda unit: unit.devices.held_up_odps(after(5), 2, place, 9))

        first, second = boxes()
        assert first == HeldUpOdp(odp=HERE, hold_ups=3, orders=2)
        assert second == HeldUpOdp(odp=THERE, hold_ups=3, orders=1)
        assert boxes((3, HERE)) == (second,)
        behind = store.read(lambda unit: unit.devices.held_up_orders(HERE, after(5), 9))
        assert [(one.row.number[-1], one.times) for one in behind] == [("2", 1), ("1", 2)]

    def test_orders_reopened_twice_are_told_newest_first_and_page_by_key(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> None:
            again = (COMPLETED, IN_PROGRESS, COMPLETED, IN_PROGRESS)
            moved(unit, "SC100001", *again)
            moved(unit, "SC100002", *again, COMPLETED, IN_PROGRESS, minute=30)
            moved(unit, "SC100003", *again[:2])
            deleted(unit, moved(unit, "SC100004", *again))

        store.write(work)

        found = store.read(lambda unit: unit.devices.reopened(None, 9))
        assert [(one.row.number[-1], one.times) for one in found] == [("2", 3), ("1", 2)]
        key: Key = found[0].row.key
        assert [one.row.number[-1] for one in store.read(lambda unit: unit.devices.reopened(key, 9))] == ["1"]

    def test_a_list_of_numbers_finds_every_order_under_them_deleted_ones_too(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> tuple[Order, Order]:
            cancelled = moved(unit, "SC100001", CANCELLED)
            again = moved(unit, "SC100001", minute=30)
            deleted(unit, moved(unit, "SC100002"))
            moved(unit, "SC100003")
            return cancelled, again

        cancelled, again = store.write(work)
        asked = ["SC100001", "SC100002", "SC100002", *(f"SC9{place:05}" for place in range(1200))]

        found = store.read(lambda unit: unit.devices.known(asked))

        assert sorted(found) == ["SC100001", "SC100002"]
        assert [order.id for order in found["SC100001"]] == [cancelled.id, again.id]
        assert found["SC100001"][1] == KnownOrder(
            id=again.id,
            number="SC100001",
            type="AO",
            phase=Phase.WAITING,
            status=WAITING.code,
            channel="telegram",
            received_at=again.received_at,
            deleted=False,
            version=again.version,
        )
        assert found["SC100002"][0].deleted
