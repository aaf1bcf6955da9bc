"""A server on 127.0.0.1 that gets webhooks, and answers as a test says."""

import asyncio
import ssl
from collections.abc import Mapping, Sequence

from attrs import define, field

from sikpro.application.ports.webhooks import WebhookSender


@define
class HttpFarSide:
    """Keeps each request. `scripts` are the answers, in bytes, of the next ones; then each gets 200.

    A script of None never answers.
    """

    sender: WebhookSender
    host: str = "127.0.0.1"
    scheme: str = "http"
    requests: list[tuple[str, Mapping[str, str], bytes]] = field(factory=list, init=False)
    connections: int = field(default=0, init=False)
    scripts: list[bytes | None] = field(factory=list[bytes | None], init=False)
    written: list[int] = field(factory=list[int], init=False)
    _server: asyncio.Server | None = field(default=None, init=False)
    _port: int = field(default=0, init=False)

    async def start(self, tls: ssl.SSLContext | None = None) -> "HttpFarSide":
        """Begin to serve."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    @property
    def url(self) -> str:
        """The address of the server."""
        return f"{self.scheme}://{self.host}:{self._port}/hook?of=us"

    def seen(self) -> Sequence[tuple[Mapping[str, str], bytes]]:
        """What arrived."""
        return [(headers, body) for _, headers, body in self.requests]

    def answers(self, status: int, headers: Mapping[str, str]) -> None:
        """Let it answer the next request so."""
        lines = [f"HTTP/1.1 {status} X", "content-length: 0", *(f"{name}: {text}" for name, text in headers.items())]
        self.scripts.append("\r\n".join([*lines, "", ""]).encode())

    async def stop(self) -> None:
        """Let nobody be there."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {
                name.lower(): text.strip() for name, _, text in (line.partition(":") for line in head[1:] if line)
            }
            body = await reader.readexactly(int(headers["content-length"]))
            self.requests.append((head[0], headers, body))
            script = self.scripts.pop(0) if self.scripts else b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
            if script is None:
                await reader.read()
                return
            for start in range(0, len(script), 16_384):
                writer.write(script[start : start + 16_384])
                await writer.drain()
                self.written.append(start)
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()
