"""The device ledger as tables for files: a device's history, and the orders behind anomalies."""

from collections.abc import Iterator
from datetime import datetime

from sikpro.application.i18n import Words
from sikpro.application.ports.queries import Key, OrderRow, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.workbooks import Cell, Sheet
from sikpro.application.reports.order_rows import COLUMNS, Cells, fixed_words
from sikpro.application.use_cases.devices.anomalies import Anomaly, anomaly_entries
from sikpro.application.use_cases.devices.device_ledger import DeviceQuery, histories
from sikpro.domain.people import Permission, Person

MOST = 5_000
"""The most orders in a file of the ledger: the newest of a device, the first of a list."""

_AT_ONCE = 200
_WIDTHS = tuple(column.width for column in COLUMNS)


def history_sheet(uow: UnitOfWork, query: DeviceQuery, by: Person, words: Words, now: datetime) -> Sheet:
    """Return a device's newest orders, with the reason and duration of each hold-up. Raises `NotPermitted`."""
    by.must(Permission.VIEW_REPORTS)
    fixed = fixed_words(words)
    cells = Cells.of(uow, fixed, now)

    def rows() -> Iterator[tuple[Cell, ...]]:
        after: Key | None = None
        for _ in range(MOST // _AT_ONCE):
            page = uow.order_queries.page(query.which(), sort=Sort.NEWEST, after=after, limit=_AT_ONCE)
            for one in histories(uow, page):
                spells = (
                    f"{cells.labels.get(spell.status, spell.status)} {fixed.duration(spell.lasted(now))}"
                    for spell in one.hold_ups
                )
                held_up = fixed("archive.in", file=one.archive.file) if one.archive else "; ".join(spells)
                yield (*_order(one.row, cells), held_up)
            if len(page) < _AT_ONCE:
                return
            after = page[-1].key

    return Sheet(
        name=fixed("devices.history"),
        header=(*_header(fixed), fixed("devices.held_up")),
        rows=list(rows()),
        widths=(*_WIDTHS, 40),
        table="tblRiwayat",
    )


def anomaly_sheet(uow: UnitOfWork, kind: Anomaly, by: Person, words: Words, now: datetime) -> Sheet:
    """Return a list of anomalies with all orders behind it, one row each. Raises `NotPermitted`."""
    by.must(Permission.VIEW_REPORTS)
    fixed = fixed_words(words)
    cells = Cells.of(uow, fixed, now)

    def rows() -> Iterator[tuple[Cell, ...]]:
        after, left = "", MOST
        while left > 0:
            entries = anomaly_entries(uow, kind, now, str(words.zone), after, _AT_ONCE, behind=MOST)
            for odd in entries:
                for row in odd.orders[:left]:
                    yield (odd.name, odd.times or None, *_order(row, cells))
                left -= min(left, len(odd.orders))
            if len(entries) < _AT_ONCE:
                return
            after = entries[-1].place

    name, times = fixed("devices.anomaly_of"), fixed("devices.anomaly_times")
    return Sheet(
        name=fixed("devices.anomalies"),
        header=(name, times, *_header(fixed)),
        rows=list(rows()),
        widths=(20, 10, *_WIDTHS),
        table="tblAnomali",
    )


def _header(words: Words) -> tuple[str, ...]:
    return tuple(words(column.code) for column in COLUMNS)


def _order(row: OrderRow, cells: Cells) -> tuple[Cell, ...]:
    return tuple(column.cell(row, cells) for column in COLUMNS)
