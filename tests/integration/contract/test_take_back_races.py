"""A table that is taken back while others work, from another process: what they touch stays."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from attrs import evolve

from sikpro.adapters.sql import SqlTransactions, create_engine_for
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.written_tables import WrittenRow, WrittenState, WrittenTable
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.application.use_cases.orders.record_change import record_change
from sikpro.application.use_cases.tables.take_back import ORDERS, plan_take_back, record_rows, take_portion_back
from sikpro.domain.people import Person, Role
from sikpro.testing.builders import IN_PROGRESS, a_person, after, stored_order
from tests.integration.contract.conftest import POSTGRES


@pytest.fixture
def other(database_url: str) -> Iterator[SqlTransactions]:
    """Another process' way to the same database."""
    engine = create_engine_for(database_url)
    yield SqlTransactions(engine)
    engine.dispose()


def _asked(unit: UnitOfWork, kind: str, rows: list[WrittenRow], by: Person) -> WrittenTable:
    table = record_rows(unit, kind, "o.csv", by, after(1), rows)
    assert plan_take_back(unit, table.id, by).possible
    assert unit.written_tables.take_back(table.id, by.id, after(2))
    return unit.written_tables.get(table.id)


def _between_judging_and_undoing(unit: Any, happens: Callable[[], object]) -> None:
    """Let something happen before the first row is taken back, when all rows of the portion were judged."""
    savepoint: Callable[[], AbstractContextManager[None]] = unit.savepoint

    def first() -> AbstractContextManager[None]:
        unit.savepoint = savepoint
        happens()
        return savepoint()

    unit.savepoint = first


@pytest.mark.parametrize("database_url", [POSTGRES], indirect=True)
@pytest.mark.parametrize("kind", [ORDERS, "people"])
def test_what_is_touched_after_its_portion_was_judged_stays(
    databases: SqlTransactions, other: SqlTransactions, kind: str
) -> None:
    def furnish(unit: UnitOfWork) -> WrittenTable:
        create_first_catalogue(unit)
        by = unit.people.add(a_person("Admin", role=Role.ADMIN, username="admin"))
        order, person = stored_order(unit), unit.people.add(a_person("Rina", username="rina"))
        row = (
            WrittenRow(name=order.number, subject=str(order.id), version=order.version)
            if kind == ORDERS
            else WrittenRow(name="Rina", subject=str(person.id), version=person.version)
        )
        return _asked(unit, kind, [row], by)

    table = databases.write(furnish)
    (row,) = databases.read(lambda unit: unit.written_tables.rows(table.id))

    def touch(unit: UnitOfWork) -> None:
        if kind == ORDERS:
            record_change(unit, unit.orders.get(int(row.subject)).take(table.by, IN_PROGRESS, after(3)), table.by)
        else:
            unit.people.save(evolve(unit.people.get(int(row.subject)), phone="081234567890"))

    def back(unit: UnitOfWork) -> WrittenTable:
        _between_judging_and_undoing(unit, lambda: other.write(touch))
        return take_portion_back(unit, table, after(4), reason="x", zone="Asia/Jakarta")[0]

    further = databases.write(back)

    assert (further.state, further.returned, further.kept) == (WrittenState.TAKEN_BACK, 0, 1)
    if kind == ORDERS:
        assert databases.read(lambda unit: unit.orders.get(int(row.subject))).deleted_at is None
    else:
        assert databases.read(lambda unit: unit.people.get(int(row.subject))).phone == "081234567890"
