"""Working time: how much of a span lies in the installation's hours and days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sikpro.domain.installation import Installation

_FIRST_DAY = date(2000, 1, 1)
"""No order is older."""


def is_working_time(at: datetime, installation: Installation, zone: str) -> bool:
    """Whether a time (aware) lies in the working hours of a working day.

    >>> from datetime import UTC
    >>> is_working_time(datetime(2026, 11, 2, 3, tzinfo=UTC), Installation(), "Asia/Jakarta")
    True
    >>> is_working_time(datetime(2026, 11, 1, 3, tzinfo=UTC), Installation(), "Asia/Jakarta")
    False
    """
    local = at.astimezone(ZoneInfo(zone))
    hours = installation.work_from <= local.time() < installation.work_until
    return hours and local.weekday() in installation.work_days


def working_time(start: datetime, end: datetime, installation: Installation, zone: str) -> timedelta:
    """The working time between two times (aware), in the zone (an IANA name); nothing when `end` is not later.

    Evening to morning counts only what lies in the hours:

    >>> from datetime import UTC
    >>> evening, morning = datetime(2026, 11, 2, 9, 30, tzinfo=UTC), datetime(2026, 11, 3, 1, 15, tzinfo=UTC)
    >>> str(working_time(evening, morning, Installation(), "Asia/Jakarta"))
    '0:45:00'
    """
    local_zone = ZoneInfo(zone)
    day, last = start.astimezone(local_zone).date(), end.astimezone(local_zone).date()
    if installation.work_from >= installation.work_until or not installation.work_days:
        return timedelta()
    worked = timedelta()
    while day <= last:
        if day.weekday() in installation.work_days:
            opens = datetime.combine(day, installation.work_from, local_zone)
            closes = datetime.combine(day, installation.work_until, local_zone)
            # Compared in UTC: two times of one zone are compared by their clocks, which summer time sets back.
            worked += max(min(closes.timestamp(), end.timestamp()) - max(opens.timestamp(), start.timestamp()), 0) * (
                timedelta(seconds=1)
            )
        day += timedelta(days=1)
    return worked


def passed_before(limit: timedelta, now: datetime, installation: Installation, zone: str) -> datetime | None:
    """The time (UTC) before which whatever began has more working time than `limit` behind it at `now` (aware).

    None when nothing has, however long ago it began: the installation has no working hours.

    >>> from datetime import UTC
    >>> morning = datetime(2026, 11, 3, 1, 15, tzinfo=UTC)
    >>> str(passed_before(timedelta(minutes=45), morning, Installation(), "Asia/Jakarta"))
    '2026-11-02 09:30:00+00:00'
    """
    local_zone = ZoneInfo(zone)
    if installation.work_from >= installation.work_until or not installation.work_days:
        return None
    day, left = now.astimezone(local_zone).date(), limit
    while day > _FIRST_DAY:
        if day.weekday() in installation.work_days:
            opens = datetime.combine(day, installation.work_from, local_zone).astimezone(UTC)
            closes = datetime.combine(day, installation.work_until, local_zone).astimezone(UTC)
            end = min(closes, now.astimezone(UTC))
            if end - opens > left:
                return end - left
            left -= max(end - opens, timedelta())
        day -= timedelta(days=1)
    return None
