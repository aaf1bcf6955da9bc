"""A year, week by week: each in a process of its own, with its own seed and its own days of the calendar.

A finished week is a line of a file, so that a year can be lived in pieces, on one evening and another.
"""

import json
import multiprocessing
import resource
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import date, timedelta
from pathlib import Path
from random import Random
from secrets import randbelow
from typing import Any

from attrs import asdict, frozen

from tests.simulation.kept import command
from tests.simulation.plan import Plan, is_on_sqlite, make_plan
from tests.simulation.record import SOMETIMES
from tests.simulation.world import run

WEEKS = 52
FIRST_MONDAY = date(2027, 12, 27)
"""A year from here has a year's end, all months' ends but one, and a leap day."""

_HOURS = 7 * 24.0

SQLITE_EVERY = 6
"""One week in so many has SQLite, which takes six times as long as the store in memory; else a night would not do."""


@frozen(kw_only=True)
class Week:
    """A week that was lived through. `violation` is "" if nothing broke, `megabytes` the most memory that it took."""

    year: int
    week: int
    seed: int
    start: str
    plan: str
    hours: float
    faults: dict[str, int]
    reached: dict[str, int]
    counts: dict[str, int]
    steps: int
    violation: str
    again: str
    seconds: float
    megabytes: float


def plan_of(year: int, week: int, first: date = FIRST_MONDAY, hours: float = _HOURS) -> Plan:
    """Return the plan of a week, from 0 on, of the year with this seed."""
    chance, on_sqlite = Random(f"{year}:week {week}"), week % SQLITE_EVERY == SQLITE_EVERY // 2
    seed = next(seed for seed in iter(lambda: chance.randrange(10**9), None) if is_on_sqlite(seed) is on_sqlite)
    return make_plan(seed, hours, first + timedelta(weeks=week))


def live(year: int, week: int, first: date, hours: float) -> Week:
    """Live through a week."""
    plan, began = plan_of(year, week, first, hours), time.monotonic()
    record = run(plan)
    return Week(
        year=year,
        week=week,
        seed=plan.seed,
        start=plan.start.isoformat(),
        plan=str(plan),
        hours=hours,
        faults=dict(record.faults),
        reached=dict(record.reached),
        counts=dict(record.counts),
        steps=record.steps,
        violation=str(record.violation or ""),
        again=command(plan),
        seconds=round(time.monotonic() - began, 1),
        megabytes=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    )


def read(file: Path) -> tuple[Week, ...]:
    """Return the weeks of a file, in their order; a line that a power cut tore is lived through again."""
    weeks: dict[int, Week] = {}
    for line in file.read_text("utf-8").splitlines() if file.exists() else ():
        try:
            found: dict[str, Any] = json.loads(line)
        except ValueError:
            continue
        weeks[found["week"]] = Week(**found)
    return tuple(weeks[number] for number in sorted(weeks))


def live_through(
    file: Path,
    seed: int | None,
    first: date | None,
    workers: int,
    *,
    weeks: int = WEEKS,
    hours: float = _HOURS,
) -> int:
    """Live through the weeks that the file lacks, then print all.

    Return 0 if all weeks are there, none broke a rule and every state was reached; 1 for a violation; 2 otherwise.
    Raises `ValueError` if the file is of another year.
    """
    before = read(file)
    years = {one.year for one in before}
    year = next(iter(years), randbelow(1_000_000) if seed is None else seed)
    if len(years) > 1 or (seed is not None and seed != year):
        raise ValueError(f"{file} is of the year with seed {sorted(years)}")
    starts = {date.fromisoformat(one.start) - timedelta(weeks=one.week) for one in before}
    first = next(iter(starts), first or FIRST_MONDAY)
    missing = sorted(set(range(weeks)) - {one.week for one in before})
    print(f"year {year} from {first}: {len(missing)} of {weeks} weeks to live through", flush=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), max_tasks_per_child=1) as pool:
        begun = [pool.submit(live, year, week, first, hours) for week in missing]
        for done in as_completed(begun):
            week = done.result()
            with file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(asdict(week)) + "\n")
            print(_told(week), flush=True)
    return say(read(file), weeks)


def say(lived: Sequence[Week], weeks: int) -> int:
    """Print what the weeks were, and return the command's result."""
    reached, faults, counts = (_sum(getattr(one, name) for one in lived) for name in ("reached", "faults", "counts"))
    broken = [one for one in lived if one.violation]
    for state in SOMETIMES:
        print(f"{reached[state]:8}  {state}")
    missing = [state for state in SOMETIMES if not reached[state]]
    for state in missing:
        print(f"no proof of: {state}")
    print(f"faults: {_listed(faults)}")
    print(f"counted: {_listed(counts)}")
    for one in broken:
        print(f"VIOLATION in week {one.week}: {one.violation}\nAgain: {one.again}")
    hours, seconds = sum(one.hours for one in lived), sum(one.seconds for one in lived)
    print(f"{len(lived)} of {weeks} weeks, {hours:g} hours in {seconds:.0f} s of work, violations: {len(broken)}")
    if broken:
        return 1
    return 2 if missing or len(lived) < weeks else 0


def _told(week: Week) -> str:
    result = f"VIOLATION: {week.violation}" if week.violation else "no violation"
    return f"week {week.week}: {week.plan}; {week.seconds:.0f} s, {week.megabytes:.0f} MB; {result}"


def _sum(parts: Iterable[dict[str, int]]) -> Counter[str]:
    total = Counter[str]()
    for part in parts:
        total.update(part)
    return total


def _listed(counted: Counter[str]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in sorted(counted.items())) or "none"
