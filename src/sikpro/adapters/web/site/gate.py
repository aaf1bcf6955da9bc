"""The outermost layer: identifies the visitor, and adds headers and cookies to every response."""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from secrets import token_hex
from time import monotonic
from typing import Any

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import HttpMethod, ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from sikpro.adapters.web.site.bearer import is_api
from sikpro.adapters.web.site.health import PATHS, identify_if_possible
from sikpro.adapters.web.site.packing import packed
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.security import HEADERS, STRICT_TRANSPORT, session_id, well_formed
from sikpro.adapters.web.site.visit import Visit, new_visit, read_cookies
from sikpro.application.ports.cause import cause, caused_by
from sikpro.application.ports.measures import Measures
from sikpro.application.ports.security_events import EventKind
from sikpro.application.ports.sessions import Session
from sikpro.application.ports.storage import StorageError, UnitOfWork
from sikpro.application.use_cases.people.record_event import (
    coming_from,
    record_event,
    record_refusal,
    safe_address,
)
from sikpro.application.use_cases.people.two_steps import must_turn_on_two_steps
from sikpro.domain.errors import NotFound
from sikpro.domain.people import Person

logger = logging.getLogger("sikpro.web")

REFUSED = "refused"
"""In the state of a request: its visitor was not permitted to do what it is about."""

STREAMS = frozenset({"/live", "/api/v1/events"})
"""The streams of hints: they have no end, so their head is not asked for by GET."""

TOUCH = timedelta(minutes=1)
"""The precision of a session's last use."""


class Gate:
    """Wraps the application, because 404 and 405 do not pass through its middleware.

    While the database is down, no visitor is identified and nobody is logged out: every page shows the error. The API
    is beside the pages, and identifies its visitors by token: a cookie says nothing there.
    """

    def __init__(self, app: ASGIApp, parts: WebParts, api: ASGIApp) -> None:
        self.app = app
        self.parts = parts
        self.api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request, under an id that its log lines, the messages that it queues and its answer have."""
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        name = token_hex(4)
        with caused_by("request", name):
            await self._handle(scope, receive, _named(send, name))

    async def _handle(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        begun, method = monotonic(), str(scope["method"])
        self.parts.forwarding.look(scope)
        received: dict[bytes, bytes] = dict(scope["headers"])
        if b"content-length" in received and b"transfer-encoding" in received:
            await _refuse_both_lengths(send)
            return
        client = scope.get("client")
        by_token = is_api(scope["path"])
        cookies = {} if by_token else read_cookies(received.get(b"cookie", b"").decode("latin-1"))
        visit = new_visit(self.parts, cookies, client[0] if client else "")
        state: dict[str, Any] = {**(scope.get("state") or {}), "visit": visit}
        scope["state"] = state
        if scope["path"] in PATHS:
            await identify_if_possible(self._recognise(visit, uses=False))
        elif not by_token and not scope["path"].startswith("/static/"):
            try:
                await self._recognise(visit, uses=_is_use(scope, received))
            except Exception as error:  # any error becomes an error page: `admit` raises it again
                state["trouble"] = error
        if scope["method"] == HttpMethod.HEAD:
            send = _without_body(send)
            if scope["path"] not in STREAMS:
                scope = {**scope, "method": HttpMethod.GET}
        with coming_from(visit.address):
            answered = _measured(send, scope, self.parts.measures, method, begun)
            answered = _with_headers(_recorded(answered, scope, visit), visit)
            app = self.api if by_token else self.app
            await app(scope, receive, packed(answered, scope, visit, received))

    async def _recognise(self, visit: Visit, *, uses: bool) -> None:
        token = visit.cookie("session")
        if not token:
            return
        visit.expired = True
        if not well_formed(token):
            return
        key = session_id(token)
        now = self.parts.clock.now()
        jumped = self.parts.jumped
        found = await self.parts.transactions.read(lambda uow: _session_and_person(uow, key, now, jumped))
        if found is None or not found[1].active or found[1].role is None:
            return
        session, visit.person, visit.steps_missing = found
        visit.session, visit.expired, visit.confirmed = key, False, session.is_confirmed(now)
        if uses and abs(now - session.used_at) > TOUCH:  # it is to come if the clock was set back since
            # Pages stay readable while the disk is full.
            with suppress(StorageError):
                await self.parts.transactions.write(lambda uow: uow.sessions.touch(key, now))


def _is_use(scope: Scope, received: Mapping[bytes, bytes]) -> bool:
    """Return whether a person acts: not when an open page fetches what changed (`static/site/live.js`)."""
    return scope["path"] not in {"/live", "/bot"} and b"x-live" not in received


def _session_and_person(
    uow: UnitOfWork, key: str, now: datetime, jumped: Callable[[datetime], timedelta]
) -> tuple[Session, Person, bool] | None:
    session = uow.sessions.get(key)
    if session is None or session.is_over(now, uow.installation.get().sessions, jumped):
        return None
    try:
        person = uow.people.get(session.person)
    except NotFound:
        return None
    return session, person, must_turn_on_two_steps(uow, person)


async def _refuse_both_lengths(send: Send) -> None:
    """Answer 400 and close: whoever forwards such a request may have read another end of it (RFC 9112, 6.3)."""
    headers = [*HEADERS, (b"content-type", b"text/plain"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": b"a request has one length", "more_body": False})


def _without_body(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return sending


def _named(send: Send, name: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableScopeHeaders.from_message(message)["x-request-id"] = name
        await send(message)

    return sending


def _measured(send: Send, scope: Scope, measures: Measures, method: str, begun: float) -> Send:
    """Count the request when its answer begins, by the template of its address; what has no page counts as one."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            route = str(scope.get("path_template") or "none")
            measures.request(method, route, message["status"], monotonic() - begun, cause())
        await send(message)

    return sending


def _recorded(send: Send, scope: Scope, visit: Visit) -> Send:
    """Record refusals and downloads before their response begins, whichever page they are of.

    A record that cannot be written does not keep back the response: while the disk is full, pages stay readable.
    """
    path, method = scope["path"], str(scope.get("method", ""))

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start" and visit.person is not None:
            now, person = visit.parts.clock.now(), visit.person
            file = _downloaded(message)
            try:
                if scope["state"].get(REFUSED):
                    await visit.parts.transactions.write(lambda uow: record_refusal(uow, person, path, method, now))
                elif file:
                    await visit.parts.transactions.write(
                        lambda uow: record_event(
                            uow, EventKind.DOWNLOADED, person, now, object=file, details=safe_address(path)
                        )
                    )
            except StorageError as error:
                logger.error("a security event was not recorded: %s %s by %s: %s", method, path, person.id, error)
        await send(message)

    return sending


def _downloaded(message: Message) -> str:
    """Return the name of the file that a response sends to be saved, "" for other responses."""
    if message["type"] != "http.response.start" or message["status"] >= 300:
        return ""
    sent = MutableScopeHeaders.from_message(message).get("content-disposition", "")
    kind, _, name = sent.partition(";")
    return name.partition("=")[2].strip('"') if kind == "attachment" else ""


def _with_headers(send: Send, visit: Visit) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableScopeHeaders.from_message(message)
            for name, value in HEADERS:
                headers[name.decode()] = value.decode()
            if visit.parts.secure_cookies:
                headers["strict-transport-security"] = STRICT_TRANSPORT
            for cookie in visit.cookies:
                headers.add("set-cookie", cookie)
            headers.setdefault("cache-control", "no-store")
        await send(message)

    return sending
