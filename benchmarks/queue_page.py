"""The queue's page against its own SELECTs, in one process: `python -m benchmarks.queue_page FILE`.

FILE is a database of `benchmarks.million`; a copy is used. The page is all of it: session, rights, query, template and
response, asked of the application without a socket. The SELECTs are the statements that it makes, by the bare driver.
"""

import asyncio
import shutil
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import sqlalchemy as sa

from benchmarks.console import PASSWORD, add_accounts, form_token
from benchmarks.lines import Line, table
from benchmarks.million import ZONE
from sikpro.adapters.excel.reader import DirectTables
from sikpro.adapters.excel.workbook import ExcelWorkbookWriter
from sikpro.adapters.local.clock import SystemClock
from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.adapters.local.passwords import Argon2Passwords
from sikpro.adapters.local.threads import ThreadedTransactions
from sikpro.adapters.pictures.svg import ResvgPictures
from sikpro.adapters.sql import SqlTransactions, create_engine_for, migrate
from sikpro.adapters.sql.sqlite_driver import driver
from sikpro.adapters.web import WebParts, create_web
from sikpro.application.workers.health import Health
from sikpro.entrypoints.fonts import FONTS

ROUNDS = 50


async def measured(file: Path) -> Line:
    """The page and its SELECTs, in turn."""
    migrate(f"sqlite:///{file}")
    engine = create_engine_for(f"sqlite:///{file}")
    store = SqlTransactions(engine)
    store.write(add_accounts)
    threads = ThreadedTransactions.over(store)
    parts = WebParts(
        transactions=threads,
        clock=SystemClock(),
        passwords=Argon2Passwords(),
        live=LocalLiveEvents(),
        workbooks=ExcelWorkbookWriter(),
        pictures=lambda: ResvgPictures(FONTS),
        tables=DirectTables(),
        zone=ZONE,
        bot_state=lambda: None,
        health=Health,
    )
    transport = httpx.ASGITransport(app=create_web(parts))  # type: ignore[arg-type]  # Litestar's names for the same types
    pages, raws = list[float](), list[float]()
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
            token = form_token((await browser.get("/login")).text)
            await browser.post("/login", data={"username": "measurer", "password": PASSWORD, "csrf": token})
            await browser.get("/orders")
            statements = await _statements(engine, lambda: browser.get("/orders"))
            with driver.connect(file) as raw:
                for _ in range(ROUNDS):
                    begun = time.perf_counter()
                    for statement, parameters in statements:
                        raw.execute(statement, parameters).fetchall()
                    between = time.perf_counter()
                    page = await browser.get("/orders")
                    pages.append((time.perf_counter() - between) * 1000)
                    raws.append((between - begun) * 1000)
                    if page.status_code != 200:
                        raise RuntimeError(f"the queue answered {page.status_code}")
    finally:
        threads.close()
        engine.dispose()
    what = f"queue page in process; its {len(statements)} SELECTs raw"
    return Line(what=what, ours=pages, other=raws, goal="<= 5", digits=2)


async def _statements(engine: sa.Engine, ask: Callable[[], Awaitable[object]]) -> list[tuple[str, Any]]:
    """The reading statements that a request makes."""
    seen: list[tuple[str, Any]] = []

    def see(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            seen.append((statement, parameters))

    sa.event.listen(engine, "before_cursor_execute", see)
    try:
        await ask()
    finally:
        sa.event.remove(engine, "before_cursor_execute", see)
    return seen


def main() -> None:
    """Print the line."""
    with TemporaryDirectory(dir=Path(sys.argv[1]).parent) as name:
        file = Path(shutil.copy(sys.argv[1], Path(name) / "page.db"))
        sys.stdout.write(table([asyncio.run(measured(file))]))


if __name__ == "__main__":
    main()
