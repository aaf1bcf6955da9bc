"""Which orders a filter wants, and which come after a place, as SQL conditions."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from sikpro.adapters.sql.search import matches
from sikpro.adapters.sql.tables import orders, people, stos
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.queries import Key, OrderFilter, PastLimit, Sort
from sikpro.domain.period import Period
from sikpro.domain.phase import Phase, Turn

_c = orders.c
_technicians = people.alias("technicians")
_holders = people.alias("holders")
_helpdesks = people.alias("helpdesks")

rows = (
    sa.select(
        _c.id,
        _c.number,
        _c.type,
        _c.serial,
        _c.sto,
        stos.c.site_operation,
        _c.odp,
        _c.technician,
        _technicians.c.name.label("technician_name"),
        _c.note,
        _c.channel,
        _c.phase,
        _c.status,
        _c.turn,
        _c.turn_since,
        *(_c[f"spent_{turn.value}"] for turn in Turn),
        _c.holder,
        _holders.c.name.label("holder_name"),
        _c.helpdesk,
        _helpdesks.c.name.label("helpdesk_name"),
        _c.received_at,
        _c.changed_at,
        _c.claimed_until,
        _c.first_action_at,
        _c.finished_at,
        _c.resubmissions,
        _c.resubmitted,
        _c.reply_waiting,
        _c.nudged_at,
        _c.last_feedback,
        _c.last_feedback_at,
        _c.deleted_at,
        _c.version,
    )
    .select_from(orders)
    .outerjoin(stos, stos.c.code == _c.sto)
    .outerjoin(_technicians, _technicians.c.technician_code == _c.technician)
    .outerjoin(_holders, _holders.c.id == _c.holder)
    .outerjoin(_helpdesks, _helpdesks.c.id == _c.helpdesk)
)
"""Orders with the names behind their codes and ids: the columns of `OrderRow`."""


def wanted(transaction: OpenTransaction, which: OrderFilter) -> list[ColumnElement[bool]]:
    """The conditions that a filter sets."""
    conditions: list[ColumnElement[bool]] = [_c.deleted_at.is_not(None) if which.deleted else _c.deleted_at.is_(None)]
    if which.phases:
        conditions.append(_c.phase.in_(sorted(phase.value for phase in which.phases)))
    equal: tuple[tuple[ColumnElement[Any], Any], ...] = (
        (_c.status, which.status or None),
        (_c.type, which.type or None),
        (_c.sto, which.sto or None),
        (_c.technician, which.technician or None),
        (_c.channel, which.channel or None),
        (_c.holder, which.holder),
        (_c.helpdesk, which.helpdesk),
        (_c.turn, which.turn.value if which.turn else None),
        (_c.serial, which.serial or None),
        (_c.odp, which.odp or None),
    )
    conditions += [column == value for column, value in equal if value is not None]
    if which.site_operation:
        theirs = sa.select(stos.c.code).where(stos.c.site_operation == which.site_operation)
        conditions.append(_c.sto.in_(theirs))
    if which.received:
        conditions += within(_c.received_at, which.received)
    if which.finished:
        conditions += within(_c.finished_at, which.finished)
    if which.overdue is not None:
        conditions += _overdue(which.overdue)
    if which.newer_than is not None:
        conditions.append(_c.id > which.newer_than)
    found = matches(transaction, which.text)
    return conditions if found is None else [*conditions, found]


def _overdue(limits: tuple[PastLimit, ...]) -> list[ColumnElement[bool]]:
    past: list[ColumnElement[bool]] = []
    for limit in limits:
        ways: list[ColumnElement[bool]] = []
        if limit.completion is not None:
            ways.append(_c.received_at < limit.completion)
        if limit.first_action is not None:
            ways.append(sa.and_(_c.first_action_at.is_(None), _c.received_at < limit.first_action))
        if ways:
            past.append(sa.and_(_c.type == limit.type, sa.or_(*ways)))
    live = _c.phase.in_([phase.value for phase in Phase if phase.live])
    return [live, _c.turn == Turn.HELPDESK.value, sa.or_(sa.false(), *past)]


def within(
    column: ColumnElement[datetime | None] | ColumnElement[datetime], period: Period
) -> list[ColumnElement[bool]]:
    """The time lies in the half-open period."""
    return [column >= period.start, column < period.end]


def paged(
    statement: sa.Select[Any], *, sort: Sort = Sort.OLDEST, after: Key | None = None, limit: int
) -> sa.Select[Any]:
    """The statement's next rows after a place, by time of receipt."""
    newest = sort is Sort.NEWEST
    if after is not None:
        place = sa.tuple_(sa.literal(after.received_at, _c.received_at.type), sa.literal(after.id))
        key = sa.tuple_(_c.received_at, _c.id)
        statement = statement.where(key < place if newest else key > place)
    order = (_c.received_at.desc(), _c.id.desc()) if newest else (_c.received_at, _c.id)
    return statement.order_by(*order).limit(limit)
