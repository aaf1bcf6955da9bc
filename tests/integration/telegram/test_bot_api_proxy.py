"""The Bot API through HTTP proxies, and at addresses of one's own, over real sockets."""

import asyncio
import base64
import contextlib
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sikpro.adapters.telegram.bot_api import BotApi, BotApiFiles, BotApiMessenger, BotApiSource
from sikpro.application.ports.chat import Outgoing
from sikpro.application.ports.network import NotSent, RemoteFile, SendError, SourceError, Trouble
from sikpro.testing.contracts.network import DEWI
from tests.integration.needs import need
from tests.integration.telegram.conftest import TOKEN, Parrot, Simulation

ME = b'{"ok":true,"result":{"id":424242,"is_bot":true,"username":"sikpro_bot"}}'
HELLO = Outgoing(chat_id=DEWI, text="halo")


class Proxy:
    """Fetches what is asked for, or opens a tunnel to `beyond`; it notes what it was asked, and may refuse."""

    def __init__(self) -> None:
        self.port = 0
        self.asked: list[str] = []
        self.heads: list[str] = []
        self.refusal = b""
        self.beyond = ("127.0.0.1", 0)
        self.open: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, of one request where it is fetched."""
        task = asyncio.current_task()
        assert task
        self.open.add(task)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        line = head.partition("\r\n")[0]
        self.asked.append(line)
        self.heads.append(head)
        method, target, version = line.split(" ")
        if self.refusal:
            writer.write(self.refusal)
            await writer.drain()
        elif method == "CONNECT":
            there = await asyncio.open_connection(*self.beyond)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await self._between(reader, writer, *there)
        else:
            url = urlsplit(target)
            there = await asyncio.open_connection(url.hostname, url.port)
            head = head.replace(line, f"{method} {url.path} {version}").replace("keep-alive", "close")
            there[1].write(head.encode())
            await self._between(reader, writer, *there)
        writer.close()

    async def _between(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        there: asyncio.StreamReader,
        there_writer: asyncio.StreamWriter,
    ) -> None:
        await asyncio.gather(_carry(reader, there_writer), _carry(there, writer))


async def _carry(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while part := await source.read(65536):
            target.write(part)
            await target.drain()
    target.close()


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    proxy = Proxy()
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    yield proxy
    server.close()
    if proxy.open:
        _, still = await asyncio.wait(proxy.open, timeout=5)
        assert not still
    await server.wait_closed()


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The certificate of telegram.example, trusted for the test, and its key."""
    need(shutil.which("openssl"), "needs openssl")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    name = ["-subj", "/CN=telegram.example", "-addext", "subjectAltName=DNS:telegram.example"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *name, *files]
    subprocess.run(command, check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return certificate, key


@pytest.fixture
async def telegram(certificate: tuple[Path, Path]) -> AsyncIterator[Parrot]:
    """What answers to telegram.example over TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    parrot = Parrot()
    server = await asyncio.start_server(parrot.serve, "127.0.0.1", 0, ssl=context)
    parrot.url = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield parrot
    server.close()
    await server.wait_closed()


async def test_everything_goes_through_a_proxy_that_fetches(simulation: Simulation, proxy: Proxy) -> None:
    address = f"http://127.0.0.1:{proxy.port}"
    source = BotApiSource(BotApi(TOKEN, base_url=simulation.url, proxy=address, poll_timeout=1))
    messenger = BotApiMessenger(BotApi(TOKEN, base_url=simulation.url, proxy=address))
    simulation.say("halo")
    assert (await source.identify()).bot_id == 424242
    assert [update.text for update in (await source.fetch("")).updates] == ["halo"]
    assert await messenger.send(HELLO) == 2
    assert all(line.startswith(f"POST {simulation.url}/bot{TOKEN}/") for line in proxy.asked)
    await source.aclose()
    await messenger.aclose()


async def test_everything_goes_through_a_tunnel_and_the_proxy_sees_no_token(proxy: Proxy, telegram: Parrot) -> None:
    host, _, port = telegram.url.partition(":")
    proxy.beyond = (host, int(port))
    telegram.says(200, ME)
    # The name exists nowhere: only the proxy knows what is behind it.
    api = BotApi(TOKEN, base_url="https://telegram.example", proxy=f"http://127.0.0.1:{proxy.port}")
    assert (await BotApiSource(api).identify()).username == "sikpro_bot"
    await api.aclose()
    assert proxy.asked == ["CONNECT telegram.example:443 HTTP/1.1"]
    assert telegram.asked == [f"POST /bot{TOKEN}/getMe HTTP/1.1"]
    assert "test-token" not in "".join(proxy.heads)


async def test_a_proxy_that_wants_a_password_gets_it_and_nobody_else_reads_it(
    simulation: Simulation, proxy: Proxy, caplog: pytest.LogCaptureFixture
) -> None:
    address = f"http://budi:rahasia@127.0.0.1:{proxy.port}"
    api = BotApi(TOKEN, base_url=simulation.url, proxy=address)
    await BotApiSource(api).identify()
    await api.aclose()
    assert f"Basic {base64.b64encode(b'budi:rahasia').decode()}" in proxy.heads[0]
    assert "rahasia" not in repr(api) + caplog.text


@pytest.mark.parametrize(
    ("scheme", "status", "trouble"),
    [
        ("http", b"407 Proxy Authentication Required", Trouble.SERVER),
        ("https", b"407 Proxy Authentication Required", Trouble.UNREACHABLE),
        ("https", b"502 Bad Gateway", Trouble.UNREACHABLE),
    ],
)
async def test_a_proxy_that_refuses_is_trouble_and_nothing_was_sent(
    proxy: Proxy, scheme: str, status: bytes, trouble: Trouble
) -> None:
    proxy.refusal = b"HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % status
    address = f"http://budi:rahasia@127.0.0.1:{proxy.port}"
    source = BotApiSource(BotApi(TOKEN, base_url=f"{scheme}://telegram.example", proxy=address))
    messenger = BotApiMessenger(BotApi(TOKEN, base_url=f"{scheme}://telegram.example", proxy=address))
    with pytest.raises(SourceError) as refused:
        await source.fetch("")
    with pytest.raises(SendError) as unsent:
        await messenger.send(HELLO)
    await source.aclose()
    await messenger.aclose()
    assert (refused.value.trouble, type(unsent.value)) == (trouble, NotSent)
    assert "rahasia" not in f"{refused.value!r} {unsent.value!r}"


async def test_a_proxy_that_is_not_there_is_unreachable(simulation: Simulation) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        proxy = f"http://127.0.0.1:{taken.getsockname()[1]}"
        messenger = BotApiMessenger(BotApi(TOKEN, base_url=simulation.url, proxy=proxy))
        with pytest.raises(NotSent):
            await messenger.send(HELLO)
    await messenger.aclose()
    assert simulation.messages() == []


@pytest.mark.parametrize("end", ["", "/"])
async def test_a_server_of_ones_own_may_lie_under_a_path(parrot: Parrot, end: str) -> None:
    api = BotApi(TOKEN, base_url=f"{parrot.url}/telegram/api{end}")
    parrot.says(200, ME)
    await BotApiSource(api).identify()
    parrot.says(200, b'{"ok":true,"result":{"file_id":"x","file_path":"photos/file 1.jpg"}}')
    await BotApiFiles(api).download(RemoteFile(transport="bot_api", chat_id=1, message_id=1, reference="x"), 1000)
    await api.aclose()
    assert parrot.asked == [
        f"POST /telegram/api/bot{TOKEN}/getMe HTTP/1.1",
        f"POST /telegram/api/bot{TOKEN}/getFile HTTP/1.1",
        f"GET /telegram/api/file/bot{TOKEN}/photos/file%201.jpg HTTP/1.1",
    ]
