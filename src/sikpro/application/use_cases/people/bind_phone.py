"""A link that connects a person's Telegram account: made by their manager or themselves, valid once, for a day."""

import re
import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from attrs import evolve

from sikpro.application.ports.security_events import EventKind
from sikpro.application.ports.sessions import BindLink
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.people.grant_access import decide_access
from sikpro.application.use_cases.people.manage_people import must_manage_phone
from sikpro.application.use_cases.people.record_event import called, record_event
from sikpro.domain.errors import InvalidValue, NotPermitted
from sikpro.domain.people import Person, RequestState

LINK_LASTS = timedelta(hours=24)

_START = re.compile(r"(/start\S*\s+|[?&]start=)[\w-]{20,}", re.ASCII | re.IGNORECASE)


def new_link_token() -> str:
    """Return a secret for Telegram's start parameter: 32 of `A-Z a-z 0-9 _ -` (Telegram allows 64)."""
    return secrets.token_urlsafe(24)


def without_link_token(text: str) -> str:
    """Return a message without the secret of a link, which opens until it is used: a record of messages is read.

    >>> without_link_token("/start 0123456789abcdef0123456789abcdef"), without_link_token("/start")
    ('/start ***', '/start')
    """
    return _START.sub(r"\1***", text)


def make_bind_link(uow: UnitOfWork, person_id: int, token: str, by: Person, now: datetime) -> Person:
    """Store a link's hashed token for a person; people with an account make their own. Their earlier link ends.

    Raises `NotPermitted`, `NotFound`, and `InvalidValue` for somebody already connected or deactivated.
    """
    person = uow.people.get(person_id)
    must_manage_phone(by, person)
    if person.telegram_id is not None:
        raise InvalidValue("link.bound", person.name)
    if not person.active:
        raise InvalidValue("link.inactive", person.name)
    uow.bind_links.put(BindLink(id=_hash(token), person=person_id, made_by=by.id, expires_at=now + LINK_LASTS))
    uow.journal.note("bind_link_made", str(person_id), by.id, now, {})
    record_event(uow, EventKind.LINK_MADE, by, now, object=called(person), details="Telegram")
    return person


def bind_by_link(
    uow: UnitOfWork, token: str, telegram_id: int, chat_id: int, now: datetime, *, language: str = ""
) -> Person:
    """Connect the Telegram account that opened a link and return its person; a pending request is approved.

    `language` is what the account chose before it was known. Raises `InvalidValue`: `link.wrong` for a link that is
    unknown, expired or for a deactivated person, or whose maker lost the permission; `link.used`; `link.other` when the
    account belongs to another person.
    """
    link = uow.bind_links.get(_hash(token))
    if link is None or link.expires_at <= now:
        raise InvalidValue("link.wrong", "")
    person, maker = uow.people.get(link.person), uow.people.get(link.made_by)
    bound = uow.people.by_telegram(telegram_id)
    if bound is not None and bound.id == person.id:
        return bound
    if bound is not None:
        raise InvalidValue("link.other", bound.name)
    if link.used_at is not None or person.telegram_id is not None:
        raise InvalidValue("link.used", "")
    try:
        must_manage_phone(maker, person)
    except NotPermitted as error:
        raise InvalidValue("link.wrong", "") from error
    if not person.active:
        raise InvalidValue("link.wrong", "")
    if not uow.bind_links.use(link.id, now):
        raise InvalidValue("link.used", "")
    person = uow.people.save(evolve(person, telegram_id=telegram_id, language=language or person.language))
    request = uow.access_requests.pending_of(telegram_id)
    if request:
        decide_access(uow, request, RequestState.APPROVED, maker, now)
    uow.conversations.drop(chat_id, telegram_id)
    uow.journal.note("bound_by_link", str(person.id), maker.id, now, {"telegram_id": str(telegram_id)})
    said = f"Telegram {telegram_id}"
    record_event(uow, EventKind.TELEGRAM_CONNECTED, maker, now, object=called(person), details=said)
    return person


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()
