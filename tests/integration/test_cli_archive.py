"""`sikpro archive`, as an operator meets it: it counts, moves a year into a file, and shows what is in the file."""

import signal
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import sikpro
from sikpro.adapters.sql import SqlTransactions, create_engine_for
from sikpro.adapters.sql.sqlite_driver import driver
from sikpro.application.ports.months import ClosedMonth
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.record_change import record_change
from sikpro.testing.builders import NOON, stored_order
from tests.integration.e2e.installation import wait_until
from tests.integration.sikpro_process import run_sikpro

LONG_AGO = datetime(2020, 1, 15, tzinfo=UTC)
PHOTO = b"\xff\xd8 a photo"


def a_closed_year(folder: Path, count: int) -> None:
    """Deleted orders of 2020 with a photo each, and one order that is open."""

    def write(unit: UnitOfWork) -> None:
        for number in range(count + 1):
            times = {"now": LONG_AGO, "received_at": LONG_AGO}
            stored = stored_order(unit, f"SC{10_000_000 + number}", note="pagar biru", **times)
            known: dict[str, Any] = {"transport": "bot_api", "reference": "r", "kind": "photo", "name": "", "size": 5}
            photo = unit.files.want(order_id=stored.id, chat_id=7, message_id=1, at=LONG_AGO, **known)
            unit.files.keep(photo, PHOTO, "image/jpeg")
            if number < count:
                record_change(unit, stored.delete("salah", LONG_AGO), None)
        for month in range(1, 13):
            closed = ClosedMonth(month=f"2020-{month:02}", closed_at=NOON, closed_by=None, figures={})
            unit.closed_months.add(closed)

    with sikpro.connect(f"sqlite:///{folder / 'sikpro.db'}"):
        pass
    engine = create_engine_for(f"sqlite:///{folder / 'sikpro.db'}", pooled=False)
    SqlTransactions(engine).write(write)
    engine.dispose()


def rows(file: Path, table: str) -> int:
    with closing(driver.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@pytest.mark.audit
def test_a_year_moves_into_a_file_that_shows_it_and_the_database_agrees(tmp_path: Path) -> None:
    a_closed_year(tmp_path, 12)
    data, file = ("--data", str(tmp_path)), tmp_path / "2020.db"
    planned = run_sikpro("archive", "make", "2020", str(file), "--dry-run", *data).stdout
    assert "12 orders of 2020 would be archived" in planned
    assert "1 other orders of 2020 stay" in planned
    assert not file.exists()

    done = run_sikpro("archive", "make", "2020", str(file), *data)
    assert (done.returncode, "12 orders of 2020" in done.stdout) == (0, True)
    assert (rows(file, "orders"), rows(file, "files")) == (12, 12)
    assert (rows(tmp_path / "sikpro.db", "orders"), rows(tmp_path / "sikpro.db", "files")) == (13, 1)
    again = run_sikpro("archive", "make", "2020", str(tmp_path / "again.db"), *data)
    assert (again.returncode, "No order of 2020" in again.stdout) == (0, True)
    assert not (tmp_path / "again.db").exists()

    alone = run_sikpro("verify", *data, "--order", "SC10000003")
    assert (alone.returncode, "12 facts are about archived orders" in alone.stdout) == (0, True)
    assert "in the archive 2020.db (year 2020)" in alone.stdout
    together = run_sikpro("verify", *data, "--archive", str(file))
    assert (together.returncode, "Everything agrees" in together.stdout) == (0, True)
    assert run_sikpro("verify", "--database", f"sqlite:///{file}").returncode == 0

    photos = tmp_path / "photos"
    shown = run_sikpro("archive", "show", str(file), "SC10000003", "--photos", str(photos))
    assert (shown.returncode, "pagar biru" in shown.stdout, "salah" in shown.stdout) == (0, True, True)
    assert [photo.read_bytes() for photo in photos.iterdir()] == [PHOTO]
    assert run_sikpro("archive", "show", str(file), "SC99999999").returncode == 1


def test_a_year_with_an_open_month_and_a_file_that_is_there_are_refused(tmp_path: Path) -> None:
    a_closed_year(tmp_path, 1)
    file = tmp_path / "2020.db"
    file.write_text("mine")
    taken = run_sikpro("archive", "make", "2020", str(file), "--data", str(tmp_path))
    assert (taken.returncode, "is there already" in taken.stderr) == (1, True)
    assert (file.read_text(), rows(tmp_path / "sikpro.db", "files")) == ("mine", 2)
    nowhere = run_sikpro("archive", "make", "2020", str(tmp_path / "no" / "2020.db"), "--data", str(tmp_path))
    assert (nowhere.returncode, "there is no folder" in nowhere.stderr) == (1, True)
    assert rows(tmp_path / "sikpro.db", "archives") == 0, "nothing was begun, so orders can change"
    early = run_sikpro("archive", "make", "2099", str(tmp_path / "2099.db"), "--data", str(tmp_path))
    assert (early.returncode, "2099 is not over" in early.stderr) == (1, True)


@pytest.mark.audit
@pytest.mark.parametrize("moment", ["marked", "part", "file", "moving"])
def test_an_archive_that_was_killed_goes_on_with_the_same_file(tmp_path: Path, moment: str) -> None:
    a_closed_year(tmp_path, 400)
    file, live = tmp_path / "2020.db", tmp_path / "sikpro.db"
    reached = {
        "marked": lambda: rows(live, "archived_orders") > 0,
        "part": lambda: any(tmp_path.glob(".2020.db.part/sikpro.db")),
        "file": file.exists,
        "moving": lambda: rows(live, "files") < 401,
    }[moment]
    command = [sys.executable, "-m", "sikpro", "archive", "make", "2020", str(file), "--data", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        wait_until(reached, moment)
        process.send_signal(signal.SIGKILL)
    assert rows(live, "files") > 1
    done = run_sikpro(*command[3:])
    assert done.returncode == 0, done.stderr
    assert (rows(file, "files"), rows(live, "files"), rows(live, "archives")) == (400, 1, 1)
    assert run_sikpro("verify", "--data", str(tmp_path), "--archive", str(file)).returncode == 0
    assert [one.name for one in (*tmp_path.glob(".2020*"), *tmp_path.glob("2020.db*"))] == ["2020.db"]
