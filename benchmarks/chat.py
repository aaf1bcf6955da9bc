"""The bot's answers against an echo of aiogram, which keeps nothing: `python -m benchmarks.chat FEW`.

FEW is a database of `benchmarks.million`; a copy is used. Both bots are processes that poll servers of the Bot API in
this process. First one technician writes at a time, to each bot in turn. Then fifty write at once, each again as soon
as the answer is there; and the same while twenty browsers watch the queue as the page's script does. Ours stores each
message, registers an order and queues its answer before it is sent; the pace that Telegram asks for is set aside.
"""

import asyncio
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from attrs import frozen

from benchmarks.console import PASSWORD, add_accounts, form_token
from benchmarks.gateway import TOKEN, Gateway, gateway
from benchmarks.lines import Line, table
from benchmarks.million import STOS
from sikpro.adapters.sql import SqlTransactions, create_engine_for, migrate

IDLE = 100
TOGETHER = 50
EACH = 10
BROWSERS = 20
PAUSE = 0.1
HINTED, APART = 0.25, 0.7
"""Seconds from a hint to a fetch, and between two fetches, as in `live.js`."""

WATCHED_PER_SECOND, WATCHED_P99 = 40, 1500
OURS, THEIRS, CONSOLE = 8921, 8922, 8923


@frozen
class Burst:
    """Many at once: answers a second, and the 99th percentile of an answer in milliseconds."""

    per_second: float
    p99: float


def texts() -> Iterator[tuple[int, str]]:
    """Yield technicians' places in turn, each with a new request."""
    for number in count():
        place = number % TOGETHER
        sto = STOS[place % len(STOS)]
        yield place, f"/reg AO#SC{75_000_000 + number}#ZTEG{number:08X}#{sto}#ODP-{sto}-003#F5{sto}{place:03}"


async def idle(ours: Gateway, theirs: Gateway, requests: Iterator[tuple[int, str]]) -> Line:
    """One at a time, to each bot in turn."""
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(IDLE):
        place, text = next(requests)
        for one, kept in zip((ours, theirs), spent, strict=True):
            kept.append(await one.ask(5001 + place, text))
            await asyncio.sleep(PAUSE)
    return Line(what="bot's answer, idle; echo of aiogram", ours=spent[0], other=spent[1], goal="<= 1.5")


async def burst(one: Gateway, requests: Iterator[tuple[int, str]]) -> Burst:
    """Fifty technicians at once."""
    texts_of: dict[int, list[str]] = {}
    for _ in range(TOGETHER * EACH):
        place, text = next(requests)
        texts_of.setdefault(place, []).append(text)

    async def technician(place: int) -> list[float]:
        return [await one.ask(5001 + place, text) for text in texts_of[place]]

    began = time.perf_counter()
    times = [ms for several in await asyncio.gather(*map(technician, texts_of)) for ms in several]
    return Burst(len(times) / (time.perf_counter() - began), statistics.quantiles(times, n=100)[-1])


@contextmanager
def running(command: list[str], log: Path, **environment: str) -> Iterator[int]:
    """Run a bot, and yield the number of its process."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], env={**os.environ, **environment}, stdout=out, stderr=out
        )
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()


@asynccontextmanager
async def watched(address: str) -> AsyncIterator[None]:
    """Twenty browsers look at the queue, and fetch it again at each hint, as `live.js` does."""
    async with httpx.AsyncClient(base_url=address, timeout=None, limits=httpx.Limits(max_connections=100)) as browser:
        token = form_token((await browser.get("/login")).text)
        await browser.post("/login", data={"username": "measurer", "password": PASSWORD, "csrf": token})
        browsers = [asyncio.create_task(_browse(browser)) for _ in range(BROWSERS)]
        await asyncio.sleep(2)
        try:
            yield
        finally:
            for one in browsers:
                one.cancel()
            await asyncio.gather(*browsers, return_exceptions=True)


async def _browse(browser: httpx.AsyncClient) -> None:
    hinted = asyncio.Event()

    async def fetch() -> None:
        known: dict[str, str] = {}
        asked = 0.0
        while True:
            await hinted.wait()
            await asyncio.sleep(max(HINTED, asked + APART - time.monotonic()))
            hinted.clear()
            asked = time.monotonic()
            page = await browser.get("/orders", headers={"HX-Request": "true", "X-Live": "1", **known})
            known = {"If-None-Match": page.headers["etag"]} if "etag" in page.headers else {}

    fetching = asyncio.create_task(fetch())
    try:
        async with browser.stream("GET", "/live") as stream:
            async for line in stream.aiter_lines():
                if line == "event: order":
                    hinted.set()
    finally:
        fetching.cancel()


async def measured(database: Path, folder: Path) -> list[Line]:
    """Return the lines."""
    requests = texts()
    serve = ["sikpro", "serve", "--port", str(CONSOLE), "--data", str(folder), "--database", f"sqlite:///{database}"]
    async with gateway(OURS) as ours, gateway(THEIRS) as theirs:
        settings = {"SIKPRO_TELEGRAM_TOKEN": TOKEN, "SIKPRO_TELEGRAM_API": ours.address}
        pace = {"SIKPRO_RATE_CHAT": "1000", "SIKPRO_RATE_OVERALL": "100000"}
        echo = ["benchmarks.peers.echo_bot", theirs.address]
        with running(serve, folder / "ours.log", **settings, **pace), running(echo, folder / "echo.log"):
            await asyncio.wait_for(asyncio.gather(ours.polled.wait(), theirs.polled.wait()), 60)
            await asyncio.sleep(5)
            lines = [await idle(ours, theirs, requests)]
            bursts = [(await burst(ours, requests), await burst(theirs, requests)) for _ in range(3)]
            async with watched(f"http://127.0.0.1:{CONSOLE}"):
                seen = [await burst(ours, requests) for _ in range(3)]
    fast = ([one.per_second for one, _ in bursts], [other.per_second for _, other in bursts])
    lines.append(
        Line(what=f"{TOGETHER} technicians at once; echo", ours=fast[0], other=fast[1], goal=">= 1", unit="/s")
    )
    with_browsers = f"{TOGETHER} technicians, {BROWSERS} browsers"
    per_second, p99 = [one.per_second for one in seen], [one.p99 for one in seen]
    aims = [float(WATCHED_PER_SECOND)] * len(seen), [float(WATCHED_P99)] * len(seen)
    lines.append(Line(what=f"{with_browsers}; wanted", ours=per_second, other=aims[0], goal=">= 1", unit="/s"))
    lines.append(Line(what=f"{with_browsers}, p99; wanted", ours=p99, other=aims[1], goal="<= 1"))
    return lines


def a_copy(file: Path, folder: Path) -> Path:
    """Return a copy of a database, up to date, with the accounts of who looks at its pages."""
    copy = Path(shutil.copy(file, folder / "copy.db"))
    migrate(f"sqlite:///{copy}")
    engine = create_engine_for(f"sqlite:///{copy}")
    SqlTransactions(engine).write(add_accounts)
    engine.dispose()
    return copy


def main() -> None:
    """Print the lines."""
    with TemporaryDirectory(dir=Path(sys.argv[1]).parent) as name:
        folder = Path(name)
        database = a_copy(Path(sys.argv[1]), folder)
        lines = asyncio.run(measured(database, folder))
    sys.stdout.write(table(lines))


if __name__ == "__main__":
    main()
