"""What retention promises: texts, names and photos go, every figure stays, and the facts still agree."""

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from attrs import fields
from sqlalchemy.engine import Engine

from sikpro.adapters.memory.store import State
from sikpro.adapters.sql import SqlTransactions, create_engine_for
from sikpro.adapters.sql.tables import metadata
from sikpro.application.ports.conversations import Conversation
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.owners import Owner
from sikpro.application.ports.retention import Step
from sikpro.application.ports.schedules import Frequency, Schedule
from sikpro.application.ports.shift_handovers import ShiftHandover
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.application.ports.written_tables import UnwrittenRow, WrittenRow, WrittenState, WrittenTable
from sikpro.application.use_cases.orders.remove_order import delete_order
from sikpro.application.use_cases.retention.forget_old import next_portion
from sikpro.application.use_cases.retention.pseudonyms import make_pseudonym
from sikpro.application.use_cases.tables.take_back import ORDERS, plan_take_back
from sikpro.domain.errors import StillUsed
from sikpro.domain.people import Role
from sikpro.domain.retention import REMOVED
from sikpro.domain.seals import FaultKind
from sikpro.testing.builders import a_person, after, an_incoming
from sikpro.testing.contracts.retention import (
    LATER,
    RetentionContract,
    end_open_failed,
    faults_in,
    figures,
    forget,
    keep_six_months,
    lived,
)
from sikpro.testing.histories import ZONE
from tests.integration.postgres import NewDatabase

SECRETS = ("Bu Siti", "0812345", "pagar biru", "rumah ujung", "Agus Salim")


@pytest.fixture(autouse=True)
def floor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep fewer of the newest rows, so that few are enough."""
    monkeypatch.setattr("sikpro.application.ports.retention.FLOOR", 40)


def everything(store: Transactions) -> str:
    """All that is stored, as text."""
    if not isinstance(store, SqlTransactions):
        state = store._state  # type: ignore[attr-defined]  # the memory store alone
        return repr([list(getattr(state, one.name).values()) for one in fields(State)])
    with store._engine.connect() as connection:
        return repr([connection.execute(table.select()).all() for table in metadata.sorted_tables])


def test_no_word_of_anybody_is_left_of_orders_that_are_over(store: Transactions) -> None:
    people = lived(store, 5)

    def end(unit: UnitOfWork) -> None:
        for order_id, *_ in unit.orders.key_facts():
            order = unit.orders.get(order_id)
            if order.open:
                delete_order(unit, order_id, people.workers[2], after(100_000), reason="rumah ujung", zone=ZONE)
        while claimed := unit.outbox.claim(LATER, timedelta(minutes=1), 999):
            for row in claimed:
                unit.outbox.sent(row.id, 1, after(100_000))

    store.write(end)
    assert all(secret in everything(store) for secret in SECRETS)
    forget(store)
    left = everything(store)
    assert [secret for secret in SECRETS if secret in left] == []
    assert faults_in(store)[0] == []


def test_a_row_that_is_gone_without_a_sum_and_a_sum_that_says_something_else_are_named(
    databases: SqlTransactions, engine: Engine
) -> None:
    def talk(unit: UnitOfWork) -> None:
        for number in range(60):
            received = unit.inbox.receive(an_incoming("hai", number), after(number))
            unit.inbox.finish(received or 0, Outcome.COMMAND, "cek")

    databases.write(talk)
    databases.write(lambda unit: unit.retention.fold_received(after(10), 99))
    assert faults_in(databases)[0] == []
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE folded_rows SET detail = 'mulai'")
        connection.exec_driver_sql("DELETE FROM inbox WHERE id = 15")
    kinds = [(one.kind, one.fact.row_id if one.fact else 0) for one in faults_in(databases)[0]]
    assert (FaultKind.ROW_GONE, 15) in kinds
    assert (FaultKind.ROW_CHANGED, 3) in kinds


def test_dialogues_handovers_and_rows_of_tables_go_and_such_a_table_is_not_taken_back(store: Transactions) -> None:
    def write(unit: UnitOfWork) -> int:
        by = unit.people.add(a_person(role=Role.ADMIN))
        for minute in (0, 20):
            talk = Conversation(chat_id=minute, telegram_id=1, data={"name": "Bu Siti"}, updated_at=after(minute))
            unit.conversations.put(talk)
            handed = ShiftHandover(by=by.id, to=None, at=after(minute), text="Bu Siti marah", orders=())
            unit.shift_handovers.add(handed)
            for kind in ("person_edited", "month_closed"):
                unit.journal.note(kind, "1", by.id, after(minute), {"name": "Bu Siti"})
        table = WrittenTable(kind=ORDERS, source="a.xlsx", by=by.id, at=after(0), added=1, changed=0, total=2)
        rows = [WrittenRow(name="Bu Siti", subject="1", after={"note": "pagar biru"})]
        kept = unit.written_tables.add(table, rows)
        refused = [UnwrittenRow(2, "Bu Siti", StillUsed("taken_back.touched", name="x"))]
        unit.written_tables.portion(kept, [], refused, after(0), timedelta(minutes=1))
        return kept.id

    table_id = store.write(write)
    assert store.write(lambda unit: unit.retention.clear_talk(after(10))) == 5
    assert store.write(lambda unit: unit.retention.clear_talk(after(10))) == 0
    assert store.read(lambda unit: unit.conversations.of(0, 1)) == ()
    assert len(store.read(lambda unit: unit.conversations.of(20, 1))) == 1
    told = store.read(lambda unit: unit.shift_handovers.between(after(0), after(99)))
    assert [one.text for one in told] == [REMOVED, "Bu Siti marah"]
    assert store.read(lambda unit: unit.written_tables.rows(table_id)) == ()
    assert store.read(lambda unit: unit.written_tables.get(table_id)).state is WrittenState.WRITTEN
    assert everything(store).count("'name': 'Bu Siti'") + everything(store).count("('name', 'Bu Siti')") == 4
    admin = store.read(lambda unit: unit.people.all())[0]
    assert not store.read(lambda unit: plan_take_back(unit, table_id, admin)).possible


def test_a_name_goes_from_schedules_and_owners_too_and_with_it_what_was_the_persons_own(store: Transactions) -> None:
    def write(unit: UnitOfWork) -> int:
        gone = unit.people.add(a_person("Agus Salim", telegram_id=9, active=False))
        unit.owners.put(Owner(status="tiang_tumbang", label="Agus Salim", person=gone.id, chat_id=None, topic=None))
        unit.schedules.add(a_schedule(gone.id))
        unit.snippets.put(gone.id, "salam", "Agus Salim di sini")
        unit.snippets.put(None, "bersama", "terima kasih")
        unit.second_steps.prepare(gone.id, "RAHASIA")
        return gone.id

    gone = store.write(write)
    assert "Agus Salim" in everything(store)
    store.write(lambda unit: make_pseudonym(unit, gone))
    left = everything(store)
    assert [word for word in ("Agus Salim", "RAHASIA") if word in left] == []
    assert [one.name for one in store.read(lambda unit: unit.snippets.of_person(gone))] == ["bersama"]
    assert [one.label for one in store.read(lambda unit: unit.schedules.all())] == [f"#{gone}"]


def a_schedule(person: int) -> Schedule:
    """A daily recap to a person."""
    facts: dict[str, Any] = {"rhythm": Frequency.TODAY, "at": time(17), "language": "id", "with_file": False}
    return Schedule(person=person, label="Agus Salim", made_by=person, made_at=after(0), **facts)


@pytest.mark.audit
def test_two_processes_that_do_one_portion_at_once_count_its_rows_once(
    new_postgres: NewDatabase, postgres_template: str
) -> None:
    url = new_postgres(postgres_template)
    engines = [create_engine_for(url) for _ in range(3)]
    first, second = map(SqlTransactions, engines[:2])
    people = lived(first, 6)
    first.write(keep_six_months)
    first.write(end_open_failed)
    before = figures(first, people, 6)
    while (portion := first.read(lambda unit: next_portion(unit, LATER, ZONE))) and not folds(first):
        first.write(portion)
    assert portion is not None

    with ThreadPoolExecutor(1) as other:

        def both(unit: UnitOfWork) -> Future[object]:
            portion(unit)
            late = other.submit(second.write, portion)
            wait_until_blocked(engines[2], late)
            return late

        first.write(both).result(30)
    forget(first)
    after_both = figures(first, people, 6)
    assert after_both == before
    for engine in engines:
        engine.dispose()


def folds(store: Transactions) -> bool:
    run = store.read(lambda unit: unit.retention.last())
    return run is not None and run.step is Step.RECEIVED


def wait_until_blocked(engine: Engine, late: Future[object]) -> None:
    """Wait until a transaction waits for another one, or is done."""
    waits = sa.text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    while not late.done():
        with engine.connect() as connection:
            if connection.scalar(waits):
                return


class TestRetention(RetentionContract):
    pass
