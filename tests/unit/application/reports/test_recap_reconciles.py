"""Every figure of a recap is that of a slow and obvious count, and its link opens as many orders."""

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from sikpro.adapters.memory import MemoryTransactions
from sikpro.adapters.web.orders.order_listing import Listing
from sikpro.adapters.web.recaps.recap_links import RecapLinks
from sikpro.application.i18n import words_in
from sikpro.application.ports.facts import Dimension, Interval, Spread
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.counting import COMPLY
from sikpro.application.reports.figures import FIGURES, Kind, counts
from sikpro.application.reports.order_rows import order_header, order_rows
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_data import Promise, Recap
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.domain.people import Person
from sikpro.domain.phase import Phase, Turn
from sikpro.testing.histories import (
    OFTEN,
    SPANS,
    STEPS,
    STOS,
    TECHNICIANS,
    WIB,
    ZONE,
    OrderStory,
    People,
    Step,
    found,
    live,
    tell,
)

steps = st.lists(
    st.builds(
        Step,
        kind=st.sampled_from([*OFTEN, *STEPS]),
        order=st.integers(1, 8),
        who=st.integers(0, 2),
        how=st.integers(0, 23),
        wait=st.sampled_from(SPANS),
        midnight=st.sampled_from([None, None, None, timedelta(), timedelta(microseconds=-1)]),
    ),
    min_size=15,
    max_size=60,
)
FILTERS: tuple[dict[str, str], ...] = (
    *({}, {}, {"sto": "SDA"}, {"type": "MO"}, {"technician": TECHNICIANS[1]}, {"helpdesk": "1"}),
    *({"helpdesk": "-"}, {"site_operation": "-"}, {"site_operation": "SPJ"}, {"channel": "web"}),
)
PERIODS = ("2026-12", "2027-01", "2026-12-30", "2026-12-31", "2027-01-01", "2026-12-31_2027-01-02")


@frozen
class Slow:
    """The orders of a question, one by one."""

    orders: Sequence[OrderStory]
    first: date
    last: date
    until: datetime | None = None

    def within(self, moment: datetime | None) -> bool:
        """Whether a moment is in the period, and before the time until which it is compared."""
        if moment is None or (self.until and moment >= self.until):
            return False
        return self.first <= moment.astimezone(WIB).date() <= self.last

    @property
    def received(self) -> list[OrderStory]:
        return [one for one in self.orders if self.within(one.received)]

    def due(self, now: datetime) -> list[OrderStory]:
        """Those whose 72 hours ended in the period and are over, cancelled ones apart."""
        ends = [(one.received + timedelta(hours=72), one) for one in self.orders if one.phase is not Phase.CANCELLED]
        return [one for end, one in ends if self.within(end) and end < now]

    def ended(self, phase: Phase) -> list[OrderStory]:
        return [one for one in self.orders if one.phase is phase and self.within(one.finished)]


def slow(told: Sequence[OrderStory], query: RecapQuery, own: int | None, until: datetime | None = None) -> Slow:
    given_ = query.filters
    belongs = dict(zip(STOS, ("SDA", "SPJ", ""), strict=True))
    orders = [
        one
        for one in told
        if not one.deleted
        and given_.get("type", one.order.data.type) == one.order.data.type
        and given_.get("sto", one.order.data.sto.value) == one.order.data.sto.value
        and given_.get("technician", one.order.data.technician.value) == one.order.data.technician.value
        and given_.get("channel", one.order.channel.value) == one.order.channel.value
        and given_.get("site_operation", belongs[one.order.data.sto.value] or "-")
        == (belongs[one.order.data.sto.value] or "-")
        and given_.get("helpdesk", str(one.helpdesk or "-")) == str(one.helpdesk or "-")
        and own in {None, one.helpdesk}
    ]
    return Slow(orders, query.first, query.last, until)


VALUES: dict[Dimension, Callable[[OrderStory], str]] = {
    Dimension.TYPE: lambda one: one.order.data.type,
    Dimension.STO: lambda one: one.order.data.sto.value,
    Dimension.SITE_OPERATION: lambda one: {"SDA": "SDA", "SPJ": "SPJ", "TUN": ""}[one.order.data.sto.value],
    Dimension.TECHNICIAN: lambda one: one.order.data.technician.value,
    Dimension.HELPDESK: lambda one: str(one.helpdesk or ""),
    Dimension.CHANNEL: lambda one: one.order.channel.value,
}


def hour_and_day(moment: datetime | None, dimension: Dimension) -> str:
    assert moment
    local = moment.astimezone(WIB)
    return f"{local:%H}" if dimension is Dimension.HOUR else local.date().isoformat()


def whole(start: datetime, end: datetime) -> timedelta:
    """The time between the whole seconds of two times, as an export has them."""
    return end.replace(microsecond=0) - start.replace(microsecond=0)


def seconds(span: timedelta) -> timedelta:
    return timedelta(seconds=span // timedelta(seconds=1))


def spread(spans: Sequence[timedelta]) -> Spread:
    """Nearest rank: the smallest span that so many percent of all do not exceed."""
    if not spans:
        return Spread()
    ranked = [
        next(span for span in sorted(spans) if sum(other <= span for other in spans) * 100 >= part * len(spans))
        for part in (50, 90)
    ]
    return Spread(count=len(spans), median=ranked[0], p90=ranked[1])


def in_time(one: OrderStory) -> bool:
    return (
        one.phase is Phase.COMPLETED
        and one.finished is not None
        and whole(one.received, one.finished) <= timedelta(hours=72)
    )


def promise_of(orders: Sequence[OrderStory]) -> Promise:
    kept = sum(map(in_time, orders))
    return Promise(within=kept, late=len(orders) - kept)


def check_figures(shown: Recap, told: Slow, now: datetime) -> None:
    received, completed = told.received, told.ended(Phase.COMPLETED)
    assert shown.received == {phase: sum(one.phase is phase for one in received) for phase in Phase}
    assert (shown.completed, shown.cancelled) == (len(completed), len(told.ended(Phase.CANCELLED)))
    still_open = [now - one.received for one in told.orders if one.phase.live]
    hours = [0, 1, 4, 24, 72, 10**6]
    assert shown.open_now == len(still_open)
    assert list(shown.ages.values()) == [
        sum(timedelta(hours=low) <= age < timedelta(hours=high) for age in still_open)
        for low, high in itertools.pairwise(hours)
    ]
    took = [whole(one.received, one.finished) for one in completed if one.finished]
    assert shown.promise.within == sum(span <= timedelta(hours=72) for span in took)
    assert shown.promise.late == sum(span > timedelta(hours=72) for span in took)
    assert shown.due == promise_of(told.due(now))
    assert shown.times[Interval.FIRST_ACTION] == spread(
        [whole(one.received, one.acted) for one in received if one.acted]
    )
    assert shown.times[Interval.HANDLING] == spread(
        [whole(one.acted, one.finished) for one in completed if one.finished and one.acted]
    )
    for interval, turn in zip(list(Interval)[2:], list(Turn), strict=False):
        assert shown.times[interval] == spread([seconds(one.spent[turn]) for one in completed if turn in one.spent])
    held_up = Counter(one.status for one in received if one.phase is Phase.HELD_UP)
    assert {reason.status: reason.count for reason in shown.reasons} == held_up
    assert sum(group.count for group in shown.groups) == held_up.total()
    if shown.reasons:
        assert shown.reasons[-1].cumulative == pytest.approx(1)


def check_tables(shown: Recap, told: Slow, now: datetime) -> None:
    completed, due = told.ended(Phase.COMPLETED), told.due(now)
    for table in shown.tables:
        dimension, value = table.dimension, VALUES.get(table.dimension)
        came = Counter(
            (value(one) if value else hour_and_day(one.received, dimension), one.phase) for one in told.received
        )
        done = Counter(value(one) if value else hour_and_day(one.finished, dimension) for one in completed)
        assert {(row.value, phase): n for row in table.rows for phase, n in row.by_phase.items() if n} == came
        assert {row.value: row.completed for row in table.rows if row.completed} == done
        if dimension in COMPLY:
            assert value
            fell = {row.value: row.due for row in table.rows if row.due and row.due.all}
            assert fell == {one: promise_of([other for other in due if value(other) == one]) for one in map(value, due)}
        assert sum(row.total for row in table.rows) == shown.total
        assert sum(row.completed for row in table.rows) == shown.completed


def check_orders(uow: UnitOfWork, shown: Recap, by: Person, now: datetime) -> None:
    """A pivot of the exported orders gives the recap's figures; each order is there once."""
    words = words_in("id", ZONE)
    rows = [dict(zip(order_header(words), row, strict=True)) for row in order_rows(uow, shown.query, by, words, now)]
    assert [row["Diterima"] for row in rows] == sorted(row["Diterima"] for row in rows)  # type: ignore[type-var]  # times

    def pivot(value: str, *by: str) -> Counter[tuple[object, ...]]:
        found = Counter[tuple[object, ...]]()
        for row in rows:
            amount = row[value]
            assert amount is None or isinstance(amount, int)
            found[tuple(row[name] for name in by)] += amount or 0
        return +found

    assert pivot("Masuk dalam periode", "Fase") == Counter(
        {(words(f"phase.{phase}"),): count for phase, count in shown.received.items() if count}
    )
    assert pivot("Selesai dalam periode")[()] == shown.completed
    assert pivot("Batal dalam periode")[()] == shown.cancelled
    assert shown.due is not None
    assert pivot("Jatuh tempo dalam periode")[()] == shown.due.all
    assert pivot("Comply")[()] == shown.due.within
    hours = [row["TTI (jam)"] for row in rows if row["Selesai dalam periode"]]
    assert sum(isinstance(one, float) and one <= 72 for one in hours) == shown.promise.within
    ages = Counter(row["Umur"] for row in rows if row["Umur"])
    assert ages == {words(f"recap.age.{age}"): count for age, count in shown.ages.items() if count}
    for dimension, heading in ((Dimension.STO, "STO"), (Dimension.TYPE, "Tipe order")):
        table = shown.table(dimension)
        assert table
        for value, of in (("Masuk dalam periode", "total"), ("Selesai dalam periode", "completed")):
            assert pivot(value, heading) == Counter(
                {(row.value,): getattr(row, of) for row in table.rows if getattr(row, of)}
            )
        assert pivot("Comply", heading) == {
            (row.value,): row.due.within for row in table.rows if row.due and row.due.within
        }


def check_links(uow: UnitOfWork, shown: Recap, by: Person, own: int | None, now: datetime) -> None:
    links = RecapLinks(shown.query, own)

    def opens(address: str) -> int:
        listing = Listing.of(dict(parse_qsl(address.partition("?")[2])), by)
        return uow.order_queries.count(listing.which(by, now, WIB, ()), 10**6)

    for figure, count in counts(shown):
        if links.figure(figure).startswith("/orders"):
            assert opens(links.figure(figure)) == count, figure.code
    for interval, spans in shown.times.items():
        assert opens(links.interval(interval)) == spans.count, interval
    for table in shown.tables:
        for row in table.rows:
            for phase, count in row.by_phase.items():
                assert opens(links.row(table.dimension, row.value, phase)) == count
            assert opens(links.row(table.dimension, row.value)) == row.total
            assert opens(links.row_completed(table.dimension, row.value)) == row.completed
            if row.due:
                assert opens(links.row_due(table.dimension, row.value)) == row.due.all
                assert opens(links.row_due(table.dimension, row.value, "yes")) == row.due.within
    for reason in shown.reasons:
        assert opens(links.reason(reason.status)) == reason.count
    for group in shown.groups:
        assert opens(links.group(group.group)) == group.count


def compare(uow: UnitOfWork, people: People, query: RecapQuery, own: Person | None, now: datetime) -> None:
    by = own or people.supervisor
    helpdesk = own.id if own else None
    shown = recap(uow, query, by, now, ZONE)
    told = tell(uow)
    check_figures(shown, slow(told, query, helpdesk), now)
    check_tables(shown, slow(told, query, helpdesk), now)
    check_links(uow, shown, by, helpdesk, now)
    check_orders(uow, shown, by, now)
    assert query.previous
    until = same_time(query, now)
    before = slow(told, query.previous, helpdesk, until)
    assert shown.before
    assert shown.before.until == (until if until and until < query.previous.period(WIB).end else None)
    assert shown.before.received == len(before.received)
    assert shown.before.completed == len(before.ended(Phase.COMPLETED))
    assert shown.before.due == promise_of(before.due(now))


def same_time(query: RecapQuery, now: datetime) -> datetime | None:
    """While the period runs: as long after the start of the period before (WIB has no summer time)."""
    assert query.previous
    period = query.period(WIB)
    return query.previous.period(WIB).start + (now - period.start) if period.start <= now < period.end else None


@given(steps, st.sampled_from(PERIODS), st.sampled_from(FILTERS), st.sampled_from([None, None, 0]))
@settings(max_examples=60)
def test_every_figure_is_that_of_a_slow_count_and_its_link_opens_as_many_orders(
    history: list[Step], period: str, filters: dict[str, str], own: int | None
) -> None:
    store = MemoryTransactions()
    people = found(store)
    now = live(store, people, history)
    helpdesk = None if own is None else people.workers[own]
    given_ = {} if helpdesk and "helpdesk" in filters else filters
    store.read(lambda uow: compare(uow, people, RecapQuery.parse(period, given_), helpdesk, now))


def test_what_is_shown_is_defined_once() -> None:
    assert len({figure.code for figure in FIGURES}) == len(FIGURES)
    assert {figure.kind for figure in FIGURES} == set(Kind)
