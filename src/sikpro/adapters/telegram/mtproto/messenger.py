"""MTProto as the application's messenger: a message sent again with the same `random_id` is one message."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from telethon.errors import RPCError
from telethon.tl import functions, types

from sikpro.adapters.telegram.client import LineBroken
from sikpro.adapters.telegram.mtproto.client import MtprotoClient
from sikpro.adapters.telegram.mtproto.compose import (
    document_request,
    menu_request,
    message_request,
    press_request,
    reaction_request,
    strip_request,
)
from sikpro.adapters.telegram.mtproto.directory import Directory
from sikpro.adapters.telegram.mtproto.errors import (
    CHAT_GONE,
    TARGET_GONE,
    code_of,
    detail_of,
    refused_login,
    send_error,
)
from sikpro.adapters.telegram.mtproto.lookup import find_sent
from sikpro.adapters.telegram.mtproto.peers import channel_chat_id, channel_of
from sikpro.adapters.telegram.mtproto.sent import message_id_in
from sikpro.adapters.telegram.mtproto.upload import upload
from sikpro.application.ports.chat import Enclosure, MenuEntry, Outgoing
from sikpro.application.ports.network import ChatMoved, NeverSent, NotSent, PerhapsSent, SourceError
from sikpro.application.ports.outbox import TOPIC_DELETED
from sikpro.application.ports.storage import StorageError

_What = TypeVar("_What")
_Answer = TypeVar("_Answer")


class MtprotoMessenger:
    """`Messenger` over messages.sendMessage; `client` is shared, and its creator closes it.

    Telegram refuses a known `random_id` (RANDOM_ID_DUPLICATE): then the message exists already, and its id is searched
    among the latest messages. If it is not found, `send` returns None, and a reply to that message is not linked to its
    order.
    """

    sends_once = True

    def __init__(self, client: MtprotoClient) -> None:
        self._client = client
        self._directory = Directory(client)

    async def send(self, message: Outgoing, enclosure: Enclosure | None = None) -> int | None:
        """Send a message and return its id, or answer a press or make a gesture and return None. Raises `SendError`."""
        if message.is_gesture:
            await self._outcome(self._change, message)
            return None
        if message.press_id is None:
            return await self._outcome(partial(self._send, enclosure=enclosure), message)
        try:
            answer = press_request(message)
        except ValueError:
            raise NeverSent("rejected", f"no press has the id {message.press_id!r}") from None
        await self._outcome(self._client.call, answer)
        return None

    async def set_menu(self, language: str, entries: Sequence[MenuEntry], chat_id: int | None = None) -> None:
        """Set the command menu of a language ("" for all others), for one chat if `chat_id` is given.

        Without entries remove that menu. Raises `SendError`.
        """

        async def tell(entries: Sequence[MenuEntry]) -> None:
            peer = None if chat_id is None else await self._directory.peer(chat_id)
            await self._client.call(menu_request(language, entries, peer))

        await self._outcome(tell, entries)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    async def _outcome(self, how: Callable[[_What], Awaitable[_Answer]], what: _What) -> _Answer:
        """Do something and map its failures to the errors of the port."""
        try:
            return await how(what)
        except LineBroken as broken:
            raise (PerhapsSent if broken.written else NotSent)(broken.detail) from None
        except SourceError as refused:
            raise refused_login(refused) from None
        except RPCError as error:
            raise send_error(error) from None
        except StorageError as error:
            raise NotSent(f"address not read: {error}") from error

    async def _send(self, message: Outgoing, enclosure: Enclosure | None) -> int | None:
        peer = await self._directory.peer(message.chat_id)
        request = partial(message_request, message, peer)
        if enclosure is not None:
            file = await upload(self._client, enclosure, message.random_id)
            request = partial(document_request, message, peer, file, enclosure)
        try:
            answer = await self._client.call(request())
        except RPCError as error:
            code = code_of(error)
            if code == "RANDOM_ID_DUPLICATE":
                return await find_sent(self._client, self._directory, message)
            if code in CHAT_GONE:
                await self._raise_if_moved(message.chat_id)
            if code not in TARGET_GONE or message.reply_to is message.topic is None:
                raise
            # It was refused, so its random_id is still unused.
            answer = await self._without_target(message, partial(request, as_reply=False))
        message_id = message_id_in(answer, message.random_id)
        if message_id is None:
            raise PerhapsSent("sent without an id")
        return message_id

    async def _without_target(self, message: Outgoing, request: Callable[[], Any]) -> Any:
        """Send a message without its reply target; where its topic is gone as well, raise `NeverSent`."""
        try:
            return await self._client.call(request())
        except RPCError as error:
            if message.topic is None or code_of(error) not in TARGET_GONE:
                raise
            raise NeverSent(TOPIC_DELETED, detail_of(error)) from None

    async def _change(self, message: Outgoing) -> None:
        """Make a gesture."""
        if message.reply_to is None:
            raise NeverSent("rejected", "a gesture without its message")
        peer = await self._directory.peer(message.chat_id)
        request = reaction_request(message, peer) if message.reaction else strip_request(message, peer)
        try:
            await self._client.call(request)
        except RPCError as error:
            code = code_of(error)
            if code in CHAT_GONE:
                await self._raise_if_moved(message.chat_id)
            if code != "MESSAGE_NOT_MODIFIED":
                raise

    async def _raise_if_moved(self, chat_id: int) -> None:
        """Raise `ChatMoved` for a basic group that became a supergroup, and save the new address."""
        if chat_id > 0 or channel_of(chat_id) is not None:
            return
        answer = await self._client.call(functions.messages.GetChatsRequest([-chat_id]))
        for chat in answer.chats:
            target = getattr(chat, "migrated_to", None)
            if isinstance(target, types.InputChannel):
                moved = channel_chat_id(target.channel_id)
                await self._client.vault.note(moved, target.access_hash)
                raise ChatMoved(moved)
