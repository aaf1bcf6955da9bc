"""What the outbox promises of a message that was claimed."""

import pytest

from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.storage import Transactions
from sikpro.domain.errors import NotFound
from sikpro.testing.builders import after, an_outgoing, stored_order
from sikpro.testing.contracts.base import StoreSuite
from sikpro.testing.contracts.outbox_steps import LEASE, claim, get, later, next_due, put, put_off, sent, texts


class OutboxOutcomesContract(StoreSuite):
    """What the outbox promises of a message that was claimed."""

    def test_a_sent_message_keeps_its_id_and_time_and_leads_to_its_order(self, store: Transactions) -> None:
        order = store.write(stored_order)
        outbox_id = store.write(lambda unit: unit.outbox.put(an_outgoing(), after(0), order_id=order.id))
        claim(store, 0)
        sent(store, outbox_id, 55, 1)

        item = get(store, outbox_id)
        found = store.read(lambda unit: [unit.outbox.order_of(*place) for place in ((700, 55), (701, 55), (700, 56))])

        assert (item.state, item.message_id, item.sent_at) == (Delivery.SENT, 55, after(1))
        assert found == [order.id, None, None]

    @pytest.mark.parametrize("state", [Delivery.FAILED, Delivery.EXPIRED, Delivery.PERHAPS_TWICE])
    def test_one_given_up_keeps_why_and_frees_its_chat(self, store: Transactions, state: Delivery) -> None:
        first = put(store, "a1")
        put(store, "a2")
        claim(store, 0)
        store.write(lambda unit: unit.outbox.give_up(first, state, "blocked", "403", after(1)))

        item = get(store, first)

        assert (item.state, item.reason, item.detail) == (state, "blocked", "403")
        assert texts(claim(store, 0)) == ["a2"]

    def test_only_a_failed_message_with_a_chat_is_sent_again(self, store: Transactions) -> None:
        failed = put(store, "a1")
        claim(store, 0)
        store.write(lambda unit: unit.outbox.give_up(failed, Delivery.FAILED, "blocked", "403", after(1)))
        waiting = put(store, "b1", 2)
        nowhere = put(store, "c1", 0)

        def again(outbox_id: int) -> bool:
            return store.write(lambda unit: unit.outbox.send_again(outbox_id, after(5)))

        assert [again(failed), again(waiting), again(nowhere), again(failed)] == [True, False, False, False]
        item = get(store, failed)
        assert (item.state, item.due_at, item.attempts, item.reason) == (Delivery.QUEUED, after(5), 0, "")
        assert texts(claim(store, 5)) == ["a1", "b1"]

    def test_a_chat_that_moved_gets_what_waits_and_not_what_was_sent(self, store: Transactions) -> None:
        done = put(store, "old", 1)
        claim(store, 0)
        sent(store, done)
        for text in ("a1", "a2"):
            put(store, text, 1)
        put(store, "b1", 2, reply_to=7)
        waits = put(store, "a3", 1, reply_to=7)
        store.write(lambda unit: unit.outbox.move_chat(1, -100))

        assert get(store, done).message.chat_id == 1
        moved = claim(store, 0)
        assert [item.message.chat_id for item in moved] == [-100, 2]
        assert (moved[1].message.reply_to, get(store, waits).message.reply_to) == (7, None)

    def test_what_waits_is_due_when_the_first_chat_is(self, store: Transactions) -> None:
        assert next_due(store) is None
        first = put(store, "a1", 1, minute=0)
        put(store, "a2", 1, minute=0)
        store.write(lambda unit: unit.outbox.put(an_outgoing("b1", 2), after(0), due_at=after(4)))
        assert next_due(store) == after(0)
        claim(store, 0)
        assert next_due(store) == after(1)
        later(store, first, 30)
        assert next_due(store) == after(4)

    def test_an_orders_messages_are_listed_oldest_first(self, store: Transactions) -> None:
        order = store.write(stored_order)
        ids = [store.write(lambda unit: unit.outbox.put(an_outgoing(), after(0), order_id=order.id)) for _ in range(3)]
        put(store, "other")

        assert [item.id for item in store.read(lambda unit: unit.outbox.of_order(order.id))] == ids

    def test_messages_are_counted_by_state(self, store: Transactions) -> None:
        put(store, "a1", 1)
        put(store, "b1", 2)
        put(store, "c1", 0)
        claim(store, 0, 1)

        counts = store.read(lambda unit: unit.outbox.counts())

        assert {state: count for state, count in counts.items() if count} == {
            Delivery.QUEUED: 1,
            Delivery.SENDING: 1,
            Delivery.FAILED: 1,
        }

    def test_messages_of_a_span_are_counted_beside_all_that_are_unfinished_or_failed(self, store: Transactions) -> None:
        for minute in (0, 10):
            put(store, "arrives", 1, minute)
            (item,) = claim(store, minute, 1)
            sent(store, item.id)
            put(store, "fails", 0, minute)
        put(store, "waits", 2)

        counts = store.read(lambda unit: unit.outbox.counts_of(after(10), after(20)))

        assert {state: count for state, count in counts.items() if count} == {
            Delivery.QUEUED: 1,
            Delivery.FAILED: 2,
            Delivery.SENT: 1,
        }

    def test_a_message_that_is_not_there_is_not_found(self, store: Transactions) -> None:
        with pytest.raises(NotFound):
            get(store, 99)
        with pytest.raises(NotFound):
            sent(store, 99)
        with pytest.raises(NotFound):
            later(store, 99, 1)

    def test_what_a_clock_that_was_ahead_put_off_or_took_in_hand_is_due(self, store: Transactions) -> None:
        put(store, "new", 1, minute=60)
        waits = put(store, "put off", 2, minute=0)
        put(store, "in hand", 3, minute=0)
        assert len(store.write(lambda unit: unit.outbox.claim(after(60), LEASE, 10))) == 3
        put_off(store, waits, 240, minute=61)
        put(store, "newer", 4, minute=62)

        assert texts(claim(store, 5)) == ["new", "put off", "in hand", "newer"]

    def test_what_was_rightly_put_off_for_long_is_not_due_and_a_second_of_difference_is_no_step(
        self,
        store: Transactions,
    ) -> None:
        waits = put(store, "a1", 1)
        claim(store, 0)
        put_off(store, waits, 1440, minute=1)
        store.write(lambda unit: unit.outbox.put(an_outgoing("undo", 2), after(1.5), due_at=after(1.6)))

        assert claim(store, 1) == []
        assert claim(store, 1439) == [get(store, waits + 1)]

    def test_what_the_caller_is_sending_is_not_given_to_it_again(self, store: Transactions) -> None:
        first = put(store, "a1", 1)
        put(store, "a2", 1)
        claim(store, 0)

        held = store.write(lambda unit: unit.outbox.claim(after(9), LEASE, 10, in_hand=[first]))
        assert held == ()
        assert texts(claim(store, 9)) == ["a1"]

    def test_doubts_are_counted_apart_from_tries_and_anew_when_sent_again(self, store: Transactions) -> None:
        outbox_id = put(store, "a")
        for minute, doubtful in ((0, False), (1, True), (2, True)):
            claim(store, minute)
            later(store, outbox_id, minute + 1, doubtful=doubtful)

        assert (get(store, outbox_id).attempts, get(store, outbox_id).doubts) == (3, 2)
        claim(store, 3)
        store.write(lambda unit: unit.outbox.give_up(outbox_id, Delivery.FAILED, "ambiguous", "", after(4)))
        store.write(lambda unit: unit.outbox.send_again(outbox_id, after(5)))
        assert (get(store, outbox_id).attempts, get(store, outbox_id).doubts) == (0, 0)

    def test_what_waits_for_a_reason_that_is_over_is_due_at_once_and_nothing_else(self, store: Transactions) -> None:
        ids = [put(store, f"m{chat}", chat) for chat in (1, 2, 3)]
        claim(store, 0)
        for outbox_id, reason in zip(ids, ("ambiguous", "unreachable", "retry_after"), strict=True):
            put_off(store, outbox_id, 60, reason, minute=0)
        doubted = put(store, "doubted", 4)
        for _ in range(2):
            claim(store, 0)
            later(store, doubted, 1, doubtful=True)
        put_off(store, doubted, 60, minute=0)
        store.write(lambda unit: unit.outbox.retry_now({"ambiguous", "unreachable"}, after(1), most_doubts=1))

        assert [get(store, outbox_id).due_at for outbox_id in ids] == [after(1), after(1), after(60)]
        assert get(store, doubted).due_at == after(60)
        assert texts(claim(store, 1)) == ["m1", "m2"]

    def test_what_the_caller_has_in_hand_is_not_what_it_waits_for(self, store: Transactions) -> None:
        held = put(store, "a1", 1)
        claim(store, 0)
        store.write(lambda unit: unit.outbox.put(an_outgoing("b1", 2), after(0), due_at=after(9)))

        assert next_due(store) == after(1)
        assert store.read(lambda unit: unit.outbox.next_due(in_hand=[held])) == after(9)

    def test_the_first_arrival_counts_and_nothing_that_a_hung_process_says_after_it(self, store: Transactions) -> None:
        outbox_id = put(store, "a1", 1)
        claim(store, 0)
        claim(store, 2)
        store.write(lambda unit: unit.outbox.sent(outbox_id, 77, after(3)))
        arrived = get(store, outbox_id)
        facts = len(store.read(lambda unit: unit.seals.facts(0, 100)))

        store.write(lambda unit: unit.outbox.sent(outbox_id, 78, after(4)))
        later(store, outbox_id, 5)
        store.write(lambda unit: unit.outbox.give_up(outbox_id, Delivery.FAILED, "rejected", "", after(4)))

        assert get(store, outbox_id) == arrived
        assert len(store.read(lambda unit: unit.seals.facts(0, 100))) == facts
        assert claim(store, 60) == []

    def test_a_message_given_up_that_arrived_after_all_has_arrived(self, store: Transactions) -> None:
        outbox_id = put(store, "a1", 1)
        claim(store, 0)
        store.write(lambda unit: unit.outbox.give_up(outbox_id, Delivery.FAILED, "unreachable", "", after(1)))
        store.write(lambda unit: unit.outbox.sent(outbox_id, 77, after(2)))

        assert (get(store, outbox_id).state, get(store, outbox_id).message_id) == (Delivery.SENT, 77)
