"""The webhook source keeps the contract of `UpdateSource`."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import pytest_asyncio
from sikpro_webhook import WebhookSettings, WebhookSource, make

from sikpro.testing.contracts.network import DEWI, Network
from sikpro.testing.contracts.update_source import UpdateSourceContract

SECRET = "a secret of many signs"


def push(port: int, body: object, secret: str = SECRET) -> int:
    """Push as another program does, and return the number."""
    request = Request(f"http://127.0.0.1:{port}/", json.dumps(body).encode(), {"X-Secret": secret})
    with urlopen(request, timeout=5) as answer:
        return int(json.load(answer)["number"])


class Pushing(Network):
    def __init__(self, folder: Path) -> None:
        self.settings = WebhookSettings(folder=folder, secret=SECRET, port=0)
        self.sources: list[WebhookSource] = []

    def source(self) -> WebhookSource:
        self.sources.append(WebhookSource(self.settings, poll_timeout=0.3, look_again=0.01))
        return self.sources[-1]

    def say(self, text: str) -> int:
        return push(self.sources[0].port, {"chat": DEWI, "name": "Dewi", "text": text})


class TestWebhookSource(UpdateSourceContract):
    @pytest_asyncio.fixture
    async def network(self, tmp_path: Path) -> AsyncIterator[Network]:
        pushing = Pushing(tmp_path)
        yield pushing
        for source in pushing.sources:
            await source.aclose()


@pytest.mark.parametrize(
    ("body", "secret", "status"),
    [({"chat": 7, "text": "x"}, "guess", 401), ({"chat": 7}, SECRET, 400), ([], SECRET, 400)],
)
@pytest.mark.asyncio
async def test_what_is_no_push_is_refused_and_not_kept(tmp_path: Path, body: object, secret: str, status: int) -> None:
    source = make(WebhookSettings(folder=tmp_path, secret=SECRET, port=0))
    with pytest.raises(HTTPError) as refused:
        push(source.port, body, secret)
    refused.value.close()
    assert refused.value.code == status
    assert source.pushed.after(0) == []
    await source.aclose()
