"""Views for other tools: tables that nobody can write, with names that stay, whatever becomes of the tables below.

They are made at the end of `sikpro migrate`, for the installation's zone: SQLite knows no zones, so the views reckon
with the zone's offsets. A migration takes them away and puts them back, on PostgreSQL with the rights that others had.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine import URL

from sikpro.adapters.sql.engine import WRITES, create_engine_for, sqlite_file
from sikpro.adapters.sql.tables import orders, people, statuses, stos
from sikpro.adapters.sql.writers_turn import writers_turn
from sikpro.application.ports.storage import StorageError
from sikpro.application.reports.open_tables import DAILY_COLUMNS, ORDER_COLUMNS
from sikpro.domain.order_data import TEXTS
from sikpro.domain.phase import Phase
from sikpro.domain.promise import PROMISE

NAMES = ("v_orders", "v_daily")
"""In the order in which they are made: the second reads the first."""

_ONE_AT_A_TIME = 0x51_4B_50_03
_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_c = orders.c
_technicians, _helpdesks = people.alias("technicians"), people.alias("helpdesks")

Expression = sa.ColumnElement[Any]


def put_views(url: str | URL, zone: str) -> None:
    """Make the views for a zone, unless they are as they should be. Raises `StorageError`."""
    engine = create_engine_for(url, pooled=False)
    try:
        with (
            writers_turn(sqlite_file(engine.url))(),
            engine.connect().execution_options(**{WRITES: True}) as connection,
            connection.begin(),
        ):
            if connection.dialect.name != "sqlite":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
            wanted = _definitions(connection, zone)
            if _made(connection) != wanted:
                granted = _granted(connection)
                _drop(connection)
                _make(connection, wanted, granted)
    finally:
        engine.dispose()


def has_views(url: str | URL, zone: str) -> bool:
    """Return whether the views are there as they should be, with the days of a zone. Raises `StorageError`."""
    engine = create_engine_for(url, pooled=False, read_only=True)
    try:
        with engine.connect() as connection:
            return _made(connection) == _definitions(connection, zone)
    finally:
        engine.dispose()


@contextmanager
def without_views(connection: Connection) -> Iterator[None]:
    """Take the views away for a migration, and put back those that still fit the tables."""
    made, granted = _made(connection), _granted(connection)
    _drop(connection)
    yield
    for name in NAMES:
        if name in made:
            try:
                with connection.begin_nested():
                    _make(connection, {name: made[name]}, granted)
                    connection.execute(sa.text(f"SELECT * FROM {name} LIMIT 0"))
            except StorageError:
                return  # they are of other columns: `sikpro migrate` makes them anew


def _definitions(connection: Connection, zone: str) -> Mapping[str, str]:
    """Return the statement that selects each view."""
    selects = {"v_orders": _orders(connection.dialect.name == "sqlite", zone), "v_daily": _daily()}
    return {
        name: str(select.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
        for name, select in selects.items()
    }


def _orders(sqlite: bool, zone: str) -> sa.Select[Any]:
    columns: Mapping[str, Expression] = {
        **{name: _c[name] for name in ("id", "number", "type", "sto")},
        "site_operation": sa.func.coalesce(stos.c.site_operation, ""),
        **{name: _c[name] for name in ("odp", "serial", "technician")},
        "technician_name": sa.func.coalesce(_technicians.c.name, ""),
        **{name: _c[name] for name in ("channel", "phase", "status")},
        "status_id": statuses.c.label_id,
        "status_en": statuses.c.label_en,
        "turn": _c.turn,
        "helpdesk": sa.func.coalesce(_helpdesks.c.name, ""),
        "received_at": _moment(_c.received_at, sqlite),
        "received_day": _day(_c.received_at, sqlite, zone),
        "first_action_at": _moment(_c.first_action_at, sqlite),
        "finished_at": _moment(_c.finished_at, sqlite),
        "finished_day": _day(_c.finished_at, sqlite, zone),
        "hours": _hours(sqlite),
        **{name: _c[name] for name in ("resubmissions", "last_feedback", *TEXTS)},
    }
    return (
        sa.select(*(columns[column.name].label(column.name) for column in ORDER_COLUMNS))
        .select_from(orders)
        .outerjoin(stos, stos.c.code == _c.sto)
        .outerjoin(statuses, statuses.c.code == _c.status)
        .outerjoin(_technicians, _technicians.c.technician_code == _c.technician)
        .outerjoin(_helpdesks, _helpdesks.c.id == _c.helpdesk)
        .where(_c.deleted_at.is_(None))
    )


def _daily() -> sa.Select[Any]:
    every = sa.table("v_orders", *(sa.column(column.name) for column in ORDER_COLUMNS)).c
    none: Expression = sa.literal_column("0")
    one: Expression = sa.literal_column("1")
    completed, in_time = every.phase == Phase.COMPLETED.value, every.hours <= PROMISE / timedelta(hours=1)
    received = sa.select(
        *(every.received_day.label("day"), every.type, every.sto),
        *(one.label("received"), none.label("completed"), none.label("cancelled"), none.label("completed_in_time")),
    )
    ended = sa.select(
        *(every.finished_day, every.type, every.sto, none),
        sa.case((completed, one), else_=none),
        sa.case((every.phase == Phase.CANCELLED.value, one), else_=none),
        sa.case((sa.and_(completed, in_time), one), else_=none),
    ).where(every.finished_day.is_not(None))
    facts = sa.union_all(received, ended).subquery("facts").c
    place = [facts.day, facts.type, facts.sto]
    sums = [sa.func.sum(facts[name]).label(name) for name in list(DAILY_COLUMNS)[len(place) :]]
    return sa.select(*place, *sums).group_by(*place)


def _moment(clock: Expression, sqlite: bool) -> Expression:
    if not sqlite:
        return sa.func.date_trunc("second", clock)
    text = sa.func.substr(sa.type_coerce(clock, sa.Text), 1, 19)
    return sa.func.replace(text, " ", "T") + "Z"


def _day(clock: Expression, sqlite: bool, zone: str) -> Expression:
    if not sqlite:
        return sa.cast(sa.func.timezone(zone, clock), sa.Date)
    text = sa.type_coerce(clock, sa.Text)
    spans = _offsets(zone)
    days = [sa.func.date(text, f"{seconds:+d} seconds") for _, seconds in spans]
    later = [(text >= begin, day) for (begin, _), day in zip(spans[:0:-1], days[:0:-1], strict=True)]
    return sa.case(*later, else_=days[0]) if later else days[0]


def _hours(sqlite: bool) -> Expression:
    def seconds(clock: Expression) -> Expression:
        if sqlite:
            return sa.cast(sa.func.strftime("%s", sa.func.substr(sa.type_coerce(clock, sa.Text), 1, 19)), sa.Integer)
        return sa.cast(sa.extract("epoch", sa.func.date_trunc("second", clock)), sa.Numeric)

    return sa.func.round((seconds(_c.finished_at) - seconds(_c.received_at)) / sa.literal_column("3600.0"), 4)


def _offsets(zone: str) -> list[tuple[str, int]]:
    """Return the zone's offsets from UTC in seconds, each with the time of SQLite from which it holds.

    >>> _offsets("Asia/Jakarta")
    [('2000-01-01 00:00:00', 25200)]
    """
    there, step = ZoneInfo(zone), timedelta(days=20)

    def offset(moment: datetime) -> timedelta:
        return moment.astimezone(there).utcoffset() or timedelta()

    found, at = [(_FIRST, offset(_FIRST))], _FIRST
    while at < _LAST:
        if offset(at + step) != offset(at):
            found.append((_change(offset, at, at + step), offset(at + step)))
        at += step
    return [(f"{begin:%Y-%m-%d %H:%M:%S}", int(one.total_seconds())) for begin, one in found]


def _change(offset: Any, before: datetime, after: datetime) -> datetime:
    """Return the second in which the offset changes between two times."""
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        middle = middle.replace(microsecond=0)
        if offset(middle) == offset(before):
            before = middle
        else:
            after = middle
    return after


def _made(connection: Connection) -> Mapping[str, str]:
    """Return the statement that each view was made with, for those that are there."""
    if connection.dialect.name == "sqlite":
        found = connection.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'view'"))
        return {row.name: row.sql.partition(" AS ")[2] for row in found if row.name in NAMES}
    there = sa.text(
        "SELECT relname AS name, obj_description(oid, 'pg_class') AS sql FROM pg_class "
        "WHERE relkind = 'v' AND relnamespace = current_schema()::regnamespace"
    )
    return {row.name: row.sql or "" for row in connection.execute(there) if row.name in NAMES}


def _granted(connection: Connection) -> Mapping[str, tuple[str, ...]]:
    """Return who may read each view, beside its owner."""
    if connection.dialect.name == "sqlite":
        return {}
    rights = sa.text(
        "SELECT table_name, grantee FROM information_schema.role_table_grants "
        "WHERE table_schema = current_schema() AND privilege_type = 'SELECT' AND grantee <> current_user"
    )
    found = [(row.table_name, row.grantee) for row in connection.execute(rights)]
    return {name: tuple(sorted({who for view, who in found if view == name})) for name in NAMES}


def _drop(connection: Connection) -> None:
    for name in reversed(NAMES):
        connection.execute(sa.text(f"DROP VIEW IF EXISTS {name}"))


def _make(connection: Connection, definitions: Mapping[str, str], granted: Mapping[str, tuple[str, ...]]) -> None:
    for name, select in definitions.items():
        connection.exec_driver_sql(f"CREATE VIEW {name} AS {select}")
        if connection.dialect.name == "sqlite":
            continue
        _comment(connection, f"VIEW {name}", select)
        said = {c.name: c.said for c in ORDER_COLUMNS} if name == "v_orders" else DAILY_COLUMNS
        for column, text in said.items():
            _comment(connection, f"COLUMN {name}.{column}", text)
        for who in granted.get(name, ()):
            grantee = "PUBLIC" if who == "PUBLIC" else connection.dialect.identifier_preparer.quote(who)
            connection.execute(sa.text(f"GRANT SELECT ON {name} TO {grantee}"))


def _comment(connection: Connection, what: str, text: str) -> None:
    quoted = text.replace("'", "''")
    connection.exec_driver_sql(f"COMMENT ON {what} IS '{quoted}'")
