"""The contract of `FileSource`: a file whole and within the limit, or why not, and whether to try again."""

from collections.abc import AsyncIterator

import pytest

from sikpro.testing.contracts.file_source import FileSourceContract
from sikpro.testing.contracts.network import Network
from tests.integration.contract.network import BotApiNetwork, MtprotoNetwork


@pytest.fixture(params=["bot_api", "mtproto"])
async def network(request: pytest.FixtureRequest) -> AsyncIterator[Network]:
    """Each network that files come from."""
    if request.param == "bot_api":
        async with BotApiNetwork.running(request.getfixturevalue("simulation")) as bot_api:
            yield bot_api
    else:
        async with MtprotoNetwork.running() as mtproto:
            yield mtproto


class TestFileSource(FileSourceContract):
    pass
