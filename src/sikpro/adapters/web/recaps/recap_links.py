"""The list of orders behind each figure of a recap: addresses that show exactly the counted orders."""

from collections.abc import Mapping
from urllib.parse import urlencode

from attrs import frozen

from sikpro.adapters.web.orders.order_listing import VIEWS
from sikpro.application.ports.facts import Dimension, Interval
from sikpro.application.ports.queries import UNKNOWN
from sikpro.application.reports.explain import Behind, List
from sikpro.application.reports.figures import BY_CODE, Figure
from sikpro.application.reports.recap_query import RecapQuery, Span
from sikpro.domain.phase import Phase, Stage, Turn


def page_of(recap_query: RecapQuery, part: str = "") -> str:
    """Return the address of a recap's page, with its filters; `part` is `/sheet`, or a file's `.png`."""
    return f"/recap/{recap_query.span}/{recap_query.text}{part}" + (
        f"?{urlencode(recap_query.filters)}" if recap_query.filters else ""
    )


def _at(phase: Phase | None) -> Mapping[str, str]:
    """Return the parameters of the list of a phase: its view, if the view has no other phase."""
    if phase is None:
        return {"view": "all"}
    return (
        {"view": phase.value} if VIEWS.get(phase.value) == frozenset({phase}) else {"view": "all", "phase": phase.value}
    )


@frozen
class RecapLinks:
    """The lists behind a recap's figures; `helpdesk` is set for people who see only their own work."""

    query: RecapQuery
    helpdesk: int | None = None

    def received(self, phase: Phase | None = None, **filters: str) -> str:
        """Return the orders received in the period, by their present phase."""
        return self._listed({**_at(phase), **self._when, **filters})

    def finished(self, stage: Stage, **filters: str) -> str:
        """Return the orders that ended with the stage in the period, received at any time."""
        return self._listed({"view": stage.value, "finished": self.query.text, **filters})

    def open(self, **filters: str) -> str:
        """Return the orders that are open now, received at any time."""
        return self._listed({"view": "open", **filters})

    def figure(self, figure: Figure) -> str:
        """Return the orders behind a figure, or the ledger for refusals; "" for others (a median, a target)."""
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
            "due_within": self.due("yes"),
            "due_late": self.due("no"),
            "tti_within": self.finished(Stage.COMPLETED, tti="within"),
            "tti_late": self.finished(Stage.COMPLETED, tti="late"),
        }.get(head, "")

    def due(self, in_time: str = "", **filters: str) -> str:
        """Return the orders that fell due in the period, completed by then (`yes`), the others (`no`), or all."""
        kept = {"in_time": in_time} if in_time else {}
        return self._listed({"view": "all", "due": self.query.text, **kept, **filters})

    def row_due(self, dimension: Dimension, value: str, in_time: str = "") -> str:
        """Return the orders of a table's row that fell due in the period, as `due`."""
        return self.due(in_time, **{str(dimension): value or UNKNOWN})

    def interval(self, interval: Interval) -> str:
        """Return the orders whose spans were measured."""
        if interval is Interval.FIRST_ACTION:
            return self.received(acted="1")
        if interval.turn:
            return self.finished(Stage.COMPLETED, waited=str(interval.turn))
        return self.finished(Stage.COMPLETED, acted="1")

    def row(self, dimension: Dimension, value: str, phase: Phase | None = None) -> str:
        """Return the received orders of a table's row."""
        if dimension is Dimension.DAY:
            return self._listed({**_at(phase), "day": value})
        if dimension is Dimension.HOUR:
            return self._hour(value, _at(phase))
        return self.received(phase, **{str(dimension): value or UNKNOWN})

    def row_completed(self, dimension: Dimension, value: str) -> str:
        """Return the orders of a table's row that were completed in the period."""
        if dimension is Dimension.DAY:
            return self._listed({"view": Stage.COMPLETED.value, "finished": value})
        if dimension is Dimension.HOUR:
            if self.query.span is Span.DAY:
                return self._listed({"view": Stage.COMPLETED.value, "finished": f"{self.query.text}T{value}"})
            return self.finished(Stage.COMPLETED, finished_hour=value)
        return self.finished(Stage.COMPLETED, **{str(dimension): value or UNKNOWN})

    def cell(self, day: str, hour: int, *, completed: bool = False) -> str:
        """Return the orders received, or completed, in an hour of a day."""
        if completed:
            return self._listed({"view": Stage.COMPLETED.value, "finished": f"{day}T{hour:02}"})
        return self._listed({**_at(None), "day": f"{day}T{hour:02}"})

    def turn(self, turn: Turn, *, of_period: bool = False) -> str:
        """Return the open orders of a turn: all of them, or only those received in the period."""
        return self.open(turn=str(turn), **(self._when if of_period else {}))

    def cancel_reason(self, status: str) -> str:
        """Return the received orders that are cancelled with a status."""
        return self.received(Phase.CANCELLED, status=status)

    def behind(self, behind: Behind, cancelled: bool = False) -> str:
        """Return the list behind a sentence; `cancelled` says that its reason is one of cancelled orders."""
        filters = dict(behind.filters)
        match behind.what:
            case List.RECEIVED:
                return self.received(None, **filters)
            case List.COMPLETED:
                return self.finished(Stage.COMPLETED, **filters)
            case List.LATE:
                return self.due("no", **filters)
            case List.REASON:
                return (self.cancel_reason if cancelled else self.reason)(filters["status"])
            case List.DAY:
                return self.row(Dimension.DAY, filters["day"])
            case List.WAITED:
                return self.interval(Interval(f"waiting_{filters['waited']}"))
            case List.DUPLICATES:
                return self.figure(BY_CODE["duplicates"])
            case List.DUE:
                return "#due"

    def reason(self, status: str) -> str:
        """Return the received orders that are held up for a reason."""
        return self._held_up(status=status)

    def group(self, group: str) -> str:
        """Return the received orders that are held up for a reason of a group."""
        return self._held_up(group=group or UNKNOWN)

    def target(self, sto: str) -> str:
        """Return the orders of an STO that were completed in the month until the period's end."""
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
