"""A month's targets compared with completed orders: how many are left, and how many that is for each working day."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from attrs import evolve

from sikpro.application.ports.facts import Dimension, TimeBasis
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.recap_data import AgainstTarget
from sikpro.application.reports.recap_query import RecapQuery, Span
from sikpro.domain.phase import Stage

_APPLY = frozenset({"sto", "site_operation"})
"""The filters that targets support. With any other filter there are no targets."""


def against_target(
    uow: UnitOfWork, query: RecapQuery, own: int | None, now: datetime, zone: str
) -> tuple[AgainstTarget, ...]:
    """Return the targets of a month, or of a day's month until that day's end: all together first, then each STO.

    Past working days are the installation's, from the month's start to before today or to the period's end, the earlier
    one. The other working days of a target are left. The first row has the sums of the STOs, and their largest number
    of days left. Empty when there are no targets, for a free period, and with filters other than STO or Site Operation.
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
    over = today > month.last
    gone = _working_days(month.first, today, uow.installation.get().work_days)
    rows = [
        _beside(target.sto, target.target, found.get((target.sto,), 0), 0 if over else target.working_days - gone)
        for target in targets
    ]
    per_day = [row.per_day for row in rows if row.per_day is not None]
    whole = AgainstTarget(
        sto="",
        target=sum(row.target for row in rows),
        done=sum(row.done for row in rows),
        left=sum(row.left for row in rows),
        days_left=max(row.days_left for row in rows),
        per_day=sum(per_day) if per_day else None,
    )
    return (whole, *rows)


def working_days(query: RecapQuery, work_days: tuple[int, ...]) -> int:
    """Count a period's working days (Monday is 0)."""
    return _working_days(query.first, query.last + timedelta(days=1), work_days)


def _beside(sto: str, target: int, done: int, days_left: int) -> AgainstTarget:
    days, left = max(days_left, 0), max(target - done, 0)
    return AgainstTarget(
        sto=sto, target=target, done=done, left=left, days_left=days, per_day=left / days if days else None
    )


def _working_days(first: date, before: date, work_days: tuple[int, ...]) -> int:
    """Count the working days (Monday is 0) from one day until before another."""
    return sum((first + timedelta(days=n)).weekday() in work_days for n in range((before - first).days))
