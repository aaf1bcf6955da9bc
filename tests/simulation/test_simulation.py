"""The simulation itself: a seed decides everything, a fault is found, and what was found once is not found again."""

import os
import subprocess
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path
from secrets import randbelow

import pytest

from tests.simulation.kept import Kept, command, kept_seeds
from tests.simulation.plan import Fault, make_plan
from tests.simulation.planted import find, names
from tests.simulation.world import run

_AUDIT_SECONDS = 100.0
_AUDIT_HOURS = 2.0
_SHORT = 0.3

_TELL = """
from tests.simulation.plan import make_plan
from tests.simulation.world import run
print(run(make_plan({seed}, 0.3)).digest)
"""


@pytest.mark.audit
@pytest.mark.parametrize("seed", [5, 9], ids=["SQLite", "memory"])
def test_two_runs_of_a_seed_are_equal_step_by_step_whatever_python_hashes_with(seed: int) -> None:
    digests = set()
    for hashes in ("0", "1", "4711"):
        done = subprocess.run(
            [sys.executable, "-c", _TELL.format(seed=seed)],
            env=os.environ | {"PYTHONHASHSEED": hashes},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(done.stdout)
    assert len(digests) == 1


def test_another_seed_is_another_run() -> None:
    one, other = (run(make_plan(seed, _SHORT)) for seed in (9, 12))

    assert one.digest != other.digest
    assert (one.violation, other.violation) == (None, None)


def test_a_longer_plan_begins_as_a_shorter_one_and_a_smaller_one_keeps_its_events() -> None:
    short, long = make_plan(7, 5), make_plan(7, 9)

    assert long.events[: len(short.events)] == short.events
    assert sorted(short.only({3, 8}).numbers) == [3, 8]
    assert not any(event.what is Fault.KILL_AT for event in short.without(Fault.KILL_AT).events)


@pytest.mark.audit
@pytest.mark.parametrize("kept", kept_seeds(), ids=lambda kept: kept.found)
def test_what_a_seed_found_once_it_finds_no_more(kept: Kept) -> None:
    assert run(kept.plan).violation is None


@pytest.mark.audit
def test_fresh_seeds_find_nothing() -> None:
    until, reached = time.monotonic() + _AUDIT_SECONDS, Counter[str]()
    while time.monotonic() < until:
        plan = make_plan(randbelow(10**9), _AUDIT_HOURS)
        record = run(plan)
        reached += record.reached
        assert record.violation is None, f"{record.violation}\nagain: {command(plan)}"
    assert sum(reached.values()) > len(reached) > 15, reached


@pytest.mark.audit
def test_a_day_of_a_whole_witel_agrees_with_a_slow_count_and_its_month_is_closed() -> None:
    record = run(make_plan(1, 24, date(2026, 11, 30), witel=True))

    assert record.violation is None
    assert record.counts["orders"] > 200
    assert record.counts["received in 2026-11"] > 200
    assert record.counts["months closed at the end"] == 1


def test_there_are_twenty_planted_faults_or_more_and_each_fits_the_source() -> None:
    assert len(names()) >= 20
    for name in names():
        patch = Path(__file__).parent / "faults" / f"{name}.patch"
        root = Path(__file__).parents[2]
        subprocess.run(["git", "apply", "--check", str(patch)], cwd=root, check=True, capture_output=True)


@pytest.mark.audit
def test_a_planted_fault_is_found() -> None:
    found = find("no_duplicate_key")

    assert (found.rule, bool(found.seed)) == ("each order has one key", True)
