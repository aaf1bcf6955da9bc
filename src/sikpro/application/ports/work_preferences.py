"""How a person likes to work on orders in the console, and which orders they serve."""

from collections.abc import Set as AbstractSet
from typing import Protocol

from attrs import frozen


@frozen(kw_only=True)
class WorkPreferences:
    """The choices of one person.

    `side_by_side` shows the order beside a dense list, where the screen is wide enough. `go_on` opens the next of the
    person's orders after an answer. `stos`, `types` and `site_operations` are the codes that the person serves: *take
    next* takes only these orders. An empty one means all.
    """

    person_id: int
    side_by_side: bool = True
    go_on: bool = True
    stos: AbstractSet[str] = frozenset()
    types: AbstractSet[str] = frozenset()
    site_operations: AbstractSet[str] = frozenset()


class WorkPreferencesStore(Protocol):
    """The choices of all people."""

    def of(self, person_id: int) -> WorkPreferences:
        """Return the choices of a person; those that hold at first, if the person never chose."""

    def save(self, preferences: WorkPreferences) -> None:
        """Store the choices in place of the person's earlier ones."""
