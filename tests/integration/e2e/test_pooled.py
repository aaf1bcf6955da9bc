"""Two processes behind a PgBouncer that pools transactions: orders, live pages, and a killed process is noticed."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from attrs import evolve

from sikpro.adapters.sql.connections import way
from sikpro.adapters.sql.engine import create_engine_for
from sikpro.adapters.sql.migrate import migrate
from sikpro.entrypoints.doctor.data import look_at_data
from sikpro.entrypoints.doctor.finding import Verdict
from sikpro.entrypoints.settings import Settings
from tests.builders import NOON
from tests.integration.e2e.installation import CREW, wait_until
from tests.integration.e2e.many_processes import polling, process_id, several
from tests.integration.e2e.test_many_processes import listening
from tests.integration.e2e.test_never_lost import request
from tests.integration.pgbouncer import bouncer
from tests.integration.postgres import NewDatabase

pytestmark = pytest.mark.audit


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
                wait_until(
                    lambda n=number: bool(
                        installation.transactions.read(lambda u: u.orders.find(f"SC{70_000_000 + n}"))
                    ),  # type: ignore[misc]
                    "each has its order",
                    30,
                )
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
