"""Admission to the API: a token, what it may, how often, and bodies and parameters of a kind that the address takes."""

from base64 import b64decode
from typing import Any

from litestar import Request
from litestar.handlers import BaseRouteHandler
from litestar.handlers.http_handlers import HTTPRouteHandler

from sikpro.adapters.web.api.bodies import known_fields
from sikpro.adapters.web.api.door import LIMIT, TOKEN
from sikpro.adapters.web.api.faults import ApiFault
from sikpro.adapters.web.site.admission import SAFE
from sikpro.adapters.web.site.limits import PER_MINUTE, WRONG_PER_MINUTE, Left
from sikpro.adapters.web.site.visit import Connection, Visit, visit_of
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tokens import PersonalToken, Scope
from sikpro.application.use_cases.people.personal_tokens import PREFIX, opened_by
from sikpro.application.use_cases.people.two_steps import must_turn_on_two_steps
from sikpro.domain.errors import InvalidFields, InvalidValue
from sikpro.domain.people import Person

OPEN: dict[str, Any] = {"open": True}
"""Handler option: answer without a token."""

BASIC = "basic"
"""Handler option: a read that takes the token as a password too, which is all that some tools can send."""

TAKES = "takes"
"""Handler option: the names of the query's parameters beside those of the signature."""


async def admit(connection: Connection, handler: BaseRouteHandler) -> None:
    """Check the token, the limit, the scope, the query's names and the body's kind, in this order."""
    if not handler.opt.get("open"):
        await _identify(connection, basic=bool(handler.opt.get(BASIC)))
    assert isinstance(handler, HTTPRouteHandler)
    _must_know_parameters(connection, handler)
    if connection.scope.get("method") not in SAFE:
        _must_be_json(connection)
        await _must_have_body(connection, handler)


async def _identify(connection: Connection, *, basic: bool) -> None:
    visit = visit_of(connection)
    limits, now = visit.parts.limits, visit.parts.clock.now()
    wrong, brought = f"address {visit.address}", _brought(connection, basic=basic)
    left = limits.left(wrong, WRONG_PER_MINUTE, now)
    if left.remaining <= 0:
        raise _too_often(connection, left)

    def find(uow: UnitOfWork) -> tuple[PersonalToken, Person, bool] | None:
        found = opened_by(uow, brought, now, visit.parts.jumped)
        return found and (*found, must_turn_on_two_steps(uow, found[1]))

    found = await visit.parts.transactions.read(find) if brought else None
    if found is None:
        limits.count(wrong, WRONG_PER_MINUTE, now)
        raise ApiFault(_refusal(connection, brought), 401, headers=_challenge(basic=basic))
    token, visit.person, visit.steps_missing = found
    state = connection.scope["state"]
    state[TOKEN], state[LIMIT] = token, limits.count(f"token {token.id}", PER_MINUTE, now)
    if state[LIMIT].remaining < 0:
        raise _too_often(connection, state[LIMIT])
    _must_be_allowed(connection, visit, token)


def _must_be_allowed(connection: Connection, visit: Visit, token: PersonalToken) -> None:
    assert visit.person
    if visit.person.must_change_password:
        raise ApiFault("api.token.one_time_password", 403)
    if visit.steps_missing:
        raise ApiFault("api.token.two_steps", 403)
    if token.scope is not Scope.WRITE and connection.scope.get("method") not in SAFE:
        raise ApiFault("api.token.read_only", 403)


def _brought(connection: Connection, *, basic: bool) -> str:
    """Return the token that a caller brings, "" without one.

    A browser sends what it knows for Basic by itself, also from the pages of others: only reads may take it.
    """
    kind, _, text = connection.headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic" and basic:
        try:
            return b64decode(text, validate=True).decode().partition(":")[2].strip()
        except ValueError:
            return ""
    return text.strip() if kind.lower() == "bearer" else ""


def _refusal(connection: Connection, brought: str) -> str:
    """Return the code for what opens nothing. Tools that ask for a password are often given that of the account."""
    if not brought:
        return "api.token.missing"
    by_password = connection.headers.get("authorization", "").lower().startswith("basic ")
    return "api.token.password" if by_password and not brought.startswith(PREFIX) else "api.token.wrong"


def _challenge(*, basic: bool) -> dict[str, str]:
    return {"www-authenticate": 'Bearer realm="sikpro"' + (', Basic realm="sikpro"' if basic else "")}


def _too_often(connection: Connection, left: Left) -> ApiFault:
    connection.scope["state"][LIMIT] = left
    return ApiFault(
        "api.too_often",
        429,
        {"limit": left.limit, "seconds": left.reset},
        {"retry-after": str(left.reset)},
    )


def _must_know_parameters(connection: Connection, handler: HTTPRouteHandler) -> None:
    known = {*handler.parsed_fn_signature.parameters, *handler.opt.get(TAKES, ())}
    known -= {"self", "call", "data", *connection.path_params}
    errors = {
        name[:64]: InvalidValue("api.parameter", name, known=", ".join(sorted(known)) or "-")
        for name in connection.query_params
        if name not in known
    }
    if errors:
        raise InvalidFields(errors)


async def _must_have_body(connection: Connection, handler: HTTPRouteHandler) -> None:
    assert isinstance(connection, Request)
    field = handler.parsed_data_field
    if field is not None and not (await connection.body()).strip():
        raise ApiFault("api.body.lacks", 422, {"known": known_fields(field.annotation)})


def _must_be_json(connection: Connection) -> None:
    kind = connection.headers.get("content-type", "").partition(";")[0].strip().lower()
    has_body = connection.headers.get("content-length", "0") != "0" or "transfer-encoding" in connection.headers
    if has_body and kind != "application/json":
        raise ApiFault("api.media_type", 415, {"typed": kind[:64] or "-"})
