"""The sender of webhooks, loaded for the first event: httpx takes a tenth of a second, and most need none."""

from collections.abc import Mapping

from attrs import define, field

from sikpro.application.ports.webhooks import WebhookAnswer, WebhookSender


@define
class LaterWebhookSender:
    """Makes the sender when it first sends; `private` as `HttpWebhookSender` has it."""

    private: bool = False
    _made: WebhookSender | None = field(default=None, init=False)

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> WebhookAnswer:
        """Send a POST and return the answer. Raises `WebhookNotSent`."""
        if self._made is None:
            from sikpro.adapters.webhooks.sender import HttpWebhookSender

            self._made = HttpWebhookSender(self.private)
        return await self._made.send(url, headers, body)

    async def aclose(self) -> None:
        """Close the connections, if there are any."""
        if self._made is not None:
            await self._made.aclose()
