"""What facts and seals promise: each change leaves its fact, none changes, and no seal passes an open writer."""

from contextlib import closing

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from sikpro.adapters.sql import SqlTransactions
from sikpro.adapters.sql.engine import WRITES
from sikpro.adapters.sql.seals import write_facts
from sikpro.adapters.sql.sqlite_driver import driver
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.adapters.sql.unit_of_work import SqlUnitOfWork
from sikpro.application.ports.storage import StorageError
from sikpro.application.use_cases.seals.verify_facts import verify_facts
from sikpro.domain.seals import Fault, FaultKind
from sikpro.testing.builders import (
    after,
    an_incoming,
    an_outgoing,
)
from sikpro.testing.contracts.seals import SealsContract, an_answered_order, facts_of, faults_in, sealed
from tests.integration.contract.conftest import POSTGRES


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE journal SET data = replace(data, 'ONT mati', 'aktif')", (FaultKind.ROW_CHANGED, ("words",))),
        ("UPDATE journal SET actor = 8 WHERE id = 2", (FaultKind.ROW_CHANGED, ("words",))),
        ("UPDATE inbox SET sender_name = 'Agus'", (FaultKind.ROW_CHANGED, ("words",))),
        ("UPDATE inbox SET order_id = NULL", (FaultKind.ROW_CHANGED, ("order_id",))),
        ("UPDATE outbox SET sent_at = created_at", (FaultKind.ROW_CHANGED, ("at",))),
        ("UPDATE outbox SET message_id = NULL", (FaultKind.ROW_CHANGED, ("message_id",))),
        ("UPDATE outbox SET state = 'queued'", (FaultKind.ROW_CHANGED, ("detail",))),
        ("UPDATE orders SET serial = 'ZTEGC0000000'", (FaultKind.ORDER_CHANGED, ("data",))),
        ("UPDATE orders SET status = 'selesai'", (FaultKind.ORDER_CHANGED, ("status",))),
        ("UPDATE orders SET deleted_at = received_at", (FaultKind.ORDER_CHANGED, ("removed",))),
        ("UPDATE orders SET phase = 'completed'", (FaultKind.ORDER_CHANGED, ("phase",))),
        ("UPDATE orders SET turn = 'helpdesk'", (FaultKind.ORDER_CHANGED, ("turn",))),
        ("UPDATE orders SET helpdesk = 8", (FaultKind.ORDER_CHANGED, ("helpdesk",))),
        ("UPDATE orders SET first_action_at = received_at", (FaultKind.ORDER_CHANGED, ("first_action_at",))),
        ("UPDATE orders SET finished_at = received_at", (FaultKind.ORDER_CHANGED, ("finished_at",))),
        ("UPDATE orders SET last_feedback = 'aktif'", (FaultKind.ORDER_CHANGED, ("last_feedback",))),
        ("UPDATE orders SET spent_helpdesk = 1", (FaultKind.ORDER_CHANGED, ("spent",))),
        ("UPDATE orders SET hold_ups = 0", (FaultKind.ORDER_CHANGED, ("hold_ups",))),
        ("UPDATE orders SET resubmissions = 9", (FaultKind.ORDER_CHANGED, ("resubmissions",))),
        ("UPDATE orders SET channel = 'web'", (FaultKind.ORDER_CHANGED, ("channel",))),
        ("UPDATE orders SET recorded_at = changed_at", (FaultKind.ORDER_CHANGED, ("recorded_at",))),
        ("DELETE FROM journal WHERE id = 3", (FaultKind.ROW_GONE, ())),
        ("DELETE FROM outbox", (FaultKind.ROW_GONE, ())),
        (
            "INSERT INTO journal (at, kind, order_id, subject, actor, data) "
            "SELECT at, kind, order_id, subject, actor, data FROM journal WHERE id = 1",
            (FaultKind.ROW_ADDED, ()),
        ),
    ],
)
def test_a_working_row_that_somebody_changed_behind_the_program_is_named(
    databases: SqlTransactions, engine: Engine, statement: str, expected: tuple[FaultKind, tuple[str, ...]]
) -> None:
    databases.write(an_answered_order)
    sealed(databases)
    if engine.dialect.name != "sqlite":
        statement = statement.replace("replace(data,", "replace(data::text,").replace("'aktif')", "'aktif')::json")
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    assert expected in {(one.kind, one.fields) for one in faults_in(databases)}


def test_once_the_salts_are_deleted_with_what_people_wrote_the_facts_still_stand(
    databases: SqlTransactions, engine: Engine
) -> None:
    databases.write(an_answered_order)
    seal = sealed(databases)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE inbox SET salt = '', text = '', sender_name = '', sender_id = NULL")
        connection.exec_driver_sql("UPDATE outbox SET salt = '', text = ''")
        connection.exec_driver_sql("UPDATE journal SET salt = '', actor = NULL")
        gone = (
            "replace(data, 'ONT mati', '')"
            if engine.dialect.name == "sqlite"
            else ("replace(data::text, 'ONT mati', '')::json")
        )
        connection.exec_driver_sql(f"UPDATE journal SET data = {gone}")
        connection.exec_driver_sql("UPDATE orders SET note = '', last_feedback = ''")
    found: list[Fault] = []
    verified = databases.read(lambda unit: verify_facts(unit, found.append))
    assert (found, verified.blind, verified.last) == ([], 6, seal)


@pytest.mark.parametrize(
    ("statement", "fact_id"),
    [
        ("UPDATE inbox SET salt = '', sender_name = 'Agus'", 1),
        ("UPDATE outbox SET salt = '', text = 'aktif'", 6),
        ("UPDATE journal SET salt = '', actor = 8 WHERE id = 2", 4),
        ("UPDATE journal SET salt = '', actor = NULL WHERE id = 3", 5),
    ],
)
def test_a_salt_that_was_removed_while_the_text_or_the_name_is_still_there_is_named(
    databases: SqlTransactions, engine: Engine, statement: str, fact_id: int
) -> None:
    databases.write(an_answered_order)
    sealed(databases)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
        connection.exec_driver_sql("UPDATE orders SET serial = 'ZTEGC0000000'")
    assert (FaultKind.SALT_REMOVED, fact_id) in {(one.kind, one.fact_id) for one in faults_in(databases)}


def test_the_salt_of_the_last_event_is_not_removed_while_the_data_of_the_order_are_there(
    databases: SqlTransactions, engine: Engine
) -> None:
    databases.write(an_answered_order)
    with engine.begin() as connection:
        gone = "replace({}, 'ONT mati', '')".format("data" if engine.dialect.name == "sqlite" else "data::text")
        cast = "" if engine.dialect.name == "sqlite" else "::json"
        connection.exec_driver_sql(f"UPDATE journal SET salt = '', actor = NULL, data = {gone}{cast} WHERE id = 3")
        connection.exec_driver_sql("UPDATE orders SET serial = 'ZTEGC0000000', last_feedback = ''")
    assert (FaultKind.SALT_REMOVED, 5) in {(one.kind, one.fact_id) for one in faults_in(databases)}


def forge(engine: Engine, *statements: str) -> None:
    """Do this as somebody does it with full access: foreign keys are no hindrance."""
    if engine.dialect.name == "sqlite":
        with closing(driver.connect(str(engine.url.database))) as file, file:
            for statement in statements:
                file.execute(statement)
        return
    with engine.begin() as connection:
        for statement in ("SET LOCAL session_replication_role = replica", *statements):
            connection.exec_driver_sql(statement)


def test_an_order_that_is_gone_is_named_and_so_is_one_that_came_without_a_fact(
    databases: SqlTransactions, engine: Engine
) -> None:
    databases.write(an_answered_order)
    sealed(databases)
    forge(
        engine,
        "CREATE TEMPORARY TABLE forged AS SELECT * FROM orders",
        "DELETE FROM orders",
        "UPDATE forged SET id = -3, duplicate_key = NULL",
        "INSERT INTO orders SELECT * FROM forged",
        "UPDATE forged SET id = 77",
        "INSERT INTO orders SELECT * FROM forged",
    )
    found = {(one.kind, one.row) for one in faults_in(databases)}
    assert found == {
        (FaultKind.ORDER_GONE, "orders 1"),
        (FaultKind.ORDER_ADDED, "orders -3"),
        (FaultKind.ORDER_ADDED, "orders 77"),
    }


@pytest.mark.parametrize("table", ["journal", "inbox", "outbox"])
def test_a_row_below_all_others_that_no_fact_knows_is_named(
    databases: SqlTransactions, engine: Engine, table: str
) -> None:
    databases.write(an_answered_order)
    sealed(databases)
    key = ", key = 'other'" if table == "inbox" else ""
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE TEMPORARY TABLE forged AS SELECT * FROM {table} WHERE id = 1")
        connection.exec_driver_sql(f"UPDATE forged SET id = -7, salt = ''{key}")
        connection.exec_driver_sql(f"INSERT INTO {table} SELECT * FROM forged")
    assert [(one.kind, one.row) for one in faults_in(databases)] == [(FaultKind.ROW_ADDED, f"{table} -7")]


@pytest.mark.parametrize(
    ("chat", "change", "fields"),
    [
        (0, "state = 'queued'", ("detail",)),
        (0, "state = 'recalled', text = 'aktif'", ("words",)),
        (700, "state = 'queued', text = 'aktif'", ("words",)),
        (700, "state = 'expired'", ()),
    ],
)
def test_a_message_that_was_not_sent_does_not_get_another_text_or_end(
    databases: SqlTransactions, engine: Engine, chat: int, change: str, fields: tuple[str, ...]
) -> None:
    databases.write(lambda unit: unit.outbox.put(an_outgoing("x", chat_id=chat), after(0), failed="no_telegram"))
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE outbox SET {change}")
    kind = FaultKind.ROW_CHANGED if fields else FaultKind.ROW_ADDED
    assert [(one.kind, one.fields) for one in faults_in(databases)] == [(kind, fields)]


@pytest.mark.parametrize("table", ["ledger_facts", "seals"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET number = number", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_change_or_delete_a_fact_or_a_seal(
    databases: SqlTransactions, engine: Engine, table: str, statement: str
) -> None:
    databases.write(an_answered_order)
    sealed(databases)
    with pytest.raises((SQLAlchemyError, StorageError), match="never changed or deleted"), engine.begin() as connection:
        connection.exec_driver_sql(statement.format(table))


@pytest.mark.parametrize("database_url", [POSTGRES], indirect=True)
def test_a_seal_never_passes_a_transaction_that_has_written_a_fact_and_is_still_open(
    databases: SqlTransactions, engine: Engine
) -> None:
    databases.write(an_answered_order)
    first = sealed(databases)
    assert first is not None
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin() as slow:
        transaction = OpenTransaction(connection)
        SqlUnitOfWork(transaction).outbox.put(an_outgoing("slow", chat_id=0), after(5))
        write_facts(transaction)  # it has its id now, and is not committed
        databases.write(lambda unit: unit.outbox.put(an_outgoing("quick", chat_id=0), after(6)))
        newest = facts_of(databases)[-1]
        assert newest.at == after(6)
        assert sealed(databases) is None  # it would leave out the slow one below the quick one
        slow.commit()
    second = sealed(databases)
    assert second is not None
    facts = databases.read(lambda unit: unit.seals.facts(first.last, 9))
    assert [one.at for one in facts] == [after(5), after(6)]
    assert (second.first, second.last, second.count) == (facts[0].id, facts[1].id, 2)
    assert faults_in(databases) == []


@pytest.mark.parametrize("database_url", [POSTGRES], indirect=True)
def test_while_a_seal_is_made_writers_wait_for_it_and_come_after_it(databases: SqlTransactions, engine: Engine) -> None:
    databases.write(an_answered_order)
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        sealing = SqlUnitOfWork(OpenTransaction(connection))
        assert sealing.seals.stop_writers()
        with engine.connect() as other, other.begin():
            other.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
            transaction = OpenTransaction(other)
            SqlUnitOfWork(transaction).outbox.put(an_outgoing(chat_id=0), after(5))
            with pytest.raises(StorageError):
                write_facts(transaction)


def test_a_fact_that_was_changed_around_the_triggers_is_named(databases: SqlTransactions, engine: Engine) -> None:
    databases.write(an_answered_order)
    sealed(databases)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER ledger_facts_no_update")
        else:
            connection.exec_driver_sql("ALTER TABLE ledger_facts DISABLE TRIGGER ledger_facts_stay")
        moved = sa.text("UPDATE ledger_facts SET status = 'selesai' WHERE id = 5")
        connection.execute(moved)
    found = faults_in(databases)
    assert [(one.kind, one.fact_id, one.seal) for one in found if one.seal] == [(FaultKind.FACT_CHANGED, 5, 1)]


@pytest.mark.parametrize(
    ("table", "change", "expected"),
    [
        ("ledger_facts", "kind = 'nix' WHERE id = 5", (FaultKind.FACT_CHANGED, 5)),
        ("ledger_facts", "at = 'nix' WHERE id = 5", (FaultKind.FACT_CHANGED, 5)),
        ("seals", "made_at = '2026-13-01' WHERE number = 1", (FaultKind.SEAL_CHANGED, None)),
        ("journal", "kind = 'nix' WHERE id = 2", (FaultKind.ROW_CHANGED, 4)),
        ("journal", "data = '{}' WHERE id = 2", (FaultKind.ROW_CHANGED, 4)),
        ("inbox", "received_at = 'nix'", (FaultKind.ROW_CHANGED, 1)),
        ("inbox", "outcome = 'nix'", (FaultKind.ROW_CHANGED, 3)),
        ("outbox", "state = 'nix'", (FaultKind.ROW_CHANGED, 6)),
        ("orders", "received_at = 'nix'", (FaultKind.ORDER_CHANGED, 5)),
        ("orders", "phase = 'nix'", (FaultKind.ORDER_CHANGED, 5)),
        ("orders", "channel = 'nix'", (FaultKind.ORDER_CHANGED, 5)),
    ],
)
def test_what_was_changed_so_that_it_cannot_be_read_is_named_and_the_rest_is_verified(
    databases: SqlTransactions, engine: Engine, table: str, change: str, expected: tuple[FaultKind, int | None]
) -> None:
    databases.write(an_answered_order)
    databases.write(lambda unit: unit.inbox.receive(an_incoming("halo", message_id=9), after(3)))
    sealed(databases)
    if engine.dialect.name != "sqlite" and "at = " in change:
        pytest.skip("PostgreSQL itself refuses a time that is none")
    with engine.begin() as connection:
        for name in ("ledger_facts", "seals"):
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql(f"DROP TRIGGER {name}_no_update")
            else:
                connection.exec_driver_sql(f"ALTER TABLE {name} DISABLE TRIGGER {name}_stay")
        connection.exec_driver_sql(f"UPDATE {table} SET {change}")
    assert expected in {(one.kind, one.fact_id) for one in faults_in(databases)}
    assert databases.read(lambda unit: verify_facts(unit, lambda _: None)).facts == len(facts_of(databases))


class TestSeals(SealsContract):
    pass
