"""What migrations promise: up, down and up again with rows in the children, and no drift from the tables."""

from datetime import time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from attrs import evolve
from sqlalchemy import text

from sikpro.adapters.sql import (
    SqlTransactions,
    create_engine_for,
    current,
    downgrade,
    migrate,
    pending,
)
from sikpro.adapters.sql.errors import ConstraintViolated
from sikpro.adapters.sql.migrate import _config, revisions
from sikpro.adapters.sql.tables import metadata
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.queries import OrderFilter, Sort
from sikpro.application.ports.sessions import Session
from sikpro.application.ports.storage import StorageUnavailable, UnitOfWork
from sikpro.application.ports.written_tables import WrittenRow, WrittenState, WrittenTable
from sikpro.application.use_cases.catalogue.first_catalogue import FIRST_PROVIDER_CODES
from sikpro.application.use_cases.messages.resend_failed import NEWER
from sikpro.domain.catalogue import Status
from sikpro.domain.duplicates import STANDING
from sikpro.domain.errors import AlreadyUsed
from sikpro.domain.events import OrderRestored
from sikpro.domain.installation import Hours, Installation
from sikpro.domain.order import Change, Order
from sikpro.domain.phase import OPEN, Phase
from sikpro.domain.values import VENDORS
from sikpro.testing.builders import (
    COMPLETED,
    HELD_UP,
    IN_PROGRESS,
    a_person,
    after,
    an_incoming,
    an_outgoing,
    key_of,
    stored_order,
)
from sikpro.testing.contracts.race import race


def fill(unit: UnitOfWork) -> None:
    """An order with a row in every table that refers to it, and a person with a session."""
    order = stored_order(unit, note="pagar biru")
    unit.journal.append(order, [OrderRestored(order_id=order.id, at=after(1), state=order.state)], None)
    received = unit.inbox.receive(an_incoming(), after(0))
    assert received is not None
    unit.inbox.finish(received, Outcome.ORDER, order_id=order.id)
    unit.outbox.put(an_outgoing(), after(0), order_id=order.id)
    person = unit.people.add(a_person())
    unit.sessions.add(Session(id="s", person=person.id, created_at=after(0), used_at=after(0)))


def counts(unit: UnitOfWork) -> tuple[int, ...]:
    found = unit.order_queries.page(OrderFilter(text="pagar"), sort=Sort.OLDEST, after=None, limit=9)
    return (
        len(found),
        sum(len(unit.journal.of_order(row.id)) for row in found),
        sum(len(unit.outbox.of_order(row.id)) for row in found),
        len(unit.inbox.page(before=None, limit=9)),
        len(unit.people.all()),
    )


def with_store(url: str, work: Any, *, write: bool = False) -> Any:
    engine = create_engine_for(url)
    try:
        store = SqlTransactions(engine)
        return store.write(work) if write else store.read(work)
    finally:
        engine.dispose()


def test_an_empty_database_is_pending_until_it_is_migrated(empty_url: str) -> None:
    assert (pending(empty_url), current(empty_url)) == (True, None)

    migrate(empty_url)

    assert not pending(empty_url)
    assert current(empty_url) is not None
    migrate(empty_url)


def test_rows_and_their_children_outlive_a_step_down_and_up_again(empty_url: str) -> None:
    migrate(empty_url)
    with_store(empty_url, fill, write=True)

    downgrade(empty_url, "0002")
    assert pending(empty_url)
    migrate(empty_url)

    assert with_store(empty_url, counts) == (1, 1, 1, 1, 1)


def test_everything_goes_down_and_comes_up_again_empty(empty_url: str) -> None:
    migrate(empty_url)
    with_store(empty_url, fill, write=True)

    downgrade(empty_url)
    engine = create_engine_for(empty_url)
    with engine.connect() as connection:
        left = [name for name in sa.inspect(connection).get_table_names() if not name.startswith("sqlite_")]
    engine.dispose()
    assert left == ["alembic_version"]
    migrate(empty_url)

    assert with_store(empty_url, counts) == (0, 0, 0, 0, 0)
    with_store(empty_url, fill, write=True)


def held_up_before(unit: UnitOfWork) -> list[int]:
    """An order held up twice with a change of the reason between, one whose hold-up was undone, one never held up."""
    twice, undone, never = (stored_order(unit, f"SC10000{place}") for place in range(3))

    def keep(order: Order, change: Change) -> Order:
        unit.journal.append(change.order, change.events, 1)
        return change.order

    other = evolve(HELD_UP, code="other_reason")
    order = twice
    for minute, status in enumerate((HELD_UP, other, IN_PROGRESS, HELD_UP, COMPLETED)):
        order = keep(order, order.move_to(status, 1, after(minute)))
    unit.orders.save(evolve(order, version=twice.version), key_of(order))
    held = keep(undone, undone.move_to(HELD_UP, 1, after(1)))
    keep(held, held.undo(undone, after(2)))
    keep(never, never.take(1, IN_PROGRESS, after(1)))
    return [twice.id, undone.id, never.id]


def test_hold_ups_of_orders_from_before_are_counted_from_their_journal(database_url: str) -> None:
    ids = with_store(database_url, held_up_before, write=True)
    downgrade(database_url, "0006")

    migrate(database_url)

    counted = with_store(database_url, lambda unit: [unit.orders.get(order_id).hold_ups for order_id in ids])
    assert counted == [2, 0, 0]


def words_before(unit: UnitOfWork) -> dict[int, str]:
    """Orders that were told something, as they were kept before words ended with their status; and what is to stay."""

    def lives(place: int, *steps: tuple[Status | str, str]) -> int:
        """Set statuses, with words, join words or take the last step back; the last words stay to the end."""
        order = first = stored_order(unit, f"SC20000{place}")
        before, said_last = order, order
        for minute, (step, said) in enumerate(steps):
            if step == "join":
                change = order.join("halo", 1, 2, after(minute))
            elif step == "undo":
                change = order.undo(before, after(minute))
            else:
                assert isinstance(step, Status)
                change = order.move_to(step, 1, after(minute), feedback=said)
            unit.journal.append(change.order, change.events, 1)
            before, order = order, change.order
            said_last = order if said else said_last
        words, at = said_last.last_feedback, said_last.last_feedback_at
        order = evolve(order, last_feedback=words, last_feedback_at=at, version=first.version)
        return unit.orders.save(order, key_of(order)).id

    old = [
        lives(0, (HELD_UP, "cek SN"), (COMPLETED, "")),
        lives(1, (HELD_UP, "cek SN"), (IN_PROGRESS, ""), (HELD_UP, "")),
        lives(2, (HELD_UP, "cek SN"), (COMPLETED, ""), ("join", "")),
    ]
    kept = [
        lives(3, (HELD_UP, "cek SN"), (COMPLETED, "Aktif.")),
        lives(4, (HELD_UP, "cek SN"), ("join", "")),
        lives(5, (HELD_UP, "cek SN"), (COMPLETED, ""), ("undo", "")),
        lives(6, (IN_PROGRESS, ""), (HELD_UP, "cek SN"), (HELD_UP, "")),
    ]
    stay = {order_id: unit.orders.get(order_id).last_feedback for order_id in kept}
    assert all(stay.values())
    return dict.fromkeys(old, "") | stay


def test_words_of_an_earlier_status_are_taken_off_orders_from_before(database_url: str) -> None:
    expected = with_store(database_url, words_before, write=True)
    downgrade(database_url, "0007")

    migrate(database_url)

    def said(unit: UnitOfWork) -> dict[int, str]:
        return {order_id: unit.orders.get(order_id).last_feedback for order_id in expected}

    assert with_store(database_url, said) == expected


def test_a_shared_phone_number_outlives_the_rule_that_it_is_one_persons_alone(database_url: str) -> None:
    people = ("Rina", "62811"), ("Sari", "62812"), ("Tono", "62812"), ("Umar", "")
    ids = with_store(database_url, lambda unit: [unit.people.add(a_person(name)).id for name, _ in people], write=True)
    downgrade(database_url, "0007")
    engine = create_engine_for(database_url)
    with engine.begin() as connection:
        for person, (_, phone) in zip(ids, people, strict=True):
            connection.execute(text("UPDATE people SET phone = :p WHERE id = :i"), {"p": phone, "i": person})
    engine.dispose()

    migrate(database_url)

    kept = with_store(database_url, lambda unit: [(one.name, one.phone) for one in unit.people.all()])
    assert kept == list(people)
    for phone in ("62811", "62812"):
        with pytest.raises(AlreadyUsed):
            with_store(database_url, lambda unit, p=phone: unit.people.add(a_person("Wawan", phone=p)), write=True)
    engine = create_engine_for(database_url)
    with pytest.raises(ConstraintViolated), engine.begin() as connection:
        connection.execute(text("UPDATE people SET phone_key = '62811' WHERE name = 'Umar'"))
    engine.dispose()


def test_two_who_migrate_at_once_both_find_it_migrated(empty_url: str) -> None:
    pending(empty_url)

    assert race(*[lambda: migrate(empty_url)] * 3) == [None] * 3
    assert not pending(empty_url)


def test_a_migration_that_finds_rows_referring_to_nothing_changes_nothing(tmp_path: Any) -> None:
    url = f"sqlite:///{tmp_path / 'sikpro.db'}"
    migrate(url)
    downgrade(url, "0002")
    engine = create_engine_for(url, foreign_keys=False)
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO journal (at, kind, order_id, subject, data) VALUES ('2026-01-01', 'x', 99, '', '{}')")
        )
    engine.dispose()

    with pytest.raises(StorageUnavailable, match="1 rows refer to nothing"):
        migrate(url)

    assert current(url) == "0002"


def test_a_database_of_a_newer_version_is_refused(database_url: str) -> None:
    engine = create_engine_for(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()

    with pytest.raises(StorageUnavailable, match="newer version"):
        migrate(database_url)


def test_the_migrated_schema_is_that_of_the_tables(database_url: str) -> None:
    def is_ours(_item: object, name: str | None, *_rest: object) -> bool:
        return not str(name).startswith(("order_search", "ix_orders_search_text", "alembic_version"))

    engine = create_engine_for(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": is_ours, "compare_type": True})
        differences = compare_metadata(context, metadata)
    engine.dispose()

    assert differences == []


def test_the_unfinished_index_has_the_condition_that_queries_say(database_url: str) -> None:
    engine = create_engine_for(database_url)
    with engine.connect() as connection:
        (index,) = [
            index for index in sa.inspect(connection).get_indexes("outbox") if index["name"] == "ix_outbox_unfinished"
        ]
    engine.dispose()

    condition = str(index["dialect_options"].get(f"{engine.dialect.name}_where"))
    assert "queued" in condition
    assert "sending" in condition


def test_the_index_of_live_ports_leaves_out_the_phases_that_are_over(database_url: str) -> None:
    engine = create_engine_for(database_url)
    with engine.connect() as connection:
        indexes = {index["name"]: index for index in sa.inspect(connection).get_indexes("orders")}
    engine.dispose()

    condition = str(indexes["ix_orders_live_port"]["dialect_options"].get(f"{engine.dialect.name}_where"))
    assert "deleted_at IS NULL" in condition
    assert "port <> ''" in condition
    assert {phase for phase in Phase if f"'{phase}'" in condition} == set(Phase) - OPEN


def test_the_index_of_standing_orders_leaves_out_the_phases_that_free_the_key(database_url: str) -> None:
    engine = create_engine_for(database_url)
    with engine.connect() as connection:
        indexes = {index["name"]: index for index in sa.inspect(connection).get_indexes("orders")}
    engine.dispose()

    condition = str(indexes["ix_orders_installed"]["dialect_options"].get(f"{engine.dialect.name}_where"))
    assert "deleted_at IS NULL" in condition
    assert {phase for phase in Phase if f"'{phase}'" in condition} == set(Phase) - STANDING


def test_an_installation_from_before_gets_the_first_makers_and_keeps_the_fields_own_numbers(database_url: str) -> None:
    with_store(database_url, lambda unit: unit.catalogue.put_status(HELD_UP), write=True)
    with_store(database_url, lambda unit: unit.installation.put(Installation(notice="Hai")), write=True)
    downgrade(database_url, "0010")

    migrate(database_url)

    assert with_store(database_url, lambda unit: unit.installation.get()) == Installation(notice="Hai")
    makers = {maker.code: maker.name for maker in with_store(database_url, lambda unit: unit.catalogue.makers())}
    assert makers == VENDORS


def test_an_installation_from_before_gets_the_first_codes_of_the_provider(database_url: str) -> None:
    with_store(database_url, lambda unit: unit.catalogue.put_status(HELD_UP), write=True)
    downgrade(database_url, "0018")

    migrate(database_url)

    assert with_store(database_url, lambda unit: unit.catalogue.provider_codes()) == FIRST_PROVIDER_CODES


def test_an_installation_from_before_keeps_its_hours_on_its_days(database_url: str) -> None:
    week = tuple((Hours(time(7, 30), time(21)),) if day in {0, 6} else () for day in range(7))
    decided = Installation(notice="Hai", week=week)
    with_store(database_url, lambda unit: unit.installation.put(decided), write=True)
    downgrade(database_url, "0021")

    migrate(database_url)

    assert with_store(database_url, lambda unit: unit.installation.get()) == decided


def test_tables_from_before_are_written_or_taken_back_as_a_whole(database_url: str) -> None:
    standing = WrittenTable(kind="orders", source="a.csv", by=1, at=after(0), total=1, added=1, changed=0)
    row = WrittenRow(name="SC1", subject="7", version=1)

    def work(unit: UnitOfWork) -> tuple[WrittenTable, WrittenTable]:
        one, other = (unit.written_tables.add(standing, [row]) for _ in range(2))
        unit.written_tables.take_back(other.id, 2, after(5))
        claimed = unit.written_tables.claim(after(6), timedelta(minutes=1))
        assert claimed
        return one, unit.written_tables.portion_back(claimed, ["7"], {}, after(6), timedelta(minutes=1))

    before = with_store(database_url, work, write=True)
    downgrade(database_url, "0042")

    migrate(database_url)

    def found(unit: UnitOfWork) -> tuple[Any, ...]:
        tables = tuple(unit.written_tables.get(one.id) for one in before)
        return tables, unit.written_tables.taken_back("orders", ["7"]), unit.written_tables.rows(before[0].id)

    assert with_store(database_url, found) == (before, {"7"}, (row,))


def test_what_an_older_version_does_not_know_is_told_to_it_as_far_as_it_can(database_url: str) -> None:
    rows = [WrittenRow(name=f"SC{number}", subject=f"{number}", version=1) for number in (7, 8)]
    standing = WrittenTable(kind="orders", source="a.csv", by=1, at=after(0), total=2, added=2, changed=0)

    def work(unit: UnitOfWork) -> tuple[int, int]:
        table = unit.written_tables.add(standing, rows)
        unit.written_tables.take_back(table.id, 2, after(5))
        claimed = unit.written_tables.claim(after(6), timedelta(minutes=1))
        assert claimed
        unit.written_tables.portion_back(claimed, ["8"], {}, after(6), timedelta(minutes=1))
        message = unit.outbox.put(an_outgoing(), after(0))
        unit.outbox.give_up(message, Delivery.FAILED, "unreachable", "", after(1))
        unit.outbox.end_failed(message, Delivery.REPLACED, NEWER, after(2))
        return table.id, message

    table, message = with_store(database_url, work, write=True)
    downgrade(database_url, "0040")

    engine = create_engine_for(database_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT state FROM outbox")).scalars().all() == ["expired"]
        assert connection.execute(text("SELECT taken_back_at FROM written_tables")).scalars().all() == [None]
    engine.dispose()
    migrate(database_url)
    assert with_store(database_url, lambda unit: unit.outbox.get(message)).state is Delivery.REPLACED
    assert with_store(database_url, lambda unit: unit.written_tables.get(table)).state is WrittenState.WRITTEN


def test_the_names_of_the_files_tell_every_revision_in_its_order() -> None:
    scripts = ScriptDirectory.from_config(_config())
    walked = [script.revision for script in scripts.walk_revisions()]
    assert list(revisions()) == walked[::-1]
    assert revisions()[-1] == scripts.get_current_head()
