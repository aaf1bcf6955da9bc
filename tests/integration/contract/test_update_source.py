"""The contract of `UpdateSource`: every update in its order, again until the cursor is committed, and never after."""

from collections.abc import AsyncIterator

import pytest

from sikpro.testing.contracts.network import Network
from sikpro.testing.contracts.update_source import UpdateSourceContract
from tests.integration.contract.network import BotApiNetwork, MtprotoNetwork


@pytest.fixture(params=["bot_api", "mtproto"])
async def network(request: pytest.FixtureRequest) -> AsyncIterator[Network]:
    """Each network that updates come from."""
    if request.param == "bot_api":
        async with BotApiNetwork.running(request.getfixturevalue("simulation")) as bot_api:
            yield bot_api
    else:
        async with MtprotoNetwork.running() as mtproto:
            yield mtproto


class TestUpdateSource(UpdateSourceContract):
    pass
