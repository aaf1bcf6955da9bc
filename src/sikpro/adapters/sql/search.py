"""Search: FTS5 trigrams on SQLite, pg_trgm (or a plain LIKE) on PostgreSQL, prefixes for short terms."""

from string import ascii_uppercase

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlalchemy.engine import Connection

from sikpro.adapters.sql.mappers import data_from_row
from sikpro.adapters.sql.tables import orders, people
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.domain.search_text import SHORT, search_term, search_text

order_search = sa.table("order_search", sa.column("rowid", sa.Integer), sa.column("search_text", sa.Text))
"""The FTS5 table of SQLite; its row ids are the orders' ids. It is written in the transaction of the order."""

_TEXTS = sa.select(orders.c.id, orders.c.search_text)
_BROAD = 2_000
_LAST = "\U0010ffff"


def put_search_text(transaction: OpenTransaction, order_id: int, text: str, before: str | None) -> None:
    """Update the index for `orders.search_text`; PostgreSQL updates its index automatically."""
    if not transaction.on_sqlite or text == before:
        return
    if before is not None:
        transaction.execute(sa.delete(order_search).where(order_search.c.rowid == order_id))
    transaction.execute(sa.insert(order_search).values(rowid=order_id, search_text=text))


def fill_index(connection: Connection) -> None:
    """Fill the empty index of a database into which orders were copied; PostgreSQL has done so."""
    if connection.dialect.name == "sqlite":
        connection.execute(sa.insert(order_search).from_select(["rowid", "search_text"], _TEXTS))


def technician_name(transaction: OpenTransaction, code: str) -> str:
    """Return the name of the person with the technician code, "" if there is none."""
    named = sa.select(people.c.name).where(people.c.technician_code == code)
    return transaction.remember(("technician_name", code), lambda: transaction.scalar(named) or "")


def rename_technician(transaction: OpenTransaction, code: str) -> None:
    """Update the search text of a technician's orders to the present name."""
    name = technician_name(transaction, code)
    theirs = sa.select(orders).where(orders.c.technician == code)
    for row in transaction.execute(theirs).mappings().all():
        text = search_text(data_from_row(row), name)
        transaction.execute(sa.update(orders).where(orders.c.id == row["id"]).values(search_text=text))
        put_search_text(transaction, row["id"], text, row["search_text"])


def matches(transaction: OpenTransaction, text: str) -> ColumnElement[bool] | None:
    """Return the condition of a search text, None if it is blank."""
    term = search_term(text)
    if not term:
        return None
    if len(term) < SHORT:
        return _begins(term)
    if not transaction.on_sqlite:
        return orders.c.search_text.contains(term, autoescape=True)
    match = order_search.c.search_text.op("MATCH")(_phrase(term))
    hits = sa.select(order_search.c.rowid).where(match)
    some = sa.select(sa.func.count()).select_from(hits.limit(_BROAD).subquery())
    if transaction.scalar(some) == _BROAD:
        # With so many matches a walk of the list fills a page faster than the index collects them.
        return sa.func.instr(orders.c.search_text, term) > 0
    return orders.c.id.in_(hits)


def _phrase(term: str) -> str:
    """Return the term as one FTS5 string without operators."""
    quoted = term.replace('"', '""')
    return f'"{quoted}"'


def _begins(term: str) -> ColumnElement[bool]:
    names = sa.select(people.c.technician_code).where(
        people.c.name_folded >= term, people.c.name_folded < term + _LAST, people.c.technician_code.is_not(None)
    )
    conditions: list[ColumnElement[bool]] = [orders.c.technician.in_(names)]
    code = term.upper()
    if code.isascii() and code.lower() == term:
        columns = (orders.c.number, orders.c.serial, orders.c.odp, orders.c.technician)
        conditions += [sa.and_(column >= code, column < code + _LAST) for column in columns]
        conditions += _vendor_begins(code)
    return sa.or_(*conditions)


def _vendor_begins(digits: str) -> list[ColumnElement[bool]]:
    """Return the conditions for serials whose 16-digit notation begins with these digits.

    The first two digits are the first letter of the vendor id, `A` to `Z`.
    """
    letters = [letter for letter in ascii_uppercase if f"{ord(letter):02X}".startswith(digits)]
    return [sa.and_(orders.c.serial >= letters[0], orders.c.serial < chr(ord(letters[-1]) + 1))] if letters else []
