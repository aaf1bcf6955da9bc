"""What counts many rows reads those of its period, before `ANALYZE` and after; no job looks for rows in a write."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TypeVar

import pytest
import sqlalchemy as sa
from attrs import evolve

from sikpro.adapters.sql import SqlTransactions, create_engine_for, migrate
from sikpro.application.ports import queries
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.application.use_cases.orders.record_change import record_change
from sikpro.application.workers.jobs import RECURRING, Recurring
from sikpro.domain.people import Role
from sikpro.domain.phase import Phase
from sikpro.testing.builders import a_person, a_status, a_technician, after, an_incoming, an_outgoing, stored_order
from tests.integration.plans.counting import LATER, ZONE, counting
from tests.integration.plans.explained import Collected, believe_in_a_million, collected, whole_reads
from tests.integration.plans.many import analyse, multiply, multiply_what_is_written
from tests.integration.postgres import NewDatabase, new_postgres, postgres_server
from tests.integration.sqlite import migrated_sqlite

__all__ = ["new_postgres", "postgres_server"]

pytestmark = pytest.mark.audit

T = TypeVar("T")

LARGE = "orders|journal|inbox|outbox|ledger_facts"
FEW = ("ix_orders_live", "ix_orders_deleted", "ix_outbox_unfinished", "ix_outbox_failed", "ix_orders_claimed_until")
"""The indexes of rows that do not grow with the years."""


def furnish(unit: UnitOfWork) -> None:
    create_first_catalogue(unit)
    unit.catalogue.put_status(a_status())
    unit.catalogue.put_status(held_up := a_status("kendala", Phase.HELD_UP))
    unit.people.add(evolve(a_person("Sari"), role=Role.TEAM_LEADER, telegram_id=77))
    unit.people.add(a_technician("Budi"))
    unit.inbox.receive(an_incoming("/antrian"), after(0))
    for number in range(8):
        order = stored_order(unit, f"SC{30_000_000 + number}", received_at=after(number))
    change = order.move_to(held_up, 1, after(9))
    record_change(unit, change, 1)
    unit.outbox.put(an_outgoing(), after(9), order_id=order.id)


@pytest.fixture(scope="module", params=["never analysed", "analysed"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    engine = create_engine_for(migrated_sqlite(tmp_path_factory.mktemp("plans")))
    SqlTransactions(engine).write(furnish)
    if request.param == "analysed":
        believe_in_a_million(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def plans(engine: sa.Engine) -> Mapping[str, list[str]]:
    """The plan of each statement that counts, where more orders wait than a look reads."""
    store = SqlTransactions(engine)
    with collected(engine) as found, pytest.MonkeyPatch.context() as fewer:
        fewer.setattr(queries, "LOOKED_UP", -1)
        for read in counting():
            store.read(read)
    return planned(engine, found)


def planned(engine: sa.Engine, found: Collected) -> Mapping[str, list[str]]:
    with engine.connect() as connection, connection.begin():
        return {
            statement: [str(row[-1]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            for statement, values in found.statements.items()
        }


def test_nothing_that_counts_reads_a_large_table_whole(plans: Mapping[str, list[str]]) -> None:
    assert len(plans) > 100
    assert {statement: plan for statement, plan in plans.items() if reads_whole(statement, plan)} == {}


def test_orders_that_ended_in_a_period_are_found_by_their_end(plans: Mapping[str, list[str]]) -> None:
    """Not by the STO, the helpdesk or the technician, who had orders for years."""
    ended = [statement for statement in plans if re.search(r"orders.finished_at >= \?", statement)]
    by_their_end = "ix_orders_kept_finished (finished_at>? AND finished_at<?)"
    assert len(ended) > 20
    by_receipt = [one for one in ended if "received_at >= ?" in one]
    elsewhere = [one for one in ended if not any(by_their_end in line for line in plans[one])]
    assert [one for one in elsewhere if one not in by_receipt] == []


def test_orders_that_wait_for_technicians_are_counted_by_since_when(plans: Mapping[str, list[str]]) -> None:
    """Not by looking through all open orders."""
    counted = [one for one in plans if re.search(r"orders.turn_since >= \?", one) and "count(*)" in one]
    of_all = [one for one in counted if "orders.technician = ?" not in one]
    assert of_all
    span = "ix_orders_live_waiting (turn=? AND turn_since>? AND turn_since<?)"
    assert [one for one in of_all if not any(span in line for line in plans[one])] == []


def later(work: Callable[[UnitOfWork, datetime, str], T]) -> Callable[[UnitOfWork], T]:
    """A job's work, as it is done later."""
    return lambda unit: work(unit, LATER, ZONE)


def test_no_job_looks_through_a_large_table_in_a_write(engine: sa.Engine) -> None:
    """What a job looks for it finds in a read; what it writes it reads again by the id of the row."""
    store, written = SqlTransactions(engine), set[str]()
    looked = dict[str, list[str]]()
    for job in RECURRING:
        if isinstance(job, Recurring):
            with collected(engine) as found:
                store.write(later(job.work))
        else:
            write = store.read(later(job.next))
            if write is None:
                continue
            written.add(job.kind)
            with collected(engine) as found:
                store.write(write)
        for statement, plan in planned(engine, found).items():
            if any(walks(line) for line in plan):
                looked[f"{job.kind}: {statement}"] = plan
    assert written >= {"alert_overdue", "close_months", "seal_facts"}
    assert looked == {}


def reads_whole(statement: str, plan: list[str]) -> bool:
    newest = "WHERE" not in statement and "LIMIT" in statement and not any("TEMP B-TREE" in line for line in plan)
    return not newest and any(
        re.match(rf"SCAN ({LARGE})\b", line) and not any(name in line for name in FEW) for line in plan
    )


def walks(line: str) -> bool:
    """Whether a step of a plan goes over many rows of a large table, instead of finding some by a key."""
    if any(name in line for name in FEW):
        return False
    found = re.match(rf"(SCAN|SEARCH) ({LARGE})\b(?:.*\((.*)\))?", line)
    return found is not None and (found[1] == "SCAN" or not re.match(r"\w+=\?|rowid>\? AND rowid<\?", found[3] or ""))


def test_nothing_that_counts_reads_a_large_table_whole_on_postgresql(new_postgres: NewDatabase) -> None:
    """Among 60,000 orders of 290 days, with the figures that PostgreSQL takes of them."""
    url = new_postgres()
    migrate(url)
    engine = create_engine_for(url)
    try:
        SqlTransactions(engine).write(furnish)
        with engine.connect() as connection, connection.begin():
            multiply(connection)
            multiply_what_is_written(connection)
        analyse(engine)
        with collected(engine) as found:
            for read in counting():
                SqlTransactions(engine).read(read)
        assert len(found.statements) > 100
        assert whole_reads(engine, found) == []
    finally:
        engine.dispose()
