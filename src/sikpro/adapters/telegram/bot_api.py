"""The Bot API as the application's ports for updates, messages and files."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from attrs import evolve

from sikpro.adapters.telegram.addressing import Address
from sikpro.adapters.telegram.client import Answer, BotApi, LineBroken
from sikpro.adapters.telegram.compose import (
    document_parameters,
    menu_parameters,
    message_parameters,
    press_parameters,
    reaction_parameters,
    strip_parameters,
)
from sikpro.adapters.telegram.translate import next_offset, translate
from sikpro.application.ports.chat import Enclosure, Incoming, MenuEntry, Outgoing, Transport
from sikpro.application.ports.network import (
    Batch,
    ChatMoved,
    FileGone,
    GatewayAnswered,
    Identity,
    NeverSent,
    NotSent,
    PerhapsSent,
    RemoteFile,
    RetryAfter,
    SendError,
    SourceError,
    Trouble,
)
from sikpro.application.ports.outbox import TOPIC_DELETED

__all__ = ["ALLOWED_UPDATES", "BotApi", "BotApiFiles", "BotApiMessenger", "BotApiSource"]

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
BATCH_LIMIT = 100
DEFAULT_RETRY_AFTER = 5.0
EARLY = 1.0
"""Seconds: an empty answer that came sooner was not held, and is followed by a pause as long."""

# Parts of Telegram's descriptions (tdlib/telegram-bot-api and core.telegram.org/api/errors), most specific first.
REASONS = (
    ("query is too old", "press_expired"),
    ("query_id_invalid", "press_expired"),
    ("topic_closed", "topic_closed"),
    ("topic_deleted", TOPIC_DELETED),
    ("topic_id_invalid", TOPIC_DELETED),
    ("message thread not found", TOPIC_DELETED),
    ("chat was deactivated", "chat_gone"),
    ("deactivated", "deactivated"),
    ("bot was blocked", "blocked"),
    ("chat not found", "chat_gone"),
    ("peer_id_invalid", "chat_gone"),
    ("was deleted", "chat_gone"),
    ("not a member", "chat_gone"),
    ("was kicked", "chat_gone"),
)


_NOT_MODIFIED = "message is not modified"


def _now() -> datetime:
    return datetime.now(UTC)


class BotApiSource:
    """`UpdateSource` over getUpdates; the cursor is the next offset in decimal digits.

    It closes `api` when it closes: give the messenger a separate one.
    """

    transport = Transport.BOT_API

    def __init__(
        self,
        api: BotApi,
        *,
        now: Callable[[], datetime] = _now,
        count: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._api = api
        self._now = now
        self._count = count
        self._sleep = sleep
        self._username = ""

    async def identify(self) -> Identity:
        """Return the bot's identity, from getMe. Raises `SourceError`."""
        me = await self._ask("getMe", {})
        if not isinstance(me, dict) or type(me.get("id")) is not int:
            raise SourceError(Trouble.SERVER, "getMe without an id")
        self._username = str(me.get("username", ""))
        return Identity(me["id"], self._username)

    async def fetch(self, cursor: str) -> Batch:
        """Hold getUpdates open until there are updates after `cursor`. Raises `SourceError`.

        A cursor that is not a number (from another transport) fetches from the start: the inbox recognises repeats.
        """
        parameters: dict[str, object] = {
            "timeout": self._api.poll_timeout,
            "limit": BATCH_LIMIT,
            "allowed_updates": list(ALLOWED_UPDATES),
        }
        if cursor.isascii() and cursor.isdigit():
            parameters["offset"] = int(cursor)
        begun = self._count()
        updates = await self._ask("getUpdates", parameters, held=self._api.poll_timeout)
        if not isinstance(updates, list):
            raise SourceError(Trouble.SERVER, "getUpdates without a list")
        if not updates and self._count() - begun < EARLY:
            # A server of one's own may not hold the request: it must not be asked without a pause.
            await self._sleep(EARLY)
        after = next_offset(updates, "")
        if updates and not after:
            # They cannot be acknowledged: a new request would return them at once, again and again.
            raise SourceError(Trouble.SERVER, "updates without an update_id")
        translated = tuple(self._translated(update) for update in updates)
        return Batch(translated, after or cursor, len(updates))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._api.aclose()

    def _translated(self, update: object) -> Incoming:
        incoming = translate(update, self._api.bot_id, self._now)
        spoken = Address.of(incoming.text, self._username)
        return evolve(incoming, addressed=spoken.addressed, mentioned=spoken.mentioned, text=spoken.text)

    async def _ask(self, method: str, parameters: dict[str, object], *, held: float = 0) -> object:
        try:
            answer = await self._api.call(method, parameters, held=held)
        except LineBroken as broken:
            raise SourceError(Trouble.UNREACHABLE, broken.detail) from None
        if answer.ok:
            return answer.result
        raise source_error(answer)


class BotApiMessenger:
    """`Messenger` over sendMessage, answerCallbackQuery and two methods for gestures; it closes `api` when it closes.

    The Bot API cannot recognise a repeated message: `random_id` is not used.
    """

    sends_once = False

    def __init__(self, api: BotApi) -> None:
        self._api = api

    async def send(self, message: Outgoing, enclosure: Enclosure | None = None) -> int | None:
        """Send a message and return its id, or answer a press or make a gesture and return None. Raises `SendError`."""
        if message.is_gesture:
            await self._change(message)
            return None
        if message.press_id is not None:
            await self._tell("answerCallbackQuery", press_parameters(message))
            return None
        if enclosure is None:
            sent = await self._tell("sendMessage", message_parameters(message))
        else:
            upload = self._api.upload("sendDocument", document_parameters(message), "document", enclosure)
            sent = await self._outcome(upload)
        message_id = sent.get("message_id") if isinstance(sent, dict) else None
        if type(message_id) is not int:
            raise PerhapsSent("sent without a message_id")
        return message_id

    async def set_menu(self, language: str, entries: Sequence[MenuEntry], chat_id: int | None = None) -> None:
        """Set the command menu of a language ("" for all others), for one chat if `chat_id` is given.

        Without entries remove that menu. Raises `SendError`.
        """
        method = "setMyCommands" if entries else "deleteMyCommands"
        await self._tell(method, menu_parameters(language, entries, chat_id))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._api.aclose()

    async def _change(self, message: Outgoing) -> None:
        """Make a gesture."""
        if message.reply_to is None:
            raise NeverSent("rejected", "a gesture without its message")
        if message.reaction:
            await self._tell("setMessageReaction", reaction_parameters(message))
            return
        try:
            await self._tell("editMessageReplyMarkup", strip_parameters(message))
        except NeverSent as refused:
            if _NOT_MODIFIED not in refused.detail.lower():
                raise

    async def _tell(self, method: str, parameters: dict[str, object]) -> object:
        return await self._outcome(self._api.call(method, parameters))

    async def _outcome(self, call: Awaitable[Answer]) -> object:
        try:
            answer = await call
        except LineBroken as broken:
            raise (PerhapsSent if broken.written else NotSent)(broken.detail) from None
        if answer.ok:
            return answer.result
        raise send_error(answer)


class BotApiFiles:
    """`FileSource` over getFile, which allows files of 20 MB at most; it does not close `api`, the messenger does.

    A private server with `--local` returns paths on its own disk instead of files: this is a trouble of the server, and
    the request is retried until the server runs without it. No path of a server is read from this machine.
    """

    understands = frozenset({Transport.BOT_API})

    def __init__(self, api: BotApi) -> None:
        self._api = api

    async def download(self, file: RemoteFile, limit: int) -> bytes:
        """Fetch a file by its id. Raises `FileGone`, `SourceError`."""
        try:
            answer = await self._api.call("getFile", {"file_id": file.reference})
            if not answer.ok:
                raise _file_error(answer)
            path = answer.result.get("file_path") if isinstance(answer.result, dict) else None
            if not isinstance(path, str):
                raise SourceError(Trouble.SERVER, "getFile without a file_path")
            if path.startswith("/") or "\\" in path or path[1:2] == ":":
                raise SourceError(
                    Trouble.SERVER, "the Bot API server keeps its files to itself: start it without --local"
                )
            fetched = await self._api.fetch(path, limit)
        except LineBroken as broken:
            raise SourceError(Trouble.UNREACHABLE, broken.detail) from None
        if fetched is None:
            raise FileGone("too_big")
        if isinstance(fetched, Answer):
            # The file exists, because getFile found it: only the access to it is missing.
            error = source_error(fetched)
            raise error if error.trouble is Trouble.SLOW_DOWN else SourceError(Trouble.SERVER, error.detail)
        return fetched


def _file_error(answer: Answer) -> Exception:
    described = answer.description.lower()
    if "too big" in described:
        return FileGone("too_big", answer.description)
    if "temporarily unavailable" in described:
        # Telegram says "wrong file_id or the file is temporarily unavailable": only a retry shows which.
        return SourceError(Trouble.SERVER, answer.description)
    if answer.clean and answer.status in (400, 403, 404):
        return FileGone("gone", answer.description)
    return source_error(answer)


def source_error(answer: Answer) -> SourceError:
    """Return the reason why getUpdates or getMe was refused.

    An answer that is not Telegram's own JSON (from a proxy or a sign-in page) says nothing about the token.
    """
    detail = answer.description or f"HTTP {answer.status}, not an answer of the Bot API"
    if answer.status == 429:
        return SourceError(Trouble.SLOW_DOWN, detail, answer.retry_after or DEFAULT_RETRY_AFTER)
    trouble = Trouble.SERVER
    if answer.clean and answer.status in (401, 404):
        trouble = Trouble.UNAUTHORISED
    elif answer.clean and answer.status == 409:
        trouble = Trouble.WEBHOOK if "webhook" in answer.description.lower() else Trouble.CONFLICT
    return SourceError(trouble, detail)


def send_error(answer: Answer) -> SendError:
    """Return the reason why a message was refused, and whether to retry."""
    detail = answer.description or f"HTTP {answer.status}, not an answer of the Bot API"
    if answer.status == 429:
        # Telegram does not say whether it means the chat or the whole bot; the chat is the common case.
        return RetryAfter(answer.retry_after or DEFAULT_RETRY_AFTER, detail)
    if answer.migrate_to_chat_id is not None:
        return ChatMoved(answer.migrate_to_chat_id)
    if not answer.clean:
        if answer.status >= 500:
            return GatewayAnswered(detail)
        # After a success that cannot be read Telegram may have received the request.
        return (PerhapsSent if answer.status < 300 else NotSent)(detail)
    if answer.status == 404 and "method not found" in answer.description.lower():
        return NeverSent("rejected", detail)  # an older server of one's own; a wrong token is "Not Found" alone
    if answer.status in (400, 403):
        described = answer.description.lower()
        found = (reason for part, reason in REASONS if part in described)
        return NeverSent(next(found, "blocked" if answer.status == 403 else "rejected"), detail)
    if answer.status >= 500 or answer.status in (401, 404, 409):
        return NotSent(detail)
    return NeverSent("rejected", detail)
