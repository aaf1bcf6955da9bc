"""The server as a process with its control port, and what it does about nonsense."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from telethon import errors
from telethon.sessions import MemorySession

from tests.integration.telegram.mtproto_server import MtprotoServer
from tests.integration.telegram.mtproto_server.control import Remote
from tests.integration.telegram.mtproto_server.stock import (
    BOUND,
    DEWI,
    Connect,
    text,
)


@pytest.fixture
def process(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """The server as a process of its own: where it is."""
    state = tmp_path / "server.json"
    command = [sys.executable, "-m", "tests.integration.telegram.mtproto_server", "--state", str(state)]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[4], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("MTProto on 127.0.0.1:")
    yield json.loads(state.read_text("utf-8"))
    process.terminate()
    process.communicate(timeout=BOUND)
    assert process.returncode == 0


async def test_as_a_process_it_is_driven_over_its_control_port(process: dict[str, Any], connect: Connect) -> None:
    session = MemorySession()
    session.set_dc(process["dc_id"], process["host"], process["port"])
    remote = Remote(process["control"])
    client = await connect(session)
    asked = remote.call("say", user=DEWI, text="halo")
    await client(text("Halo juga", 5))
    assert [(one["text"], one["random_id"]) for one in remote.call("sent", chat=DEWI)] == [("Halo juga", 5)]
    assert remote.call("send_photo", user=DEWI, content=b"\xff\xd8") > asked
    assert remote.call("asked", method="messages.sendMessage") == ["ok"]
    remote.call("fail", method="messages.sendMessage", error=[420, "FLOOD_WAIT_3"])
    with pytest.raises(errors.FloodWaitError):
        await client(text("Halo lagi", 6))
    with pytest.raises(HTTPError):
        remote.call("no_such_thing")


async def talk_nonsense() -> None:
    """Send a server what is no MTProto, and see it out."""
    async with MtprotoServer() as server, asyncio.timeout(BOUND):
        _, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(b"\xef\x0f" + bytes(60))
        await writer.drain()
        while not server.problems:
            await asyncio.sleep(0)
        writer.close()
        await writer.wait_closed()


async def test_what_the_server_cannot_read_ends_the_test_that_holds_it() -> None:
    with pytest.raises(ExceptionGroup, match="broken"):
        await talk_nonsense()
