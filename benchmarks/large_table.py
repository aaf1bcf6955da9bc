"""How long the chat waits while a table of 8,000 orders is imported on SQLite: in one transaction, and in portions.

`python -m benchmarks.large_table [rows]`. Somebody sends an order to the chat five times a second, and the time is from
its arrival until it is saved with its answer.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from benchmarks.stock import Stock, stocked, updates
from sikpro.adapters.local.clock import SystemClock
from sikpro.adapters.local.threads import ThreadedTransactions
from sikpro.application.ports.chat import Incoming
from sikpro.application.ports.tables import TableSheet
from sikpro.application.use_cases.tables.import_orders import import_orders, order_work, plan_orders
from sikpro.application.use_cases.tables.judge_orders import COLUMNS
from sikpro.application.use_cases.tables.portions import Prepared
from sikpro.application.use_cases.tables.table_columns import find_columns
from sikpro.application.use_cases.tables.take_back import ORDERS
from sikpro.application.workers.intake import Intake
from sikpro.application.workers.table_writer import TableWriter
from sikpro.domain.people import Person, Role

ROWS = 8_000
EVERY = 0.2
ZONE = "Asia/Jakarta"
HEADER = ("Tipe order", "SC", "SN", "STO", "ODP", "Kode teknisi", "Status", "Tgl order")

Way = Callable[[ThreadedTransactions, TableSheet, Person], Awaitable[object]]


def table(rows: int) -> TableSheet:
    """A table of orders of last year, a third of them open."""
    cells = [
        *(
            ("AO", f"SC{200_000 + n}", f"ZTEG{n:08X}", "SDA", f"ODP-SDA-{n % 900 + 1:03}", "F5SDA445", status, day)
            for n in range(rows)
            for status, day in [("" if n % 3 == 0 else "Selesai (PS)", f"05/12/2025 {n % 24:02}:{n % 60:02}")]
        )
    ]
    return TableSheet(name="", rows=[HEADER, *cells])


async def in_one(transactions: ThreadedTransactions, sheet: TableSheet, by: Person) -> object:
    """The whole table in one transaction, as a program that calls the use case has it."""
    columns, now, zone = find_columns(sheet, COLUMNS), datetime.now(UTC), ZoneInfo(ZONE)
    mark = (await transactions.read_long(lambda uow: plan_orders(uow, sheet, columns, by, now, zone))).mark
    return await transactions.write(lambda uow: import_orders(uow, sheet, columns, mark, by, now, zone, "t.csv"))


async def in_portions(transactions: ThreadedTransactions, sheet: TableSheet, by: Person) -> object:
    """As the console does it."""
    columns, now, zone = find_columns(sheet, COLUMNS), datetime.now(UTC), ZoneInfo(ZONE)
    mark = (await transactions.read_long(lambda uow: plan_orders(uow, sheet, columns, by, now, zone))).mark
    work = (await transactions.read_long(lambda uow: order_work(uow, sheet, columns, mark, by, now, zone)))[1]
    if work is None:
        raise RuntimeError("the table changed")
    kept = Prepared.of(work)
    await transactions.write(lambda uow: kept.begin(uow, ORDERS, "t.csv", by, now))
    return await TableWriter(transactions=transactions, clock=SystemClock(), zone=ZONE).next()


async def measured(stock: Stock, sheet: TableSheet, way: Way) -> tuple[float, list[float]]:
    """Return the seconds of the import, and the milliseconds of each update meanwhile."""
    transactions = ThreadedTransactions.over(stock.transactions)
    intake = Intake(transactions=transactions, clock=SystemClock(), zone=ZONE)
    waiting: Iterator[Incoming] = iter(updates(10_000))
    admin = Person(id=0, name="Admin", username="admin", role=Role.ADMIN)
    by = await transactions.write(lambda uow: uow.people.add(admin))
    times: list[float] = []

    async def one() -> None:
        began = time.monotonic()
        await transactions.write(partial(intake.receive, incoming=next(waiting)))
        times.append(1000 * (time.monotonic() - began))

    began = time.monotonic()
    importing = asyncio.ensure_future(way(transactions, sheet, by))
    people = set[asyncio.Task[None]]()
    while not importing.done():
        people.add(asyncio.create_task(one()))
        await asyncio.sleep(EVERY)
    took = time.monotonic() - began
    await asyncio.gather(importing, *people)
    transactions.close()
    return took, times


def main() -> None:
    """Print the figures of both ways."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    for what, way in (("one transaction", in_one), ("portions", in_portions)):
        with TemporaryDirectory() as folder, stocked(Path(folder), "large", 0) as stock:
            took, times = asyncio.run(measured(stock, table(rows), way))
        sys.stdout.write(
            f"{rows} rows, {what}: {took:.1f} s; the chat waits {median(times):.0f} ms (median of {len(times)}), "
            f"{max(times):.0f} ms at most\n"
        )


if __name__ == "__main__":
    main()
