"""A page that loses its connection is told what it missed: it equals the server whenever it has heard everything."""

import asyncio
import random

import pytest

from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.adapters.web.site import live as live_module
from sikpro.adapters.web.site.live import live_stream
from sikpro.application.ports.storage import Hint, Kind


async def yes() -> bool:
    return True


class Server:
    """Orders by id with their versions, and the hints of their changes."""

    def __init__(self, kept: int) -> None:
        self.orders: dict[int, int] = {}
        self.live = LocalLiveEvents(kept)

    def change(self, chance: random.Random) -> None:
        changed = {chance.randrange(50) for _ in range(chance.randrange(1, 4))}
        self.orders |= {order: self.orders.get(order, 0) + 1 for order in changed}
        self.live.publish([Hint(Kind.ORDER, tuple(changed)), *([Hint(Kind.OUTBOX)] if chance.random() < 0.3 else [])])


class Page:
    """What a browser keeps: the orders that it fetched, and the position of the last whole news that it got."""

    def __init__(self, server: Server) -> None:
        self.server, self.orders, self.position = server, dict[int, int](), ""
        self.fetches = 0

    async def listen(self, events: int) -> None:
        """Hear at most so many events of a new connection, then lose it; earlier when there is nothing to hear."""
        stream = live_stream(self.server.live, self.position, alive=yes, time=lambda: "13.04.07")
        try:
            for _ in range(events):
                message = await anext(stream)
                if message.event == "ping":
                    return
                if message.event == "connected":
                    self.orders, self.fetches = dict(self.server.orders), self.fetches + 1
                if message.event == "order":
                    ids = map(int, str(message.data).split())
                    self.orders |= {order: self.server.orders[order] for order in ids}
                self.position = str(message.id or self.position)
        finally:
            await stream.aclose()  # type: ignore[attr-defined]  # an async generator


@pytest.mark.parametrize("kept", [10_000, 6], ids=["long record", "short record"])
async def test_the_line_is_cut_a_thousand_times_and_the_page_equals_the_server_each_time(
    monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    monkeypatch.setattr(live_module, "BREATH", 0)
    monkeypatch.setattr(live_module, "PING", 0)
    chance = random.Random(13)
    server = Server(kept)
    page = Page(server)
    for _ in range(1000):
        for _ in range(chance.randrange(4)):
            server.change(chance)
        listening = asyncio.create_task(page.listen(chance.randrange(5)))
        for _ in range(chance.randrange(6)):
            await asyncio.sleep(0)
            if chance.random() < 0.5:
                server.change(chance)
        if chance.random() < 0.5:
            listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await page.listen(1000)
        assert page.orders == server.orders
    assert page.fetches == 1 if kept == 10_000 else page.fetches > 50, "it fetches everything only when it must"


async def test_a_stream_ends_with_its_session_and_says_the_time_while_nothing_happens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live_module, "PING", 0)
    session = [True, True, True, False]

    async def alive() -> bool:
        return session.pop(0)

    stream = live_stream(LocalLiveEvents(), "", alive=alive, time=lambda: "13.04.07")
    told = [(message.event, message.data) async for message in stream]
    assert told[-1] == ("ping", "13.04.07")
    assert ("connected", "13.04.07") in told
