"""Whether a server grows: `python -m benchmarks.memory FEW [REQUESTS MESSAGES]`, by default 100,000 and 20,000.

FEW is a database of `benchmarks.million`; a copy is used. Eight clients ask for all kinds of pages in turn while fifty
technicians write to the bot. What the process has in RAM is compared after the first thousand requests and two hundred
messages, and after all. It takes most of an hour, so it is no part of the whole bench; its last result stands in
docs/performance.md.
"""

import asyncio
import sys
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from attrs import define

from benchmarks.chat import a_copy, running, texts
from benchmarks.console import PASSWORD, form_token
from benchmarks.gateway import TOKEN, Gateway, gateway
from benchmarks.lines import Line, table
from benchmarks.start import megabytes

REQUESTS, MESSAGES = 100_000, 20_000
FIRST_REQUESTS, FIRST_MESSAGES = 1_000, 200
CLIENTS = 8
BOT, CONSOLE = 8931, 8933
REST = 5.0
PATHS = (
    *("/orders", "/orders?view=all", "/orders?view=all&q=sc300", "/orders?sto=SDA", "/orders/1", "/orders/777"),
    *("/dashboard", "/ledger", "/recap/day/{day}", "/stuck", "/healthz", "/profile"),
)


@define
class Load:
    """Pages and messages against one server."""

    browser: httpx.AsyncClient
    bot: Gateway
    day: str

    async def give(self, requests: Iterator[int], messages: Iterator[tuple[int, str]]) -> None:
        """Ask for so many pages and send so many messages, at the same time."""
        asking = [self._browse(requests) for _ in range(CLIENTS)]
        by_place: dict[int, list[str]] = {}
        for place, text in messages:
            by_place.setdefault(place, []).append(text)
        await asyncio.gather(*asking, *(self._write(place, several) for place, several in by_place.items()))
        await asyncio.sleep(REST)

    async def _browse(self, requests: Iterator[int]) -> None:
        for number in requests:
            path = PATHS[number % len(PATHS)].format(day=self.day)
            answer = await self.browser.get(path)
            if answer.status_code != 200:
                raise RuntimeError(f"{path} answered {answer.status_code}")

    async def _write(self, place: int, several: list[str]) -> None:
        for text in several:
            await self.bot.ask(5001 + place, text)


async def measured(database: Path, folder: Path, requests: int, messages: int) -> Line:
    """Return the line."""
    asked, sent = count(), texts()
    serve = ["sikpro", "serve", "--port", str(CONSOLE), "--data", str(folder), "--database", f"sqlite:///{database}"]
    async with gateway(BOT) as bot:
        settings = {"SIKPRO_TELEGRAM_TOKEN": TOKEN, "SIKPRO_TELEGRAM_API": bot.address}
        pace = {"SIKPRO_RATE_CHAT": "1000", "SIKPRO_RATE_OVERALL": "100000"}
        with running(serve, folder / "ours.log", **settings, **pace) as process:
            await asyncio.wait_for(bot.polled.wait(), 60)
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{CONSOLE}", timeout=120) as browser:
                token = form_token((await browser.get("/login")).text)
                await browser.post("/login", data={"username": "measuring.admin", "password": PASSWORD, "csrf": token})
                load = Load(browser, bot, "2026-11-01")
                await load.give(islice(asked, FIRST_REQUESTS), islice(sent, FIRST_MESSAGES))
                before = megabytes(process)
                await load.give(islice(asked, requests - FIRST_REQUESTS), islice(sent, messages - FIRST_MESSAGES))
                after = megabytes(process)
    what = f"memory after {requests:,} requests and {messages:,} messages; after the first"
    return Line(what=what, ours=[after], other=[before], goal="<= 1.1", unit="MB")


def main() -> None:
    """Print the line."""
    requests, messages = (int(word) for word in sys.argv[2:4]) if len(sys.argv) > 3 else (REQUESTS, MESSAGES)
    with TemporaryDirectory(dir=Path(sys.argv[1]).parent) as name:
        folder = Path(name)
        database = a_copy(Path(sys.argv[1]), folder)
        sys.stdout.write(table([asyncio.run(measured(database, folder, requests, messages))]))


if __name__ == "__main__":
    main()
