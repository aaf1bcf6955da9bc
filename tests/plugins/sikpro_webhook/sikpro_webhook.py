"""A source of updates that another program pushes by HTTP, instead of a network that is asked for them."""

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hmac import compare_digest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from attrs import define, field, frozen

from sikpro.application.ports.chat import Incoming, IncomingKind
from sikpro.application.ports.network import Batch, Identity, SourceError, Trouble
from sikpro.application.ports.plugins import Plugin

LARGEST = 64 * 1024


@frozen(kw_only=True)
class WebhookSettings:
    """`SIKPRO_WEBHOOK_SECRET` is what a push must bring, `…_PORT` where to listen, `…_FOLDER` where pushes are kept."""

    folder: Path
    secret: str = field(repr=False)
    port: int = 8100


@define
class Pushed:
    """What was pushed, in a file, until the cursor says that SIKPRO has it. A number is never given twice."""

    file: Path

    def keep(self, body: dict[str, Any]) -> int:
        """Store a push and return its number: from now on it is not lost."""
        with self._open() as database:
            return int(database.execute("INSERT INTO pushed (body) VALUES (?)", [json.dumps(body)]).lastrowid or 0)

    def after(self, cursor: int) -> list[tuple[int, dict[str, Any]]]:
        """Forget what the cursor confirms, and return the rest in order."""
        with self._open() as database:
            database.execute("DELETE FROM pushed WHERE number <= ?", [cursor])
            rows = database.execute("SELECT number, body FROM pushed ORDER BY number LIMIT 100").fetchall()
        return [(number, json.loads(body)) for number, body in rows]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self.file)
        try:
            with database:
                database.execute(
                    "CREATE TABLE IF NOT EXISTS pushed (number INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT)"
                )
                yield database
        finally:
            database.close()


@define
class WebhookSource:
    """Listens on 127.0.0.1 (a reverse proxy adds HTTPS) and gives what was pushed since the cursor."""

    settings: WebhookSettings
    poll_timeout: float = 30.0
    look_again: float = 0.2
    transport = "webhook"
    pushed: Pushed = field(init=False)
    _server: ThreadingHTTPServer | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self.pushed = Pushed(self.settings.folder / "pushed.db")

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._listening().server_port

    async def identify(self) -> Identity:
        """There is one bot."""
        self._listening()
        return Identity(1, "webhook")

    async def fetch(self, cursor: str) -> Batch:
        """Return what was pushed after the cursor; empty when nothing came in the time of a poll."""
        self._listening()
        end = asyncio.get_running_loop().time() + self.poll_timeout
        while not (rows := await asyncio.to_thread(self.pushed.after, int(cursor or 0))):
            if asyncio.get_running_loop().time() >= end:
                return Batch((), cursor)
            await asyncio.sleep(self.look_again)
        return Batch(tuple(self._incoming(*row) for row in rows), str(rows[-1][0]), len(rows))

    async def aclose(self) -> None:
        """Stop listening."""
        if self._server:
            server, self._server = self._server, None
            await asyncio.to_thread(server.shutdown)
            server.server_close()

    def _incoming(self, number: int, body: dict[str, Any]) -> Incoming:
        return Incoming(
            key=f"webhook:{number}",
            kind=IncomingKind.MESSAGE,
            chat_id=body["chat"],
            sender_id=body["chat"],
            sender_name=body.get("name", ""),
            message_id=number,
            sent_at=datetime.now(UTC),
            text=body["text"],
            transport=self.transport,
        )

    def _listening(self) -> ThreadingHTTPServer:
        if self._server is None:
            handler = type("Handler", (_Handler,), {"source": self})
            try:
                self._server = ThreadingHTTPServer(("127.0.0.1", self.settings.port), handler)
            except OSError as error:
                raise SourceError(Trouble.UNREACHABLE, f"port {self.settings.port}: {error.strerror}") from error
            Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self._server


class _Handler(BaseHTTPRequestHandler):
    source: WebhookSource
    timeout = 10

    def do_POST(self) -> None:
        """Answer 200 only when the push is stored; whoever pushes tries again after anything else."""
        if not compare_digest(self.headers.get("X-Secret", ""), self.source.settings.secret):
            self._answer(401)
            return
        try:
            length = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(length)) if 0 < length <= LARGEST else None
        except ValueError:
            body = None
        if not (isinstance(body, dict) and isinstance(body.get("chat"), int) and isinstance(body.get("text"), str)):
            self._answer(400)
            return
        self._answer(200, {"number": self.source.pushed.keep(body)})

    def log_message(self, *_: object) -> None:
        """Say nothing on standard error."""

    def _answer(self, status: int, content: object = None) -> None:
        answer = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


def make(settings: WebhookSettings) -> WebhookSource:
    """Return the source of the settings. Raises `ValueError` for those that cannot be used."""
    if len(settings.secret) < 16:
        raise ValueError("SIKPRO_WEBHOOK_SECRET: at least 16 signs are needed")
    if not settings.folder.is_dir():
        raise ValueError(f"SIKPRO_WEBHOOK_FOLDER: {settings.folder} is no folder")
    return WebhookSource(settings)


PLUGIN = Plugin(make=make, settings=WebhookSettings)
