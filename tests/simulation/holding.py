"""What the processes do in the stores, as committed: who holds what, who serves the bot, and what is worth counting."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

from attrs import define, field, frozen

from sikpro.application.ports.storage import UnitOfWork
from tests.simulation.loop import Life

_CLAIMED = ("outbox", "jobs", "files", "photo_reads", "exports", "written_tables")
_WATCHED = (*_CLAIMED, "bots", "inbox", "conversations", "schedules")
_READS = frozenset(
    {
        *("get", "counts", "next_due", "of_order", "order_of", "id_of", "all", "of_person", "of_album", "put"),
        *("rows", "refused", "wrote", "taken_back", "to_take_back"),
    }
)

Key = tuple[str, int]


@frozen
class Claim:
    """A claim by a process, until a time of the machine's clock."""

    life: Life
    until: datetime


@define
class Holding:
    """Sees every claim and every end of one. `told` hears of a thing that two hold, `reach` of interesting states.

    `server` is the process that took or renewed the bot's lease last.
    """

    told: Callable[[str], None]
    reach: Callable[[str], None]
    claims: dict[Key, Claim] = field(factory=dict[Key, Claim])
    server: Life | None = None
    _new: dict[Key, Claim | None] = field(factory=dict)
    _reached: list[str] = field(factory=list[str])
    _serves: bool = False

    def begin(self) -> None:
        """Forget what a transaction did that was not committed."""
        self._new, self._reached, self._serves = {}, [], False

    def commit(self, life: Life) -> None:
        """Take over what the transaction did."""
        for key, claim in self._new.items():
            if claim is None:
                self.claims.pop(key, None)
            else:
                self.claims[key] = claim
        for state in self._reached:
            self.reach(state)
        if self._serves:
            if self.server is not None and self.server.name[0] != life.name[0]:
                self.reach("a lease handed over")
            self.server = life
        self.begin()

    def forget_all(self) -> None:
        """Forget all claims: the clock was set, and a lease's end means something else now."""
        self.claims.clear()

    def watched(self, uow: UnitOfWork, life: Life) -> UnitOfWork:
        """Return the unit of work, watched."""
        return cast("UnitOfWork", _WatchedUnit(uow, self, life))

    def saw(self, table: str, method: str, given: tuple[Any, ...], result: Any, life: Life) -> None:
        """See a call and its result."""
        match table, method:
            case "bots", "lease":
                self._serves = bool(result)
            case "inbox", "receive" if result is None:
                self._reached.append("an update that the inbox knew")
            case "conversations", "put" if given[0].reminded_at is not None:
                self._reached.append("a draft reminded of")
            case "schedules", "put" if given[0].message is not None:
                self._reached.append("a recap sent by its schedule")
            case _, "claim":
                self._claimed(table, result, given[0], given[1], life)
            case _, "progress":
                self._new["exports", given[0].id] = Claim(life, given[3]) if result else None
            case "written_tables", "portion" | "portion_back":
                self._new[table, given[0].id] = Claim(life, given[3] + given[4]) if result.state.open else None
            case _ if table in _CLAIMED:
                self._touched(table, method, given)

    def _claimed(self, table: str, found: Any, now: datetime, lease: timedelta, life: Life) -> None:
        """Note a claim. It is wrong while another process that lives holds the thing."""
        for item in found if isinstance(found, tuple) else (found,):
            if item is None:
                continue
            key = table, item.id
            held = self.claims.get(key)
            if held and held.life is not life and not held.life.dead and held.until > now:
                self.told(f"{table} {item.id}: {life.name} claims what {held.life.name} holds until {held.until}")
            self._new[key] = Claim(life, now + lease)

    def _touched(self, table: str, method: str, given: tuple[Any, ...]) -> None:
        """Note that something was done with a thing, which ends its claim."""
        if method == "release_all":
            self._new |= {key: None for key in self.claims if key[0] == table}
        elif given:
            number = getattr(given[0], "id", given[0])
            if isinstance(number, int):
                self._new[table, number] = None


class _WatchedUnit:
    """A unit of work; some of its stores tell what is done with them."""

    def __init__(self, inner: UnitOfWork, holding: Holding, life: Life) -> None:
        self._inner = inner
        for name in _WATCHED:
            setattr(self, name, _WatchedTable(getattr(inner, name), name, holding, life))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class _WatchedTable:
    def __init__(self, inner: Any, table: str, holding: Holding, life: Life) -> None:
        self._inner, self._table, self._holding, self._life = inner, table, holding, life

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if name in _READS and self._table in _CLAIMED:
            return method

        def watched(*given: Any, **named: Any) -> Any:
            result = method(*given, **named)
            self._holding.saw(self._table, name, given, result, self._life)
            return result

        return watched
