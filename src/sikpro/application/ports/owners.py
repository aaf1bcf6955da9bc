"""The owners of held-up statuses: a person or a group, who removes what holds orders up."""

from typing import Protocol

from attrs import frozen


@frozen(kw_only=True)
class Owner:
    """The owner of a status: a person, or the group `chat_id` with its `topic`.

    `label` is the name when it was chosen.
    """

    status: str
    label: str
    person: int | None = None
    chat_id: int | None = None
    topic: int | None = None


class Owners(Protocol):
    """One owner at most for each status."""

    def all(self) -> tuple[Owner, ...]:
        """Return all owners, by status."""

    def of(self, status: str) -> Owner | None:
        """Return the owner of a status."""

    def put(self, owner: Owner) -> None:
        """Add or replace the owner of its status."""

    def drop(self, status: str) -> None:
        """Delete the owner of a status, if it has one."""
