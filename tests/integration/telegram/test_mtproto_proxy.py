"""MTProto through a proxy, over real sockets."""

import asyncio
import base64
import struct
from collections.abc import AsyncIterator

import pytest

from sikpro.adapters.telegram.mtproto.messenger import MtprotoMessenger
from sikpro.application.ports.chat import Outgoing
from sikpro.application.ports.network import NotSent, SourceError, Trouble
from sikpro.entrypoints.bot import telethons_proxy
from tests.integration.telegram.mtproto_bot import DEWI, new_client, served
from tests.integration.telegram.mtproto_server import MtprotoServer

HELLO = Outgoing(chat_id=DEWI, text="halo", random_id=1)


class Proxy:
    """Opens tunnels, asked in HTTP or in SOCKS5 with a password; it may refuse."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.refuses = False
        self.open: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One tunnel."""
        task = asyncio.current_task()
        assert task
        self.open.add(task)
        first = await reader.readexactly(1)
        kind, how = ("socks5", self._socks) if first == b"\x05" else ("http", self._http)
        host, port, granted = await how(reader, writer)
        self.asked.append(f"{kind} {host}:{port}")
        if self.refuses:
            writer.write(b"\x05\x02\x00\x01\0\0\0\0\0\0" if kind == "socks5" else b"HTTP/1.1 403 No\r\n\r\n")
        else:
            writer.write(granted)
            there = await asyncio.open_connection(host, port)
            ways = [asyncio.create_task(pump(reader, there[1])), asyncio.create_task(pump(there[0], writer))]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            there[1].close()
            writer.close()
            await asyncio.gather(*ways)
        writer.close()

    async def _http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[str, int, bytes]:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        assert base64.b64encode(b"u:p w").decode() in head
        host, _, port = head.split(" ")[1].partition(":")
        return host, int(port), b"HTTP/1.1 200 Connection established\r\n\r\n"

    async def _socks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[str, int, bytes]:
        """RFC 1928 and 1929, as far as a name or an IPv4 address and a password."""
        await reader.readexactly((await reader.readexactly(1))[0])
        writer.write(b"\x05\x02")
        _, length = await reader.readexactly(2)
        user = await reader.readexactly(length)
        assert (user, await reader.readexactly((await reader.readexactly(1))[0])) == (b"u", b"p w")
        writer.write(b"\x01\x00")
        kind = (await reader.readexactly(4))[3]
        if kind == 1:
            host = ".".join(map(str, await reader.readexactly(4)))
        else:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        (port,) = struct.unpack(">H", await reader.readexactly(2))
        return host, port, b"\x05\x00\x00\x01\0\0\0\0\0\0"


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry bytes until one side ends."""
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        return


@pytest.fixture
async def server() -> AsyncIterator[MtprotoServer]:
    async with served() as server:
        yield server


@pytest.fixture
async def proxy() -> AsyncIterator[tuple[Proxy, int]]:
    proxy = Proxy()
    listener = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    yield proxy, listener.sockets[0].getsockname()[1]
    listener.close()
    await listener.wait_closed()
    await asyncio.wait_for(asyncio.gather(*proxy.open), 10)


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_message_goes_through_a_proxy(server: MtprotoServer, proxy: tuple[Proxy, int], scheme: str) -> None:
    server.say(DEWI, "/start")
    through, port = proxy
    client = new_client(server, proxy=telethons_proxy(f"{scheme}://u:p%20w@127.0.0.1:{port}"))
    assert await MtprotoMessenger(client).send(HELLO)
    await client.aclose()
    assert through.asked == [f"{scheme} {server.host}:{server.port}"]
    assert [sent.text for sent in server.sent(DEWI)] == ["halo"]


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_that_refuses_is_no_connection(
    server: MtprotoServer, proxy: tuple[Proxy, int], scheme: str
) -> None:
    through, port = proxy
    through.refuses = True
    client = new_client(server, proxy=telethons_proxy(f"{scheme}://u:p%20w@127.0.0.1:{port}"))
    with pytest.raises(SourceError) as caught:
        await client.connect()
    assert caught.value.trouble is Trouble.UNREACHABLE
    assert "p w" not in str(caught.value)
    with pytest.raises(NotSent):
        await MtprotoMessenger(client).send(HELLO)
    await client.aclose()
