"""Admission of requests: one guard before every handler."""

import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from litestar import Request
from litestar.handlers import BaseRouteHandler

from sikpro.adapters.web.site.forms import read_form
from sikpro.adapters.web.site.security import csrf_matches
from sikpro.adapters.web.site.visit import Connection, visit_of
from sikpro.domain.errors import NotPermitted
from sikpro.domain.people import Permission

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
PUBLIC: dict[str, Any] = {"public": True}
"""Handler option: allow visitors without a login."""

WHILE_PASSWORD_EXPIRED: dict[str, Any] = {"while_password_expired": True}
"""Handler option: allow people who must change their password first."""


WHILE_STEPS_MISSING: dict[str, Any] = {"while_steps_missing": True}
"""Handler option: allow people who must turn on their second step first."""

OWN_PASSWORD = "own_password"
"""The entry of a form with the acting person's own password."""


class Stale(Exception):
    """Raised for a form without a valid token: its page is older than the session, or from another site."""


class MustLogIn(Exception):
    """Raised if the visitor must log in first; `next` is the page to return to."""

    def __init__(self, next: str) -> None:  # noqa: A002  # the query parameter's name
        super().__init__(next)
        self.next = next


class MustChangePassword(Exception):
    """Raised if the one-time password must be changed first."""


class MustTurnOnTwoSteps(Exception):
    """Raised if the installation wants a second step of the person first."""


class MustGivePassword(Exception):
    """Raised if the person must give their own password first; `said` names what was wrong with it."""

    def __init__(self, said: str = "", status: int = 401) -> None:
        super().__init__(said)
        self.said = said
        self.status = status


async def admit(connection: Connection, handler: BaseRouteHandler) -> None:
    """Check the login, the form's token and the password's state, in this order.

    The form is read before anything is refused, so that the error page can return the typed text. Raises `MustLogIn`,
    `Stale`, `MustChangePassword`, `MustTurnOnTwoSteps`, or the error that kept the gate from identifying the visitor.
    """
    visit, acts = visit_of(connection), connection.scope.get("method") not in SAFE
    brought = await _token(connection) if acts else ""
    if "trouble" in connection.scope["state"]:
        raise connection.scope["state"]["trouble"]
    public = handler.opt.get("public")
    if visit.person is None and not public:
        raise MustLogIn(way_back(connection))
    if acts and not csrf_matches(visit.secret, brought):
        raise Stale
    if public or visit.person is None:
        return
    if visit.person.must_change_password and not handler.opt.get("while_password_expired"):
        raise MustChangePassword
    if visit.steps_missing and not handler.opt.get("while_steps_missing"):
        raise MustTurnOnTwoSteps


def only(*permissions: Permission) -> Callable[[Connection, BaseRouteHandler], Awaitable[None]]:
    """Return a guard that requires one of the permissions. The guard raises `NotPermitted`."""

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        visit = visit_of(connection)
        if not any(visit.may(permission) for permission in permissions):
            raise NotPermitted(permission=permissions[0])

    return guard


async def _token(connection: Connection) -> str:
    assert isinstance(connection, Request)
    brought = (await read_form(connection)).text("csrf")
    return connection.headers.get("x-csrf-token", "") or brought


def way_back(connection: Connection) -> str:
    """Return the requested page; for a form or a fragment, the page that contains it."""
    headers = connection.headers
    if connection.scope.get("method") == "GET" and headers.get("hx-request") != "true":
        query = connection.url.query
        return connection.url.path + (f"?{query}" if query else "")
    _, _, rest = headers.get("referer", "").partition("://")
    return order_address(connection) if not rest else "/" + rest.partition("/")[2]


def order_address(connection: Connection) -> str:
    """Return the page of the form's order, "" for another form."""
    found = re.match(r"/orders/[0-9]+(?=/)", connection.url.path)
    return found[0] if found else ""


def login_path(way_back: str) -> str:
    """Return the address of the login page, which leads back afterwards."""
    return "/login" if way_back in {"", "/"} else f"/login?next={quote(way_back, safe='/')}"


def password_path(way_back: str) -> str:
    """Return the address of the page for a new password, which leads back afterwards."""
    return "/password" if way_back in {"", "/"} else f"/password?next={quote(way_back, safe='/')}"


def two_steps_path(way_back: str) -> str:
    """Return the address of the page that turns on the second step, which leads back afterwards."""
    return "/profile/two-steps" if way_back in {"", "/"} else f"/profile/two-steps?next={quote(way_back, safe='/')}"
