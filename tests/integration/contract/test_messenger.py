"""The contract of `Messenger`: what arrives, once each, and what each failure says about it."""

from collections.abc import AsyncIterator

import pytest

from sikpro.testing.contracts.messenger import MessengerContract
from sikpro.testing.contracts.network import Recipients
from tests.integration.contract.network import BotApiNetwork, FakeNetwork, MtprotoNetwork


@pytest.fixture(params=["bot_api", "mtproto", "fake", "fake that sends once"])
async def network(request: pytest.FixtureRequest) -> AsyncIterator[Recipients]:
    """Each network that a messenger sends to, and the fake of unit tests."""
    if request.param == "bot_api":
        async with BotApiNetwork.running(request.getfixturevalue("simulation")) as bot_api:
            yield bot_api
    elif request.param == "mtproto":
        async with MtprotoNetwork.running() as mtproto:
            yield mtproto
    else:
        yield FakeNetwork(sends_once=request.param != "fake")


class TestMessenger(MessengerContract):
    pass
