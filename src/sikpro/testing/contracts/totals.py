"""What the kept totals promise."""

import random

from attrs import evolve

from sikpro.application.ports.queries import Total
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.testing.builders import (
    COMPLETED,
    HELD_UP,
    IN_PROGRESS,
    WAITING,
    after,
    key_of,
    stored_order,
)
from sikpro.testing.contracts.base import StoreSuite
from sikpro.testing.contracts.undone import undone


def _counted(unit: UnitOfWork) -> tuple[Total, ...]:
    counts: dict[tuple[str, str, str, str], Total] = {}
    for order_id, *_, deleted in unit.orders.key_facts():
        if not deleted:
            order = unit.orders.get(order_id)
            key = (order.data.type, order.status, order.phase, order.data.sto.value)
            total = counts.get(key) or Total(type=key[0], status=key[1], phase=order.phase, sto=key[3], count=0)
            counts[key] = evolve(total, count=total.count + 1)
    return tuple(total for _, total in sorted(counts.items()))


class TotalsContract(StoreSuite):
    """What the kept totals promise."""

    def test_totals_equal_a_fresh_count_after_random_moves_and_undone_savepoints(self, store: Transactions) -> None:
        chance = random.Random(20261102)
        statuses = (WAITING, IN_PROGRESS, HELD_UP, COMPLETED)

        def step(unit: UnitOfWork) -> None:
            number = f"SC{chance.randrange(10**7, 10**7 + 40)}"
            there = unit.orders.find(number)
            if not there:
                stored_order(unit, number, sto=chance.choice(("SDA", "SPJ")), type=chance.choice(("AO", "MO")))
                return
            order = there[0]
            status = chance.choice(statuses)
            if chance.random() < 0.15:
                order = order.delete("salah", after(1)).order
            elif order.phase.live and not (status is WAITING and order.phase is WAITING.phase):
                order = order.move_to(status, 4, after(1), overrule=True).order
            unit.orders.save(order, key_of(order))

        def work(unit: UnitOfWork) -> None:
            for _ in range(4):
                if chance.random() < 0.3:
                    with undone(unit):
                        step(unit)
                else:
                    with unit.savepoint():
                        step(unit)

        def lost(unit: UnitOfWork) -> None:
            with undone(unit):
                work(unit)

        for turn in range(40):
            if turn % 5 == 4:
                store.write(lost)
            else:
                store.write(work)

        assert store.read(lambda unit: unit.order_queries.totals()) == store.read(_counted)

    def test_totals_within_a_transaction_already_count_its_changes(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> tuple[Total, ...]:
            stored_order(unit)
            return unit.order_queries.totals()

        assert [total.count for total in store.write(work)] == [1]

    def test_a_total_of_zero_is_left_out(self, store: Transactions) -> None:
        order = store.write(stored_order)
        deleted = order.delete("salah", after(1)).order
        store.write(lambda unit: unit.orders.save(deleted, None))

        assert store.read(lambda unit: unit.order_queries.totals()) == ()
