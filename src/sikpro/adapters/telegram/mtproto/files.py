"""Fetch received files by MTProto."""

from typing import Any

from telethon.errors import RPCError
from telethon.tl import functions, types

from sikpro.adapters.telegram.client import LineBroken
from sikpro.adapters.telegram.mtproto.client import MtprotoClient
from sikpro.adapters.telegram.mtproto.directory import Directory
from sikpro.adapters.telegram.mtproto.errors import CHAT_GONE, code_of, source_error
from sikpro.adapters.telegram.mtproto.media import bytes_of, largest_size
from sikpro.adapters.telegram.mtproto.peers import channel_of, chat_id_of
from sikpro.application.ports.chat import Transport
from sikpro.application.ports.network import FileGone, RemoteFile, SourceError, Trouble

PART = 512 * 1024
"""Bytes per request: a divisor of a megabyte, as https://core.telegram.org/api/files requires."""

_EXPIRED = frozenset({"FILE_REFERENCE_EXPIRED", "FILE_REFERENCE_INVALID", "FILE_REFERENCE_EMPTY"})
_GONE = frozenset({"FILE_ID_INVALID", "LOCATION_INVALID", "MESSAGE_ID_INVALID", "MSG_ID_INVALID", *CHAT_GONE})


class MtprotoFiles:
    """`FileSource`: requests the message again, because file references expire, and follows it to its data centre.

    So it can also fetch the file of a message from the Bot API. `client` is shared; its creator closes it.
    """

    understands = frozenset({Transport.MTPROTO, Transport.BOT_API})

    def __init__(self, client: MtprotoClient) -> None:
        self._client = client
        self._directory = Directory(client)

    async def download(self, file: RemoteFile, limit: int) -> bytes:
        """Return the file's content, at most `limit` bytes. Raises `FileGone`, or `SourceError` for a later retry."""
        try:
            for last in (False, True):
                location, size = await self._locate(file)
                if size is not None and size > limit:
                    raise FileGone("too_big", f"{size} bytes")
                try:
                    return await self._fetch(location, limit)
                except RPCError as error:
                    if last or code_of(error) not in _EXPIRED:
                        raise
        except LineBroken as broken:
            raise SourceError(Trouble.UNREACHABLE, broken.detail) from None
        except RPCError as error:
            if code_of(error) in _GONE:
                raise FileGone("gone", code_of(error)) from None
            raise source_error(error) from None
        raise RuntimeError("unreachable")

    async def _locate(self, file: RemoteFile) -> tuple[Any, int | None]:
        """Return the present location of the file, and its announced size in bytes."""
        number = [types.InputMessageID(file.message_id)]
        if channel_of(file.chat_id) is None:
            request = functions.messages.GetMessagesRequest(number)
        else:
            peer = await self._directory.channel(file.chat_id)
            request = functions.channels.GetMessagesRequest(peer, number)
        found = await self._client.call(request)
        for message in found.messages:
            if isinstance(message, types.Message) and chat_id_of(message.peer_id) == file.chat_id:
                return _location(message.media, file)
        raise FileGone("gone", "the message was deleted")

    async def _fetch(self, location: Any, limit: int) -> bytes:
        """Fetch all parts, from this data centre or from the one that Telegram names."""
        try:
            return await self._parts(self._client.call, location, limit)
        except RPCError as error:
            centre = getattr(error, "new_dc", None)
            if error.code != 303 or centre is None:
                raise
        line = await self._client.line_to(centre)
        try:
            return await self._parts(line.call, location, limit)
        finally:
            await line.close()

    async def _parts(self, call: Any, location: Any, limit: int) -> bytes:
        content = bytearray()
        while True:
            part = await call(functions.upload.GetFileRequest(location, len(content), PART), within=60.0)
            if not isinstance(part, types.upload.File):
                raise FileGone("gone", type(part).__name__)
            content += part.bytes
            if len(content) > limit:
                raise FileGone("too_big", f"more than {limit} bytes")
            if len(part.bytes) < PART:
                return bytes(content)


def _location(media: Any, file: RemoteFile) -> tuple[Any, int | None]:
    """Return the location of a message's file, if it is still the requested one; Bot API ids do not show this."""
    known = file.transport == Transport.MTPROTO
    match media:
        case types.MessageMediaPhoto(photo=types.Photo() as photo) if (
            not known or file.reference == f"photo:{photo.id}"
        ):
            size = largest_size(photo)
            where = types.InputPhotoFileLocation(photo.id, photo.access_hash, photo.file_reference, size.type)
            return where, bytes_of(size)
        case types.MessageMediaDocument(document=types.Document() as one) if (
            not known or file.reference == f"document:{one.id}"
        ):
            where = types.InputDocumentFileLocation(one.id, one.access_hash, one.file_reference, "")
            return where, int(one.size)
    raise FileGone("gone", "the message has another file now")
