"""Finds the texts of a database that another one cannot hold: which row, which column, and what to do."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Table
from sqlalchemy.engine import Connection, Row

from sikpro.application.ports.backups import BackupFailed

_THEN = "Correct it in the source with sqlite3, after a backup, and run the command again: it goes on here"


def must_be_texts(table: Table, rows: Sequence[Row[Any]]) -> None:
    """Raise `BackupFailed` for a text among rows that PostgreSQL refuses: with a NUL, or a half of a surrogate pair."""
    for row in rows:
        for column in table.columns:
            fault = _fault(row._mapping[column.name])
            if fault:
                raise BackupFailed(f"{_place(table, dict(row._mapping), column.name)} has {fault}. {_THEN}")


def must_be_unicode(connection: Connection, table: Table) -> None:
    """Raise `BackupFailed` for the first text of a SQLite table whose bytes are not UTF-8."""
    key = [sa.cast(column, sa.LargeBinary).label(column.name) for column in table.primary_key]
    for column in table.columns:
        raw = sa.cast(column, sa.LargeBinary).label("raw")
        are_texts = sa.func.typeof(column) == "text"
        for row in connection.execute(sa.select(*key, raw).where(are_texts)):
            try:
                row.raw.decode()
            except UnicodeDecodeError:
                names = {one.name: _shown(value) for one, value in zip(table.primary_key, row, strict=False)}
                place = _place(table, names, column.name)
                raise BackupFailed(f"{place} has bytes that are no text in UTF-8. {_THEN}") from None


def _fault(value: object) -> str:
    match value:
        case str():
            if "\0" in value:
                return "a NUL character, which PostgreSQL does not store"
            return "" if _is_unicode(value) else "half a character, which PostgreSQL does not store"
        case Mapping():
            return next(filter(None, map(_fault, (*value.keys(), *value.values()))), "")
        case list() | tuple():
            return next(filter(None, map(_fault, value)), "")
        case _:
            return ""


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _place(table: Table, values: Mapping[str, Any], column: str) -> str:
    key = ", ".join(f"{one.name} = {values[one.name]!r}" for one in table.primary_key)
    return f"table {table.name}, row with {key}: the column {column}"


def _shown(value: object) -> object:
    """Return a part of a key that was read as bytes, as it is written in a statement."""
    if not isinstance(value, bytes):
        return value
    text = value.decode(errors="replace")
    return int(text) if text.isdecimal() else text
