"""The Bot API behind the real client: what it would send over HTTPS is answered here."""

import asyncio
import json
from email.parser import BytesParser
from typing import Any

import httpx
from attrs import define

from tests.simulation.loop import Life
from tests.simulation.network import LOOKED_AWAY, Line
from tests.simulation.plan import Fault
from tests.simulation.telegram import BOT, Body, Telegram


@define
class BotApiLine(httpx.AsyncBaseTransport):
    """The Bot API behind the real client: what `BotApi` would send over HTTPS is answered here."""

    telegram: Telegram
    line: Line
    life: Life

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request, or fail as the network does."""
        await request.aread()
        path, method = request.url.path, request.url.path.rpartition("/")[2]
        fault, after = self.line.fault_of(method) or (None, False)
        sends = method.startswith("send")
        if sends:
            await self.life.survive("before a send")
        await self.line.travel()
        if fault is not None and not after:
            return await _failed(fault, heard=False)
        response = self._file(method) if path.startswith("/file/") else await self._answer(method, _parameters(request))
        if sends:
            await self.life.survive("after a send")
        if fault is not None:
            return await _failed(fault, heard=True)
        await self.line.travel()
        return response

    def _file(self, name: str) -> httpx.Response:
        content = self.telegram.files.get(name)
        return _not_found() if content is None else httpx.Response(200, content=content)

    async def _answer(self, method: str, given: Body) -> httpx.Response:
        match method:
            case "getMe":
                return _ok({"id": BOT, "is_bot": True, "username": "sikpro_bot"})
            case "getUpdates":
                offset = int(given.get("offset", 0))
                updates = await self.telegram.wait_after(offset, float(given["timeout"]), confirm=True)
                return _ok(updates) if updates is not None else _refusal(Fault.CONFLICT)
            case "sendMessage" | "sendDocument":
                text = str(given.get("text", given.get("caption", "")))
                buttons = _buttons(given.get("reply_markup"))
                message_id = self.telegram.takes(int(given["chat_id"]), text, buttons, once=False)
                return _blocked() if message_id is None else _ok({"message_id": message_id})
            case "answerCallbackQuery":
                return _ok(True) if self.telegram.ends_press(given["callback_query_id"]) else _too_old()
            case "setMessageReaction" | "editMessageReplyMarkup":
                known = self.telegram.knows(int(given["chat_id"]), int(given["message_id"]))
                return _ok(True) if known else _not_found()
            case "getFile":
                file_id = given["file_id"]
                return _ok({"file_path": file_id}) if file_id in self.telegram.files else _not_found()
        return _ok(True)


async def _failed(fault: Fault, *, heard: bool) -> httpx.Response:
    """Return what comes instead of the answer, or raise what httpx raises."""
    match fault:
        case Fault.LOST if heard:
            raise httpx.ReadError("the line broke")
        case Fault.LOST:
            raise httpx.ConnectError("no line")
        case Fault.SLOW:
            await asyncio.sleep(LOOKED_AWAY)
            raise httpx.ReadTimeout("no answer")
        case Fault.GATEWAY:
            return httpx.Response(502, content=b"<html>Bad Gateway</html>")
    return _refusal(fault)


def _ok(result: Any) -> httpx.Response:
    return httpx.Response(200, json={"ok": True, "result": result})


def _no(status: int, description: str, **parameters: Any) -> httpx.Response:
    content = {"ok": False, "error_code": status, "description": description, "parameters": parameters}
    return httpx.Response(status, json=content)


def _refusal(fault: Fault) -> httpx.Response:
    match fault:
        case Fault.FLOOD:
            return _no(429, "Too Many Requests: retry after 7", retry_after=7)
        case Fault.CONFLICT:
            return _no(409, "Conflict: terminated by other getUpdates request")
    return _no(500, "Internal Server Error")


def _blocked() -> httpx.Response:
    return _no(403, "Forbidden: bot was blocked by the user")


def _too_old() -> httpx.Response:
    return _no(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")


def _not_found() -> httpx.Response:
    return _no(400, "Bad Request: message not found")


def _parameters(request: httpx.Request) -> Body:
    kind = request.headers.get("content-type", "")
    if not kind.startswith("multipart/"):
        return dict(json.loads(request.content or b"{}"))
    message = BytesParser().parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + request.content)
    found: Body = {}
    for part in message.walk():
        name = part.get_param("name", header="content-disposition")
        if name and not part.get_filename():
            content = part.get_payload(decode=True)
            found[str(name)] = content.decode() if isinstance(content, bytes) else ""
    return found


def _buttons(markup: Any) -> list[tuple[str, str]]:
    markup = json.loads(markup) if isinstance(markup, str) else markup or {}
    return [(one["text"], one["callback_data"]) for row in markup.get("inline_keyboard", ()) for one in row]
