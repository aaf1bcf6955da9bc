"""Personal tokens: with one a script acts as a person through the JSON API."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from attrs import frozen


class Scope(StrEnum):
    """What a token is good for, within what its person may: to read, or to read and act."""

    READ = "read"
    WRITE = "write"


@frozen(kw_only=True)
class PersonalToken:
    """A token; `token_hash` is the SHA-256 of its text, hexadecimal. The text itself is not stored."""

    id: int = 0
    token_hash: str
    person: int
    name: str
    scope: Scope
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    ended_at: datetime | None = None

    def is_over(self, now: datetime, jumped: Callable[[datetime], timedelta]) -> bool:
        """Return whether it has ended; `jumped` says how far the clock was set forward since a time."""
        return self.ended_at is not None or now - jumped(self.made_at) >= self.expires_at


class PersonalTokens(Protocol):
    """The tokens of people."""

    def add(self, token: PersonalToken) -> PersonalToken:
        """Store a new token and return it with its id.

        Raises `StorageRejected` for an unknown person or a known hash.
        """

    def by_hash(self, token_hash: str) -> PersonalToken | None:
        """Return the token with this hash, also one that has ended."""

    def of_person(self, person: int) -> tuple[PersonalToken, ...]:
        """Return a person's tokens that were not ended, newest first; also those whose time is over."""

    def touch(self, token_id: int, at: datetime) -> None:
        """Record when it was used."""

    def end(self, token_id: int, at: datetime) -> None:
        """End a token; nothing changes for one that was ended or is not there."""

    def end_all(self, person: int, at: datetime) -> int:
        """End all tokens of a person, and return how many that were."""

    def forget(self, before: datetime) -> int:
        """Delete the tokens that were ended, or whose time was over, before a time; return how many."""
