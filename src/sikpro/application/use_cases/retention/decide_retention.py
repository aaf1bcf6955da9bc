"""Decide how many months texts and photos are kept, after seeing what would go."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from sikpro.application.ports.retention import RetentionRun, Waiting
from sikpro.application.ports.security_events import EventKind
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.people.record_event import record_event
from sikpro.domain.errors import InvalidFields, InvalidValue
from sikpro.domain.people import Permission, Person
from sikpro.domain.retention import LONGEST, SHORTEST, kept_from
from sikpro.domain.text import one_line

WHERE = "/settings/retention"
"""The object of the security event."""


@frozen(kw_only=True)
class RetentionPlan:
    """What a number of months would remove at this time, and the setting with its last run.

    Everything from `before` on is kept; None: nothing would go.
    """

    months: int
    before: datetime | None
    waiting: Waiting
    set_months: int
    last: RetentionRun | None


def understood_months(typed: str) -> int:
    """Return the typed months, 0 for nothing or 0. Raises `InvalidFields`."""
    text = typed.strip() or "0"
    months = int(text) if re.fullmatch("[0-9]{1,3}", text) else -1
    if months != 0 and not SHORTEST <= months <= LONGEST:
        wrong = InvalidValue("number.range", one_line(typed), least=str(SHORTEST), most=str(LONGEST))
        raise InvalidFields({"months": wrong})
    return months


def plan_retention(uow: UnitOfWork, months: int | None, now: datetime, zone: str) -> RetentionPlan:
    """Say what would go with so many months, with the present setting for None. It takes long with many orders."""
    present = uow.installation.get().months_kept
    wanted = present if months is None else months
    before = boundary(uow, wanted, now, zone)
    return RetentionPlan(
        months=wanted,
        before=before,
        waiting=uow.retention.waiting(before) if before else Waiting(),
        set_months=present,
        last=uow.retention.last(),
    )


def decide_retention(uow: UnitOfWork, months: int, by: Person, now: datetime) -> None:
    """Save how many months texts and photos are kept, 0 for ever. Raises `NotPermitted`."""
    by.must(Permission.ADMINISTER)
    before = uow.installation.get()
    if before.months_kept == months:
        return
    uow.installation.put(evolve(before, months_kept=months))
    data = {"before": str(before.months_kept), "after": str(months)}
    uow.journal.note("retention_decided", "", by.id, now, data)
    details = f"months_kept: {before.months_kept or '-'} → {months or '-'}"
    record_event(uow, EventKind.SETTINGS_CHANGED, by, now, object=WHERE, details=details)


def boundary(uow: UnitOfWork, months: int, now: datetime, zone: str) -> datetime | None:
    """Return from when on everything is kept, None for all."""
    closed = uow.closed_months.names()
    return kept_from(now, months, ZoneInfo(zone), uow.order_facts.began_at(), closed)
