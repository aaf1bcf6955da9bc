"""The settings of an installation: the duplicate rule, claims, nudges, working hours and days."""

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from itertools import pairwise

from attrs import evolve

from sikpro.application.ports.security_events import EventKind
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.change_duplicate_rule import change_duplicate_rule
from sikpro.application.use_cases.people.record_event import record_event
from sikpro.application.use_cases.people.two_steps import has_two_steps
from sikpro.domain.duplicates import DuplicateMode
from sikpro.domain.errors import DomainError, InvalidFields, InvalidValue
from sikpro.domain.installation import Hours, Installation, SessionTimes
from sikpro.domain.people import Permission, Person
from sikpro.domain.text import one_line

MOST_DAYS = 90
"""The most days after which an order counts as stuck, and a session ends."""

WEEK_ENTRIES = tuple(f"hours_{day}" for day in range(7))
SESSION_ENTRIES: Mapping[str, tuple[timedelta, int]] = {
    "unused": (timedelta(hours=1), 72),
    "unused_on_own_device": (timedelta(days=1), MOST_DAYS),
    "longest": (timedelta(days=1), MOST_DAYS),
    "no_shift": (timedelta(hours=1), 24),
}
"""The ends of sessions: the unit of each, and the most of it; the least is 1."""

SETTINGS_ENTRIES = (
    *("duplicate_mode", "claim", "most_claims", "nudge_every", "stuck_after", "owners_at", "most_used_first"),
    "admins_two_steps",
    *WEEK_ENTRIES,
    *SESSION_ENTRIES,
)
"""The entries of the form: minutes for spans, days for `stuck_after`, a number or nothing for the most claims, a time
for `owners_at`, the hours of each day from Monday (`08.00-12.00, 13.00-17.00`, nothing for a day without work), and the
ends of sessions."""

SHORTEST, LONGEST = timedelta(minutes=5), timedelta(hours=12)
"""The bounds of a claim and of the interval of nudges."""


def installation_texts(installation: Installation) -> dict[str, str]:
    """Return the settings as a form shows them."""
    return {
        "duplicate_mode": installation.duplicate_mode.value,
        "claim": str(int(installation.claim.total_seconds()) // 60),
        "most_claims": str(installation.most_claims or ""),
        "nudge_every": str(int(installation.nudge_every.total_seconds()) // 60),
        "stuck_after": str(installation.stuck_after.days),
        "owners_at": f"{installation.owners_at:%H.%M}",
        "most_used_first": "1" if installation.most_used_first else "",
        "admins_two_steps": "1" if installation.admins_two_steps else "",
        **dict(zip(WEEK_ENTRIES, map(_hours_text, installation.week), strict=True)),
        **{name: str(getattr(installation.sessions, name) // unit) for name, (unit, _) in SESSION_ENTRIES.items()},
    }


def decide_installation(uow: UnitOfWork, typed: Mapping[str, str], by: Person, now: datetime) -> tuple[str, ...]:
    """Save the typed settings, one for each of `SETTINGS_ENTRIES`.

    Return the duplicate keys that orders would share under the other rule; then nothing at all is changed. Raises
    `NotPermitted`; `InvalidFields`, also for somebody who asks admins for two steps and has none: an admin is left.
    """
    by.must(Permission.ADMINISTER)
    before = uow.installation.get()
    decided = _understood(typed, before)
    if decided == before:
        return ()
    if decided.admins_two_steps and not before.admins_two_steps and not has_two_steps(uow, by):
        raise InvalidFields({"admins_two_steps": InvalidValue("two_steps.own_first", "")})
    if decided.duplicate_mode is not before.duplicate_mode:
        conflicts = change_duplicate_rule(uow, decided.duplicate_mode)
        if conflicts:
            return conflicts
    uow.installation.put(decided)
    uow.journal.note("installation_decided", "", by.id, now, installation_texts(decided))
    was, is_now = installation_texts(before), installation_texts(decided)
    said = ", ".join(f"{name}: {was[name] or '-'} → {is_now[name] or '-'}" for name in was if was[name] != is_now[name])
    record_event(uow, EventKind.SETTINGS_CHANGED, by, now, object="/settings", details=said)
    return ()


def _understood(typed: Mapping[str, str], before: Installation) -> Installation:
    errors: dict[str, DomainError] = {}
    spans = {"claim": before.claim, "nudge_every": before.nudge_every}
    for name in spans:
        try:
            spans[name] = _minutes(typed[name])
        except InvalidValue as error:
            errors[name] = error
    most_claims = typed["most_claims"].strip() or "0"
    if not re.fullmatch("[0-9]{1,3}", most_claims):
        errors["most_claims"] = InvalidValue("most_claims.number", one_line(typed["most_claims"]))
    stuck_after = before.stuck_after
    try:
        stuck_after = _days(typed["stuck_after"])
    except InvalidValue as error:
        errors["stuck_after"] = error
    owners_at = before.owners_at
    try:
        owners_at = _time(typed["owners_at"].strip(), typed["owners_at"])
    except InvalidValue as error:
        errors["owners_at"] = error
    week: list[tuple[Hours, ...]] = []
    for name in WEEK_ENTRIES:
        try:
            week.append(_hours(typed[name]))
        except InvalidValue as error:
            errors[name] = error
    if not errors.keys() & {*WEEK_ENTRIES} and not any(week):
        errors[WEEK_ENTRIES[0]] = InvalidValue("days.none", "")
    sessions: dict[str, timedelta] = {}
    for name, (unit, most) in SESSION_ENTRIES.items():
        try:
            sessions[name] = _whole(typed[name], most) * unit
        except InvalidValue as error:
            errors[name] = error
    if not errors.keys() & SESSION_ENTRIES.keys():
        order = ("unused", "unused_on_own_device", "longest")
        for shorter, longer in pairwise(order):
            if sessions[shorter] > sessions[longer]:
                errors[longer] = InvalidValue("session.order", one_line(typed[longer]))
    if typed["duplicate_mode"] not in {mode.value for mode in DuplicateMode}:
        errors["duplicate_mode"] = InvalidValue("field.missing", "")
    if errors:
        raise InvalidFields(errors)
    mode = DuplicateMode(typed["duplicate_mode"])
    return evolve(
        before,
        duplicate_mode=mode,
        claim=spans["claim"],
        most_claims=int(most_claims),
        nudge_every=spans["nudge_every"],
        stuck_after=stuck_after,
        most_used_first=bool(typed["most_used_first"]),
        admins_two_steps=bool(typed["admins_two_steps"]),
        owners_at=owners_at,
        week=tuple(week),
        sessions=SessionTimes(**sessions),
    )


def _minutes(text: str) -> timedelta:
    typed = text.strip()
    span = timedelta(minutes=int(typed)) if re.fullmatch("[0-9]{1,4}", typed) else timedelta()
    if not SHORTEST <= span <= LONGEST:
        raise InvalidValue("minutes.range", one_line(text))
    return span


def _whole(text: str, most: int) -> int:
    typed = text.strip()
    if not re.fullmatch("[0-9]{1,3}", typed) or not 1 <= int(typed) <= most:
        raise InvalidValue("number.range", one_line(text), least="1", most=str(most))
    return int(typed)


def _days(text: str) -> timedelta:
    typed = text.strip()
    days = int(typed) if re.fullmatch("[0-9]{1,3}", typed) else 0
    if not 1 <= days <= MOST_DAYS:
        raise InvalidValue("days.range", one_line(text))
    return timedelta(days=days)


def _hours(text: str) -> tuple[Hours, ...]:
    """Read the hours of one day, each part after the one before it."""
    found: list[Hours] = []
    for part in filter(None, (part.strip() for part in re.split("[,;]", text))):
        times = re.fullmatch(r"(\S+?)\s*[-–]\s*(\S+)", part)
        if times is None:
            raise InvalidValue("hours.shape", one_line(text))
        hours = Hours(_time(times[1], text), _time(times[2], text))
        if hours.start >= hours.end or (found and hours.start < found[-1].end):
            raise InvalidValue("hours.order", one_line(text))
        found.append(hours)
    return tuple(found)


def _time(typed: str, text: str) -> time:
    found = re.fullmatch(r"([01]?[0-9]|2[0-3])(?:[:.]([0-5][0-9]))?", typed)
    if found is None:
        raise InvalidValue("hours.shape", one_line(text))
    return time(int(found[1]), int(found[2] or 0))


def _hours_text(day: tuple[Hours, ...]) -> str:
    return ", ".join(f"{hours.start:%H.%M}-{hours.end:%H.%M}" for hours in day)
