"""Makes a failing plan small: fewer hours, fewer kinds of events, then fewer events, while the same rule breaks."""

import math
import time
from collections.abc import Callable, Iterator, Sequence

from attrs import evolve

from tests.simulation.plan import HOUR, Plan
from tests.simulation.record import Violation

Try = Callable[[Plan], Violation | None]


def shrink(plan: Plan, violation: Violation, run: Try, seconds: float) -> Plan:
    """Return a smaller plan that breaks the same rule; stop after some seconds of trying."""
    until = time.monotonic() + seconds

    def breaks(smaller: Plan) -> bool:
        found = run(smaller)
        return found is not None and found.rule == violation.rule

    for candidate in _shorter(plan, violation):
        if time.monotonic() < until and breaks(candidate):
            plan = candidate
            break
    for what in sorted({event.what for event in plan.events}):
        if time.monotonic() < until and breaks(plan.without(what)):
            plan = plan.without(what)
    return plan.only(_fewest(plan.numbers, lambda numbers: breaks(plan.only(numbers)), until))


def _shorter(plan: Plan, violation: Violation) -> Iterator[Plan]:
    """Return the plan up to what broke, the shortest first: what was seen at rest may be older."""
    hours = max(math.ceil(violation.at / HOUR), 1)
    for length in sorted({hours - 1, hours} - {0}):
        if length < plan.hours:
            within = tuple(event for event in plan.events if event.at < length * HOUR)
            yield evolve(plan, hours=float(length), events=within)


def _fewest(numbers: Sequence[int], breaks: Callable[[Sequence[int]], bool], until: float) -> Sequence[int]:
    """Delta debugging: leave out halves, quarters, … of the events, as long as the rest breaks the rule.

    A. Zeller and R. Hildebrandt, Simplifying and Isolating Failure-Inducing Input, 2002.

    >>> _fewest(range(40), lambda some: {7, 31} <= set(some), float("inf"))
    [7, 31]
    """
    kept, parts = list(numbers), 2
    while len(kept) > 1 and time.monotonic() < until:
        size = math.ceil(len(kept) / parts)
        for start in range(0, len(kept), size):
            rest = kept[:start] + kept[start + size :]
            if time.monotonic() < until and breaks(rest):
                kept, parts = rest, max(parts - 1, 2)
                break
        else:
            if size == 1:
                break
            parts = min(parts * 2, len(kept))
    return kept
