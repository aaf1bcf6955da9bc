"""Which list of orders stands behind each figure of a recap: addresses that show exactly the orders counted."""

from collections.abc import Mapping
from urllib.parse import urlencode

from attrs import frozen

from sikpro.adapters.web.orders.order_listing import VIEWS
from sikpro.application.ports.facts import Dimension, Interval
from sikpro.application.ports.queries import UNKNOWN
from sikpro.application.reports.figures import Figure
from sikpro.application.reports.recap_query import RecapQuery, Span
from sikpro.domain.phase import Phase, Stage


def page_of(recap_query: RecapQuery) -> str:
    """The address of a recap's page, filters included."""
    return f"/recap/{recap_query.span}/{recap_query.text}" + (
        f"?{urlencode(recap_query.filters)}" if recap_query.filters else ""
    )


def _at(phase: Phase | None) -> Mapping[str, str]:
    """The list of the orders that stand at a phase: its view, where that shows no other phase's."""
    if phase is None:
        return {"view": "all"}
    return (
        {"view": phase.value} if VIEWS.get(phase.value) == frozenset({phase}) else {"view": "all", "phase": phase.value}
    )


@frozen
class RecapLinks:
    """The lists behind one recap's figures; `helpdesk` is set when somebody sees their own work only."""

    query: RecapQuery
    helpdesk: int | None = None

    def received(self, phase: Phase | None = None, **filters: str) -> str:
        """The orders received in the period, by where they stand now."""
        return self._listed({**_at(phase), **self._when, **filters})

    def finished(self, stage: Stage, **filters: str) -> str:
        """The orders that ended so in the period, whenever they came in."""
        return self._listed({"view": stage.value, "finished": self.query.text, **filters})

    def open(self, **filters: str) -> str:
        """The orders that are open now, whenever they came in."""
        return self._listed({"view": "open", **filters})

    def figure(self, figure: Figure) -> str:
        """The orders behind a figure, the ledger behind refusals; "" where it is neither (a median, a target)."""
        head, _, tail = figure.code.partition(".")
        if head == "received":
            return self.received(Phase(tail) if tail else None)
        if head == "age":
            return self.open(age=tail)
        if head == "duplicates":
            return f"/ledger?outcome=refusal&detail=order.duplicate&period={self.query.text}"
        if head in set(Interval):
            return self.interval(Interval(head))
        return {
            "completed": self.finished(Stage.COMPLETED),
            "cancelled": self.finished(Stage.CANCELLED),
            "open_now": self.open(),
            "tti_within": self.finished(Stage.COMPLETED, tti="within"),
            "tti_late": self.finished(Stage.COMPLETED, tti="late"),
        }.get(head, "")

    def interval(self, interval: Interval) -> str:
        """The orders whose spans were measured."""
        if interval is Interval.FIRST_ACTION:
            return self.received(acted="1")
        if interval.turn:
            return self.finished(Stage.COMPLETED, waited=str(interval.turn))
        return self.finished(Stage.COMPLETED, acted="1")

    def row(self, dimension: Dimension, value: str, phase: Phase | None = None) -> str:
        """The received orders of a table's row."""
        if dimension is Dimension.DAY:
            return self._listed({**_at(phase), "day": value})
        if dimension is Dimension.HOUR:
            return self._hour(value, _at(phase))
        return self.received(phase, **{str(dimension): value or UNKNOWN})

    def row_completed(self, dimension: Dimension, value: str) -> str:
        """The orders of a table's row that were completed in the period."""
        if dimension is Dimension.DAY:
            return self._listed({"view": Stage.COMPLETED.value, "finished": value})
        if dimension is Dimension.HOUR:
            if self.query.span is Span.DAY:
                return self._listed({"view": Stage.COMPLETED.value, "finished": f"{self.query.text}T{value}"})
            return self.finished(Stage.COMPLETED, finished_hour=value)
        return self.finished(Stage.COMPLETED, **{str(dimension): value or UNKNOWN})

    def reason(self, status: str) -> str:
        """The received orders that are held up for a reason."""
        return self._held_up(status=status)

    def group(self, group: str) -> str:
        """The received orders that are held up for a reason of a group."""
        return self._held_up(group=group or UNKNOWN)

    def target(self, sto: str) -> str:
        """The orders of an exchange that were completed in the month until the period's end."""
        month = RecapQuery.month(self.query.first)
        text = month.text if self.query.last >= month.last else f"{month.first}_{self.query.last}"
        return self._listed({"view": Stage.COMPLETED.value, "finished": text, "sto": sto})

    @property
    def _when(self) -> Mapping[str, str]:
        name = {Span.DAY: "day", Span.MONTH: "month", Span.FREE: "received"}[self.query.span]
        return {name: self.query.text}

    def _held_up(self, **filters: str) -> str:
        return self._listed({"view": Stage.HELD_UP.value, **self._when, **filters})

    def _hour(self, hour: str, at: Mapping[str, str]) -> str:
        if self.query.span is Span.DAY:
            return self._listed({**at, "day": f"{self.query.text}T{hour}"})
        return self._listed({**at, **self._when, "hour": hour})

    def _listed(self, query: Mapping[str, str]) -> str:
        own = {} if self.helpdesk is None else {"helpdesk": str(self.helpdesk)}
        return "/orders?" + urlencode({**self.query.filters, **query, **own})
