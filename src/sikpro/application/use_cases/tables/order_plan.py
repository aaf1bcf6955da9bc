"""The verdicts on the rows of a table of orders, and how they are stored until somebody decides."""

import hashlib
from collections import Counter
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


class RowNote(StrEnum):
    """What a person should know about a new row.

    `FINAL`: completed or cancelled. `NO_END`: that at an unknown time. `DAY_ONLY`: the end is a day without a time.
    `NO_ACTION`: somebody acted on it at an unknown time. `REQUEUED`: in progress there, but its helpdesk is unknown, so
    it waits here.
    """

    FINAL = "final"
    NO_END = "no_end"
    DAY_ONLY = "day_only"
    NO_ACTION = "no_action"
    REQUEUED = "requeued"


@frozen(kw_only=True)
class JudgedRow:
    """A row by its place in the sheet (counted from 0), and its verdict.

    A duplicate repeats the order `order_id`, or the row at `duplicate_of`. `errors` are by column, "" for the whole
    row. `helpdesk` is the name of a helpdesk whom nobody knows here. `months` are those whose figures the row changes.
    """

    place: int
    verdict: RowVerdict
    errors: Mapping[str, DomainError] = field(factory=dict[str, DomainError])
    order_id: int | None = None
    duplicate_of: int | None = None
    notes: tuple[RowNote, ...] = ()
    helpdesk: str = ""
    months: tuple[str, ...] = ()

    @property
    def only_other_sto(self) -> bool:
        """Whether the only objection is an ODP of another STO, which a person may confirm."""
        return bool(self.errors) and {error.code for error in self.errors.values()} == {"odp.other_sto"}


@frozen(kw_only=True)
class OrderPlan:
    """Every row's verdict. `closed` are the closed months whose figures would change, with the number of orders."""

    rows: Sequence[JudgedRow]
    closed: Mapping[str, int] = field(factory=dict[str, int])

    def count(self, verdict: RowVerdict | str) -> int:
        """Count the rows with this verdict."""
        return sum(row.verdict == verdict for row in self.rows)

    def noted(self, note: RowNote | str) -> int:
        """Count the rows with this note."""
        return sum(note in row.notes for row in self.rows)

    @property
    def helpdesks(self) -> Mapping[str, int]:
        """The names of helpdesks whom nobody knows here, with the number of their orders, the most frequent first."""
        return dict(Counter(row.helpdesk for row in self.rows if row.helpdesk).most_common())

    @property
    def other_sto(self) -> int:
        """The number of rows whose only objection is an ODP of another STO."""
        return sum(row.only_other_sto for row in self.rows)

    @property
    def mark(self) -> str:
        """A short mark of all verdicts. A different mark shows that something changed meanwhile."""
        said = [f"{row.place} {row.verdict} {' '.join(row.notes)} {row.helpdesk}" for row in self.rows]
        closed = [f"{month} {count}" for month, count in sorted(self.closed.items())]
        return hashlib.sha256("\n".join([*said, *closed]).encode()).hexdigest()[:16]

    def packed(self) -> dict[str, Any]:
        """Return the verdicts as JSON values."""
        rows = [
            [
                *(row.place, row.verdict, row.order_id, row.duplicate_of, list(row.notes), row.helpdesk),
                *(list(row.months), {name: _said(error) for name, error in row.errors.items()}),
            ]
            for row in self.rows
        ]
        return {"rows": rows, "closed": dict(self.closed)}

    @classmethod
    def unpacked(cls, packed: Mapping[str, Any]) -> Self:
        """Return the plan from packed verdicts."""
        return cls(
            rows=[
                JudgedRow(
                    place=place,
                    verdict=RowVerdict(verdict),
                    order_id=order_id,
                    duplicate_of=duplicate_of,
                    notes=tuple(map(RowNote, notes)),
                    helpdesk=helpdesk,
                    months=tuple(months),
                    errors={name: DomainError(said[0], **said[1]) for name, said in errors.items()},
                )
                for place, verdict, order_id, duplicate_of, notes, helpdesk, months, errors in packed["rows"]
            ],
            closed=packed["closed"],
        )


def _said(error: DomainError) -> tuple[str, dict[str, Any]]:
    return error.code, dict(error.params)
