"""Sessions of the web, links that connect a phone, and failed logins."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from attrs import frozen

from sikpro.domain.installation import SessionTimes

CONFIRMED_FOR = timedelta(minutes=10)
"""How long a password that was given in a session is enough for changes of passwords, roles and second steps."""


@frozen(kw_only=True)
class Session:
    """A login; `id` is the SHA-256 of its token, hexadecimal. `own_device`: the person marked it as their own.

    `confirmed_at` is when the person last gave their password in it, None for a session from before this was known.
    """

    id: str
    person: int
    created_at: datetime
    used_at: datetime
    own_device: bool = False
    confirmed_at: datetime | None = None

    def is_over(self, now: datetime, times: SessionTimes, jumped: Callable[[datetime], timedelta]) -> bool:
        """Return whether it has ended by itself; `jumped` says how far the clock was set forward since a time."""
        unused = now - self.used_at - jumped(self.used_at)
        if unused > (times.unused_on_own_device if self.own_device else times.unused):
            return True
        age = now - self.created_at - jumped(self.created_at)
        return age > times.longest and unused >= times.no_shift

    def is_confirmed(self, now: datetime) -> bool:
        """Return whether its password was given lately; a time that is still to come does not count."""
        return self.confirmed_at is not None and timedelta() <= now - self.confirmed_at <= CONFIRMED_FOR


class Sessions(Protocol):
    """The sessions of the web. Visitors who have not logged in have none."""

    def add(self, session: Session) -> None: ...
    def get(self, session_id: str) -> Session | None:
        """Return the session, or None if it is revoked or unknown."""

    def owner(self, session_id: str) -> int | None:
        """Return whose session it is, also of one that is revoked; None if it is unknown or forgotten."""

    def touch(self, session_id: str, at: datetime) -> None:
        """Record when it was used. A revoked session stays revoked."""

    def confirm(self, session_id: str, at: datetime) -> None:
        """Record when the person gave their password again. A revoked session stays revoked."""

    def of_person(self, person: int) -> tuple[Session, ...]:
        """Return a person's sessions that are not revoked, the last used first."""

    def revoke(self, session_id: str, at: datetime) -> None: ...
    def revoke_all(self, person: int, at: datetime, *, but: str | None = None) -> None: ...
    def forget(self, unused_since: datetime) -> int:
        """Delete sessions not used since a time, and return how many."""


@frozen(kw_only=True)
class BindLink:
    """A link that connects a Telegram account to a person; `id` is the SHA-256 of its token, hexadecimal."""

    id: str
    person: int
    made_by: int
    expires_at: datetime
    used_at: datetime | None = None


class BindLinks(Protocol):
    """The links with which people connect their phones. Only the newest link of each person is kept."""

    def put(self, link: BindLink) -> None:
        """Store a new link in place of the person's earlier one. Raises `StorageRejected` for an unknown person."""

    def get(self, link_id: str) -> BindLink | None: ...
    def use(self, link_id: str, at: datetime) -> bool:
        """Use a link up. Return False if it was used before or does not exist."""


class LoginAttempts(Protocol):
    """Failed logins, counted for each account and address together, for each account, and for each address."""

    def add(self, account: str, address: str, at: datetime) -> None: ...
    def count(self, account: str, address: str, since: datetime) -> int:
        """Count the failures of this account from this address."""

    def count_account(self, account: str, since: datetime) -> int:
        """Count the failures of this account from any address."""

    def count_address(self, address: str, since: datetime) -> int:
        """Count the failures of any account from this address."""

    def clear(self, account: str, address: str) -> None: ...
    def forget(self, before: datetime, after: datetime) -> None:
        """Delete those before a time, and those after another: they are from a clock that was ahead."""
