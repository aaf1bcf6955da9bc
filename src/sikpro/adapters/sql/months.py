"""Closed months and targets in the database; a month's figures are kept as JSON."""

import sqlalchemy as sa

from sikpro.adapters.sql.dialect import insert_new, upsert
from sikpro.adapters.sql.report_tables import closed_months, targets
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.months import ClosedMonth
from sikpro.application.ports.targets import Target

_months = closed_months.c
_targets = targets.c


class SqlClosedMonths:
    """The months that are closed, each once and for good."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def add(self, closed: ClosedMonth) -> bool:
        """Keep a month's figures; False when it is closed already."""
        row = {
            "month": closed.month,
            "closed_at": closed.closed_at,
            "closed_by": closed.closed_by,
            "figures": dict(closed.figures),
        }
        inserted = insert_new(self._transaction, closed_months, ["month"]).returning(_months.month)
        return self._transaction.scalar(inserted, row) is not None

    def get(self, month: str) -> ClosedMonth | None:
        """A closed month, None when it is open."""
        selected = sa.select(closed_months).where(_months.month == month)
        row = self._transaction.execute(selected).mappings().one_or_none()
        return None if row is None else ClosedMonth(**row)

    def names(self) -> frozenset[str]:
        """All months that are closed."""
        return frozenset(self._transaction.execute(sa.select(_months.month)).scalars())


class SqlTargets:
    """The targets, one for each month and exchange."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def put(self, target: Target) -> None:
        """Keep a target in place of what there was."""
        row = {column.name: getattr(target, column.name) for column in targets.c}
        self._transaction.execute(upsert(self._transaction, targets, ["month", "sto"]), row)

    def drop(self, month: str, sto: str) -> None:
        """Forget a target, if it is there."""
        self._transaction.execute(sa.delete(targets).where(_targets.month == month, _targets.sto == sto))

    def of_month(self, month: str) -> tuple[Target, ...]:
        """A month's targets by exchange."""
        return self._found(_targets.month == month)

    def all(self) -> tuple[Target, ...]:
        """Every target, by month and exchange."""
        return self._found()

    def _found(self, *which: sa.ColumnElement[bool]) -> tuple[Target, ...]:
        selected = sa.select(targets).where(*which).order_by(_targets.month, _targets.sto)
        return tuple(Target(**row) for row in self._transaction.execute(selected).mappings())
