"""Clients that are half done lose their connection; whoever is complete is served, also twice on one connection."""

import asyncio

import pytest
import uvicorn
from uvicorn.server import ServerState

from sikpro.entrypoints.prompt_protocol import PromptProtocol

LONG = 60.0


async def application(scope: dict[str, object], receive: object, send: object) -> None:
    """Answer when the body is complete."""
    assert callable(receive)
    assert callable(send)
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def answers(*sent: bytes, head: float = LONG, body: float = LONG) -> list[bytes]:
    """What a client gets for each piece that it sends, b"" when the connection ends."""
    config = uvicorn.Config(application, lifespan="off", log_config=None, access_log=False, ws="none")
    config.load()
    protocol = type("Quick", (PromptProtocol,), {"head_seconds": head, "body_seconds": body})
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: protocol(config, state, {}), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    found: list[bytes] = []
    for piece in sent:
        writer.write(piece)
        try:
            found.append((await reader.read(10_000))[:15])
        except ConnectionResetError:
            found.append(b"")
    writer.close()
    server.close()
    await asyncio.gather(*state.tasks, return_exceptions=True)
    for connection in list(state.connections):
        connection.transport.abort()
    await asyncio.sleep(0)
    return found


WHOLE = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\na=1"
SERVED = b"HTTP/1.1 200 OK"


async def test_who_is_complete_in_time_is_served_also_a_second_time() -> None:
    assert await answers(WHOLE, WHOLE) == [SERVED, SERVED]


@pytest.mark.parametrize("half", [b"", b"GET / HTTP/1.1\r\nhost: x\r\n"])
async def test_a_half_head_and_a_silent_connection_are_cut_off(half: bytes) -> None:
    assert await answers(half, head=0.01) == [b""]


async def test_a_half_body_is_cut_off_and_the_time_of_the_head_is_not_its() -> None:
    assert await answers(WHOLE[:-1], head=LONG, body=0.01) == [b""]


async def test_a_half_head_after_an_answer_is_cut_off_too() -> None:
    assert await answers(WHOLE, b"GET / HTTP/1.1\r\n", head=0.2) == [SERVED, b""]
