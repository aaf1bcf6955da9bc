"""Catalogue and people, made once of the rows that the database gives, are never older than the transaction."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from attrs import evolve
from sqlalchemy.sql import Executable

from sikpro.adapters.sql import SqlTransactions, create_engine_for
from sikpro.adapters.sql.constant import Constant
from sikpro.adapters.sql.people import _ALL
from sikpro.adapters.sql.tables import people
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.catalogue import Sto
from sikpro.domain.people import Person
from sikpro.testing.builders import a_person

RIVAL = """
import sys
from attrs import evolve
from sikpro.adapters.sql import SqlTransactions, create_engine_for
SqlTransactions(create_engine_for(sys.argv[1])).write(
    lambda unit: unit.people.save(evolve(unit.people.by_username("ani"), name="Ani Baru", active=False))
)
"""


@pytest.fixture
def stores(database_url: str) -> Iterator[tuple[SqlTransactions, SqlTransactions]]:
    """Two that share a database, as a server and a command do; the first has read everything."""
    with ExitStack() as ends:
        engines = [create_engine_for(database_url) for _ in range(2)]
        for engine in engines:
            ends.callback(engine.dispose)
        server, command = (SqlTransactions(engine) for engine in engines)
        server.write(lambda unit: unit.people.add(a_person("Ani", username="ani")))
        server.read(everything)
        yield server, command


def everything(unit: UnitOfWork) -> tuple[object, ...]:
    """All that is kept."""
    rows = unit.catalogue
    catalogue = (rows.statuses(), rows.order_types(), rows.site_operations(), rows.stos(), rows.makers())
    return (unit.people.all(), *catalogue, rows.provider_codes(), rows.holidays(), unit.installation.get())


def ani(store: SqlTransactions) -> Person:
    return store.read(lambda unit: unit.people.all())[0]


def change(unit: UnitOfWork, before: Person) -> None:
    """Change one row of each table that the test looks at."""
    unit.people.save(evolve(before, active=not before.active))
    unit.catalogue.put_sto(Sto(code="AAA", name=before.name, site_operation="", active=before.active))
    unit.installation.put(evolve(unit.installation.get(), most_claims=before.version + 3))


def test_a_write_is_seen_by_the_next_read_of_this_and_of_every_other_store(
    stores: tuple[SqlTransactions, SqlTransactions],
) -> None:
    for writer in stores:
        before = ani(writer)
        writer.write(partial(change, before=before))
        for reader in stores:
            assert ani(reader).active is not before.active
            assert reader.read(lambda unit: unit.catalogue.stos())[0].active is before.active
            assert reader.read(lambda unit: unit.installation.get()).most_claims == before.version + 3


def test_a_right_taken_away_by_another_process_is_gone_at_the_next_read(
    stores: tuple[SqlTransactions, SqlTransactions], database_url: str
) -> None:
    assert ani(stores[0]).active
    subprocess.run([sys.executable, "-c", RIVAL, database_url], check=True, timeout=60)
    assert (ani(stores[0]).name, ani(stores[0]).active) == ("Ani Baru", False)


def test_what_a_transaction_wrote_and_undid_is_kept_by_nobody(stores: tuple[SqlTransactions, SqlTransactions]) -> None:
    server, command = stores

    def rename_and_fail(unit: UnitOfWork) -> None:
        unit.people.save(evolve(unit.people.all()[0], name="Never"))
        assert unit.people.all()[0].name == "Never"
        raise LookupError

    with pytest.raises(LookupError):
        server.write(rename_and_fail)
    assert [ani(store).name for store in (server, command)] == ["Ani", "Ani"]


def test_rows_that_did_not_change_are_not_made_again(stores: tuple[SqlTransactions, SqlTransactions]) -> None:
    server, command = stores
    first, second = server.read(everything), command.read(everything)
    assert all(old is new for old, new in zip(first[:-1], second[:-1], strict=True))


def test_a_row_changed_beside_every_repository_is_seen(stores: tuple[SqlTransactions, SqlTransactions]) -> None:
    engine = stores[1]._engine
    with engine.connect().execution_options(sikpro_writes=True) as connection, connection.begin():
        connection.execute(sa.update(people).values(role="admin"))
    assert ani(stores[0]).role == "admin"


def test_a_commit_between_the_two_reads_of_a_change_is_not_kept_under_the_rows_before_it(database_url: str) -> None:
    # On PostgreSQL a writing transaction sees what others commit meanwhile, also between two of its statements.
    engine = create_engine_for(database_url)
    store = SqlTransactions(engine)
    store.write(lambda unit: unit.people.add(a_person("Ani", username="ani")))
    with engine.connect() as connection:
        transaction = OpenTransaction(connection)
        if transaction.steady:
            engine.dispose()
            return

        def rename() -> None:
            store.write(lambda unit: unit.people.save(evolve(unit.people.all()[0], name="Budi")))

        made = transaction.rows

        def rows_after_a_rename(statement: Executable | Constant, parameters: Any = None) -> list[dict[str, Any]]:
            rename()
            return made(statement, parameters)

        transaction.rows = rows_after_a_rename  # type: ignore[method-assign]  # another writes between the two reads
        seen = transaction.kept(_ALL, lambda row: row["name"])
        again = OpenTransaction(connection).kept(_ALL, lambda row: row["name"])
    engine.dispose()
    assert (seen, again) == (("Budi",), ("Budi",))
