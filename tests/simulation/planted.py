"""Finds the planted faults: each is a patch of the source that a run of some seed must notice."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).parents[2]
PATCHES = Path(__file__).parent / "faults"
_SEEDS = 120
_HOURS = 3.0
_MOST_SECONDS = 900.0


@frozen
class Found:
    """What became of a planted fault: the seed that noticed it ("" if none did), the rule, and the seconds it took."""

    fault: str
    seed: str
    rule: str
    seconds: float

    def __str__(self) -> str:
        fault, rule = self.fault.replace("_", " "), self.rule or "NOT FOUND"
        return f"| {fault} | {rule} | {self.seed or 'none'} | {self.seconds:.0f} |"


def names() -> tuple[str, ...]:
    """Return the planted faults."""
    return tuple(sorted(path.stem for path in PATCHES.glob("*.patch")))


def find_all(wanted: Sequence[str]) -> int:
    """Find each and print a row of a table for docs/reliability.md; return 1 if one was not found."""
    found = []
    for fault in wanted or names():
        found.append(find(fault))
        print(found[-1], flush=True)
    missed = [one.fault for one in found if not one.seed]
    print(f"{len(found) - len(missed)} of {len(found)} found.", *missed)
    return 1 if missed else 0


def find(fault: str) -> Found:
    """Plant one fault in a copy of the source, and run seeds until one notices."""
    with tempfile.TemporaryDirectory(prefix="sikpro-planted-") as folder:
        planted(fault, Path(folder))
        began = time.monotonic()
        store = "memory" if _shows_in_memory(fault) else "sqlite"
        arguments = ["--store", store, "--seed", "1", "--seeds", str(_SEEDS), "--hours", str(_HOURS), "--shrink", "0"]
        try:
            done = subprocess.run(
                [sys.executable, "-m", "tests.simulation", *arguments],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": f"{folder}/src:{ROOT}"},
                capture_output=True,
                text=True,
                timeout=_MOST_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Found(fault, "", "", _MOST_SECONDS)
        seeds = re.findall(r"^seed (\d+)", done.stdout, re.M)
        rule = re.search(r"^VIOLATION: (.*?), at step", done.stdout, re.M)
        return Found(fault, seeds[-1] if rule else "", rule[1] if rule else "", time.monotonic() - began)


def _shows_in_memory(fault: str) -> bool:
    """Return whether the store in memory has the fault too: it is five times as fast."""
    changed = re.findall(r"^\+\+\+ b/(.*)", (PATCHES / f"{fault}.patch").read_text(), re.M)
    return not all(path.startswith("src/sikpro/adapters/sql/") for path in changed)


def planted(fault: str, folder: Path) -> None:
    """Copy the source into a folder, with the fault."""
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    patch = str(PATCHES / f"{fault}.patch")
    subprocess.run(["git", "apply", "--unsafe-paths", f"--directory={folder}", patch], cwd=folder, check=True)
