"""A `WebhookSender` with httpx: one request, to an address that was judged before."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence

import httpx
from attrs import define, field

from sikpro.adapters.webhooks.addresses import is_public
from sikpro.application.ports.webhooks import WebhookAnswer, WebhookNotSent

SECONDS = 10.0
"""The time for all of it: the name, the connection, the request and the answer."""

MOST_READ = 64 * 1024
"""As much of an answer's body is read, in bytes, and thrown away."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the addresses of a host, in the order in which to try them. Raises `OSError`."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host by this machine's rules."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@define
class HttpWebhookSender:
    """Sends events. `private` allows addresses inside the operator's networks, which it may not reach otherwise.

    A name is looked up once, each of its addresses is judged, and the connection goes to one of these: a name that
    leads elsewhere a moment later changes nothing. No connection is kept: one that was trusted for one name must not
    serve another at the same address.
    """

    private: bool = False
    resolve: Resolve = resolve
    trust: ssl.SSLContext | None = None
    seconds: float = SECONDS
    _client: httpx.AsyncClient | None = field(default=None, init=False)

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> WebhookAnswer:
        """Send a POST and return the answer. Raises `WebhookNotSent`."""
        try:
            async with asyncio.timeout(self.seconds):
                return await self._sent(url, headers, body)
        except TimeoutError:
            raise WebhookNotSent("timeout", f"no answer in {self.seconds:g} seconds") from None

    async def aclose(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _sent(self, url: str, headers: Mapping[str, str], body: bytes) -> WebhookAnswer:
        try:
            address = httpx.URL(url)
        except httpx.InvalidURL as error:
            raise WebhookNotSent("address", str(error)) from error
        if address.scheme not in {"http", "https"} or not address.host or address.userinfo:
            raise WebhookNotSent("address", "no address of the web")
        unreachable: WebhookNotSent | None = None
        for host in await self._judged(address):
            try:
                return await self._request(address, host, headers, body)
            except httpx.ConnectError as error:
                unreachable = WebhookNotSent(_reason(error), str(error))
            except httpx.TransportError as error:
                raise WebhookNotSent("broken", str(error) or type(error).__name__) from error
        raise unreachable or WebhookNotSent("name", "the name has no address")

    async def _judged(self, url: httpx.URL) -> Sequence[str]:
        host = url.raw_host.decode("ascii")
        try:
            found = await self.resolve(host.strip("[]"), url.port or (443 if url.scheme == "https" else 80))
        except (OSError, UnicodeError) as error:
            raise WebhookNotSent("name", str(error)) from error
        if not self.private and not all(map(is_public, found)):
            raise WebhookNotSent("address", "it leads into a private network")
        return found

    async def _request(self, url: httpx.URL, host: str, headers: Mapping[str, str], body: bytes) -> WebhookAnswer:
        if self._client is None:
            self._client = self._made()
        request = self._client.build_request(
            "POST",
            url.copy_with(host=host),
            content=body,
            headers={**headers, "host": url.netloc.decode("ascii"), "user-agent": "SIKPRO-Webhooks"},
            extensions={"sni_hostname": url.raw_host.decode("ascii").strip("[]")},
        )
        answer = await self._client.send(request, stream=True)
        try:
            await _throw_away(answer)
        finally:
            await answer.aclose()
        return WebhookAnswer(answer.status_code, answer.headers.get("retry-after", ""))

    def _made(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            verify=self.trust or True,
            trust_env=False,
            follow_redirects=False,
            timeout=self.seconds,
            limits=httpx.Limits(max_keepalive_connections=0),
        )


async def _throw_away(answer: httpx.Response) -> None:
    """Read the body as far as it may matter to the other side. What goes wrong there does not change the status."""
    read = 0
    try:
        async for part in answer.aiter_raw():
            read += len(part)
            if read >= MOST_READ:
                return
    except httpx.TransportError:
        return


def _reason(error: BaseException) -> str:
    """Return why there was no connection: a fault of TLS is one of trust."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "tls"
        cause = cause.__cause__ or cause.__context__
    return "unreachable"
