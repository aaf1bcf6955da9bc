"""The figures of the wall: what waits, who works, and the pace of the day. No order and no customer is named."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from sikpro.application.ports.facts import Dimension, TimeBasis
from sikpro.application.ports.queries import OrderFilter, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.counting import Counting
from sikpro.application.reports.course import Course, course
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.application.use_cases.orders.list_orders import past_limits
from sikpro.domain.period import Period
from sikpro.domain.phase import OPEN, Stage, Turn

MOST_STOS = 8
MOST_HELPDESKS = 7


@frozen(kw_only=True)
class WaitingAt:
    """The orders of one STO that wait for the helpdesk; `overdue` of them are past a limit."""

    sto: str
    waiting: int
    overdue: int


@frozen(kw_only=True)
class AtWork:
    """A helpdesk of today: the orders in hand and those completed."""

    name: str
    held: int
    completed: int


@frozen(kw_only=True)
class Wall:
    """What the wall shows. `oldest` is the age of the order that waits longest, None when none waits."""

    waiting: int
    oldest: timedelta | None
    overdue: int
    stos: Sequence[WaitingAt]
    received: Course
    completed: Course
    helpdesks: Sequence[AtWork]


def wall(uow: UnitOfWork, site_operation: str, now: datetime, zone: str) -> Wall:
    """Return the figures of all orders, or of one Site Operation."""
    local = ZoneInfo(zone)
    todo = OrderFilter(phases=OPEN, turn=Turn.HELPDESK, site_operation=site_operation)
    late = evolve(todo, overdue=past_limits(uow, now, zone))
    by_sto, late_by_sto = (
        {sto: count for (sto,), count in uow.order_facts.counts(which, (Dimension.STO,), zone).items()}
        for which in (todo, late)
    )
    oldest = uow.order_queries.page(todo, sort=Sort.OLDEST, after=None, limit=1)
    filters = {"site_operation": site_operation} if site_operation else {}
    counting = Counting(uow, evolve(RecapQuery.day(now.astimezone(local).date()), filters=filters), None, now, zone)
    return Wall(
        waiting=sum(by_sto.values()),
        oldest=now - oldest[0].received_at if oldest else None,
        overdue=sum(late_by_sto.values()),
        stos=[
            WaitingAt(sto=sto, waiting=count, overdue=late_by_sto.get(sto, 0))
            for sto, count in sorted(by_sto.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_STOS]
        ],
        received=course(counting, TimeBasis.RECEIVED),
        completed=course(counting, TimeBasis.FINISHED),
        helpdesks=_at_work(uow, site_operation, now, local),
    )


def _at_work(uow: UnitOfWork, site_operation: str, now: datetime, zone: ZoneInfo) -> list[AtWork]:
    """Return who has orders now or has completed some today, the most first."""
    held = OrderFilter(phases=Stage.IN_PROGRESS.phases, site_operation=site_operation)
    today = Period.of_day(now.astimezone(zone).date(), zone)
    done = OrderFilter(phases=Stage.COMPLETED.phases, finished=today, site_operation=site_operation)

    def by_helpdesk(which: OrderFilter) -> Counter[str]:
        found = uow.order_facts.counts(which, (Dimension.HELPDESK,), zone.key)
        return Counter({person: count for (person,), count in found.items()})

    in_hand, completed = by_helpdesk(held), by_helpdesk(done)
    names = {str(person.id): person.name for person in uow.people.all()}
    found = [
        AtWork(name=names[person], held=in_hand[person], completed=completed[person])
        for person in in_hand.keys() | completed.keys()
        if person in names
    ]
    return sorted(found, key=lambda one: (-one.completed, -one.held, one.name))[:MOST_HELPDESKS]
