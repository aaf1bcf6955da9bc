"""Targets of months in the database."""

import sqlalchemy as sa
from sqlalchemy import Column, Integer, Table

from sikpro.adapters.sql.columns import Words
from sikpro.adapters.sql.dialect import upsert
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.targets import Target

targets = Table(
    "targets",
    metadata,
    Column("month", Words, primary_key=True),
    Column("sto", Words, primary_key=True),
    Column("target", Integer, nullable=False),
    Column("working_days", Integer, nullable=False),
)


_targets = targets.c


class SqlTargets:
    """Stores the targets, one for each month and STO."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def put(self, target: Target) -> None:
        """Save a target; it replaces an earlier one."""
        row = {column.name: getattr(target, column.name) for column in targets.c}
        self._transaction.execute(upsert(self._transaction, targets, ["month", "sto"]), row)

    def drop(self, month: str, sto: str) -> None:
        """Delete a target, if it exists."""
        self._transaction.execute(sa.delete(targets).where(_targets.month == month, _targets.sto == sto))

    def of_month(self, month: str) -> tuple[Target, ...]:
        """Return a month's targets, by STO."""
        return self._found(_targets.month == month)

    def all(self) -> tuple[Target, ...]:
        """Return all targets, by month and STO."""
        return self._found()

    def _found(self, *which: sa.ColumnElement[bool]) -> tuple[Target, ...]:
        selected = sa.select(targets).where(*which).order_by(_targets.month, _targets.sto)
        return tuple(Target(**row) for row in self._transaction.execute(selected).mappings())
