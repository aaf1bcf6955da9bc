"""Hints for open pages, as server-sent events."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.response import ServerSentEvent, ServerSentEventMessage

from sikpro.adapters.web.site.pages import Pages
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.runtime import LiveEvents, News
from sikpro.application.ports.storage import UnitOfWork

PING = 5.0
"""Seconds between two pings; each checks the session again and tells the page that what it shows is still true."""


BREATH = 0.1
"""Seconds between two events of a stream; hints in between are merged, so that a busy hour does not flood it."""


@get("/live")
async def live(
    request: Request[Any, Any, Any], visit: NamedDependency[Visit], parts: NamedDependency[WebParts]
) -> ServerSentEvent:
    """Send what changed, by kind and ids, until the session or the server ends.

    The first event is `connected`: then the page fetches everything again. After a position that is still known
    (`Last-Event-ID`, or `after` in the address) it is `resumed`, and what the page missed follows.
    """
    after = str(request.headers.get("last-event-id") or request.query_params.get("after", ""))
    session = visit.session

    async def alive() -> bool:
        now = parts.clock.now()

        def read(uow: UnitOfWork) -> bool:
            found = uow.sessions.get(session)
            return found is not None and not found.is_over(now, uow.installation.get().sessions, parts.jumped)

        return await parts.transactions.read(read)

    events = live_stream(parts.live, after, alive=alive, time=lambda: parts.clock.now().isoformat())
    return ServerSentEvent(events, retry_duration=3000)


@get("/bot")
async def bot_bar(request: Request[Any, Any, Any], pages: NamedDependency[Pages]) -> Response[str]:
    """Show the bar with the bot's connection."""
    return pages.page(request, "site/bot_bar.html")


async def live_stream(
    hints: LiveEvents, after: str, *, alive: Callable[[], Awaitable[bool]], time: Callable[[], str]
) -> AsyncIterator[ServerSentEventMessage]:
    """Return the events of one connection; `alive` returns whether its session is, `time` the server's time."""
    with hints.follow(after) as followed:
        first, upcoming = True, asyncio.create_task(_next(followed))
        try:
            while True:
                done, _ = await asyncio.wait({upcoming}, timeout=PING)
                if not await alive():
                    return
                if not done:
                    yield ServerSentEventMessage(event="ping", data=time())
                    continue
                try:
                    news = upcoming.result()
                except StopAsyncIteration:
                    return
                for event in _events(news, time(), first=first):
                    yield event
                first, upcoming = False, asyncio.create_task(_next(followed))
                await asyncio.sleep(BREATH)
        finally:
            upcoming.cancel()


def _events(news: News, time: str, *, first: bool) -> list[ServerSentEventMessage]:
    """Return the events of some news. Only the last has the position: before it the page does not have them all."""
    start = "connected" if news.missed else "resumed" if first else ""
    found = [ServerSentEventMessage(event=start, data=time)] if start else []
    if not news.missed:
        found += [ServerSentEventMessage(event=hint.kind, data=" ".join(map(str, hint.ids))) for hint in news.hints]
    found[-1].id = news.position
    return found


async def _next(news: AsyncIterator[News]) -> News:
    return await anext(news)
