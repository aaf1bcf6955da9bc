"""Answers of the JSON API that are kept under a key of the caller: the same request again changes nothing again."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from attrs import field, frozen

ANSWERS_KEPT = timedelta(hours=24)
"""How long an answer is kept at least."""


@frozen(kw_only=True)
class KeptAnswer:
    """An answer: `request` is the SHA-256 of the request that it belongs to, `body` its JSON."""

    request: str
    status: int
    headers: Mapping[str, str] = field(factory=dict[str, str])
    body: str = ""
    at: datetime


class KeptAnswers(Protocol):
    """The answers, by person and key. Each is kept in the transaction of the act that it tells of."""

    def find(self, person: int, key: str) -> KeptAnswer | None:
        """Return what is kept under a person's key."""

    def begin(self, person: int, key: str, request: str, at: datetime) -> None:
        """Take a key before the act, so that whoever else wants it waits for the end of this transaction.

        Raises `StorageBusy` if it is taken: another transaction was faster, and the same work finds its answer when it
        is done again. Raises `StorageRejected` for an unknown person.
        """

    def keep(self, person: int, key: str, answer: KeptAnswer) -> None:
        """Keep the answer under a key that this transaction has taken."""

    def forget(self, before: datetime) -> int:
        """Delete the answers from before a time, and return how many."""
