"""Days and months in the installation's zone: the only place that computes their bounds."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Self
from zoneinfo import ZoneInfo

from attrs import frozen


@frozen
class Period:
    """A half-open span of time, `start` included, `end` not; both UTC.

    >>> Period.of_day(date(2026, 11, 2), ZoneInfo("Asia/Jakarta")).start.isoformat()
    '2026-11-01T17:00:00+00:00'
    """

    start: datetime
    end: datetime

    @classmethod
    def of_day(cls, day: date, zone: ZoneInfo) -> Self:
        """Return the day from midnight to midnight in the zone."""
        return cls(_midnight(day, zone), _midnight(day + timedelta(days=1), zone))

    @classmethod
    def of_hour(cls, day: date, hour: int, zone: ZoneInfo) -> Self:
        """Return the hour (0 to 23) of a day on the zone's clocks. Where they are set back, it lasts two hours.

        >>> Period.of_hour(date(2026, 11, 2), 9, ZoneInfo("Asia/Jakarta")).start.isoformat()
        '2026-11-02T02:00:00+00:00'
        """
        start = datetime(day.year, day.month, day.day, hour, tzinfo=zone)
        following = datetime(day.year, day.month, day.day, hour, tzinfo=zone, fold=1).timestamp() + 3600
        return cls(start.astimezone(UTC), datetime.fromtimestamp(following, UTC))

    @classmethod
    def of_month(cls, day: date, zone: ZoneInfo) -> Self:
        """Return the month of `day`.

        >>> Period.of_month(date(2026, 12, 9), ZoneInfo("UTC")).end.isoformat()
        '2027-01-01T00:00:00+00:00'
        """
        first = day.replace(day=1)
        following = (first + timedelta(days=32)).replace(day=1)
        return cls(_midnight(first, zone), _midnight(following, zone))

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


@cache
def utc_hours(hour: int, zone: str) -> tuple[int, ...]:
    """Return the hours of UTC (0 to 23) in which it may be an hour of the clocks of a zone (an IANA name).

    >>> utc_hours(13, "Asia/Jakarta"), utc_hours(0, "Asia/Kolkata"), utc_hours(12, "Europe/Berlin")
    ((6,), (18, 19), (10, 11))
    """
    local = ZoneInfo(zone)
    days = (datetime(year, month, 1, tzinfo=local) for year in range(2000, 2100) for month in (1, 4, 7, 10))
    offsets = {offset // timedelta(minutes=1) for day in days if (offset := day.utcoffset()) is not None}
    return tuple(sorted({(hour * 60 + minute - offset) // 60 % 24 for offset in offsets for minute in (0, 59)}))


def month_named(text: str) -> str | None:
    """Parse a month and return it as `2026-11`: from that form, a day in it, or `11/2026`; None for other texts.

    >>> month_named("1/2026"), month_named("2026-11-01"), month_named("13/2026")
    ('2026-01', '2026-11', None)
    """
    found = re.fullmatch(r"(20\d\d)-(\d\d)(?:-\d\d(?:[ T].*)?)?|(\d{1,2})[/.-](20\d\d)", text, re.ASCII)
    if not found:
        return None
    year, month = (found[1], found[2]) if found[1] else (found[4], found[3])
    return f"{year}-{int(month):02}" if 1 <= int(month) <= 12 else None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
