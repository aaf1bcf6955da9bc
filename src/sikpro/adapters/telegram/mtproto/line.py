"""One connection to one data centre: every call ends, and nothing is repeated without our knowledge."""

import asyncio
import logging
import struct
from datetime import UTC, datetime
from typing import Any

from attrs import define, field
from telethon.crypto import AuthKey
from telethon.errors import AuthKeyNotFound, TypeNotFoundError
from telethon.network import ConnectionTcpFull, MTProtoSender
from telethon.tl import functions
from telethon.tl.alltlobjects import LAYER

from sikpro.adapters.telegram.client import LineBroken
from sikpro.adapters.telegram.mtproto.pushes import Pushes
from sikpro.adapters.telegram.mtproto.session import DataCentre
from sikpro.application.ports.network import SourceError, Trouble

_CONNECT = 10.0


class KeyUnknown(LineBroken):
    """Raised if the data centre does not know our key; nothing was executed."""


class _Loggers(dict[str, logging.Logger]):
    """Telethon's loggers, with errors only: it corrects what it warns about, and our logs have the results."""

    def __missing__(self, name: str) -> logging.Logger:
        logger = logging.getLogger(name)
        logger.setLevel(logging.ERROR)
        if not any(isinstance(present, _NoReconnection) for present in logger.filters):
            logger.addFilter(_NoReconnection())
        return logger


class _NoReconnection(logging.Filter):
    """Drops the error that a broken line was not reconnected: reconnecting is switched off."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not str(record.msg).startswith("Automatic reconnection failed")


@define
class Line:
    """A connection by Telethon's `MTProtoSender`, without its client.

    The client moves its own update state, waits and repeats automatically, and blocks a kind of request for every chat
    during one chat's flood wait. The sender does nothing of this with `auto_reconnect=False`: it repeats only requests
    that were refused unread, for a wrong salt or time. We rely on these parts of 1.45: `updates_queue.put_nowait`,
    `disconnected`, `auth_key`. A request that waits when the line breaks is cancelled, gets the error or is forgotten;
    `call` handles all three in the same way.
    """

    centre: DataCentre
    key: bytes = field(repr=False)
    pushes: Pushes
    proxy: dict[str, Any] | None = field(default=None, repr=False)
    config: Any = field(default=None, init=False, repr=False)
    clock_offset: float = field(default=0.0, init=False)
    _sender: Any = field(init=False, repr=False)
    _ended: "asyncio.Future[None] | None" = field(default=None, init=False, repr=False)
    _closed: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._sender = MTProtoSender(
            AuthKey(self.key or None),
            loggers=_Loggers(),
            retries=0,
            delay=0,
            auto_reconnect=False,
            connect_timeout=_CONNECT,
            updates_queue=self.pushes,
        )

    @property
    def alive(self) -> bool:
        """Return whether a call may be tried."""
        # Telethon says only a turn of the loop later that a closed line has ended.
        return not self._closed and self._ended is not None and not self._ended.done()

    async def open(self, api_id: int, query: Any, within: float) -> Any:
        """Connect, agree on a key if there is none, send `query` as the first request, and return its answer.

        Raises `LineBroken`, `KeyUnknown` and Telethon's `RPCError`; then the line is closed.
        """
        address = ConnectionTcpFull(
            self.centre.host, self.centre.port, self.centre.number, loggers=_Loggers(), proxy=self.proxy
        )
        try:
            try:
                async with asyncio.timeout(2 * within):
                    await self._sender.connect(address)
            except Exception as error:
                # A proxy, or another server in place of the data centre, may cause any error: there is no connection.
                detail = f"{self.centre.host}:{self.centre.port}: {type(error).__name__}: {error}"
                raise LineBroken(detail, written=False) from error
            self.key = self._sender.auth_key.key
            self._ended = self._sender.disconnected
            self._ended.add_done_callback(self._end)
            return await self.call(_introduced(api_id, query), within)
        except BaseException:
            await self.close()
            raise

    async def call(self, request: Any, within: float) -> Any:
        """Call a method and return its result; no answer within `within` seconds is a broken line.

        Raises `LineBroken`, `KeyUnknown`, Telethon's `RPCError`, and `SourceError` for an answer of another layer.
        """
        if self._ended is None or not self.alive:
            raise LineBroken("not connected", written=False)
        try:
            answer = self._sender.send(request)
        except ConnectionError as error:
            raise LineBroken(str(error), written=False) from None
        try:
            await asyncio.wait({answer, self._ended}, timeout=within, return_when=asyncio.FIRST_COMPLETED)
            if answer.done() and not answer.cancelled():
                return self._result(answer)
            if not self._ended.done():
                await self.close()
                raise LineBroken(f"no answer within {within:g} s", written=True)
            self._why_ended()
        finally:
            if not answer.done():
                answer.cancel()
        raise LineBroken("the connection ended", written=True)

    def note_time(self, server_time: datetime) -> None:
        """Compare our clock with the server's clock."""
        self.clock_offset = (datetime.now(UTC) - server_time).total_seconds()

    async def close(self) -> None:
        """Close the connection; a second call does nothing."""
        self._closed = True
        await self._sender.disconnect()

    def _result(self, answer: "asyncio.Future[Any]") -> Any:
        try:
            return answer.result()
        except (OSError, EOFError, BufferError, AuthKeyNotFound) as error:
            raise _broken(error) from None
        except TypeNotFoundError as error:
            # Its own text has the bytes of the answer.
            raise _other_layer(f"unknown constructor {error.invalid_constructor_id:08x}") from None
        except (RuntimeError, struct.error) as error:
            raise _other_layer(f"{type(error).__name__} in an answer") from None

    def _why_ended(self) -> None:
        error = self._ended.exception() if self._ended and not self._ended.cancelled() else None
        if error is not None:
            raise _broken(error)

    def _end(self, ended: "asyncio.Future[None]") -> None:
        if not ended.cancelled():
            ended.exception()
        self.pushes.woken.set()


def _broken(error: BaseException) -> LineBroken:
    if isinstance(error, AuthKeyNotFound):
        return KeyUnknown("the key is unknown", written=False)
    return LineBroken(f"{type(error).__name__}: {error}", written=True)


def _other_layer(detail: str) -> SourceError:
    return SourceError(Trouble.LAYER, f"{detail}; ours is layer {LAYER}")


def _introduced(api_id: int, query: Any) -> Any:
    """Wrap the first request of a connection (https://core.telegram.org/api/invoking)."""
    introduction = functions.InitConnectionRequest(
        api_id=api_id,
        device_model="SIKPRO",
        system_version="1.0",
        app_version="1.0",
        system_lang_code="id",
        lang_pack="",
        lang_code="id",
        query=query,
    )
    return functions.InvokeWithLayerRequest(LAYER, introduction)
