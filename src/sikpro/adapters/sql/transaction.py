"""An open transaction: its connection, its savepoints, and the data to publish at its commit."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import Connection, CursorResult
from sqlalchemy.sql import Executable

from sikpro.adapters.sql.columns import UtcDateTime
from sikpro.adapters.sql.constant import Constant, Direct, plain
from sikpro.adapters.sql.engine import in_transaction
from sikpro.adapters.sql.errors import storage_error
from sikpro.application.ports.chance import UNFORESEEN, Chance
from sikpro.application.ports.security_events import SecurityEvent
from sikpro.application.ports.storage import Hint, StorageError, StorageRejected, StorageUnavailable
from sikpro.domain.phase import Phase
from sikpro.domain.seals import LedgerFact

T = TypeVar("T")
TotalKey = tuple[str, str, Phase, str]
_kept: dict[tuple[Executable | Constant, Callable[..., Any]], tuple[list[Any], tuple[Any, ...]]] = {}
"""By constant statement: the rows as the driver gave them last, and what was made of them."""

_IN_ERROR = 3  # psycopg.pq.TransactionStatus.INERROR; PostgreSQL silently turns its COMMIT into a rollback


class OpenTransaction:
    """A transaction's connection with its savepoints; they also roll back hints, security events, facts and totals."""

    def __init__(
        self, connection: Connection, chance: Chance = UNFORESEEN, process: str = "", *, reads: bool = False
    ) -> None:
        self.connection = connection
        self.chance = chance
        self.process = process
        self.on_sqlite = connection.dialect.name == "sqlite"
        self.steady = reads or self.on_sqlite
        """Whether a statement that is run twice gives the same rows: nobody else's commit comes in between."""
        self.hints: list[Hint] = []
        self.recorded: list[SecurityEvent] = []
        self.facts: list[LedgerFact] = []
        self.totals: dict[TotalKey, int] = {}
        self._depth = 0
        self._direct = Direct.to(connection) if self.on_sqlite else None
        self._remembered: dict[Hashable, Any] = {}

    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[*tuple[Any, ...]]:
        """Run a statement. Raises `StorageError`."""
        with as_storage_errors():
            return self.connection.execute(statement, parameters)

    def rows(self, statement: Executable | Constant, parameters: Any = None) -> list[dict[str, Any]]:
        """Run a statement and return its rows as plain dicts, which are read faster than SQLAlchemy's rows."""
        if isinstance(statement, Constant) and self._direct:
            given = parameters or {}
            ready = statement.ready(self.connection.dialect, given)
            return ready.rows(self._direct.rows(ready.text, ready.values(given)))
        result = self.execute(plain(statement), parameters)
        names = tuple(result.keys())
        return [dict(zip(names, row, strict=True)) for row in result.all()]

    def kept(self, selected: Executable | Constant, make: Callable[[Mapping[str, Any]], T]) -> tuple[T, ...]:
        """Return the rows of a constant statement as values, made again only when the database gives other rows.

        The rows are read each time and compared, so the values are never older than the transaction.
        """
        read = self._raw(selected)
        before = _kept.get((selected, make))
        if before is not None and before[0] == read:
            values: tuple[T, ...] = before[1]
            return values
        values = tuple(map(make, self.rows(selected)))
        if self.steady:
            _kept[selected, make] = read, values
        return values

    def _raw(self, selected: Executable | Constant) -> list[Any]:
        """Return rows as the driver gives them."""
        if isinstance(selected, Constant) and self._direct:
            return self._direct.rows(selected.ready(self.connection.dialect, {}).text)
        with as_storage_errors():
            result = self.connection.execute(plain(selected))
            read: list[Any] = list(result.cursor.fetchall())
            result.close()
        return read

    def scalar(self, statement: Executable | Constant, parameters: Any = None) -> Any:
        """Run a statement and return the first column of its first row. Raises `StorageError`."""
        if isinstance(statement, Constant) and self._direct:
            found = self.rows(statement, parameters)
            return next(iter(found[0].values())) if found else None
        return self.execute(plain(statement), parameters).scalar()

    def change(self, statement: Constant, parameters: Mapping[str, Any]) -> int:
        """Run a statement that writes, and return how many rows an UPDATE or DELETE changed. Raises `StorageError`."""
        if self._direct:
            ready = statement.ready(self.connection.dialect, parameters)
            return self._direct.change(ready.text, ready.values(parameters))
        return self.execute(statement.statement, parameters).rowcount

    def change_many(self, statement: Constant, several: Sequence[Mapping[str, Any]]) -> None:
        """Run a statement that writes for each of several rows with the same columns. Raises `StorageError`."""
        if self._direct and several:
            ready = statement.ready(self.connection.dialect, several[0])
            self._direct.change_many(ready.text, [ready.values(parameters) for parameters in several])
        elif several:
            self.execute(statement.statement, several)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo the changes inside if an exception leaves it, and keep the transaction usable.

        Raises `StorageUnavailable` if the transaction is gone with its connection, whatever left the savepoint.
        """
        name = f"s{self._depth}"
        announced, recorded, facts, totals = len(self.hints), len(self.recorded), len(self.facts), dict(self.totals)
        self._run(f"SAVEPOINT {name}")
        self._depth += 1
        try:
            yield
        except BaseException as error:
            del self.hints[announced:]
            del self.recorded[recorded:]
            del self.facts[facts:]
            self.totals = totals
            self.forget()
            try:
                self._run(f"ROLLBACK TO SAVEPOINT {name}")
                self._run(f"RELEASE SAVEPOINT {name}")
            except StorageError as lost:
                raise StorageUnavailable(f"the transaction is gone: {lost}") from error
            raise
        else:
            self._run(f"RELEASE SAVEPOINT {name}")
        finally:
            self._depth -= 1

    @property
    def lost(self) -> bool:
        """Whether the connection broke, and the transaction with it."""
        return self.connection.closed or self.connection.invalidated

    @property
    def changed_rows(self) -> int:
        """How many rows the connection has changed since it was opened, on SQLite; elsewhere 0."""
        driver: Any = self.connection.connection.driver_connection if self.on_sqlite else None
        return driver.total_changes if driver else 0

    def _run(self, statement: str) -> None:
        if self._direct:
            self._direct.rows(statement)
            return
        with as_storage_errors():
            self.connection.exec_driver_sql(statement)

    def remember(self, key: Hashable, read: Callable[[], T]) -> T:
        """Cache a read that every update of a batch needs: catalogues, settings, people."""
        if key not in self._remembered:
            self._remembered[key] = read()
        found: T = self._remembered[key]
        return found

    def forget(self) -> None:
        """Clear the cache after a write of cached data or the rollback of a savepoint."""
        self._remembered.clear()

    def count(self, key: TotalKey | None, change: int) -> None:
        """Record a change in the number of orders of a kind."""
        if key is not None:
            self.totals[key] = self.totals.get(key, 0) + change

    def lease_time(self, now: datetime) -> datetime:
        """Return the time by which leases are taken and judged: `now`, or the clock that all processes share.

        A process with a name on PostgreSQL uses the database's.
        """
        if self.on_sqlite or not self.process:
            return now
        shared: datetime = self.scalar(sa.select(sa.func.clock_timestamp(type_=UtcDateTime())))
        return shared

    def must_stand(self) -> None:
        """Raise `StorageError` if the database has already ended the transaction."""
        if self.lost:
            raise StorageUnavailable("the connection to the database broke")
        if self.on_sqlite:
            if not in_transaction(self.connection):
                raise StorageUnavailable("the database gave up the transaction")
            return
        driver: Any = self.connection.connection.driver_connection
        if driver.info.transaction_status == _IN_ERROR:
            raise StorageRejected("a statement failed outside a savepoint")


@contextmanager
def as_storage_errors() -> Iterator[None]:
    """Turn the errors of SQLAlchemy, as those about a connection that broke before, into `StorageError`."""
    try:
        yield
    except exc.SQLAlchemyError as error:
        raise storage_error(error) or error from error
