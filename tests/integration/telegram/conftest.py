"""The simulator in a real server on a free port, and a bare server that says what a test wants."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from sikpro.adapters.simulator import SimulatorServer, create_simulator
from sikpro.adapters.telegram.bot_api import BotApi, BotApiMessenger, BotApiSource
from sikpro.testing.contracts.network import DEWI
from tests.integration.loopback import NO_TLS

TOKEN = "424242:test-token"
EKO = 8
GROUP = -500
BOT_NAME = "sikpro_simulasi_bot"


class Simulation:
    """A running simulator, seen by its scripts; Dewi (7) and Eko (8) are there."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=f"{url}/simulator/api", trust_env=False, verify=NO_TLS)
        self.bot = httpx.Client(base_url=f"{url}/bot{TOKEN}", trust_env=False, verify=NO_TLS)

    def post(self, path: str, **body: Any) -> Any:
        """POST as a script, and expect it to work."""
        response = self.http.post(path, json=body)
        assert response.status_code < 300, response.text
        return response.json()

    def say(self, text: str, reply_to: int | None = None) -> int:
        """Dewi writes."""
        return int(self.post(f"/chats/{DEWI}/messages", text=text, reply_to=reply_to)["message_id"])

    def messages(self) -> list[dict[str, Any]]:
        """Everything in Dewi's chat."""
        return list(self.http.get(f"/chats/{DEWI}/messages").json())

    def group(self, *members: int) -> int:
        """A group of these people, Dewi alone unless said, and the bot; what that told the bot is acknowledged."""
        self.post("/groups", name="Aktivasi SDA", members=members or [DEWI], id=GROUP)
        self.ask("getUpdates", offset=self.updates()[-1]["update_id"] + 1)
        return GROUP

    def updates(self) -> list[dict[str, Any]]:
        """What waits for the bot."""
        return list(self.ask("getUpdates").json()["result"])

    def heard(self) -> list[str]:
        """The texts, captions and kinds of service messages that wait for the bot."""
        messages = [update.get("message") or update.get("edited_message") or {} for update in self.updates()]
        return [str(one.get("text", one.get("caption", [*one][-1] if one else ""))) for one in messages]

    def in_group(self, group: int = GROUP) -> list[dict[str, Any]]:
        """Everything in a group."""
        return list(self.http.get(f"/groups/{group}/messages").json())

    def faults(self, **faults: Any) -> None:
        """Let calls fail."""
        assert self.http.put("/faults", json=faults).status_code == 200

    def ask(self, method: str, **parameters: Any) -> httpx.Response:
        """Call the Bot API as a bot would."""
        return self.bot.post(f"/{method}", json=parameters)

    def ask_yes_or_no(self) -> int:
        """The bot sends a message with a button whose data is `ya`."""
        markup = {"inline_keyboard": [[{"text": "Ya", "callback_data": "ya"}]]}
        answer = self.ask("sendMessage", chat_id=DEWI, text="?", reply_markup=markup)
        return int(answer.json()["result"]["message_id"])

    def press(self) -> str:
        """The bot sends a message with a button, and Dewi presses it."""
        message_id = self.ask_yes_or_no()
        return str(self.post(f"/chats/{DEWI}/callbacks", message_id=message_id, data="ya")["id"])

    def close(self) -> None:
        """Give back the connections."""
        self.http.close()
        self.bot.close()


@pytest.fixture
def simulation(tmp_path: Path) -> Iterator[Simulation]:
    server = SimulatorServer(create_simulator(str(tmp_path / "simulator.db"), TOKEN, press_seconds=1.0))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    simulation = Simulation(f"http://127.0.0.1:{port}")
    simulation.post("/chats", name="Dewi Lestari", technician_code="F5SDA446", id=DEWI)
    simulation.post("/chats", name="Eko", id=EKO)
    yield simulation
    simulation.close()
    server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()


@pytest.fixture
async def source(simulation: Simulation) -> AsyncIterator[BotApiSource]:
    source = BotApiSource(BotApi(TOKEN, base_url=simulation.url, poll_timeout=1))
    yield source
    await source.aclose()


@pytest.fixture
async def messenger(simulation: Simulation) -> AsyncIterator[BotApiMessenger]:
    messenger = BotApiMessenger(BotApi(TOKEN, base_url=simulation.url))
    yield messenger
    await messenger.aclose()


class Parrot:
    """Answers every request with the same bytes, unless those of a method are set, and notes what it was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.answers: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.bodies: list[bytes] = []

    def says(self, status: int, body: bytes, method: str = "") -> None:
        """Set the answer, that of a method when one is named (GET)."""
        head = b"HTTP/1.1 %d X\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, len(body))
        self.answers[method] = head + body

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        head = await reader.readuntil(b"\r\n\r\n")
        line, *headers = head.decode().splitlines()
        self.asked.append(line)
        length = next((one for one in headers if one.lower().startswith("content-length:")), ":0")
        self.bodies.append(await reader.readexactly(int(length.partition(":")[2])))
        writer.write(self.answers.get(line.partition(" ")[0]) or self.answers[""])
        await writer.drain()
        writer.close()


@pytest.fixture
async def parrot() -> AsyncIterator[Parrot]:
    parrot = Parrot()
    server = await asyncio.start_server(parrot.serve, "127.0.0.1", 0)
    parrot.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield parrot
    server.close()
    await server.wait_closed()
