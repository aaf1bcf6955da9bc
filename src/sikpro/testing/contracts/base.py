"""What the suites of a store share."""

from collections.abc import Callable

import pytest

from sikpro.application.ports import queries, retention
from sikpro.application.ports.runtime import LiveEvents
from sikpro.application.ports.storage import Transactions

NewStore = Callable[[LiveEvents | None], Transactions]
"""Opens an empty store, with live hints if they are wanted."""

PROCESS = "1-abc"
"""The name of the process that uses the store, where a store keeps who claimed what."""


class StoreSuite:
    """A suite of a store; it needs the fixture `new_store`."""

    @pytest.fixture
    def store(self, new_store: NewStore) -> Transactions:
        """An empty store."""
        return new_store(None)


class FewRowsStay(StoreSuite):
    """A suite in which fewer of the newest rows are kept whatever their age, so that few are enough."""

    @pytest.fixture(autouse=True)
    def floor(self, monkeypatch: pytest.MonkeyPatch) -> int:
        """How many stay."""
        monkeypatch.setattr(retention, "FLOOR", 40)
        return retention.FLOOR


class ShortLooks(StoreSuite):
    """A suite with tests in which a look through a list ends after a few orders."""

    @pytest.fixture
    def short_looks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Set the limits."""
        for name, value in (("LOOKED_AT", 3), ("LOOKED_AT_IN_SPAN", 4), ("LOOKED_UP", 2), ("BROAD", 3)):
            monkeypatch.setattr(queries, name, value)
