"""The line to Telegram with its faults, and two transports over it: the real Bot API client, and MTProto's ports."""

import asyncio
import json
from collections.abc import Callable, Sequence
from email.parser import BytesParser
from random import Random
from typing import Any

import httpx
from attrs import define, evolve, field, frozen

from sikpro.adapters.telegram.compose import cut
from sikpro.adapters.telegram.translate import translate
from sikpro.application.ports.chat import Enclosure, Incoming, MenuEntry, Outgoing, Transport
from sikpro.application.ports.network import (
    Batch,
    FileGone,
    Identity,
    Messenger,
    NeverSent,
    NotSent,
    PerhapsSent,
    RemoteFile,
    RetryAfter,
    SourceError,
    Trouble,
)
from tests.simulation.loop import Life, must_live
from tests.simulation.plan import Fault
from tests.simulation.record import Record
from tests.simulation.telegram import BOT, ITEM, Body, Telegram

POLL = 50
_LOOKED_AWAY = 15.0
"""How long a caller waits for an answer that does not come."""

_ON_THE_LINE = (Fault.LOST, Fault.SLOW, Fault.GATEWAY, Fault.SERVER, Fault.FLOOD, Fault.CONFLICT)
_MAY_BE_HEARD = (Fault.LOST, Fault.SLOW, Fault.GATEWAY)


@frozen
class Ill:
    """A fault of the line, in force: the share of the calls that it hits."""

    fault: Fault
    random: Random
    share: float


@define
class Line:
    """The line; `ill` are the faults in force."""

    record: Record
    random: Random
    ill: dict[int, Ill] = field(factory=dict[int, Ill])

    @staticmethod
    def bears(fault: Fault) -> bool:
        """Whether it is a fault of the line."""
        return fault in _ON_THE_LINE

    def fault_of(self, method: str) -> tuple[Fault, bool] | None:
        """Return the fault that hits this call, and whether it hits it after Telegram heard it."""
        must_live()
        for ill in self.ill.values():
            if ill.random.random() < ill.share and (ill.fault is not Fault.CONFLICT or method == "getUpdates"):
                self.record.faults[ill.fault] += 1
                if ill.fault is Fault.FLOOD:
                    self.record.reach("a pause that Telegram asked for")
                return ill.fault, ill.fault in _MAY_BE_HEARD and ill.random.random() < 0.5
        return None

    async def travel(self) -> None:
        """Take the time that a packet takes."""
        must_live()
        await asyncio.sleep(0.02 + self.random.random() * 0.15)


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
            await asyncio.sleep(_LOOKED_AWAY)
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


# ---- MTProto: its ports over the same truth. Telethon itself is not simulated. ---------------------------------


@define
class MtprotoLine:
    """`UpdateSource`, `Messenger` and `FileSource` as MTProto promises them: its own cursor, and a message once."""

    telegram: Telegram
    line: Line
    life: Life
    now: Any
    transport: Transport = Transport.MTPROTO
    sends_once: bool = True
    understands: frozenset[Transport] = frozenset({Transport.MTPROTO})

    async def identify(self) -> Identity:
        """Return who the bot is."""
        await self._ask("getMe")
        return Identity(BOT, "sikpro_bot")

    async def fetch(self, cursor: str) -> Batch:
        """Return the updates after the cursor: Telegram keeps them all."""
        at = int(cursor or 1)
        after = await self._ask("getUpdates")
        updates = await self.telegram.wait_after(at, POLL, confirm=False)
        if updates is None:
            raise SourceError(Trouble.CONFLICT)
        if after:
            raise SourceError(Trouble.UNREACHABLE, "after")
        read = tuple(self._read(update) for update in updates)
        return Batch(read, str(updates[-1]["update_id"] + 1) if updates else cursor, len(updates))

    async def send(self, message: Outgoing, enclosure: Enclosure | None = None) -> int | None:
        """Send, or fail."""
        fault, after = self.line.fault_of("send") or (None, False)
        await self.life.survive("before a send")
        await self.line.travel()
        if fault is not None and not after:
            await self._refuse(fault)
        message_id = self._take(message)
        await self.life.survive("after a send")
        if fault is not None and after:
            raise PerhapsSent(f"{fault} after it was heard")
        await self.line.travel()
        return message_id

    async def set_menu(self, language: str, entries: Sequence[MenuEntry], chat_id: int | None = None) -> None:
        """Set a menu that nobody looks at."""
        await self.line.travel()

    async def download(self, file: RemoteFile, limit: int) -> bytes:
        """Return a file."""
        if await self._ask("getFile"):
            raise SourceError(Trouble.UNREACHABLE, "after")
        if file.reference not in self.telegram.files:
            raise FileGone("gone")
        return self.telegram.files[file.reference]

    async def aclose(self) -> None:
        """Nothing is open."""

    async def _ask(self, method: str) -> bool:
        """Begin a question. Return whether its answer will be lost."""
        fault, after = self.line.fault_of(method) or (None, False)
        await self.line.travel()
        if fault is None or after:
            return after
        if fault is Fault.FLOOD:
            raise SourceError(Trouble.SLOW_DOWN, "flood", 7)
        raise SourceError(Trouble.SERVER if fault is Fault.SERVER else Trouble.UNREACHABLE, str(fault))

    async def _refuse(self, fault: Fault) -> None:
        if fault is Fault.FLOOD:
            raise RetryAfter(7, "flood", everywhere=True)
        if fault is Fault.SLOW:
            await asyncio.sleep(_LOOKED_AWAY)
        raise NotSent(str(fault))

    def _read(self, update: Body) -> Incoming:
        incoming = translate(update, BOT, self.now)
        return evolve(incoming, transport=Transport.MTPROTO)

    def _take(self, message: Outgoing) -> int | None:
        if message.press_id is not None:
            if not self.telegram.ends_press(message.press_id):
                raise NeverSent("press_expired")
            return None
        if message.is_gesture:
            if not self.telegram.knows(message.chat_id, message.reply_to or 0):
                raise NeverSent("rejected")
            return None
        buttons = [(button.label, button.data) for row in message.buttons for button in row if button.data]
        message_id = self.telegram.takes(message.chat_id, cut(message.text), buttons, once=True)
        if message_id is None:
            raise NeverSent("blocked")
        return message_id


@define
class WatchedMessenger:
    """A messenger that tells who sends what, from the beginning of the send to its end."""

    inner: Messenger
    life: Life
    sending: dict[int, Life]
    twice: Callable[[Outgoing], None]
    sent: Callable[[Life], None]

    @property
    def sends_once(self) -> bool:
        """As the transport does."""
        return self.inner.sends_once

    async def send(self, message: Outgoing, enclosure: Enclosure | None = None) -> int | None:
        """Send it, under its random id."""
        token = ITEM.set(message.random_id)
        other = self.sending.get(message.random_id)
        if other is not None and other is self.life:
            self.twice(message)
        self.sending[message.random_id] = self.life
        try:
            message_id = await self.inner.send(message, enclosure)
            self.sent(self.life)
            return message_id
        finally:
            ITEM.reset(token)
            if self.sending.get(message.random_id) is self.life:
                del self.sending[message.random_id]

    async def set_menu(self, language: str, entries: Sequence[MenuEntry], chat_id: int | None = None) -> None:
        """Set it."""
        await self.inner.set_menu(language, entries, chat_id)

    async def aclose(self) -> None:
        """Close it."""
        await self.inner.aclose()
