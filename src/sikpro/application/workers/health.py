"""Whether the system is well: each of its parts with a state, and whether orders can still come in."""

from datetime import datetime, timedelta

from attrs import frozen

DATABASE, DISK, INTEGRITY, BOT = "database", "disk", "integrity", "bot"
RELAY, JOBS, EXPORTS, BACKUP, CLOCK = "relay", "jobs", "exports", "backup", "clock"


@frozen(kw_only=True)
class Part:
    """A part of the system. `state` is a code, and with `ill` somebody should act; `stops`: no order can be worked.

    `since` is when it came to be so, None where nobody knows. `measure` is a number for the sentence about it.
    """

    name: str
    state: str
    since: datetime | None = None
    ill: bool = False
    stops: bool = False
    measure: int = 0


@frozen(kw_only=True)
class Health:
    """All parts. `unsent` is the age of the oldest message that has not left; `update` of the last one received.

    `failed` counts the messages that an outage left, `failed_age` is the age of the oldest of them.
    """

    parts: tuple[Part, ...] = ()
    unsent: timedelta | None = None
    failed: int = 0
    failed_age: timedelta | None = None
    update: timedelta | None = None

    @property
    def ok(self) -> bool:
        """Whether orders can come in and be answered."""
        return not any(part.stops for part in self.parts)

    @property
    def ready(self) -> bool:
        """Whether this process can serve: its store works, its disk has room, its data are whole."""
        return all(part.state != "starting" and not part.stops for part in self.parts if part.name in _OWN)

    def state(self, name: str) -> str:
        """Return the state of a part, "" for one that is not there."""
        return next((part.state for part in self.parts if part.name == name), "")


_OWN = frozenset({DATABASE, DISK, INTEGRITY})
