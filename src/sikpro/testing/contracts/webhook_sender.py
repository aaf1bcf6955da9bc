"""The contract of `WebhookSender`: what arrives, and what is known when there is no answer."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import pytest

from sikpro.application.ports.webhooks import NOT_SENT, WebhookAnswer, WebhookNotSent, WebhookSender

BODY = '{"type":"order.taken","data":"😀"}'.encode()
HEADERS = {"content-type": "application/json", "webhook-id": "msg_1", "webhook-signature": "v1,x= v1,y="}


class FarSide(Protocol):
    """A server to which a sender sends, in the hands of a test."""

    @property
    def sender(self) -> WebhookSender:
        """The sender."""

    @property
    def url(self) -> str:
        """The address of the server."""

    def seen(self) -> Sequence[tuple[Mapping[str, str], bytes]]:
        """What arrived: the headers, with small letters, and the body."""

    def answers(self, status: int, headers: Mapping[str, str]) -> None:
        """Let it answer the next request so."""

    async def stop(self) -> None:
        """Let nobody be there."""


@pytest.mark.asyncio
class WebhookSenderContract:
    """What a sender of webhooks promises; it needs the fixture `far_side`."""

    async def test_what_is_sent_arrives_byte_for_byte_with_its_headers(self, far_side: FarSide) -> None:
        assert await far_side.sender.send(far_side.url, HEADERS, BODY) == WebhookAnswer(200)
        ((headers, body),) = far_side.seen()
        assert body == BODY
        assert {name: headers[name] for name in HEADERS} == HEADERS

    async def test_any_status_is_an_answer_and_a_redirect_is_not_followed(self, far_side: FarSide) -> None:
        statuses = 204, 301, 307, 400, 410, 500
        for status in statuses:
            far_side.answers(status, {"location": f"{far_side.url}/elsewhere"})
        found = [(await far_side.sender.send(far_side.url, HEADERS, BODY)).status for _ in statuses]
        assert found == list(statuses)
        assert len(far_side.seen()) == len(statuses)

    async def test_the_wish_to_wait_comes_as_it_was_written(self, far_side: FarSide) -> None:
        far_side.answers(503, {"retry-after": "Sun, 06 Nov 1994 08:49:37 GMT"})
        answer = await far_side.sender.send(far_side.url, HEADERS, BODY)
        assert answer == WebhookAnswer(503, "Sun, 06 Nov 1994 08:49:37 GMT")

    async def test_that_nobody_is_there_is_said_and_closing_twice_is_harmless(self, far_side: FarSide) -> None:
        await far_side.stop()
        with pytest.raises(WebhookNotSent) as caught:
            await far_side.sender.send(far_side.url, HEADERS, BODY)
        assert caught.value.reason == "unreachable"
        assert caught.value.reason in NOT_SENT
        await far_side.sender.aclose()
        await far_side.sender.aclose()
