"""The orders of a filter and the rows after a position, as SQL conditions."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from sikpro.adapters.sql.search import matches
from sikpro.adapters.sql.tables import LIVE, orders, people, statuses, stos
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.queries import NOBODY, UNKNOWN, Key, OrderFilter, PastLimit, Sort
from sikpro.domain.order_data import TEXTS
from sikpro.domain.period import Period, utc_hours
from sikpro.domain.phase import OPEN, Stage, Turn, phase_values
from sikpro.domain.promise import PROMISE

_c = orders.c
_LIVE = sa.and_(sa.text(LIVE))
"""Open orders, in the words of the partial indexes."""

_MICROSECOND = timedelta(microseconds=1)
_LAST = "\U0010ffff"
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
        *(_c[name] for name in TEXTS),
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
        _c.place,
        _c.deleted_at,
        _c.version,
    )
    .select_from(orders)
    .outerjoin(stos, stos.c.code == _c.sto)
    .outerjoin(_technicians, _technicians.c.technician_code == _c.technician)
    .outerjoin(_holders, _holders.c.id == _c.holder)
    .outerjoin(_helpdesks, _helpdesks.c.id == _c.helpdesk)
)
"""Orders joined with the names of their codes and ids: the columns of `OrderRow`."""


def wanted(
    transaction: OpenTransaction, which: OrderFilter, *, after: Key | None = None, down: bool = False
) -> list[ColumnElement[bool]]:
    """Return the conditions of a filter, from a place on in the order of receipt."""
    kept = _LIVE if which.open_only else _c.deleted_at.is_(None)
    conditions: list[ColumnElement[bool]] = [_c.deleted_at.is_not(None) if which.deleted else kept]
    if which.phases and which.phases != OPEN:
        conditions.append(_c.phase.in_(sorted(phase.value for phase in which.phases)))
    equal: tuple[tuple[ColumnElement[Any], Any], ...] = (
        (_c.status, which.status or None),
        (_c.type, which.type or None),
        (_c.sto, which.sto or None),
        (_c.technician, which.technician or None),
        (_c.channel, which.channel or None),
        (_c.holder, which.holder),
        (_c.helpdesk, which.helpdesk or None),
        (_c.turn, which.turn.value if which.turn else None),
        (_c.serial, which.serial or None),
        (_c.odp, which.odp or None),
    )
    conditions += [column == value for column, value in equal if value is not None]
    conditions += [
        column.in_(sorted(codes)) for column, codes in ((_c.sto, which.stos), (_c.type, which.types)) if codes
    ]
    if which.maker:
        conditions += [_c.serial >= which.maker, _c.serial < which.maker + _LAST]
    if which.helpdesk == NOBODY:
        conditions.append(_c.helpdesk.is_(None))
    conditions += of_groups(which, _c.sto, _c.status)
    if which.turn_began:
        conditions += within(_c.turn_since, which.turn_began)
    if which.receipt:
        # One span: of two, an index is read by either.
        conditions += received(which.receipt, after, down=down)
    elif after is not None:
        conditions.append(_past(after, down=down))
    if which.finished:
        conditions += within(_c.finished_at, which.finished)
    if which.changed_since is not None:
        conditions.append(_c.changed_at >= which.changed_since)
    if which.overdue is not None:
        conditions += _overdue(which.overdue)
    if which.newer_than is not None:
        conditions.append(_c.id > which.newer_than)
    conditions += _lived(transaction, which)
    found = matches(transaction, which.text)
    return conditions if found is None else [*conditions, found]


def of_groups(which: OrderFilter, sto: ColumnElement[str], status: ColumnElement[str]) -> list[ColumnElement[bool]]:
    """Return the conditions of the Site Operation and the reason group of a filter, for columns with the codes."""
    conditions = list[ColumnElement[bool]]()
    for wants, column, code, belongs in (
        (which.site_operation, sto, stos.c.code, stos.c.site_operation),
        (which.group, status, statuses.c.code, statuses.c.reason_group),
    ):
        if wants == UNKNOWN:
            conditions.append(column.not_in(sa.select(code).where(belongs != "")))
        elif wants:
            conditions.append(column.in_(sa.select(code).where(belongs == wants)))
    return conditions


def _lived(transaction: OpenTransaction, which: OrderFilter) -> list[ColumnElement[bool]]:
    conditions = list[ColumnElement[bool]]()
    for clock, at in ((_c.received_at, which.hour), (_c.finished_at, which.finished_hour)):
        if at is not None:
            if transaction.on_sqlite:
                # A comparison of texts first: the function is Python's, and takes ten times as long.
                hours = [f"{hour:02}" for hour in utc_hours(*at)]
                conditions.append(sa.func.substr(sa.type_coerce(clock, sa.Text), 12, 2).in_(hours))
            conditions.append(sa.func.substr(local_hour(transaction, clock, at[1]), 12, 2) == f"{at[0]:02}")
    if which.acted:
        conditions.append(_c.first_action_at.is_not(None))
    if which.waited is not None:
        conditions.append(_c[f"spent_{which.waited}"].is_not(None))
    if (which.took_at_most, which.took_over, which.due, which.in_time) == (None, None, None, None):
        return conditions  # an expression costs more to make than a simple statement to run
    took = elapsed(transaction, _c.received_at, _c.finished_at)
    if which.took_at_most is not None or which.took_over is not None:
        conditions.append(_c.finished_at.is_not(None))
    if which.took_at_most is not None:
        conditions.append(took <= which.took_at_most // _MICROSECOND)
    if which.took_over is not None:
        conditions.append(took > which.took_over // _MICROSECOND)
    if which.due is not None:
        conditions.append(_c.phase.not_in(phase_values(Stage.CANCELLED.phases)))
        # Not as OR: SQLite would read the index of another condition once for each of its values.
        conditions.append(~sa.and_(_c.phase.not_in(phase_values(OPEN)), _c.finished_at.is_(None)))
    if which.in_time is not None:
        completed = _c.phase.in_(phase_values(Stage.COMPLETED.phases))
        # As CASE: the time is computed of completed orders only.
        kept = sa.case((completed, sa.func.coalesce(took <= PROMISE // _MICROSECOND, sa.false())), else_=sa.false())
        conditions.append(kept if which.in_time else sa.not_(kept))
    return conditions


def local_hour(transaction: OpenTransaction, clock: ColumnElement[Any], zone: str) -> ColumnElement[str]:
    """Return a time as `YYYY-MM-DD HH` in local time of a zone."""
    if transaction.on_sqlite:
        return sa.func.local_hour(sa.type_coerce(clock, sa.Text), zone, type_=sa.Text)
    return sa.func.to_char(sa.func.timezone(zone, clock), "YYYY-MM-DD HH24", type_=sa.Text)


def elapsed(transaction: OpenTransaction, start: ColumnElement[Any], end: ColumnElement[Any]) -> ColumnElement[int]:
    """Return the microseconds between the whole seconds of two times, NULL if one is missing.

    Exports have whole seconds, so what is counted in one is what is counted here.
    """
    return _microseconds(transaction, end) - _microseconds(transaction, start)


def _microseconds(transaction: OpenTransaction, clock: ColumnElement[Any]) -> ColumnElement[int]:
    if not transaction.on_sqlite:
        return sa.cast(sa.extract("epoch", sa.func.date_trunc("second", clock)), sa.BigInteger) * 1_000_000
    text = sa.func.substr(sa.type_coerce(clock, sa.Text), 1, 19)
    return sa.cast(sa.func.strftime("%s", text), sa.BigInteger) * 1_000_000


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
    return [_c.turn == Turn.HELPDESK.value, sa.or_(sa.false(), *past)]


def within(
    column: ColumnElement[datetime | None] | ColumnElement[datetime], period: Period
) -> list[ColumnElement[bool]]:
    """Return the conditions for a time within the half-open period."""
    return [column >= period.start, column < period.end]


def received(span: Period, after: Key | None, *, down: bool) -> list[ColumnElement[bool]]:
    """Return the conditions for a receipt within a span and after a place: one for each side.

    With two for one side, SQLite's samples (`sqlite_stat4`) let it read an index for all codes instead of for one.
    """
    start, end = within(_c.received_at, span)
    if after is None:
        return [start, end]
    if down:
        return [start, _past(after, down=True) if after.received_at < span.end else end]
    return [_past(after, down=False) if after.received_at >= span.start else start, end]


def _past(place: Key, *, down: bool) -> ColumnElement[bool]:
    here = sa.tuple_(_c.received_at, _c.id)
    there = sa.tuple_(sa.literal(place.received_at, _c.received_at.type), sa.literal(place.id))
    return here < there if down else here > there


def paged(
    statement: sa.Select[Any], *, sort: Sort = Sort.OLDEST, after: Key | None = None, limit: int
) -> sa.Select[Any]:
    """Return the statement for the next rows after a position."""
    key: list[ColumnElement[Any]] = [_c.received_at, _c.id]
    if sort.column:
        # Not the bare column: its index would be read for all orders that ever were, instead of those of the filter.
        key = [_c[sort.column].concat(""), *key]
    if after is not None:
        place = [sa.literal(after.received_at, _c.received_at.type), sa.literal(after.id)]
        if sort.column:
            place = [sa.literal(after.value, _c.sto.type), *place]
        here, there = sa.tuple_(*key), sa.tuple_(*place)
        statement = statement.where(here < there if sort.down else here > there)
    return statement.order_by(*(part.desc() if sort.down else part for part in key)).limit(limit)
