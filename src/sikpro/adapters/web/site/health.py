"""For monitoring: `/readyz` and `/healthz` tell everybody well or not; the rest, with `/metrics`, who may know."""

import asyncio
import hmac
from collections.abc import Awaitable
from contextlib import suppress
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from litestar import Request, Response, get
from litestar.di import NamedDependency

from sikpro.adapters.web.site.admission import PUBLIC
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.i18n import Words, words_in
from sikpro.application.ports.storage import StorageError
from sikpro.application.workers.health import Health, Part
from sikpro.domain.people import Permission

PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
"""What must answer while nobody can be identified."""

_FORWARDED = ("forwarded", "via", "x-real-ip", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto")
_PATIENCE = 2.0
_EXPOSITION = "text/plain; version=0.0.4"  # the charset is added
_NO_STORE = {"cache-control": "no-store"}


@get("/readyz", opt=PUBLIC)
async def readyz(parts: NamedDependency[WebParts]) -> Response[dict[str, str]]:
    """Return 200 if this process can serve: the store kept a row lately, and its disk has room; else 503."""
    ready = parts.health().ready
    return _answer({"status": "ready" if ready else "not_ready"}, ready)


@get("/healthz", opt=PUBLIC)
async def healthz(
    request: Request[Any, Any, Any], visit: NamedDependency[Visit], parts: NamedDependency[WebParts]
) -> Response[dict[str, Any]]:
    """Return 503 if something is ill in a way that stops orders, else 200; who may know learns what it is."""
    health = parts.health()
    status: dict[str, Any] = {"status": "ok" if health.ok else "failing"}
    known = may_know(request, visit, parts)
    return _answer(status | in_full(health, words_in("en", parts.zone)) if known else status, health.ok)


@get("/metrics", opt=PUBLIC)
async def metrics(
    request: Request[Any, Any, Any], visit: NamedDependency[Visit], parts: NamedDependency[WebParts]
) -> Response[bytes]:
    """Return the counts and figures of this process for Prometheus; 401 for who may not know them.

    404 from one of several processes on one port: nobody would know whose figures they are.
    """
    if not may_know(request, visit, parts):
        text = b"metrics are for this machine, for who sends the health token, for admins and supervisors\n"
        headers = {**_NO_STORE, "www-authenticate": 'Bearer realm="metrics"'}
        return Response(text, status_code=401, headers=headers, media_type="text/plain")
    if parts.metrics is None:
        text = b"several workers share this port: set SIKPRO_METRICS_PORT, and ask each worker at its own\n"
        return Response(text, status_code=404, headers=_NO_STORE, media_type="text/plain")
    page = await asyncio.to_thread(parts.metrics)  # thousands of lines: the pages go on meanwhile
    return Response(page, headers=_NO_STORE, media_type=_EXPOSITION)


def may_know(request: Request[Any, Any, Any], visit: Visit, parts: WebParts) -> bool:
    """Return whether whoever asks may know all about the health: from this machine, by the token, or as who audits."""
    return is_from_here(request) or has_token(request, parts.health_token) or _answers_for_it(visit)


def _answers_for_it(visit: Visit) -> bool:
    """Return whether the visitor may audit and is past the one-time password and the second step, as on every page."""
    person = visit.person
    admitted = person is not None and not person.must_change_password and not visit.steps_missing
    return admitted and visit.may(Permission.AUDIT)


def is_from_here(request: Request[Any, Any, Any]) -> bool:
    """Return whether a request comes from this machine, by a loopback name and through no proxy."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    client = request.scope.get("client")
    try:
        name = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
        addressed = name == "localhost" or ip_address(name).is_loopback
        return addressed and client is not None and ip_address(client[0]).is_loopback
    except ValueError:
        return False


def has_token(request: Request[Any, Any, Any], token: str) -> bool:
    """Return whether a request brings the token of the settings; the comparison takes the same time for any."""
    scheme, _, brought = request.headers.get("authorization", "").partition(" ")
    given, expected = (text.strip().encode("utf-8", "replace") for text in (brought, token))
    return bool(token) and scheme.lower() == "bearer" and hmac.compare_digest(given, expected)


def in_full(health: Health, words: Words) -> dict[str, Any]:
    """Return everything about the health, for a program and for the person who reads it."""
    seconds = {
        "oldest_unsent_seconds": health.unsent,
        "last_update_seconds": health.update,
        "oldest_failed_seconds": health.failed_age,
    }
    ages = {name: None if age is None else round(age.total_seconds()) for name, age in seconds.items()}
    return {
        **ages,
        "failed_by_outage": health.failed,
        "parts": {part.name: _in_full(part, words) for part in health.parts},
    }


def _in_full(part: Part, words: Words) -> dict[str, Any]:
    since = part.since.isoformat(timespec="seconds") if part.since else None
    content = {"state": part.state, "ill": part.ill, "since": since, "what": state_in_words(part, words)}
    return {**content, "what_to_do": remedy_in_words(part, words)} if part.ill else content


def state_in_words(part: Part, words: Words) -> str:
    """Return the sentence about the state of a part."""
    key = f"health.{part.name}.{part.state}"
    if part.name == "bot" and not words.knows(key):
        key = f"bot.trouble.{part.state}" if words.knows(f"bot.trouble.{part.state}") else "bot.trouble.unknown"
    return words(key, free=words.number(part.measure))


def remedy_in_words(part: Part, words: Words) -> str:
    """Return what somebody should do about a part, "" where nothing is to be done."""
    keys = (f"health.do.{part.name}.{part.state}", f"health.do.{part.state}")
    return next((words(key) for key in keys if words.knows(key)), "")


def _answer(content: dict[str, Any], well: bool) -> Response[dict[str, Any]]:
    return Response(content, status_code=200 if well else 503, headers=_NO_STORE)


async def identify_if_possible(recognise: Awaitable[None]) -> None:
    """Identify a visitor of a health page, if the store answers soon; without it nobody is identified."""
    with suppress(StorageError, TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            await recognise
