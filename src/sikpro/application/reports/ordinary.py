"""What is ordinary: the band of a series of figures, so that nobody chases noise (an XmR chart).

The band is the mean ± 2.66 × the mean moving range (Wheeler, *Understanding Variation*): the limits of natural
variation of single values. A figure inside it needs no explanation.
"""

from collections.abc import Sequence
from itertools import pairwise

from attrs import frozen

LEAST = 6
"""The fewest figures that make a band; fewer say nothing about what is ordinary."""

_SPREAD = 2.66


@frozen(kw_only=True)
class Band:
    """The mean of the figures before, and the limits of what is ordinary; `low` is never below 0."""

    mean: float
    low: float
    high: float

    def outside(self, value: float) -> int:
        """Return 1 for a figure above the band, -1 for one below it, 0 for an ordinary one."""
        return (value > self.high) - (value < self.low)


def band(values: Sequence[float]) -> Band | None:
    """Return the band of figures in the order of time; None with fewer than `LEAST`.

    >>> band([10, 12, 11, 13, 12, 11])
    Band(mean=11.5, low=7.776, high=15.224)
    """
    if len(values) < LEAST:
        return None
    mean = sum(values) / len(values)
    moves = [abs(after - before) for before, after in pairwise(values)]
    half = _SPREAD * sum(moves) / len(moves)
    return Band(mean=round(mean, 3), low=round(max(mean - half, 0), 3), high=round(mean + half, 3))
