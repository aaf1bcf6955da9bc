"""The looks through a list have together what one read without bounds has: each order once, in order."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sikpro.application.ports.queries import Key, OrderFilter, OrderRow, PastLimit, Sort
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.application.use_cases.orders.list_orders import count_look, look_through
from sikpro.domain.people import Person, Role
from sikpro.domain.period import Period
from sikpro.domain.phase import OPEN, Phase, Stage, Turn
from sikpro.testing.builders import after, stored_order
from sikpro.testing.contracts.base import ShortLooks

ADMIN = Person(id=1, name="Sari", username="sari", role=Role.ADMIN)


MANY = 24


ZONE = "Asia/Jakarta"


_SPAN = Period(after(7), after(42))


CHOICES: dict[str, tuple[Any, ...]] = {
    "phases": (OPEN, Stage.COMPLETED.phases),
    "status": ("selesai", "menunggu"),
    "type": ("AO", "MO"),
    "sto": ("SDA", "TUN"),
    "turn": (Turn.HELPDESK,),
    "text": ("zteg", "sc10000003", "sc1000001"),
    "received": (_SPAN,),
    "finished": (_SPAN, Period(after(0), after(400))),
    "overdue": ((PastLimit("AO", after(40), after(30)),),),
    "newer_than": (4,),
    "serial": ("ZTEG00000001",),
    "maker": ("ZTEG",),
    "odp": ("ODP-SDA-003",),
    "hour": ((12, ZONE), (13, ZONE), (19, ZONE)),
    "took_at_most": (timedelta(minutes=1),),
    "due": (Period(after(72 * 60), after(72 * 60 + 30)),),
    "stos": (frozenset({"TUN"}),),
    "deleted": (True,),
}


def filters() -> st.SearchStrategy[OrderFilter]:
    some = st.lists(st.sampled_from(sorted(CHOICES)), max_size=3, unique=True)
    return some.flatmap(
        lambda names: st.builds(OrderFilter, **{name: st.sampled_from(CHOICES[name]) for name in names})
    )


def walked(uow: UnitOfWork, which: OrderFilter, sort: Sort, limit: int, start: Key | None) -> Iterator[OrderRow]:
    """All rows, look for look, as a person finds them who always asks for more."""
    after = start
    for _ in range(10 * MANY):
        looked = look_through(uow, which, ADMIN, sort=sort, after=after, limit=limit)
        yield from looked.rows
        if len(looked.rows) < limit and looked.edge is None:
            return
        after = looked.edge or looked.rows[-1].key_in(sort)
    pytest.fail("the looks never end")


DAYS = 12


def fill_days(store: Transactions, *, mixed: bool) -> Transactions:
    """Four orders a day, the oldest with codes of their own; entered late, in another order of days, if `mixed`."""

    def work(unit: UnitOfWork) -> None:
        for place in range(4 * DAYS):
            day = place * 7 % DAYS if mixed else place // 4
            old = day < 3
            stored_order(
                unit,
                f"SC{(30_000_000 if old else 40_000_000) + place}",
                received_at=after(day * 24 * 60 + place),
                sto="TUN" if old else "SDA",
                technician="F5SDA001" if old else "F5SDA445",
                serial=f"{'HWTC' if old else 'ZTEG'}{place:08}",
            )

    store.write(work)
    return store


FAR = (
    OrderFilter(text="sc300"),
    OrderFilter(text="hwtc"),
    OrderFilter(sto="TUN"),
    OrderFilter(technician="F5SDA001"),
    OrderFilter(stos=frozenset({"TUN"})),
    OrderFilter(sto="TUN", text="sc3"),
)


class LooksContract(ShortLooks):
    """The looks through a list have together what one read without bounds has: each order once, in order."""

    @pytest.fixture
    def listed(self, store: Transactions, short_looks: None) -> Transactions:
        """Orders of two places and three modems, several at the very same moment, some ended and some deleted."""

        def work(unit: UnitOfWork) -> None:
            for place in range(MANY):
                # Ids are not in the order of receipt: orders are entered late.
                received = after(place * 5 % MANY // 3 * 7)
                order = stored_order(
                    unit,
                    f"SC{10_000_000 + place * 7 % MANY}",
                    received_at=received,
                    sto=("SDA", "TUN")[place % 5 // 3],
                    serial=f"ZTEG{place % 3:08}",
                )
                ended = place % 2 == 0
                changed = evolve(
                    order,
                    phase=Phase.COMPLETED if ended else Phase.WAITING,
                    status="selesai" if ended else "menunggu",
                    clock=evolve(order.clock, turn=Turn.NOBODY if ended else Turn.HELPDESK),
                    finished_at=received + timedelta(minutes=place % 4) if ended else None,
                    deleted_at=after(500) if place % 6 == 5 else None,
                )
                unit.orders.save(changed, None)

        store.write(work)
        return store

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(which=filters(), sort=st.sampled_from(Sort), limit=st.integers(1, 5), begin=st.none() | st.integers(0, MANY))
    @example(which=OrderFilter(phases=OPEN, text="zteg"), sort=Sort.NUMBER, limit=2, begin=None)
    @example(which=OrderFilter(phases=OPEN, text="zteg"), sort=Sort.STO_DOWN, limit=2, begin=None)
    @example(which=OrderFilter(type="AO"), sort=Sort.NEWEST, limit=2, begin=None)
    def test_all_looks_together_are_one_read(
        self, listed: Transactions, which: OrderFilter, sort: Sort, limit: int, begin: int | None
    ) -> None:
        if sort.column and not which.open_only:
            sort = Sort.NEWEST

        def work(uow: UnitOfWork) -> None:
            whole = uow.order_queries.page(which, sort=sort, after=None, limit=MANY)
            start = whole[begin].key_in(sort) if begin is not None and begin < len(whole) else None
            expected = [row.id for row in whole[begin + 1 if start and begin is not None else 0 :]]
            found = walked(uow, which, sort, limit, start)

            assert [row.id for row in itertools.islice(found, 2 * MANY)] == expected

        listed.read(work)

    @pytest.fixture
    def of_many_days(self, store: Transactions, short_looks: None) -> Transactions:
        """Orders of many days as they come in."""
        return fill_days(store, mixed=False)

    @pytest.fixture
    def of_mixed_days(self, store: Transactions, short_looks: None) -> Transactions:
        """Orders of many days, most of them entered late."""
        return fill_days(store, mixed=True)

    @pytest.mark.parametrize("which", FAR, ids=lambda which: f"{which.text} {which.sto}{which.technician}")
    def test_a_look_goes_where_the_orders_are(
        self, of_many_days: Transactions, which: OrderFilter, request: pytest.FixtureRequest
    ) -> None:
        if which.text and not which.codes and "postgres" in request.node.name:
            which = evolve(which, sto="TUN")  # its index of texts finds all or none: a frequent text is walked along

        def work(uow: UnitOfWork) -> None:
            looked = look_through(uow, which, ADMIN, sort=Sort.NEWEST, limit=MANY)
            count, _ = count_look(uow, which, ADMIN, sort=Sort.NEWEST, cap=MANY)

            assert looked.rows
            assert {row.sto for row in looked.rows} == {"TUN"}
            assert count == len(looked.rows)

        of_many_days.read(work)

    @pytest.mark.parametrize("which", [OrderFilter(type="PDA"), OrderFilter(sto="GDS"), OrderFilter(group="none")])
    def test_a_list_that_no_order_is_of_ends_with_its_first_look(
        self, of_many_days: Transactions, which: OrderFilter
    ) -> None:
        def work(uow: UnitOfWork) -> None:
            assert look_through(uow, which, ADMIN, sort=Sort.NEWEST, limit=5).edge is None
            assert count_look(uow, which, ADMIN, sort=Sort.NEWEST, cap=5) == (0, True)

        of_many_days.read(work)

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        which=st.sampled_from([*FAR, OrderFilter(text="zteg", sto="TUN"), OrderFilter(maker="HWTC"), OrderFilter()]),
        sort=st.sampled_from((Sort.NEWEST, Sort.OLDEST)),
        limit=st.integers(1, 5),
        begin=st.integers(0, 12),
        phases=st.sampled_from((frozenset[Phase](), OPEN)),
    )
    def test_looks_that_leap_lose_no_order(
        self,
        of_mixed_days: Transactions,
        which: OrderFilter,
        sort: Sort,
        limit: int,
        begin: int,
        phases: frozenset[Phase],
    ) -> None:
        which = evolve(which, phases=phases)

        def work(uow: UnitOfWork) -> None:
            whole = uow.order_queries.page(which, sort=sort, after=None, limit=4 * DAYS)
            start = whole[begin].key if begin < len(whole) else None
            expected = [row.id for row in whole[begin + 1 if start else 0 :]]

            assert [row.id for row in walked(uow, which, sort, limit, start)] == expected

        of_mixed_days.read(work)

    def test_an_order_whose_receipt_is_corrected_is_found_on_its_new_day(self, of_many_days: Transactions) -> None:
        def correct(unit: UnitOfWork) -> None:
            (order,) = unit.orders.find("SC40000013")
            unit.orders.save(evolve(order, received_at=after(-9 * 24 * 60)), None)

        of_many_days.write(correct)

        def work(uow: UnitOfWork) -> None:
            found = list(walked(uow, OrderFilter(maker="ZTEG", text="zteg"), Sort.NEWEST, 5, None))
            assert found[-1].number == "SC40000013"

        of_many_days.read(work)

    @pytest.mark.usefixtures("short_looks")
    def test_a_count_that_saw_all_orders_that_ended_in_a_month_says_so(self, store: Transactions) -> None:
        def fill(unit: UnitOfWork) -> None:
            for place in range(3):
                order = stored_order(
                    unit, f"SC{20_000_000 + place}", received_at=after(place), serial=f"ZTEG{place:08}"
                )
                clock = evolve(order.clock, turn=Turn.NOBODY)
                done = evolve(order, phase=Phase.COMPLETED, status="selesai", clock=clock, finished_at=after(place + 5))
                unit.orders.save(done, None)

        store.write(fill)
        span = Period(after(-60), after(60))
        which = OrderFilter(received=span, finished=span)

        def read(unit: UnitOfWork) -> tuple[int, Key | None, tuple[int, bool]]:
            looked = look_through(unit, which, ADMIN, sort=Sort.NEWEST, limit=50)
            return len(looked.rows), looked.edge, count_look(unit, which, ADMIN, sort=Sort.NEWEST, cap=1000)

        assert store.read(read) == (3, None, (3, True))
