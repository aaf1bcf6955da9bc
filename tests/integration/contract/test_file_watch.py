"""A server on SQLite notices what a command beside it writes, and is not woken by itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen

from sikpro.adapters.sql import SqlTransactions, create_engine_for
from sikpro.adapters.sql.file_watch import FileWatch
from sikpro.testing.builders import a_person
from tests.integration.sqlite import migrated_sqlite


@frozen
class Beside:
    """A server with its watch, and a command on the same file."""

    server: SqlTransactions
    watch: FileWatch
    command: SqlTransactions


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[Beside]:
    """Both, on an empty database."""
    url = migrated_sqlite(tmp_path)
    engines = [create_engine_for(url) for _ in range(2)]
    server, command = (SqlTransactions(engine) for engine in engines)
    watch = server.watch()
    assert not watch.others_wrote()
    yield Beside(server, watch, command)
    watch.close()
    for engine in engines:
        engine.dispose()


def add(store: SqlTransactions, name: str) -> None:
    store.write(lambda unit: unit.people.add(a_person(name, username=name.lower())))


def test_what_a_command_writes_is_noticed_once(beside: Beside) -> None:
    add(beside.command, "Rina")
    assert beside.watch.others_wrote()
    assert not beside.watch.others_wrote()


def test_what_the_server_itself_writes_is_not(beside: Beside) -> None:
    add(beside.server, "Rina")
    assert not beside.watch.others_wrote()
    beside.server.read(lambda unit: unit.people.all())
    assert not beside.watch.others_wrote()


def test_a_write_of_the_server_that_changes_nothing_hides_no_command(beside: Beside) -> None:
    beside.server.write(lambda unit: unit.people.all())
    add(beside.command, "Rina")
    beside.server.write(lambda unit: unit.people.all())
    assert beside.watch.others_wrote()
