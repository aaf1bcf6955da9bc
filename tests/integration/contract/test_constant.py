"""Constant statements give on both databases what SQLAlchemy gives, with its checks and its errors."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine

from sikpro.adapters.sql import SqlTransactions, create_engine_for
from sikpro.adapters.sql.constant import Constant
from sikpro.adapters.sql.inbox import inbox
from sikpro.adapters.sql.outbox import outbox
from sikpro.adapters.sql.tables import metadata, orders
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.storage import StorageRejected, StorageUnavailable, UnitOfWork
from sikpro.testing.builders import after, an_incoming, an_outgoing, stored_order
from tests.integration.sqlite import migrated_sqlite


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine_for(migrated_sqlite(tmp_path))
    yield engine
    engine.dispose()


def fill(unit: UnitOfWork) -> None:
    stored_order(unit)
    unit.inbox.receive(an_incoming(), after(1))
    unit.outbox.put(an_outgoing(), after(2))


@pytest.mark.parametrize("table", [orders, outbox, inbox], ids=lambda table: table.name)
def test_every_column_is_read_and_written_as_by_sqlalchemy(engine: Engine, table: sa.Table) -> None:
    SqlTransactions(engine).write(fill)
    with engine.connect() as connection, connection.begin():
        transaction = OpenTransaction(connection)
        (row,) = transaction.rows(Constant(sa.select(table)))
        assert row == dict(connection.execute(sa.select(table)).mappings().one())
        assert {name: type(value) for name, value in row.items()} == {
            name: type(value) for name, value in connection.execute(sa.select(table)).mappings().one().items()
        }

        assert transaction.change(Constant(sa.delete(table)), {}) == 1
        transaction.change(Constant(sa.insert(table)), row)
        assert dict(connection.execute(sa.select(table)).mappings().one()) == row


def test_a_read_begins_its_transaction_so_that_all_of_it_is_one_view(engine: Engine) -> None:
    count = Constant(sa.select(sa.func.count()).select_from(outbox))
    store = SqlTransactions(engine)

    def read_twice(unit: Any) -> tuple[int, int]:
        before = unit._transaction.scalar(count)
        store.write(lambda other: other.outbox.put(an_outgoing(), after(0)))
        return before, unit._transaction.scalar(count)

    assert store.read(read_twice) == (0, 0)
    assert store.read(read_twice) == (1, 1)


def test_an_error_is_a_storage_error_and_undoes_its_savepoint_only(engine: Engine) -> None:
    put = Constant(sa.insert(metadata.tables["makers"]))
    row = {"code": "ZTEG", "name": "ZTE", "active": True}
    with engine.connect() as connection, connection.begin():
        transaction = OpenTransaction(connection)
        transaction.execute(sa.delete(metadata.tables["makers"]))
        transaction.change(put, row)
        with pytest.raises(StorageRejected), transaction.savepoint():
            transaction.change(put, row)
        assert transaction.scalar(sa.select(sa.func.count()).select_from(metadata.tables["makers"])) == 1


def test_after_sqlite_gave_up_the_transaction_a_constant_statement_does_not_commit_alone(sqlite_engine: Engine) -> None:
    put = Constant(sa.insert(metadata.tables["order_ids"]))

    def work(unit: Any) -> None:
        unit._transaction.connection.connection.driver_connection.execute("ROLLBACK")  # as SQLite on a full disk
        unit._transaction.change(put, {"name": "x", "last": 1})

    with pytest.raises(StorageUnavailable):
        SqlTransactions(sqlite_engine).write(work)
    with sqlite_engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(metadata.tables["order_ids"])) == 0


def test_whoever_listens_to_statements_hears_the_constant_ones_too(engine: Engine) -> None:
    heard: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *called: heard.append(called[2]))
    with engine.connect() as connection, connection.begin():
        OpenTransaction(connection).rows(Constant(sa.select(outbox.c.id)))
    assert any("outbox" in statement for statement in heard)


def test_a_list_of_values_is_no_constant(sqlite_engine: Engine) -> None:
    several = Constant(sa.select(outbox.c.id).where(outbox.c.id.in_([1, 2])))
    with sqlite_engine.connect() as connection, pytest.raises(TypeError):
        OpenTransaction(connection).rows(several)
