"""The record of security events: who did what that matters for trust, from where and when. Rows are only added."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import structlog
from attrs import frozen

_log = structlog.get_logger("sikpro.security")


class EventKind(StrEnum):
    """What happened."""

    LOGIN = "login"
    LOGOUT = "logout"
    CODE_WANTED = "code_wanted"
    LOGIN_FAILED = "login_failed"
    LOCKED = "locked"
    REFUSED = "refused"
    PASSWORD_CHANGED = "password_changed"
    PASSWORD_RESET = "password_reset"
    SESSIONS_ENDED = "sessions_ended"
    PERSON_ADDED = "person_added"
    PERSON_CHANGED = "person_changed"
    ROLE_CHANGED = "role_changed"
    PERSON_ACTIVE = "person_active"
    PERSON_REMOVED = "person_removed"
    ACCESS_APPROVED = "access_approved"
    ACCESS_REFUSED = "access_refused"
    LINK_MADE = "link_made"
    LINK_ENDED = "link_ended"
    TOKEN_MADE = "token_made"
    TOKEN_ENDED = "token_ended"
    TELEGRAM_CONNECTED = "telegram_connected"
    TELEGRAM_DISCONNECTED = "telegram_disconnected"
    TWO_STEPS_ON = "two_steps_on"
    TWO_STEPS_OFF = "two_steps_off"
    TWO_STEPS_RESET = "two_steps_reset"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    WEBHOOK_MADE = "webhook_made"
    WEBHOOK_CHANGED = "webhook_changed"
    WEBHOOK_REMOVED = "webhook_removed"
    SETTINGS_CHANGED = "settings_changed"
    EXPORT_REQUESTED = "export_requested"
    DOWNLOADED = "downloaded"


TROUBLE = frozenset({EventKind.LOGIN_FAILED, EventKind.LOCKED, EventKind.REFUSED})
"""The kinds that were refused."""


@frozen(kw_only=True)
class SecurityEvent:
    """An event. `actor` is None for strangers, the command line and the system; `name` is the actor's at that time.

    `object` and `details` are short texts without any secret. `address` is "" where there is none.
    """

    id: int = 0
    kind: EventKind
    actor: int | None
    name: str = ""
    object: str = ""
    address: str = ""
    at: datetime
    details: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts in which a search looks."""
        return self.name, self.object, self.address, self.details


@frozen(kw_only=True)
class EventFilter:
    """Which events: `text` is part of one of their texts, without case; from `since` until before `until`."""

    text: str = ""
    kind: EventKind | None = None
    actor: int | None = None
    since: datetime | None = None
    until: datetime | None = None


class SecurityEvents(Protocol):
    """The events, saved with what they record. None is ever changed or deleted.

    Each is also written as a line of the log, after the commit.
    """

    def add(self, event: SecurityEvent) -> SecurityEvent:
        """Save an event and return it with its id."""

    def page(self, which: EventFilter, *, before: int | None, limit: int) -> tuple[SecurityEvent, ...]:
        """Return the events with an id below `before`, newest first."""

    def counts(self, start: datetime, end: datetime) -> Mapping[EventKind, int]:
        """Count the events of each kind from a time until before another."""


def log_events(events: Iterable[SecurityEvent]) -> None:
    """Write the committed events to the log, one line each with the same fields.

    A script that set up no log gets none: its standard output is its own.
    """
    for event in events if structlog.is_configured() else ():
        _log.info(
            "security event",
            kind=event.kind.value,
            actor=event.actor,
            name=event.name,
            object=event.object,
            address=event.address,
            at=event.at.isoformat(),
            details=event.details,
        )
