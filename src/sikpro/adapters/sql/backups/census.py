"""What a database holds, so that a copy can be compared with it: the rows of each table, and the newest row of each."""

import hashlib
from collections.abc import Mapping

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy.engine import Connection


@frozen(kw_only=True)
class Census:
    """The tables of a database at one moment. `newest` has a digest of the row with the highest key of each table."""

    schema: str
    rows: Mapping[str, int]
    newest: Mapping[str, str]

    def differences(self, other: "Census") -> list[str]:
        """Return the names of what differs, in alphabetical order."""
        names = {*self.rows, *other.rows}
        found = [name for name in names if self._of(name) != other._of(name)]
        return sorted(found if self.schema == other.schema else [*found, "schema"])

    def _of(self, table: str) -> tuple[int | None, str | None]:
        return self.rows.get(table), self.newest.get(table)


def take_census(connection: Connection) -> Census:
    """Count the tables of a database, in the connection's transaction. Any schema will do, also an old one."""
    rows, newest = dict[str, int](), dict[str, str]()
    schema = ""
    reflected = sa.MetaData()
    reflected.reflect(connection, resolve_fks=False)
    for table in reflected.tables.values():
        rows[table.name] = connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        key = [column.desc() for column in table.primary_key] or [column.desc() for column in table.columns]
        row = connection.execute(sa.select(table).order_by(*key).limit(1)).one_or_none()
        if row is not None:
            newest[table.name] = hashlib.sha256(repr(tuple(map(_plain, row))).encode()).hexdigest()
            schema = str(row[0]) if table.name == "alembic_version" else schema
    return Census(schema=schema, rows=rows, newest=newest)


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value
