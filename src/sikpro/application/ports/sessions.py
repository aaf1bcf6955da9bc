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
    used_at: datetime


class Sessions(Protocol):
    """The web's logins; nothing is kept of visitors who have not logged in."""

    def add(self, session: Session) -> None: ...
    def get(self, session_id: str) -> Session | None:
        """The session, unless it is revoked."""

    def touch(self, session_id: str, at: datetime) -> None:
        """Note that it was used; a revoked one stays revoked."""

    def of_person(self, person: int) -> tuple[Session, ...]:
        """A person's sessions that are not revoked, the one used last first."""

    def revoke(self, session_id: str, at: datetime) -> None: ...
    def revoke_all(self, person: int, at: datetime, *, but: str | None = None) -> None: ...
    def forget(self, unused_since: datetime) -> int:
        """Delete sessions not used since, and return how many."""


@frozen(kw_only=True)
class BindLink:
    """A link that binds a Telegram account to a person; `id` is the sha256 of its token, hexadecimal."""

    id: str
    person: int
    made_by: int
    expires_at: datetime
    used_at: datetime | None = None


class BindLinks(Protocol):
    """The links by which people bind their phones, the newest of each person alone."""

    def put(self, link: BindLink) -> None:
        """Keep a new link in place of the person's earlier one. Raises `StorageRejected` for nobody's."""

    def get(self, link_id: str) -> BindLink | None: ...
    def use(self, link_id: str, at: datetime) -> bool:
        """Use a link up; False when it was used before or is not there."""


class LoginAttempts(Protocol):
    """Failed logins, counted for each account and address together, and each address."""

    def add(self, account: str, address: str, at: datetime) -> None: ...
    def count(self, account: str, address: str, since: datetime) -> int:
        """Failures of this account from this address."""

    def count_address(self, address: str, since: datetime) -> int:
        """Failures of any account from this address."""

    def clear(self, account: str, address: str) -> None: ...
    def forget(self, before: datetime) -> None: ...
