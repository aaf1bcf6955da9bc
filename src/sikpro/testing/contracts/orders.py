"""What the order repository promises."""

from contextlib import suppress
from datetime import timedelta

import pytest
from attrs import evolve

from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.domain.errors import ConcurrencyConflict, DuplicateOrder, NotFound
from sikpro.domain.order import FARTHEST_CLAIM, Order
from sikpro.domain.order_data import Channel, Origin
from sikpro.domain.place import Place
from sikpro.testing.builders import (
    CANCELLED,
    COMPLETED,
    HELD_UP,
    IN_PROGRESS,
    NOON,
    WAITING,
    after,
    an_order,
    key_of,
    stored_order,
)
from sikpro.testing.contracts.base import StoreSuite

NUMBER = "SC32232558"


def get(store: Transactions, order_id: int) -> Order:
    return store.read(lambda unit: unit.orders.get(order_id))


def _statuses(unit: UnitOfWork) -> list[str]:
    return [order.status for order in unit.orders.find("SC32232558")]


class OrdersContract(StoreSuite):
    """What the order repository promises."""

    def test_an_order_comes_back_as_it_was_stored_with_what_was_typed(self, store: Transactions) -> None:
        order = an_order(
            7,
            " sc 3223-2558",
            serial="5A544547C6754546",
            odp="odp sda fab / 12",
            port="12",
            note="rumah <b>kosong</b> 😀\u200f % _ '\"",
            channel=Channel.WEB,
            sender=3,
            origin=Origin(-700, None),
            received_at=after(0.123456 / 60),
            now=after(5),
        )
        order = order.take(4, IN_PROGRESS, after(6)).order
        order = order.move_to(HELD_UP, 4, after(7), feedback="SN beda").order
        order = order.correct(evolve(order.data, note="baru"), WAITING, after(9)).order
        order = order.join("foto", -700, 12, after(10), place=Place.at(-7.447812, 112.7183)).order
        store.write(lambda unit: unit.orders.add(order, "key"))

        kept = get(store, 7)

        assert kept == order
        assert kept.data.registration_number.typed == " sc 3223-2558"
        assert kept.data.serial.typed == "5A544547C6754546"
        assert kept.received_at.utcoffset() == timedelta()
        assert kept.received_at.microsecond == order.received_at.microsecond

    def test_an_order_of_the_web_has_no_origin(self, store: Transactions) -> None:
        order = store.write(stored_order)

        assert get(store, order.id).origin is None

    def test_next_id_never_gives_an_id_twice_and_begins_small(self, store: Transactions) -> None:
        ids = store.write(lambda unit: [unit.orders.next_id() for _ in range(3)])
        ids += store.write(lambda unit: [unit.orders.next_id() for _ in range(3)])

        assert len(set(ids)) == 6
        assert max(ids) < 100

    def test_a_second_order_under_a_key_is_refused_naming_the_first_and_the_unit_stays_usable(
        self, store: Transactions
    ) -> None:
        first = store.write(stored_order)

        def work(unit: UnitOfWork) -> int:
            with pytest.raises(DuplicateOrder) as refused:
                stored_order(unit)
            assert refused.value.params == {"number": NUMBER}
            stored_order(unit, "SC10000001")
            return refused.value.order_id

        assert store.write(work) == first.id
        assert [order.id for order in store.read(lambda unit: unit.orders.find(NUMBER))] == [first.id]
        assert len(store.read(lambda unit: unit.orders.find("SC10000001"))) == 1
        assert sum(total.count for total in store.read(lambda unit: unit.order_queries.totals())) == 2

    def test_orders_without_a_key_do_not_collide(self, store: Transactions) -> None:
        store.write(lambda unit: [stored_order(unit, status=CANCELLED) for _ in range(2)])

        assert len(store.read(lambda unit: unit.orders.find(NUMBER))) == 2

    def test_a_key_is_free_again_when_its_order_lets_go(self, store: Transactions) -> None:
        first = store.write(stored_order)
        cancelled = first.withdraw(CANCELLED, after(1)).order
        store.write(lambda unit: unit.orders.save(cancelled, None))

        second = store.write(stored_order)

        assert [order.id for order in store.read(lambda unit: unit.orders.find(NUMBER))] == [second.id, first.id]

    def test_saving_gives_the_next_version_and_keeps_what_was_saved(self, store: Transactions) -> None:
        order = store.write(stored_order)
        taken = order.take(4, IN_PROGRESS, after(1)).order

        saved = store.write(lambda unit: unit.orders.save(taken, key_of(taken)))

        assert saved == evolve(taken, version=2)
        assert get(store, order.id) == saved

    def test_saving_over_another_version_is_a_conflict_and_the_unit_stays_usable(self, store: Transactions) -> None:
        order = store.write(stored_order)
        store.write(lambda unit: unit.orders.save(order, key_of(order)))

        def work(unit: UnitOfWork) -> None:
            with pytest.raises(ConcurrencyConflict):
                unit.orders.save(order, key_of(order))
            stored_order(unit, "SC10000001")

        store.write(work)

        assert get(store, order.id).version == 2
        assert len(store.read(lambda unit: unit.orders.find("SC10000001"))) == 1

    def test_saving_an_order_that_was_never_added_is_a_conflict(self, store: Transactions) -> None:
        with pytest.raises(ConcurrencyConflict):
            store.write(lambda unit: unit.orders.save(an_order(99), None))

    def test_saving_under_a_held_key_is_refused_changes_nothing_and_leaves_the_unit_usable(
        self, store: Transactions
    ) -> None:
        first = store.write(lambda unit: stored_order(unit, status=CANCELLED))
        second = store.write(stored_order)
        reopened = first.reopen(WAITING, 4, after(1), "salah batal").order

        def work(unit: UnitOfWork) -> int:
            with pytest.raises(DuplicateOrder) as refused:
                unit.orders.save(reopened, key_of(reopened))
            stored_order(unit, "SC10000001")
            return refused.value.order_id

        assert store.write(work) == second.id
        assert get(store, first.id) == first

    def test_an_unknown_order_is_not_found(self, store: Transactions) -> None:
        with pytest.raises(NotFound):
            get(store, 99)

    def test_find_gives_key_holders_first_then_newest_first_and_no_deleted_ones(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> list[int]:
            old = stored_order(unit, received_at=after(0), status=CANCELLED)
            holder = stored_order(unit, received_at=after(1), status=COMPLETED)
            new = stored_order(unit, received_at=after(2), status=CANCELLED)
            stored_order(unit, received_at=after(3), deleted_at=after(4))
            return [holder.id, new.id, old.id]

        assert store.write(work) == [order.id for order in store.read(lambda unit: unit.orders.find(NUMBER))]

    def test_a_deleted_order_can_still_be_got_by_id(self, store: Transactions) -> None:
        order = store.write(lambda unit: stored_order(unit, deleted_at=after(1)))

        assert get(store, order.id).deleted_at == after(1)

    def test_lapsed_gives_the_claims_that_ran_out_the_longest_first(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> list[int]:
            ids = []
            for number, minute in (("SC10000001", 5), ("SC10000002", 1), ("SC10000003", 60)):
                order = stored_order(unit, number)
                taken = order.take(4, IN_PROGRESS, after(minute), timedelta(minutes=10)).order
                ids.append(unit.orders.save(taken, key_of(taken)).id)
            stored_order(unit, "SC10000004")
            return ids

        five, one, _ = store.write(work)

        assert [order.id for order in store.read(lambda unit: unit.orders.lapsed(after(15), 10))] == [one, five]
        assert [order.id for order in store.read(lambda unit: unit.orders.lapsed(after(15), 1))] == [one]
        assert store.read(lambda unit: unit.orders.lapsed(after(10), 10)) == ()

    def test_a_claim_of_a_clock_that_was_ahead_for_days_has_run_out(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> int:
            order = stored_order(unit)
            taken = order.take(4, IN_PROGRESS, after(0) + FARTHEST_CLAIM, timedelta(minutes=10)).order
            return unit.orders.save(taken, key_of(taken)).id

        order_id = store.write(work)
        assert store.read(lambda unit: unit.orders.lapsed(after(10), 10)) == ()
        assert [order.id for order in store.read(lambda unit: unit.orders.lapsed(after(9), 10))] == [order_id]

    def test_key_facts_name_every_order_deleted_ones_included(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> tuple[Order, Order]:
            return stored_order(unit, status=COMPLETED), stored_order(unit, deleted_at=NOON, type="MO")

        done, deleted = store.write(work)

        assert list(store.read(lambda unit: list(unit.orders.key_facts()))) == [
            (done.id, NUMBER, "AO", COMPLETED.phase, False),
            (deleted.id, NUMBER, "MO", WAITING.phase, True),
        ]

    def test_keys_may_change_hands_in_one_replacement(self, store: Transactions) -> None:
        first, second, third = (
            store.write(lambda unit, n=number: stored_order(unit, n))  # type: ignore[misc]  # a lambda's default
            for number in ("SC10000001", "SC10000002", "SC10000003")
        )
        store.write(
            lambda unit: unit.orders.replace_keys({first.id: "SC10000002", second.id: "SC10000001", third.id: None})
        )

        def holder(key: str) -> int:
            def work(unit: UnitOfWork) -> int:
                with pytest.raises(DuplicateOrder) as refused:
                    unit.orders.add(an_order(unit.orders.next_id()), key)
                return refused.value.order_id

            return store.write(work)

        assert (holder("SC10000001"), holder("SC10000002")) == (second.id, first.id)
        store.write(lambda unit: unit.orders.add(an_order(unit.orders.next_id()), "SC10000003"))

    def test_the_orders_under_a_number_are_those_of_now_after_each_write_of_the_same_unit(
        self, store: Transactions
    ) -> None:
        def work(unit: UnitOfWork) -> list[list[str]]:
            found = [_statuses(unit)]
            order = stored_order(unit)
            found.append(_statuses(unit))
            with suppress(NotFound), unit.savepoint():
                unit.orders.save(order.delete("salah", after(1)).order, None)
                found.append(_statuses(unit))
                raise NotFound(what="order", name="1")
            return [*found, _statuses(unit)]

        assert [len(found) for found in store.write(work)] == [0, 1, 0, 1]
