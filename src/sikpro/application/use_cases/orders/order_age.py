"""Orders by the time since their receipt: `4h`, `2d`."""

import re
from datetime import UTC, datetime, timedelta

from attrs import evolve

from sikpro.application.ports.queries import OrderFilter
from sikpro.domain.period import Period

LONGEST = timedelta(days=36_500)

_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def duration_of(text: str) -> timedelta | None:
    """Return a time such as `4h`, `2d` or `1h30m`, a hundred years at most; None for what is none.

    >>> duration_of("1h30m"), duration_of("soon")
    (datetime.timedelta(seconds=5400), None)
    """
    typed = text.strip().lower()
    parts = re.findall(r"([0-9]{1,6}) ?([wdhms])", typed)
    if not parts or len(parts) > len(_UNITS) or re.sub(r"[0-9]{1,6} ?[wdhms]", "", typed).strip():
        return None
    found = sum((timedelta(**{_UNITS[unit]: int(number)}) for number, unit in parts), timedelta())
    return found if found <= LONGEST else None


def aged(
    which: OrderFilter, now: datetime, *, older_than: timedelta | None, younger_than: timedelta | None
) -> OrderFilter:
    """Return a filter narrowed to orders that came in so long ago or longer, and so long ago or later."""
    if older_than is None and younger_than is None:
        return which
    return evolve(which, received=_narrowed(which.received, now, older_than, younger_than))


def waiting_for(which: OrderFilter, now: datetime, least: timedelta | None) -> OrderFilter:
    """Return a filter narrowed to orders whose present turn has lasted so long or longer."""
    return which if least is None else evolve(which, turn_began=_narrowed(which.turn_began, now, least, None))


def _narrowed(
    span: Period | None, now: datetime, older_than: timedelta | None, younger_than: timedelta | None
) -> Period:
    start, end = (span.start, span.end) if span else (_FIRST, _LAST)
    if older_than is not None:
        end = min(end, now - older_than + _TICK)
    if younger_than is not None:
        start = max(start, now - younger_than)
    return Period(start, max(start, end))
