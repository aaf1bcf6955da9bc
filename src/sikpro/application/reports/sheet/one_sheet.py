"""Counts what a one-sheet shows."""

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

from sikpro.application.i18n import Words
from sikpro.application.ports.facts import TimeBasis
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.comparison import Comparison, compare
from sikpro.application.reports.counting import Counting
from sikpro.application.reports.explain import Sentence, explain
from sikpro.application.reports.heat import HeatMap, heat_map
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_data import Recap
from sikpro.application.reports.recap_query import RecapQuery, Span
from sikpro.domain.people import Permission, Person

PIXELS = 1_654
"""The width of the picture: A4 at 200 dots an inch, so that small print is read on a screen and on paper."""


@frozen(kw_only=True)
class OneSheet:
    """All values of a sheet, from one view of the data; `heat` is None for a day. `stos` are the names by code."""

    recap: Recap
    beside: Comparison
    said: tuple[Sentence, ...]
    heat: HeatMap | None
    by: str
    words: Words
    stos: Mapping[str, str] = field(factory=dict[str, str])


def one_sheet(uow: UnitOfWork, query: RecapQuery, by: Person, now: datetime, words: Words) -> OneSheet:
    """Count a sheet. Raises `NotPermitted`."""
    zone = words.zone.key
    found = recap(uow, query, by, now, zone)
    beside = compare(uow, found, by, now, zone)
    own = None if by.may(Permission.VIEW_REPORTS) else by.id
    counting = Counting(uow, query, own, now, zone)
    return OneSheet(
        recap=found,
        beside=beside,
        said=explain(found, beside),
        heat=None if query.span is Span.DAY else heat_map(counting, TimeBasis.RECEIVED),
        by=by.name,
        words=words,
        stos={sto.code: sto.name for sto in uow.catalogue.stos()},
    )
