"""What facts and seals promise: each change leaves its fact, none changes, and no seal passes an open writer."""

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

import pytest
import sqlalchemy as sa
from attrs import evolve
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from sikpro.adapters.sql import SqlTransactions
from sikpro.adapters.sql.engine import WRITES
from sikpro.adapters.sql.seals import write_facts
from sikpro.adapters.sql.sqlite_driver import driver
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.adapters.sql.unit_of_work import SqlUnitOfWork
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.storage import StorageError, Transactions, UnitOfWork
from sikpro.application.use_cases.seals.seal_facts import next_seal, seal_facts
from sikpro.application.use_cases.seals.verify_facts import verify_facts
from sikpro.domain.order import Change, Order, place
from sikpro.domain.order_data import Channel
from sikpro.domain.place import Place
from sikpro.domain.seals import FactKind, Fault, FaultKind, LedgerFact, Seal, unpacked
from sikpro.domain.values import TechnicianCode
from sikpro.testing.builders import (
    COMPLETED,
    HELD_UP,
    IN_PROGRESS,
    WAITING,
    after,
    an_incoming,
    an_outgoing,
    key_of,
    order_data,
)
from tests.integration.contract.conftest import POSTGRES

ZONE = "Asia/Jakarta"


def an_answered_order(unit: UnitOfWork) -> Order:
    """An order that came by a message, was taken and held up, and whose answer was sent."""
    received = unit.inbox.receive(an_incoming("SC32232558 Budi 0812", message_id=5), after(0))
    placed = place(
        order_id=unit.orders.next_id(),
        data=order_data(note="pagar biru"),
        channel=Channel.TELEGRAM,
        status=WAITING,
        received_at=after(0),
        now=after(0),
    )
    order = placed.order
    unit.orders.add(order, key_of(order))
    unit.journal.append(order, placed.events, None)
    assert received is not None
    unit.inbox.finish(received, Outcome.ORDER, order_id=order.id)
    for minute, status in ((1, IN_PROGRESS), (2, HELD_UP)):
        change = order.move_to(status, 7, after(minute), feedback="ONT mati")
        order = unit.orders.save(change.order, key_of(change.order))
        unit.journal.append(order, change.events, 7)
    outbox_id = unit.outbox.put(an_outgoing("ONT mati"), after(2), order_id=order.id)
    unit.outbox.sent(outbox_id, 91, after(3))
    return order


def facts_of(store: Transactions) -> tuple[LedgerFact, ...]:
    return store.read(lambda unit: unit.seals.facts(0, 99))


def sealed(store: Transactions, minute: float = 60) -> Seal | None:
    return store.write(lambda unit: seal_facts(unit, after(minute), ZONE))


def faults_in(store: Transactions, kept: str = "") -> list[Fault]:
    found: list[Fault] = []
    store.read(lambda unit: verify_facts(unit, found.append, kept))
    return found


def test_each_step_leaves_its_fact_and_no_word_of_anybody_is_in_it(store: Transactions) -> None:
    order = store.write(an_answered_order)
    facts = facts_of(store)
    assert [(one.kind, one.at, one.status, one.detail, one.message_id) for one in facts] == [
        (FactKind.MESSAGE, after(0), "", "message", 5),
        (FactKind.RECEIVED, after(0), WAITING.code, "telegram", None),
        (FactKind.HANDLED, after(0), "", "order", None),
        (FactKind.CHANGED, after(1), IN_PROGRESS.code, "StatusChanged", None),
        (FactKind.CHANGED, after(2), HELD_UP.code, "StatusChanged", None),
        (FactKind.SENT, after(3), "", "sent", 91),
    ]
    assert [one.id for one in facts] == sorted({one.id for one in facts})
    assert [one.number for one in facts] == ["", order.number, "", order.number, order.number, ""]
    assert [one.order_id for one in facts] == [None] + [order.id] * 5
    assert facts[1].received_at == order.received_at
    everything = repr([evolve(one, words="", data="") for one in facts])
    assert [word for word in ("Budi", "0812", "ONT", "pagar", "F5SDA445", "700") if word in everything] == []
    assert all(len(one.words) == 64 for one in facts if one.kind is not FactKind.HANDLED)
    assert len({one.words for one in facts[3:5]}) == 2


def test_what_is_undone_leaves_no_fact(store: Transactions) -> None:
    def undo(unit: UnitOfWork) -> None:
        with unit.savepoint():
            unit.outbox.sent(unit.outbox.put(an_outgoing(), after(0)), 1, after(0))
            raise ValueError("undone")

    def work(unit: UnitOfWork) -> None:
        with pytest.raises(ValueError, match="undone"):
            undo(unit)
        unit.outbox.sent(unit.outbox.put(an_outgoing(), after(0)), 2, after(0))

    store.write(work)
    assert [one.message_id for one in facts_of(store)] == [2]


def test_every_end_of_a_message_has_its_fact_and_a_recalled_one_has_none(store: Transactions) -> None:
    def work(unit: UnitOfWork) -> None:
        put = unit.outbox.put
        put(an_outgoing(chat_id=0), after(0))
        unit.outbox.give_up(put(an_outgoing(chat_id=1), after(0)), Delivery.EXPIRED, "late", "", after(1))
        unit.outbox.recall([put(an_outgoing(chat_id=2), after(0))])
        unit.outbox.sent(put(an_outgoing(text="", chat_id=3, reaction="👍", reply_to=4), after(0)), None, after(2))
        unit.outbox.later(put(an_outgoing(chat_id=4), after(0)), after(9), "unreachable", at=after(0))

    store.write(work)
    assert [(one.kind, one.detail, one.at) for one in facts_of(store)] == [
        (FactKind.NOT_SENT, "failed", after(0)),
        (FactKind.NOT_SENT, "expired", after(1)),
        (FactKind.SENT, "gesture", after(2)),
    ]


def test_a_seal_computed_before_another_was_saved_is_not_saved(store: Transactions) -> None:
    """It was computed in a read; what came between is looked for when it is saved."""
    store.write(an_answered_order)
    late = store.read(lambda unit: next_seal(unit, after(60), ZONE))
    assert late
    first = sealed(store)
    assert store.write(late) is None
    assert store.read(lambda unit: unit.seals.page(None, 5)) == (first,)
    assert store.read(lambda unit: [unit.seals.how_many(0, 6), unit.seals.how_many(2, 4)]) == [6, 2]
    store.write(lambda unit: unit.outbox.put(an_outgoing(chat_id=0), after(4)))
    assert store.read(lambda unit: next_seal(unit, after(61), ZONE)) is None, "the last seal is a minute old"
    assert store.read(lambda unit: next_seal(unit, after(63), ZONE))


def test_each_seal_is_over_the_facts_since_the_one_before_and_only_over_something_new(store: Transactions) -> None:
    assert sealed(store) is None
    store.write(an_answered_order)
    assert store.read(lambda unit: unit.seals.waiting()) == 6
    first = sealed(store)
    assert sealed(store) is None
    store.write(lambda unit: unit.outbox.put(an_outgoing(chat_id=0), after(4)))
    second = sealed(store, 61)
    assert first is not None
    assert second is not None
    assert [(one.number, one.count) for one in (first, second)] == [(1, 6), (2, 1)]
    assert second.previous == first.hash
    assert (second.first, second.made_at) == (second.last, after(61))

    def read(unit: UnitOfWork) -> None:
        assert unit.seals.waiting() == 0
        assert unit.seals.last() == second
        assert unit.seals.page(None, 5) == (second, first)
        assert unit.seals.page(2, 5) == (first,)
        assert unit.seals.chain(1, 5) == (second,)
        assert list(unpacked(unit.seals.digests(1))) == [one.id for one in unit.seals.facts(0, 6)]
        assert unit.seals.covering(first.last) == first
        assert unit.seals.covering(second.last) == second
        assert unit.seals.covering(second.last + 1) is None

    store.read(read)


def test_what_nobody_touched_is_in_order_whatever_happened_to_the_orders(store: Transactions) -> None:
    def work(unit: UnitOfWork) -> None:
        def step(change: Change, actor: int | None) -> Order:
            saved = unit.orders.save(change.order, key_of(change.order))
            unit.journal.append(saved, change.events, actor)
            return saved

        order = an_answered_order(unit)
        changes: list[tuple[Callable[[Order], Change], int | None]] = [
            (lambda one: one.join("halo", 1, 2, after(20), place=Place(-7.4, 112.7)), None),
            (lambda one: one.say("sebentar", 7, after(22)), 7),
            (lambda one: one.say("dari saya", 8, after(23)), 8),
            (lambda one: one.correct(order_data(note="pagar hijau"), WAITING, after(24)), None),
            (lambda one: one.nudge(after(24), timedelta(minutes=5)), None),
            (lambda one: one.assign(9, IN_PROGRESS, after(25)), 3),
            (lambda one: one.give_back(9, WAITING, after(26)), 9),
            (lambda one: one.transfer(TechnicianCode.parse("F5SPJ446"), after(27), sender=None), 3),
            (lambda one: one.move_to(COMPLETED, 9, after(28), feedback="aktif"), 9),
            (lambda one: one.reopen(IN_PROGRESS, 7, after(29), "salah", feedback="maaf"), 7),
            (lambda one: one.delete("dua kali", after(30)), 3),
            (lambda one: one.restore(WAITING, after(31)), 3),
            (lambda one: one.complete_elsewhere(COMPLETED, 3, after(27), after(32), reason="tabel"), 3),
        ]
        for change, actor in changes:
            before, order = order, step(change(order), actor)
            if not order.deleted_at:
                unit.journal.append(order, order.remark("catatan", after(33)).events, 4)
        step(order.undo(before, after(40)), 3)

    store.write(work)
    seal = sealed(store)
    assert faults_in(store) == []
    assert seal
    assert faults_in(store, seal.hash[:16]) == []
    assert [one.kind for one in faults_in(store, "f" * 64)] == [FaultKind.SEAL_UNKNOWN]


def test_facts_are_found_by_order_and_by_every_number_that_it_had(store: Transactions) -> None:
    order = store.write(an_answered_order)

    def read(unit: UnitOfWork) -> None:
        assert unit.seals.orders_numbered(order.number) == (order.id,)
        assert unit.seals.orders_numbered("SC1") == ()
        facts = unit.seals.facts_of([order.id])
        assert [one.order_id for one in facts] == [order.id] * 5
        about = [one for one in facts if one.number]
        assert set(unit.seals.salts_of(about)) == {one.id for one in about}
        assert unit.seals.orders_of([order.id, 99]) == (order,)
        assert unit.seals.order_ids(-9, 5) == (order.id,)
        assert unit.seals.order_ids(order.id, 5) == ()
        assert (unit.seals.first_order(), unit.seals.orders_gone(9)) == (order.id, ())
        assert list(unit.seals.entries_of([order.id])[order.id]) == list(unit.journal.of_order(order.id))
        assert set(unit.seals.rows_of(facts)) == {one.id for one in facts}
        assert unit.seals.rows_without_fact(9) == ()

    store.read(read)


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


def a_failed_message(unit: UnitOfWork) -> int:
    outbox_id = unit.outbox.put(an_outgoing("ONT mati"), after(0))
    unit.outbox.give_up(outbox_id, Delivery.FAILED, "blocked", "", after(1))
    return outbox_id


def test_a_failed_message_that_is_sent_again_stays_in_order_at_each_step(store: Transactions) -> None:
    first, other = store.write(a_failed_message), store.write(a_failed_message)
    nobody = store.write(lambda unit: unit.outbox.put(an_outgoing(chat_id=0), after(0)))
    steps: list[Callable[[UnitOfWork], object]] = [
        lambda unit: unit.outbox.send_again(first, after(2)),
        lambda unit: unit.outbox.give_up(first, Delivery.FAILED, "blocked", "", after(3)),
        lambda unit: unit.outbox.send_again(first, after(4)),
        lambda unit: unit.outbox.move_chat(700, -1001234567890),
        lambda unit: unit.outbox.sent(first, 9, after(5)),
        lambda unit: unit.outbox.send_again(other, after(6)),
        lambda unit: unit.outbox.recall([other, nobody]),
    ]
    for step in steps:
        store.write(step)
        assert faults_in(store) == []


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
