"""A request whose answer never arrived is sent again under its key: what it wanted is there once."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

import pytest
from attrs import define

from sikpro.application.ports.storage import StorageUncertain, Transactions, UnitOfWork
from tests.integration.web.api.client import DATA, code_of, script_of
from tests.integration.web.console import Site

T = TypeVar("T")


@define
class Breaks:
    """Transactions whose connection breaks once, at the commit of a write that registers: before it or after it."""

    inner: Transactions
    committed: bool
    broken: bool = False

    def opened(self) -> AbstractContextManager[UnitOfWork]:
        """Open one."""
        return self.inner.opened()

    def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do the work."""
        return self.inner.read(work)

    def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do the work; nobody learns whether it is stored."""
        before = self._newest()

        def breaking(uow: UnitOfWork) -> T:
            done = work(uow)
            if not self.committed and not self.broken and uow.order_queries.newest_id() > before:
                self.broken = True
                raise StorageUncertain("before the commit")
            return done

        done = self.inner.write(breaking)
        if self.committed and not self.broken and self._newest() > before:
            self.broken = True
            raise StorageUncertain("after the commit")
        return done

    def _newest(self) -> int:
        return self.inner.read(lambda uow: uow.order_queries.newest_id())


@pytest.mark.parametrize("committed", [False, True], ids=["before the commit", "after it"])
def test_what_broke_at_the_commit_is_there_once_when_it_was_sent_again(site: Site, committed: bool) -> None:
    script, store = script_of(site, "rina"), site.store.inner
    breaks = Breaks(store, committed)
    site.store.inner = breaks
    first = script.post("/orders", {"fields": DATA}, key="k")
    assert (first.status_code, code_of(first)) == (503, "http.503.uncertain")
    assert breaks.broken
    again = script.post("/orders", {"fields": DATA}, key="k")
    assert again.status_code == 201, again.text
    assert ("idempotency-replayed" in again.headers) is committed
    site.store.inner = store
    assert len(script.get("/orders").json()["orders"]) == 1
