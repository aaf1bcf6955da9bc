"""The clock, the passwords and the live hints."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol

from sikpro.application.ports.storage import Hint

CLOCK_STEP = timedelta(minutes=1)
"""By how much two readings of the clock must differ from the time between them for the clock to have been set.

It is also by how much the clocks of two machines may differ: what was decided later than this after now was decided by
a clock that was ahead.
"""


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime:
        """The present time, UTC."""


class Passwords(Protocol):
    """Passwords as hashes; slow on purpose, so call it outside transactions and off the event loop."""

    def hash(self, password: str) -> str:
        """The hash to keep."""

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether it fits; None takes as long as a real one and never fits."""


class LiveEvents(Protocol):
    """Hints to open pages and waiting loops, after a commit. A subscriber that is slow gets them merged."""

    def publish(self, hints: Sequence[Hint]) -> None:
        """Tell all subscribers; from any thread."""

    def subscribe(self) -> AbstractContextManager[AsyncIterator[Hint]]:
        """Hints from now on, until the block is left or `close` is called."""

    def close(self) -> None:
        """End every subscription."""
