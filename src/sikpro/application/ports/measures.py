"""What happens in this process, told to whoever watches it; nothing depends on it."""

from typing import Protocol


class Measures(Protocol):
    """Hears what happened. A call is cheap, never fails, and may come from any thread.

    Every name is one of a few: a code, a state, the template of an address. It never is what a person typed. `cause` is
    what it was done for (`cause.cause`), "" if nobody knows.
    """

    def update(self, outcome: str, seconds: float, cause: str = "") -> None:
        """Hear of an update that is stored, with its outcome, and the seconds that it took to decide it."""

    def message(self, fate: str, seconds: float, cause: str = "") -> None:
        """Hear of a try to send a message: `later` if another follows, else the state in which it ended.

        `seconds` passed since it was queued.
        """

    def request(self, method: str, route: str, status: int, seconds: float, cause: str = "") -> None:
        """Hear of an answered request by the template of its address, and the seconds until its answer began."""

    def transaction(self, kind: str, seconds: float, cause: str = "") -> None:
        """Hear of a `write`, `read` or `long_read` of the store that ended, with its wait for a thread."""

    def close(self) -> None:
        """Hand on what is still here; it takes some seconds at most. Afterwards nothing is kept."""


class NoMeasures:
    """Keeps nothing: where nobody watches."""

    def update(self, outcome: str, seconds: float, cause: str = "") -> None:
        """Do nothing."""

    def message(self, fate: str, seconds: float, cause: str = "") -> None:
        """Do nothing."""

    def request(self, method: str, route: str, status: int, seconds: float, cause: str = "") -> None:
        """Do nothing."""

    def transaction(self, kind: str, seconds: float, cause: str = "") -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


NO_MEASURES = NoMeasures()
"""For all who are not watched: it has no state."""


class SeveralMeasures:
    """Tells each of several."""

    def __init__(self, *each: Measures) -> None:
        self._each = each

    def update(self, outcome: str, seconds: float, cause: str = "") -> None:
        """Tell each of an update."""
        for one in self._each:
            one.update(outcome, seconds, cause)

    def message(self, fate: str, seconds: float, cause: str = "") -> None:
        """Tell each of a try to send."""
        for one in self._each:
            one.message(fate, seconds, cause)

    def request(self, method: str, route: str, status: int, seconds: float, cause: str = "") -> None:
        """Tell each of a request."""
        for one in self._each:
            one.request(method, route, status, seconds, cause)

    def transaction(self, kind: str, seconds: float, cause: str = "") -> None:
        """Tell each of a transaction."""
        for one in self._each:
            one.transaction(kind, seconds, cause)

    def close(self) -> None:
        """Close each."""
        for one in self._each:
            one.close()
