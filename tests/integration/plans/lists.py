"""Every list of orders: all filters alone and in pairs, views and sorts, searches, anomalies, what the chat asks."""

import itertools
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from attrs import evolve

from sikpro.adapters.web.orders.order_listing import VIEWS, Listing
from sikpro.adapters.web.orders.queue_view import read_queue
from sikpro.application.i18n import words_in
from sikpro.application.ports.queries import UNKNOWN, Key, OrderFilter, PastLimit, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.devices.anomalies import Anomaly, list_anomalies
from sikpro.application.use_cases.orders.ask_technicians import not_stuck, stuck_orders
from sikpro.application.use_cases.orders.list_orders import (
    PACE,
    count_look,
    find_orders,
    look_through,
    related_orders,
)
from sikpro.domain.people import Person, Role
from sikpro.domain.period import Period
from sikpro.domain.phase import OPEN, Stage, Turn
from sikpro.testing.builders import NOON, after

ZONE = "Asia/Jakarta"
ADMIN = Person(id=1, name="Sari", username="sari", role=Role.ADMIN)
HERE = Key(after(3), 3)

_SPAN = Period(after(-60), after(60))

SAMPLES: Mapping[str, tuple[Any, ...]] = {
    "phases": (OPEN, Stage.HELD_UP.phases, Stage.COMPLETED.phases, Stage.CANCELLED.phases),
    "status": ("selesai",),
    "type": ("AO",),
    "sto": ("SDA",),
    "site_operation": ("SDA", UNKNOWN),
    "technician": ("F5SDA445",),
    "holder": (2,),
    "helpdesk": (2, 0),
    "channel": ("telegram",),
    "turn": (Turn.HELPDESK, Turn.TECHNICIAN),
    "turn_began": (_SPAN,),
    "text": ("SC3000", "q", "budi"),
    "received": (_SPAN,),
    "finished": (_SPAN,),
    "overdue": ((PastLimit("AO", after(5), after(1)),),),
    "newer_than": (3,),
    "serial": ("ZTEG00000001",),
    "maker": ("ZTEG",),
    "odp": ("ODP-SDA-003",),
    "group": ("jaringan", UNKNOWN),
    "hour": ((13, ZONE),),
    "finished_hour": ((13, ZONE),),
    "acted": (True,),
    "waited": (Turn.CUSTOMER,),
    "took_at_most": (timedelta(hours=72),),
    "took_over": (timedelta(hours=72),),
    "due": (_SPAN,),
    "in_time": (True, False),
    "changed_since": (after(1),),
    "stos": (frozenset({"SDA", "TUN"}),),
    "types": (frozenset({"AO", "MO"}),),
    "deleted": (True,),
}
"""Values of each filter: of a new one this must say some."""


def singles() -> Iterator[OrderFilter]:
    """Each filter alone, with each of its values."""
    yield OrderFilter()
    for name, values in SAMPLES.items():
        for value in values:
            yield OrderFilter(**{name: value})


def pairs() -> Iterator[OrderFilter]:
    """Each filter beside each other one."""
    for (name, values), (other, others) in itertools.combinations(SAMPLES.items(), 2):
        yield OrderFilter(**{name: values[0], other: others[0]})


def look_at(uow: UnitOfWork, which: OrderFilter, sorts: tuple[Sort, ...] = (Sort.OLDEST, Sort.NEWEST)) -> None:
    """Ask what a page of a list asks: its first and a later page, and counts."""
    for sort in sorts:
        for place in (None, HERE):
            look_through(uow, which, ADMIN, sort=sort, after=place, limit=3)
        uow.order_queries.next_possible(which, down=sort.down, after=HERE)
    count_look(uow, which, ADMIN, sort=Sort.NEWEST, cap=10_000)
    if which.open_only and len(sorts) > 1:
        uow.order_queries.open_counts(which)
        for sort in (Sort.STO, Sort.NUMBER_DOWN):
            look_through(uow, which, ADMIN, sort=sort, after=evolve(HERE, value="A"), limit=3)


def look_from(uow: UnitOfWork, which: OrderFilter, place: Key, *, down: bool) -> None:
    """Ask what a look from a place asks."""
    look_through(uow, which, ADMIN, sort=Sort.NEWEST if down else Sort.OLDEST, after=place, limit=3)
    uow.order_queries.next_possible(which, down=down, after=place)


def look_at_pages(uow: UnitOfWork) -> None:
    """Ask what the pages and the chat ask."""
    newest = uow.order_queries.newest_id()
    words, zone = words_in("id", ZONE), ZoneInfo(ZONE)
    leader = evolve(ADMIN, role=Role.TEAM_LEADER, site_operation="SDA")
    for view in VIEWS:
        for rest in ("", "&sto=SDA", "&hour=13", "&q=SC3000", "&turn=customer", f"&since={newest - 2}"):
            for sort in Sort if rest in {"", "&sto=SDA"} else (Sort.NEWEST,):
                read_queue(uow, Listing.of_query(f"view={view}{rest}&sort={sort}", ADMIN), ADMIN, words, NOON, ZONE)
        if view not in {"deleted", "mine"}:
            read_queue(uow, Listing.of_query(f"view={view}", leader), leader, words, NOON, zone.key)
    for kind in Anomaly:
        list_anomalies(uow, kind, ADMIN, NOON, ZONE)
    for text in ("q", "sc", "SC30000001", "budi", "zzz", "odp-"):
        find_orders(uow, text, ADMIN)
    stuck_orders(uow, ADMIN, NOON, zone=ZONE, listed=10)
    uow.order_queries.count(not_stuck(uow, NOON), 99)
    uow.order_queries.of_person(2, "F5SDA445", 10)
    uow.order_queries.of_person(2, None, 10)
    uow.order_queries.place_in_queue(NOON, 10)
    uow.order_queries.first_actions_since(NOON - PACE)
    uow.order_queries.live_with("ZTEG00000001", "ODP-SDA-003", "5", but=1, limit=5)
    uow.orders.find("SC30000001")
    uow.orders.lapsed(NOON, 10)
    row = uow.order_queries.row(3)
    assert row is not None
    related_orders(uow, row, ADMIN)
