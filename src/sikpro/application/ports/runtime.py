"""The clock, the passwords and the live hints."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol

from attrs import frozen

from sikpro.application.ports.storage import Hint

CLOCK_STEP = timedelta(minutes=1)
"""A greater difference between the clock and the time that has passed means that the clock was set.

It is also the most that the clocks of two machines may differ. A time further in the future than this came from a clock
that was ahead.
"""

FAR_AHEAD = timedelta(days=1)
"""Nothing is put off as long as this: a due time further in the future is from a clock that has been set back since."""


class Clock(Protocol):
    """The clock."""

    def now(self) -> datetime:
        """Return the present time in UTC."""


class Passwords(Protocol):
    """Password hashing. It is slow on purpose: call it outside transactions and off the event loop."""

    def hash(self, password: str) -> str:
        """Return the hash to store."""

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password fits the hash. None takes as long as a real hash and never fits."""


@frozen
class News:
    """The hints of one moment, one for each kind; `position` is the place after them.

    With `missed` earlier hints are unknown: everything may have changed.
    """

    position: str
    hints: tuple[Hint, ...]
    missed: bool


class LiveEvents(Protocol):
    """Hints to open pages and waiting loops, after a commit. A slow subscriber gets them merged."""

    def publish(self, hints: Sequence[Hint]) -> None:
        """Send hints to all subscribers. Safe from any thread."""

    def subscribe(self) -> AbstractContextManager[AsyncIterator[Hint]]:
        """Return a context of hints from now on. It ends when the block is left or `close` is called."""

    def follow(self, after: str = "") -> AbstractContextManager[AsyncIterator[News]]:
        """Return a context of news after a position.

        The first comes at once: the hints after the position, perhaps none, or `missed` if the position is not known
        or too old. It ends when the block is left or `close` is called.
        """

    def close(self) -> None:
        """End every subscription, also later ones."""
