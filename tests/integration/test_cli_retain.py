"""`sikpro retain`, as an operator meets it: it counts first, and removes nothing that nobody set."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from attrs import evolve

import sikpro
from sikpro.adapters.sql import SqlTransactions, create_engine_for
from sikpro.adapters.sql.sqlite_driver import driver
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.months import ClosedMonth
from sikpro.application.ports.retention import RetentionRun
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.installation import Installation
from sikpro.testing.builders import NOON, an_incoming, stored_order
from tests.integration.e2e.installation import wait_until
from tests.integration.sikpro_process import run_sikpro

LONG_AGO = datetime(2020, 1, 15, tzinfo=UTC)


def write(folder: Path, work: Callable[[UnitOfWork], object]) -> None:
    engine = create_engine_for(f"sqlite:///{folder / 'sikpro.db'}", pooled=False)
    SqlTransactions(engine).write(work)
    engine.dispose()


def test_it_says_what_would_go_and_removes_it_only_once_the_months_are_set(tmp_path: Path) -> None:
    with sikpro.connect(f"sqlite:///{tmp_path / 'sikpro.db'}"):
        pass

    def talk(unit: UnitOfWork) -> None:
        order = stored_order(unit, note="pagar biru", now=LONG_AGO, received_at=LONG_AGO)
        unit.orders.save(order.delete("salah", LONG_AGO).order, None)
        unit.installation.put(evolve(Installation(), months_kept=0))
        unit.closed_months.add(ClosedMonth(month="2020-01", closed_at=NOON, closed_by=None, figures={}))
        for number in range(1_010):
            received = unit.inbox.receive(an_incoming("Bu Siti", number), LONG_AGO)
            unit.inbox.finish(received or 0, Outcome.COMMAND, "cek")

    write(tmp_path, talk)
    data = ("--data", str(tmp_path))
    assert "Nothing goes" in run_sikpro("retain", *data).stdout
    planned = run_sikpro("retain", "--dry-run", "--months", "12", *data).stdout
    assert "everything from 1 February 2020 on" in planned
    assert "1 orders with texts, 0 photos and files, 10 received messages" in planned
    assert run_sikpro("retain", "--months", "12", *data).returncode == 2

    write(tmp_path, lambda unit: unit.installation.put(evolve(Installation(), months_kept=12)))
    done = run_sikpro("retain", *data)
    assert "Everything from 1 February 2020 on is kept. Removed: texts 1, photos 0, received 1010" in done.stdout
    assert run_sikpro("verify", *data).returncode == 0
    assert traces(tmp_path) < 60

    done = run_sikpro("retain", "--compact", *data)
    assert (done.returncode, "The file is compact." in done.stdout) == (0, True)
    assert traces(tmp_path) == 0
    assert not trigrams(tmp_path) & {"aga", "gar"}
    assert run_sikpro("verify", *data).returncode == 0


@pytest.mark.audit
def test_a_run_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    with sikpro.connect(f"sqlite:///{tmp_path / 'sikpro.db'}"):
        pass

    def orders(unit: UnitOfWork) -> None:
        for number in range(400):
            order = stored_order(unit, f"SC{10_000_000 + number}", note="Bu Siti", now=LONG_AGO, received_at=LONG_AGO)
            unit.orders.save(order.delete("salah", LONG_AGO).order, None)
        unit.installation.put(Installation(months_kept=12))
        unit.closed_months.add(ClosedMonth(month="2020-01", closed_at=NOON, closed_by=None, figures={}))

    write(tmp_path, orders)
    command = [sys.executable, "-m", "sikpro", "retain", "--data", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        wait_until(lambda: (run := last_run(tmp_path)) is not None and run.after > 0, "the first portions")
        process.kill()
    killed = last_run(tmp_path)
    assert killed is not None
    assert (killed.finished_at, 0 < killed.counts["texts"] < 400) == (None, True)
    assert run_sikpro("retain", "--data", str(tmp_path)).returncode == 0
    done = last_run(tmp_path)
    assert done is not None
    assert (done.id, done.counts["texts"], done.finished_at is not None) == (killed.id, 400, True)


def last_run(folder: Path) -> RetentionRun | None:
    """The newest run, as another process sees it."""
    engine = create_engine_for(f"sqlite:///{folder / 'sikpro.db'}", pooled=False)
    run = SqlTransactions(engine).read(lambda unit: unit.retention.last())
    engine.dispose()
    return run


def traces(folder: Path) -> int:
    """How often a name is still in the file, also where no row is any more."""
    with closing(driver.connect(folder / "sikpro.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return (folder / "sikpro.db").read_bytes().count(b"Bu Siti")


def trigrams(folder: Path) -> set[str]:
    """The parts of words in the search index."""
    with closing(driver.connect(folder / "sikpro.db")) as connection:
        connection.execute("CREATE VIRTUAL TABLE temp.parts USING fts5vocab('main', 'order_search', 'row')")
        return {term for (term,) in connection.execute("SELECT term FROM temp.parts")}
