"""A month's targets compared with completed orders: how many are left, and how many that is for each working day."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from sikpro.application.ports.facts import Dimension, TimeBasis
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.targets import Target
from sikpro.application.reports.recap_data import AgainstTarget
from sikpro.application.reports.recap_query import RecapQuery, Span
from sikpro.domain.installation import WorkDays
from sikpro.domain.period import Period
from sikpro.domain.phase import Stage

_APPLY = frozenset({"sto", "site_operation"})
"""The filters that targets support. With any other filter there are no targets."""


def against_target(
    uow: UnitOfWork, query: RecapQuery, own: int | None, now: datetime, zone: str
) -> tuple[AgainstTarget, ...]:
    """Return the targets of a month, or of a day's month until that day's end: all together first, then each STO.

    Past working days are the installation's, from the month's start to before today or to the period's end, the earlier
    one. The other working days of a target are left. The first row has the sums of the STOs. Empty when there are no
    targets, for a free period, and with filters other than STO or Site Operation.
    """
    if query.span is Span.FREE or own is not None or set(query.filters) - _APPLY:
        return ()
    local = ZoneInfo(zone)
    month = RecapQuery.month(query.first)
    belongs = {row.code: row.site_operation for row in uow.catalogue.stos()}
    wanted = query.filters.get("sto", ""), query.filters.get("site_operation", "")
    targets = [
        target
        for target in uow.targets.of_month(month.text)
        if wanted[0] in {"", target.sto} and wanted[1] in {"", belongs.get(target.sto) or "-"}
    ]
    if not targets:
        return ()
    until = evolve(month, span=Span.FREE, last=query.last, filters=query.filters)
    which = evolve(until.which(local, TimeBasis.FINISHED), phases=Stage.COMPLETED.phases)
    found = uow.order_facts.counts(which, (Dimension.STO,), zone)
    today = min(max(now.astimezone(local).date(), month.first), query.last + timedelta(days=1))
    days = _Days(
        gone=_working_days(month.first, today, uow.installation.get().work_days),
        over=today > month.last,
        begun=today <= query.last,
    )
    before_today = evolve(which, finished=Period(month.period(local).start, Period.of_day(today, local).start))
    until_today = uow.order_facts.counts(before_today, (Dimension.STO,), zone) if days.begun else found
    rows = [_beside(target, found.get((target.sto,), 0), until_today.get((target.sto,), 0), days) for target in targets]
    per_day = [row.per_day for row in rows if row.per_day is not None]
    landings = [row.landing for row in rows if row.landing is not None]
    left = {row.days_left for row in rows}
    whole = AgainstTarget(
        sto="",
        target=sum(row.target for row in rows),
        done=sum(row.done for row in rows),
        left=sum(row.left for row in rows),
        days_left=left.pop() if len(left) == 1 else None,
        per_day=sum(per_day) if per_day else None,
        landing=sum(landings) if len(landings) == len(rows) else None,
    )
    return (whole, *rows)


def working_days(query: RecapQuery, work_days: WorkDays) -> int:
    """Count a period's working days."""
    return _working_days(query.first, query.last + timedelta(days=1), work_days)


@frozen(kw_only=True)
class _Days:
    """The working days gone before today; whether the month is over, and whether today belongs to the period."""

    gone: int
    over: bool
    begun: bool


def _beside(target: Target, done: int, done_before_today: int, days: _Days) -> AgainstTarget:
    days_left = 0 if days.over else max(target.working_days - days.gone, 0)
    left = max(target.target - done, 0)
    return AgainstTarget(
        sto=target.sto,
        target=target.target,
        done=done,
        left=left,
        days_left=days_left,
        per_day=left / days_left if days_left else None,
        landing=None if days.over or not days.gone else _landing(done, done_before_today, days_left, days),
    )


def _landing(done: int, done_before_today: int, days_left: int, days: _Days) -> int:
    """Return the number completed at the month's end at the present pace, rounded."""
    pace = done_before_today / days.gone
    if not days.begun:
        return round(done + pace * days_left)
    today = max(done - done_before_today, pace if days_left else 0)
    return round(done_before_today + today + pace * max(days_left - 1, 0))


def _working_days(first: date, before: date, work_days: WorkDays) -> int:
    """Count the working days from one day until before another."""
    return sum(first + timedelta(days=n) in work_days for n in range((before - first).days))
