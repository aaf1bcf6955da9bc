"""One TCP connection of a client: transport, key exchange, sessions, service messages, calls and their faults."""

import asyncio
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from telethon.tl import functions, types
from telethon.tl.core import RpcResult

from .faults import Fault, RpcFault
from .handshake import Handshake
from .methods import Call, execute, name_of
from .wire import Key, Letter, open_envelope, parse, recognise, seal_envelope, serialise, unpacked

if TYPE_CHECKING:
    from .server import MtprotoServer

TOO_OLD, TOO_NEW = 300, 30
_WRAPPERS = (
    functions.InvokeWithLayerRequest,
    functions.InitConnectionRequest,
    functions.InvokeWithoutUpdatesRequest,
    functions.InvokeAfterMsgRequest,
)
_ASKS_FOR_UPDATES = (functions.updates.GetStateRequest, functions.updates.GetDifferenceRequest)


@dataclass
class Session:
    """A client's session on this connection; what is pushed goes to those that asked where they are."""

    id: int
    key: Key
    subscribed: bool = False
    sequence: int = 0
    seen: set[int] = field(default_factory=set)


class Connection:
    """A client that came in at one data centre."""

    def __init__(
        self, server: "MtprotoServer", dc_id: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._server = server
        self._dc_id = dc_id
        self._reader = reader
        self._writer = writer
        self._codec: Any = None
        self._handshake = Handshake(dc_id)
        self._last_id = 0
        self._slow: set[asyncio.Task[None]] = set()
        self.sessions: dict[int, Session] = {}

    async def serve(self) -> None:
        """Read and answer until one of both goes away."""
        try:
            self._codec, reader = await recognise(self._reader)
            while not self._writer.is_closing():
                packet = await self._codec.read_packet(reader)
                if len(packet) < 24:
                    return
                self._receive(packet)
                await self._writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        except Exception as problem:  # the client's or ours: the test that holds the server gets it
            self._server.problems.append(problem)
        finally:
            for task in self._slow:
                task.cancel()
            self._writer.close()

    def cut(self) -> None:
        """End the connection at once, as a broken line does."""
        self._writer.transport.abort()

    def push(self, session: Session, updates: Any) -> None:
        """Send something that nobody asked for."""
        self._send(session, bytes(updates), asked=False)

    def _receive(self, packet: bytes) -> None:
        [key_id] = struct.unpack_from("<Q", packet)
        if key_id == 0:
            answer = bytes(self._handshake.answer(parse(packet[20:]), self._server.world.now()))
            self._write(struct.pack("<qqi", 0, self._next_id(asked=True), len(answer)) + answer)
            if self._handshake.key is not None:
                self._server.keys[self._handshake.key.auth.key_id] = self._handshake.key
            return
        key = self._server.keys.get(key_id)
        if key is None or key.dc_id != self._dc_id:
            self._write(struct.pack("<i", -404))
            self._writer.close()
            return
        letter = open_envelope(key, packet)
        session = self.sessions.get(letter.session_id)
        fresh = session is None
        session = session or self.sessions.setdefault(letter.session_id, Session(letter.session_id, key))
        if self._refused(session, letter):
            return
        if fresh:
            self._send(session, bytes(types.NewSessionCreated(letter.message_id, letter.session_id, key.salt)), False)
        for message_id, body in unpacked(letter):
            if not self._writer.is_closing() and message_id not in session.seen:
                session.seen.add(message_id)
                self._take(session, message_id, body)

    def _refused(self, session: Session, letter: Letter) -> bool:
        """Tell the client that its clock or its salt is wrong; what it sent was not taken."""
        age = self._server.world.now() - (letter.message_id >> 32)
        code = 16 if age > TOO_OLD else 17 if -age > TOO_NEW else 0
        bad: Any = None
        if code:
            bad = types.BadMsgNotification(letter.message_id, letter.sequence, code)
        elif letter.salt != session.key.salt:
            bad = types.BadServerSalt(letter.message_id, letter.sequence, 48, session.key.salt)
        if bad is not None:
            self._send(session, bytes(bad), asked=True)
        return bad is not None

    def _take(self, session: Session, message_id: int, body: Any) -> None:
        """One message: a service message, or a call."""
        if isinstance(body, functions.PingRequest | functions.PingDelayDisconnectRequest):
            self._send(session, bytes(types.Pong(message_id, body.ping_id)), asked=True)
        elif isinstance(body, functions.GetFutureSaltsRequest):
            self._send(session, bytes(types.FutureSalts(message_id, int(self._server.world.now()), [])), asked=True)
        elif isinstance(body, functions.DestroySessionRequest):
            self._send(session, bytes(types.DestroySessionOk(body.session_id)), asked=True)
        elif hasattr(body, "read_result"):
            self._call(session, message_id, body)

    def _call(self, session: Session, message_id: int, request: Any) -> None:
        quiet = False
        while isinstance(request, _WRAPPERS):
            quiet = quiet or isinstance(request, functions.InvokeWithoutUpdatesRequest)
            request = request.query
        method = name_of(request)
        fault = self._server.faults.take(method) or Fault(method)
        if fault.cut == "before":
            self._server.note(method, "cut before")
            self.cut()
            return
        try:
            if fault.error is not None:
                raise RpcFault(*fault.error)
            result = serialise(execute(Call(self._server, session.key, self._dc_id), request))
            outcome = "cut after" if fault.cut else "ok"
            session.subscribed = session.subscribed or (isinstance(request, _ASKS_FOR_UPDATES) and not quiet)
        except RpcFault as problem:
            outcome = problem.word
            result = bytes(types.RpcError(problem.code, problem.word))
        except Exception as problem:  # ours: the client gets an answer all the same
            self._server.problems.append(problem)
            outcome = "broken"
            result = bytes(types.RpcError(500, "TEST_SERVER_BROKEN"))
        if fault.cut == "unknown":
            outcome, result = "unknown", b"\xef\xbe\xad\xde" + result
        self._server.note(method, outcome)
        if fault.cut == "after":
            self.cut()
        elif fault.seconds:
            task = asyncio.create_task(self._answer_late(session, message_id, result, fault.seconds))
            self._slow.add(task)
            task.add_done_callback(self._slow.discard)
        else:
            self._answer(session, message_id, result)

    async def _answer_late(self, session: Session, message_id: int, result: bytes, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._answer(session, message_id, result)

    def _answer(self, session: Session, message_id: int, result: bytes) -> None:
        self._send(session, struct.pack("<Iq", RpcResult.CONSTRUCTOR_ID, message_id) + result, asked=True)

    def _send(self, session: Session, body: bytes, asked: bool) -> None:
        sequence = session.sequence * 2 + 1
        session.sequence += 1
        self._write(seal_envelope(session.key, session.id, self._next_id(asked), sequence, body))

    def _write(self, packet: bytes) -> None:
        if not self._writer.is_closing():
            self._writer.write(self._codec.encode_packet(packet))

    def _next_id(self, asked: bool) -> int:
        """A message id: the server's time, growing, 1 modulo 4 in answer to something and 3 otherwise."""
        now = int(self._server.world.now() * 2**32) // 4 * 4
        self._last_id = max(self._last_id + 4, now)
        return self._last_id + (1 if asked else 3)
