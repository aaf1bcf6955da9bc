"""Processes on one PostgreSQL: each knows who is gone, hears what the others announce, and shares one clock."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from attrs import define, field

from sikpro.adapters.sql import SqlTransactions, create_engine_for, presence
from sikpro.adapters.sql.presence import Presence
from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.application.workers.left_behind import LeftBehind
from sikpro.testing.builders import after, an_outgoing
from sikpro.testing.transactions import InlineTransactions
from tests.integration.postgres import NewDatabase

pytestmark = pytest.mark.audit

LEASE = timedelta(days=1)


@define
class Running:
    """A process: its store, its presence, and what it heard."""

    store: SqlTransactions
    presence: Presence
    heard: list[Hint]
    missed: list[int]
    close: Callable[[], None]

    def claims(self) -> int:
        """Claim what can be claimed of messages and of the bot."""
        leased = self.store.write(lambda unit: unit.bots.lease("bot", self.name, after(0), LEASE, take_over=False))
        return int(leased) + len(self.store.write(lambda unit: unit.outbox.claim(after(1), LEASE, 9)))

    @property
    def name(self) -> str:
        """Its name."""
        return self.presence._process

    def gone(self) -> frozenset[str]:
        """Who is gone, as it sees it."""
        return self.store.read(lambda unit: unit.claims.gone())


@define
class Processes:
    """Processes on one database."""

    url: str
    made: list[Running] = field(factory=list[Running])

    def start(self, name: str) -> Running:
        """Start one, as a server does."""
        heard, missed = list[Hint](), list[int]()
        engine = create_engine_for(self.url)
        presence = Presence(self.url, name, heard.extend, lambda: missed.append(1))
        presence.start()
        assert presence.wait(10)
        self.made.append(Running(SqlTransactions(engine, process=name), presence, heard, missed, engine.dispose))
        return self.made[-1]

    def cut(self, running: Running) -> None:
        """Break the connection of a process's presence."""
        engine = create_engine_for(self.url, pooled=False)
        with engine.connect() as connection:
            connection.execute(
                sa.text("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = :name"),
                {"name": running.name},
            )


@pytest.fixture
def processes(new_postgres: NewDatabase, postgres_template: str) -> Iterator[Processes]:
    """Processes that end with the test."""
    made = Processes(new_postgres(postgres_template))
    yield made
    for one in made.made:
        one.presence.stop()
        one.close()


def until(reached: Callable[[], bool]) -> None:
    """Wait for something that comes from another thread."""
    for _ in range(400):
        if reached():
            return
        time.sleep(0.05)
    raise AssertionError("not within 20 s")


def furnish(unit: UnitOfWork) -> None:
    unit.outbox.put(an_outgoing("answer"), after(0))


def test_a_process_is_gone_when_its_connection_is_and_what_it_claimed_is_free_at_once(processes: Processes) -> None:
    one, other = processes.start("1-aa"), processes.start("2-bb")
    one.store.write(furnish)
    assert one.claims() == 2
    assert (other.gone(), other.claims()) == (frozenset(), 0)
    assert other.store.write(lambda unit: unit.claims.free(["1-aa"])) == 0, "it lives"

    one.presence.stop()

    until(lambda: other.gone() == frozenset({"1-aa"}))
    assert other.store.write(lambda unit: unit.claims.free(["1-aa"])) == 2
    assert other.gone() == frozenset()
    assert other.claims() == 2


async def test_only_who_is_gone_at_two_looks_loses_what_it_claimed(processes: Processes) -> None:
    one, other = processes.start("1-aa"), processes.start("2-bb")
    one.store.write(furnish)
    one.claims()
    looking = LeftBehind(transactions=InlineTransactions(other.store), alone=False)

    one.presence.stop()
    until(lambda: bool(other.gone()))
    await looking.look()
    assert other.claims() == 0
    back = processes.start("1-aa")
    until(lambda: not other.gone())
    await looking.look()
    assert other.claims() == 0, "it is back"
    back.presence.stop()
    until(lambda: bool(other.gone()))
    await looking.look()
    await looking.look()
    assert other.claims() == 2
    assert {hint.kind for hint in other.heard} == set(), "one's own hints are not heard twice"


def test_a_presence_whose_connection_breaks_is_back_by_itself_and_says_that_hints_are_missed(
    processes: Processes,
) -> None:
    one = processes.start("1-aa")
    assert one.missed == [1]
    processes.cut(one)
    until(lambda: one.missed == [1, 1])
    assert one.presence.held


def test_a_presence_that_gets_no_answer_any_more_neither_counts_as_held_nor_keeps_the_process_from_its_end(
    processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "_PROVES", 1.0)
    answer = threading.Event()

    def hang(_: object) -> None:
        answer.wait(20)

    hung, other = Presence(processes.url, "1-aa", hang, lambda: None), processes.start("2-bb")
    hung.start()
    assert hung.wait(10)
    other.store.write(announcing(Hint(Kind.ORDER, (1,))))
    until(lambda: not hung.held)
    hung.stop()
    assert not answer.is_set(), "it still hangs"
    answer.set()
    until(lambda: not hung._thread.is_alive())


def announcing(*hints: Hint) -> Callable[[UnitOfWork], None]:
    def work(unit: UnitOfWork) -> None:
        for hint in hints:
            unit.announce(hint)

    return work


def test_the_others_hear_of_a_transaction_after_its_commit_once_and_by_kind(processes: Processes) -> None:
    one, other = processes.start("1-aa"), processes.start("2-bb")

    def undone(unit: UnitOfWork) -> None:
        unit.announce(Hint(Kind.ORDER, (1,)))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        one.store.write(undone)
    one.store.write(announcing(Hint(Kind.ORDER, (5,)), Hint(Kind.BOT), Hint(Kind.ORDER, (7, 5))))

    until(lambda: bool(other.heard))
    assert other.heard == [Hint(Kind.ORDER, (5, 7)), Hint(Kind.BOT)]
    assert one.heard == []


def test_a_command_beside_the_servers_is_heard_by_all_of_them(processes: Processes) -> None:
    one = processes.start("1-aa")
    engine = create_engine_for(processes.url)
    SqlTransactions(engine).write(announcing(Hint(Kind.ORDER, (5,))))
    engine.dispose()
    until(lambda: one.heard == [Hint(Kind.ORDER, (5,))])


def test_what_changes_too_much_for_one_message_is_heard_as_everything_of_its_kind(processes: Processes) -> None:
    one, other = processes.start("1-aa"), processes.start("2-bb")
    one.store.write(announcing(Hint(Kind.ORDER, tuple(range(10**6, 10**6 + 20_000))), Hint(Kind.OUTBOX, (3,))))
    until(lambda: bool(other.heard))
    assert other.heard == [Hint(Kind.ORDER), Hint(Kind.OUTBOX, (3,))]


def test_a_message_that_nobody_understands_is_taken_for_lost_hints(processes: Processes) -> None:
    one = processes.start("1-aa")
    engine = create_engine_for(processes.url)
    with engine.begin() as connection:
        connection.execute(sa.text("NOTIFY sikpro, '[]'"))
    engine.dispose()
    until(lambda: one.missed == [1, 1])


def test_a_wrong_clock_of_one_machine_ends_no_lease_of_another(processes: Processes) -> None:
    one, other = processes.start("1-aa"), processes.start("2-bb")
    one.store.write(furnish)
    assert one.claims() == 2
    far = after(60 * 24 * 365)

    def tries(unit: UnitOfWork) -> tuple[bool, int]:
        leased = unit.bots.lease("bot", "2-bb", far, LEASE, take_over=False)
        return leased, len(unit.outbox.claim(far, LEASE, 9))

    assert other.store.write(tries) == (False, 0)
