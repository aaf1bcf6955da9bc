"""The dashboard: the present state of the work, and today compared with yesterday.

Figures of open orders come from the saved totals, those of a day from the day's orders. Each is the length of a list
that the queue can show.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from attrs import frozen

from sikpro.application.ports.facts import Dimension, TimeBasis
from sikpro.application.ports.queries import OrderFilter, OrderRow, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.ask_technicians import not_stuck, stuck
from sikpro.application.use_cases.orders.list_orders import AGES, age_span, list_orders
from sikpro.domain.people import Permission, Person
from sikpro.domain.period import Period
from sikpro.domain.phase import OPEN, Phase, Stage, Turn

OLDEST = 5
"""The number of orders shown of those that wait for the helpdesk, and of those that wait for technicians."""

STUCK = 20
"""The number of stuck orders shown."""

COUNTED = 9_999
"""Ages of open orders are counted up to this number."""


@frozen(kw_only=True)
class DayFigures:
    """One day's orders: those received that day, by present phase, and those completed that day, whenever received."""

    day: date
    received: int
    open: int
    held_up: int
    completed: int


@frozen(kw_only=True)
class HourFigures:
    """The orders received and completed in one hour (0 to 23) of today."""

    hour: int
    received: int
    completed: int


@frozen(kw_only=True)
class Dashboard:
    """The figures of the dashboard. `by_type` counts all orders, `by_sto` the open ones, most first.

    `with_technicians` leaves out the stuck orders. `stuck` has the first of them; `stuck_count` counts them, up to
    `COUNTED`.
    """

    by_type: Mapping[str, Mapping[Phase, int]]
    by_sto: Mapping[str, Mapping[Phase, int]]
    today: DayFigures
    yesterday: DayFigures
    ages: Mapping[str, int]
    with_helpdesk: tuple[OrderRow, ...]
    with_technicians: tuple[OrderRow, ...]
    stuck: tuple[OrderRow, ...]
    stuck_count: int
    hours: tuple[HourFigures, ...]

    @property
    def open(self) -> int:
        """The number of open orders."""
        return sum(sum(phases.values()) for phases in self.by_sto.values())


def dashboard(uow: UnitOfWork, by: Person, now: datetime, zone: str) -> Dashboard:
    """Return all figures of now. Raises `NotPermitted`."""
    by.must(Permission.VIEW_ALL)
    local = ZoneInfo(zone)
    today = now.astimezone(local).date()
    by_type: dict[str, Counter[Phase]] = {}
    by_sto: dict[str, Counter[Phase]] = {}
    for total in uow.order_queries.totals():
        by_type.setdefault(total.type, Counter())[total.phase] += total.count
        if total.phase in OPEN:
            by_sto.setdefault(total.sto, Counter())[total.phase] += total.count
    return Dashboard(
        by_type=dict(sorted(by_type.items())),
        by_sto={sto: by_sto[sto] for sto in sorted(by_sto, key=lambda sto: (-by_sto[sto].total(), sto))},
        today=_day(uow, today, local),
        yesterday=_day(uow, today - timedelta(days=1), local),
        ages=_ages(uow, now, sum(sum(phases.values()) for phases in by_sto.values())),
        with_helpdesk=_first(uow, OrderFilter(phases=OPEN, turn=Turn.HELPDESK), by, OLDEST),
        with_technicians=_first(uow, not_stuck(uow, now), by, OLDEST),
        stuck=_first(uow, stuck(uow, now), by, STUCK),
        stuck_count=uow.order_queries.count(stuck(uow, now), COUNTED),
        hours=_hours(uow, today, local),
    )


def _first(uow: UnitOfWork, which: OrderFilter, by: Person, limit: int) -> tuple[OrderRow, ...]:
    return list_orders(uow, which, by, sort=Sort.OLDEST, limit=limit)


def _ages(uow: UnitOfWork, now: datetime, every: int) -> Mapping[str, int]:
    """Count open orders by age; the oldest are the rest of all."""
    *young, oldest = AGES
    ages = {age: uow.order_queries.count(OrderFilter(phases=OPEN, received=age_span(age, now)), every) for age in young}
    return {**ages, oldest: every - sum(ages.values())}


def _day(uow: UnitOfWork, day: date, local: ZoneInfo) -> DayFigures:
    period = Period.of_day(day, local)
    received = _by_phase(uow, OrderFilter(received=period), local)
    finished = _by_phase(uow, OrderFilter(finished=period), local)
    return DayFigures(
        day=day,
        received=received.total(),
        open=sum(received[phase] for phase in OPEN),
        held_up=sum(received[phase] for phase in Stage.HELD_UP.phases),
        completed=sum(finished[phase] for phase in Stage.COMPLETED.phases),
    )


def _by_phase(uow: UnitOfWork, which: OrderFilter, local: ZoneInfo) -> Counter[Phase]:
    counts = uow.order_facts.counts(which, [Dimension.PHASE], local.key)
    return Counter({Phase(phase): count for (phase,), count in counts.items()})


def _hours(uow: UnitOfWork, day: date, local: ZoneInfo) -> tuple[HourFigures, ...]:
    period = Period.of_day(day, local)
    received = uow.order_facts.counts(OrderFilter(received=period), [Dimension.HOUR], local.key)
    finished = uow.order_facts.counts(
        OrderFilter(finished=period, phases=Stage.COMPLETED.phases), [Dimension.HOUR], local.key, TimeBasis.FINISHED
    )
    return tuple(
        HourFigures(
            hour=hour,
            received=received.get((f"{hour:02}",), 0),
            completed=finished.get((f"{hour:02}",), 0),
        )
        for hour in range(24)
    )
