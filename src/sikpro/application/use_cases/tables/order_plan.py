"""The verdicts on the rows of a table of orders, and how they are stored until somebody decides."""

import hashlib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Self

from attrs import field, frozen

from sikpro.domain.errors import DomainError


class RowVerdict(StrEnum):
    """The effect of a row."""

    NEW = "new"
    DOUBLE = "double"
    WRONG = "wrong"


@frozen(kw_only=True)
class JudgedRow:
    """A row by its place in the sheet (counted from 0), and its verdict.

    A duplicate repeats the order `order_id`, or the row at `duplicate_of`. `errors` are by column, "" for the whole
    row. A `final` row is new and already completed or cancelled.
    """

    place: int
    verdict: RowVerdict
    errors: Mapping[str, DomainError] = field(factory=dict[str, DomainError])
    order_id: int | None = None
    duplicate_of: int | None = None
    final: bool = False


@frozen(kw_only=True)
class OrderPlan:
    """Every row's verdict."""

    rows: Sequence[JudgedRow]

    def count(self, verdict: RowVerdict | str) -> int:
        """Count the rows with this verdict."""
        return sum(row.verdict == verdict for row in self.rows)

    @property
    def final(self) -> int:
        """The number of new orders that are already completed or cancelled."""
        return sum(row.final for row in self.rows)

    @property
    def mark(self) -> str:
        """A short mark of all verdicts. A different mark shows that something changed meanwhile."""
        said = "\n".join(f"{row.place} {row.verdict}" for row in self.rows)
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def packed(self) -> list[Any]:
        """Return the verdicts as JSON values."""
        return [
            [
                *(row.place, row.verdict, row.order_id, row.duplicate_of, row.final),
                {name: _said(error) for name, error in row.errors.items()},
            ]
            for row in self.rows
        ]

    @classmethod
    def unpacked(cls, packed: Sequence[Any]) -> Self:
        """Return the plan from packed verdicts."""
        return cls(
            rows=[
                JudgedRow(
                    place=place,
                    verdict=RowVerdict(verdict),
                    order_id=order_id,
                    duplicate_of=duplicate_of,
                    final=final,
                    errors={name: DomainError(said[0], **said[1]) for name, said in errors.items()},
                )
                for place, verdict, order_id, duplicate_of, final, errors in packed
            ]
        )


def _said(error: DomainError) -> tuple[str, dict[str, Any]]:
    return error.code, dict(error.params)
