"""What the outbox promises."""

from contextlib import suppress

from sikpro.application.ports.cause import caused_by
from sikpro.application.ports.chat import Button, Outgoing
from sikpro.application.ports.outbox import Delivery, OutboxItem
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.domain.errors import NotFound
from sikpro.testing.builders import after, an_outgoing, stored_order
from sikpro.testing.contracts.base import StoreSuite
from sikpro.testing.contracts.outbox_steps import LEASE, claim, get, later, next_due, put, sent, texts


class OutboxContract(StoreSuite):
    """What the outbox promises."""

    def test_a_message_comes_back_as_it_was_put(self, store: Transactions) -> None:
        message = Outgoing(
            chat_id=-(2**45),
            text="⛔ Ditolak: 'SC' \"%_\" 😀\nbaris dua",
            buttons=((Button("Ya", "y:1"), Button("Tidak")), (Button("Bagikan nomor", asks_phone=True),)),
            reply_to=17,
            random_id=-5,
            drop_keyboard=True,
            document=5,
            bulk=True,
            topic=12,
        )
        order = store.write(stored_order)
        outbox_id = store.write(lambda unit: unit.outbox.put(message, after(0), order_id=order.id, due_at=after(3)))

        assert get(store, outbox_id) == OutboxItem(
            id=outbox_id,
            message=message,
            state=Delivery.QUEUED,
            created_at=after(0),
            due_at=after(3),
            order_id=order.id,
        )

    def test_a_message_keeps_what_it_was_queued_for_through_all_its_tries(self, store: Transactions) -> None:
        with caused_by("update", 12):
            answer = put(store, "halo")
        with caused_by("update", 13), caused_by("job", "remind"):
            reminder = put(store, "ingat", chat_id=2)
        unnamed = put(store, "tanpa", chat_id=3)
        assert [item.cause for item in claim(store, 1)] == ["update=12", "job=remind", ""]
        sent(store, answer)
        assert [get(store, one).cause for one in (answer, reminder, unnamed)] == ["update=12", "job=remind", ""]

    def test_a_sent_message_is_known_by_its_topic(self, store: Transactions) -> None:
        for topic, number in ((12, 1), (None, 2)):
            sent(store, put(store, "halo", chat_id=-5, topic=topic), message_id=number)
        topics = store.read(lambda unit: [unit.outbox.topic_of(-5, at) for at in (1, 2, 3)])
        assert topics == [12, None, None]

    def test_a_message_whose_topic_is_gone_is_due_at_once_in_general_and_an_arrived_one_stays(
        self,
        store: Transactions,
    ) -> None:
        waits, arrived = put(store, "satu", chat_id=-5, topic=12), put(store, "dua", chat_id=-6, topic=12)
        claim(store, 1)
        sent(store, arrived)

        def work(unit: UnitOfWork) -> None:
            for one in (waits, arrived):
                unit.outbox.to_general(one, after(1))

        store.write(work)
        again = get(store, waits)
        assert (again.state, again.message.topic, again.due_at) == (Delivery.QUEUED, None, after(1))
        assert again.reason == "topic_deleted"
        assert (get(store, arrived).state, get(store, arrived).message.topic) == (Delivery.SENT, 12)

    def test_a_message_without_a_random_id_gets_one_of_its_own(self, store: Transactions) -> None:
        ids = {get(store, put(store, "a")).message.random_id for _ in range(20)}

        assert len(ids) == 20
        assert all(0 < random_id < 2**63 for random_id in ids)

    def test_a_message_can_be_stored_as_failed_and_is_never_claimed(self, store: Transactions) -> None:
        refused = store.write(lambda unit: unit.outbox.put(an_outgoing(), after(0), failed="switched_off"))
        nowhere = put(store, "nobody hears", chat_id=0)

        assert (get(store, refused).state, get(store, refused).reason) == (Delivery.FAILED, "switched_off")
        assert (get(store, nowhere).state, get(store, nowhere).reason) == (Delivery.FAILED, "no_telegram")
        assert claim(store, 1) == []
        assert next_due(store) is None

    def test_everything_overtakes_a_bulk_message_in_its_chat_and_among_the_chats(self, store: Transactions) -> None:
        def bulk(text: str, chat: int) -> None:
            store.write(lambda unit: unit.outbox.put(an_outgoing(text, chat, bulk=True), after(0)))

        for text, chat in (("a bulk", 1), ("a bulk 2", 1), ("b bulk", 2), ("c bulk", 3)):
            bulk(text, chat)
        put(store, "a alert", 1)
        later_alert = put(store, "a alert 2", 1)
        put(store, "d", 4)

        claimed = claim(store, 0)
        assert texts(claimed) == ["a alert", "d", "b bulk", "c bulk"]
        assert claim(store, 0) == []
        for item in claimed:
            sent(store, item.id)
        later(store, later_alert, 5)
        assert texts(claim(store, 4)) == [], "a message that waits keeps its place before bulk"
        assert texts(claim(store, 6)) == ["a alert 2"]
        sent(store, later_alert)
        assert texts(claim(store, 6)) == ["a bulk"]

    def test_each_chat_gives_its_oldest_message_and_the_next_one_only_when_that_is_done(
        self, store: Transactions
    ) -> None:
        first = put(store, "a1", 1)
        put(store, "a2", 1)
        put(store, "b1", 2)

        assert texts(claim(store, 0)) == ["a1", "b1"]
        assert claim(store, 0) == []
        sent(store, first)
        assert texts(claim(store, 0)) == ["a2"]

    def test_a_message_not_yet_due_holds_back_the_younger_ones_of_its_chat(self, store: Transactions) -> None:
        first = put(store, "a1", 1)
        put(store, "a2", 1)
        claim(store, 0)
        later(store, first, 5)

        assert claim(store, 4) == []
        assert next_due(store) == after(5)
        assert texts(claim(store, 5)) == ["a1"]

    def test_the_oldest_message_that_has_not_left_tells_since_when_something_waits(self, store: Transactions) -> None:
        assert store.read(lambda unit: unit.outbox.waiting_since()) is None
        first, second = put(store, "satu", minute=1), put(store, "dua", minute=2)
        claim(store, 3)
        assert store.read(lambda unit: unit.outbox.waiting_since()) == after(1)
        sent(store, first, 3)
        assert store.read(lambda unit: unit.outbox.waiting_since()) == after(2)
        sent(store, second, 4)
        assert store.read(lambda unit: unit.outbox.waiting_since()) is None

    def test_a_message_due_later_is_not_claimed_before(self, store: Transactions) -> None:
        store.write(lambda unit: unit.outbox.put(an_outgoing(), after(0), due_at=after(3)))

        assert claim(store, 2) == []
        assert len(claim(store, 3)) == 1

    def test_a_claimed_message_is_being_sent_and_has_one_attempt_more(self, store: Transactions) -> None:
        outbox_id = put(store, "a")

        (item,) = claim(store, 0)

        assert (item.id, item.state, item.attempts, item.doubtful) == (outbox_id, Delivery.SENDING, 1, False)
        assert get(store, outbox_id) == item
        assert next_due(store) == after(1)

    def test_one_whose_lease_ran_out_is_taken_again_as_doubtful(self, store: Transactions) -> None:
        put(store, "a")
        claim(store, 0)

        assert claim(store, 0.9) == []
        (again,) = claim(store, 1)

        assert (again.doubtful, again.attempts) == (True, 2)
        sent(store, again.id)
        assert get(store, again.id).state is Delivery.PERHAPS_TWICE

    def test_one_surely_not_sent_is_not_doubtful_at_the_next_try(self, store: Transactions) -> None:
        outbox_id = put(store, "a")
        claim(store, 0)
        later(store, outbox_id, 1)

        (again,) = claim(store, 1)

        assert (again.doubtful, again.attempts, again.reason) == (False, 2, "slow_down")

    def test_a_doubt_stays_until_the_end(self, store: Transactions) -> None:
        outbox_id = put(store, "a")
        claim(store, 0)
        later(store, outbox_id, 1, doubtful=True)
        claim(store, 1)
        later(store, outbox_id, 2)

        assert claim(store, 2)[0].doubtful

    def test_answers_to_presses_overtake_their_chats_queue(self, store: Transactions) -> None:
        waiting = put(store, "a1", 1)
        claim(store, 0)
        later(store, waiting, 60)
        put(store, "answer", 1, press_id="q1")

        assert texts(claim(store, 1)) == ["answer"]

    def test_an_answer_to_a_press_does_not_wait_for_what_is_in_flight(self, store: Transactions) -> None:
        put(store, "a1", 1)
        claim(store, 0)
        put(store, "answer", 1, press_id="q1")

        assert texts(claim(store, 0)) == ["answer"]

    def test_a_claim_takes_one_a_chat_at_most_answers_first(self, store: Transactions) -> None:
        put(store, "a1", 1)
        for query in range(9):
            put(store, f"answer {query}", 1, press_id=str(query))
        put(store, "b1", 2)

        assert texts(claim(store, 0)) == ["answer 0", "b1"]
        assert texts(claim(store, 0)) == ["answer 1"]

    def test_a_claim_takes_no_more_than_its_limit_the_oldest_first(self, store: Transactions) -> None:
        for chat in range(1, 6):
            put(store, f"m{chat}", chat)

        assert texts(claim(store, 0, 2)) == ["m1", "m2"]
        assert texts(claim(store, 0, 2)) == ["m3", "m4"]

    def test_many_presses_of_one_chat_do_not_hide_the_other_chats(self, store: Transactions) -> None:
        for query in range(30):
            put(store, "answer", 1, press_id=str(query))
        put(store, "b1", 2)

        assert texts(claim(store, 0, 2)) == ["answer", "b1"]

    def test_a_messenger_that_sends_once_repeats_without_a_doubt_and_another_cannot_tell(
        self, store: Transactions
    ) -> None:
        number = put(store, "halo")
        claim(store, 0)
        (again,) = store.write(lambda unit: unit.outbox.claim(after(2), LEASE, 10, sends_once=True))
        assert (again.id, again.attempts, again.doubtful) == (number, 2, False)

        store.write(lambda unit: unit.outbox.mark_tried_doubtful())
        fresh = put(store, "baru", chat_id=701)
        store.write(lambda unit: unit.outbox.mark_tried_doubtful())

        assert (get(store, number).doubtful, get(store, fresh).doubtful) == (True, False)

    def test_a_try_that_perhaps_arrived_is_not_forgotten_because_a_later_one_surely_did_not(
        self, store: Transactions
    ) -> None:
        number = put(store, "halo")
        claim(store, 0)  # and the process died with it, perhaps after Telegram had it
        (again,) = store.write(lambda unit: unit.outbox.claim(after(2), LEASE, 10, sends_once=True))
        store.write(lambda unit: unit.outbox.later(again.id, after(3), "unreachable", at=after(2)))

        store.write(lambda unit: unit.outbox.mark_tried_doubtful())

        assert get(store, number).doubtful, "another messenger cannot know whether it is there"

    def test_a_sent_message_is_found_by_its_chat_and_the_networks_id(self, store: Transactions) -> None:
        number = put(store, "halo")
        claim(store, 0)
        sent(store, number, message_id=9)

        def found(chat_id: int, message_id: int) -> int | None:
            return store.read(lambda unit: unit.outbox.id_of(chat_id, message_id))

        assert [found(700, 9), found(700, 8), found(701, 9)] == [number, None, None]

    def test_gestures_come_back_as_they_were_put_and_are_never_doubtful_in_the_end(self, store: Transactions) -> None:
        for chat, more in ((1, {"reaction": "🙏"}), (2, {"strip_buttons": True})):
            outbox_id = put(store, "", chat, reply_to=7, **more)
            message = get(store, outbox_id).message
            assert message == an_outgoing("", chat, reply_to=7, random_id=message.random_id, **more)
            claim(store, 0)
            assert claim(store, 2)[0].doubtful
            store.write(lambda unit, number=outbox_id: unit.outbox.sent(number, None, after(2), "REACTION_INVALID"))  # type: ignore[misc]  # bound now
            done = get(store, outbox_id)
            assert (done.state, done.message_id, done.detail) == (Delivery.SENT, None, "REACTION_INVALID")

    def test_what_a_unit_of_work_queued_it_may_claim_itself_one_a_chat_and_nothing_of_others(
        self, store: Transactions
    ) -> None:
        put(store, "a1")
        put(store, "c1", chat_id=900)

        def answer(unit: UnitOfWork) -> list[OutboxItem]:
            for text, chat_id in (("a2", 700), ("b1", 800), ("b2", 800)):
                unit.outbox.put(an_outgoing(text, chat_id), after(1))
            unit.outbox.put(an_outgoing("d1", 950), after(1), due_at=after(2))
            return list(unit.outbox.claim_new(after(1), LEASE, 10))

        (item,) = store.write(answer)
        assert (item.message.text, item.state, item.attempts, item.doubtful) == ("b1", Delivery.SENDING, 1, False)
        assert get(store, item.id) == item
        assert texts(claim(store, 1)) == ["a1", "c1"]

    def test_an_answer_to_a_press_is_claimed_past_its_chats_queue_and_no_more_than_asked_for(
        self, store: Transactions
    ) -> None:
        put(store, "a1")

        def answer(unit: UnitOfWork) -> list[OutboxItem]:
            unit.outbox.put(an_outgoing("b1", 800), after(1))
            unit.outbox.put(an_outgoing("", 700, press_id="7"), after(1))
            return list(unit.outbox.claim_new(after(1), LEASE, 1))

        assert [item.message.press_id for item in store.write(answer)] == ["7"]
        assert texts(claim(store, 1)) == ["a1", "b1"]

    def test_what_is_sent_in_bulk_is_not_claimed_before_what_waits_elsewhere(self, store: Transactions) -> None:
        def answer(unit: UnitOfWork) -> list[OutboxItem]:
            for chat_id in range(1, 6):
                unit.outbox.put(an_outgoing("to a stranger", chat_id, bulk=True), after(1))
            unit.outbox.put(an_outgoing("to a technician", 99), after(1))
            return list(unit.outbox.claim_new(after(1), LEASE, 3))

        assert texts(store.write(answer)) == ["to a technician"]

    def test_what_was_undone_is_not_claimed(self, store: Transactions) -> None:
        def answer(unit: UnitOfWork) -> list[OutboxItem]:
            with suppress(NotFound), unit.savepoint():
                unit.outbox.put(an_outgoing("a1"), after(1))
                raise NotFound(what="order", name="1")
            return list(unit.outbox.claim_new(after(1), LEASE, 10))

        assert store.write(answer) == []
        assert store.write(lambda unit: unit.outbox.claim_new(after(2), LEASE, 10)) == ()

    def test_a_process_that_dies_before_it_sends_what_it_claimed_with_the_commit_leaves_it_doubtful(
        self,
        store: Transactions,
    ) -> None:
        def answer(unit: UnitOfWork) -> tuple[OutboxItem, ...]:
            unit.outbox.put(an_outgoing("a1"), after(1))
            return unit.outbox.claim_new(after(1), LEASE, 10)

        store.write(answer)
        assert claim(store, 1.5) == []
        store.write(lambda unit: unit.claims.free_all())
        assert [(item.message.text, item.doubtful, item.attempts) for item in claim(store, 1.5)] == [("a1", True, 2)]
