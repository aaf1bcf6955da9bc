"""The contract of `WebhookSender`: the one that is used, and the fake of the tests."""

from collections.abc import AsyncIterator, Mapping, Sequence

import pytest
import pytest_asyncio
from attrs import define, field

from sikpro.adapters.webhooks.sender import HttpWebhookSender
from sikpro.application.ports.webhooks import WebhookAnswer
from sikpro.testing.contracts.webhook_sender import FarSide, WebhookSenderContract
from sikpro.testing.fakes import FakeWebhookSender
from tests.integration.loopback import NO_TLS
from tests.integration.webhooks.far_side import HttpFarSide


@define
class FakeFarSide:
    """What the fake has sent, and how it answers itself."""

    sender: FakeWebhookSender = field(factory=FakeWebhookSender)
    url: str = "https://depot.example/hook"

    def seen(self) -> Sequence[tuple[Mapping[str, str], bytes]]:
        """What it sent."""
        return [(headers, body) for _, headers, body in self.sender.sent]

    def answers(self, status: int, headers: Mapping[str, str]) -> None:
        """Let it answer so."""
        self.sender.answers.append(WebhookAnswer(status, headers.get("retry-after", "")))

    async def stop(self) -> None:
        """Let nobody be there."""
        self.sender.gone = True


@pytest_asyncio.fixture(params=["http", "fake"])
async def far_side(request: pytest.FixtureRequest) -> AsyncIterator[FarSide]:
    if request.param == "fake":
        yield FakeFarSide()
        return
    side = await HttpFarSide(HttpWebhookSender(private=True, trust=NO_TLS)).start()
    yield side
    await side.sender.aclose()
    await side.stop()


class TestWebhookSender(WebhookSenderContract):
    pass
