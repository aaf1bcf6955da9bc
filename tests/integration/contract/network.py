"""Our chat networks and the fake of unit tests, for the suites of the ports to a network."""

import base64
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sikpro.adapters.telegram.bot_api import BotApi, BotApiFiles, BotApiMessenger, BotApiSource
from sikpro.adapters.telegram.mtproto.client import MtprotoClient
from sikpro.adapters.telegram.mtproto.files import MtprotoFiles
from sikpro.adapters.telegram.mtproto.messenger import MtprotoMessenger
from sikpro.adapters.telegram.mtproto.source import MtprotoSource
from sikpro.application.ports.network import (
    ChatMoved,
    FileSource,
    Messenger,
    NeverSent,
    NotSent,
    PerhapsSent,
    RetryAfter,
    UpdateSource,
)
from sikpro.testing.contracts.network import DEWI, Fault, Loss, Network, Recipients, Seen
from sikpro.testing.messenger import FakeMessenger
from tests.integration.telegram.conftest import TOKEN, Simulation
from tests.integration.telegram.mtproto_bot import GROUP, SUPERGROUP, new_client, served
from tests.integration.telegram.mtproto_server import MtprotoServer

POLL = 1
"""Seconds that a poll without updates takes."""


class BotApiNetwork(Network):
    """The simulator's Bot API over real sockets."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.sources: list[BotApiSource] = []
        api = BotApi(TOKEN, base_url=simulation.url, request_timeout=4)
        self.messenger: Messenger = BotApiMessenger(api)
        self.messengers = [self.messenger]
        self.files: FileSource = BotApiFiles(api)
        self._taken = socket.socket()
        self._taken.bind(("127.0.0.1", 0))

    def say(self, text: str) -> int:
        return self.simulation.say(text)

    def edit(self, message_id: int, text: str) -> None:
        self.simulation.post(f"/chats/{DEWI}/edits", message_id=message_id, text=text)

    def send_place(self, latitude: float, longitude: float) -> None:
        self.simulation.post(f"/chats/{DEWI}/places", latitude=latitude, longitude=longitude)

    def send_photo(self, content: bytes) -> None:
        self.simulation.post(f"/chats/{DEWI}/photos", photo=base64.b64encode(content).decode())

    def send_document(self, content: bytes) -> None:
        document = base64.b64encode(content).decode()
        self.simulation.post(
            f"/chats/{DEWI}/documents", document=document, file_name="label.pdf", mime="application/pdf"
        )

    def press(self) -> str:
        return self.simulation.press()

    def answer(self, press_id: str) -> str | None:
        press = self.simulation.http.get(f"/chats/{DEWI}/callbacks/{press_id}").json()
        return str(press["text"]) if press["answered"] else None

    def seen(self, chat: int = DEWI) -> list[Seen]:
        messages = self.simulation.messages() if chat == DEWI else self.simulation.in_group(chat)
        return [
            Seen(
                message_id=one["message_id"],
                text=one["text"],
                reply_to=one["reply_to"],
                buttons=tuple(tuple((button["text"], button["data"]) for button in row) for row in one["buttons"]),
                file=self._file(one["document"]["file_id"]) if one.get("document") else None,
            )
            for one in messages
            if one["sender"] == "bot"
        ]

    def reaction(self, message_id: int) -> str:
        (message,) = [one for one in self.simulation.messages() if one["message_id"] == message_id]
        return message["reaction"] or ""

    def _file(self, file_id: str) -> bytes:
        return self.simulation.http.get(f"/files/{file_id}").content

    def _fail(self, fault: Fault) -> None:
        kinds = {"pause": "429", "refuses": "500", "cut before": "drop_before", "cut after": "drop_after"}
        kind = kinds.get(fault, "slow")
        self.simulation.faults(fraction=1, kinds=[kind], limit=1, retry_after=17, delay=30)

    fail_send = fail_fetch = fail_download = _fail

    def heal(self) -> None:
        self.simulation.faults()

    def nobody(self) -> int:
        return 404

    def lose(self, how: Loss) -> None:
        if how == "blocked":
            self.simulation.post(f"/chats/{DEWI}/block", blocked=True)
        else:
            self.simulation.post(f"/chats/{DEWI}/deactivate")

    def moved_group(self) -> tuple[int, int]:
        group = self.simulation.group()
        return group, int(self.simulation.post(f"/groups/{group}/upgrade")["id"])

    def menu(self, language: str, chat: int | None = None) -> list[str]:
        where = {"language": language} | ({} if chat is None else {"chat": str(chat)})
        return [entry["command"] for entry in self.simulation.http.get("/commands", params=where).json()]

    def source(self) -> UpdateSource:
        return self._source(TOKEN)

    def wrong_source(self) -> UpdateSource:
        return self._source("1:wrong")

    def _source(self, token: str) -> UpdateSource:
        self.sources.append(BotApiSource(BotApi(token, base_url=self.simulation.url, poll_timeout=POLL)))
        return self.sources[-1]

    def _unreachable(self) -> BotApi:
        api = BotApi(TOKEN, base_url=f"http://127.0.0.1:{self._taken.getsockname()[1]}")  # bound, and nobody listens
        self.messengers.append(BotApiMessenger(api))
        return api

    def unreachable_messenger(self) -> Messenger:
        return BotApiMessenger(self._unreachable())

    def unreachable_source(self) -> UpdateSource:
        return BotApiSource(self._unreachable())

    def unreachable_files(self) -> FileSource:
        return BotApiFiles(self._unreachable())

    @classmethod
    @asynccontextmanager
    async def running(cls, simulation: Simulation) -> AsyncIterator["BotApiNetwork"]:
        """The network, until the block is left."""
        network = cls(simulation)
        yield network
        network._taken.close()
        for source in network.sources:
            await source.aclose()
        for messenger in network.messengers:
            await messenger.aclose()


class MtprotoNetwork(Network):
    """The tests' MTProto server over real sockets."""

    def __init__(self, server: MtprotoServer) -> None:
        self.server = server
        self.clients = [new_client(server, request_timeout=4)]
        self.messenger: Messenger = MtprotoMessenger(self.clients[0])
        self.files: FileSource = MtprotoFiles(self.clients[0])
        self._gone: MtprotoServer | None = None

    def say(self, text: str) -> int:
        return self.server.say(DEWI, text)

    def edit(self, message_id: int, text: str) -> None:
        self.server.edit(DEWI, message_id, text)

    def send_place(self, latitude: float, longitude: float) -> None:
        self.server.send_place(DEWI, latitude, longitude)

    def send_photo(self, content: bytes) -> None:
        self.server.send_photo(DEWI, content)

    def send_document(self, content: bytes) -> None:
        self.server.send_document(DEWI, content, "label.pdf", "application/pdf")

    def press(self) -> str:
        return str(self.server.press(DEWI, self.server.say(DEWI, "?"), "ya"))

    def answer(self, press_id: str) -> str | None:
        return self.server.presses[int(press_id)].answer

    def seen(self, chat: int = DEWI) -> list[Seen]:
        return [
            Seen(
                message_id=one.message_id,
                text=one.text,
                reply_to=one.reply_to,
                buttons=tuple(tuple((button.text, button.data) for button in row) for row in one.buttons),
                file=one.file[2] if one.file else None,
            )
            for one in self.server.sent(chat)
        ]

    def reaction(self, message_id: int) -> str:
        return self.server.reactions.get((DEWI, message_id), "")

    def _fail(self, method: str, fault: Fault) -> None:
        if fault == "pause":
            self.server.fail(method, (420, "FLOOD_WAIT_17"))
        elif fault == "refuses":
            self.server.fail(method, (500, "INTERNAL"))
        elif fault == "hangs":
            self.server.fail(method, seconds=30)
        else:
            self.server.fail(method, cut=fault.removeprefix("cut "))

    def fail_send(self, fault: Fault) -> None:
        self._fail("messages.sendMessage", fault)

    def fail_fetch(self, fault: Fault) -> None:
        self._fail("updates.getDifference", fault)

    def fail_download(self, fault: Fault) -> None:
        # A part of a file has a minute, more than a test: what hangs is the question where the file lies.
        self._fail("messages.getMessages" if fault == "hangs" else "upload.getFile", fault)

    def heal(self) -> None:
        self.server.faults.clear()

    def nobody(self) -> int:
        return 404

    def lose(self, how: Loss) -> None:
        if how == "blocked":
            self.server.block(DEWI)
        else:
            self.server.deactivate(DEWI)

    def moved_group(self) -> tuple[int, int]:
        self.server.migrate(GROUP, SUPERGROUP)
        return GROUP, SUPERGROUP

    def menu(self, language: str, chat: int | None = None) -> list[str]:
        kept = self.server.menus.get(("default" if chat is None else "peer", chat, language))
        return [command for command, _ in kept.commands] if kept else []

    def source(self) -> UpdateSource:
        # A restart finds in its database what was kept there; another token has a database of its own.
        return self._source(new_client(self.server, self.clients[0].vault))

    def wrong_source(self) -> UpdateSource:
        return self._source(new_client(self.server, token="1:wrong"))

    def _source(self, client: MtprotoClient) -> UpdateSource:
        self.clients.append(client)
        return MtprotoSource(client, poll_timeout=POLL)

    def _unreachable(self) -> MtprotoClient:
        assert self._gone is not None
        self.clients.append(new_client(self._gone))
        return self.clients[-1]

    def unreachable_messenger(self) -> Messenger:
        return MtprotoMessenger(self._unreachable())

    def unreachable_source(self) -> UpdateSource:
        return MtprotoSource(self._unreachable())

    def unreachable_files(self) -> FileSource:
        return MtprotoFiles(self._unreachable())

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncIterator["MtprotoNetwork"]:
        """The network, until the block is left."""
        async with served() as gone:
            pass
        async with served() as server:
            network = cls(server)
            network._gone = gone
            yield network
            clients: list[MtprotoClient] = network.clients
            for client in clients:
                await client.aclose()


class FakeNetwork(Recipients):
    """The fake messenger of unit tests, and those who get what it sends."""

    def __init__(self, *, sends_once: bool) -> None:
        self.fake = self.messenger = FakeMessenger(sends_once=sends_once, lost={404: NeverSent("chat_gone")})

    def say(self, text: str) -> int:
        message_id = next(self.fake.ids)
        self.fake.said.add(message_id)
        return message_id

    def press(self) -> str:
        self.fake.pressed.add("41")
        return "41"

    def answer(self, press_id: str) -> str | None:
        return next((one.text for one in self.fake.sent if one.press_id == press_id), None)

    def seen(self, chat: int = DEWI) -> list[Seen]:
        return [
            Seen(
                message_id=message_id,
                text=one.text,
                reply_to=one.reply_to,
                buttons=tuple(tuple((button.label, button.data) for button in row) for row in one.buttons),
                file=enclosure.content if enclosure else None,
            )
            for message_id, (one, enclosure) in self.fake.arrived.items()
            if one.chat_id == chat and one.press_id is None and not one.is_gesture
        ]

    def reaction(self, message_id: int) -> str:
        return self.fake.reactions.get(message_id, "")

    def fail_send(self, fault: Fault) -> None:
        if fault == "hangs":
            self.fake.answers.clear()
            return
        self.fake.cut_after = fault == "cut after"
        failures = {"pause": RetryAfter(17), "refuses": NotSent()}
        self.fake.failures = [failures.get(fault, PerhapsSent())]

    def heal(self) -> None:
        self.fake.answers.set()

    def nobody(self) -> int:
        return 404

    def lose(self, how: Loss) -> None:
        self.fake.lost[DEWI] = NeverSent(how)

    def moved_group(self) -> tuple[int, int]:
        self.fake.lost[-1] = ChatMoved(-100)
        return -1, -100

    def menu(self, language: str, chat: int | None = None) -> list[str]:
        return self.fake.menus.get((language, chat), [])

    def unreachable_messenger(self) -> Messenger:
        return FakeMessenger(failures=[NotSent()])
