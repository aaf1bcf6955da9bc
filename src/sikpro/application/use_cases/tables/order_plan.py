"""What the rows of a table of orders would do, and how that is kept while somebody looks at it."""

import hashlib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Self

from attrs import field, frozen

from sikpro.domain.errors import DomainError


class RowVerdict(StrEnum):
    """What a row would do."""

    NEW = "new"
    DOUBLE = "double"
    WRONG = "wrong"


@frozen(kw_only=True)
class JudgedRow:
    """A row by its place in the sheet (counted from 0), and its verdict.

    A double is one of the order `order_id`, or of the row at `duplicate_of`. `errors` are by column, "" for the whole
    row. A `final` one is new and completed or cancelled already.
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
        """How many rows would do so."""
        return sum(row.verdict == verdict for row in self.rows)

    @property
    def final(self) -> int:
        """How many new orders are completed or cancelled already."""
        return sum(row.final for row in self.rows)

    @property
    def mark(self) -> str:
        """A short mark of all verdicts: another mark means that something changed meanwhile."""
        said = "\n".join(f"{row.place} {row.verdict}" for row in self.rows)
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def packed(self) -> list[Any]:
        """The verdicts as JSON can say them."""
        return [
            [
                *(row.place, row.verdict, row.order_id, row.duplicate_of, row.final),
                {name: _said(error) for name, error in row.errors.items()},
            ]
            for row in self.rows
        ]

    @classmethod
    def unpacked(cls, packed: Sequence[Any]) -> Self:
        """The plan that was packed."""
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
