"""Hints to open pages, as server-sent events."""

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
"""Seconds between two signs of life; at each the session is looked at again."""


BREATH = 0.1
"""Seconds between two events of a stream; hints that come meanwhile are merged, so a busy hour is not a flood."""


@get("/live")
async def live(visit: NamedDependency[Visit], parts: NamedDependency[WebParts]) -> ServerSentEvent:
    """Tell what changed, by kind and ids, until the session or the server ends.

    The first event is `connected`: whatever happened before it, the page asks for itself.
    """
    return ServerSentEvent(_events(parts, visit.session), retry_duration=3000)


@get("/bot")
async def bot_bar(request: Request[Any, Any, Any], pages: NamedDependency[Pages]) -> Response[str]:
    """The bar that says whether the bot is connected."""
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
