"""How a list of orders is looked through: by which index, and how far at once."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from sikpro.adapters.sql.chosen_index import BY_ID, read_by
from sikpro.adapters.sql.filters import received, within
from sikpro.adapters.sql.search import is_broad
from sikpro.adapters.sql.tables import KEPT, LIVE, orders
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports import queries
from sikpro.application.ports.queries import Key, OrderFilter, Sort
from sikpro.domain.phase import Turn
from sikpro.domain.search_text import search_term

_c = orders.c
_WAITING = "ix_orders_live_waiting"


def edge_of(transaction: OpenTransaction, which: OrderFilter, *, down: bool, after: Key | None) -> datetime | None:
    """Return until which time of receipt one look goes, None to the end."""
    broad = is_broad(transaction, which.text)
    if which.deleted or which.holder is not None or (search_term(which.text) and not broad):
        return None
    if which == OrderFilter() or (which.open_only and not broad):
        return None
    if _ended_in_few(transaction, which):
        return None
    walked, index = walked_by(which)
    edges = [
        _nth(
            transaction,
            which,
            walked,
            index,
            queries.BROAD if which.open_only else which.most_looked_at,
            down=down,
            after=after,
        )
    ]
    for name in which.codes:
        if edges[-1] is None:
            return _end(which, down=down)
        edges.append(_nth(transaction, which, *_of(which, name), queries.LOOKED_UP, down=down, after=after))
    known = [edge for edge in edges if edge is not None]
    if len(known) < len(edges):
        return _end(which, down=down)
    return min(known) if down else max(known)


def walked_by(which: OrderFilter) -> tuple[sa.ColumnElement[bool], str]:
    """Return the condition of the orders that a list walks over, and their index in the order of receipt."""
    if not which.open_only:
        return sa.and_(sa.text(KEPT)), "ix_orders_kept_received"
    turn = Turn.HELPDESK if which.overdue is not None else which.turn
    if turn is None:
        return sa.and_(sa.text(LIVE)), "ix_orders_live"
    return sa.and_(sa.text(LIVE), _c.turn == turn.value), "ix_orders_live_turn"


def _end(which: OrderFilter, *, down: bool) -> datetime | None:
    """Return the edge of a look to the end: by an end, the orders received long after it are not walked over."""
    if which.finished is None:
        return None
    return which.span.start if down else which.span.end


def index_for(transaction: OpenTransaction, which: OrderFilter, sort: Sort, after: Key | None = None) -> str:
    """Return the index by which SQLite reads the orders of a filter, "" where it may choose."""
    if not transaction.on_sqlite:
        return ""
    if which.holder is not None:
        return "ix_orders_holder"
    if which.deleted:
        return "ix_orders_deleted"
    if which.newer_than is not None and sort is Sort.NEWEST and after is None:
        return BY_ID
    if search_term(which.text) and not is_broad(transaction, which.text):
        return BY_ID
    if _waits(which) and _began_few(transaction, which):
        return _WAITING
    rare = _rarest(transaction, which, down=sort.down, after=after)
    return rare or (_of_open(which, sort) if which.open_only else _of_all(transaction, which))


def index_for_all(transaction: OpenTransaction, which: OrderFilter) -> str:
    """Return the index by which SQLite counts the orders of a filter, "" where it may choose."""
    if transaction.on_sqlite and _waits(which):
        return _WAITING
    return index_for(transaction, which, Sort.NEWEST)


def _waits(which: OrderFilter) -> bool:
    """Whether the filter asks for open orders by whose turn it is and since when, of whoever."""
    narrower = which.technician or which.holder is not None or which.newer_than is not None or search_term(which.text)
    return which.open_only and which.turn is not None and which.turn_began is not None and not narrower


def _began_few(transaction: OpenTransaction, which: OrderFilter) -> bool:
    """Whether so few turns began in the span that all can be sorted by receipt."""
    turn, began = which.turn, which.turn_began
    if turn is None or began is None:
        return False
    some = sa.select(_c.id).where(sa.text(LIVE), _c.turn == turn.value, *within(_c.turn_since, began))
    counted = sa.select(sa.func.count()).select_from(
        read_by(some.limit(queries.LOOKED_UP + 1), orders, _WAITING).subquery()
    )
    return int(transaction.scalar(counted)) <= queries.LOOKED_UP


def _of_open(which: OrderFilter, sort: Sort) -> str:
    if which.overdue is not None or which.turn is Turn.HELPDESK:
        return "ix_orders_live_turn"
    if which.technician:
        return "ix_orders_live_technician"
    alone = which == OrderFilter(phases=which.phases)
    return "ix_orders_live_phase" if len(which.phases) == 1 and alone and not sort.column else "ix_orders_live"


def _of_all(transaction: OpenTransaction, which: OrderFilter) -> str:
    if _ended_in_few(transaction, which):
        return "ix_orders_kept_finished"
    codes = [*which.codes]
    return _of(which, codes[0])[1] if codes else "ix_orders_kept_received"


def _rarest(transaction: OpenTransaction, which: OrderFilter, *, down: bool, after: Key | None) -> str:
    """Return the index of a code that so few orders have that all can be read, "" if there is none."""
    codes = ("serial", "odp") if which.open_only else tuple(which.codes)
    if len(which.codes) == 1 and not which.open_only:
        return ""
    for name in codes:
        if name in which.codes:
            condition, index = _of(which, name)
            if _nth(transaction, which, condition, index, queries.LOOKED_UP, down=down, after=after) is None:
                return index
    return ""


def _of(which: OrderFilter, name: str) -> tuple[sa.ColumnElement[bool], str]:
    return _c[name] == which.codes[name], f"ix_orders_{name}_received_at_id"


def _ended_in_few(transaction: OpenTransaction, which: OrderFilter) -> bool:
    if which.finished is None or not which.ended_wherever_received:
        return False
    some = (
        sa.select(_c.finished_at)
        .where(sa.text(KEPT), *within(_c.finished_at, which.finished))
        .limit(queries.LOOKED_AT_IN_SPAN + 1)
    )
    counted = sa.select(sa.func.count()).select_from(read_by(some, orders, "ix_orders_kept_finished").subquery())
    return transaction.remember(
        ("ended", which.finished, transaction.changed_rows),
        lambda: int(transaction.scalar(counted)) <= queries.LOOKED_AT_IN_SPAN,
    )


def _nth(
    transaction: OpenTransaction,
    which: OrderFilter,
    condition: sa.ColumnElement[bool] | sa.TextClause,
    index: str,
    place: int,
    *,
    down: bool,
    after: Key | None,
) -> datetime | None:
    """Return the receipt of the order at a place of those with a condition, None if there are not so many."""
    key: list[sa.ColumnElement[Any]] = [_c.received_at, _c.id]
    found = sa.select(_c.received_at).where(condition, *received(which.span, after, down=down))
    found = found.order_by(*(part.desc() if down else part for part in key)).limit(1).offset(place)
    reached: datetime | None = transaction.scalar(read_by(found, orders, index))
    return reached
