"""What uploaded tables wrote: each as a whole, with every row's earlier state, so that it can be taken back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from attrs import field, frozen

from sikpro.domain.order import Order


@frozen(kw_only=True)
class WrittenRow:
    """A row that a table wrote: its name for people, the id or code of what it wrote, and its texts by column.

    `before` is None for a row that was added. `version` is the version that was written, 0 where there is none. `order`
    is an order's whole state before it was changed.
    """

    name: str
    subject: str
    before: Mapping[str, str] | None = None
    after: Mapping[str, str] = field(factory=dict[str, str])
    version: int = 0
    order: Order | None = None


@frozen(kw_only=True)
class WrittenTable:
    """A writing: the kind of its rows, its file, who wrote it and when, and how many rows it added and changed.

    `taken_back_by` and `taken_back_at` are empty while it stands.
    """

    id: int = 0
    kind: str
    source: str
    by: int
    at: datetime
    added: int
    changed: int
    taken_back_by: int | None = None
    taken_back_at: datetime | None = None


class WrittenTables(Protocol):
    """Every table that was written."""

    def add(self, table: WrittenTable, rows: Sequence[WrittenRow]) -> WrittenTable:
        """Store a writing (the given id is ignored) with its rows in their order, and return it with its id."""

    def get(self, table_id: int) -> WrittenTable:
        """Return the writing. Raises `NotFound`."""

    def rows(self, table_id: int) -> tuple[WrittenRow, ...]:
        """Return the rows of a writing in their order, none for an unknown one."""

    def latest(self, limit: int) -> tuple[WrittenTable, ...]:
        """Return the last writings, the newest first."""

    def take_back(self, table_id: int, by: int, at: datetime) -> bool:
        """Mark a writing as taken back. Return False if it is already, or if there is none."""

    def taken_back(self, kind: str, subjects: Collection[str]) -> frozenset[str]:
        """Return those of the subjects that a writing of this kind added and that were taken back with it."""
