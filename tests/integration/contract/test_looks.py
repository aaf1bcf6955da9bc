"""The looks through a list have together what one read without bounds has: each order once, in order."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sikpro.adapters.memory import queries as memory_queries
from sikpro.adapters.sql import looking, search
from sikpro.application.ports import queries
from sikpro.application.ports.queries import Key, OrderFilter, OrderRow, PastLimit, Sort
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.application.use_cases.orders.list_orders import look_through
from sikpro.domain.people import Person, Role
from sikpro.domain.period import Period
from sikpro.domain.phase import OPEN, Phase, Stage, Turn
from tests.builders import after, stored_order

ADMIN = Person(id=1, name="Sari", username="sari", role=Role.ADMIN)
MANY = 24
ZONE = "Asia/Jakarta"


@pytest.fixture(autouse=True)
def short_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a look end after a few orders."""
    for module, name, value in (
        (queries, "LOOKED_AT", 3),
        (queries, "LOOKED_AT_IN_SPAN", 4),
        (looking, "LOOKED_AT_IN_SPAN", 4),
        (memory_queries, "LOOKED_AT_IN_SPAN", 4),
        (looking, "LOOKED_UP", 2),
        (memory_queries, "LOOKED_UP", 2),
        (looking, "BROAD", 3),
        (memory_queries, "BROAD", 3),
        (search, "BROAD", 3),
    ):
        monkeypatch.setattr(module, name, value)


@pytest.fixture
def filled(store: Transactions) -> Transactions:
    """Orders of two places and three modems, several at the very same moment, some ended and some deleted."""

    def work(unit: UnitOfWork) -> None:
        for place in range(MANY):
            received = after(place // 3 * 7)
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


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(which=filters(), sort=st.sampled_from(Sort), limit=st.integers(1, 5), begin=st.none() | st.integers(0, MANY))
@example(which=OrderFilter(phases=OPEN, text="zteg"), sort=Sort.NUMBER, limit=2, begin=None)
@example(which=OrderFilter(phases=OPEN, text="zteg"), sort=Sort.STO_DOWN, limit=2, begin=None)
@example(which=OrderFilter(type="AO"), sort=Sort.NEWEST, limit=2, begin=None)
def test_all_looks_together_are_one_read(
    filled: Transactions, which: OrderFilter, sort: Sort, limit: int, begin: int | None
) -> None:
    if sort.column and not which.open_only:
        sort = Sort.NEWEST

    def work(uow: UnitOfWork) -> None:
        whole = uow.order_queries.page(which, sort=sort, after=None, limit=MANY)
        start = whole[begin].key_in(sort) if begin is not None and begin < len(whole) else None
        expected = [row.id for row in whole[begin + 1 if start and begin is not None else 0 :]]
        found = walked(uow, which, sort, limit, start)

        assert [row.id for row in itertools.islice(found, 2 * MANY)] == expected

    filled.read(work)
