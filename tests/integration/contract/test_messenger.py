"""The contract of `Messenger`: what arrives, once each, and what each failure says about it."""

from collections.abc import AsyncIterator
from inspect import isfunction

import pytest

from sikpro.testing.contracts.messenger import MessengerContract
from sikpro.testing.contracts.network import Network, Recipients
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


@pytest.mark.parametrize(
    ("network", "kind"), [(BotApiNetwork, Network), (MtprotoNetwork, Network), (FakeNetwork, Recipients)]
)
def test_nothing_is_skipped_for_a_network_of_ours(network: type[Recipients], kind: type[Recipients]) -> None:
    abilities = {name for base in kind.__mro__ for name, one in vars(base).items() if isfunction(one)}
    assert len(abilities) > 9
    assert [name for name in abilities if getattr(network, name) is getattr(kind, name)] == []
