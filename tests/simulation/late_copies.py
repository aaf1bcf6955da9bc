"""The state in memory, whose tables are copied when they are used: most transactions use two of sixty."""

from collections.abc import Mapping
from typing import Any, cast

from sikpro.adapters.memory.store import State, Table

_Tables = Mapping[str, "Table[Any, Any]"]


def late(state: State) -> State:
    """Return a state with the same rows that forks as `State` does, only later.

    >>> one = late(State())
    >>> other = one.fork()
    >>> other.jobs.put(1, "work")
    >>> len(one.jobs), len(other.jobs)
    (0, 1)
    """
    return cast("State", LateCopies({name: getattr(state, name) for name in State.__annotations__}))


class LateCopies:
    """Stands where a `State` stands. The tables that it was made with are never written, only forked."""

    def __init__(self, given: _Tables) -> None:
        self._given = given

    def __getattr__(self, name: str) -> "Table[Any, Any]":
        """Return the table of this state; called once for each, at its first use."""
        if name.startswith("_"):
            raise AttributeError(name)
        table = self.__dict__[name] = self._given[name].fork()
        return table

    def fork(self) -> "LateCopies":
        """Return a copy of the state that can change separately."""
        return LateCopies(self._as_given())

    def restore(self, other: "LateCopies") -> None:
        """Take over the other state."""
        given = other._as_given()
        for name in self._used():
            del self.__dict__[name]
        self._given = given

    def must_have_order(self, order_id: int | None) -> None:
        """Raise `StorageRejected` if the order does not exist, as a foreign key does."""
        State.must_have_order(cast("State", self), order_id)

    def _used(self) -> "tuple[str, ...]":
        return tuple(name for name in self.__dict__ if not name.startswith("_"))

    def _as_given(self) -> _Tables:
        used = self._used()
        return {**self._given, **{name: self.__dict__[name].fork() for name in used}} if used else self._given
