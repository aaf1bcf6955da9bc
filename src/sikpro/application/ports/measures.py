"""Counts of what happens in this process, for whoever watches it; nothing depends on them."""

from typing import Protocol


class Measures(Protocol):
    """Counts what happened. A call is cheap, never fails, and may come from any thread.

    Every name is one of a few: a code, a state, the template of an address. It never is what a person typed.
    """

    def update(self, outcome: str, seconds: float) -> None:
        """Count an update that is stored, with its outcome, and the seconds that it took to decide it."""

    def message(self, fate: str, seconds: float) -> None:
        """Count a try to send a message: `later` if another follows, else the state in which it ended.

        `seconds` passed since it was queued.
        """

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answered request by the template of its address, and the seconds until its answer began."""


class NoMeasures:
    """Counts nothing: where nobody watches."""

    def update(self, outcome: str, seconds: float) -> None:
        """Do nothing."""

    def message(self, fate: str, seconds: float) -> None:
        """Do nothing."""

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Do nothing."""
