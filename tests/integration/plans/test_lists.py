"""No list of orders reads all orders, whatever is chosen, before `ANALYZE` ran and after, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from attrs import evolve, fields

from sikpro.adapters.sql import SqlTransactions, create_engine_for, migrate
from sikpro.adapters.sql.tables import orders
from sikpro.application.ports import queries
from sikpro.application.ports.queries import Key, OrderFilter, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.testing.builders import NOON, a_person, a_technician, after, stored_order
from tests.integration.plans.explained import Collected, believe_in_a_million, collected, whole_reads
from tests.integration.plans.lists import SAMPLES, look_at, look_at_pages, look_from, pairs, singles
from tests.integration.plans.many import MANY, analyse, multiply
from tests.integration.postgres import NewDatabase, new_postgres, postgres_server
from tests.integration.sqlite import migrated_sqlite

__all__ = ["new_postgres", "postgres_server"]


@pytest.fixture(autouse=True)
def short_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a look end as early among these orders as among a million."""
    for name, value in (
        ("LOOKED_AT", 2),
        ("LOOKED_AT_IN_SPAN", 3),
        ("LOOKED_UP", 1),
        ("BROAD", 2),
    ):
        monkeypatch.setattr(queries, name, value)


def furnish(unit: UnitOfWork) -> None:
    create_first_catalogue(unit)
    unit.people.add(a_person("Sari"))
    unit.people.add(a_technician("Budi"))
    for number in range(8):
        stored_order(unit, f"SC{30_000_000 + number}", serial=f"ZTEG{number // 2:08}", received_at=after(number))


@pytest.fixture(params=["never analysed", "analysed"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    engine = create_engine_for(migrated_sqlite(tmp_path))
    SqlTransactions(engine).write(furnish)
    if request.param == "analysed":
        believe_in_a_million(engine)
    yield engine
    engine.dispose()


def asked(engine: sa.Engine, filters: Iterator[OrderFilter], *sorts: tuple[Sort, ...]) -> Collected:
    def work(unit: UnitOfWork) -> None:
        for which in filters:
            look_at(unit, which, *sorts)

    with collected(engine) as found:
        SqlTransactions(engine).read(work)
    return found


def test_every_filter_has_a_sample() -> None:
    assert SAMPLES.keys() == {one.name for one in fields(OrderFilter)}


def test_no_filter_reads_all_orders(engine: sa.Engine) -> None:
    found = asked(engine, singles())

    assert len(found.statements) > 100
    assert whole_reads(engine, found) == []


def test_no_page_of_orders_reads_all_orders(engine: sa.Engine) -> None:
    with collected(engine) as found:
        SqlTransactions(engine).read(look_at_pages)

    assert len(found.statements) > 60
    assert whole_reads(engine, found) == []


def test_no_filter_reads_an_index_for_all_its_codes_where_one_is_that_of_most_orders(tmp_path: Path) -> None:
    """SQLite takes samples of what it analyses: they said that a code in common is not worth its index."""
    engine = create_engine_for(migrated_sqlite(tmp_path))
    try:
        SqlTransactions(engine).write(furnish)
        with engine.connect() as connection, connection.begin():
            _copy(connection, 3000)
            connection.exec_driver_sql("ANALYZE")
        engine.dispose()

        def work(unit: UnitOfWork) -> None:
            for which in singles():
                look_from(unit, which, Key(after(-60), 160), down=True)
                look_from(unit, which, Key(after(-2940), 3040), down=False)

        with collected(engine) as found:
            SqlTransactions(engine).read(work)
        assert any("ix_orders_status" in statement for statement in found.statements)
        assert [fault for fault in whole_reads(engine, found) if "(ANY(" in fault] == []
    finally:
        engine.dispose()


@pytest.mark.audit
def test_no_pair_of_filters_reads_all_orders(engine: sa.Engine) -> None:
    assert whole_reads(engine, asked(engine, pairs(), (Sort.NEWEST,))) == []


def test_a_statement_that_reads_all_orders_is_found(engine: sa.Engine) -> None:
    """The check itself: with no index a filter on a channel reads the table."""
    with collected(engine) as found, engine.connect() as connection, connection.begin():
        connection.execute(sa.text("SELECT id FROM orders WHERE channel = 'telegram'"))
        connection.execute(sa.text("SELECT id FROM orders WHERE id = 1"))

    (fault,) = whole_reads(engine, found)
    assert "channel" in fault


@pytest.mark.audit
@pytest.mark.parametrize("trigrams", [True, False])
def test_no_list_reads_all_orders_on_postgresql(
    new_postgres: NewDatabase, monkeypatch: pytest.MonkeyPatch, *, trigrams: bool
) -> None:
    for name, value in (
        ("LOOKED_AT", 600),
        ("LOOKED_AT_IN_SPAN", 900),
        ("LOOKED_UP", 30),
        ("BROAD", 200),
    ):
        monkeypatch.setattr(queries, name, value)
    url = new_postgres()
    migrate(url)
    engine = create_engine_for(url)
    try:
        SqlTransactions(engine).write(furnish)
        with engine.connect() as connection, connection.begin():
            multiply(connection)
            if not trigrams:
                connection.execute(sa.text("DROP INDEX IF EXISTS ix_orders_search_text"))
        analyse(engine)
        found = asked(engine, singles())
        of_pairs = asked(engine, pairs() if trigrams else iter(()), (Sort.NEWEST,))
        with collected(engine) as of_pages:
            SqlTransactions(engine).read(look_at_pages)
        assert whole_reads(engine, found) + whole_reads(engine, of_pairs) + whole_reads(engine, of_pages) == []
        if trigrams:
            assert _walked_for_old_orders(engine) == []
    finally:
        engine.dispose()


def _walked_for_old_orders(engine: sa.Engine) -> list[str]:
    """Return the statements that walk the list from its newest order to find a text that only the oldest have."""
    old = OrderFilter(text=f"SC{30_000_000 + MANY - 1}"[:-3])
    found = asked(engine, iter([old, evolve(old, channel="telegram")]), (Sort.NEWEST,))
    with engine.connect() as connection, connection.begin():
        plans = {
            statement: "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", values).scalars())
            for statement, values in found.statements.items()
            if "LIKE" in statement and "LIMIT" in statement and "newest" not in statement and "anon" not in statement
        }
    assert plans
    return [plan for plan in plans.values() if "ix_orders_kept_received" in plan]


def _copy(connection: sa.Connection, many: int) -> None:
    """Copy the first order, a minute before the one before; nearly all have the same status and place."""
    replaced = {
        "id": "100 + n",
        "number": "'SC' || (40000000 + n)",
        "duplicate_key": "NULL",
        "received_at": f"strftime('%Y-%m-%d %H:%M:%f', '{NOON:%Y-%m-%d %H:%M:%S}', '-' || n || ' minutes') || '000'",
        "status": "CASE WHEN n % 20 = 0 THEN 'batal' || n / 20 % 18 ELSE 'selesai' END",
        "phase": "CASE WHEN n % 20 = 0 THEN 'cancelled' ELSE 'completed' END",
    }
    columns = [column.name for column in orders.columns]
    values = ", ".join(replaced.get(name, f'"{name}"') for name in columns)
    quoted = ", ".join(f'"{name}"' for name in columns)
    connection.exec_driver_sql(
        f"WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {many}) "
        f"INSERT INTO orders ({quoted}) SELECT {values} FROM orders, numbers WHERE id = 1"
    )
