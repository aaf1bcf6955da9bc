"""The sums of folded rows in the database: one row for each table, UTC day, outcome and detail."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Column, Integer, LargeBinary, Table, UniqueConstraint

from sikpro.adapters.sql.columns import Id, Words
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.retention import Fold, Folded, day_of, packed, unpacked

folded_rows = Table(
    "folded_rows",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", Words, nullable=False),
    Column("day", Words, nullable=False),
    Column("outcome", Words, nullable=False),
    Column("detail", Words, nullable=False),
    Column("count", Integer, nullable=False),
    Column("first", Id, nullable=False),
    Column("last", Id, nullable=False),
    Column("rows", LargeBinary, nullable=False),
    UniqueConstraint("source", "day", "outcome", "detail", name="uq_folded_rows_once"),
    sa.Index(None, "source", "last"),
)
"""`rows` has the id and the time of each row, so that every span is counted exactly and `sikpro verify` compares."""

_c = folded_rows.c


def put_folded(transaction: OpenTransaction, rows: Iterable[tuple[Fold, Folded]]) -> None:
    """Add rows to their sums."""
    sums: dict[Fold, list[Folded]] = {}
    for fold, row in rows:
        sums.setdefault(fold, []).append(row)
    for fold, some in sums.items():
        same = (_c.source == fold.source, _c.day == fold.day, _c.outcome == fold.outcome, _c.detail == fold.detail)
        there = transaction.execute(sa.select(_c.id, _c.rows).where(*same)).one_or_none()
        every = [*(unpacked(bytes(there.rows)) if there else ()), *some]
        ids = [row.id for row in every]
        values = {"count": len(every), "first": min(ids), "last": max(ids), "rows": packed(every)}
        if there:
            transaction.execute(sa.update(folded_rows).where(_c.id == there.id).values(values))
        else:
            named = {"source": fold.source, "day": fold.day, "outcome": fold.outcome, "detail": fold.detail}
            transaction.execute(sa.insert(folded_rows), named | values)


def folded_in(
    transaction: OpenTransaction, start: datetime, end: datetime, *which: sa.ColumnElement[bool]
) -> Counter[str]:
    """Count the folded updates received in a span, by outcome: whole days by their sums, the others by each time."""
    first, last = day_of(start), day_of(end)
    inbox = (_c.source == "inbox", *which)
    inside = sa.select(_c.outcome, sa.func.sum(_c.count)).where(*inbox, _c.day > first, _c.day < last)
    found = Counter[str]()
    for outcome, count in transaction.execute(inside.group_by(_c.outcome)):
        found[outcome] += int(count)
    edges = sa.select(_c.outcome, _c.rows).where(*inbox, _c.day.in_({first, last}))
    for outcome, rows in transaction.execute(edges):
        found[outcome] += sum(row.at is not None and start <= row.at < end for row in unpacked(bytes(rows)))
    return +found


def with_detail(outcome: str, detail: str) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions of an outcome with a detail."""
    return _c.outcome == outcome, _c.detail == detail


def folded_by_state(transaction: OpenTransaction) -> Counter[str]:
    """Count the folded messages by their state."""
    selected = sa.select(_c.outcome, sa.func.sum(_c.count)).where(_c.source == "outbox").group_by(_c.outcome)
    return Counter({outcome: int(count) for outcome, count in transaction.execute(selected)})


def folded_of(transaction: OpenTransaction, source: str, ids: Sequence[int]) -> Mapping[int, tuple[Fold, Folded]]:
    """Return those of the rows that were folded, each with its sum, by their ids."""
    if not ids:
        return {}
    wanted = set(ids)
    near = (_c.source == source, _c.last >= min(ids), _c.first <= max(ids))
    found: dict[int, tuple[Fold, Folded]] = {}
    for row in transaction.execute(sa.select(folded_rows).where(*near)).mappings():
        fold = Fold(source=source, day=row["day"], outcome=row["outcome"], detail=row["detail"])
        found |= {one.id: (fold, one) for one in unpacked(bytes(row["rows"])) if one.id in wanted}
    return found
