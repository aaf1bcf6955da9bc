"""Search: FTS5 trigrams on SQLite, pg_trgm (or a plain LIKE) on PostgreSQL, whole codes for short terms."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlalchemy.engine import Connection

from sikpro.adapters.sql.chosen_index import BY_ID, read_by
from sikpro.adapters.sql.constant import Constant
from sikpro.adapters.sql.tables import orders, people
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports import queries
from sikpro.application.ports.queries import LAST_ID, Key
from sikpro.domain.search_text import SHORT, search_term

order_search = sa.table("order_search", sa.column("rowid", sa.Integer), sa.column("search_text", sa.Text))
"""The FTS5 table of SQLite; its row ids are the orders' ids. It is written in the transaction of the order."""

_PUT = Constant(sa.insert(order_search))
_DROP = Constant(sa.delete(order_search).where(order_search.c.rowid == sa.bindparam("order")))

_days = sa.table(
    "order_search_days",
    sa.column("day", sa.Text),
    sa.column("lowest", sa.Integer),
    sa.column("highest", sa.Integer),
)
"""By day of receipt (UTC), between which ids its orders lie. Triggers of SQLite keep it, and never narrow a span."""

_CANDIDATES = 100
"""So many orders with the text are asked whether they come after the place."""

_CHANGE = sa.update(orders).where(orders.c.id == sa.bindparam("order")).values(search_text=sa.bindparam("text"))
_TEXTS = sa.select(orders.c.id, orders.c.search_text)


def put_search_text(transaction: OpenTransaction, order_id: int, text: str, before: str | None) -> None:
    """Update the index for `orders.search_text`; PostgreSQL updates its index automatically."""
    if not transaction.on_sqlite or text == before:
        return
    if before is not None:
        transaction.change(_DROP, {"order": order_id})
    transaction.change(_PUT, {"rowid": order_id, "search_text": text})


def put_search_texts(transaction: OpenTransaction, texts: Mapping[int, str]) -> None:
    """Save other search texts of stored orders, by id."""
    if not texts:
        return
    changed = [{"order": order_id, "text": text} for order_id, text in sorted(texts.items())]
    transaction.execute(_CHANGE, changed)
    if transaction.on_sqlite:
        transaction.change_many(_DROP, [{"order": order_id} for order_id in texts])
        transaction.change_many(_PUT, [{"rowid": order_id, "search_text": text} for order_id, text in texts.items()])


def fill_index(connection: Connection) -> None:
    """Fill the empty index of a database into which orders were copied; PostgreSQL has done so."""
    if connection.dialect.name == "sqlite":
        connection.execute(sa.insert(order_search).from_select(["rowid", "search_text"], _TEXTS))


def matches(transaction: OpenTransaction, text: str) -> ColumnElement[bool] | None:
    """Return the condition of a search text, None if it is blank."""
    term = search_term(text)
    if not term:
        return None
    if len(term) < SHORT:
        named = sa.select(people.c.technician_code).where(people.c.name_folded == term)
        theirs = sa.select(orders.c.id).where(orders.c.technician.in_(named))
        return orders.c.id.in_(sa.union(*_with_code(term), theirs))
    if not transaction.on_sqlite and is_whole_code(transaction, term):
        return orders.c.id.in_(sa.union(*_with_code(term)))
    if not transaction.on_sqlite:
        return orders.c.search_text.contains(term, autoescape=True)
    found = _hits(transaction, term)
    if found is None:
        # With so many matches a walk of the list fills a page faster than the index collects them.
        return sa.func.instr(orders.c.search_text, term) > 0
    return orders.c.id.in_(sa.select(sa.func.json_each(json.dumps(found)).table_valued("value").c.value))


def is_broad(transaction: OpenTransaction, text: str) -> bool:
    """Whether orders with a text are looked for along the list: many have it, or no index knows which."""
    term = search_term(text)
    if len(term) < SHORT:
        return False
    if transaction.on_sqlite:
        return _hits(transaction, term) is None
    if is_whole_code(transaction, term):
        return False
    return not _has_trigrams(transaction) or _is_frequent(transaction, term)


def next_with_text(transaction: OpenTransaction, text: str, place: Key, *, down: bool) -> Key | None:
    """Return a place up to which no order with a text comes after another place, None if none comes at all.

    The index knows orders by their ids, which is not the order of receipt: the days of receipt lie between.
    """
    if not transaction.on_sqlite:
        return place
    day = place.received_at.astimezone(UTC).date().isoformat()
    farthest = (
        sa.select(sa.func.max(_days.c.highest)).where(_days.c.day <= day)
        if down
        else sa.select(sa.func.min(_days.c.lowest)).where(_days.c.day >= day)
    )
    row, match = order_search.c.rowid, order_search.c.search_text.op("MATCH")(_phrase(search_term(text)))
    edge = transaction.scalar(farthest)
    if edge is None:
        return None
    near = sa.select(row).where(match, row <= edge if down else row >= edge).order_by(row.desc() if down else row)
    some: list[int] = transaction.remember(
        ("near", text, edge, down, transaction.changed_rows),
        lambda: [int(order_id) for (order_id,) in transaction.execute(near.limit(_CANDIDATES))],
    )
    if not some:
        return None
    found = next(iter(transaction.execute(_further(some, place, down=down))), None)
    first = some[-1] if found is None else int(found.id)
    days = (
        sa.select(sa.func.max(_days.c.day)).where(_days.c.day <= day, _days.c.lowest <= first)
        if down
        else sa.select(sa.func.min(_days.c.day)).where(_days.c.day >= day, _days.c.highest >= first)
    )
    reached = transaction.scalar(days)
    if reached is None:
        return None
    begins = datetime.fromisoformat(reached).replace(tzinfo=UTC)
    return Key(begins + timedelta(days=1), 0) if down else Key(begins - timedelta(microseconds=1), LAST_ID)


def _further(ids: list[int], place: Key, *, down: bool) -> sa.Select[tuple[int]]:
    """Return the statement for the nearest of some orders, by id, that comes after a place."""
    here = sa.tuple_(orders.c.received_at, orders.c.id)
    there = sa.tuple_(sa.literal(place.received_at, orders.c.received_at.type), sa.literal(place.id))
    found = sa.select(orders.c.id).where(orders.c.id.in_(ids), here < there if down else here > there)
    return read_by(found.order_by(orders.c.id.desc() if down else orders.c.id).limit(1), orders, BY_ID)


def is_whole_code(transaction: OpenTransaction, term: str) -> bool:
    """Whether a PostgreSQL without pg_trgm looks up a term as a whole code, which it has an index for."""
    if _has_trigrams(transaction):
        return False
    return transaction.scalar(sa.union(*_with_code(term)).limit(1)) is not None


def _hits(transaction: OpenTransaction, term: str) -> list[int] | None:
    """Return the ids of the orders with a term, None for `BROAD` or more; asked once between two writes."""

    def read() -> list[int] | None:
        match = order_search.c.search_text.op("MATCH")(_phrase(term))
        some = sa.select(order_search.c.rowid).where(match).limit(queries.BROAD)
        found = [order_id for (order_id,) in transaction.execute(some)]
        return None if len(found) == queries.BROAD else found

    return transaction.remember(("hits", term, transaction.changed_rows), read)


def _has_trigrams(transaction: OpenTransaction) -> bool:
    there = sa.select(sa.func.to_regclass("ix_orders_search_text").is_not(None))
    return transaction.remember("has_trigrams", lambda: bool(transaction.scalar(there)))


def _is_frequent(transaction: OpenTransaction, term: str) -> bool:
    """Whether one in a hundred of the newest orders has a term."""
    newest = (
        sa.select(orders.c.search_text)
        .where(orders.c.deleted_at.is_(None))
        .order_by(orders.c.received_at.desc(), orders.c.id.desc())
        .limit(queries.BROAD)
        .subquery()
    )
    having = sa.select(sa.func.count()).where(newest.c.search_text.contains(term, autoescape=True))
    return transaction.remember(("frequent", term), lambda: int(transaction.scalar(having))) >= queries.BROAD // 100


def _phrase(term: str) -> str:
    """Return the term as one FTS5 string without operators."""
    quoted = term.replace('"', '""')
    return f'"{quoted}"'


def _with_code(term: str) -> list[sa.Select[tuple[int]]]:
    """Return the statements for the ids of the orders of which a term is a whole code."""
    code = term.upper()
    if not code.isascii() or code.lower() != term:
        return [sa.select(orders.c.id).where(sa.false())]
    columns = (orders.c.number, orders.c.serial, orders.c.odp, orders.c.technician)
    return [sa.select(orders.c.id).where(column == code) for column in columns]
