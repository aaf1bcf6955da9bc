"""Archives: the orders of a year whose history, messages and files are in a file beside the database."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from attrs import frozen


@frozen(kw_only=True)
class Archive:
    """An archive of orders received in a `year`, by the name of its `file`. Nothing of them is from `before` or later.

    `written_at` is when the file was verified and got its name, `finished_at` when the last row had left the database.
    `orders` is how many it has.
    """

    id: int = 0
    year: int
    file: str
    before: datetime
    started_at: datetime
    written_at: datetime | None = None
    finished_at: datetime | None = None
    orders: int = 0


class Archives(Protocol):
    """Which orders are archived, and what of them is still here.

    An archived order keeps its row, which every figure is counted from, and its facts. Nothing changes it any more.
    """

    def all(self) -> tuple[Archive, ...]:
        """Return all archives, in the order of their ids."""

    def keep(self, archive: Archive) -> Archive:
        """Save an archive, a new one (id 0) with a new id, and return it."""

    def candidates(
        self, start: datetime, end: datetime, before: datetime, among: Collection[int] | None = None
    ) -> tuple[int, ...]:
        """Return the ids of the orders received in a span that can be archived and are not. It reads much.

        Such an order is over, neither it nor its history changed since `before`, and no message or file of it is on
        its way or has failed. `among`, in a write, looks at a few of them only: nobody changes these until it ends, and
        those that somebody changes just now are left out.
        """

    def put(self, archive_id: int, order_ids: Collection[int]) -> None:
        """Add orders to an archive."""

    def of(self, order_ids: Collection[int]) -> Mapping[int, Archive]:
        """Return the archives of those of the orders that are archived, by the orders' ids."""

    def taken(self, order_id: int) -> Archive | None:
        """Return the archive that an order is in; None for none, and until the write ends none takes it."""

    def to_move(self, archive_id: int, limit: int) -> tuple[int, ...]:
        """Return the first ids of the orders of an archive whose rows are still here."""

    def rows_of(self, order_id: int, before: datetime) -> frozenset[tuple[str, int]]:
        """Return the table and the id of the rows about an order that an archive has.

        These are its whole `journal` and all its `files`, and what was received (`inbox`) and queued (`outbox`) before
        a time.
        """

    def moved(self, order_id: int) -> None:
        """Delete the history of an order that is archived, and note that its rows have left."""
