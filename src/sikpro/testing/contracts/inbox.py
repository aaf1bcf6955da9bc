"""What the inbox promises."""

import pytest

from sikpro.application.ports.chat import Attachment, Contact, Incoming, IncomingKind
from sikpro.application.ports.inbox import Outcome, ReceivedPin
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.domain.errors import NotFound
from sikpro.domain.place import Place
from sikpro.testing.builders import after, an_incoming, stored_order
from sikpro.testing.contracts.base import StoreSuite
from sikpro.testing.contracts.undone import undone


def receive(store: Transactions, incoming: Incoming, minute: float = 0) -> int | None:
    return store.write(lambda unit: unit.inbox.receive(incoming, after(minute)))


class InboxContract(StoreSuite):
    """What the inbox promises."""

    def test_groups_are_known_by_their_last_name_until_the_bot_is_put_out(self, store: Transactions) -> None:
        heard = [
            an_incoming("/cek", 1, -5, key="a", private=False, chat_title="Lama"),
            an_incoming("/cek", 2, -5, key="b", private=False, chat_title="Aktivasi SDA"),
            an_incoming("/cek", 3, -6, key="c", private=False, chat_title="Lain"),
            an_incoming("", 4, -6, key="d", private=False, kind=IncomingKind.MEMBERSHIP, blocked=True),
            an_incoming("/cek", 5, 700, key="e"),
            an_incoming("/cek", 6, -7, key="f", private=False),
        ]
        for minute, incoming in enumerate(heard):
            receive(store, incoming, minute)
        groups = store.read(lambda unit: unit.inbox.groups())
        assert [(group.chat_id, group.title, group.heard_at) for group in groups] == [
            (-7, "", after(5)),
            (-5, "Aktivasi SDA", after(1)),
        ]

    def test_the_topics_of_a_group_are_known_by_their_newest_names_and_each_message_by_its_topic(
        self,
        store: Transactions,
    ) -> None:
        def heard(number: int, topic: int | None, title: str = "", kind: IncomingKind = IncomingKind.MESSAGE) -> None:
            one = an_incoming("/cek", number, -5, private=False, kind=kind, topic=topic, topic_title=title)
            receive(store, one, number)

        def known() -> list[tuple[int, str]]:
            (group,) = store.read(lambda unit: unit.inbox.groups())
            return [(topic.number, topic.title) for topic in group.topics]

        heard(1, None)
        assert known() == []
        heard(2, 9)
        heard(3, 4, "Aktivasi")
        assert known() == [(4, "Aktivasi"), (9, "")]
        heard(4, 9, "Gangguan")
        heard(5, 4, "Aktivasi SDA", IncomingKind.OTHER)
        heard(6, 4, "Aktivasi")
        assert known() == [(4, "Aktivasi SDA"), (9, "Gangguan")]
        topics = store.read(lambda unit: [unit.inbox.topic_of(-5, at) for at in (1, 2, 3, 5, 77, None)])
        assert topics == [None, 9, 4, None, None, None]
        store.write(lambda unit: unit.inbox.forget_topic(-5, 4))
        assert known() == [(9, "Gangguan")]

    def test_an_update_is_received_once_and_the_unit_stays_usable(self, store: Transactions) -> None:
        first = receive(store, an_incoming())

        def again(unit: UnitOfWork) -> tuple[int | None, int | None]:
            return unit.inbox.receive(an_incoming(), after(1)), unit.inbox.receive(an_incoming(message_id=2), after(1))

        repeated, second = store.write(again)

        assert repeated is None
        assert first is not None
        assert second is not None
        assert second > first
        assert sum(store.read(lambda unit: unit.inbox.totals(after(0), after(2))).values()) == 2

    def test_a_key_received_in_an_undone_savepoint_can_be_received_again(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> int | None:
            with undone(unit):
                unit.inbox.receive(an_incoming(), after(0))
            return unit.inbox.receive(an_incoming(), after(0))

        assert store.write(work) is not None

    @pytest.mark.parametrize("text", ["a" * 100_000, "nul\x00l", "\ud800", "😀\u202e%_'\"<script>=cmd()", ""])
    def test_any_text_is_received(self, store: Transactions, text: str) -> None:
        incoming = an_incoming(
            text,
            key=f"k{text[:20]}",
            sender_name=text[:50],
            data=text[:60],
            contact=Contact(text[:10], 5, text[:10]),
            attachments=(Attachment("photo", text[:9], 2**40, text[:9]),),
            album=text[:9],
        )
        assert receive(store, incoming) is not None
        assert receive(store, incoming) is None

        (row,) = store.read(lambda unit: unit.inbox.page(before=None, limit=9))

        assert row.text == text.replace("\x00", "").replace("\ud800", "?")

    def test_each_outcome_is_counted_in_its_span_and_together_they_are_all_that_came_in(
        self, store: Transactions
    ) -> None:
        outcomes = (Outcome.ORDER, Outcome.REFUSAL, Outcome.REFUSAL)
        for number, outcome in enumerate(outcomes):
            row = receive(store, an_incoming(message_id=number), number)
            assert row is not None
            store.write(lambda unit, r=row, o=outcome: unit.inbox.finish(r, o, "code"))  # type: ignore[misc]  # defaults
        receive(store, an_incoming(message_id=9), 9)

        def totals(start: float, end: float) -> dict[Outcome, int]:
            return dict(store.read(lambda unit: unit.inbox.totals(after(start), after(end))))

        assert totals(0, 3) == {Outcome.ORDER: 1, Outcome.REFUSAL: 2}
        assert totals(1, 2) == {Outcome.REFUSAL: 1}
        assert sum(totals(0, 10).values()) == 4

    def test_a_received_message_leads_to_its_order_and_a_press_does_not(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> int:
            order = stored_order(unit)
            message = unit.inbox.receive(an_incoming(message_id=5), after(0))
            press = unit.inbox.receive(an_incoming(message_id=6, key="p", kind=IncomingKind.PRESS), after(0))
            other = unit.inbox.receive(an_incoming(message_id=7), after(0))
            assert message is not None
            assert press is not None
            assert other is not None
            unit.inbox.finish(message, Outcome.ORDER, order_id=order.id)
            unit.inbox.finish(press, Outcome.CHANGE, order_id=order.id)
            unit.inbox.finish(other, Outcome.COMMAND, "cek")
            return order.id

        order_id = store.write(work)

        def order_of(chat_id: int, message_id: int) -> int | None:
            return store.read(lambda unit: unit.inbox.order_of(chat_id, message_id))

        assert order_of(700, 5) == order_id
        assert [order_of(700, 6), order_of(700, 7), order_of(701, 5), order_of(700, 99)] == [None] * 4

    def test_the_ledger_is_paged_newest_first_with_number_and_outcome(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> int:
            order = stored_order(unit)
            for message_id in range(7):
                row = unit.inbox.receive(an_incoming(f"m{message_id}", message_id), after(message_id))
                assert row
                if message_id % 2:
                    unit.inbox.finish(row, Outcome.ORDER, order_id=order.id)
                else:
                    unit.inbox.finish(row, Outcome.REFUSAL, "order.duplicate")
            return order.id

        order_id = store.write(work)
        first = store.read(lambda unit: unit.inbox.page(before=None, limit=4))
        rest = store.read(lambda unit: unit.inbox.page(before=first[-1].id, limit=4))
        orders = store.read(lambda unit: unit.inbox.page(before=None, limit=9, outcome=Outcome.ORDER))

        assert [row.text for row in first + rest] == [f"m{n}" for n in reversed(range(7))]
        assert (first[0].detail, first[0].number, first[0].order_id) == ("order.duplicate", None, None)
        assert (first[1].outcome, first[1].number, first[1].order_id) == (Outcome.ORDER, "SC32232558", order_id)
        assert (first[0].received_at, first[0].sent_at, first[0].kind) == (after(6), after(0), "message")
        assert len(orders) == 3

    def test_an_update_that_is_not_there_cannot_be_finished(self, store: Transactions) -> None:
        with pytest.raises(NotFound):
            store.write(lambda unit: unit.inbox.finish(99, Outcome.IGNORED))

    def test_the_files_of_a_message_and_of_its_album_are_found_with_their_order(self, store: Transactions) -> None:
        first, second = Attachment("photo", "f1", 9), Attachment("document", "f2", None, "a.png", "image/png")

        def work(unit: UnitOfWork) -> int:
            order = stored_order(unit)
            for message_id, file in ((1, first), (2, second)):
                incoming = an_incoming(
                    message_id=message_id, key=f"k{message_id}", attachments=(file,), album="al", transport="bot_api"
                )
                row = unit.inbox.receive(incoming, after(0))
                assert row is not None
                if message_id == 2:
                    unit.inbox.finish(row, Outcome.ORDER, "", order.id)
            return order.id

        order_id = store.write(work)

        (file,) = store.read(lambda unit: unit.inbox.files_of(an_incoming().chat_id, 2))
        assert (file.attachment, file.transport, file.message_id) == (second, "bot_api", 2)
        album = store.read(lambda unit: unit.inbox.album(an_incoming().chat_id, "al"))
        assert [file.attachment for file in album] == [first, second]
        assert store.read(lambda unit: unit.inbox.order_of_album(an_incoming().chat_id, "al")) == order_id
        assert store.read(lambda unit: unit.inbox.order_of_album(an_incoming().chat_id, "other")) is None
        assert store.read(lambda unit: unit.inbox.files_of(an_incoming().chat_id, 9)) == ()

    def test_the_pin_of_a_message_is_found_as_it_was_sent_first(self, store: Transactions) -> None:
        first, later = Place.at(-7.447812, 112.7183), Place.at(-7.5, 112.8)

        def work(unit: UnitOfWork) -> None:
            unit.inbox.receive(an_incoming("Indah", 1, place=first, live=True), after(0))
            unit.inbox.receive(an_incoming("", 1, place=later, live=True, key="e1", kind=IncomingKind.EDIT), after(1))
            unit.inbox.receive(an_incoming(message_id=2), after(2))
            unit.inbox.receive(an_incoming("", 3, place=later, key="e3", kind=IncomingKind.EDIT), after(3))

        store.write(work)

        def pin(message_id: int, chat_id: int = an_incoming().chat_id) -> ReceivedPin | None:
            return store.read(lambda unit: unit.inbox.place_of(chat_id, message_id))

        assert pin(1) == ReceivedPin(first, "Indah")
        assert [pin(2), pin(3), pin(9), pin(1, 8)] == [None] * 4

    def test_updates_of_a_span_are_counted_by_outcome_and_detail(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> None:
            for minute, outcome, detail in (
                (0, Outcome.REFUSAL, "order.duplicate"),
                (1, Outcome.REFUSAL, "order.duplicate"),
                (2, Outcome.REFUSAL, "order.duplicate"),
                (1, Outcome.REFUSAL, "order.unknown"),
                (1, Outcome.COMMAND, "order.duplicate"),
                (1, Outcome.REFUSAL, ""),
            ):
                message_id = len(unit.inbox.page(before=None, limit=9)) + 1
                row = unit.inbox.receive(an_incoming(f"m{message_id}", message_id), after(minute))
                assert row is not None
                unit.inbox.finish(row, outcome, detail)

        store.write(work)

        def how_many(start: float, end: float, detail: str = "order.duplicate") -> int:
            return store.read(lambda unit: unit.inbox.how_many(after(start), after(end), Outcome.REFUSAL, detail))

        assert [how_many(0, 2), how_many(1, 2), how_many(0, 3), how_many(3, 9)] == [2, 1, 3, 0]
        assert [how_many(0, 9, ""), how_many(0, 9, "order.other")] == [1, 0]
