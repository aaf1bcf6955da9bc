"""Facts of the ledger and their seals in the database, which itself refuses to change or delete a row."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from attrs import asdict
from sqlalchemy import Column, LargeBinary, Table

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.constant import Constant
from sikpro.adapters.sql.folded import folded_of
from sikpro.adapters.sql.inbox import inbox, words_of_row
from sikpro.adapters.sql.journal import event_of_row, journal
from sikpro.adapters.sql.mappers import order_from_row
from sikpro.adapters.sql.outbox import outbox
from sikpro.adapters.sql.outbox_mappers import item_from_row
from sikpro.adapters.sql.tables import metadata, orders
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.journal import JournalEntry
from sikpro.application.ports.retention import row_of_folded
from sikpro.application.ports.seals import ENDS, handling, row_of_item
from sikpro.application.ports.storage import StorageBusy
from sikpro.domain.order import Order
from sikpro.domain.retention import has_words
from sikpro.domain.seals import (
    ABOUT_INCOMING,
    ABOUT_ORDERS,
    ABOUT_OUTGOING,
    NEVER,
    FactKind,
    LedgerFact,
    Seal,
    WorkingRow,
    detail_of_event,
    words_of_event,
)

NUMBERED = "number <> ''"

ledger_facts = Table(
    "ledger_facts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("row_id", Id, nullable=False),
    Column("order_id", Id),
    Column("number", Words, nullable=False),
    Column("status", Words, nullable=False),
    Column("detail", Words, nullable=False),
    Column("message_id", Id),
    Column("received_at", UtcDateTime),
    Column("words", Words, nullable=False),
    Column("data", Words, nullable=False),
    sa.Index(None, "row_id"),
    sa.Index(None, "order_id"),
    sa.Index("ix_ledger_facts_number", "number", sqlite_where=sa.text(NUMBERED), postgresql_where=sa.text(NUMBERED)),
    sqlite_autoincrement=True,
)
"""No foreign key: a fact outlives what it is about."""

seals = Table(
    "seals",
    metadata,
    Column("number", Id, primary_key=True, autoincrement=False),
    Column("previous", Words, nullable=False),
    Column("first", Id, nullable=False),
    Column("last", Id, nullable=False),
    Column("count", Id, nullable=False),
    Column("contents", Words, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("hash", Words, nullable=False),
    Column("digests", LargeBinary, nullable=False),
    sa.Index(None, "last"),
)

_f = ledger_facts.c
_s = seals.c
_HEAD = [column for column in _s if column.name != "digests"]
_INSERT = Constant(sa.insert(ledger_facts))

_WRITERS = 0x51_4B_50_03
"""The advisory lock on PostgreSQL: shared by all who write facts, until their commit; the sealer wants it alone."""

_WRITTEN = [column.name for column in _f if column.name != "id"]
_PATIENCE = "200ms"
_MANY = 500
_OF_JOURNAL, _OF_INBOX, _OF_OUTBOX = (
    sorted(kind.value for kind in kinds) for kinds in (ABOUT_ORDERS, ABOUT_INCOMING, ABOUT_OUTGOING)
)

T = TypeVar("T")


def write_facts(transaction: OpenTransaction) -> None:
    """Write the facts of a transaction together, near its end: so a seal waits for no long transaction.

    A fact gets its id only under the lock. So no open transaction has one below the horizon of a seal.
    """
    if not transaction.facts:
        return
    if not transaction.on_sqlite:
        transaction.scalar(sa.select(sa.func.pg_advisory_xact_lock_shared(_WRITERS)))
    rows = [{name: getattr(fact, name) for name in _WRITTEN} | {"kind": fact.kind.value} for fact in transaction.facts]
    transaction.change_many(_INSERT, rows)
    transaction.facts.clear()


class SqlSeals:
    """Stores seals, and reads facts beside their working rows."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def facts(self, after: int, limit: int) -> tuple[LedgerFact, ...]:
        """Return the facts above an id, in order."""
        return self._facts(sa.select(ledger_facts).where(_f.id > after).order_by(_f.id).limit(limit))

    def facts_of(self, order_ids: Collection[int]) -> tuple[LedgerFact, ...]:
        """Return the facts about orders, in order."""
        return self._facts(sa.select(ledger_facts).where(_f.order_id.in_(sorted(order_ids))).order_by(_f.id))

    def orders_numbered(self, number: str) -> tuple[int, ...]:
        """Return the ids of the orders that ever had a number."""
        named = (_f.number == number, sa.text(f"ledger_facts.{NUMBERED}"), _f.order_id.is_not(None))
        selected = sa.select(_f.order_id).where(*named).distinct().order_by(_f.order_id)
        return tuple(self._transaction.execute(selected).scalars())

    def how_many(self, after: int, until: int) -> int:
        """Count the facts in a range of ids."""
        counted = sa.select(sa.func.count()).select_from(ledger_facts).where(_f.id > after, _f.id <= until)
        return int(self._transaction.scalar(counted))

    def waiting(self) -> int:
        """Count the facts above the last seal."""
        last = sa.select(sa.func.coalesce(sa.func.max(_s.last), 0)).scalar_subquery()
        return int(self._transaction.scalar(sa.select(sa.func.count()).select_from(ledger_facts).where(_f.id > last)))

    def stop_writers(self) -> bool:
        """Hold back all who write facts; on SQLite there is only one writer."""
        if self._transaction.on_sqlite:
            return True
        patience = sa.func.set_config("lock_timeout", sa.bindparam("patience"), True)
        try:
            with self._transaction.savepoint():
                self._transaction.scalar(sa.select(patience), {"patience": _PATIENCE})
                self._transaction.scalar(sa.select(sa.func.pg_advisory_xact_lock(_WRITERS)))
        except StorageBusy:
            return False
        self._transaction.scalar(sa.select(patience), {"patience": "0"})
        return True

    def add(self, seal: Seal, digests: bytes) -> None:
        """Save a seal."""
        self._transaction.execute(sa.insert(seals), asdict(seal) | {"digests": digests})

    def last(self) -> Seal | None:
        """Return the newest seal."""
        return next(iter(self.page(None, 1)), None)

    def page(self, before: int | None, limit: int) -> tuple[Seal, ...]:
        """Return seals, newest first."""
        selected = sa.select(*_HEAD).order_by(_s.number.desc()).limit(limit)
        return self._seals(selected if before is None else selected.where(_s.number < before))

    def chain(self, after: int, limit: int) -> tuple[Seal, ...]:
        """Return seals, oldest first."""
        return self._seals(sa.select(*_HEAD).where(_s.number > after).order_by(_s.number).limit(limit))

    def digests(self, number: int) -> bytes:
        """Return the digests of a seal's facts."""
        return bytes(self._transaction.scalar(sa.select(_s.digests).where(_s.number == number)) or b"")

    def covering(self, fact_id: int) -> Seal | None:
        """Return the seal over a fact."""
        selected = sa.select(*_HEAD).where(_s.last >= fact_id, _s.first <= fact_id).order_by(_s.last).limit(1)
        return next(iter(self._seals(selected)), None)

    def rows_of(self, facts: Sequence[LedgerFact]) -> Mapping[int, WorkingRow]:
        """Return what the working rows of facts say now."""
        found: dict[int, WorkingRow] = {}
        found.update(self._journal_rows([fact for fact in facts if fact.kind in ABOUT_ORDERS]))
        found.update(self._inbox_rows([fact for fact in facts if fact.kind in ABOUT_INCOMING]))
        found.update(self._outbox_rows([fact for fact in facts if fact.kind in ABOUT_OUTGOING]))
        for table, kinds in ((inbox, ABOUT_INCOMING), (outbox, ABOUT_OUTGOING)):
            found.update(self._folded_rows(table, [one for one in facts if one.kind in kinds and one.id not in found]))
        return found

    def salts_of(self, facts: Sequence[LedgerFact]) -> Mapping[int, str]:
        """Return the salts of facts about orders."""
        salts = {row["id"]: row["salt"] for row in self._rows(journal, [fact.row_id for fact in facts], "salt")}
        return {fact.id: salts[fact.row_id] for fact in facts if salts.get(fact.row_id)}

    def order_ids(self, after: int, limit: int) -> tuple[int, ...]:
        """Return the ids of orders above an id, in order."""
        selected = sa.select(orders.c.id).where(orders.c.id > after).order_by(orders.c.id).limit(limit)
        return tuple(self._transaction.execute(selected).scalars())

    def orders_of(self, order_ids: Collection[int]) -> tuple[Order, ...]:
        """Return orders, deleted ones too."""
        return tuple(map(order_from_row, self._rows(orders, sorted(order_ids))))

    def entries_of(self, order_ids: Collection[int]) -> Mapping[int, Sequence[JournalEntry]]:
        """Return the entries of the journal about orders, oldest first."""
        found: dict[int, list[JournalEntry]] = {}
        some = journal.c.order_id.in_(sorted(order_ids))
        for row in self._transaction.execute(sa.select(journal).where(some).order_by(journal.c.id)).mappings():
            found.setdefault(row["order_id"], []).append(JournalEntry(row["id"], event_of_row(row), row["actor"]))
        return found

    def rows_without_fact(self, limit: int) -> tuple[str, ...]:
        """Return working rows that should have a fact and have none."""
        salted_first = sa.select(sa.func.min(outbox.c.id)).where(outbox.c.salt != "").scalar_subquery()
        ends = sorted(state.value for state in ENDS)
        agrees = sa.or_(_f.detail == outbox.c.state, _f.kind == FactKind.SENT.value)
        message = [FactKind.MESSAGE.value]
        missing: tuple[tuple[Table, Any, list[str], Any], ...] = (
            (journal, journal.c.order_id.is_not(None), _OF_JOURNAL, self._first(_OF_JOURNAL)),
            (inbox, sa.true(), message, self._first(message)),
            (outbox, outbox.c.state.in_(ends), _OF_OUTBOX, salted_first),
        )
        found: list[str] = []
        for table, which, kinds, first in missing:
            same = sa.and_(_f.row_id == table.c.id, _f.kind.in_(kinds), agrees if table is outbox else sa.true())
            ours = sa.or_(table.c.id >= first, table.c.id < 1, table.c.salt != "")
            without = sa.select(table.c.id).where(which, ours, ~sa.exists().where(same))
            rows = self._transaction.execute(without.order_by(table.c.id).limit(limit)).scalars()
            found += [f"{table.name} {row}" for row in rows]
        return tuple(found)

    def first_order(self) -> int | None:
        """Return the least id of the orders that have the fact of their receipt."""
        received = _f.kind == FactKind.RECEIVED.value
        first: int | None = self._transaction.scalar(sa.select(sa.func.min(_f.order_id)).where(received))
        return first

    def orders_gone(self, limit: int) -> tuple[int, ...]:
        """Return the ids that facts name of orders that are gone."""
        gone = (_f.order_id.is_not(None), ~sa.exists().where(orders.c.id == _f.order_id))
        selected = sa.select(_f.order_id).where(*gone).distinct().order_by(_f.order_id).limit(limit)
        return tuple(self._transaction.execute(selected).scalars())

    def _first(self, kinds: list[str]) -> sa.ScalarSelect[Any]:
        return sa.select(sa.func.min(_f.row_id)).where(_f.kind.in_(kinds)).scalar_subquery()

    def _journal_rows(self, facts: Sequence[LedgerFact]) -> Iterator[tuple[int, WorkingRow]]:
        for fact, row in self._beside(journal, facts):
            event = event_of_row(row)
            plain = {
                "at": event.at,
                "order_id": event.order_id,
                "status": event.state.status,
                "detail": detail_of_event(event),
            }
            words, deleted = words_of_event(event, row["actor"]), not has_words(event)
            yield fact.id, WorkingRow(salt=row["salt"], plain=plain, words=words, deleted=deleted)

    def _inbox_rows(self, facts: Sequence[LedgerFact]) -> Iterator[tuple[int, WorkingRow]]:
        for fact, row in self._beside(inbox, facts):
            plain = {"at": row["received_at"]}
            if fact.kind is FactKind.HANDLED:
                plain |= {"order_id": row["order_id"], "detail": handling(Outcome(row["outcome"]), row["detail"])}
                yield fact.id, WorkingRow(salt="", plain=plain)
                continue
            plain |= {"message_id": row["message_id"], "detail": row["kind"]}
            deleted = not (row["text"] or row["sender_name"] or row["sender_id"])
            yield fact.id, WorkingRow(salt=row["salt"], plain=plain, words=words_of_row(row), deleted=deleted)

    def _outbox_rows(self, facts: Sequence[LedgerFact]) -> Iterator[tuple[int, WorkingRow]]:
        for fact, row in self._beside(outbox, facts):
            yield fact.id, row_of_item(item_from_row(row), fact, row["salt"])

    def _folded_rows(self, table: Table, facts: Sequence[LedgerFact]) -> Iterator[tuple[int, WorkingRow]]:
        folded = folded_of(self._transaction, table.name, [fact.row_id for fact in facts])
        for fact in facts:
            if fact.row_id in folded:
                yield fact.id, row_of_folded(fact, *folded[fact.row_id])

    def _beside(self, table: Table, facts: Sequence[LedgerFact]) -> Iterator[tuple[LedgerFact, Mapping[Any, Any]]]:
        """Yield facts with their working rows."""
        rows = {row["id"]: row for row in self._rows(table, [fact.row_id for fact in facts])}
        for fact in facts:
            if fact.row_id in rows:
                yield fact, rows[fact.row_id]

    def _rows(self, table: Table, ids: Sequence[int], *columns: str) -> Iterator[Mapping[Any, Any]]:
        wanted = sa.select(*(table.c[name] for name in ("id", *columns))) if columns else sa.select(table)
        for start in range(0, len(ids), _MANY):
            some = wanted.where(table.c.id.in_(ids[start : start + _MANY])).order_by(table.c.id)
            yield from self._transaction.execute(some).mappings()

    def _facts(self, selected: Any) -> tuple[LedgerFact, ...]:
        def unreadable(fact_id: int) -> LedgerFact:
            return LedgerFact(id=fact_id, kind=FactKind.UNREADABLE, at=NEVER, row_id=0)

        return self._each(selected, _f.id, _fact, unreadable)

    def _seals(self, selected: Any) -> tuple[Seal, ...]:
        def unreadable(number: int) -> Seal:
            return Seal(number=number, previous="", first=0, last=0, count=0, contents="", made_at=NEVER)

        return self._each(selected, _s.number, lambda row: Seal(**row), unreadable)

    def _each(
        self, selected: Any, key: Column[int], made: Callable[[Mapping[str, Any]], T], unreadable: Callable[[int], T]
    ) -> tuple[T, ...]:
        """Return what is selected; a row that was changed so that it cannot be read stands there as unreadable."""
        try:
            return tuple(made(dict(row)) for row in self._transaction.execute(selected).mappings())
        except ValueError:
            found = []
            for place in tuple(self._transaction.execute(selected.with_only_columns(key)).scalars()):
                try:
                    row = self._transaction.execute(sa.select(selected.selected_columns).where(key == place)).mappings()
                    found.append(made(dict(row.one())))
                except ValueError:
                    found.append(unreadable(place))
            return tuple(found)


def _fact(row: Mapping[str, Any]) -> LedgerFact:
    return LedgerFact(**{**row, "kind": FactKind(row["kind"])})
