"""Addresses of chats: the data that MTProto needs besides a chat's id."""

from typing import Any

from telethon.errors import RPCError
from telethon.tl import functions, types

from sikpro.adapters.telegram.mtproto.client import MtprotoClient
from sikpro.adapters.telegram.mtproto.errors import CHAT_GONE, code_of
from sikpro.adapters.telegram.mtproto.peers import addresses_of, channel_of, input_peer


class Directory:
    """Finds access hashes: those received since the start, those in the database, and those requested from Telegram.

    A bot may use a hash of 0 to ask about a person who wrote to it (https://core.telegram.org/api/bots). Methods raise
    the errors of `MtprotoClient.call`, and `StorageError`.
    """

    def __init__(self, client: MtprotoClient) -> None:
        self._client = client

    async def peer(self, chat_id: int) -> Any:
        """Return the `InputPeer` of a chat."""
        if chat_id < 0 and channel_of(chat_id) is None:
            return input_peer(chat_id, 0)
        return input_peer(chat_id, await self._access_hash(chat_id))

    async def channel(self, channel_chat_id: int) -> Any:
        """Return the `InputChannel` of a supergroup."""
        return types.InputChannel(channel_of(channel_chat_id), await self._access_hash(channel_chat_id))

    def learn(self, addresses: dict[int, str]) -> None:
        """Record the addresses of an answer."""
        self._client.pushes.addresses.update(addresses)

    async def _access_hash(self, chat_id: int) -> int:
        known = self._client.pushes.addresses
        if chat_id not in known:
            kept = await self._client.vault.access_hash(chat_id)
            known.update({chat_id: str(kept)} if kept is not None else await self._ask(chat_id))
        return int(known.get(chat_id, "0"))

    async def _ask(self, chat_id: int) -> dict[int, str]:
        channel = channel_of(chat_id)
        try:
            if channel is None:
                request = functions.users.GetUsersRequest([types.InputUser(chat_id, 0)])
                found = addresses_of(await self._client.call(request), ())
            else:
                request = functions.channels.GetChannelsRequest([types.InputChannel(channel, 0)])
                found = addresses_of((), (await self._client.call(request)).chats)
        except RPCError as error:
            if code_of(error) not in CHAT_GONE:
                raise
            return {}
        if chat_id in found:
            await self._client.vault.note(chat_id, int(found[chat_id]))
        return found
