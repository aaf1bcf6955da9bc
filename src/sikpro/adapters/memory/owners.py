"""Owners of held-up statuses in memory."""

from sikpro.adapters.memory.store import State
from sikpro.application.ports.owners import Owner


class MemoryOwners:
    """Stores the owners."""

    def __init__(self, state: State) -> None:
        self._state = state

    def all(self) -> tuple[Owner, ...]:
        """Return all owners, by status."""
        return tuple(sorted(self._state.owners.values(), key=lambda owner: owner.status))

    def of(self, status: str) -> Owner | None:
        """Return the owner of a status."""
        return self._state.owners.get(status)

    def put(self, owner: Owner) -> None:
        """Add or replace the owner of its status."""
        self._state.owners.put(owner.status, owner)

    def drop(self, status: str) -> None:
        """Delete the owner of a status, if it has one."""
        self._state.owners.drop(status)
