"""A Bot API server that keeps nothing: it hands out updates to a bot that polls, and notes when the bot answers."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
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
        at: float = await asyncio.wait_for(answered, 600)
        return (at - began) * 1000

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one call of the bot."""
        method, body, more = scope["path"].rpartition("/")[2], b"", True
        while more:
            part = await receive()
            body, more = body + part.get("body", b""), part.get("more_body", False)
        given = _given(dict(scope["headers"]).get(b"content-type", b""), body)
        result: Any = _ANSWERS.get(method, True)
        if method == "getUpdates":
            result = await self._next(int(given.get("offset") or 0), float(given.get("timeout") or 0))
        elif method == "sendMessage":
            result = self._answered(int(given["chat_id"]), str(given.get("text", "")))
        answer = json.dumps({"ok": True, "result": result}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

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


def _given(media_type: bytes, body: bytes) -> dict[str, Any]:
    if media_type.startswith(b"application/json"):
        return dict(json.loads(body)) if body else {}
    if media_type.startswith(b"multipart/form-data"):
        whole = BytesParser(EmailMessage, policy=HTTP).parsebytes(b"content-type: " + media_type + b"\r\n\r\n" + body)
        return {
            str(part.get_param("name", header="content-disposition")): part.get_content() for part in whole.iter_parts()
        }
    return dict(parse_qsl(body.decode()))


class _Server(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve."""
        await super().startup(sockets)
        self.ready.set()


@asynccontextmanager
async def gateway(port: int) -> AsyncIterator[Gateway]:
    """Serve it."""
    served = Gateway(port)
    server = _Server(uvicorn.Config(served, port=port, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    await server.ready.wait()
    try:
        yield served
    finally:
        server.should_exit = True
        await serving
