"""Two processes behind a PgBouncer that pools transactions: orders, live pages, and a killed process is noticed."""

from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from attrs import evolve

from sikpro.adapters.sql import SqlTransactions
from sikpro.adapters.sql.connections import way
from sikpro.adapters.sql.engine import create_engine_for
from sikpro.adapters.sql.migrate import migrate, pending
from sikpro.entrypoints.doctor.data import look_at_data
from sikpro.entrypoints.doctor.finding import Verdict
from sikpro.entrypoints.settings import Settings
from sikpro.testing.builders import NOON, a_person
from tests.integration.e2e.installation import CREW, Installation, installed, wait_until
from tests.integration.e2e.many_processes import polling, process_id, several
from tests.integration.e2e.test_many_processes import listening
from tests.integration.e2e.test_never_lost import request
from tests.integration.loopback import free_port
from tests.integration.pgbouncer import bouncer
from tests.integration.postgres import NewDatabase
from tests.integration.sikpro_process import run_sikpro

pytestmark = pytest.mark.audit


def has_order(installation: Installation, number: int) -> bool:
    """Whether the order of a `request` is there."""
    return bool(installation.transactions.read(lambda uow: uow.orders.find(f"SC{70_000_000 + number}")))


def test_orders_live_pages_and_the_end_of_a_process_work_behind_a_pooler_of_transactions(
    tmp_path: Path, postgres_url: str
) -> None:
    with bouncer(tmp_path, postgres_url) as pooled, several(tmp_path, postgres_url, 2) as (installation, made):
        behind = {"SIKPRO_DATABASE": pooled, "SIKPRO_DATABASE_DIRECT": postgres_url}
        one, other = (evolve(process, environment={**process.environment, **behind}) for process in made)
        try:
            one.start()
            wait_until(lambda: polling(installation) == process_id(one), "the first has the bot", 20)
            other.start()
            heard: list[tuple[float, str]] = []
            end = listening(other, heard)
            for number in range(12):  # more often than psycopg prepares a statement
                installation.say(CREW[number % 4], request(number, number % 4))
            wait_until(lambda: "order" in [name for _, name in heard], "a page at the other hears of it", 20)
            end()
            for number in range(12):
                wait_until(partial(has_order, installation, number), "each has its order", 30)
            one.kill()
            wait_until(lambda: polling(installation) == process_id(other), "the other has the bot", 30)
            said = one.log.read_text() + other.log.read_text()
            assert [word for word in ("Traceback", "prepared statement", "pooler") if word in said] == []
        finally:
            for process in (one, other):
                process.kill()


def test_statements_behind_a_pooler_are_not_kept_prepared(tmp_path: Path, postgres_url: str) -> None:
    with bouncer(tmp_path, postgres_url, connections=2) as pooled:
        engine = create_engine_for(pooled)
        asked = [engine.connect() for _ in range(4)]
        try:
            for _ in range(12):
                for connection in asked:
                    with connection.begin():
                        assert connection.scalar(sa.text("SELECT :n + 1"), {"n": 1}) == 2
        finally:
            for connection in asked:
                connection.close()
            engine.dispose()


def test_the_doctor_says_how_a_pooler_stands(tmp_path: Path, new_postgres: NewDatabase) -> None:
    database, another = new_postgres(), new_postgres()
    migrate(database)
    with bouncer(tmp_path, database) as pooled:
        assert (way(pooled).pooled, way(database).pooled) == (True, False)
        for direct, verdict, code in (
            (database, Verdict.OK, "ok"),
            ("", Verdict.CAUTION, "alone"),
            (pooled, Verdict.CAUTION, "on_both"),
            (another, Verdict.ILL, "elsewhere"),
        ):
            settings = Settings(data=tmp_path, database=pooled, database_direct=direct)
            (found,) = [one for one in look_at_data(settings, NOON) if one.about == "pooler"]
            assert (found.verdict, found.code) == (verdict, code)
        assert [
            one
            for one in look_at_data(evolve(settings, database=database, database_direct=""), NOON)
            if one.about == "pooler"
        ] == []


@pytest.mark.parametrize("command", ["migrate", "serve", "backup", "restore"])
def test_nothing_begins_where_the_two_addresses_lead_to_different_databases(
    command: str, tmp_path: Path, new_postgres: NewDatabase
) -> None:
    database, another = new_postgres(), new_postgres()
    arguments = {"backup": [str(tmp_path / "b.zip")], "restore": [str(tmp_path / "b.zip")]}.get(command, [])
    with bouncer(tmp_path, database) as pooled:
        done = run_sikpro(command, *arguments, SIKPRO_DATABASE=pooled, SIKPRO_DATABASE_DIRECT=another)
    assert done.returncode == 2
    assert "SIKPRO_DATABASE and SIKPRO_DATABASE_DIRECT lead to different databases" in done.stderr
    assert not (tmp_path / "b.zip").exists()
    assert [pending(url) for url in (database, another)] == [True, True]


@pytest.mark.parametrize("command", ["migrate", "serve", "backup"])
def test_an_own_address_that_leads_nowhere_is_said_in_a_sentence(
    command: str, tmp_path: Path, postgres_url: str
) -> None:
    nowhere = f"postgresql+psycopg://sikpro@127.0.0.1:{free_port()}/sikpro"
    arguments = [str(tmp_path / "b.zip")] if command == "backup" else []
    with bouncer(tmp_path, postgres_url) as pooled:
        done = run_sikpro(command, *arguments, SIKPRO_DATABASE=pooled, SIKPRO_DATABASE_DIRECT=nowhere)
    assert done.returncode != 0
    assert "connection" in done.stderr.lower()
    assert "Traceback" not in done.stderr


def test_a_backup_is_written_and_restored_behind_a_pooler(tmp_path: Path, new_postgres: NewDatabase) -> None:
    database, empty, file = new_postgres(), new_postgres(), tmp_path / "b.zip"
    migrate(database)
    engine = create_engine_for(database)
    SqlTransactions(engine).write(lambda unit: unit.people.add(a_person("Rina")))
    engine.dispose()
    for command, url in (("backup", database), ("restore", empty)):
        with bouncer(tmp_path, url) as pooled:
            done = run_sikpro(command, str(file), SIKPRO_DATABASE=pooled, SIKPRO_DATABASE_DIRECT=url)
            assert done.returncode == 0, done.stderr
    engine = create_engine_for(empty)
    assert [one.name for one in SqlTransactions(engine).read(lambda unit: unit.people.all())] == ["Rina"]
    engine.dispose()


def test_two_workers_share_the_orders_behind_a_pooler(tmp_path: Path, postgres_url: str) -> None:
    with bouncer(tmp_path, postgres_url) as pooled, installed(tmp_path, postgres_url) as installation:
        served = installation.sikpro
        behind = {"SIKPRO_DATABASE": pooled, "SIKPRO_DATABASE_DIRECT": postgres_url}
        served = evolve(
            served, environment={**served.environment, **behind}, arguments=[*served.arguments, "--workers", "2"]
        )
        try:
            served.start()
            wait_until(lambda: served.log.read_text().count("serving ") == 2, "both serve", 30)
            for number in range(6):
                installation.say(CREW[number % 4], request(number, number % 4))
            wait_until(
                lambda: all(has_order(installation, number) for number in range(6)),
                "each has its order",
                30,
            )
            said = served.log.read_text()
            assert [word for word in ("Traceback", "prepared statement", "pooler") if word in said] == []
        finally:
            served.kill()
