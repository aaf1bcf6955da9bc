"""`sikpro export`, as an operator uses it: at the prompt, in a pipe, in a cron job."""

import csv
import io
import os
import pty
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from openpyxl import load_workbook

from sikpro.adapters.sql import SqlTransactions, create_engine_for
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.testing.builders import NOON, stored_order
from tests.integration.sikpro_process import run_sikpro, run_without_root
from tests.integration.sqlite import migrated_sqlite


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with two orders of NOON's day, of two exchanges."""
    url = migrated_sqlite(tmp_path_factory.mktemp("export"))
    engine = create_engine_for(url)

    def furnish(uow: UnitOfWork) -> None:
        create_first_catalogue(uow)
        waiting = uow.catalogue.statuses()[0]
        stored_order(uow, "SC100001", status=waiting, sto="SDA")
        stored_order(uow, "SC100002", status=waiting, sto="TUN", note="=1+1")

    SqlTransactions(engine).write(furnish)
    engine.dispose()
    return url


def export(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_sikpro("export", "--database", url, *arguments)


def rows(content: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.removeprefix("\ufeff")), delimiter=";"))


def test_a_month_is_written_to_a_file_without_a_word(url: str, tmp_path: Path) -> None:
    done = export(url, "--period", f"{NOON:%Y-%m}", "-o", str(tmp_path / "rekap.xlsx"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert load_workbook(tmp_path / "rekap.xlsx")["Order"].max_row == 3
    assert [one.name for one in tmp_path.iterdir()] == ["rekap.xlsx"]


def test_standard_output_takes_csv_narrowed_to_days_and_an_exchange(url: str) -> None:
    done = export(url, "--from", "2026-11-01", "--until", "2026-11-05", "--sto", "TUN", "--format", "csv", "-o", "-")
    assert done.returncode == 0
    assert [(row[2], row[22]) for row in rows(done.stdout)[1:]] == [("SC100002", "'=1+1")]
    october = rows(export(url, "--period", "2026-10", "--format", "csv", "-o", "-").stdout)
    received = october[0].index("Masuk dalam periode")
    assert {row[received] for row in october[1:]} == {"0"}  # open now, received later


def test_a_link_keeps_leading_to_its_file_and_a_pipe_stays_a_pipe(url: str, tmp_path: Path) -> None:
    (tmp_path / "latest.csv").symlink_to(tmp_path / "rekap.csv")
    assert export(url, "--period", "2026-11", "--format", "csv", "-o", str(tmp_path / "latest.csv")).returncode == 0
    assert (tmp_path / "latest.csv").is_symlink()
    assert len(rows((tmp_path / "rekap.csv").read_text())) == 3
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE) as reader:
        done = export(url, "--period", "2026-11", "--sto", "sda", "--format", "csv", "-o", str(pipe))
        read, _ = reader.communicate(timeout=30)
    assert (done.returncode, len(rows(read.decode())), pipe.is_fifo()) == (0, 2, True)


@pytest.mark.audit
def test_a_terminal_sees_how_far_it_is(url: str, tmp_path: Path) -> None:
    terminal, theirs = pty.openpty()
    command = [sys.executable, "-m", "sikpro", "export", "--database", url, "--period", "2026-11"]
    done = subprocess.run([*command, "-o", str(tmp_path / "a.xlsx")], stderr=theirs, timeout=60)
    os.close(theirs)
    said = os.read(terminal, 10_000).decode()
    os.close(terminal)
    assert done.returncode == 0
    assert "Orders" in said
    assert "100%" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--period", "kemarin"], "period"),
        (["--from", "2026-11-05", "--until", "2026-11-01"], "before"),
        ([], "--period"),
        (["--period", "2026-11", "--from", "2026-11-01"], "--period"),
        (["--period", "2026-11", "--helpdesk", "rina"], "helpdesk"),
        (["--period", "2026-11", "--format", "pdf"], "pdf"),
    ],
)
def test_what_cannot_be_understood_is_said_and_nothing_is_written(
    url: str, tmp_path: Path, arguments: list[str], said: str
) -> None:
    done = export(url, *arguments, "-o", str(tmp_path / "a.xlsx"))
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_said(url: str, tmp_path: Path) -> None:
    done = export(url, "--period", "2026-11", "-o", str(tmp_path / "none" / "a.xlsx"))
    assert (done.returncode, "output" in done.stderr, "Traceback" in done.stderr) == (2, True, False)


@pytest.mark.parametrize("left", [("sikpro.db",), ("sikpro.db", "sikpro.db-wal")])
def test_a_copy_that_nobody_may_write_is_exported_with_what_its_wal_holds(left: tuple[str, ...]) -> None:
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        folder, copy = Path(name, "from"), Path(name, "copy")
        folder.mkdir()
        copy.mkdir()
        engine = create_engine_for(migrated_sqlite(folder))
        transactions = SqlTransactions(engine)
        transactions.write(create_first_catalogue)
        if len(left) == 1:
            engine.dispose()  # the last connection moves all from the `-wal` into the file
        else:
            transactions.write(lambda uow: stored_order(uow, "SC100003", status=uow.catalogue.statuses()[0]))
        for one in left:
            shutil.copyfile(folder / one, copy / one)
            (copy / one).chmod(0o444)
        copy.chmod(0o555)
        engine.dispose()
        done = run_without_root("export", "--data", str(copy), "--period", "2026-11", "--format", "csv", "-o", "-")
        copy.chmod(0o755)
        assert (done.returncode, done.stderr) == (0, "")
        assert [row[2] for row in rows(done.stdout)[1:]] == ["SC100003"] * (len(left) - 1)
        assert sorted(one.name for one in copy.iterdir()) == sorted(left)
