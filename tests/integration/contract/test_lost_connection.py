"""A connection to PostgreSQL that breaks, at each place of a transaction: the store says so, and goes on by itself."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from sikpro.adapters.sql import SqlTransactions, create_engine_for
from sikpro.application.ports.chat import Transport
from sikpro.application.ports.network import Batch
from sikpro.application.ports.storage import StorageError, StorageUnavailable, StorageUncertain, UnitOfWork
from sikpro.application.workers.intake import Intake
from sikpro.testing.builders import a_person, after, an_incoming
from sikpro.testing.clock import StoryClock
from sikpro.testing.transactions import InlineTransactions
from tests.integration.postgres import NewDatabase

pytestmark = pytest.mark.audit


@pytest.fixture
def engine(new_postgres: NewDatabase, postgres_template: str) -> Iterator[Engine]:
    """An engine on an empty PostgreSQL."""
    engine = create_engine_for(new_postgres(postgres_template))
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> SqlTransactions:
    """Its transactions."""
    return SqlTransactions(engine)


Cut = Callable[[], None]


@pytest.fixture
def cut(engine: Engine) -> Iterator[Cut]:
    """Ends every connection of the store, as a restart or a network does."""
    other = create_engine_for(engine.url, pooled=False)

    def end() -> None:
        everybody = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database()"
        with other.connect() as connection:
            connection.execute(sa.text(f"{everybody} AND pid <> pg_backend_pid()"))

    yield end
    other.dispose()


def before(engine: Engine, statement: str, do: Cut) -> None:
    """Do something once, just before the store sends a statement."""
    waiting = [do]

    @event.listens_for(engine, "before_cursor_execute")
    def look(_connection: Connection, _cursor: object, sent: str, *_rest: object) -> None:
        if waiting and sent.startswith(statement):
            waiting.pop()()


def names(store: SqlTransactions) -> list[str]:
    return [person.name for person in store.read(lambda unit: unit.people.all())]


def saving_inside(unit: UnitOfWork) -> None:
    with unit.savepoint():
        unit.people.add(a_person("Rina"))


@pytest.mark.parametrize("statement", ["SAVEPOINT", "INSERT INTO people", "RELEASE"])
def test_a_loss_at_any_statement_around_a_savepoint_is_unavailable_and_the_next_write_works(
    store: SqlTransactions, engine: Engine, cut: Cut, statement: str
) -> None:
    before(engine, statement, cut)

    with pytest.raises(StorageUnavailable) as told:
        store.write(saving_inside)

    assert not isinstance(told.value, StorageUncertain), "nothing of it can be stored"
    assert names(store) == []
    store.write(saving_inside)
    assert names(store) == ["Rina"]


def test_a_loss_before_the_undoing_of_a_savepoint_is_told_instead_of_the_error_that_left_it(
    store: SqlTransactions, cut: Cut
) -> None:
    def work(unit: UnitOfWork) -> None:
        with unit.savepoint():
            unit.people.add(a_person("Rina"))
            cut()
            raise ZeroDivisionError

    with pytest.raises(StorageUnavailable):
        store.write(work)


def test_a_loss_that_somebody_passed_over_is_not_taken_for_a_commit(store: SqlTransactions, cut: Cut) -> None:
    def work(unit: UnitOfWork) -> None:
        unit.people.add(a_person("Rina"))
        cut()
        with pytest.raises(StorageError):
            unit.people.add(a_person("Sari", username="sari"))

    with pytest.raises(StorageUnavailable):
        store.write(work)
    assert names(store) == []


def test_each_later_statement_after_a_loss_is_unavailable_too(store: SqlTransactions, cut: Cut) -> None:
    def work(unit: UnitOfWork) -> None:
        unit.people.all()
        cut()
        for _ in range(2):
            with pytest.raises(StorageUnavailable):
                unit.people.add(a_person("Rina"))
        with pytest.raises(StorageUnavailable), unit.savepoint():
            raise AssertionError("no savepoint opens any more")

    with pytest.raises(StorageUnavailable):
        store.write(work)


def test_a_loss_between_the_last_statement_and_the_commit_is_of_unknown_fate(store: SqlTransactions, cut: Cut) -> None:
    tries: list[int] = []

    def work(unit: UnitOfWork) -> None:
        tries.append(1)
        unit.people.add(a_person("Rina"))
        cut()

    with pytest.raises(StorageUncertain):
        store.write(work)
    assert tries == [1], "what may be stored is not repeated by itself"


def test_connections_that_broke_while_nobody_used_them_are_replaced_unnoticed(store: SqlTransactions, cut: Cut) -> None:
    store.write(saving_inside)
    cut()
    store.write(lambda unit: unit.people.add(a_person("Sari", username="sari")))
    cut()
    assert names(store) == ["Rina", "Sari"]


def test_a_loss_in_a_read_is_unavailable_at_its_next_statement_and_the_next_read_works(
    store: SqlTransactions, cut: Cut
) -> None:
    def work(unit: UnitOfWork) -> None:
        unit.people.all()
        cut()
        with pytest.raises(StorageUnavailable):
            unit.people.all()
        unit.installation.get()

    with pytest.raises(StorageUnavailable):
        store.read(work)
    assert names(store) == []


def test_a_database_that_is_gone_is_unavailable_to_reads_and_writes(engine: Engine) -> None:
    with psycopg.connect(
        host=str(engine.url.query["host"]), user=engine.url.username, dbname="postgres", autocommit=True
    ) as admin:
        admin.execute(f'DROP DATABASE "{engine.url.database}" WITH (FORCE)')  # type: ignore[arg-type,unused-ignore]  # a name of ours
    store = SqlTransactions(engine)
    with pytest.raises(StorageUnavailable):
        store.read(lambda unit: unit.people.all())
    with pytest.raises(StorageUnavailable):
        store.write(saving_inside)


@pytest.mark.parametrize("statement", ["SAVEPOINT", "SELECT", "RELEASE", "UPDATE inbox", "INSERT INTO bot_cursors"])
async def test_an_update_whose_connection_breaks_comes_again_and_is_answered_once(
    store: SqlTransactions, engine: Engine, cut: Cut, statement: str
) -> None:
    """As through the receiving loop: no update has failed, the cursor stays, and the repeat does the work."""
    intake = Intake(transactions=InlineTransactions(store), clock=StoryClock(after(0)), zone="Asia/Jakarta")
    store.write(lambda unit: unit.bots.lease("bot", "me", after(0), timedelta(minutes=1), take_over=True))
    batch = Batch(updates=(an_incoming("/start"),), cursor="5")
    before(engine, statement, cut)

    with pytest.raises(StorageUnavailable):
        await intake.take_in(batch, "bot", "me", Transport.BOT_API)
    assert store.read(lambda unit: unit.bots.cursor("bot", "bot_api")) == ""
    for _ in range(2):
        await intake.take_in(batch, "bot", "me", Transport.BOT_API)

    assert store.read(lambda unit: unit.bots.cursor("bot", "bot_api")) == "5"
    assert sum(store.read(lambda unit: unit.outbox.counts()).values()) == 1
    rows = store.read(lambda unit: unit.inbox.page(before=None, limit=9))
    assert [row.outcome for row in rows if row.outcome == "failed"] == []
    assert len(rows) == 1


async def test_an_update_after_whose_commit_the_answer_was_lost_is_known_when_it_comes_again(
    store: SqlTransactions, engine: Engine, cut: Cut
) -> None:
    intake = Intake(transactions=InlineTransactions(store), clock=StoryClock(after(0)), zone="Asia/Jakarta")
    store.write(lambda unit: unit.bots.lease("bot", "me", after(0), timedelta(minutes=1), take_over=True))
    batch = Batch(updates=(an_incoming("/start"),), cursor="5")
    lost = [True]

    @event.listens_for(engine, "commit")
    def commit_and_lose(connection: Connection) -> None:
        if lost and lost.pop():
            driver = connection.connection.driver_connection
            assert isinstance(driver, psycopg.Connection)
            driver.execute("COMMIT")
            driver.execute("SELECT 1")
            cut()

    with pytest.raises(StorageUncertain):
        await intake.take_in(batch, "bot", "me", Transport.BOT_API)
    await intake.take_in(batch, "bot", "me", Transport.BOT_API)

    assert sum(store.read(lambda unit: unit.outbox.counts()).values()) == 1
