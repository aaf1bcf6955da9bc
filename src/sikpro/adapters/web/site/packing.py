"""Small answers: compressed where nobody else caused the request, none at all when a part of a page is the same."""

import zlib
from collections.abc import Mapping
from hashlib import sha256

from litestar.datastructures import MutableScopeHeaders
from litestar.types import HTTPResponseBodyEvent, HTTPResponseStartEvent, Message, Scope, Send

from sikpro.adapters.web.site.visit import Visit

LEAST = 1_000
"""Bytes below which compressing saves no packet."""

_LEVEL = 3
_GZIP = 31
_PAGES = "text/html"
_OURS = frozenset({b"same-origin", b"none"})
"""The origins of a request that no other site can cause: a page of ours, and the person's own typing."""


def packed(send: Send, scope: Scope, visit: Visit, received: Mapping[bytes, bytes]) -> Send:
    """Hold back a page's start until its body is known, then send it as small as may be.

    Streams, files and everything else than a page in one piece go through as they are.
    """
    start: HTTPResponseStartEvent | None = None

    async def sending(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start" and _is_page(message):
            start = message
            return
        if message["type"] != "http.response.body" or start is None:
            await send(message)
            return
        begun, start = start, None
        if not message.get("more_body"):
            begun, message = _smaller(begun, message, scope, visit, received)
        await send(begun)
        await send(message)

    return sending


def compressed(content: bytes, level: int = _LEVEL) -> bytes:
    """Return a content as gzip, without a time in it."""
    return zlib.compress(content, level, _GZIP)


def takes_gzip(accepts: str) -> bool:
    """Return whether an `Accept-Encoding` takes gzip.

    >>> takes_gzip("br, gzip"), takes_gzip("gzip;q=0, br"), takes_gzip("")
    (True, False, False)
    """
    for part in accepts.lower().split(","):
        name, _, quality = part.partition(";")
        if name.strip() == "gzip":
            return quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def may_compress(received: Mapping[bytes, bytes], *, https: bool) -> bool:
    """Return whether the size of a compressed answer tells an attacker nothing (BREACH).

    That needs a request that the attacker's page caused, with their guess in it, so only those of our pages and of
    the person are compressed. Browsers say whose a request is on HTTPS; without HTTPS the text itself can be read.
    """
    if not takes_gzip(received.get(b"accept-encoding", b"").decode("latin-1")):
        return False
    origin = received.get(b"sec-fetch-site")
    return origin in _OURS if origin is not None else not https


def _is_page(start: HTTPResponseStartEvent) -> bool:
    headers = MutableScopeHeaders.from_message(start)
    return headers.get("content-type", "").startswith(_PAGES) and "content-encoding" not in headers


def _smaller(
    start: HTTPResponseStartEvent,
    body: HTTPResponseBodyEvent,
    scope: Scope,
    visit: Visit,
    received: Mapping[bytes, bytes],
) -> tuple[HTTPResponseStartEvent, HTTPResponseBodyEvent]:
    headers, content = MutableScopeHeaders.from_message(start), body["body"]
    headers["vary"] = "accept-encoding, sec-fetch-site"
    if b"x-live" in received and scope.get("method") == "GET" and start["status"] == 200 and not visit.cookies:
        headers["etag"] = tag = _tag(content, visit)
        if received.get(b"if-none-match", b"").decode("latin-1") == tag:
            start["status"] = 304
            del headers["content-length"]
            return start, {**body, "body": b""}
    if len(content) >= LEAST and may_compress(received, https=visit.parts.secure_cookies):
        content = compressed(content)
        headers["content-encoding"] = "gzip"
        headers["content-length"] = str(len(content))
    return start, {**body, "body": content}


def _tag(content: bytes, visit: Visit) -> str:
    """Return the name of a content for one session; the token of its forms is another in each answer."""
    plain = content.replace(visit.csrf().encode(), b"")
    return f'W/"{sha256(visit.session.encode() + plain).hexdigest()[:32]}"'
