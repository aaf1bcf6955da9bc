"""The inbox in the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from attrs import asdict
from sqlalchemy import JSON, Column, ForeignKey, Table

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.constant import Constant, constant
from sikpro.adapters.sql.dialect import insert_new, upsert
from sikpro.adapters.sql.folded import folded_in, with_detail
from sikpro.adapters.sql.tables import metadata, orders
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.chat import Attachment, Incoming, IncomingKind
from sikpro.application.ports.inbox import KnownGroup, KnownTopic, LedgerRow, Outcome, ReceivedFile, ReceivedPin
from sikpro.application.ports.seals import fact_of_handling, new_salt, words_of_message
from sikpro.domain.errors import NotFound
from sikpro.domain.period import Period
from sikpro.domain.place import Place
from sikpro.domain.seals import FactKind, LedgerFact, Part, salted
from sikpro.domain.text import storable

inbox = Table(
    "inbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Words, nullable=False, unique=True),
    Column("received_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("chat_id", Id, nullable=False),
    Column("message_id", Id),
    Column("sender_id", Id),
    Column("sender_name", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("rest", JSON, nullable=False),
    Column("outcome", Words, nullable=False),
    Column("detail", Words, nullable=False),
    Column("order_id", Id, ForeignKey("orders.id")),
    Column("album", Words),
    Column("salt", Words, nullable=False, server_default=""),
    sa.Index(None, "received_at", "outcome", "detail"),
    sa.Index(None, "chat_id", "message_id"),
    sa.Index(None, "outcome", "id"),
    sa.Index(None, "order_id"),
    sa.Index(None, "chat_id", "album"),
)

topics = Table(
    "topics",
    metadata,
    Column("chat_id", Id, primary_key=True, autoincrement=False),
    Column("number", Id, primary_key=True, autoincrement=False),
    Column("title", Words, nullable=False),
)
"""The topics seen in groups."""


_c = inbox.c
_UNFINISHED = "unfinished"
_FINISH = Constant(
    sa.update(inbox)
    .where(_c.id == sa.bindparam("inbox_id"))
    .values({name: sa.bindparam(f"its_{name}") for name in ("outcome", "detail", "order_id")})
    .returning(_c.received_at)
)
_OWN_COLUMN = {"key", "kind", "chat_id", "message_id", "sender_id", "sent_at", "sender_name", "text", "album"}


class SqlInbox:
    """Stores every update once, with its outcome."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def receive(self, incoming: Incoming, at: datetime) -> int | None:
        """Save the update and return its id, or None if its key exists; the unit of work stays usable."""
        row: dict[str, Any] = {
            "key": storable(incoming.key),
            "received_at": at,
            "sent_at": incoming.sent_at,
            "chat_id": incoming.chat_id,
            "message_id": incoming.message_id,
            "sender_id": incoming.sender_id,
            "sender_name": storable(incoming.sender_name),
            "kind": incoming.kind.value,
            "text": storable(incoming.text),
            "rest": _rest(incoming),
            "album": storable(incoming.album) if incoming.album else None,
            "outcome": Outcome.FAILED.value,
            "detail": _UNFINISHED,
            "salt": new_salt(self._transaction.chance),
        }
        inserted = constant(insert_new(self._transaction, inbox, ["key"], returning="id"))
        received: int | None = self._transaction.scalar(inserted, row)
        if received is not None:
            self._transaction.facts.append(
                LedgerFact(
                    kind=FactKind.MESSAGE,
                    at=at,
                    row_id=received,
                    detail=incoming.kind.value,
                    message_id=incoming.message_id,
                    words=salted(row["salt"], words_of_row(row)),
                )
            )
            self._meet_topic(incoming)
        return received

    def _meet_topic(self, incoming: Incoming) -> None:
        if incoming.topic is None:
            return
        row = {"chat_id": incoming.chat_id, "number": incoming.topic, "title": storable(incoming.topic_title)}
        if incoming.kind is IncomingKind.OTHER and incoming.topic_title:
            self._transaction.execute(upsert(self._transaction, topics, ["chat_id", "number"]).values(row))
            return
        self._transaction.execute(insert_new(self._transaction, topics, ["chat_id", "number"]).values(row))
        if incoming.topic_title:
            unnamed = _topic(incoming.chat_id, incoming.topic, topics.c.title == "")
            self._transaction.execute(sa.update(topics).where(*unnamed).values(title=row["title"]))

    def finish(self, inbox_id: int, outcome: Outcome, detail: str = "", order_id: int | None = None) -> None:
        """Set the outcome of a received update."""
        detail = storable(detail)
        changed = {"its_outcome": outcome.value, "its_detail": detail, "its_order_id": order_id}
        received_at: datetime | None = self._transaction.scalar(_FINISH, {"inbox_id": inbox_id, **changed})
        if received_at is None:
            raise NotFound(what="inbox", name=str(inbox_id))
        fact = fact_of_handling(inbox_id, received_at, outcome, detail, order_id)
        self._transaction.facts.append(fact)

    def order_of(self, chat_id: int, message_id: int) -> int | None:
        """Return the order that a received message made, changed or was added to."""
        kinds = [IncomingKind.MESSAGE.value, IncomingKind.EDIT.value]
        selected = (
            sa.select(_c.order_id)
            .where(_c.chat_id == chat_id, _c.message_id == message_id, _c.kind.in_(kinds), _c.order_id.is_not(None))
            .order_by(_c.id.desc())
            .limit(1)
        )
        order_id: int | None = self._transaction.scalar(selected)
        return order_id

    def files_of(self, chat_id: int, message_id: int) -> tuple[ReceivedFile, ...]:
        """Return the files of a message."""
        return self._files(_c.chat_id == chat_id, _c.message_id == message_id)

    def topic_of(self, chat_id: int, message_id: int | None) -> int | None:
        """Return the topic in which a message was received."""
        if message_id is None:
            return None
        rest = self._transaction.scalar(_FIRST_SAID, {"chat": chat_id, "message": message_id})
        return rest.get("topic") if rest else None

    def forget_topic(self, chat_id: int, topic: int) -> None:
        """Leave a topic out of the groups until something is received from it."""
        self._transaction.execute(sa.delete(topics).where(*_topic(chat_id, topic)))

    def place_of(self, chat_id: int, message_id: int) -> ReceivedPin | None:
        """Return the pin of a message, as it was sent first."""
        messages = (_c.kind == IncomingKind.MESSAGE.value, _c.chat_id == chat_id, _c.message_id == message_id)
        selected = sa.select(_c.text, _c.rest).where(*messages)
        row = self._transaction.execute(selected).mappings().one_or_none()
        place = row["rest"].get("place") if row else None
        return ReceivedPin(Place(**place), row["text"]) if row and place else None

    def album(self, chat_id: int, album: str) -> tuple[ReceivedFile, ...]:
        """Return the files of an album received so far, in order of arrival."""
        return self._files(_c.chat_id == chat_id, _c.album == album)

    def order_of_album(self, chat_id: int, album: str) -> int | None:
        """Return the order that a message of the album made or was added to."""
        of_album = (_c.chat_id == chat_id, _c.album == album, _c.order_id.is_not(None))
        order_id: int | None = self._transaction.scalar(
            sa.select(_c.order_id).where(*of_album).order_by(_c.id).limit(1)
        )
        return order_id

    def _files(self, *which: sa.ColumnElement[bool]) -> tuple[ReceivedFile, ...]:
        messages = _c.kind == IncomingKind.MESSAGE.value
        selected = sa.select(_c.chat_id, _c.message_id, _c.rest).where(messages, *which).order_by(_c.id)
        return tuple(
            ReceivedFile(
                chat_id=row["chat_id"],
                message_id=row["message_id"],
                transport=row["rest"].get("transport", ""),
                attachment=Attachment(**attachment),
            )
            for row in self._transaction.execute(selected).mappings()
            for attachment in row["rest"].get("attachments", ())
        )

    def totals(self, start: datetime, end: datetime) -> Mapping[Outcome, int]:
        """Return the number of updates received in the span, by outcome."""
        selected = (
            sa.select(_c.outcome, sa.func.count())
            .where(_c.received_at >= start, _c.received_at < end)
            .group_by(_c.outcome)
        )
        found = folded_in(self._transaction, start, end)
        for outcome, count in self._transaction.execute(selected):
            found[outcome] += count
        return {Outcome(outcome): count for outcome, count in found.items()}

    def how_many(self, start: datetime, end: datetime, outcome: Outcome, detail: str) -> int:
        """Return the number of updates received in the span with this outcome and detail."""
        span = (_c.received_at >= start, _c.received_at < end)
        which = (*span, _no_index(_c.outcome) == outcome.value, _c.detail == detail)
        there = int(self._transaction.scalar(sa.select(sa.func.count()).where(*which)))
        folded = folded_in(self._transaction, start, end, *with_detail(outcome.value, detail))
        return there + folded.total()

    def groups(self) -> tuple[KnownGroup, ...]:
        """Return the known groups of the bot, the one with the latest message first."""
        known: dict[int, list[KnownTopic]] = {}
        for row in self._transaction.execute(sa.select(topics).order_by(topics.c.number)).mappings():
            known.setdefault(row["chat_id"], []).append(KnownTopic(row["number"], row["title"]))
        newest = sa.select(sa.func.max(_c.id)).where(_c.chat_id < 0).group_by(_c.chat_id)
        selected = sa.select(_c.chat_id, _c.rest, _c.received_at).where(_c.id.in_(newest)).order_by(_c.id.desc())
        return tuple(
            KnownGroup(
                chat_id=row["chat_id"],
                title=row["rest"].get("chat_title", ""),
                heard_at=row["received_at"],
                topics=tuple(known.get(row["chat_id"], ())),
            )
            for row in self._transaction.execute(selected).mappings()
            if not row["rest"].get("blocked")
        )

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
        columns = [_c[name] for name in _LEDGER]
        selected = sa.select(*columns, orders.c.number).outerjoin(orders, orders.c.id == _c.order_id)
        if before is not None:
            selected = selected.where(_c.id < before)
        newest = _c.id.desc()
        if outcome is not None:
            selected = selected.where((_c.outcome if received is None else _no_index(_c.outcome)) == outcome.value)
        if detail:
            selected = selected.where(_c.detail == detail)
        if received is not None:
            # Not by the bare id: its index would be walked from the newest row back to an old period.
            selected = selected.where(_c.received_at >= received.start, _c.received_at < received.end)
            newest = (_c.id + 0).desc()
        rows = self._transaction.execute(selected.order_by(newest).limit(limit)).mappings()
        return tuple(LedgerRow(**(dict(row) | {"outcome": Outcome(row["outcome"])})) for row in rows)


_SAID = (IncomingKind.MESSAGE.value, IncomingKind.EDIT.value)
_FIRST_SAID = (
    sa.select(_c.rest)
    .where(_c.chat_id == sa.bindparam("chat"), _c.message_id == sa.bindparam("message"), _c.kind.in_(_SAID))
    .order_by(_c.id)
    .limit(1)
)
_LEDGER = ("id", "received_at", "sent_at", "chat_id", "sender_name", "kind", "text", "outcome", "detail", "order_id")


def _no_index(column: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """Return a column for a comparison for which no index is looked for: the index of the time has it."""
    return column.concat("")


def _topic(chat_id: int, number: int, *more: sa.ColumnElement[bool]) -> tuple[sa.ColumnElement[bool], ...]:
    return topics.c.chat_id == chat_id, topics.c.number == number, *more


def words_of_row(row: Mapping[Any, Any]) -> Sequence[Part]:
    """Return who wrote a received message, where and what."""
    return words_of_message(row["chat_id"], row["sender_id"], row["sender_name"], row["text"])


def _rest(incoming: Incoming) -> dict[str, Any]:
    """Return the non-empty fields without a separate column."""
    whole = asdict(incoming, value_serializer=_storable)
    return {name: value for name, value in whole.items() if name not in _OWN_COLUMN and value not in (None, "", ())}


def _storable(_owner: Any, _attribute: Any, value: Any) -> Any:
    return storable(value) if isinstance(value, str) else value
