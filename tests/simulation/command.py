"""The command: runs a seed, or as many as are asked for, and says what was reached and what broke."""

import argparse
import time
from collections import Counter
from datetime import date
from pathlib import Path
from secrets import randbelow

from tests.simulation.kept import command, entry
from tests.simulation.plan import FIRST_DAY, FIRST_OF_MONTH, MONTH, Plan, make_plan
from tests.simulation.record import SOMETIMES, Record
from tests.simulation.shrink import shrink
from tests.simulation.world import run


def main() -> int:
    """Run, and return 0, 1 for a violation, or 2 for a run that reached too little to be a proof."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="the seed; without one a fresh one, which is printed first")
    parser.add_argument("--hours", type=float, help="simulated hours (24)")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds, from this one on")
    parser.add_argument("--store", choices=("memory", "sqlite"), help="only seeds whose plan has this store")
    parser.add_argument("--only", default="", help="the numbers of the events to keep, with commas")
    parser.add_argument("--shrink", type=float, default=300.0, help="the most seconds to make a failing seed small")
    parser.add_argument("--planted", nargs="*", metavar="FAULT", help="find the planted faults instead; all or these")
    parser.add_argument("--from", dest="start", type=date.fromisoformat, help="the first day (2026-11-02)")
    parser.add_argument("--witel", action="store_true", help="a whole Witel: 60 technicians, 8 helpdesks (720 hours)")
    parser.add_argument("--year", type=Path, metavar="FILE", help="live through the weeks of a year that FILE lacks")
    parser.add_argument("--workers", type=int, default=1, help="how many weeks at once (1)")
    given = parser.parse_args()
    if given.year is not None:
        from tests.simulation.year import live_through

        return live_through(given.year, given.seed, given.start, given.workers)
    if given.planted is not None:
        from tests.simulation.planted import find_all

        return find_all(given.planted)
    first = randbelow(1_000_000) if given.seed is None else given.seed
    reached: Counter[str] = Counter()
    for seed in range(first, first + given.seeds):
        plan = _plan(seed, given)
        if given.store and plan.sqlite != (given.store == "sqlite"):
            continue
        if given.only:
            plan = plan.only({int(number) for number in given.only.split(",")})
        print(plan, flush=True)
        record = shown(plan)
        reached += record.reached
        if record.violation is not None:
            if given.shrink and not given.only:
                _make_small(plan, record, given.shrink)
            return 1
    return said_of(reached)


def _plan(seed: int, given: argparse.Namespace) -> Plan:
    if given.witel:
        return make_plan(seed, given.hours or MONTH, given.start or FIRST_OF_MONTH, witel=True)
    return make_plan(seed, given.hours or 24.0, given.start or FIRST_DAY)


def shown(plan: Plan) -> Record:
    """Run a plan and print what it said."""
    began = time.monotonic()
    record = run(plan, lambda what: print(f"{what}, {time.monotonic() - began:.0f} s", flush=True))
    took = time.monotonic() - began
    faults = ", ".join(f"{name} {count}" for name, count in sorted(record.faults.items()))
    counted = ", ".join(f"{name} {count:,}" for name, count in sorted(record.counts.items()))
    if counted:
        print(f"counted: {counted}")
    print(f"{record.steps} steps in {took:.1f} s, hash {record.digest[:16]}; faults: {faults or 'none'}", flush=True)
    if record.violation is not None:
        print("\n".join(record.tail))
        print(f"VIOLATION: {record.violation}")
        print(f"Again: {command(plan)}", flush=True)
    return record


def _make_small(plan: Plan, record: Record, seconds: float) -> None:
    if record.violation is None:
        return
    small = shrink(plan, record.violation, lambda smaller: run(smaller).violation, seconds)
    print(f"Made small: {len(plan.events)} events became {len(small.events)}.")
    for event in small.events:
        print(f"  {event.at:10.3f} s  {event.what} {event.number}")
    print(f"Again: {command(small)}")
    print(f"To keep it, add to tests/simulation/kept_seeds.toml:\n{entry(small, record.violation.rule, plan)}")


def said_of(reached: Counter[str]) -> int:
    """Print the interesting states with how often they were reached; return 2 if one was never."""
    for state in SOMETIMES:
        print(f"{reached[state]:8}  {state}")
    missing = [state for state in SOMETIMES if not reached[state]]
    for state in missing:
        print(f"no proof of: {state}")
    return 2 if missing else 0
