"""Retention in the database."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from attrs import asdict, evolve
from sqlalchemy import JSON, Column, Table

from sikpro.adapters.sql.bots import bot_addresses
from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.conversations import conversations
from sikpro.adapters.sql.disturbances import disturbances
from sikpro.adapters.sql.files import files
from sikpro.adapters.sql.folded import put_folded
from sikpro.adapters.sql.inbox import inbox
from sikpro.adapters.sql.journal import data_of_event, journal
from sikpro.adapters.sql.outbox import FAILED, outbox
from sikpro.adapters.sql.outbox_mappers import item_from_row
from sikpro.adapters.sql.people import request_from_row
from sikpro.adapters.sql.shift_handovers import shift_handovers
from sikpro.adapters.sql.tables import access_requests, metadata, orders, people
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.adapters.sql.undo_and_views import undo_steps
from sikpro.adapters.sql.written_tables import refused_rows, written_rows, written_tables
from sikpro.application.ports import retention as limits
from sikpro.application.ports.chat import IncomingKind
from sikpro.application.ports.journal import JournalEntry
from sikpro.application.ports.retention import (
    FOLDED_STATES,
    LATER,
    TELLING_NOTES,
    Fold,
    Folded,
    RetentionRun,
    Step,
    Waiting,
    day_of,
)
from sikpro.application.ports.seals import end_of
from sikpro.application.ports.written_tables import WrittenState
from sikpro.domain.order_data import TEXTS
from sikpro.domain.people import AccessRequest, RequestState
from sikpro.domain.phase import OPEN
from sikpro.domain.retention import PLAIN_TEXTS, REMOVED

retention_runs = Table(
    "retention_runs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("before", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("step", Words, nullable=False),
    Column("after", Id, nullable=False),
    Column("counts", JSON, nullable=False),
    sqlite_autoincrement=True,
)

left_people = Table(
    "left_people",
    metadata,
    Column("person", Id, primary_key=True, autoincrement=False),
    Column("since", UtcDateTime, nullable=False),
)
"""Since when people are inactive."""

_PORTIONS = 0x51_4B_50_06
"""The advisory lock on PostgreSQL that lets portions be done one after the other."""

_runs = retention_runs.c
FOLDED = sorted(state.value for state in FOLDED_STATES)
"""The states of messages that are folded, as the database has them."""

_OPEN_TABLES = [state.value for state in WrittenState if state.open]
_GONE = ["", REMOVED]


class SqlRetention:
    """Clears and folds what is older than it is kept."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def take_turn(self) -> None:
        """Wait until no other process does a portion."""
        if not self._transaction.on_sqlite:
            self._transaction.scalar(sa.select(sa.func.pg_advisory_xact_lock(_PORTIONS)))

    def last(self) -> RetentionRun | None:
        """Return the newest run."""
        selected = sa.select(retention_runs).order_by(_runs.id.desc()).limit(1)
        row = self._transaction.execute(selected).mappings().one_or_none()
        return None if row is None else RetentionRun(**{**row, "step": Step(row["step"])})

    def behind(self, sent_at: datetime) -> bool:
        """Return whether what was sent then is from before what the runs folded."""
        reached: datetime | None = self._transaction.scalar(
            sa.select(sa.func.max(_runs.before, type_=_runs.before.type))
        )
        if reached is None or sent_at >= reached:
            return False
        c = inbox.c
        newest = (
            sa.select(c.sent_at).where(c.kind == IncomingKind.MESSAGE.value).order_by(c.id.desc()).limit(limits.FLOOR)
        )
        found = newest.subquery().c.sent_at
        newest_sent: datetime | None = self._transaction.scalar(sa.select(sa.func.max(found, type_=found.type)))
        return newest_sent is not None and newest_sent > sent_at + LATER

    def keep(self, run: RetentionRun) -> RetentionRun:
        """Save a run."""
        self._overwrite(False)
        row = asdict(run) | {"step": run.step.value, "counts": dict(run.counts)}
        del row["id"]
        if run.id:
            self._transaction.execute(sa.update(retention_runs).where(_runs.id == run.id).values(row))
            return run
        return evolve(run, id=self._transaction.scalar(sa.insert(retention_runs).returning(_runs.id), row))

    def waiting(self, before: datetime) -> Waiting:
        """Count what a run would remove."""
        over = is_over(before)
        theirs = files.c.order_id.in_(sa.select(orders.c.id).where(over))
        return Waiting(
            orders=self._count(orders, over, _has_texts()),
            photos=self._count(files, theirs),
            received=self._count(inbox, *self._to_fold(before)),
            sent=self._count(outbox, *_old_sent(before), outbox.c.state.in_([*FOLDED, "failed"])),
            people=self._count(people, *_left(before)),
        )

    def _count(self, table: Table, *which: sa.ColumnElement[bool]) -> int:
        return int(self._transaction.scalar(sa.select(sa.func.count()).select_from(table).where(*which)))

    def orders(self, before: datetime, after: int, limit: int) -> tuple[int, ...]:
        """Return the ids of orders that are over and unchanged."""
        selected = sa.select(orders.c.id).where(orders.c.id > after, is_over(before))
        return tuple(self._transaction.execute(selected.order_by(orders.c.id).limit(limit)).scalars())

    def clear_order(self, order_id: int, entries: Sequence[JournalEntry]) -> int:
        """Save entries without their salts, and forget the order's files and old states."""
        self._overwrite()
        changed = sa.update(journal).where(journal.c.id == sa.bindparam("entry"))
        rows = [{"entry": entry.id, "data": data_of_event(entry.event)} for entry in entries]
        if rows:
            changed = changed.values(data=sa.bindparam("data", type_=JSON), salt="")
            self._transaction.execute(changed, rows)
        self._transaction.execute(sa.delete(undo_steps).where(undo_steps.c.order_id == order_id))
        return self._transaction.execute(sa.delete(files).where(files.c.order_id == order_id)).rowcount

    def received(self, before: datetime, after: int, limit: int) -> tuple[int, ...]:
        """Return the received updates to fold."""
        selected = sa.select(inbox.c.id).where(*self._to_fold(before), inbox.c.id > after)
        return tuple(self._transaction.execute(selected.order_by(inbox.c.id).limit(limit)).scalars())

    def sent(self, before: datetime, after: int, limit: int) -> tuple[int, ...]:
        """Return the messages to fold."""
        selected = sa.select(outbox.c.id).where(*_old_sent(before), outbox.c.state.in_(FOLDED), outbox.c.id > after)
        return tuple(self._transaction.execute(selected.order_by(outbox.c.id).limit(limit)).scalars())

    def fold_received(
        self, before: datetime, limit: int, about: int | None = None, of: Sequence[int] | None = None
    ) -> int:
        """Fold received updates into their sums."""
        columns = (inbox.c.id, inbox.c.received_at, inbox.c.outcome, inbox.c.detail)
        selected = (
            sa.select(*columns)
            .where(*self._to_fold(before), *_about(inbox, about), *_among(inbox, of))
            .order_by(inbox.c.received_at, inbox.c.id)
        )
        found = self._transaction.execute(selected.limit(limit)).mappings().all()
        return self._fold(inbox, [(_received(row), Folded(row["id"], row["received_at"])) for row in found])

    def clear_received(self, before: datetime, limit: int, about: int | None = None) -> int:
        """Clear the texts and names of updates that stay."""
        c = inbox.c
        named = sa.or_(c.salt != "", c.text != "", c.sender_name != "", c.sender_id.is_not(None))
        old = (c.received_at < before, _is_done(c.order_id, before), named, *_about(inbox, about))
        selected = sa.select(c.id, c.chat_id, c.rest).where(*old).order_by(c.received_at, c.id).limit(limit)
        found = self._transaction.execute(selected).mappings().all()
        self._overwrite()
        for row in found:
            rest = {name: row["rest"][name] for name in _OF_GROUPS if name in row["rest"]}
            bare = {"text": "", "sender_name": "", "sender_id": None, "salt": "", "rest": rest}
            bare["chat_id"] = min(row["chat_id"], 0)
            self._transaction.execute(sa.update(inbox).where(c.id == row["id"]).values(bare))
        return len(found)

    def failed(self, before: datetime, limit: int) -> tuple[int, ...]:
        """Return old messages that failed."""
        selected = sa.select(outbox.c.id).where(*_old_sent(before), sa.text(f"outbox.{FAILED}"))
        return tuple(self._transaction.execute(selected.order_by(outbox.c.id).limit(limit)).scalars())

    def fold_sent(self, before: datetime, limit: int, about: int | None = None, of: Sequence[int] | None = None) -> int:
        """Fold messages into their sums."""
        which = (*_old_sent(before), outbox.c.state.in_(FOLDED), *_about(outbox, about), *_among(outbox, of))
        selected = sa.select(outbox).where(*which)
        found = self._transaction.execute(selected.order_by(outbox.c.id).limit(limit)).mappings()
        items = [item_from_row(row) for row in found]
        return self._fold(
            outbox,
            [
                (
                    Fold(source="outbox", day=day_of(one.created_at), outcome=one.state.value, detail=end_of(one)),
                    Folded(one.id, one.sent_at),
                )
                for one in items
            ],
        )

    def clear_talk(self, before: datetime) -> int:
        """Remove old dialogues, the texts of old handovers, and the rows of old tables."""
        self._overwrite()
        run = self._transaction.execute
        talks = run(sa.delete(conversations).where(conversations.c.updated_at < before)).rowcount
        written = shift_handovers.c.at < before, shift_handovers.c.text.not_in(_GONE)
        texts = run(sa.update(shift_handovers).where(*written).values(text=REMOVED)).rowcount
        cleared = self._clear_notes(before) + self._clear_table(before) + self._clear_disturbances(before)
        return talks + texts + cleared + run(sa.delete(bot_addresses).where(*_unknown())).rowcount

    def _clear_disturbances(self, before: datetime) -> int:
        d = disturbances.c
        named = d.ended_at < before, sa.or_(d.text.not_in(_GONE), d.end_text.not_in(_GONE))
        ended = sa.case((d.end_text == "", ""), else_=REMOVED)
        changed = sa.update(disturbances).where(*named).values(text=REMOVED, end_text=ended)
        return self._transaction.execute(changed).rowcount

    def _clear_notes(self, before: datetime) -> int:
        j = journal.c
        theirs = (j.at < before, j.order_id.is_(None), j.kind.in_(sorted(TELLING_NOTES)))
        full = sa.cast(j.data, sa.Text) != "{}"
        return self._transaction.execute(sa.update(journal).where(*theirs, full).values(data={})).rowcount

    def _clear_table(self, before: datetime) -> int:
        t = written_tables.c
        rows = [sa.exists().where(rows.c.table_id == t.id) for rows in (written_rows, refused_rows)]
        old = (t.at < before, t.state.not_in(_OPEN_TABLES), sa.or_(*rows))
        table = self._transaction.scalar(sa.select(t.id).where(*old).order_by(t.id).limit(1))
        if table is None:
            return 0
        gone = (sa.delete(rows).where(rows.c.table_id == table) for rows in (written_rows, refused_rows))
        return sum(self._transaction.execute(one).rowcount for one in gone)

    def requests(self, before: datetime, limit: int) -> tuple[AccessRequest, ...]:
        """Return old requests for access."""
        c = access_requests.c
        old = (c.state != RequestState.PENDING.value, c.requested_at < before, c.name != REMOVED)
        selected = sa.select(access_requests).where(*old).order_by(c.id).limit(limit)
        return tuple(map(request_from_row, self._transaction.execute(selected).mappings()))

    def note_left(self, now: datetime) -> int:
        """Note since when people are inactive."""
        inactive = sa.select(people.c.id).where(people.c.active.is_(False))
        known = sa.select(left_people.c.person)
        new = self._transaction.execute(inactive.where(people.c.id.not_in(known)).order_by(people.c.id)).scalars().all()
        if new:
            self._transaction.execute(sa.insert(left_people), [{"person": person, "since": now} for person in new])
        back = sa.delete(left_people).where(left_people.c.person.not_in(inactive))
        return len(new) + self._transaction.execute(back).rowcount

    def left(self, before: datetime, limit: int) -> tuple[int, ...]:
        """Return people who left before a time and still have a name."""
        selected = sa.select(people.c.id).where(*_left(before)).order_by(people.c.id).limit(limit)
        return tuple(self._transaction.execute(selected).scalars())

    def _overwrite(self, on: bool = True) -> None:
        """Let SQLite overwrite what is removed, so that the file does not have it any more; until `keep`."""
        if self._transaction.on_sqlite:
            self._transaction.connection.exec_driver_sql(f"PRAGMA secure_delete = {'ON' if on else 'OFF'}")

    def _to_fold(self, before: datetime) -> Iterable[sa.ColumnElement[bool]]:
        newer = inbox.alias("newer")
        later = sa.exists().where(newer.c.chat_id == inbox.c.chat_id, newer.c.id > inbox.c.id)
        newest = sa.select(inbox.c.id).order_by(inbox.c.id.desc()).offset(limits.FLOOR - 1).limit(1)
        floor = self._transaction.scalar(newest) or 0
        yield from (inbox.c.received_at < before, inbox.c.id < floor, _is_done(inbox.c.order_id, before))
        yield sa.or_(inbox.c.chat_id >= 0, later)

    def _fold(self, table: Table, rows: Sequence[tuple[Fold, Folded]]) -> int:
        if rows:
            self._overwrite()
            put_folded(self._transaction, rows)
            self._transaction.execute(sa.delete(table).where(table.c.id.in_([row.id for _, row in rows])))
        return len(rows)


_OF_GROUPS = ("chat_title", "blocked", "topic", "transport")


def _received(row: Mapping[Any, Any]) -> Fold:
    day = day_of(row["received_at"])
    return Fold(source="inbox", day=day, outcome=row["outcome"], detail=row["detail"])


def is_over(before: datetime) -> sa.ColumnElement[bool]:
    """Return whether an order is finished or deleted, and nothing has changed it since a time."""
    ended = sa.or_(orders.c.phase.not_in(sorted(phase.value for phase in OPEN)), orders.c.deleted_at.is_not(None))
    return sa.and_(ended, orders.c.changed_at < before)


def _is_done(order_id: sa.Column[Any], before: datetime) -> sa.ColumnElement[bool]:
    """Return whether a row is about no order, or about one that is over and of which nobody wrote since."""
    since = sa.exists().where(journal.c.order_id == order_id, journal.c.at >= before)
    over = sa.exists().where(orders.c.id == order_id, is_over(before))
    return sa.or_(order_id.is_(None), sa.and_(over, ~since))


def _old_sent(before: datetime) -> Iterator[sa.ColumnElement[bool]]:
    yield from (outbox.c.created_at < before, _is_done(outbox.c.order_id, before))


def _about(table: Table, order_id: int | None) -> Iterator[sa.ColumnElement[bool]]:
    if order_id is not None:
        yield table.c.order_id == order_id


def _among(table: Table, ids: Sequence[int] | None) -> Iterator[sa.ColumnElement[bool]]:
    if ids is not None:
        yield table.c.id.in_(ids)


def _has_texts() -> sa.ColumnElement[bool]:
    texts = [orders.c[name].not_in(_GONE) for name in TEXTS if name not in PLAIN_TEXTS]
    others = (orders.c.last_feedback.not_in(_GONE), orders.c.place.is_not(None), orders.c.origin_chat_id.is_not(None))
    return sa.or_(*texts, *others)


def _unknown() -> Iterator[sa.ColumnElement[bool]]:
    """Return whether an address is of a person whom no row names: who writes again is known again by that."""
    chat = bot_addresses.c.chat_id
    yield chat > 0
    yield from (
        ~sa.exists().where(column == chat)
        for column in (people.c.telegram_id, access_requests.c.telegram_id, inbox.c.chat_id, outbox.c.chat_id)
    )


def _left(before: datetime) -> Iterator[sa.ColumnElement[bool]]:
    c = people.c
    gone = sa.exists().where(left_people.c.person == c.id, left_people.c.since < before)
    number = sa.cast(c.id, sa.Text)
    names = (c.name != sa.literal("#") + number, c.username != sa.literal("former") + number)
    named = sa.or_(*names, c.phone != "", c.telegram_id.is_not(None), c.password_hash.is_not(None))
    yield from (c.active.is_(False), gone, named)
