"""Requests of stock Telethon as the tests of the server make them, and the people of those tests."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from telethon.tl import functions, types

DEWI = 7
ADI = 8
GROUP = -500
SUPERGROUP = -1_000_000_000_600
BOUND = 15

Connect = Callable[..., Awaitable[Any]]


async def seen(pushes: "asyncio.Queue[Any]") -> Any:
    """The next update that was pushed."""
    return await pushes.get()


def listen(client: Any) -> "asyncio.Queue[Any]":
    """Everything that is pushed to a client, as it comes."""
    pushes: asyncio.Queue[Any] = asyncio.Queue()
    client.add_event_handler(pushes.put)
    return pushes


async def once(client: Any, request: Any) -> Any:
    """Ask without Telethon's own repeats: it waits two seconds after each error of the server's, the last included."""
    return await client._sender.send(request)


def text(words: str, random_id: int, to: int = DEWI, **more: Any) -> Any:
    """A request to send a text."""
    return functions.messages.SendMessageRequest(types.InputPeerUser(to, 0), words, random_id=random_id, **more)


def since(state: Any, pts: int | None = None, **more: Any) -> Any:
    """A request for the difference since a state."""
    return functions.updates.GetDifferenceRequest(state.pts if pts is None else pts, state.date, state.qts, **more)
