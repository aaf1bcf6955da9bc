"""Axes: round ticks, and positions of values on a canvas."""

from collections.abc import Sequence
from math import ceil, floor, log10

from attrs import frozen


@frozen
class Scale:
    """Maps values from `low` to `high` to positions from `start` to `end`; values outside are cut off."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the position of a value."""
        part = (value - self.low) / ((self.high - self.low) or 1)
        return round(self.start + min(max(part, 0), 1) * (self.end - self.start), 1)


def ticks(low: float, high: float, most: int = 5) -> Sequence[int]:
    """Return round whole numbers from at most `low` to at least `high`, with steps of 1, 2 or 5 times a power of ten.

    >>> ticks(0, 37), ticks(1030, 1290)
    ([0, 10, 20, 30, 40], [1000, 1100, 1200, 1300])
    """
    rough = max((high - low) / max(most - 1, 1), 1)
    power = 10 ** floor(log10(rough))
    step = int(next(power * times for times in (1, 2, 5, 10) if power * times >= rough))
    first, last = floor(low / step), max(ceil(high / step), floor(low / step) + 1)
    return [step * place for place in range(first, last + 1)]


def from_zero_or_near(values: Sequence[float]) -> tuple[float, float]:
    """Return the ends of an axis: from zero, unless all values are far above it."""
    low, high = min(values, default=0), max(values, default=1)
    return (0 if low < 0.5 * high else low - 0.25 * (high - low or 1)), high
