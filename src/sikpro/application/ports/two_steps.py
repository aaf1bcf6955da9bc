"""The second step of a login: the secret of an authenticator, recovery codes, and logins that wait for a code."""

from datetime import datetime
from typing import Protocol

from attrs import field, frozen


@frozen(kw_only=True)
class SecondStep:
    """The secret that a person shares with their authenticator (base32, RFC 6238), on since a time or only prepared.

    `last_step` is the newest period of 30 seconds, counted from 1970, whose code was accepted; 0 for none.
    """

    person: int
    secret: str = field(repr=False)
    on_since: datetime | None = None
    last_step: int = 0


class SecondSteps(Protocol):
    """The second steps, apart from the people: a secret is in no list, file or log.

    They and the recovery codes go with their person.
    """

    def of(self, person: int) -> SecondStep | None: ...
    def prepare(self, person: int, secret: str) -> None:
        """Store a secret in place of one that was only prepared; do nothing while one is on.

        Raises `StorageRejected` for an unknown person.
        """

    def turn_on(self, person: int, step: int, at: datetime) -> bool:
        """Turn on the prepared one, whose code of `step` was accepted. Return False if there is none."""

    def take_step(self, person: int, step: int) -> bool:
        """Record that the code of a period was accepted. Return False unless it is newer than the last, and on."""

    def drop(self, person: int) -> bool:
        """Delete a person's second step and recovery codes. Return whether it was on."""

    def drop_prepared(self, person: int) -> None:
        """Delete a secret that was only prepared."""

    def put_recovery_codes(self, person: int, hashes: frozenset[str]) -> None:
        """Store recovery codes, as hashes, in place of the earlier ones."""

    def use_recovery_code(self, person: int, code_hash: str) -> bool:
        """Use up a recovery code. Return False if the person has no such code."""

    def recovery_codes_left(self, person: int) -> int: ...


@frozen(kw_only=True)
class LoginTicket:
    """A login with the right password that waits for its code; `id` is the SHA-256 of its token, hexadecimal.

    `password` is a hash of the password's hash: another password ends the ticket.
    """

    id: str
    person: int
    password: str = field(repr=False)
    expires_at: datetime
    own_device: bool = False


class LoginTickets(Protocol):
    """The logins that wait for a code."""

    def add(self, ticket: LoginTicket) -> None:
        """Store a ticket. Raises `StorageRejected` for an unknown person."""

    def get(self, ticket_id: str) -> LoginTicket | None: ...
    def use(self, ticket_id: str) -> bool:
        """Use a ticket up. Return False if it was used before or does not exist."""

    def forget(self, before: datetime) -> None:
        """Delete the tickets that expired before a time."""
