"""Dates and times as people write them in tables: one rule for a whole column, never a guess for each row."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from zoneinfo import ZoneInfo

from attrs import frozen

from sikpro.domain.errors import InvalidValue
from sikpro.domain.text import one_line


class Order(StrEnum):
    """The order of a date's parts. A serial is a spreadsheet's number of days since 1899-12-30."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"
    YEAR_FIRST = "ymd"
    SERIAL = "serial"


@frozen
class DateRule:
    """How the dates of a column are written. With `half_days` each time has AM or PM."""

    order: Order
    half_days: bool = False

    @property
    def name(self) -> str:
        """Its name in forms: `dmy`, `dmy12`."""
        return f"{self.order.value}{'12' if self.half_days else ''}"


@frozen
class DecidedRule:
    """The rule of a column: how many of its cells it reads, of how many, an example, and another rule that fits too."""

    rule: DateRule
    read: int
    cells: int
    example: str = ""
    other: DateRule | None = None


_NAMES = (
    ("JANUARI", "JANUARY"),
    ("FEBRUARI", "FEBRUARY", "PEBRUARI"),
    ("MARET", "MARCH"),
    ("APRIL",),
    ("MEI", "MAY"),
    ("JUNI", "JUNE"),
    ("JULI", "JULY"),
    ("AGUSTUS", "AUGUST", "AGT", "AGST", "AGS"),
    ("SEPTEMBER", "SEPT"),
    ("OKTOBER", "OCTOBER"),
    ("NOVEMBER", "NOPEMBER"),
    ("DESEMBER", "DECEMBER"),
)
_MONTHS = {spelling: place for place, names in enumerate(_NAMES, 1) for name in names for spelling in (name, name[:3])}

_ZONES = {"WIB": 7, "WITA": 8, "WIT": 9, "Z": 0, "UTC": 0}

_BETWEEN = r"(?:[/.-]| ?[ -] ?|, ?)"
_DAY, _MONTH, _YEAR = r"(?P<day>\d{1,2})", r"(?P<month>\d{1,2}|[A-Z]{3,9})\.?", r"(?P<year>\d{4}|'?\d{2})"
_LONG_YEAR = r"(?P<year>\d{4})"
_TIME = (
    r"(?:,?(?: +|T)(?:PUKUL |PKL\.? |JAM )?(?P<hour>\d{1,2})[:.](?P<minute>\d{2})"
    r"(?:[:.](?P<second>\d{2})(?:[.,]\d{1,6})?)?"
    r"(?: ?(?P<half>[AP])\.?M\.?)?(?: ?(?P<zone>WIB|WITA|WIT|UTC|Z|[+-]\d{2}:?\d{2}))?)?"
)
_WEEKDAY = r"(?:[A-Z'’]{3,9}\.?, ?)?"
_FORMS = {
    Order.DAY_FIRST: re.compile(_WEEKDAY + _DAY + _BETWEEN + _MONTH + _BETWEEN + _YEAR + _TIME),
    Order.MONTH_FIRST: re.compile(_WEEKDAY + _MONTH + _BETWEEN + _DAY + _BETWEEN + _YEAR + _TIME),
    Order.YEAR_FIRST: re.compile(_WEEKDAY + _LONG_YEAR + _BETWEEN + _MONTH + _BETWEEN + _DAY + _TIME),
}
_SERIAL = re.compile(r"(?P<days>\d{5})(?:[.,](?P<part>\d{1,15}))?")
_FIRST = datetime(1899, 12, 30)  # noqa: DTZ001  # a spreadsheet's day has no zone
_YEARS = range(2000, 2100)


def read_date(text: str, rule: DateRule, zone: ZoneInfo) -> datetime:
    """Parse a date with or without a time by a rule; `zone` applies if the text names none. The result is in UTC.

    Raises `InvalidValue`: `moment.shape`, or `moment.rule` for a text that another rule would read.

    >>> jakarta = ZoneInfo("Asia/Jakarta")
    >>> read_date("25 November 2026 09.10", DateRule(Order.DAY_FIRST), jakarta).isoformat()
    '2026-11-25T02:10:00+00:00'
    >>> read_date("46351,38", DateRule(Order.SERIAL), jakarta).isoformat(timespec="minutes")
    '2026-11-25T02:07+00:00'
    """
    typed = one_line(text)
    moment = _read(typed, rule, zone)
    if moment is not None:
        return moment
    fits = any(_read(typed, other, zone) for other in RULES)
    raise InvalidValue("moment.rule" if fits else "moment.shape", typed)


def fits(text: str, rule: DateRule) -> bool:
    """Whether a rule reads a text."""
    return _read(one_line(text), rule, ZoneInfo("UTC")) is not None


def decide_rule(texts: Iterable[str]) -> DecidedRule | None:
    """Return the rule that reads the most of a column's cells, None if none reads any.

    Where two rules read as many, day first is the custom in Indonesia; `other` is the second one. Whether hours go to
    12 or to 24 follows from the most cells with a time.
    """
    cells = [one_line(text) for text in texts if text.strip()]
    zone = ZoneInfo("UTC")
    reads = {rule: {place for place, cell in enumerate(cells) if _read(cell, rule, zone)} for rule in RULES}
    best = max(RULES, key=lambda rule: len(reads[rule]))
    if not reads[best]:
        return None
    others = (rule for rule in RULES if rule.order is not best.order and len(reads[rule]) == len(reads[best]))
    return DecidedRule(best, len(reads[best]), len(cells), cells[min(reads[best])], next(others, None))


RULES = (
    *(DateRule(order, half_days) for half_days in (False, True) for order in Order if order is not Order.SERIAL),
    DateRule(Order.SERIAL),
)
"""Every rule, the usual ones first."""


def _read(typed: str, rule: DateRule, zone: ZoneInfo) -> datetime | None:
    upper = typed.upper()
    if rule.order is Order.SERIAL:
        return _serial(upper, zone)
    found = _FORMS[rule.order].fullmatch(upper)
    if found is None:
        return None
    parts = found.groupdict()
    month = _MONTHS.get(parts["month"]) or (int(parts["month"]) if parts["month"].isdecimal() else 0)
    digits = parts["year"].removeprefix("'")
    year = int(digits) if len(digits) > 2 else 2000 + int(digits)
    hour = int(parts["hour"] or 0)
    if parts["hour"] and (rule.half_days != bool(parts["half"])):
        return None
    if parts["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if parts["half"] == "P" else 0)
    try:
        moment = datetime(  # noqa: DTZ001  # the zone comes next
            year,
            month,
            int(parts["day"]),
            hour,
            int(parts["minute"] or 0),
            int(parts["second"] or 0),
        )
    except ValueError:
        return None
    if moment.year not in _YEARS:
        return None
    return moment.replace(tzinfo=_zone(parts["zone"]) or zone).astimezone(UTC)


def _serial(typed: str, zone: ZoneInfo) -> datetime | None:
    found = _SERIAL.fullmatch(typed)
    if found is None:
        return None
    minutes = round(float(f"0.{found['part'] or 0}") * 1440)
    moment = _FIRST + timedelta(days=int(found["days"]), minutes=minutes)
    return moment.replace(tzinfo=zone).astimezone(UTC) if moment.year in _YEARS else None


def _zone(name: str | None) -> timezone | None:
    if not name:
        return None
    if name in _ZONES:
        return timezone(timedelta(hours=_ZONES[name]))
    span = timedelta(hours=int(name[1:3]), minutes=int(name[-2:]))
    return timezone(-span if name[0] == "-" else span)
