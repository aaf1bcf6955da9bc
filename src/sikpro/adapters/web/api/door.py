"""The door of the API: it is loaded at the first request, says limits in headers, and notes when a token was used."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from attrs import define, field
from litestar.datastructures import MutableScopeHeaders
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from sikpro.adapters.web.site.parts import WebParts
from sikpro.application.ports.storage import StorageError
from sikpro.application.ports.tokens import PersonalToken

logger = logging.getLogger("sikpro.web")

LIMIT, TOKEN = "api_limit", "api_token"
"""In the state of a request: what is left of its limit, and its token."""

_TOUCH = timedelta(minutes=1)
"""The precision of a token's last use."""


@define
class ApiDoor:
    """Serves the API, which `load` returns at the first request: a console that no program calls does not have it."""

    parts: WebParts
    load: Callable[[WebParts], ASGIApp]
    _app: ASGIApp | None = None
    _loading: asyncio.Lock = field(factory=asyncio.Lock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; the last use of its token is noted when the answer has left."""
        await (await self.app())(scope, receive, _with_limits(send, scope))
        token = scope["state"].get(TOKEN)
        now = self.parts.clock.now()
        if isinstance(token, PersonalToken) and is_due(token, now):
            try:
                await self.parts.transactions.write(lambda uow: uow.tokens.touch(token.id, now))
            except StorageError as error:
                logger.warning("the use of token %s was not noted: %s", token.id, error)

    async def app(self) -> ASGIApp:
        """Return the application, loaded in a thread: pages are served meanwhile."""
        if self._app is None:
            async with self._loading:
                if self._app is None:
                    self._app = await asyncio.to_thread(self.load, self.parts)
        assert self._app is not None
        return self._app


def is_due(token: PersonalToken, now: datetime) -> bool:
    """Return whether the last use is to be noted: once a minute; a time that is still to come is wrong."""
    return token.used_at is None or abs(now - token.used_at) >= _TOUCH


def _with_limits(send: Send, scope: Scope) -> Send:
    async def sending(message: Message) -> None:
        limit = scope["state"].get(LIMIT)
        if message["type"] == "http.response.start" and limit is not None:
            headers = MutableScopeHeaders.from_message(message)
            for name, value in limit.headers.items():
                headers[name] = value
        await send(message)

    return sending
