"""What uploaded tables write: each as a whole, in portions, with every row's earlier state, so that it can go back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from attrs import field, frozen

from sikpro.domain.errors import DomainError
from sikpro.domain.order import Order


class WrittenState(StrEnum):
    """How far a writing is; while it is `open`, a worker still has something to do.

    `STOPPED`: a fault of the program ended the writing, or the taking back, before its end.
    """

    WAITING = "waiting"
    WRITING = "writing"
    WRITTEN = "written"
    STOPPED = "stopped"
    TAKING_BACK = "taking_back"
    TAKEN_BACK = "taken_back"

    @property
    def open(self) -> bool:
        """Whether a worker still has something to do."""
        return self in {WrittenState.WAITING, WrittenState.WRITING, WrittenState.TAKING_BACK}


@frozen(kw_only=True)
class WrittenRow:
    """A row that a table wrote: its name for people, the id or code of what it wrote, and its texts by column.

    `before` is None for a row that was added. `version` is the version that was written, 0 where there is none. `order`
    is an order's whole state before it was changed. `back` says that the row was taken back, `kept` why it was not.
    """

    name: str
    subject: str
    before: Mapping[str, str] | None = None
    after: Mapping[str, str] = field(factory=dict[str, str])
    version: int = 0
    order: Order | None = None
    back: bool = False
    kept: DomainError | None = None


@frozen
class UnwrittenRow:
    """A row that was good when somebody decided and that was refused when it was written.

    `number` is its row in the file, counted from 1, `name` its name for people.
    """

    number: int
    name: str
    error: DomainError


@frozen(kw_only=True)
class WrittenTable:
    """A writing: the kind of its rows, its file, who wrote it and when, and how far it is.

    Of its `total` rows `added` and `changed` were written and `refused` were not. `work` is the blob with the rows to
    write, until they are written. `taken_back_by` and `taken_back_at` are empty while it stands; of its rows `returned`
    were taken back and `kept` were not. `attempts` counts the claims since the last portion. `error` is the code of
    what stopped it.
    """

    id: int = 0
    kind: str
    source: str
    by: int
    at: datetime
    state: WrittenState = WrittenState.WRITTEN
    total: int = 0
    added: int = 0
    changed: int = 0
    refused: int = 0
    work: int | None = None
    taken_back_by: int | None = None
    taken_back_at: datetime | None = None
    returned: int = 0
    kept: int = 0
    attempts: int = 0
    error: str = ""

    @property
    def written(self) -> int:
        """How many rows were written."""
        return self.added + self.changed

    @property
    def done(self) -> int:
        """How many rows were written or refused: the next row's place among the rows to write."""
        return self.written + self.refused

    @property
    def gone_through(self) -> int:
        """How many rows were taken back or kept."""
        return self.returned + self.kept


class WrittenTables(Protocol):
    """Every table that was written, is written or waits for it. A worker claims an open one, and does a portion each.

    `portion` and `portion_back` get the writing as the worker last saw it. If another worker went on meanwhile they
    raise `ConcurrencyConflict`, and nothing of the transaction may stay.
    """

    def add(self, table: WrittenTable, rows: Sequence[WrittenRow]) -> WrittenTable:
        """Store a writing (the given id is ignored) with its rows in their order, and return it with its id."""

    def claim(self, now: datetime, lease: timedelta) -> WrittenTable | None:
        """Claim the oldest open writing and add one to its `attempts`; None if there is none or somebody has it."""

    def portion(
        self,
        table: WrittenTable,
        rows: Sequence[WrittenRow],
        refused: Sequence[UnwrittenRow],
        now: datetime,
        lease: timedelta,
    ) -> WrittenTable:
        """Add rows that were written or refused, renew the lease, and return the writing.

        With the last row it is `WRITTEN`, and refers to no blob. Raises `ConcurrencyConflict`.
        """

    def stop(self, table: WrittenTable, error: str) -> None:
        """Stop an open writing, or its taking back, with the code of a reason. What was done stays.

        Nothing happens if another worker claimed the writing since, or went on with it.
        """

    def take_back(self, table_id: int, by: int, at: datetime) -> bool:
        """Let a writing that is written or stopped be taken back. Return False in every other state."""

    def to_take_back(self, table_id: int, limit: int) -> tuple[WrittenRow, ...]:
        """Return the rows that were neither taken back nor kept, the last written first."""

    def portion_back(
        self,
        table: WrittenTable,
        back: Collection[str],
        kept: Mapping[str, DomainError],
        now: datetime,
        lease: timedelta,
    ) -> WrittenTable:
        """Mark rows, given by subject, as taken back or kept, renew the lease, and return the writing.

        With the last row it is `TAKEN_BACK`. Raises `ConcurrencyConflict`.
        """

    def get(self, table_id: int) -> WrittenTable:
        """Return the writing. Raises `NotFound`."""

    def rows(self, table_id: int) -> tuple[WrittenRow, ...]:
        """Return the rows of a writing in their order, none for an unknown one."""

    def refused(self, table_id: int) -> tuple[UnwrittenRow, ...]:
        """Return the rows that were not written, in their order, none for an unknown writing."""

    def latest(self, limit: int) -> tuple[WrittenTable, ...]:
        """Return the last writings, the newest first."""

    def wrote(self, table_id: int, subjects: Collection[str]) -> frozenset[str]:
        """Return those of the subjects that this writing wrote."""

    def taken_back(self, kind: str, subjects: Collection[str]) -> frozenset[str]:
        """Return those of the subjects that a writing of this kind added and that were taken back with it."""
