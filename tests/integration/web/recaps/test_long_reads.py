"""Recaps, tables and files that take long hold nobody else up, and too many of them are refused in words."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager
from itertools import islice
from typing import TypeVar

import pytest
from attrs import define, field

from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.adapters.local.threads import LONG_AT_ONCE, LONG_WAITING
from sikpro.adapters.memory import MemoryTransactions
from sikpro.application.ports.storage import Transactions, UnitOfWork
from tests.integration.web.console import PASSWORD, Site, running_site

T = TypeVar("T")
LONG = (
    "/dashboard",
    "/recap/month/2026-11",
    "/recap/month/2026-11.xlsx",
    "/recap/day/2026-11-02.png",
    "/devices/anomalies",
    "/targets",
    "/shift",
    "/stuck",
    "/lists/people.xlsx",
    "/catalogue/statuses",
)


@define
class Held:
    """A store in which long reads stand still while `held`; `waiting` has the threads that do."""

    inner: Transactions
    go_on: threading.Event = field(factory=threading.Event)
    waiting: set[str] = field(factory=set[str])

    def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Write at once."""
        return self.inner.write(work)

    def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Read at once, in a thread for long reads when they may go on."""
        if threading.current_thread().name.startswith("sikpro-long-reader"):
            self.waiting.add(threading.current_thread().name)
            assert self.go_on.wait(20)
        return self.inner.read(work)

    def opened(self) -> AbstractContextManager[UnitOfWork]:
        """Open a transaction at once."""
        return self.inner.opened()


@pytest.fixture
def held() -> Iterator[tuple[Site, Held]]:
    """A console whose long reads stand still."""
    live = LocalLiveEvents()
    store = Held(MemoryTransactions(live))
    with running_site(store, live) as site:
        try:
            yield site, store
        finally:
            store.go_on.set()


def test_whatever_takes_long_waits_behind_its_like_and_everything_else_goes_on(held: tuple[Site, Held]) -> None:
    site, store = held
    visitor, room = site.visitor(), LONG_AT_ONCE + LONG_WAITING
    visitor.get("/login")
    visitor.post("/login", {"username": "admin", "password": PASSWORD})
    with ThreadPoolExecutor(3 * room) as pool:
        try:
            asked = [pool.submit(visitor.client.get, path) for path in LONG * 3]
            refused = [one.result() for one in islice(as_completed(asked), 2 * room)]
            assert {one.status_code for one in refused} == {503}
            assert "Terlalu banyak rekap" in refused[0].text
            assert len(store.waiting) == LONG_AT_ONCE

            order = site.order()
            assert visitor.get(f"/orders/{order.id}").status_code == 200
            assert visitor.get("/orders").status_code == 200
        finally:
            store.go_on.set()
        assert Counter(one.result().status_code for one in asked) == {503: 2 * room, 200: room}
