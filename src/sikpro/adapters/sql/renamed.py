"""A renamed technician's orders get the present name into their search texts, in portions."""

import sqlalchemy as sa
from sqlalchemy import Column, Table

from sikpro.adapters.sql.chosen_index import read_by
from sikpro.adapters.sql.columns import Id, Words
from sikpro.adapters.sql.dialect import upsert
from sikpro.adapters.sql.mappers import data_from_row
from sikpro.adapters.sql.search import put_search_texts
from sikpro.adapters.sql.tables import metadata, orders, people
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.people import RENAMED_AT_ONCE
from sikpro.domain.search_text import search_text

renamed_technicians = Table(
    "renamed_technicians", metadata, Column("code", Words, primary_key=True), Column("before", Id, nullable=False)
)
"""Technicians with orders that may have another name; those from the id `before` on have the present one."""

_r = renamed_technicians.c
_NAME = sa.select(people.c.name).where(people.c.technician_code == sa.bindparam("code"))
_NEXT = sa.select(renamed_technicians).order_by(_r.code).limit(1)
_SOME = (
    sa.select(orders.c.id)
    .where(orders.c.technician == sa.bindparam("code"), orders.c.id < sa.bindparam("before"))
    .order_by(orders.c.id.desc())
    .limit(sa.bindparam("most"))
)
_THEIRS = (
    sa.select(orders)
    .where(orders.c.id.in_(read_by(_SOME, orders, "ix_orders_technician_received_at_id")))
    .order_by(orders.c.id.desc())
    .with_for_update()
)
_LAST_ID = 2**62


def rename_technician(transaction: OpenTransaction, code: str) -> None:
    """Update the newest orders of a technician to the present name, and note where the others begin."""
    _portion(transaction, code, _LAST_ID, RENAMED_AT_ONCE)


def is_renaming(transaction: OpenTransaction) -> bool:
    """Whether orders of renamed technicians wait for their present name."""
    return transaction.scalar(_NEXT) is not None


def next_renamed(transaction: OpenTransaction, limit: int) -> None:
    """Go on with one renamed technician."""
    found = transaction.execute(_NEXT.with_for_update()).one_or_none()
    if found is not None:
        _portion(transaction, found.code, found.before, limit)


def _portion(transaction: OpenTransaction, code: str, before: int, limit: int) -> None:
    rows = transaction.execute(_THEIRS, {"code": code, "before": before, "most": limit}).mappings().all()
    name = transaction.scalar(_NAME, {"code": code}) or ""
    texts = {row["id"]: (search_text(data_from_row(row), name), row["search_text"]) for row in rows}
    put_search_texts(transaction, {order: text for order, (text, known) in texts.items() if text != known})
    if len(rows) < limit:
        transaction.execute(sa.delete(renamed_technicians).where(_r.code == code))
    else:
        left = upsert(transaction, renamed_technicians, ["code"])
        transaction.execute(left, {"code": code, "before": rows[-1]["id"]})
