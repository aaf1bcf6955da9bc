"""Two ways timed in turn, so that both meet the same noise."""

import statistics
import time
from collections.abc import Callable

ROUNDS = 25


def side_by_side(one: Callable[[], object], other: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, float]:
    """The medians of two ways in milliseconds, taken in turn, so that both meet the same noise."""
    spent: tuple[list[float], list[float]] = ([], [])
    one(), other()
    for _ in range(rounds):
        for way, kept in zip((one, other), spent, strict=True):
            begun = time.perf_counter()
            way()
            kept.append((time.perf_counter() - begun) * 1000)
    return statistics.median(spent[0]), statistics.median(spent[1])
