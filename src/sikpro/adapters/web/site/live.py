"""Hints for open pages, as server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.response import ServerSentEvent, ServerSentEventMessage

from sikpro.adapters.web.site.pages import Pages
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.storage import Hint

PING = 15.0
"""Seconds between two pings; each ping checks the session again."""


BREATH = 0.1
"""Seconds between two events of a stream; hints in between are merged, so that a busy hour does not flood it."""


@get("/live")
async def live(visit: NamedDependency[Visit], parts: NamedDependency[WebParts]) -> ServerSentEvent:
    """Send what changed, by kind and ids, until the session or the server ends.

    The first event is `connected`: then the page fetches all earlier changes itself.
    """
    return ServerSentEvent(_events(parts, visit.session), retry_duration=3000)


@get("/bot")
async def bot_bar(request: Request[Any, Any, Any], pages: NamedDependency[Pages]) -> Response[str]:
    """Show the bar with the bot's connection."""
    return pages.page(request, "site/bot_bar.html")


async def _events(parts: WebParts, session: str) -> AsyncIterator[ServerSentEventMessage]:
    with parts.live.subscribe() as hints:
        yield ServerSentEventMessage(event="connected", data="")
        upcoming: asyncio.Task[Hint] | None = None
        try:
            while True:
                upcoming = upcoming or asyncio.create_task(_next(hints))
                done, _ = await asyncio.wait({upcoming}, timeout=PING)
                if await parts.transactions.read(lambda uow: uow.sessions.get(session)) is None:
                    return
                if not done:
                    yield ServerSentEventMessage(comment="ping")
                    continue
                try:
                    hint = upcoming.result()
                except StopAsyncIteration:
                    return
                upcoming = None
                yield ServerSentEventMessage(event=hint.kind, data=" ".join(map(str, hint.ids)))
                await asyncio.sleep(BREATH)
        finally:
            if upcoming:
                upcoming.cancel()


async def _next(hints: AsyncIterator[Hint]) -> Hint:
    return await anext(hints)
