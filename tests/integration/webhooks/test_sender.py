"""The sender over real sockets: it fulfils its port, trusts nobody unknown, and stays out of private networks."""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from sikpro.adapters.webhooks.later import LaterWebhookSender
from sikpro.adapters.webhooks.sender import MOST_READ, HttpWebhookSender
from sikpro.application.ports.webhooks import WebhookAnswer, WebhookNotSent
from sikpro.testing.contracts.webhook_sender import BODY, HEADERS
from tests.integration.loopback import NO_TLS
from tests.integration.needs import need
from tests.integration.webhooks.far_side import HttpFarSide

pytestmark = pytest.mark.asyncio


class Names:
    """A look-up of names that gives other addresses each time, and counts."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self.answers.pop(0)


def a_sender(*addresses: Sequence[str], private: bool = True, seconds: float = 10.0) -> HttpWebhookSender:
    sender = HttpWebhookSender(private, trust=NO_TLS, seconds=seconds)
    if addresses:
        sender.resolve = Names(*addresses)
    return sender


@pytest_asyncio.fixture
async def far_side() -> AsyncIterator[HttpFarSide]:
    side = await HttpFarSide(a_sender()).start()
    yield side
    await side.sender.aclose()
    await side.stop()


async def reason(sender: HttpWebhookSender | LaterWebhookSender, url: str) -> str:
    with pytest.raises(WebhookNotSent) as caught:
        await sender.send(url, HEADERS, BODY)
    return caught.value.reason


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "0x7f000001", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]"]
)
async def test_nothing_goes_to_this_machine_unless_the_operator_says_so(far_side: HttpFarSide, host: str) -> None:
    far_side.host = host
    assert await reason(a_sender(private=False), far_side.url) == "address"
    assert await reason(LaterWebhookSender(), far_side.url) == "address"
    assert far_side.connections == 0


async def test_a_name_with_one_private_address_among_others_is_refused(far_side: HttpFarSide) -> None:
    sender = a_sender(["93.184.216.34", "127.0.0.1"], private=False)
    far_side.host = "depot.example"
    assert await reason(sender, far_side.url) == "address"
    assert far_side.connections == 0


async def test_the_address_that_was_judged_is_the_one_that_is_used(far_side: HttpFarSide) -> None:
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    sender = a_sender()
    sender.resolve = names
    far_side.host = "depot.example"
    port = int(far_side.url.rpartition(":")[2].partition("/")[0])

    assert await sender.send(far_side.url, HEADERS, BODY) == WebhookAnswer(200)

    assert names.asked == [("depot.example", port)]
    ((line, headers, _),) = far_side.requests
    assert (line, headers["host"]) == ("POST /hook?of=us HTTP/1.1", f"depot.example:{port}")


async def test_the_next_address_is_tried_when_nobody_is_at_the_first(far_side: HttpFarSide) -> None:
    far_side.host = "depot.example"
    sender = a_sender(["::1", "127.0.0.1"])
    assert (await sender.send(far_side.url, HEADERS, BODY)).status == 200


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("ftp://127.0.0.1/x", "address"),
        ("file:///etc/passwd", "address"),
        ("http://rina:rahasia@127.0.0.1/", "address"),
        ("http://[::1", "address"),
        ("http://no-such-name.invalid/", "name"),
        ("http://127.0.0.1:1/", "unreachable"),
    ],
)
async def test_why_there_is_no_answer_is_said(url: str, expected: str) -> None:
    assert await reason(a_sender(), url) == expected


async def test_an_answer_that_is_no_http_or_does_not_come_is_no_answer(far_side: HttpFarSide) -> None:
    far_side.scripts += [b"SSH-2.0-OpenSSH_9.6\r\n\r\n", b"", None]
    assert [await reason(a_sender(), far_side.url) for _ in range(2)] == ["broken", "broken"]
    assert await reason(a_sender(seconds=0.3), far_side.url) == "timeout"


async def test_a_long_answer_is_not_read_to_its_end_and_one_that_breaks_off_still_counts(far_side: HttpFarSide) -> None:
    size = 60_000_000
    head = f"HTTP/1.1 201 Created\r\ncontent-length: {size}\r\n\r\n".encode()
    far_side.scripts += [head + bytes(size), head + b"few"]
    assert [(await far_side.sender.send(far_side.url, HEADERS, BODY)).status for _ in range(2)] == [201, 201]
    assert max(far_side.written) < size // 2
    assert size > MOST_READ


async def test_each_event_has_a_connection_of_its_own(far_side: HttpFarSide) -> None:
    await asyncio.gather(*(far_side.sender.send(far_side.url, HEADERS, BODY) for _ in range(3)))
    await far_side.sender.send(far_side.url, HEADERS, BODY)
    assert far_side.connections == 4


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """The certificate of depot.example and its key."""
    need(shutil.which("openssl"), "needs openssl")
    made, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    name = ["-subj", "/CN=depot.example", "-addext", "subjectAltName=DNS:depot.example"]
    files = ["-keyout", str(key), "-out", str(made)]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *name, *files]
    subprocess.run(command, check=True, capture_output=True)
    return made, key


async def test_who_answers_by_https_must_be_who_the_name_says(certificate: tuple[Path, Path]) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*certificate)
    trusting = ssl.create_default_context(cafile=str(certificate[0]))

    def sender(trust: ssl.SSLContext) -> HttpWebhookSender:
        made = HttpWebhookSender(True, trust=trust)
        made.resolve = Names(["127.0.0.1"])
        return made

    side = await HttpFarSide(sender(trusting), host="depot.example", scheme="https").start(tls)

    assert (await side.sender.send(side.url, HEADERS, BODY)).status == 200
    assert await reason(sender(NO_TLS), side.url) == "tls"
    side.host = "other.example"
    assert await reason(sender(trusting), side.url) == "tls"
    assert len(side.requests) == 1
    await side.stop()
