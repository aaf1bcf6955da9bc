"""Personal tokens: a person makes them for their scripts, sees each once, and ends them."""

import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from sikpro.application.ports.security_events import EventKind
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tokens import PersonalToken, Scope
from sikpro.application.use_cases.people.record_event import called, record_event
from sikpro.domain.errors import DomainError, InvalidFields, InvalidValue, NotFound
from sikpro.domain.people import Person
from sikpro.domain.text import one_line

PREFIX = "sikpro_"
"""Begins every token, so that programs that look for secrets in source code know one."""

USUAL_DAYS = 90
LONGEST_DAYS = 365
"""A token lasts a year at most."""

MOST_TOKENS = 20
"""How many tokens a person may have at the same time."""

NAME_LIMIT = 80
"""The longest name of a token, in characters."""

Jumped = Callable[[datetime], timedelta]

_TOKEN = re.compile(rf"{PREFIX}[\w-]{{43}}", re.ASCII)


def make_token(
    uow: UnitOfWork, person: Person, typed: Mapping[str, str], now: datetime, *, jumped: Jumped, by: Person | None
) -> tuple[PersonalToken, str]:
    """Make a token for a person and return it with its text, which is known to nobody afterwards.

    `typed` has `name`, `scope` (`read`, `write`) and `days` (1 to 365). People make their own; `by` is None on the
    command line. Raises `NotFound` for another person's, `InvalidFields`; `InvalidValue`: `person.no_account`, or
    `token.too_many` beside `MOST_TOKENS` others.
    """
    _must_be_own(person.id, by)
    if person.role is None or not person.active:
        raise InvalidValue("person.no_account", person.name)
    name, scope, days = _understood(typed)
    if len(live_tokens(uow, person.id, now, jumped)) >= MOST_TOKENS:
        raise InvalidValue("token.too_many", str(MOST_TOKENS))
    text = PREFIX + urlsafe_b64encode(uow.chance.random_bytes(32)).decode().rstrip("=")
    token = uow.tokens.add(
        PersonalToken(
            token_hash=_hash(text),
            person=person.id,
            name=name,
            scope=scope,
            made_at=now,
            expires_at=now + timedelta(days=days),
        )
    )
    uow.journal.note("token_made", str(token.id), by.id if by else None, now, {"name": name, "scope": scope.value})
    record_event(uow, EventKind.TOKEN_MADE, by, now, object=called(person), details=f"{name} ({scope.value})")
    return token, text


def live_tokens(uow: UnitOfWork, person_id: int, now: datetime, jumped: Jumped) -> tuple[PersonalToken, ...]:
    """Return a person's tokens that open something, newest first."""
    return tuple(token for token in uow.tokens.of_person(person_id) if not token.is_over(now, jumped))


def end_token(uow: UnitOfWork, person: Person, token_id: int, now: datetime, *, by: Person | None) -> None:
    """End one of a person's tokens; nothing changes for one that is over. `by` is None on the command line.

    Raises `NotFound` for what is no token of theirs.
    """
    _must_be_own(person.id, by)
    token = next((one for one in uow.tokens.of_person(person.id) if one.id == token_id), None)
    if token is None:
        raise NotFound(what="token", name=str(token_id)[:20])
    uow.tokens.end(token.id, now)
    uow.journal.note("token_ended", str(token.id), by.id if by else None, now, {"name": token.name})
    record_event(uow, EventKind.TOKEN_ENDED, by, now, object=called(person), details=token.name)


def opened_by(uow: UnitOfWork, text: str, now: datetime, jumped: Jumped) -> tuple[PersonalToken, Person] | None:
    """Return the token with this text and its person, None for one that is unknown, over, or of nobody active."""
    if not _TOKEN.fullmatch(text):
        return None
    token = uow.tokens.by_hash(_hash(text))
    if token is None or token.is_over(now, jumped):
        return None
    person = uow.people.get(token.person)
    return (token, person) if person.active and person.role is not None else None


def _understood(typed: Mapping[str, str]) -> tuple[str, Scope, int]:
    errors: dict[str, DomainError] = {}
    name, scope, days = one_line(typed["name"]), typed["scope"], typed["days"].strip()
    if not name or len(name) > NAME_LIMIT:
        errors["name"] = InvalidValue("name.length", name)
    if scope not in set(Scope):
        errors["scope"] = InvalidValue("token.scope", scope)
    if not re.fullmatch(r"[0-9]{1,4}", days) or not 1 <= int(days) <= LONGEST_DAYS:
        errors["days"] = InvalidValue("token.days", days)
    if errors:
        raise InvalidFields(errors)
    return name, Scope(scope), int(days)


def _must_be_own(person_id: int, by: Person | None) -> None:
    if by is not None and by.id != person_id:
        raise NotFound(what="token", name="")


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
