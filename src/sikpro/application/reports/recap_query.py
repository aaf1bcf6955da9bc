"""The query of a recap: the days, and filters for their orders."""

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Self
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from attrs import evolve, field, frozen

from sikpro.application.i18n import Words
from sikpro.application.ports.facts import TimeBasis
from sikpro.application.ports.queries import NOBODY, UNKNOWN, OrderFilter
from sikpro.domain.errors import InvalidValue
from sikpro.domain.period import Period
from sikpro.domain.text import storable

FIRST_YEAR, LAST_YEAR = 2000, 2099
LONGEST = 366
"""The most days of a free period."""

FILTERS = ("type", "sto", "site_operation", "technician", "helpdesk", "channel", "status")
"""The filters of a recap, named as in the queue's addresses. The value `UNKNOWN` selects orders without one."""

_LONGEST_FILTER = 64


class Span(StrEnum):
    """The kind of a recap's period: a day, a month, or from one day to another."""

    DAY = "day"
    MONTH = "month"
    FREE = "free"


@frozen(kw_only=True)
class RecapQuery:
    """A period of local days, both inclusive, and the filters for its orders (by the names of `FILTERS`)."""

    span: Span
    first: date
    last: date
    filters: Mapping[str, str] = field(factory=dict[str, str])

    @classmethod
    def day(cls, day: date) -> Self:
        """Return the query for one day."""
        return cls(span=Span.DAY, first=day, last=day)

    @classmethod
    def month(cls, day: date) -> Self:
        """Return the query for the month of a day."""
        return cls(span=Span.MONTH, first=day.replace(day=1), last=day.replace(day=monthrange(day.year, day.month)[1]))

    @classmethod
    def week(cls, day: date) -> Self:
        """Return the query for the week of a day, Monday to Sunday."""
        monday = day - timedelta(days=day.weekday())
        return cls(span=Span.FREE, first=monday, last=monday + timedelta(days=6))

    @classmethod
    def parse(cls, text: str, filters: Mapping[str, str] | None = None) -> Self:
        """Parse `2026-11-23`, `2026-11` or `2026-11-01_2026-11-15`; empty filters do not count.

        Raises `InvalidValue`: `period.unknown`, `period.backwards`, `period.too_long`, `period.filter`.

        >>> RecapQuery.parse("2026-02").last.isoformat()
        '2026-02-28'
        """
        first, split, last = text.partition("_")
        if split:
            query = cls(span=Span.FREE, first=_day(first, text), last=_day(last, text))
            if query.last < query.first:
                raise InvalidValue("period.backwards", text)
            if query.days > LONGEST:
                raise InvalidValue("period.too_long", text)
        elif len(text) == len("2026-11"):
            query = cls.month(_day(text + "-01", text))
        else:
            query = cls.day(_day(text, text))
        return evolve(query, filters=_sensible(filters or {}))

    @classmethod
    def decode(cls, query: str) -> Self:
        """Return the query from the text of `encoded`. Raises `InvalidValue`."""
        given = dict(parse_qsl(query))
        return cls.parse(given.pop("period", ""), given)

    @property
    def encoded(self) -> str:
        """The whole query as a query string: `period=2026-11&sto=SDA`."""
        return urlencode({"period": self.text, **self.filters})

    @property
    def text(self) -> str:
        """The period as in addresses and file names."""
        if self.span is Span.MONTH:
            return self.first.isoformat()[:7]
        return self.first.isoformat() if self.span is Span.DAY else f"{self.first}_{self.last}"

    @property
    def days(self) -> int:
        """The number of days in the period."""
        return (self.last - self.first).days + 1

    @property
    def previous(self) -> "RecapQuery | None":
        """The period of the same kind and length before, None when there is none."""
        return self._beside(self.first - timedelta(days=1), self.first - timedelta(days=self.days))

    @property
    def next(self) -> "RecapQuery | None":
        """The period of the same kind and length after, None when there is none."""
        return self._beside(self.last + timedelta(days=self.days), self.last + timedelta(days=1))

    def narrowed(self, name: str, value: str) -> "RecapQuery":
        """Return the query with one more filter; without that filter when the value is ""."""
        filters = {**self.filters, name: value}
        return evolve(self, filters={key: filters[key] for key in FILTERS if filters.get(key)})

    def period(self, zone: ZoneInfo) -> Period:
        """Return the span of time in a zone."""
        return Period(Period.of_day(self.first, zone).start, Period.of_day(self.last, zone).end)

    def which(
        self, zone: ZoneInfo, basis: TimeBasis | None = TimeBasis.RECEIVED, own: int | None = None
    ) -> OrderFilter:
        """Return the filter for its orders: received or finished in the period, or at any time.

        With `own`, only that helpdesk's orders.
        """
        period = self.period(zone)
        given = self.filters
        helpdesk = given.get("helpdesk")
        return OrderFilter(
            type=given.get("type", ""),
            sto=given.get("sto", ""),
            site_operation=given.get("site_operation", ""),
            technician=given.get("technician", ""),
            helpdesk=own if own is not None else None if not helpdesk else helpdesk_of(helpdesk),
            channel=given.get("channel", ""),
            status=given.get("status", ""),
            received=period if basis is TimeBasis.RECEIVED else None,
            finished=period if basis is TimeBasis.FINISHED else None,
        )

    def title(self, words: Words) -> str:
        """Return the title of its recap."""
        if self.span is Span.DAY:
            return words("recap.title.day", date=words.long_date(self.first))
        if self.span is Span.MONTH:
            return words("recap.title.month", month=words.month(self.first))
        return words("recap.title.free", first=words.long_date(self.first), last=words.long_date(self.last))

    def _beside(self, last: date, first: date) -> "RecapQuery | None":
        if self.span is Span.MONTH:
            whole = RecapQuery.month(last if last < self.first else first)
            first, last = whole.first, whole.last
        if first.year < FIRST_YEAR or last.year > LAST_YEAR:
            return None
        return evolve(self, first=first, last=last)


def helpdesk_of(text: str) -> int:
    """Return a helpdesk's id for a filter; `NOBODY` for `UNKNOWN`."""
    return NOBODY if text == UNKNOWN else int(text)


def is_helpdesk(text: str) -> bool:
    """Whether a text is a filter's helpdesk: an id, or `UNKNOWN`."""
    return text == UNKNOWN or (text.isascii() and text.isdecimal() and len(text) <= 15)


def _day(text: str, typed: str) -> date:
    try:
        if re.fullmatch(r"20\d\d-\d\d-\d\d", text, re.ASCII):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise InvalidValue("period.unknown", typed)


def _sensible(filters: Mapping[str, str]) -> Mapping[str, str]:
    given = {name: storable(text).strip() for name, text in filters.items()}
    for name, text in given.items():
        unreadable = len(text) > _LONGEST_FILTER or (name == "helpdesk" and text and not is_helpdesk(text))
        if name not in FILTERS or unreadable:
            raise InvalidValue("period.filter", f"{name}={text}")
    return {name: given[name] for name in FILTERS if given.get(name)}
