"""Write a table in portions, each a transaction of its own, so that nobody waits for the whole of it."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, Self

from attrs import evolve, frozen

from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.application.ports.written_tables import UnwrittenRow, WrittenRow, WrittenState, WrittenTable
from sikpro.domain.people import Person

PORTION = 50
"""The most rows that one transaction writes or takes back."""

LEASE = timedelta(seconds=20)
"""How long a portion may take before another process may go on with the table."""


@frozen
class Portion:
    """What one portion wrote, and the rows that it refused."""

    written: Sequence[WrittenRow]
    refused: Sequence[UnwrittenRow]


class TableWork(Protocol):
    """The rows that a person decided to write, with everything that was decided about them."""

    @property
    def total(self) -> int:
        """The number of rows."""

    def packed(self) -> dict[str, Any]:
        """Return it as JSON values."""

    def write(self, uow: UnitOfWork, table: WrittenTable, by: Person, now: datetime, most: int) -> Portion:
        """Write the next rows of the table, `most` of them; name those that are not good any more."""

    def note(self, uow: UnitOfWork, table: WrittenTable, now: datetime) -> None:
        """Record in the journal that all rows are written."""


@frozen
class Prepared:
    """A work that is ready to be written, with its content where it is to be kept."""

    work: TableWork
    content: bytes

    @classmethod
    def of(cls, work: TableWork, at_once: int = PORTION) -> Self:
        """Prepare a work; up to `at_once` rows are not kept. It may take a while: do it outside a write."""
        small = work.total <= at_once
        packed = b"" if small else json.dumps(work.packed(), ensure_ascii=False, separators=(",", ":")).encode()
        return cls(work, packed)

    def begin(self, uow: UnitOfWork, kind: str, source: str, by: Person, now: datetime) -> WrittenTable:
        """Write a small table at once; keep the rows of another for the worker, which writes them in portions.

        Raises the `DomainError` of a row of a small table that is refused; then nothing may be saved.
        """
        if not self.content:
            return write_whole(uow, kind, source, by, now, self.work)
        blob = uow.blobs.add(f"table:{by.id}", "application/json", [self.content], now)
        table = _waiting(kind, source, by, now, self.work.total)
        return tell(uow, uow.written_tables.add(evolve(table, work=blob.id), []))


def kept_work(uow: UnitOfWork, table: WrittenTable, read: Callable[[Mapping[str, Any]], TableWork]) -> TableWork:
    """Return the rows to write of a table, from its blob. Raises `NotFound`."""
    blob = uow.blobs.get(table.work or 0)
    return read(json.loads(b"".join(uow.blobs.part(blob.id, place) for place in range(blob.parts))))


def write_portion(
    uow: UnitOfWork, table: WrittenTable, work: TableWork, now: datetime, most: int = PORTION
) -> WrittenTable:
    """Write the next rows and return the table as it is then; the blob goes with the last one.

    Raises `ConcurrencyConflict` if another process went on with the table.
    """
    return _save(uow, table, work, work.write(uow, table, uow.people.get(table.by), now, most), now)


def _save(uow: UnitOfWork, table: WrittenTable, work: TableWork, done: Portion, now: datetime) -> WrittenTable:
    further = uow.written_tables.portion(table, done.written, done.refused, now, LEASE)
    if further.state is WrittenState.WRITTEN:
        work.note(uow, further, now)
        if table.work is not None:
            uow.blobs.drop(table.work)
    return tell(uow, further)


def write_whole(uow: UnitOfWork, kind: str, source: str, by: Person, now: datetime, work: TableWork) -> WrittenTable:
    """Write all rows in this transaction, and return their table. Raises the `DomainError` of a row that is refused."""
    table = uow.written_tables.add(_waiting(kind, source, by, now, work.total), [])
    while table.state is not WrittenState.WRITTEN:
        done = work.write(uow, table, by, now, PORTION)
        if done.refused:
            raise done.refused[0].error
        table = _save(uow, table, work, done, now)
    return table


def tell(uow: UnitOfWork, table: WrittenTable) -> WrittenTable:
    """Announce that a table went on, and return it."""
    uow.announce(Hint(Kind.TABLE, (table.id,)))
    return table


def _waiting(kind: str, source: str, by: Person, now: datetime, total: int) -> WrittenTable:
    state = WrittenState.WAITING
    return WrittenTable(kind=kind, source=source, by=by.id, at=now, added=0, changed=0, total=total, state=state)
