"""Common parts of the commands: the data folder, migrations, the container."""

import os
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from attrs import evolve

from sikpro.adapters.sql.connections import connections, connections_each, way
from sikpro.adapters.sql.engine import create_engine_for, sqlite_file
from sikpro.adapters.sql.migrate import migrate, pending
from sikpro.adapters.sql.only_server import only_server
from sikpro.adapters.sql.views import put_views
from sikpro.application.ports.storage import StorageUnavailable
from sikpro.application.use_cases.catalogue.change_duplicate_rule import change_duplicate_rule
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.domain.duplicates import DuplicateMode
from sikpro.entrypoints.container import Container
from sikpro.entrypoints.loading import all_is_loaded
from sikpro.entrypoints.logs import log_to_stderr
from sikpro.entrypoints.setting_values import is_token
from sikpro.entrypoints.settings import Settings, WrongSettings
from sikpro.entrypoints.workers import WRONG, Workers

_log = structlog.get_logger(__name__)


@contextmanager
def prepared_to_serve(settings: Settings, *, migrating: bool) -> Iterator[None]:
    """Prepare as `prepare`, and be the only server of a SQLite file while the block runs. Raises also `StorageBusy`."""
    _check(settings, migrating=migrating)
    if "database" in settings.plugins:
        yield
        return
    with only_server(settings.database_url):
        _bring_up_to_date(settings, migrating=migrating)
        yield


def prepare(settings: Settings, *, migrating: bool) -> None:
    """Create the data folder, migrate the database if `migrating`, and refuse an old database.

    Raises `WrongSettings`, `StorageUnavailable`; `StorageBusy` where a server uses the SQLite file to migrate.
    """
    _check(settings, migrating=migrating)
    if "database" not in settings.plugins:
        _bring_up_to_date(settings, migrating=migrating)


def _check(settings: Settings, *, migrating: bool) -> None:
    """Check what can be checked before a store is opened; the store of a plugin does this itself."""
    log_to_stderr(settings)
    if "database" in settings.plugins:
        return
    check_ways(settings)
    file = sqlite_file(settings.database_url)
    new = file is not None and not file.exists()
    check_place(settings, migrating=migrating)
    if new:
        _log.info("a new database is made", file=str(file))


def _bring_up_to_date(settings: Settings, *, migrating: bool) -> None:
    if migrating:
        migrate(settings.direct_url)
        put_views(settings.direct_url, settings.zone)
    elif pending(settings.direct_url):
        raise StorageUnavailable("it is not up to date: run `sikpro migrate` first")


def check_place(settings: Settings, *, migrating: bool) -> None:
    """Make the data folder for a new database, but no folder above it; without `migrating` make nothing.

    Raises `WrongSettings` for a place that is not there: most likely its name is misspelt.
    """
    file = sqlite_file(settings.database_url)
    if file is None or file.exists():
        return
    folder = file.parent
    if not migrating:
        raise WrongSettings(f"there is no database at {file}; is the name right? `sikpro migrate` makes a new one")
    above = folder if settings.database or folder.exists() else folder.parent
    if not above.is_dir():
        raise WrongSettings(f"the database has no folder: {above} is not there; is the name right?")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise WrongSettings(f"data folder {folder}: {error.strerror or error}") from error


def check_ways(settings: Settings) -> None:
    """Raise `WrongSettings` for an address that cannot be used, or if the two lead to different databases.

    A migration, a lock or a backup would be another database's than the orders. Raises `StorageError` if one leads
    nowhere.
    """
    check_address(settings.database_url)
    check_address(settings.direct_url)
    if settings.database_direct and way(settings.database_url).to != way(settings.database_direct).to:
        raise WrongSettings("SIKPRO_DATABASE and SIKPRO_DATABASE_DIRECT lead to different databases")


def check_address(url: str) -> None:
    """Raise `WrongSettings` for a database address that cannot be used."""
    try:
        create_engine_for(url).dispose()
    except ImportError as error:
        raise WrongSettings("database: PostgreSQL needs a driver: pip install 'sikpro[postgres]'") from error
    except ValueError as error:
        # The message does not contain the value: a database's URL may hold a password.
        raise WrongSettings(
            "database: the address cannot be read; sqlite:///PATH or postgresql://USER:PASSWORD@HOST:PORT/NAME"
        ) from error


def container_for(settings: Settings, *, with_bot: bool = True) -> Container:
    """Return a container over an up-to-date database with the first catalogue, `with_bot` for the bot too."""
    container = Container(settings=settings, with_bot=with_bot)
    container.check_dependencies()
    container.transactions().write(create_first_catalogue)
    return container


def serve_by_workers(settings: Settings, listener: socket.socket, count: int, *, with_bot: bool) -> int:
    """Serve by so many processes on one socket until SIGTERM or SIGINT, and return the exit code.

    The database is prepared, and no connection to it is open.
    """
    from sikpro.entrypoints.server import serve  # before the fork: the workers share the memory of what is loaded

    room = connections(settings.direct_url)
    needed = count * connections_each(pooled=bool(settings.database_direct))
    if room.for_us < needed:
        _log.warning(
            "PostgreSQL has too few connections for so many workers: raise max_connections",
            allowed=room.for_us,
            needed=needed,
        )

    def work(number: int) -> int:
        log_to_stderr(settings, worker=number)
        try:
            own = evolve(settings, metrics_port=settings.metrics_port and settings.metrics_port + number - 1)
            serve(Container(settings=own, with_bot=with_bot, alone=False), listener)
        except WrongSettings as error:
            _log.error("wrong setting", reason=str(error))
            return WRONG
        return 0

    _log.info("workers begin", workers=count, pid=os.getpid())
    all_is_loaded()
    return Workers(count, work).run()


def change_duplicates(container: Container, mode: str) -> tuple[str, ...]:
    """Change the mode of the duplicate rule, or return the conflicting orders."""
    return container.transactions().write(lambda uow: change_duplicate_rule(uow, DuplicateMode(mode)))


def serve_simulator_at(host: str, port: int, path: Path, token: str, *, force: bool) -> None:
    """Serve the simulator. Raises `WrongSettings` for a host off loopback, or for real credentials unless forced."""
    from sikpro.adapters.simulator.guard import NotLoopback, RealCredentials, refuse_real_credentials
    from sikpro.adapters.simulator.server import serve_simulator

    if not is_token(token):
        raise WrongSettings("token: a bot token looks like 123456789:ABC-def_123")
    try:
        refuse_real_credentials(os.environ, force, token)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        serve_simulator(host, port, path=str(path), token=token)
    except (NotLoopback, RealCredentials) as error:
        raise WrongSettings(str(error)) from error
    except sqlite3.Error as error:
        raise WrongSettings(f"simulator's state {path}: {error}; move the file away, or name another") from error
    except OSError as error:
        raise WrongSettings(f"simulator at {host}:{port}: {error.strerror or error}") from error
