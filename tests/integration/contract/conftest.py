"""The stores that every contract is run against: memory, SQLite and PostgreSQL."""

from collections.abc import Container, Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from sikpro.adapters.memory import MemoryTransactions
from sikpro.adapters.sql import SqlTransactions, create_engine_for, migrate
from sikpro.application.ports.storage import Transactions
from sikpro.testing.contracts.base import NewStore
from sikpro.testing.transactions import FailingTransactions
from tests.integration.postgres import NewDatabase, PostgresServer, new_postgres, postgres_server, postgres_url
from tests.integration.sqlite import migrated_sqlite
from tests.integration.telegram.conftest import simulation

__all__ = ["new_postgres", "postgres_server", "postgres_url", "simulation"]

POSTGRES = pytest.param("postgres", marks=pytest.mark.audit)
"""A real PostgreSQL takes most of the time: it is for the audit."""


LONG: dict[str, Mapping[str, Container[object]]] = {
    "test_a_search_that_finds_thousands_gives_the_same_page": {},
    "test_a_failure_is_named_and_the_next_try_brings_the_file": {"fault": ("hangs",)},
    "test_every_figure_is_the_same_when_the_orders_of_two_years_left_and_the_facts_agree": {"seed": (2,)},
    "test_every_figure_is_the_same_afterwards_and_the_facts_agree": {"seed": (2, 3)},
}
"""Tests of the shipped suites that take longer than `make test` allows, with their parameters where only these do."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave what is long to the audit."""
    for item in items:
        if isinstance(item, pytest.Function) and item.originalname in LONG:
            params = item.callspec.params if hasattr(item, "callspec") else {}
            if all(params[name] in values for name, values in LONG[item.originalname].items()):
                item.add_marker(pytest.mark.audit)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> Iterator[str]:
    """A migrated, empty database to copy."""
    url = postgres_server.create()
    migrate(url)
    yield url
    postgres_server.drop(url)


@pytest.fixture(params=["sqlite", POSTGRES])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated, empty database."""
    if request.param == "postgres":
        new: NewDatabase = request.getfixturevalue("new_postgres")
        return new(request.getfixturevalue("postgres_template"))
    return migrated_sqlite(tmp_path)


@pytest.fixture(params=["sqlite", POSTGRES])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any schema."""
    if request.param == "postgres":
        new: NewDatabase = request.getfixturevalue("new_postgres")
        return new()
    return f"sqlite:///{tmp_path / 'empty.db'}"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a migrated, empty database."""
    engine = create_engine_for(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def databases(engine: Engine) -> SqlTransactions:
    """The stores that are databases, for what only they can get wrong."""
    return SqlTransactions(engine)


@pytest.fixture
def process() -> str:
    """No name: a process with one takes its leases by PostgreSQL's clock, which no test can set."""
    return ""


@pytest.fixture(params=["memory", "sqlite", POSTGRES])
def new_store(request: pytest.FixtureRequest, tmp_path: Path, process: str) -> Iterator[NewStore]:
    """Opens an empty store, with live hints if they are wanted."""
    if request.param == "memory":
        yield MemoryTransactions
        return
    if request.param == "failing":
        yield lambda live: FailingTransactions(MemoryTransactions(live))
        return
    if request.param == "postgres":
        new: NewDatabase = request.getfixturevalue("new_postgres")
        url = new(request.getfixturevalue("postgres_template"))
    else:
        url = migrated_sqlite(tmp_path)
    engine = create_engine_for(url)
    yield lambda live: SqlTransactions(engine, live, process)
    engine.dispose()


@pytest.fixture
def store(new_store: NewStore) -> Transactions:
    """An empty store of each kind."""
    return new_store(None)
