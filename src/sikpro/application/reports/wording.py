"""A recap's values in words: figures, shares, spans of time, and how they compare with the period before."""

from collections.abc import Callable

from attrs import frozen

from sikpro.application.i18n import Words
from sikpro.application.ports.facts import Spread
from sikpro.application.ports.queries import UNKNOWN
from sikpro.application.reports.recap_data import Headline, Recap


@frozen
class Versus:
    """How a figure compares with the period before: `more`, `less`, `same` or `none`, and the sentence that says so."""

    way: str
    text: str


def percent(share: float, words: Words) -> str:
    """A share of 1 in percent: `89,7%`."""
    return f"{words.number(round(100 * share, 1))}%"


def spread(times: Spread, words: Words) -> str:
    """Median and 90th percentile in words; "" of no spans."""
    if times.median is None or times.p90 is None:
        return ""
    return words("recap.text.spread", median=words.duration(times.median), p90=words.duration(times.p90))


def versus(recap: Recap, code: str, words: Words) -> Versus | None:
    """A headline figure beside that of the period before; None where there is nothing to compare."""
    if recap.before is None or code not in _COMPARED:
        return None
    before = words(f"recap.before.{recap.query.span}")
    if words.local(recap.made_at).date() <= recap.query.last:
        before = words("recap.before.whole", before=before)  # the period still runs, the one before is over
    now, then = _COMPARED[code](recap), _COMPARED[code](recap.before)
    if now is None:
        return None
    if then is None:
        return Versus("none", words("recap.versus.none", before=before))
    if now == then:
        return Versus("same", words("recap.versus.same", before=before))
    gap = abs(now - then)
    by = words("recap.points", points=words.number(round(100 * gap, 1))) if code == "tti_share" else words.number(gap)
    way = "more" if now > then else "less"
    return Versus(way, words(f"recap.versus.{way}", by=by, before=before))


def filters_text(recap: Recap, words: Words) -> str:
    """The filters as people say them: `STO SDA · Helpdesk Rina`; "" without any."""
    names = {(str(table.dimension), row.value): row.label for table in recap.tables for row in table.rows if row.value}
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
    "tti_share": lambda one: one.promise.share,
}
