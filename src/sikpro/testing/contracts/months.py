"""What closed months and targets promise, and that a recap is the same from every store."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from attrs import evolve

from sikpro.adapters.memory import MemoryTransactions
from sikpro.application.ports.day_notes import DayNote
from sikpro.application.ports.facts import Dimension, Interval, Spread, TimeBasis
from sikpro.application.ports.months import ClosedMonth, OpenedMonth
from sikpro.application.ports.queries import NOBODY, UNKNOWN, OrderFilter, Sort
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.application.ports.targets import Target
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_data import Recap
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.domain.errors import NotFound
from sikpro.domain.period import Period
from sikpro.domain.phase import Turn
from sikpro.domain.promise import PROMISE
from sikpro.testing.builders import COMPLETED, HELD_UP, NOON, a_person, after, an_sto, key_of, stored_order
from sikpro.testing.contracts.base import StoreSuite
from sikpro.testing.histories import ZONE, found, live, random_steps

TICK = timedelta(seconds=1)


def numbers(store: Transactions, which: OrderFilter) -> set[str]:
    rows = store.read(lambda unit: unit.order_queries.page(which, sort=Sort.OLDEST, after=None, limit=50))
    assert store.read(lambda unit: unit.order_facts.counts(which, (), ZONE)) == ({(): len(rows)} if rows else {})
    return {row.number for row in rows}


class MonthsContract(StoreSuite):
    """What closed months and targets promise, and that a recap is the same from every store."""

    def test_a_month_is_closed_once_and_for_good(self, store: Transactions) -> None:
        closed = ClosedMonth(
            month="2026-10", closed_at=NOON, closed_by=None, figures={"total": 5, "rows": [["SDA", 0.5]]}
        )

        assert store.write(lambda unit: unit.closed_months.add(closed))
        assert not store.write(lambda unit: unit.closed_months.add(evolve(closed, closed_at=after(1), figures={})))

        assert store.read(lambda unit: unit.closed_months.get("2026-10")) == closed
        assert store.read(lambda unit: unit.closed_months.get("2026-11")) is None
        assert store.read(lambda unit: unit.closed_months.names()) == {"2026-10"}

    def test_the_labels_of_a_closed_month_are_replaced_and_nothing_else(self, store: Transactions) -> None:
        closed = ClosedMonth(month="2026-10", closed_at=NOON, closed_by=None, figures={"label": "Budi", "total": 5})
        other = evolve(closed, closed_at=after(1), figures={"label": "#7", "total": 5})

        assert not store.write(lambda unit: unit.closed_months.relabel(other))
        store.write(lambda unit: unit.closed_months.add(closed))
        assert store.write(lambda unit: unit.closed_months.relabel(other))
        assert store.read(lambda unit: unit.closed_months.get("2026-10")) == evolve(closed, figures=other.figures)

    def test_a_closed_month_can_be_opened_and_closed_again(self, store: Transactions) -> None:
        closed = ClosedMonth(month="2026-10", closed_at=NOON, closed_by=None, figures={"total": 5})
        opened = OpenedMonth(month="2026-10", opened_at=after(1), opened_by=4, reason="impor")

        assert not store.write(lambda unit: unit.closed_months.open(opened))
        store.write(lambda unit: unit.closed_months.add(closed))
        assert store.write(lambda unit: unit.closed_months.open(opened))
        assert store.read(lambda unit: unit.closed_months.get("2026-10")) is None
        assert store.read(lambda unit: unit.closed_months.opened()) == {"2026-10": opened}

        assert store.write(lambda unit: unit.closed_months.add(evolve(closed, closed_at=after(2))))
        assert store.read(lambda unit: unit.closed_months.opened()) == {}

    def test_there_is_one_target_for_each_month_and_exchange(self, store: Transactions) -> None:
        first, second, later = (
            Target(month=month, sto=sto, target=10, working_days=25)
            for month, sto in (("2026-11", "SPJ"), ("2026-11", "SDA"), ("2026-12", "SDA"))
        )

        def work(unit: UnitOfWork) -> None:
            for target in (later, first, second, evolve(second, target=12, working_days=24)):
                unit.targets.put(target)
            unit.targets.drop("2026-11", "XXX")

        store.write(work)
        changed = evolve(second, target=12, working_days=24)
        assert store.read(lambda unit: unit.targets.of_month("2026-11")) == (changed, first)
        assert store.read(lambda unit: unit.targets.all()) == (changed, first, later)

        store.write(lambda unit: unit.targets.drop("2026-11", "SDA"))
        assert store.read(lambda unit: unit.targets.of_month("2026-11")) == (first,)

    def test_notes_are_kept_by_day_changed_and_dropped(self, store: Transactions) -> None:
        person = store.write(lambda unit: unit.people.add(a_person()))
        days = [date(2026, 11, day) for day in (12, 2, 30)]
        texts = ("pemadaman feeder SDA", "hujan deras", "migrasi")
        notes = [
            DayNote(day=day, text=text, sto="SDA" if text == texts[0] else "", by=person.id, at=NOON)
            for day, text in zip(days, texts, strict=True)
        ]
        twelfth, second, last = store.write(lambda unit: [unit.day_notes.add(note) for note in notes])
        assert evolve(twelfth, id=0) == notes[0]

        def between(first: int, until: int) -> tuple[DayNote, ...]:
            return store.read(lambda unit: unit.day_notes.between(date(2026, 11, first), date(2026, 11, until)))

        assert between(2, 30) == (second, twelfth, last)
        assert between(3, 29) == (twelfth,)
        moved = evolve(twelfth, day=date(2026, 11, 3), text="feeder pulih", sto="", site_operation="SO1")
        store.write(lambda unit: unit.day_notes.put(moved))
        assert store.read(lambda unit: unit.day_notes.get(moved.id)) == moved
        store.write(lambda unit: unit.day_notes.drop(second.id))
        assert between(1, 30) == (moved, last)
        for gone in (lambda unit: unit.day_notes.get(second.id), lambda unit: unit.day_notes.put(second)):
            with pytest.raises(NotFound):
                store.write(gone)

    def test_lists_and_counts_are_narrowed_by_how_orders_went(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> None:
            unit.catalogue.put_sto(an_sto("SDA", site_operation="SO1"))
            unit.catalogue.put_status(evolve(HELD_UP, code="odp", group="technical"))
            unit.catalogue.put_status(evolve(HELD_UP, code="odd", group=""))
            stored_order(unit, "SC10000001")
            held = stored_order(unit, "SC10000002", sto="SPJ", odp="ODP-SPJ-003")
            unit.orders.save(held.move_to(evolve(HELD_UP, code="odp"), 12, after(5)).order, key_of(held))
            odd = stored_order(unit, "SC10000003")
            odd = unit.orders.save(odd.move_to(evolve(HELD_UP, code="odd"), 12, after(5)).order, key_of(odd))
            odd = unit.orders.save(odd.move_to(COMPLETED, 12, NOON + PROMISE).order, key_of(odd))
            late = stored_order(unit, "SC10000004", received_at=after(60))
            unit.orders.save(late.move_to(COMPLETED, 12, after(60) + PROMISE + TICK).order, key_of(late))

        store.write(work)

        assert numbers(store, OrderFilter(helpdesk=NOBODY)) == {"SC10000001"}
        assert numbers(store, OrderFilter(site_operation=UNKNOWN)) == {"SC10000002"}
        assert numbers(store, OrderFilter(group="technical")) == {"SC10000002"}
        assert "SC10000002" not in numbers(store, OrderFilter(group=UNKNOWN))
        assert numbers(store, OrderFilter(acted=True)) == {"SC10000002", "SC10000003", "SC10000004"}
        assert numbers(store, OrderFilter(waited=Turn.TECHNICIAN)) == {"SC10000003"}
        assert numbers(store, OrderFilter(took_at_most=PROMISE)) == {"SC10000003"}
        assert numbers(store, OrderFilter(took_over=PROMISE)) == {"SC10000004"}
        first = Period(NOON + PROMISE, NOON + PROMISE + TICK)
        assert numbers(store, OrderFilter(due=first)) == {"SC10000001", "SC10000002", "SC10000003"}
        assert numbers(store, OrderFilter(due=first, in_time=True)) == {"SC10000003"}
        assert numbers(store, OrderFilter(due=first, in_time=False)) == {"SC10000001", "SC10000002"}
        assert numbers(store, OrderFilter(due=Period(first.end, after(60) + PROMISE))) == set()
        assert numbers(store, OrderFilter(due=Period(first.end, after(60) + PROMISE + TICK))) == {"SC10000004"}
        assert numbers(store, OrderFilter(in_time=False)) == {"SC10000001", "SC10000002", "SC10000004"}
        assert numbers(store, OrderFilter(changed_since=after(60))) == {"SC10000003", "SC10000004"}
        assert numbers(store, OrderFilter(changed_since=NOON + PROMISE + TICK)) == {"SC10000004"}
        assert numbers(store, OrderFilter(hour=(20, ZONE))) == {"SC10000004"}
        assert numbers(store, OrderFilter(finished_hour=(19, ZONE))) == {"SC10000003"}

    def test_spans_of_life_are_ranked_by_their_whole_seconds(self, store: Transactions) -> None:
        spans = [timedelta(seconds=n, microseconds=999_999 - n) for n in range(1, 11)]

        def work(unit: UnitOfWork) -> None:
            for place, span in enumerate(spans):
                received = NOON + timedelta(microseconds=999_600)
                order = stored_order(unit, f"SC1000{place:04}", received_at=received)
                order = order.move_to(HELD_UP, 12, received + span).order
                unit.orders.save(order.move_to(COMPLETED, 12, received + 3 * span).order, key_of(order))
            stored_order(unit, "SC20000001")

        store.write(work)

        def spread(interval: Interval) -> Spread:
            return store.read(lambda unit: unit.order_facts.spreads(OrderFilter(), [interval])[interval])

        def seconds(*numbers: int) -> Spread:
            return Spread(count=10, median=timedelta(seconds=numbers[0]), p90=timedelta(seconds=numbers[1]))

        assert spread(Interval.FIRST_ACTION) == seconds(6, 10)
        assert spread(Interval.HANDLING) == seconds(12, 20)
        assert spread(Interval.TECHNICIAN) == seconds(11, 19)
        assert spread(Interval.CUSTOMER) == Spread()

    def test_spans_are_ranked_day_by_day_of_the_end(self, store: Transactions) -> None:
        waits = [timedelta(minutes=minutes) for minutes in (4, 1, 3, 2, 9)]

        def work(unit: UnitOfWork) -> None:
            for place, wait in enumerate(waits):
                order = stored_order(unit, f"SC1000{place:04}")
                order = order.move_to(HELD_UP, 12, after(1)).order
                order = order.move_to(COMPLETED, 12, after(1) + wait + timedelta(days=int(place == 4))).order
                unit.orders.save(order, key_of(order))
            unfinished = stored_order(unit, "SC20000001")
            unit.orders.save(unfinished.move_to(HELD_UP, 12, after(1)).order, key_of(unfinished))

        store.write(work)

        def daily(interval: Interval) -> Mapping[str, Spread]:
            return store.read(lambda unit: unit.order_facts.daily_spreads(OrderFilter(), [interval], ZONE)[interval])

        late = timedelta(days=1, minutes=9)
        assert daily(Interval.TECHNICIAN) == {
            "2026-11-02": Spread(count=4, median=timedelta(minutes=2), p90=timedelta(minutes=4)),
            "2026-11-03": Spread(count=1, median=late, p90=late),
        }
        assert daily(Interval.CUSTOMER) == {}

    def test_hours_and_days_are_those_of_the_end_when_that_is_what_counts(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> None:
            order = stored_order(unit)
            unit.orders.save(order.move_to(COMPLETED, 12, after(6 * 60)).order, key_of(order))

        store.write(work)
        by = (Dimension.DAY, Dimension.HOUR)
        counts = store.read(lambda unit: unit.order_facts.counts(OrderFilter(), by, ZONE, TimeBasis.FINISHED))
        assert counts == {("2026-11-03", "01"): 1}

    def test_a_recap_is_the_same_from_every_store(self, store: Transactions) -> None:
        memory, steps = MemoryTransactions(), random_steps(5, 170)

        def answers(one: Transactions) -> list[Recap]:
            people = found(one)
            now = live(one, people, steps)
            questions = ("2026-12", "2027-01", "2026-12-31_2027-01-31")
            filters: list[dict[str, str]] = [{}, {"sto": "TUN"}, {"helpdesk": "-"}, {"site_operation": "-"}]
            query = [RecapQuery.parse(text, given) for text in questions for given in filters]
            return one.read(lambda unit: [recap(unit, each, people.supervisor, now, ZONE) for each in query])

        expected = answers(memory)
        assert sum(one.completed for one in expected) > 10
        assert answers(store) == expected
