"""The figures of a recap, defined once: each has a name `recap.<code>` and a definition `recap.means.<code>`."""

from collections.abc import Callable, Iterator
from enum import StrEnum

from attrs import frozen

from sikpro.application.i18n import Words
from sikpro.application.ports.facts import Interval, Spread
from sikpro.application.reports.recap_data import Recap
from sikpro.application.use_cases.orders.list_orders import AGES
from sikpro.domain.phase import Phase


class Kind(StrEnum):
    """The kind of a figure: a number of orders, a share of 1, a number with a fraction, or durations (`Spread`)."""

    COUNT = "count"
    SHARE = "share"
    RATE = "rate"
    TIMES = "times"


Value = int | float | Spread | None


@frozen(kw_only=True)
class Figure:
    """A figure: its code, its kind, and its value in a recap (None where it has none).

    `means` names the definition where several figures share one. An `of_now` figure belongs to the present, not to the
    period. A figure with a `phase` counts the received orders now in that phase.
    """

    code: str
    kind: Kind = Kind.COUNT
    of: Callable[[Recap], Value]
    means: str = ""
    of_now: bool = False
    phase: Phase | None = None

    def name(self, words: Words) -> str:
        """Return its name."""
        if self.phase is None:
            return words(f"recap.{self.code}")
        name = words(f"phase.{self.phase}")
        return words("recap.received_phase", phase=name if name[1:2].isupper() else name[:1].lower() + name[1:])

    def name_in(self, recap: Recap, words: Words) -> str:
        """Return its name in a recap: a month closed before orders were counted as due keeps the old name."""
        return words("recap.tti_share.old") if self.code == "tti_share" and recap.due is None else self.name(words)

    @property
    def definition(self) -> str:
        """The code of the sentence that defines it."""
        return f"recap.means.{self.means or self.code}"


def _phase(phase: Phase) -> Figure:
    return Figure(code=f"received.{phase}", of=lambda recap: recap.received[phase], means="received_phase", phase=phase)


def _age(age: str) -> Figure:
    return Figure(code=f"age.{age}", of=lambda recap: recap.ages.get(age), means="age", of_now=True)


def _times(interval: Interval) -> Figure:
    return Figure(
        code=interval.value,
        kind=Kind.TIMES,
        of=lambda recap: recap.times.get(interval),
        means="waiting" if interval.turn else "",
    )


FIGURES: tuple[Figure, ...] = (
    Figure(code="received", of=lambda recap: recap.total),
    *map(_phase, Phase),
    Figure(code="completed", of=lambda recap: recap.completed),
    Figure(code="cancelled", of=lambda recap: recap.cancelled),
    Figure(code="open_now", of=lambda recap: recap.open_now, of_now=True),
    *map(_age, AGES),
    Figure(code="due_within", of=lambda recap: recap.due.within if recap.due else None),
    Figure(code="due_late", of=lambda recap: recap.due.late if recap.due else None),
    Figure(code="due_share", kind=Kind.SHARE, of=lambda recap: recap.due.share if recap.due else None),
    Figure(code="tti_within", of=lambda recap: recap.promise.within),
    Figure(code="tti_late", of=lambda recap: recap.promise.late),
    Figure(code="tti_share", kind=Kind.SHARE, of=lambda recap: recap.promise.share),
    *map(_times, Interval),
    Figure(code="target", of=lambda recap: recap.target.target if recap.target else None),
    Figure(code="target_done", of=lambda recap: recap.target.done if recap.target else None),
    Figure(code="target_left", of=lambda recap: recap.target.left if recap.target else None),
    Figure(code="target_per_day", kind=Kind.RATE, of=lambda recap: recap.target.per_day if recap.target else None),
    Figure(code="target_landing", kind=Kind.RATE, of=lambda recap: recap.target.landing if recap.target else None),
    Figure(code="duplicates", of=lambda recap: recap.duplicates),
)
"""Every figure, in the order of display."""

BY_CODE = {figure.code: figure for figure in FIGURES}

MORE = ("rows", "reasons", "percentiles", "before", "closed")
"""Other defined parts of a recap (`recap.means.<code>`): tables, Pareto, percentiles, comparison, closing."""


def counts(recap: Recap) -> Iterator[tuple[Figure, int]]:
    """Yield the figures that are numbers of orders and have a value."""
    for figure in FIGURES:
        value = figure.of(recap)
        if figure.kind is Kind.COUNT and isinstance(value, int):
            yield figure, value
