"""Our side of the MTProto tests: a client that knows the test server's address and key."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sikpro.adapters.memory.unit_of_work import MemoryTransactions
from sikpro.adapters.telegram.mtproto.client import MtprotoClient
from sikpro.adapters.telegram.mtproto.session import DataCentre, Vault
from sikpro.testing.transactions import InlineTransactions
from tests.integration.telegram.mtproto_server import API_HASH, API_ID, BOT_ID, TOKEN, MtprotoServer

DEWI = 7
GROUP = -55
SUPERGROUP = -1_000_000_000_077


def new_vault() -> Vault:
    """An empty database's."""
    return Vault(InlineTransactions(MemoryTransactions()), f"bot:{BOT_ID}")


def new_client(
    server: MtprotoServer,
    vault: Vault | None = None,
    *,
    token: str = TOKEN,
    api_hash: str = API_HASH,
    request_timeout: float = 5,
    proxy: dict[str, Any] | None = None,
) -> MtprotoClient:
    """A client, not connected yet."""
    return MtprotoClient(
        token,
        API_ID,
        api_hash,
        vault or new_vault(),
        home=DataCentre(server.dc_id, server.host, server.port),
        public_key=server.public_key,
        request_timeout=request_timeout,
        proxy=proxy,
    )


@asynccontextmanager
async def served() -> AsyncIterator[MtprotoServer]:
    """A server at which Dewi (7) is known, and a group with the bot in it."""
    async with MtprotoServer() as server:
        server.user(DEWI, "Dewi Lestari")
        server.group(GROUP)
        yield server
