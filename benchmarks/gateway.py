"""A Bot API server that keeps nothing: it hands out updates to a bot that polls, and notes when the bot answers."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from attrs import define, field

TOKEN = "424242:only-for-measuring"
_ANSWERS: dict[str, Any] = {
    "getMe": {"id": 424242, "is_bot": True, "first_name": "Bot", "username": "measured_bot"},
    "getWebhookInfo": {"url": "", "has_custom_certificate": False, "pending_update_count": 0},
}
_MOST = 100
_HELD = 30


@define
class Gateway:
    """One bot's server at a port of 127.0.0.1."""

    port: int
    polled: asyncio.Event = field(factory=asyncio.Event)
    _updates: list[dict[str, Any]] = field(factory=list[dict[str, Any]])
    _more: asyncio.Event = field(factory=asyncio.Event)
    _waiting: dict[int, asyncio.Future[float]] = field(factory=dict[int, "asyncio.Future[float]"])
    _numbers: int = 0

    @property
    def address(self) -> str:
        """The address that a bot is given."""
        return f"http://127.0.0.1:{self.port}"

    async def ask(self, chat: int, text: str) -> float:
        """Somebody writes to the bot; return the milliseconds until it answers."""
        self._numbers += 1
        person = {"id": chat, "is_bot": False, "first_name": f"Teknisi {chat}"}
        message = {
            "message_id": self._numbers,
            "date": int(time.time()),
            "chat": {"id": chat, "type": "private", "first_name": person["first_name"]},
            "from": person,
            "text": text,
        }
        if text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        answered = self._waiting[chat] = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        self._updates.append({"update_id": self._numbers, "message": message})
        self._more.set()
        at: float = await asyncio.wait_for(answered, 60)
        return (at - began) * 1000

    async def call(self, request: web.Request) -> web.Response:
        """Answer one call of the bot."""
        if request.content_type == "application/json":
            given = await request.json() if request.can_read_body else {}
        else:
            given = dict(await request.post()) | dict(request.query)
        method = request.match_info["method"]
        result: Any = _ANSWERS.get(method, True)
        if method == "getUpdates":
            result = await self._next(int(given.get("offset") or 0), float(given.get("timeout") or 0))
        elif method == "sendMessage":
            result = self._answered(int(given["chat_id"]), str(given.get("text", "")))
        return web.Response(body=json.dumps({"ok": True, "result": result}), content_type="application/json")

    async def _next(self, offset: int, seconds: float) -> list[dict[str, Any]]:
        self.polled.set()
        self._updates = [one for one in self._updates if one["update_id"] >= offset]
        if not self._updates:
            self._more.clear()
            try:
                await asyncio.wait_for(self._more.wait(), min(seconds, _HELD))
            except TimeoutError:
                return []
        return self._updates[:_MOST]

    def _answered(self, chat: int, text: str) -> dict[str, Any]:
        found = self._waiting.pop(chat, None)
        if found and not found.done():
            found.set_result(time.perf_counter())
        self._numbers += 1
        return {
            "message_id": self._numbers,
            "date": int(time.time()),
            "chat": {"id": chat, "type": "private"},
            "text": text,
        }


@asynccontextmanager
async def gateway(port: int) -> AsyncIterator[Gateway]:
    """Serve it."""
    served = Gateway(port)
    app = web.Application()
    app.router.add_route("*", "/bot{token}/{method}", served.call)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield served
    finally:
        await runner.cleanup()
