"""Work preferences in the database."""

import sqlalchemy as sa
from sqlalchemy import JSON, Boolean, Column, ForeignKey, Table

from sikpro.adapters.sql.columns import Id
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.work_preferences import WorkPreferences

work_preferences = Table(
    "work_preferences",
    metadata,
    Column("person_id", Id, ForeignKey("people.id"), primary_key=True, autoincrement=False),
    Column("side_by_side", Boolean, nullable=False),
    Column("go_on", Boolean, nullable=False),
    Column("stos", JSON, nullable=False),
    Column("types", JSON, nullable=False),
    Column("site_operations", JSON, nullable=False),
)

_c = work_preferences.c
_OF = sa.select(work_preferences).where(_c.person_id == sa.bindparam("of", type_=_c.person_id.type))


class SqlWorkPreferences:
    """Stores the choices of each person."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def of(self, person_id: int) -> WorkPreferences:
        """Return the choices of a person, or the first ones."""
        found = self._transaction.rows(_OF, {"of": person_id})
        if not found:
            return WorkPreferences(person_id=person_id)
        row = found[0]
        codes = {name: frozenset(row[name]) for name in ("stos", "types", "site_operations")}
        return WorkPreferences(person_id=person_id, side_by_side=row["side_by_side"], go_on=row["go_on"], **codes)

    def save(self, preferences: WorkPreferences) -> None:
        """Save the choices; they replace the earlier ones."""
        row = {
            "side_by_side": preferences.side_by_side,
            "go_on": preferences.go_on,
            "stos": sorted(preferences.stos),
            "types": sorted(preferences.types),
            "site_operations": sorted(preferences.site_operations),
        }
        known = sa.update(work_preferences).where(_c.person_id == preferences.person_id).values(row)
        if self._transaction.execute(known).rowcount == 0:
            self._transaction.execute(sa.insert(work_preferences), {"person_id": preferences.person_id, **row})
