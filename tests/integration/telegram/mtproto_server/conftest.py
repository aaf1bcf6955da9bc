"""A server and stock Telethon clients for it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from telethon import TelegramClient
from telethon.crypto import rsa
from telethon.sessions import MemorySession

from tests.integration.telegram.mtproto_server import API_HASH, API_ID, TOKEN, MtprotoServer
from tests.integration.telegram.mtproto_server.stock import (
    BOUND,
    DEWI,
    Connect,
)


@pytest.fixture
async def server() -> AsyncIterator[MtprotoServer]:
    async with MtprotoServer() as server:
        rsa.add_key(server.public_key, old=False)
        server.user(DEWI, "Dewi Lestari")
        yield server


@pytest.fixture
async def connect(server: MtprotoServer) -> AsyncIterator[Connect]:
    """Connects a client that asks once, waits for nothing and says what went wrong; it is logged in unless told not.

    A test that connected is cancelled after `BOUND` seconds: a lost answer must not hold the whole run.
    """
    clients: list[Any] = []
    bounds: list[asyncio.TimerHandle] = []

    async def connect(session: Any = None, log_in: bool = True, api_hash: str = API_HASH, **options: Any) -> Any:
        task = asyncio.current_task()
        assert task is not None
        bounds.append(asyncio.get_running_loop().call_later(BOUND, task.cancel, f"longer than {BOUND} s"))
        if session is None:
            session = MemorySession()
            session.set_dc(server.dc_id, server.host, server.port)
        # Telethon keeps the addresses of the data centres in the class: each test has its own.
        own = type("Client", (TelegramClient,), {})
        client: Any = own(
            session,
            API_ID,
            api_hash,
            **{"request_retries": 0, "raise_last_call_error": True, "retry_delay": 0, "flood_sleep_threshold": 0}
            | options,
        )
        clients.append(client)
        await client.connect()
        if log_in:
            await client.sign_in(bot_token=TOKEN)
        return client

    yield connect
    for bound in bounds:
        bound.cancel()
    for client in clients:
        await client.disconnect()
