"""A console for each test, on memory and (in the audit) on SQLite; `page_site` for what no store decides."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sikpro.adapters.local.live import LocalLiveEvents
from tests.integration.web.console import Site, memory_or_sqlite, running_site


@pytest.fixture(params=["memory", pytest.param("sqlite", marks=pytest.mark.audit)])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """A console with people and catalogues, and no orders yet."""
    live = LocalLiveEvents()
    with memory_or_sqlite(request.param, tmp_path, live) as store, running_site(store, live) as running:
        yield running


@pytest.fixture
def page_site(tmp_path: Path) -> Iterator[Site]:
    """The same on memory alone."""
    live = LocalLiveEvents()
    with memory_or_sqlite("memory", tmp_path, live) as store, running_site(store, live) as running:
        yield running
