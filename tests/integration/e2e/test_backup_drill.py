"""The drill: a backup in the middle of a burst, restored elsewhere, compared, served, and orders come in again."""

import random
import shutil
import threading
from pathlib import Path

import pytest

from sikpro.adapters.sql import SqlTransactions, create_engine_for
from sikpro.adapters.sql.backups.archive import read_manifest
from sikpro.application.ports.queries import OrderFilter, Sort
from tests.integration.contract.conftest import POSTGRES
from tests.integration.contract.test_backups import CLIENTS
from tests.integration.e2e.installation import CREW, Installation, installed, wait_until
from tests.integration.e2e.test_never_lost import all_settled, request, send_all
from tests.integration.needs import need
from tests.integration.postgres import NewDatabase
from tests.integration.sikpro_process import run_sikpro

MESSAGES = 200


@pytest.fixture(params=["sqlite", POSTGRES])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """The address of a database ("" for SQLite in the folder), and that of an empty place elsewhere."""
    if request.param == "postgres":
        need(shutil.which("pg_dump") and shutil.which("pg_restore"), CLIENTS)
        new: NewDatabase = request.getfixturevalue("new_postgres")
        return new(), new()
    (tmp_path / "elsewhere").mkdir()
    return "", f"sqlite:///{tmp_path / 'elsewhere' / 'sikpro.db'}"


def numbers(url: str) -> list[str]:
    engine = create_engine_for(url)
    try:
        return SqlTransactions(engine).read(
            lambda uow: [
                row.number
                for row in uow.order_queries.page(OrderFilter(), sort=Sort.OLDEST, after=None, limit=2 * MESSAGES)
            ]
        )
    finally:
        engine.dispose()


def some_came_in(installation: Installation, share: float) -> bool:
    return len(numbers(installation.database)) >= share * MESSAGES


@pytest.mark.audit
def test_a_backup_in_the_middle_of_a_burst_is_restored_elsewhere_and_goes_on(
    tmp_path: Path, places: tuple[str, str]
) -> None:
    database, elsewhere = places
    home, backup = tmp_path / "home", tmp_path / "sikpro.zip"
    home.mkdir()
    with installed(home, database) as installation:
        installation.sikpro.start()
        sender = threading.Thread(target=send_all, args=(installation, random.Random(16), MESSAGES))
        sender.start()
        wait_until(lambda: some_came_in(installation, 0.2), "a fifth came in")
        made = run_sikpro("backup", str(backup), "--database", installation.database)
        assert made.returncode == 0, made.stderr
        assert "every table has the rows that it should" in made.stdout
        sender.join()
        wait_until(lambda: all_settled(installation, MESSAGES), "everything is answered: the backup held up nobody")
        assert len(numbers(installation.database)) == MESSAGES
        installation.sikpro.kill()

        restored = run_sikpro("restore", str(backup), "--database", elsewhere)
        assert restored.returncode == 0, restored.stderr
        held = numbers(elsewhere)
        assert 0.2 * MESSAGES <= len(held) == read_manifest(backup).census.rows["orders"] < MESSAGES
        assert held == numbers(installation.database)[: len(held)], "the first of them, and no gap"
        verified = run_sikpro("verify", "--database", elsewhere)
        assert "Everything agrees." in verified.stdout, verified.stdout

        installation.sikpro.environment = {**installation.sikpro.environment, "SIKPRO_DATABASE": elsewhere}
        installation.sikpro.start()
        installation.say(CREW[0], request(MESSAGES, 0))
        installation.hears(CREW[0], f"SC{70_000_000 + MESSAGES}")
        # What came in after the backup is not there: it can be sent again.
        installation.say(CREW[1], request(MESSAGES - 1, 1))
        installation.hears(CREW[1], f"SC{70_000_000 + MESSAGES - 1}")
        wait_until(lambda: len(numbers(elsewhere)) == len(held) + 2, "both are orders")
