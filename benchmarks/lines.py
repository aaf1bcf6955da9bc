"""What a benchmark prints: what was measured, ours, the other, their ratio with its spread, the goal, if it is met."""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Self

from attrs import frozen

HEAD = ("what", "ours", "the other", "ratio", "spread", "goal", "")


@frozen(kw_only=True)
class Line:
    """Two ways, each round of them in one unit. The ratio is ours by the other's; `goal` is `<= 1.1` or `>= 2`, or "".

    `most` is the most that ours may take by itself, in the same unit.
    """

    what: str
    ours: Sequence[float]
    other: Sequence[float]
    goal: str = ""
    unit: str = "ms"
    most: float | None = None
    digits: int = 1

    @property
    def ratio(self) -> float:
        """Return the ratio of the medians."""
        return statistics.median(self.ours) / statistics.median(self.other)

    @property
    def spread(self) -> tuple[float, float]:
        """Return the middle half of the ratios of the rounds."""
        ratios = sorted(one / other for one, other in zip(self.ours, self.other, strict=True))
        return ratios[len(ratios) // 4], ratios[-1 - len(ratios) // 4]

    @property
    def met(self) -> bool | None:
        """Return whether the goal is met, None without one."""
        if not self.goal:
            return None
        sign, limit = self.goal.split()
        within = self.ratio <= float(limit) if sign == "<=" else self.ratio >= float(limit)
        return within and (self.most is None or statistics.median(self.ours) <= self.most)

    @property
    def cells(self) -> tuple[str, ...]:
        """Return the line as the cells of a table."""
        ours, other = (f"{statistics.median(times):,.{self.digits}f} {self.unit}" for times in (self.ours, self.other))
        low, high = self.spread
        goal = self.goal.replace("<=", "≤").replace(">=", "≥") + (f", ≤ {self.most:g} {self.unit}" if self.most else "")
        verdict = {None: "", True: "met", False: "not met"}[self.met]
        return self.what, ours, other, f"{self.ratio:.2f}", f"{low:.2f} to {high:.2f}", goal, verdict

    @classmethod
    def of(
        cls,
        what: str,
        ours: Callable[[], object],
        other: Callable[[], object],
        goal: str = "",
        *,
        rounds: int = 9,
        most: float | None = None,
    ) -> Self:
        """Time two ways in turn, so that both meet the same noise; slow ones in fewer rounds."""
        spent: tuple[list[float], list[float]] = ([], [])
        began = time.perf_counter()
        ours(), other()
        slow = time.perf_counter() - began
        for _ in range(max(3, min(rounds, int(rounds / max(slow, 1))))):
            for way, kept in zip((ours, other), spent, strict=True):
                begun = time.perf_counter()
                way()
                kept.append((time.perf_counter() - begun) * 1000)
        return cls(what=what, ours=spent[0], other=spent[1], goal=goal, most=most)


def table(lines: Iterable[Line]) -> str:
    """Return the lines as a table in Markdown."""
    rows = [HEAD, tuple("---" for _ in HEAD), *(line.cells for line in lines)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"
