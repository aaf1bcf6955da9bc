"""The web's logins and the failed ones."""

from datetime import datetime
from typing import Protocol

from attrs import frozen


@frozen(kw_only=True)
class Session:
    """A login; `id` is the sha256 of its token, hexadecimal."""

    id: str
    person: int
    created_at: datetime
    seen_at: datetime


class Sessions(Protocol):
    """The web's logins; nothing is kept of visitors who have not logged in."""

    def add(self, session: Session) -> None: ...
    def get(self, session_id: str) -> Session | None:
        """The session, unless it is revoked."""

    def touch(self, session_id: str, at: datetime) -> None:
        """Note that it was used; a revoked one stays revoked."""

    def revoke(self, session_id: str, at: datetime) -> None: ...
    def revoke_all(self, person: int, at: datetime, *, but: str | None = None) -> None: ...
    def forget(self, seen_before: datetime) -> int:
        """Delete sessions not used since, and return how many."""


class LoginAttempts(Protocol):
    """Failed logins, counted for each account and address together, and each address."""

    def add(self, account: str, address: str, at: datetime) -> None: ...
    def count(self, account: str, address: str, since: datetime) -> int:
        """Failures of this account from this address."""

    def count_address(self, address: str, since: datetime) -> int:
        """Failures of any account from this address."""

    def clear(self, account: str, address: str) -> None: ...
    def forget(self, before: datetime) -> None: ...
