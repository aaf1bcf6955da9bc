"""A few ratios the design rests on, each measured side by side in one run; absolute figures are this machine's."""

import asyncio
import re
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import sqlalchemy as sa
from attrs import frozen

from benchmarks.exports import measure
from benchmarks.side_by_side import side_by_side
from benchmarks.stock import Stock, stocked, updates
from sikpro.adapters.excel.reader import DirectTables
from sikpro.adapters.excel.workbook import ExcelWorkbookWriter
from sikpro.adapters.local.clock import SystemClock
from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.adapters.local.passwords import Argon2Passwords
from sikpro.adapters.local.threads import ThreadedTransactions
from sikpro.adapters.pictures.svg import ResvgPictures
from sikpro.adapters.sql.sqlite_driver import driver
from sikpro.adapters.sql.tables import orders
from sikpro.adapters.web import WebParts, create_web
from sikpro.application.ports.chat import Incoming
from sikpro.application.ports.queries import Key, OrderFilter, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.workers.health import Health
from sikpro.application.workers.intake import Intake
from sikpro.domain.people import Person, Role
from sikpro.entrypoints.fonts import FONTS

FEW, MANY = 1_000, 20_000
FILE_FEW, FILE_MANY = 10_000, 100_000
ZONE = "Asia/Jakarta"
PASSWORD = "only-for-measuring"
ROUNDS = 25


@frozen
class Line:
    """Two ways, what each takes (the median, in the unit), and what is compared."""

    what: str
    one: str
    first: float
    other: str
    second: float
    unit: str = "ms"


def intake(stock: Stock, size: int = 8, batches: int = 30) -> Line:
    """Eight updates a transaction against one a transaction; each is an order, its answer and its ledger row."""
    taking = Intake(transactions=None, clock=SystemClock(), zone=ZONE)  # type: ignore[arg-type]  # `receive` alone is used
    waiting: Iterator[Incoming] = iter(updates(size * (batches + 1) * 2))

    def take_in(batch: list[Incoming]) -> None:
        def work(uow: UnitOfWork) -> None:
            for incoming in batch:
                taking.receive(uow, incoming)

        stock.transactions.write(work)

    def together() -> None:
        take_in([next(waiting) for _ in range(size)])

    def one_by_one() -> None:
        for _ in range(size):
            take_in([next(waiting)])

    first, second = side_by_side(together, one_by_one, batches)
    return Line(f"take in {size} updates", "one transaction", first, f"{size} transactions", second)


def newest(few: Stock, many: Stock) -> Line:
    """The newest fifty, by key, of few orders and of many."""

    def page(stock: Stock) -> object:
        return stock.transactions.read(
            lambda uow: uow.order_queries.page(OrderFilter(), sort=Sort.NEWEST, after=None, limit=50)
        )

    first, second = side_by_side(lambda: page(few), lambda: page(many))
    return Line("newest 50, by key", f"{FEW:,} orders", first, f"{MANY:,} orders", second)


def last_page(many: Stock) -> Line:
    """The last fifty of many, by key and by OFFSET."""
    ordered = sa.select(orders).order_by(orders.c.received_at.desc(), orders.c.id.desc())

    def oldest_key(uow: UnitOfWork) -> Key:
        return uow.order_queries.page(OrderFilter(), sort=Sort.OLDEST, after=None, limit=51)[-1].key

    after = many.transactions.read(oldest_key)
    place = sa.tuple_(orders.c.received_at, orders.c.id) < sa.tuple_(
        sa.bindparam("at", after.received_at, orders.c.received_at.type), sa.literal(after.id)
    )
    by_key, by_offset = ordered.where(place).limit(50), ordered.limit(50).offset(MANY - 50)

    def rows(statement: sa.Select[Any]) -> list[Any]:
        with many.engine.connect() as connection:
            return list(connection.execute(statement))

    if [row.id for row in rows(by_key)] != [row.id for row in rows(by_offset)]:
        raise RuntimeError("the two pages differ")
    first, second = side_by_side(lambda: rows(by_key), lambda: rows(by_offset))
    return Line(f"last 50 of {MANY:,}", "by key", first, "by OFFSET", second)


def totals(many: Stock) -> Line:
    """The totals kept with each change, and the same counted."""
    columns = (orders.c.type, orders.c.status, orders.c.phase, orders.c.sto)
    counted = sa.select(*columns, sa.func.count()).where(orders.c.deleted_at.is_(None)).group_by(*columns)

    def kept() -> list[int]:
        return [total.count for total in many.transactions.read(lambda uow: uow.order_queries.totals())]

    def grouped() -> list[int]:
        with many.engine.connect() as connection:
            return [row[-1] for row in connection.execute(counted)]

    if sorted(kept()) != sorted(grouped()):
        raise RuntimeError("the kept totals are not those counted")
    first, second = side_by_side(kept, grouped)
    return Line(f"totals of {MANY:,}", "kept", first, "GROUP BY", second)


async def queue_page(many: Stock) -> Line:
    """The statements of the queue's page alone, and the whole page: session, rights, query, template, response."""
    passwords = Argon2Passwords()
    hashed = passwords.hash(PASSWORD)
    many.transactions.write(
        lambda uow: uow.people.add(
            Person(id=0, name="Helpdesk", username="helpdesk", role=Role.HELPDESK, password_hash=hashed)
        )
    )
    threads = ThreadedTransactions.over(many.transactions)
    parts = WebParts(
        transactions=threads,
        clock=SystemClock(),
        passwords=passwords,
        live=LocalLiveEvents(),
        workbooks=ExcelWorkbookWriter(),
        pictures=lambda: ResvgPictures(FONTS),
        tables=DirectTables(),
        zone=ZONE,
        bot_state=lambda: None,
        health=Health,
    )
    transport = httpx.ASGITransport(app=create_web(parts))  # type: ignore[arg-type]  # Litestar's names for the same types
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
            token = re.search(r'name="csrf" value="([0-9a-f]+)"', (await browser.get("/login")).text)
            form = {"username": "helpdesk", "password": PASSWORD, "csrf": token[1] if token else ""}
            await browser.post("/login", data=form)
            statements = await _statements(many, lambda: browser.get("/orders"))
            with driver.connect(many.file) as raw:
                first, second = [], []
                for _ in range(ROUNDS):
                    begun = time.perf_counter()
                    for statement, parameters in statements:
                        raw.execute(statement, parameters).fetchall()
                    between = time.perf_counter()
                    page = await browser.get("/orders")
                    second.append((time.perf_counter() - between) * 1000)
                    first.append((between - begun) * 1000)
                    if page.status_code != 200:
                        raise RuntimeError(f"the queue answered {page.status_code}")
    finally:
        threads.close()
    return Line("queue page", "its SQL alone", statistics.median(first), "the page", statistics.median(second))


async def _statements(stock: Stock, ask: Callable[[], Awaitable[object]]) -> list[tuple[str, Any]]:
    """The reading statements that a request makes."""
    seen: list[tuple[str, Any]] = []

    def see(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            seen.append((statement, parameters))

    sa.event.listen(stock.engine, "before_cursor_execute", see)
    try:
        await ask()
    finally:
        sa.event.remove(stock.engine, "before_cursor_execute", see)
    return seen


def excel(folder: Path) -> list[Line]:
    """A file of many orders against openpyxl's bare loop of the same cells; its memory against a file of few."""
    with stocked(folder, "file-few", FILE_FEW) as few, stocked(folder, "file-many", FILE_MANY) as many:
        small = measure("ours", few, folder)
        # In turn, as everywhere here, so that both ways meet the same noise.
        rounds = [(measure("ours", many, folder), measure("bare", many, folder)) for _ in range(3)]
    ours = statistics.median(one.milliseconds for one, _ in rounds)
    bare = statistics.median(other.milliseconds for _, other in rounds)
    time_taken = Line(f"Excel of {FILE_MANY:,}", "from database", ours, "bare loop", bare)
    large = max((one for one, _ in rounds), key=lambda one: one.megabytes)
    memory = (f"{FILE_FEW:,} orders", small.megabytes, f"{FILE_MANY:,} orders", large.megabytes)
    return [time_taken, Line("Excel, peak memory", *memory, unit="MB")]


def main() -> None:
    """Measure everything and print the table."""
    Path("var").mkdir(exist_ok=True)  # on the disk an installation would use: /tmp may be memory
    with TemporaryDirectory(dir="var") as folder, ExitStack() as open_:
        few = open_.enter_context(stocked(Path(folder), "few", FEW))
        many = open_.enter_context(stocked(Path(folder), "many", MANY))
        empty = open_.enter_context(stocked(Path(folder), "empty", 0))
        lines = [intake(empty), newest(few, many), last_page(many), totals(many), asyncio.run(queue_page(many))]
        lines += excel(Path(folder))
    for line in lines:
        first, second = (f"{value:8.2f} {line.unit}" for value in (line.first, line.second))
        ratio = line.second / line.first
        sys.stdout.write(f"{line.what:22}  {line.one:16} {first}   {line.other:16} {second}   {ratio:6.1f} times\n")


if __name__ == "__main__":
    main()
