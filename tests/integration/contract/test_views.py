"""What other tools read: the views are the orders and the recaps, in every zone, and live through migrations."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa

from sikpro.adapters.sql import SqlTransactions, create_engine_for, migrate
from sikpro.adapters.sql.migrate import downgrade
from sikpro.adapters.sql.views import NAMES, put_views
from sikpro.application.ports.queries import OrderFilter
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.open_tables import (
    DAILY_COLUMNS,
    ORDER_COLUMNS,
    OpenCells,
    Value,
    daily_rows,
    order_cells,
    utc,
)
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.application.use_cases.orders.remove_order import delete_order
from sikpro.domain.people import Person, Role
from sikpro.testing.builders import NOON
from sikpro.testing.histories import found, live, random_steps

ZONES = ("Asia/Jakarta", "Asia/Jayapura", "America/New_York")
ADMIN = Person(id=1, name="Sari", username="sari", role=Role.ADMIN)
YEAR = RecapQuery.parse("2026-06-01_2027-05-31")


@pytest.fixture
def engine(empty_url: str) -> Iterator[sa.Engine]:
    migrate(empty_url)
    made = create_engine_for(empty_url)
    yield made
    made.dispose()


def lived(engine: sa.Engine) -> SqlTransactions:
    """A store with two hundred steps of orders, one of which was deleted."""
    store = SqlTransactions(engine)
    people = found(store)
    live(store, people, random_steps(7, 200))

    def delete(uow: UnitOfWork) -> None:
        (row,) = uow.order_facts.rows(OrderFilter(), after=None, limit=1)
        delete_order(uow, row.id, people.admin, NOON, reason="Salah", zone="Asia/Jakarta")

    store.write(delete)
    return store


def read(engine: sa.Engine, view: str) -> list[dict[str, Value]]:
    """The rows of a view, with the kinds of PostgreSQL as the texts and numbers of SQLite."""
    with engine.connect() as connection, connection.begin():
        rows = connection.execute(sa.text(f"SELECT * FROM {view}")).mappings()
        return [{name: plain(value) for name, value in row.items()} for row in rows]


def plain(value: object) -> Value:
    match value:
        case datetime():
            return utc(value)
        case date():
            return value.isoformat()
        case Decimal():
            return int(value) if value == int(value) else float(value)
        case float():
            return int(value) if value == int(value) else value
        case None | str() | int():
            return value
    raise TypeError(type(value))


@pytest.mark.parametrize("zone", ZONES)
def test_the_views_are_the_orders_and_the_sums_of_the_recap(engine: sa.Engine, zone: str) -> None:
    store = lived(engine)
    put_views(engine.url, zone)

    def wanted(uow: UnitOfWork) -> tuple[list[dict[str, Value]], list[dict[str, Value]]]:
        cells, names = OpenCells.of(uow, zone), [column.name for column in ORDER_COLUMNS]
        orders = uow.order_facts.rows(OrderFilter(), after=None, limit=999)
        days = daily_rows(uow, YEAR, ADMIN, zone)
        return (
            [dict(zip(names, map(plain, order_cells(row, cells)), strict=True)) for row in orders],
            [dict(zip(DAILY_COLUMNS, row, strict=True)) for row in days],
        )

    orders, days = store.read(wanted)

    assert len(orders) > 20
    assert sorted(read(engine, "v_orders"), key=lambda row: str(row["id"])) == sorted(
        orders, key=lambda r: str(r["id"])
    )
    place = list(DAILY_COLUMNS)[:3]
    assert sorted(read(engine, "v_daily"), key=lambda row: [str(row[name]) for name in place]) == days
    assert sum(int(row["completed"] or 0) for row in days) > 0


def test_a_migration_takes_the_views_away_and_puts_them_back(engine: sa.Engine) -> None:
    lived(engine)
    put_views(engine.url, "Asia/Jayapura")
    before = read(engine, "v_daily")

    downgrade(engine.url, "0053")
    migrate(engine.url)

    assert read(engine, "v_daily") == before


def test_views_that_do_not_fit_an_older_schema_come_back_with_the_next_migration(engine: sa.Engine) -> None:
    put_views(engine.url, "Asia/Jakarta")

    downgrade(engine.url, "0003")
    with engine.connect() as connection, connection.begin():
        assert not set(NAMES) & set(sa.inspect(connection).get_view_names())
    migrate(engine.url)
    put_views(engine.url, "Asia/Jakarta")

    assert read(engine, "v_orders") == []


def test_another_zone_makes_the_views_anew_and_the_same_one_leaves_them(engine: sa.Engine) -> None:
    lived(engine)
    put_views(engine.url, "Asia/Jakarta")
    first = read(engine, "v_daily")
    put_views(engine.url, "Pacific/Kiritimati")
    assert read(engine, "v_daily") != first
    put_views(engine.url, "Asia/Jakarta")
    put_views(engine.url, "Asia/Jakarta")
    assert read(engine, "v_daily") == first


def test_who_may_read_a_view_on_postgresql_still_may_after_it_was_made_anew(engine: sa.Engine) -> None:
    if engine.dialect.name == "sqlite":
        return  # it knows no rights
    put_views(engine.url, "Asia/Jakarta")
    with engine.connect() as connection, connection.begin():
        connection.execute(sa.text('CREATE ROLE "a reader"'))
        connection.execute(sa.text('GRANT SELECT ON v_orders TO "a reader"'))

    downgrade(engine.url, "0053")
    migrate(engine.url)
    put_views(engine.url, "Asia/Jayapura")

    with engine.connect() as connection, connection.begin():
        may = sa.text("SELECT has_table_privilege('a reader', :name, 'SELECT')")
        allowed = {name: connection.scalar(may, {"name": name}) for name in (*NAMES, "orders")}
        connection.execute(sa.text('DROP OWNED BY "a reader"'))
        connection.execute(sa.text('DROP ROLE "a reader"'))
    assert allowed == {"v_orders": True, "v_daily": False, "orders": False}
