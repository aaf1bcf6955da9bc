"""Reads what a person types after `/rekap`: a period, and an STO, Site Operation or order type."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from attrs import evolve

from sikpro.application.i18n import LANGUAGES, words_in
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.domain.errors import InvalidValue

_DAY = {"", "hari", "hari ini", "day", "today"}
_YESTERDAY = {"kemarin", "yesterday"}
_WEEK = {"minggu", "minggu ini", "pekan", "pekan ini", "week", "this week"}
_LAST_WEEK = {"minggu lalu", "minggu kemarin", "pekan lalu", "last week"}
_MONTH = {"bulan", "bulan ini", "month", "this month"}
_LAST_MONTH = {"bulan lalu", "bulan kemarin", "last month"}
_DATE = re.compile(r"(\d{1,2})[-/. ](\d{1,2})(?:[-/. ](\d{4}|\d\d))?", re.ASCII)
_MONTH_OF = re.compile(r"(\d{1,2})[-/. ](\d{4})", re.ASCII)
_NAMED_MONTH = re.compile(r"(?:bulan |month )?([a-z]{3,9})(?: (\d{4}))?", re.ASCII)
_NAMED_DATE = re.compile(r"(\d{1,2})[- ]([a-z]{3,9})(?:[- ](\d{4}))?", re.ASCII)
_RANGE = re.compile(r"(.+?)(?: ?[–—_] ?| - |-(?=\d{1,2}[/.])| (?:sampai|hingga|s/d|sd|to|until) )(.+)", re.ASCII)
_ONE_MONTH_RANGE = re.compile(r"(\d{1,2}) ?(?:[-–]|sampai|sd|to) ?(\d{1,2})([/ .].+)", re.ASCII)
_NAMES = {"sto": "sto", "so": "site_operation", "tipe": "type", "type": "type"}
_SHORT = 3
_LONGEST_WITHOUT_YEAR = 92

MONTHS: Mapping[str, int] = {
    name: month
    for language in LANGUAGES
    for month in range(1, 13)
    for full in (words_in(language, "UTC").month(date(2026, month, 1)).split()[0].lower(),)
    for name in (full, full[:_SHORT])
} | {"agt": 8, "ags": 8, "agst": 8, "nop": 11, "sept": 9}
"""The months by their names in either language, and the names cut to three letters."""


def filters_known(uow: UnitOfWork) -> Mapping[str, str]:
    """Return the filter's name for each code that people may type; an STO comes before a Site Operation."""
    return (
        {row.code.upper(): "type" for row in uow.catalogue.order_types()}
        | {row.code.upper(): "site_operation" for row in uow.catalogue.site_operations()}
        | {row.code.upper(): "sto" for row in uow.catalogue.stos()}
    )


def typed_query(text: str, today: date, known: Mapping[str, str]) -> RecapQuery:
    """Parse a query: `kemarin`, `minggu`, `november`, `1/11-10/11`, `11/2026`, ISO; with a code, as `bulan SDA`.

    `known` has the filter of each code (`filters_known`); `SO SDA` names the filter. A date without a year is the last
    such date that has begun. Raises `InvalidValue`.

    >>> def said(text): return typed_query(text, date(2026, 3, 9), {"SDA": "sto"}).encoded
    >>> [said(text) for text in ("kemarin", "desember SDA", "24/12", "28/2 - 5/3")]
    ['period=2026-03-08', 'period=2025-12&sto=SDA', 'period=2025-12-24', 'period=2026-02-28_2026-03-05']
    >>> said("minggu lalu")
    'period=2026-03-02_2026-03-08'
    """
    rest, filters, words = list[str](), dict[str, str](), text.split()
    for place, word in enumerate(words):
        code, before = word.upper(), words[place - 1].lower() if place else ""
        name = known.get(code)
        if before in _NAMES and code in known:
            rest.pop()
            name = _NAMES[before]
        if name is None:
            rest.append(word)
        elif name in filters:
            raise InvalidValue("period.unknown", text)
        else:
            filters[name] = code
    return evolve(_period(" ".join(rest).lower(), today), filters=filters)


def _period(said: str, today: date) -> RecapQuery:
    if said in _DAY:
        return RecapQuery.day(today)
    if said in _YESTERDAY:
        return RecapQuery.day(today - timedelta(days=1))
    if said in _WEEK:
        return RecapQuery.week(today)
    if said in _LAST_WEEK:
        return RecapQuery.week(today - timedelta(days=7))
    if said in _MONTH:
        return RecapQuery.month(today)
    if said in _LAST_MONTH:
        return RecapQuery.month(today.replace(day=1) - timedelta(days=1))
    return _month(said, today) or _range(said, today) or RecapQuery.day(_day(said, today))


def _month(said: str, today: date) -> RecapQuery | None:
    if re.fullmatch(r"20\d\d-\d\d", said, re.ASCII):
        return RecapQuery.parse(said)
    if found := _MONTH_OF.fullmatch(said):
        return RecapQuery.parse(f"{found[2]}-{int(found[1]):02}")
    found = _NAMED_MONTH.fullmatch(said)
    if not found or found[1] not in MONTHS:
        return None
    month = MONTHS[found[1]]
    year = int(found[2]) if found[2] else today.year - (month > today.month)
    return RecapQuery.parse(f"{year}-{month:02}")


def _range(said: str, today: date) -> RecapQuery | None:
    if re.fullmatch(r"20\d\d-\d\d-\d\d[ _]20\d\d-\d\d-\d\d", said, re.ASCII):
        return RecapQuery.parse(said.replace(" ", "_"))
    if found := _ONE_MONTH_RANGE.fullmatch(said):
        ends = f"{found[1]}{found[3]}", f"{found[2]}{found[3]}"
    elif found := _RANGE.fullmatch(said):
        ends = found[1], found[2]
    else:
        return None
    # Without years: the last such first day that has begun, and the first such last day after it.
    first = _day_or_none(ends[0], today)
    last = first and _day_or_none(ends[1], first, forward=True)
    if not first or not last:
        return None
    if not re.search(r"\d{4}", said) and (last - first).days > _LONGEST_WITHOUT_YEAR:
        raise InvalidValue("period.unknown", said)  # typed the wrong way round, rather than a year meant
    return RecapQuery.parse(f"{first}_{last}")


def _day(said: str, today: date) -> date:
    found = _day_or_none(said, today)
    if found is None:
        raise InvalidValue("period.unknown", said)
    return found


def _day_or_none(said: str, today: date, *, forward: bool = False) -> date | None:
    """Return a day; without a year the last such day until `today`, with `forward` the first one from it."""
    if re.fullmatch(r"20\d\d-\d\d-\d\d", said, re.ASCII):
        return RecapQuery.parse(said).first
    if found := _DATE.fullmatch(said):
        day, month, year = int(found[1]), int(found[2]), found[3]
    elif (found := _NAMED_DATE.fullmatch(said)) and found[2] in MONTHS:
        day, month, year = int(found[1]), MONTHS[found[2]], found[3]
    else:
        return None
    try:
        if year:
            return date(int(year) + (2000 if len(year) == len("26") else 0), month, day)
        this_year = date(today.year, month, day)
        if forward:
            return this_year if this_year >= today else date(today.year + 1, month, day)
        return this_year if this_year <= today else date(today.year - 1, month, day)
    except ValueError:
        return None
