"""Constant statements: on SQLite they are compiled once, and the driver runs them without SQLAlchemy in between.

SQLite needs ten microseconds for a small statement, SQLAlchemy thirty more to hand it over and to take its rows. An
update of the chat makes some twenty. PostgreSQL is asked through SQLAlchemy: there the way to the server counts.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from attrs import define, field, frozen
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.sql import Executable

from sikpro.adapters.sql.errors import storage_error
from sikpro.adapters.sql.sqlite_driver import driver

Process = Callable[[Any], Any]


@frozen
class Ready:
    """A statement as SQLite takes it: its placeholders in order, each with its conversion, and its columns."""

    text: str
    places: tuple[tuple[str, Process | None], ...]
    fixed: Mapping[str, Any]
    columns: tuple[str, ...]
    read: tuple[tuple[str, Process], ...]

    def values(self, parameters: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the values of the placeholders, as SQLite keeps them."""
        given = {**self.fixed, **parameters} if self.fixed else parameters
        return tuple([given[name] if process is None else process(given[name]) for name, process in self.places])

    def rows(self, found: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
        """Return rows of SQLite by the names of their columns, in Python's types."""
        rows = [dict(zip(self.columns, row, strict=True)) for row in found]
        for name, process in self.read:
            for row in rows:
                row[name] = process(row[name])
        return rows


@define(eq=False)
class Constant:
    """A statement of SQLAlchemy that never changes; its parameters are `bindparam` or the columns that it writes."""

    statement: Executable
    _ready: dict[tuple[str, ...], Ready] = field(factory=dict[tuple[str, ...], Ready], init=False)

    def ready(self, dialect: Dialect, parameters: Mapping[str, Any]) -> Ready:
        """Return it as SQLite takes it with parameters of these names."""
        names = tuple(parameters)
        found = self._ready.get(names)
        if found is None:
            found = self._ready[names] = _compiled(self.statement, dialect, names)
        return found


def plain(statement: Executable | Constant) -> Executable:
    """Return the statement for SQLAlchemy."""
    return statement.statement if isinstance(statement, Constant) else statement


@cache
def constant(statement: Any) -> Constant:
    """Return a statement that is built once, as those of `dialect`, as a constant; each is kept for good."""
    return Constant(statement)


@frozen
class Direct:
    """The driver of a SQLite connection, with the checks and the errors that SQLAlchemy would bring."""

    connection: Connection
    opened: Any

    @classmethod
    def to(cls, connection: Connection) -> "Direct":
        """Return the driver of this connection."""
        return cls(connection, connection.connection.driver_connection)

    def rows(self, text: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows. Raises `StorageError`."""
        self._announce(text, values, many=False)
        try:
            found: list[tuple[Any, ...]] = self.opened.execute(text, values).fetchall()
        except (driver.Error, OverflowError, UnicodeError) as error:
            raise storage_error(error) or error from error
        return found

    def change(self, text: str, values: Sequence[Any]) -> int:
        """Run a statement and return how many rows it changed. Raises `StorageError`."""
        self._announce(text, values, many=False)
        try:
            return int(self.opened.execute(text, values).rowcount)
        except (driver.Error, OverflowError, UnicodeError) as error:
            raise storage_error(error) or error from error

    def change_many(self, text: str, several: Sequence[Sequence[Any]]) -> None:
        """Run a statement for each of several rows. Raises `StorageError`."""
        self._announce(text, several, many=True)
        try:
            self.opened.executemany(text, several)
        except (driver.Error, OverflowError, UnicodeError) as error:
            raise storage_error(error) or error from error

    def _announce(self, text: str, values: Sequence[Any], *, many: bool) -> None:
        """Begin the transaction of a read, as SQLAlchemy does, and let those who listen see the statement."""
        if not self.opened.in_transaction and not self.connection.in_transaction():
            self.connection.begin()
        for heard in self.connection.dispatch.before_cursor_execute:
            heard(self.connection, None, text, values, None, many)


def _compiled(statement: Any, dialect: Dialect, names: tuple[str, ...]) -> Ready:
    columns = list(names) if isinstance(statement, sa.Insert | sa.Update) else None
    compiled: Any = statement.compile(dialect=dialect, column_keys=columns)
    if compiled.post_compile_params:
        raise TypeError(f"a list of values has no constant text: {compiled}")
    order = tuple(compiled.positiontup or ())
    binds = compiled.binds
    returned = tuple(getattr(statement, "exported_columns", ()))
    read = ((column.name, column.type.dialect_impl(dialect).result_processor(dialect, None)) for column in returned)
    return Ready(
        text=str(compiled),
        places=tuple((name, binds[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in order),
        fixed={name: binds[name].effective_value for name in order if not binds[name].required and name not in names},
        columns=tuple(column.name for column in returned),
        read=tuple((name, process) for name, process in read if process is not None),
    )
