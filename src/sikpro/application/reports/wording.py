"""A recap's values as text: figures, shares, durations, and the comparison with the period before."""

from collections.abc import Callable

from attrs import frozen

from sikpro.application.i18n import Words
from sikpro.application.ports.facts import Spread
from sikpro.application.ports.queries import UNKNOWN
from sikpro.application.reports.recap_data import Headline, Recap
from sikpro.application.reports.recap_query import RecapQuery, Span


@frozen
class Versus:
    """The comparison of a figure with the period before: `more`, `less`, `same` or `none`, and its sentence."""

    way: str
    text: str


def percent(share: float, words: Words) -> str:
    """Return a share of 1 in percent: `89,7%`."""
    return f"{words.number(round(100 * share, 1))}%"


def spread(times: Spread, words: Words) -> str:
    """Return median and 90th percentile as text; "" when there are no spans."""
    if times.median is None or times.p90 is None:
        return ""
    return words("recap.text.spread", median=words.duration(times.median), p90=words.duration(times.p90))


def versus(recap: Recap, code: str, words: Words) -> Versus | None:
    """Return the comparison of a headline figure with the period before; None when it cannot be compared."""
    if recap.before is None or code not in _COMPARED:
        return None
    before = before_text(recap.before, words)
    now, then = _COMPARED[code](recap), _COMPARED[code](recap.before)
    if now is None:
        return None
    if then is None:
        return Versus("none", words("recap.versus.none", before=before))
    if now == then:
        return Versus("same", words("recap.versus.same", before=before))
    gap = abs(now - then)
    points = code.endswith("_share")
    by = words("recap.points", points=words.number(round(100 * gap, 1))) if points else words.number(gap)
    way = "more" if now > then else "less"
    return Versus(way, words(f"recap.versus.{way}", by=by, before=before))


def before_text(before: Headline, words: Words) -> str:
    """Return the name of the period of a comparison; while this period runs, with its days and the time of day."""
    query = before.query
    if before.until is None:
        return words(f"recap.before.{query.span}")
    time = words.time(before.until)
    if query.span is Span.DAY:
        return words("recap.before.until.day", time=time)
    last = words.local(before.until).date()
    days = [words.short_date(day) for day in sorted({query.first, last})]
    return words("recap.before.until.days", days=" – ".join(days), time=time)


def days_text(query: RecapQuery, words: Words) -> str:
    """Return a day, a month or a span of days as text."""
    match query.span:
        case Span.DAY:
            return words.long_date(query.first)
        case Span.MONTH:
            return words.month(query.first)
        case Span.FREE:
            return f"{words.long_date(query.first)} – {words.long_date(query.last)}"


def filters_text(recap: Recap, words: Words) -> str:
    """Return the filters for people: `STO SDA · Helpdesk Rina`; "" without any."""
    names = {(str(table.dimension), row.value): row.label for table in recap.tables for row in table.rows if row.value}
    names |= {("status", one.status): words.text(one.label) for one in (*recap.reasons, *recap.cancel_reasons)}
    parts = []
    for name, value in recap.query.filters.items():
        label = words("recap.unknown") if value == UNKNOWN else names.get((name, value), value)
        parts.append(f"{words(f'by.{name}')} {words(f'channel.{value}') if _is_channel(name, value, words) else label}")
    return " · ".join(parts)


def _is_channel(name: str, value: str, words: Words) -> bool:
    return name == "channel" and words.knows(f"channel.{value}")


_COMPARED: dict[str, Callable[[Recap | Headline], int | float | None]] = {
    "received": lambda one: one.received if isinstance(one, Headline) else one.total,
    "completed": lambda one: one.completed,
    "cancelled": lambda one: one.cancelled,
    "due_share": lambda one: one.due.share if one.due else None,
    "tti_share": lambda one: one.promise.share,
}
