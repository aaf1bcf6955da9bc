"""Working time: the part of a span in the installation's working hours, without breaks and holidays."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sikpro.domain.installation import Installation

_FIRST_DAY = date(2000, 1, 1)
"""The earliest possible day of an order."""


def is_working_time(at: datetime, installation: Installation, zone: str) -> bool:
    """Whether a time (aware) is in the working hours of its day.

    >>> from datetime import UTC
    >>> is_working_time(datetime(2026, 11, 2, 3, tzinfo=UTC), Installation(), "Asia/Jakarta")
    True
    >>> is_working_time(datetime(2026, 11, 1, 3, tzinfo=UTC), Installation(), "Asia/Jakarta")
    False
    """
    local = at.astimezone(ZoneInfo(zone))
    return any(hours.start <= local.time() < hours.end for hours in installation.hours_on(local.date()))


def working_time(start: datetime, end: datetime, installation: Installation, zone: str) -> timedelta:
    """Return the working time between two times (aware), in the zone (an IANA name); zero when `end` is not later.

    From evening to morning only the working hours count:

    >>> from datetime import UTC
    >>> evening, morning = datetime(2026, 11, 2, 9, 30, tzinfo=UTC), datetime(2026, 11, 3, 1, 15, tzinfo=UTC)
    >>> str(working_time(evening, morning, Installation(), "Asia/Jakarta"))
    '0:45:00'
    """
    local_zone = ZoneInfo(zone)
    day, last = start.astimezone(local_zone).date(), end.astimezone(local_zone).date()
    worked = timedelta()
    while day <= last:
        for opens, closes in _spans(day, installation, local_zone):
            worked += max(min(closes, end) - max(opens, start), timedelta())
        day += timedelta(days=1)
    return worked


def passed_before(limit: timedelta, now: datetime, installation: Installation, zone: str) -> datetime | None:
    """Return the time (UTC) before which a start has more than `limit` of working time until `now` (aware).

    None when no start has: the installation has no working hours, or the limit is too long.

    >>> from datetime import UTC
    >>> morning = datetime(2026, 11, 3, 1, 15, tzinfo=UTC)
    >>> str(passed_before(timedelta(minutes=45), morning, Installation(), "Asia/Jakarta"))
    '2026-11-02 09:30:00+00:00'
    """
    local_zone = ZoneInfo(zone)
    if not any(installation.week):
        return None
    day, left = now.astimezone(local_zone).date(), limit
    while day > _FIRST_DAY:
        for opens, closes in reversed([*_spans(day, installation, local_zone)]):
            end = min(closes, now.astimezone(UTC))
            if end - opens > left:
                return end - left
            left -= max(end - opens, timedelta())
        day -= timedelta(days=1)
    return None


def _spans(day: date, installation: Installation, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """Yield the working hours of a day, in UTC: two times of one zone compare by their clocks, not by their moments."""
    for hours in installation.hours_on(day):
        opens, closes = (datetime.combine(day, at, zone).astimezone(UTC) for at in (hours.start, hours.end))
        yield opens, closes
