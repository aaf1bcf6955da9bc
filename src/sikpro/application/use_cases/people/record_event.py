"""Record security events in the transaction of the act that they are about."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from sikpro.application.ports.security_events import EventFilter, EventKind, SecurityEvent
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.people import Person
from sikpro.domain.text import one_line

LONGEST = 200
"""The most characters of an object and of details."""

OFTEN = 30
"""How many refusals of one person are recorded in a minute: a flood of them does not fill the record."""

_SECRET = re.compile(r"[^/?&=]{25,}")
"""A part of an address that may be a token or the id of a session: longer than every id and code of ours."""

_address: ContextVar[str] = ContextVar("address", default="")


@contextmanager
def coming_from(address: str) -> Iterator[None]:
    """Record all events inside, also those of the transactions' threads, with the address of the request."""
    token = _address.set(address)
    try:
        yield
    finally:
        _address.reset(token)


def record_event(
    uow: UnitOfWork,
    kind: EventKind,
    by: Person | None,
    now: datetime,
    *,
    object: str = "",  # noqa: A002  # the field's name
    details: str = "",
) -> SecurityEvent:
    """Record an event by a person, or by nobody who is known. The texts must not have a secret."""
    return uow.security_events.add(
        SecurityEvent(
            kind=kind,
            actor=by.id if by else None,
            name=called(by) if by else "",
            object=_short(object),
            address=_address.get(),
            at=now,
            details=_short(details),
        )
    )


def record_refusal(uow: UnitOfWork, by: Person, path: str, method: str, now: datetime) -> None:
    """Record that a person was refused a page or an act: each once in a minute, and `OFTEN` in all."""
    last_minute = EventFilter(kind=EventKind.REFUSED, actor=by.id, since=now - timedelta(minutes=1))
    known = uow.security_events.page(last_minute, before=None, limit=OFTEN)
    refused = (_short(safe_address(path)), method)
    if len(known) < OFTEN and refused not in {(event.object, event.details) for event in known}:
        record_event(uow, EventKind.REFUSED, by, now, object=refused[0], details=method)


def called(person: Person) -> str:
    """Return a person's name with user name or technician code, for a record that outlives both."""
    code = person.username or person.technician_code
    return f"{person.name} ({code})" if code else person.name


def safe_address(path: str) -> str:
    """Return the path of a page without the parts that may be secret.

    >>> safe_address("/wall/4fzbX9W1kZkA0m2qJ3tPq8LrV7cYdEwU5hNsGi6oTxM")
    '/wall/***'
    """
    return _SECRET.sub("***", path)


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
