"""The wait before the next request to a network that failed."""

from collections.abc import Callable

from attrs import frozen

from sikpro.application.ports.chance import Chance


@frozen
class Backoff:
    """Capped exponential waits with full jitter: any time from 0 to `first * factor ** failures`.

    Full jitter prevents that several processes retry a lost network at the same times
    (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).

    >>> backoff = Backoff(first=1.0, cap=30.0, chance=lambda: 1.0)
    >>> [backoff.seconds(failures) for failures in range(7)]
    [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
    """

    first: float = 0.5
    cap: float = 30.0
    factor: float = 2.0
    chance: Callable[[], float] = Chance().share

    def seconds(self, failures: int, at_least: float | None = None) -> float:
        """Return the seconds to wait after `failures` earlier failures in a row (0 for the first one).

        `at_least` is the network's own request (`retry_after`). The wait is never shorter, and the cap does not lower
        it.
        """
        try:
            ceiling = min(self.cap, self.first * self.factor ** max(failures, 0))
        except OverflowError:
            ceiling = self.cap
        return max(ceiling * self.chance(), at_least or 0.0)
