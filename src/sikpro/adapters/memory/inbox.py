"""The inbox in memory."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from itertools import islice

from attrs import evolve

from sikpro.adapters.memory.folded import folded_in
from sikpro.adapters.memory.seals import put_fact, words_of_received
from sikpro.adapters.memory.store import Received, Sequences, State
from sikpro.application.ports.chat import Incoming, IncomingKind
from sikpro.application.ports.inbox import KnownGroup, KnownTopic, LedgerRow, Outcome, ReceivedFile, ReceivedPin
from sikpro.application.ports.seals import fact_of_handling, new_salt
from sikpro.domain.errors import NotFound
from sikpro.domain.period import Period
from sikpro.domain.seals import FactKind, LedgerFact, salted
from sikpro.domain.text import storable

_UNFINISHED = "unfinished"


class MemoryInbox:
    """Stores every update once, with its outcome."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def receive(self, incoming: Incoming, at: datetime) -> int | None:
        """Save the update and return its id, or None if its key exists."""
        key = storable(incoming.key)
        if key in self._state.inbox_keys:
            return None
        row = LedgerRow(
            id=self._sequences.next("inbox"),
            received_at=at,
            sent_at=incoming.sent_at,
            chat_id=incoming.chat_id,
            sender_name=storable(incoming.sender_name),
            kind=incoming.kind.value,
            text=storable(incoming.text),
            outcome=Outcome.FAILED,
            detail=_UNFINISHED,
            order_id=None,
            number=None,
        )
        received = Received(
            row,
            incoming.message_id,
            incoming.album,
            _files(incoming),
            chat_title=storable(incoming.chat_title),
            blocked=bool(incoming.blocked),
            place=incoming.place,
            sender_id=incoming.sender_id,
            salt=new_salt(self._sequences.chance),
            topic=incoming.topic,
        )
        self._state.inbox.put(row.id, received)
        self._state.inbox_keys.put(key, row.id)
        fact = LedgerFact(
            kind=FactKind.MESSAGE,
            at=at,
            row_id=row.id,
            detail=row.kind,
            message_id=incoming.message_id,
            words=salted(received.salt, words_of_received(received)),
        )
        put_fact(self._state, self._sequences, fact)
        self._meet_topic(incoming)
        return row.id

    def _meet_topic(self, incoming: Incoming) -> None:
        if incoming.topic is None:
            return
        key = incoming.chat_id, incoming.topic
        known, title = self._state.topics.get(key) or "", storable(incoming.topic_title)
        renamed = title and incoming.kind is IncomingKind.OTHER
        self._state.topics.put(key, title if renamed or not known else known)

    def finish(self, inbox_id: int, outcome: Outcome, detail: str = "", order_id: int | None = None) -> None:
        """Set the outcome of a received update."""
        received = self._state.inbox.get(inbox_id)
        if received is None:
            raise NotFound(what="inbox", name=str(inbox_id))
        self._state.must_have_order(order_id)
        row = evolve(received.row, outcome=outcome, detail=detail, order_id=order_id)
        self._state.inbox.put(inbox_id, evolve(received, row=row))
        put_fact(self._state, self._sequences, fact_of_handling(inbox_id, row.received_at, outcome, detail, order_id))

    def order_of(self, chat_id: int, message_id: int) -> int | None:
        """Return the order that a received message made, changed or was added to."""
        kinds = {IncomingKind.MESSAGE, IncomingKind.EDIT}
        orders = [
            received.row.order_id
            for received in self._state.inbox.values()
            if received.message_id == message_id
            and received.row.chat_id == chat_id
            and received.row.kind in kinds
            and received.row.order_id is not None
        ]
        return orders[-1] if orders else None

    def files_of(self, chat_id: int, message_id: int) -> tuple[ReceivedFile, ...]:
        """Return the files of a message."""
        found = [
            received.files
            for received in self._state.inbox.values()
            if received.message_id == message_id
            and received.row.chat_id == chat_id
            and received.row.kind == IncomingKind.MESSAGE
        ]
        return found[0] if found else ()

    def topic_of(self, chat_id: int, message_id: int | None) -> int | None:
        """Return the topic in which a message was received."""
        kinds = {IncomingKind.MESSAGE, IncomingKind.EDIT}
        found = (
            received.topic
            for received in self._state.inbox.values()
            if received.message_id == message_id and received.row.chat_id == chat_id and received.row.kind in kinds
        )
        return None if message_id is None else next(found, None)

    def forget_topic(self, chat_id: int, topic: int) -> None:
        """Leave a topic out of the groups until something is received from it."""
        self._state.topics.drop((chat_id, topic))

    def place_of(self, chat_id: int, message_id: int) -> ReceivedPin | None:
        """Return the pin of a message, as it was sent first."""
        found = [
            received
            for received in self._state.inbox.values()
            if received.message_id == message_id
            and received.row.chat_id == chat_id
            and received.row.kind == IncomingKind.MESSAGE
        ]
        place = found[0].place if found else None
        return ReceivedPin(place, found[0].row.text) if place else None

    def album(self, chat_id: int, album: str) -> tuple[ReceivedFile, ...]:
        """Return the files of an album received so far, in order of arrival."""
        return tuple(file for received in self._of_album(chat_id, album) for file in received.files)

    def order_of_album(self, chat_id: int, album: str) -> int | None:
        """Return the order that a message of the album made or was added to."""
        orders = (received.row.order_id for received in self._of_album(chat_id, album))
        return next((order_id for order_id in orders if order_id is not None), None)

    def _of_album(self, chat_id: int, album: str) -> list[Received]:
        return [
            received
            for received in self._state.inbox.values()
            if received.album == album and received.row.chat_id == chat_id and received.row.kind == IncomingKind.MESSAGE
        ]

    def totals(self, start: datetime, end: datetime) -> Mapping[Outcome, int]:
        """Return the number of updates received in the span, by outcome."""
        rows = (received.row for received in self._state.inbox.values())
        found = Counter(row.outcome for row in rows if start <= row.received_at < end)
        for (outcome, _), count in folded_in(self._state, start, end).items():
            found[Outcome(outcome)] += count
        return dict(found)

    def how_many(self, start: datetime, end: datetime, outcome: Outcome, detail: str) -> int:
        """Return the number of updates received in the span with this outcome and detail."""
        rows = (received.row for received in self._state.inbox.values())
        there = sum(start <= row.received_at < end and (row.outcome, row.detail) == (outcome, detail) for row in rows)
        return there + folded_in(self._state, start, end)[outcome.value, detail]

    def groups(self) -> tuple[KnownGroup, ...]:
        """Return the known groups of the bot, the one with the latest message first."""
        newest = {one.row.chat_id: one for one in self._state.inbox.values() if one.row.chat_id < 0}
        return tuple(
            KnownGroup(
                chat_id=one.row.chat_id,
                title=one.chat_title,
                heard_at=one.row.received_at,
                topics=self._topics_in(one.row.chat_id),
            )
            for one in sorted(newest.values(), key=lambda one: -one.row.id)
            if not one.blocked
        )

    def _topics_in(self, chat_id: int) -> tuple[KnownTopic, ...]:
        known = sorted(number for chat, number in self._state.topics if chat == chat_id)
        return tuple(KnownTopic(number, self._state.topics.get((chat_id, number)) or "") for number in known)

    def page(
        self,
        *,
        before: int | None,
        limit: int,
        outcome: Outcome | None = None,
        detail: str = "",
        received: Period | None = None,
    ) -> tuple[LedgerRow, ...]:
        """Return the rows with ids below `before`, newest first."""
        rows = (
            one.row
            for one in self._state.inbox.latest()
            if (before is None or one.row.id < before)
            and (outcome is None or one.row.outcome is outcome)
            and detail in {"", one.row.detail}
            and (received is None or one.row.received_at in received)
        )
        return tuple(evolve(row, number=self._number(row.order_id)) for row in islice(rows, limit))

    def _number(self, order_id: int | None) -> str | None:
        order = None if order_id is None else self._state.orders.get(order_id)
        return order.number if order else None


def _files(incoming: Incoming) -> tuple[ReceivedFile, ...]:
    chat_id, message_id, transport = incoming.chat_id, incoming.message_id, incoming.transport
    if message_id is None:
        return ()
    return tuple(
        ReceivedFile(chat_id=chat_id, message_id=message_id, transport=transport, attachment=attachment)
        for attachment in incoming.attachments
    )
