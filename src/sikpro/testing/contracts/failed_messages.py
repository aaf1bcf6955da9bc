"""What a store knows of the messages that failed: which an outage left, and what is still worth sending."""

from collections.abc import Callable
from datetime import datetime

import pytest
from attrs import evolve

from sikpro.application.ports.failed_messages import Fate
from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.application.use_cases.seals.verify_facts import verify_facts
from sikpro.domain.errors import NotFound
from sikpro.domain.order import Order
from sikpro.domain.order_data import Origin
from sikpro.domain.seals import Fault
from sikpro.testing.builders import a_person, a_technician, after, an_outgoing, key_of, stored_order
from sikpro.testing.contracts.base import StoreSuite

TECHNICIAN, LEADER, GONE, GROUP = 700, 701, 702, -100


def furnish(unit: UnitOfWork) -> Order:
    """Leave a technician, a leader, somebody who is gone, and an order from a group."""
    unit.people.add(a_technician(telegram_id=TECHNICIAN))
    unit.people.add(a_person(telegram_id=LEADER))
    unit.people.add(a_person("Sari", telegram_id=GONE, active=False))
    return stored_order(unit, origin=Origin(GROUP, 5))


def failed(
    unit: UnitOfWork,
    order: Order | None = None,
    chat_id: int = TECHNICIAN,
    reason: str = "unreachable",
    minute: float = 0,
    **more: object,
) -> int:
    number = unit.outbox.put(an_outgoing("x", chat_id, **more), after(minute), order_id=order.id if order else None)
    unit.outbox.give_up(number, Delivery.FAILED, reason, "detail", after(minute))
    return number


def moves_on(unit: UnitOfWork, order: Order, *, deleted_at: datetime | None = None) -> Order:
    changed = evolve(order, changed_at=after(10), deleted_at=deleted_at)
    return unit.orders.save(changed, key_of(changed))


def fates(store: Transactions) -> list[Fate]:
    return [one.fate for one in store.write(lambda unit: unit.failed_messages.portion(0, 100))]


Step = Callable[[UnitOfWork, Order], object]


CASES: dict[str, tuple[Step, list[Fate]]] = {
    "an answer to a press": (lambda unit, order: failed(unit, press_id="1"), [Fate.STALE]),
    "a reaction": (lambda unit, order: failed(unit, order, reply_to=1, reaction="x"), [Fate.STALE]),
    "an answer to what somebody wrote": (lambda unit, order: failed(unit, reply_to=1), [Fate.STALE]),
    "a recap": (lambda unit, order: failed(unit, chat_id=GROUP, bulk=True), [Fate.AGAIN]),
    "an answer that its order has not moved past": (lambda unit, order: failed(unit, order, reply_to=1), [Fate.AGAIN]),
    "one that its order has moved past": (
        lambda unit, order: (failed(unit, order), moves_on(unit, order)),
        [Fate.PRESENT],
    ),
    "two that their order has moved past": (
        lambda unit, order: (failed(unit, order), failed(unit, order, minute=1), moves_on(unit, order)),
        [Fate.NEWER, Fate.PRESENT],
    ),
    "one in each chat": (
        lambda unit, order: (failed(unit, order), failed(unit, order, GROUP), moves_on(unit, order)),
        [Fate.PRESENT, Fate.PRESENT],
    ),
    "an old one and a new one": (
        lambda unit, order: (failed(unit, order), moves_on(unit, order), failed(unit, order, minute=10)),
        [Fate.NEWER, Fate.AGAIN],
    ),
    "an old one, and a new one that waits": (
        lambda unit, order: (
            failed(unit, order),
            moves_on(unit, order),
            unit.outbox.put(an_outgoing(chat_id=TECHNICIAN), after(10), order_id=order.id),
        ),
        [Fate.NEWER],
    ),
    "an old one, and a new one for another chat": (
        lambda unit, order: (
            failed(unit, order),
            moves_on(unit, order),
            unit.outbox.put(an_outgoing(chat_id=GROUP), after(10), order_id=order.id),
        ),
        [Fate.PRESENT],
    ),
    "an old one, and a new one that was blocked": (
        lambda unit, order: (failed(unit, order), moves_on(unit, order), failed(unit, order, reason="blocked")),
        [Fate.PRESENT],
    ),
    "an old one, and a reaction": (
        lambda unit, order: (
            failed(unit, order),
            moves_on(unit, order),
            unit.outbox.put(an_outgoing("", TECHNICIAN, reply_to=1, reaction="x"), after(10), order_id=order.id),
        ),
        [Fate.PRESENT],
    ),
    "an old one for somebody else": (
        lambda unit, order: (failed(unit, order, LEADER), moves_on(unit, order)),
        [Fate.STALE],
    ),
    "one for somebody else": (lambda unit, order: failed(unit, order, LEADER), [Fate.AGAIN]),
    "one for somebody who is gone": (lambda unit, order: failed(unit, order, GONE), [Fate.STALE]),
    "a recap for somebody who is gone": (lambda unit, order: failed(unit, chat_id=GONE, bulk=True), [Fate.STALE]),
    "a word for somebody whom nobody knows": (lambda unit, order: failed(unit, chat_id=999), [Fate.AGAIN]),
    "one about an order that is deleted": (
        lambda unit, order: (failed(unit, order), moves_on(unit, order, deleted_at=after(10))),
        [Fate.STALE],
    ),
    "the word that it is deleted": (
        lambda unit, order: (moves_on(unit, order, deleted_at=after(10)), failed(unit, order, minute=10)),
        [Fate.AGAIN],
    ),
}


def faults_in(store: Transactions) -> list[Fault]:
    found: list[Fault] = []
    store.read(lambda unit: verify_facts(unit, found.append, ""))
    return found


class FailedMessagesContract(StoreSuite):
    """What a store knows of the messages that failed: which an outage left, and what is still worth sending."""

    def test_failed_messages_are_counted_by_fate_and_reason_with_the_age_of_the_oldest(
        self, store: Transactions
    ) -> None:
        def work(unit: UnitOfWork) -> None:
            furnish(unit)
            failed(unit, minute=3)
            failed(unit, reason="gateway", minute=2)
            failed(unit, reason="gateway", minute=1)
            failed(unit, reason="blocked")
            unit.outbox.put(an_outgoing(chat_id=0), after(0))
            unit.outbox.put(an_outgoing(), after(0))

        assert store.read(lambda unit: unit.failed_messages.left_by_outage()) == (0, None)
        store.write(work)

        sums = store.read(lambda unit: unit.failed_messages.sums())
        assert [(one.fate, one.reason, one.count, one.oldest) for one in sums] == [
            (Fate.AGAIN, "gateway", 2, after(1)),
            (Fate.AGAIN, "unreachable", 1, after(3)),
            (Fate.FOR_GOOD, "blocked", 1, after(0)),
            (Fate.FOR_GOOD, "no_telegram", 1, after(0)),
        ]
        assert store.read(lambda unit: unit.failed_messages.left_by_outage()) == (3, after(1))

    def test_a_portion_has_what_an_outage_left_by_id_and_goes_on_after_an_id(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> tuple[int, ...]:
            order = furnish(unit)
            first = failed(unit, order)
            failed(unit, reason="blocked")
            return first, failed(unit, chat_id=GROUP), failed(unit, reason="ambiguous")

        ids = store.write(work)

        def portion(after_id: int, limit: int) -> list[tuple[int, int, bool]]:
            found = store.write(lambda unit: unit.failed_messages.portion(after_id, limit))
            return [(one.id, one.chat_id, one.order_id is not None) for one in found]

        assert portion(0, 2) == [(ids[0], TECHNICIAN, True), (ids[1], GROUP, False)]
        assert portion(ids[1], 2) == [(ids[2], TECHNICIAN, False)]
        assert portion(ids[2], 2) == []

    @pytest.mark.parametrize("case", CASES)
    def test_what_is_worth_sending_is_known(self, store: Transactions, case: str) -> None:
        step, expected = CASES[case]
        store.write(lambda unit: step(unit, furnish(unit)))

        assert fates(store) == expected
        sums = store.read(lambda unit: unit.failed_messages.sums())
        found = {fate: sum(one.count for one in sums if one.fate is fate) for fate in Fate if fate is not Fate.FOR_GOOD}
        assert found == {fate: expected.count(fate) for fate in found}

    @pytest.mark.parametrize("state", [Delivery.REPLACED, Delivery.EXPIRED])
    def test_a_failed_message_is_ended_once_with_its_fact(self, store: Transactions, state: Delivery) -> None:
        number = store.write(failed)

        def end(outbox_id: int) -> bool:
            return store.write(lambda unit: unit.outbox.end_failed(outbox_id, state, "newer_sent", after(5)))

        waits = store.write(lambda unit: unit.outbox.put(an_outgoing(), after(0)))
        assert [end(number), end(number), end(waits)] == [True, False, False]
        item = store.read(lambda unit: unit.outbox.get(number))
        assert (item.state, item.reason, item.detail) == (state, "newer_sent", "detail")
        assert not store.write(lambda unit: unit.outbox.send_again(number, after(6)))
        facts = store.read(lambda unit: unit.seals.facts(0, 100))
        assert [(one.row_id, one.detail, one.at) for one in facts] == [
            (number, "failed", after(0)),
            (number, state.value, after(5)),
        ]
        assert faults_in(store) == []
        with pytest.raises(NotFound):
            end(99)

    def test_one_that_had_arrived_after_all_is_told_after_its_end(self, store: Transactions) -> None:
        number = store.write(failed)
        store.write(lambda unit: unit.outbox.end_failed(number, Delivery.REPLACED, "newer_sent", after(5)))
        store.write(lambda unit: unit.outbox.sent(number, 9, after(6)))

        assert store.read(lambda unit: unit.outbox.get(number)).state is Delivery.SENT
        assert faults_in(store) == []
