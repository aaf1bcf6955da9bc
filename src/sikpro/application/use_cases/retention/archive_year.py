"""Move the orders of a closed year into an archive file, in portions; a run that was killed goes on."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import count
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from sikpro.application.ports.archives import Archive
from sikpro.application.ports.backups import BackupFailed
from sikpro.application.ports.queries import OrderFilter
from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.domain.errors import InvalidValue, NotFound
from sikpro.domain.period import Period
from sikpro.domain.retention import without_texts

MARKED = 200
"""How many orders one transaction adds to an archive at most."""

_MOVED = 1
_EVERY = 10**9


@frozen(kw_only=True)
class ArchivePlan:
    """What an archive of a year would take: orders without a trace from `before` on; `staying` others stay."""

    before: datetime
    orders: int
    staying: int


def plan_archive(uow: UnitOfWork, year: int, now: datetime, zone: str) -> ArchivePlan:
    """Count what would be archived. It takes long with many orders. Raises `InvalidValue`, as `begin_archive`."""
    whole, before = _span(year, zone), _archived_until(uow, year, now, zone)
    ready = uow.archives.candidates(whole.start, whole.end, before)
    which = OrderFilter(received=whole)
    there = sum(uow.order_queries.count(evolve(which, deleted=deleted), _EVERY) for deleted in (False, True))
    known = sum(archive.orders for archive in uow.archives.all() if archive.year == year)
    return ArchivePlan(before=before, orders=len(ready), staying=there - len(ready) - known)


def unfinished(uow: UnitOfWork, year: int) -> Archive | None:
    """Return the archive of a year that was begun and is not finished."""
    return next((one for one in uow.archives.all() if one.year == year and one.finished_at is None), None)


def begin_archive(uow: UnitOfWork, year: int, file: str, now: datetime, zone: str) -> Archive:
    """Begin an archive of a year, or return the one that is not finished.

    Raises `InvalidValue`: `archive.not_over` for a year that is not over, `archive.month_open` for one with a month
    that is not closed, `archive.other_file` where rows already leave for another file.
    """
    if begun := unfinished(uow, year):
        if begun.written_at and begun.file != file:
            raise InvalidValue("archive.other_file", file, year=str(year), name=begun.file)
        return uow.archives.keep(evolve(begun, file=file))
    before = _archived_until(uow, year, now, zone)
    return uow.archives.keep(Archive(year=year, file=file, before=before, started_at=now))


def orders_to_mark(uow: UnitOfWork, archive_id: int, zone: str) -> tuple[int, ...]:
    """Return the orders that can be added to an archive. It reads much: do it in a long read."""
    archive = archive_named(uow, archive_id)
    whole = _span(archive.year, zone)
    return uow.archives.candidates(whole.start, whole.end, archive.before)


def mark_orders(uow: UnitOfWork, archive_id: int, order_ids: Sequence[int], zone: str) -> int:
    """Add those of some orders that can be archived to an archive; from then on nothing changes them.

    There are `MARKED` at most. Return how many were added.
    """
    archive = archive_named(uow, archive_id)
    whole = _span(archive.year, zone)
    found = uow.archives.candidates(whole.start, whole.end, archive.before, order_ids)
    uow.archives.put(archive.id, found)
    uow.archives.keep(evolve(archive, orders=archive.orders + len(found)))
    return len(found)


def note_written(uow: UnitOfWork, archive_id: int, now: datetime) -> None:
    """Note that the file of an archive is whole and has its name."""
    uow.archives.keep(evolve(archive_named(uow, archive_id), written_at=now))


def move_orders(uow: UnitOfWork, kept: UnitOfWork, archive_id: int, now: datetime) -> bool:
    """Delete what an archive has of its next order; return False, and finish the archive, when none is left.

    `kept` reads the archive: nothing goes that is not in it. Raises `BackupFailed`.
    """
    archive, ids = archive_named(uow, archive_id), uow.archives.to_move(archive_id, _MOVED)
    for order_id in ids:
        here = uow.archives.rows_of(order_id, archive.before)
        _must_be_kept(uow, kept, archive, order_id, here)
        _move(uow, order_id, archive.before, {table for table, _ in here})
    uow.announce(Hint(Kind.ORDER, ids))
    if not ids:
        uow.archives.keep(evolve(archive, finished_at=now))
    return bool(ids)


def archive_named(uow: UnitOfWork, archive_id: int) -> Archive:
    """Return an archive by its id."""
    return next(archive for archive in uow.archives.all() if archive.id == archive_id)


def _move(uow: UnitOfWork, order_id: int, before: datetime, tables: set[str]) -> None:
    uow.retention.clear_order(order_id, ())
    if "inbox" in tables:
        uow.retention.fold_received(before, _EVERY, order_id)
        uow.retention.clear_received(before, _EVERY, order_id)
    if "outbox" in tables:
        uow.retention.fold_sent(before, _EVERY, order_id)
    uow.archives.moved(order_id)
    order = uow.orders.get(order_id)
    bare = without_texts(order)
    if bare != order:
        uow.orders.save(bare, bare.duplicate_key(uow.installation.get().duplicate_mode))


def _must_be_kept(
    uow: UnitOfWork, kept: UnitOfWork, archive: Archive, order_id: int, here: frozenset[tuple[str, int]]
) -> None:
    try:
        number = kept.orders.get(order_id).number
    except NotFound:
        number = ""
    if number != uow.orders.get(order_id).number or not here <= kept.archives.rows_of(order_id, archive.before):
        raise BackupFailed(f"{archive.file} does not have all of order {order_id}: nothing of it was deleted")


def _span(year: int, zone: str) -> Period:
    local = ZoneInfo(zone)
    first, last = (Period.of_month(date(year, month, 1), local) for month in (1, 12))
    return Period(first.start, last.end)


def _archived_until(uow: UnitOfWork, year: int, now: datetime, zone: str) -> datetime:
    """Return the end of the closed months that begin with a year. Months before the first order need no closing."""
    local, closed = ZoneInfo(zone), uow.closed_months.names()
    end, began = _span(year, zone).end, uow.order_facts.began_at()
    if end > now:
        raise InvalidValue("archive.not_over", str(year))
    if began is None:
        return end
    first = began.astimezone(local).date().replace(day=1)
    # The present month is never closed, so this ends.
    still_open = next(one for one in _months(year) if one >= first and f"{one:%Y-%m}" not in closed)
    if still_open.year == year:
        raise InvalidValue("archive.month_open", str(year), month=f"{still_open:%Y-%m}")
    return Period.of_month(still_open, local).start


def _months(year: int) -> Iterator[date]:
    for number in count(year * 12):
        yield date(number // 12, number % 12 + 1, 1)
