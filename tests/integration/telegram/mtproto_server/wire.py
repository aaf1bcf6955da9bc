"""Bytes on the line: the three TCP transports and the encrypted envelope, seen from the server's side."""

import asyncio
import os
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from telethon.crypto import AES, AuthKey
from telethon.extensions import BinaryReader
from telethon.network.connection.tcpabridged import AbridgedPacketCodec
from telethon.network.connection.tcpfull import FullPacketCodec
from telethon.network.connection.tcpintermediate import IntermediatePacketCodec
from telethon.network.mtprotostate import MTProtoState

_VECTOR, _TRUE, _FALSE = 0x1CB5C415, 0x997275B5, 0xBC799737


class _Unread:
    """A stream reader whose first bytes were read already."""

    def __init__(self, head: bytes, reader: asyncio.StreamReader) -> None:
        self._head = head
        self._reader = reader

    async def readexactly(self, count: int) -> bytes:
        """So many bytes, those read before first."""
        head, self._head = self._head[:count], self._head[count:]
        return head + await self._reader.readexactly(count - len(head)) if count > len(head) else head


async def recognise(reader: asyncio.StreamReader) -> tuple[Any, Any]:
    """Tell by the first bytes which transport the client speaks: its codec, and where to read on.

    The full transport has no tag: what was read belongs to its first packet.
    """
    first = await reader.readexactly(1)
    if first == b"\xef":
        return AbridgedPacketCodec(None), reader
    if first == b"\xee":
        await reader.readexactly(3)
        return IntermediatePacketCodec(None), reader
    return FullPacketCodec(None), _Unread(first, reader)


@dataclass
class Key:
    """An authorisation key that a client agreed with one data centre, and whether a bot is logged in with it."""

    auth: Any
    dc_id: int
    salt: int
    api_id: int | None = None
    authorised: bool = False

    @classmethod
    def agreed(cls, secret: bytes, dc_id: int) -> "Key":
        """A fresh key with a salt of its own."""
        return cls(AuthKey(secret), dc_id, int.from_bytes(os.urandom(8), "little", signed=True))


@dataclass(frozen=True)
class Letter:
    """What was in an envelope: one message, perhaps a container, with what its sender says about it."""

    salt: int
    session_id: int
    message_id: int
    sequence: int
    body: Any


def parse(data: bytes) -> Any:
    """Read one boxed object."""
    return BinaryReader(data).tgread_object()


def serialise(value: Any) -> bytes:
    """Write a boxed object, a truth value or a vector of them."""
    if isinstance(value, bool):
        return struct.pack("<I", _TRUE if value else _FALSE)
    if isinstance(value, list):
        return struct.pack("<Ii", _VECTOR, len(value)) + b"".join(map(serialise, value))
    return bytes(value)


def open_envelope(key: Key, packet: bytes) -> Letter:
    """Decrypt what a client sent with `key`. Raises `ValueError` when the message key does not fit."""
    message_key = packet[8:24]
    plain = AES.decrypt_ige(packet[24:], *MTProtoState._calc_key(key.auth.key, message_key, True))
    if sha256(key.auth.key[88:120] + plain).digest()[8:24] != message_key:
        raise ValueError("the message key does not fit the message")
    salt, session_id, message_id, sequence, length = struct.unpack_from("<qqqii", plain)
    return Letter(salt, session_id, message_id, sequence, parse(plain[32 : 32 + length]))


def seal_envelope(key: Key, session_id: int, message_id: int, sequence: int, body: bytes) -> bytes:
    """Encrypt one message for a client, as version 2 of the protocol says."""
    plain = struct.pack("<qqqii", key.salt, session_id, message_id, sequence, len(body)) + body
    plain += os.urandom(-(len(plain) + 12) % 16 + 12)
    message_key = sha256(key.auth.key[96:128] + plain).digest()[8:24]
    cipher = AES.encrypt_ige(plain, *MTProtoState._calc_key(key.auth.key, message_key, False))
    return struct.pack("<Q", key.auth.key_id) + message_key + bytes(cipher)


def unpacked(letter: Letter) -> Iterable[tuple[int, Any]]:
    """The messages of a letter, (id, object) each: containers opened, gzip taken off."""
    inner = getattr(letter.body, "messages", None)
    messages = [(letter.message_id, letter.body)] if inner is None else [(one.msg_id, one.obj) for one in inner]
    for message_id, body in messages:
        yield message_id, parse(body.data) if type(body).__name__ == "GzipPacked" else body
