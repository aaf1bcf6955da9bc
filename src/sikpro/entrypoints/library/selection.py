"""Orders that a script chose: to go through, count, group, and write to a file."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path

from attrs import frozen

from sikpro.adapters.excel.later import LaterWorkbooks
from sikpro.application.ports.queries import Key, OrderFilter, OrderRow, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.workbooks import Cell, Sheet
from sikpro.application.reports.csv_text import csv_bytes
from sikpro.application.reports.order_rows import COLUMNS, Cells, fixed_words
from sikpro.application.use_cases.orders.list_orders import list_orders, permitted
from sikpro.domain.people import Person
from sikpro.entrypoints.held import held_as
from sikpro.entrypoints.library.files import Destination, written
from sikpro.entrypoints.library.order_search import Search
from sikpro.entrypoints.library.session import Session

PAGE = 200
"""The orders of one transaction."""

MOST_COUNTED = 1_000_000

GROUPS: tuple[str, ...] = (
    *("type", "sto", "site_operation", "odp", "technician", "channel", "phase", "status", "turn"),
    *("holder", "helpdesk", "day", "month"),
)
"""What orders can be grouped by; `day` and `month` are those of the receipt."""


class Count(int):
    """A number of orders; `capped` says that there are as many or more."""

    capped: bool

    def __new__(cls, number: int, *, capped: bool = False) -> "Count":
        """Return the number, with whether it was counted no further."""
        count = super().__new__(cls, number)
        count.capped = capped
        return count

    def __str__(self) -> str:
        return f"{int(self)}+" if self.capped else str(int(self))


@held_as("orders.where")
@frozen
class OrderSelection:
    """A list of orders. Each loop reads it anew, page by page, each page in a transaction of its own.

    So a loop may change the orders that it goes through. `if orders.where(…):` asks whether there is one. Every method
    raises `NotPermitted` for somebody who may not list orders, or deleted ones.
    """

    _session: Session
    _search: Search

    def __iter__(self) -> Iterator[OrderRow]:
        which, after = self._session.read(lambda uow, by, now: self._search.at(uow, now, self._session.zone)), None
        while True:
            page = self._page(which, after)
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1].key_in(self._search.sort)

    def __bool__(self) -> bool:
        """Whether there is an order; it looks for one alone."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> bool:
            which = self._search.at(uow, now, self._session.zone)
            return bool(list_orders(uow, which, by, sort=self._search.sort, limit=1))

        return self._session.read(work)

    def first(self) -> OrderRow | None:
        """Return the first order, None where there is none."""
        return next(iter(self), None)

    def count(self, *, most: int = MOST_COUNTED) -> Count:
        """Count the orders, no further than `most`. Raises `ValueError` for less than 1."""
        if most < 1:
            raise ValueError(f"orders.where.count: most: {most} is less than 1")
        found = self._session.read(
            lambda uow, by, now: uow.order_queries.count(
                permitted(self._search.at(uow, now, self._session.zone), by), most
            )
        )
        return Count(found, capped=found == most)

    def by(self, what: str) -> Mapping[str, int]:
        """Count the orders by one of `type`, `sto`, `site_operation`, `odp`, `technician`, `channel`, `phase`,
        `status`, `turn`, `holder`, `helpdesk`, `day` and `month`; what has most orders comes first.

        The names of people are their own; "" is nobody. It goes through all of them. Raises `ValueError` for another.
        """
        if what not in GROUPS:
            raise ValueError(f"orders.where.by: there is no {what!r}; there are {', '.join(GROUPS)}")
        return dict(Counter(map(self._group(what), self)).most_common())

    def to_csv(self, into: Destination) -> None:
        """Write the orders to a path, or into a stream of bytes, under the columns of every export.

        Semicolons and a byte order mark, as Indonesian spreadsheets open it. All rows are of one moment. Raises
        `OSError`, and `TypeError` for a stream of text.
        """

        def write(path: Path, header: Sequence[str], rows: Iterator[Sequence[Cell]]) -> None:
            with path.open("wb") as file:
                file.writelines(csv_bytes(chain([header], rows)))

        self._to_file("orders.csv", into, write)

    def to_excel(self, into: Destination) -> None:
        """Write the orders as an Excel workbook with one table, to a path or into a stream of bytes, as `to_csv`."""

        def write(path: Path, header: Sequence[str], rows: Iterator[Sequence[Cell]]) -> None:
            widths = tuple(column.width for column in COLUMNS)
            sheet = Sheet(name="Order", table="tblOrder", header=header, rows=rows, widths=widths)
            LaterWorkbooks().write(path, [sheet])

        self._to_file("orders.xlsx", into, write)

    def _to_file(
        self, name: str, into: Destination, write: Callable[[Path, Sequence[str], Iterator[Sequence[Cell]]], None]
    ) -> None:
        words = fixed_words(self._session.words)
        header = tuple(words(column.code) for column in COLUMNS)

        def fill(path: Path) -> None:
            def work(uow: UnitOfWork, by: Person, now: object) -> None:
                at = self._session.clock.now()
                cells, which = Cells.of(uow, words, at), self._search.at(uow, at, self._session.zone)
                found = _all_of(uow, which, by, self._search.sort)
                write(path, header, (tuple(column.cell(row, cells) for column in COLUMNS) for row in found))

            self._session.read(work)

        written(into, fill)
        self._session.record_file(name)

    def _page(self, which: OrderFilter, after: Key | None) -> tuple[OrderRow, ...]:
        sort = self._search.sort
        return self._session.read(lambda uow, by, now: list_orders(uow, which, by, sort=sort, after=after, limit=PAGE))

    def _group(self, what: str) -> Callable[[OrderRow], str]:
        local = self._session.local
        match what:
            case "holder" | "helpdesk":
                return lambda row: str(getattr(row, f"{what}_name"))
            case "day":
                return lambda row: f"{row.received_at.astimezone(local):%Y-%m-%d}"
            case "month":
                return lambda row: f"{row.received_at.astimezone(local):%Y-%m}"
            case _:
                return lambda row: str(getattr(row, what))


def _all_of(uow: UnitOfWork, which: OrderFilter, by: Person, sort: Sort) -> Iterator[OrderRow]:
    after: Key | None = None
    while rows := list_orders(uow, which, by, sort=sort, after=after, limit=PAGE):
        yield from rows
        after = rows[-1].key_in(sort)
