"""The server: two data centres on loopback, one bot account, and everything a test may set."""

import asyncio
from dataclasses import dataclass
from typing import Any

from telethon.tl import types

from . import difference, sending  # noqa: F401  # they enter their methods
from .connection import Connection
from .faults import PUSH, Fault, Faults
from .keys import RSA_PUBLIC_PEM
from .people import Menu, People
from .wire import Key

TOKEN = "424242:AAtest-token"
API_ID = 12345
API_HASH = "0123456789abcdef0123456789abcdef"


@dataclass
class RecapQuery:
    """A call that came in, and what became of it: "ok", an error's word, "cut before", "cut after"."""

    method: str
    outcome: str


class MtprotoServer(People):
    """Telegram as far as a bot sees it. `async with` it, and it listens on `host` and `port` until the end.

    A client needs `public_key` (`telethon.crypto.rsa.add_key`) and `dc_id` with `host` and `port`
    (`session.set_dc`). Keys are kept as long as the server lives.
    """

    host = "127.0.0.1"
    dc_id = 1
    public_key = RSA_PUBLIC_PEM

    def __init__(self, port: int = 0) -> None:
        super().__init__()
        self.token = TOKEN
        self.api_id = API_ID
        self.api_hash = API_HASH
        self.revoked_tokens: set[str] = set()
        self.logged_out_word = "AUTH_KEY_UNREGISTERED"
        self.home_dc = self.dc_id
        self.slice_limit = 100
        self.press_seconds: float | None = None
        self.faults = Faults()
        self.requests: list[RecapQuery] = []
        self.problems: list[Exception] = []
        self.keys: dict[int, Key] = {}
        self.ports = {1: port, 2: 0}
        self._too_long = 0
        self._listeners: list[asyncio.Server] = []
        self._connections: dict[Connection, asyncio.Task[Any]] = {}
        self.world.push = self.publish

    @property
    def port(self) -> int:
        """Where the first data centre listens."""
        return self.ports[self.dc_id]

    async def __aenter__(self) -> "MtprotoServer":
        for dc_id in self.ports:
            await self._listen(dc_id)
        return self

    async def __aexit__(self, *reason: object) -> None:
        for listener in self._listeners:
            listener.close()
        tasks = list(self._connections.values())
        for connection in list(self._connections):
            connection.cut()
        await asyncio.gather(*tasks, return_exceptions=True)
        for listener in self._listeners:
            await listener.wait_closed()
        if self.problems:
            raise ExceptionGroup("the server of the tests is broken", self.problems)

    async def _listen(self, dc_id: int) -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connection = Connection(self, dc_id, reader, writer)
            task = asyncio.current_task()
            assert task is not None
            self._connections[connection] = task
            try:
                await connection.serve()
            finally:
                del self._connections[connection]

        listener = await asyncio.start_server(serve, self.host, self.ports[dc_id])
        self.ports[dc_id] = listener.sockets[0].getsockname()[1]
        self._listeners.append(listener)

    def publish(self, update: Any, besides: Key | None = None) -> None:
        """Push an update to every session that is logged in and asked where it is, but for the key that caused it."""
        fault = self.faults.take(PUSH) or Fault(PUSH)
        if fault.cut == "skip":
            return
        users, chats = self.world.surroundings([update])
        updates = types.Updates([update], users, chats, self.world.date(), 0)
        for connection in list(self._connections):
            for session in connection.sessions.values():
                if session.subscribed and session.key.authorised and session.key is not besides:
                    for _ in range(2 if fault.cut == "double" else 1):
                        connection.push(session, updates)

    def note(self, method: str, outcome: str) -> None:
        """Remember a call."""
        self.requests.append(RecapQuery(method, outcome))

    def asked(self, method: str) -> list[str]:
        """What became of the calls of a method, in order."""
        return [one.outcome for one in self.requests if one.method == method]

    def fail(
        self,
        method: str,
        error: tuple[int, str] | None = None,
        cut: str = "",
        seconds: float = 0.0,
        times: int | None = 1,
        every: int = 1,
    ) -> None:
        """Let something go wrong; `Fault` says what can."""
        self.faults.add(Fault(method, error, cut, seconds, times, every))

    def too_long(self, times: int = 1) -> None:
        """Let the next questions for a difference be answered with *too long*."""
        self._too_long += times

    def take_too_long(self) -> bool:
        """Whether this one is."""
        taken, self._too_long = self._too_long > 0, max(self._too_long - 1, 0)
        return taken

    def keep_menu(self, scope: str, chat: int | None, language: str, commands: list[tuple[str, str]]) -> None:
        """Remember a command menu."""
        self.menus[scope, chat, language] = Menu(scope, chat, language, commands)

    def cut_connections(self) -> None:
        """Break every line."""
        for connection in list(self._connections):
            connection.cut()

    def log_everybody_out(self, word: str = "AUTH_KEY_UNREGISTERED") -> None:
        """End every login: calls are refused with `word`, until the bot logs in again."""
        self.logged_out_word = word
        for key in self.keys.values():
            key.authorised = False

    def revoke_token(self) -> None:
        """The token is withdrawn, and the logins with it."""
        self.revoked_tokens.add(self.token)
        self.log_everybody_out("SESSION_REVOKED")

    def forget_keys(self) -> None:
        """No key is known any more; a client that comes with one is told so and dropped."""
        self.keys.clear()
        self.cut_connections()

    def move_file(self, file_id: int, dc_id: int) -> None:
        """A file lies in another data centre."""
        self.world.files[file_id].media.dc_id = dc_id

    def expire_file_references(self) -> None:
        """References to files that were given so far open nothing any more."""
        for stored in self.world.files.values():
            stored.media.file_reference += b"+"
