"""What facts and seals promise: each change leaves its fact, none changes, and no seal passes an open writer."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from attrs import evolve

from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.application.use_cases.seals.seal_facts import next_seal, seal_facts
from sikpro.application.use_cases.seals.verify_facts import verify_facts
from sikpro.domain.order import Change, Order, place
from sikpro.domain.order_data import Channel
from sikpro.domain.place import Place
from sikpro.domain.seals import FactKind, Fault, FaultKind, LedgerFact, Seal, unpacked
from sikpro.domain.values import TechnicianCode
from sikpro.testing.builders import (
    COMPLETED,
    HELD_UP,
    IN_PROGRESS,
    WAITING,
    after,
    an_incoming,
    an_outgoing,
    key_of,
    order_data,
)
from sikpro.testing.contracts.base import StoreSuite

ZONE = "Asia/Jakarta"


def an_answered_order(unit: UnitOfWork) -> Order:
    """An order that came by a message, was taken and held up, and whose answer was sent."""
    received = unit.inbox.receive(an_incoming("SC32232558 Budi 0812", message_id=5), after(0))
    placed = place(
        order_id=unit.orders.next_id(),
        data=order_data(note="pagar biru"),
        channel=Channel.TELEGRAM,
        status=WAITING,
        received_at=after(0),
        now=after(0),
    )
    order = placed.order
    unit.orders.add(order, key_of(order))
    unit.journal.append(order, placed.events, None)
    assert received is not None
    unit.inbox.finish(received, Outcome.ORDER, order_id=order.id)
    for minute, status in ((1, IN_PROGRESS), (2, HELD_UP)):
        change = order.move_to(status, 7, after(minute), feedback="ONT mati")
        order = unit.orders.save(change.order, key_of(change.order))
        unit.journal.append(order, change.events, 7)
    outbox_id = unit.outbox.put(an_outgoing("ONT mati"), after(2), order_id=order.id)
    unit.outbox.sent(outbox_id, 91, after(3))
    return order


def facts_of(store: Transactions) -> tuple[LedgerFact, ...]:
    return store.read(lambda unit: unit.seals.facts(0, 99))


def sealed(store: Transactions, minute: float = 60) -> Seal | None:
    return store.write(lambda unit: seal_facts(unit, after(minute), ZONE))


def faults_in(store: Transactions, kept: str = "") -> list[Fault]:
    found: list[Fault] = []
    store.read(lambda unit: verify_facts(unit, found.append, kept))
    return found


def a_failed_message(unit: UnitOfWork) -> int:
    outbox_id = unit.outbox.put(an_outgoing("ONT mati"), after(0))
    unit.outbox.give_up(outbox_id, Delivery.FAILED, "blocked", "", after(1))
    return outbox_id


class SealsContract(StoreSuite):
    """What facts and seals promise: each change leaves its fact, none changes, and no seal passes an open writer."""

    def test_each_step_leaves_its_fact_and_no_word_of_anybody_is_in_it(self, store: Transactions) -> None:
        order = store.write(an_answered_order)
        facts = facts_of(store)
        assert [(one.kind, one.at, one.status, one.detail, one.message_id) for one in facts] == [
            (FactKind.MESSAGE, after(0), "", "message", 5),
            (FactKind.RECEIVED, after(0), WAITING.code, "telegram", None),
            (FactKind.HANDLED, after(0), "", "order", None),
            (FactKind.CHANGED, after(1), IN_PROGRESS.code, "StatusChanged", None),
            (FactKind.CHANGED, after(2), HELD_UP.code, "StatusChanged", None),
            (FactKind.SENT, after(3), "", "sent", 91),
        ]
        assert [one.id for one in facts] == sorted({one.id for one in facts})
        assert [one.number for one in facts] == ["", order.number, "", order.number, order.number, ""]
        assert [one.order_id for one in facts] == [None] + [order.id] * 5
        assert facts[1].received_at == order.received_at
        everything = repr([evolve(one, words="", data="") for one in facts])
        assert [word for word in ("Budi", "0812", "ONT", "pagar", "F5SDA445", "700") if word in everything] == []
        assert all(len(one.words) == 64 for one in facts if one.kind is not FactKind.HANDLED)
        assert len({one.words for one in facts[3:5]}) == 2

    def test_what_is_undone_leaves_no_fact(self, store: Transactions) -> None:
        def undo(unit: UnitOfWork) -> None:
            with unit.savepoint():
                unit.outbox.sent(unit.outbox.put(an_outgoing(), after(0)), 1, after(0))
                raise ValueError("undone")

        def work(unit: UnitOfWork) -> None:
            with pytest.raises(ValueError, match="undone"):
                undo(unit)
            unit.outbox.sent(unit.outbox.put(an_outgoing(), after(0)), 2, after(0))

        store.write(work)
        assert [one.message_id for one in facts_of(store)] == [2]

    def test_every_end_of_a_message_has_its_fact_and_a_recalled_one_has_none(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> None:
            put = unit.outbox.put
            put(an_outgoing(chat_id=0), after(0))
            unit.outbox.give_up(put(an_outgoing(chat_id=1), after(0)), Delivery.EXPIRED, "late", "", after(1))
            unit.outbox.recall([put(an_outgoing(chat_id=2), after(0))])
            unit.outbox.sent(put(an_outgoing(text="", chat_id=3, reaction="👍", reply_to=4), after(0)), None, after(2))
            unit.outbox.later(put(an_outgoing(chat_id=4), after(0)), after(9), "unreachable", at=after(0))

        store.write(work)
        assert [(one.kind, one.detail, one.at) for one in facts_of(store)] == [
            (FactKind.NOT_SENT, "failed", after(0)),
            (FactKind.NOT_SENT, "expired", after(1)),
            (FactKind.SENT, "gesture", after(2)),
        ]

    def test_a_seal_computed_before_another_was_saved_is_not_saved(self, store: Transactions) -> None:
        """It was computed in a read; what came between is looked for when it is saved."""
        store.write(an_answered_order)
        late = store.read(lambda unit: next_seal(unit, after(60), ZONE))
        assert late
        first = sealed(store)
        assert store.write(late) is None
        assert store.read(lambda unit: unit.seals.page(None, 5)) == (first,)
        assert store.read(lambda unit: [unit.seals.how_many(0, 6), unit.seals.how_many(2, 4)]) == [6, 2]
        store.write(lambda unit: unit.outbox.put(an_outgoing(chat_id=0), after(4)))
        assert store.read(lambda unit: next_seal(unit, after(61), ZONE)) is None, "the last seal is a minute old"
        assert store.read(lambda unit: next_seal(unit, after(63), ZONE))

    def test_who_seals_can_keep_all_others_from_writing_and_writes_itself(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> bool:
            stopped = unit.seals.stop_writers()
            an_answered_order(unit)
            return stopped

        assert store.write(work)
        assert sealed(store)

    def test_each_seal_is_over_the_facts_since_the_one_before_and_only_over_something_new(
        self, store: Transactions
    ) -> None:
        assert sealed(store) is None
        store.write(an_answered_order)
        assert store.read(lambda unit: unit.seals.waiting()) == 6
        first = sealed(store)
        assert sealed(store) is None
        store.write(lambda unit: unit.outbox.put(an_outgoing(chat_id=0), after(4)))
        second = sealed(store, 61)
        assert first is not None
        assert second is not None
        assert [(one.number, one.count) for one in (first, second)] == [(1, 6), (2, 1)]
        assert second.previous == first.hash
        assert (second.first, second.made_at) == (second.last, after(61))

        def read(unit: UnitOfWork) -> None:
            assert unit.seals.waiting() == 0
            assert unit.seals.last() == second
            assert unit.seals.page(None, 5) == (second, first)
            assert unit.seals.page(2, 5) == (first,)
            assert unit.seals.chain(1, 5) == (second,)
            assert list(unpacked(unit.seals.digests(1))) == [one.id for one in unit.seals.facts(0, 6)]
            assert unit.seals.covering(first.last) == first
            assert unit.seals.covering(second.last) == second
            assert unit.seals.covering(second.last + 1) is None

        store.read(read)

    def test_what_nobody_touched_is_in_order_whatever_happened_to_the_orders(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> None:
            def step(change: Change, actor: int | None) -> Order:
                saved = unit.orders.save(change.order, key_of(change.order))
                unit.journal.append(saved, change.events, actor)
                return saved

            order = an_answered_order(unit)
            changes: list[tuple[Callable[[Order], Change], int | None]] = [
                (lambda one: one.join("halo", 1, 2, after(20), place=Place(-7.4, 112.7)), None),
                (lambda one: one.say("sebentar", 7, after(22)), 7),
                (lambda one: one.say("dari saya", 8, after(23)), 8),
                (lambda one: one.correct(order_data(note="pagar hijau"), WAITING, after(24)), None),
                (lambda one: one.nudge(after(24), timedelta(minutes=5)), None),
                (lambda one: one.assign(9, IN_PROGRESS, after(25)), 3),
                (lambda one: one.give_back(9, WAITING, after(26)), 9),
                (lambda one: one.transfer(TechnicianCode.parse("F5SPJ446"), after(27), sender=None), 3),
                (lambda one: one.move_to(COMPLETED, 9, after(28), feedback="aktif"), 9),
                (lambda one: one.reopen(IN_PROGRESS, 7, after(29), "salah", feedback="maaf"), 7),
                (lambda one: one.delete("dua kali", after(30)), 3),
                (lambda one: one.restore(WAITING, after(31)), 3),
                (lambda one: one.complete_elsewhere(COMPLETED, 3, after(27), after(32), reason="tabel"), 3),
            ]
            for change, actor in changes:
                before, order = order, step(change(order), actor)
                if not order.deleted_at:
                    unit.journal.append(order, order.remark("catatan", after(33)).events, 4)
            step(order.undo(before, after(40)), 3)

        store.write(work)
        seal = sealed(store)
        assert faults_in(store) == []
        assert seal
        assert faults_in(store, seal.hash[:16]) == []
        assert [one.kind for one in faults_in(store, "f" * 64)] == [FaultKind.SEAL_UNKNOWN]

    def test_facts_are_found_by_order_and_by_every_number_that_it_had(self, store: Transactions) -> None:
        order = store.write(an_answered_order)

        def read(unit: UnitOfWork) -> None:
            assert unit.seals.orders_numbered(order.number) == (order.id,)
            assert unit.seals.orders_numbered("SC1") == ()
            facts = unit.seals.facts_of([order.id])
            assert [one.order_id for one in facts] == [order.id] * 5
            about = [one for one in facts if one.number]
            assert set(unit.seals.salts_of(about)) == {one.id for one in about}
            assert unit.seals.orders_of([order.id, 99]) == (order,)
            assert unit.seals.order_ids(-9, 5) == (order.id,)
            assert unit.seals.order_ids(order.id, 5) == ()
            assert (unit.seals.first_order(), unit.seals.orders_gone(9)) == (order.id, ())
            assert list(unit.seals.entries_of([order.id])[order.id]) == list(unit.journal.of_order(order.id))
            assert set(unit.seals.rows_of(facts)) == {one.id for one in facts}
            assert unit.seals.rows_without_fact(9) == ()

        store.read(read)

    def test_a_failed_message_that_is_sent_again_stays_in_order_at_each_step(self, store: Transactions) -> None:
        first, other = store.write(a_failed_message), store.write(a_failed_message)
        nobody = store.write(lambda unit: unit.outbox.put(an_outgoing(chat_id=0), after(0)))
        steps: list[Callable[[UnitOfWork], object]] = [
            lambda unit: unit.outbox.send_again(first, after(2)),
            lambda unit: unit.outbox.give_up(first, Delivery.FAILED, "blocked", "", after(3)),
            lambda unit: unit.outbox.send_again(first, after(4)),
            lambda unit: unit.outbox.move_chat(700, -1001234567890),
            lambda unit: unit.outbox.sent(first, 9, after(5)),
            lambda unit: unit.outbox.send_again(other, after(6)),
            lambda unit: unit.outbox.recall([other, nobody]),
        ]
        for step in steps:
            store.write(step)
            assert faults_in(store) == []
