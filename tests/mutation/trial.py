"""Runs the tests against faults: pytest collects once, and each fault is tried in a fork of that process."""

import gc
import os
import pickle
import resource
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property, partial
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from attrs import define, field, frozen

from tests.mutation.faults import Fault, NotApplicable
from tests.mutation.places import LEFT_OUT, MOST_TESTS, ROOT, TESTS


class Fate(StrEnum):
    """What became of a fault."""

    KILLED = "killed"
    SURVIVED = "survived"
    UNTESTED = "untested"
    NO_FAULT = "no fault"


_EXITS = {0: Fate.SURVIVED, 3: Fate.NO_FAULT}
"""What a fork says by its exit status; anything else, a signal too, has noticed the fault."""


_PATIENCE = 10
"""How many times its own time a fork may take by the clock: the machine may be busy with other things."""


@frozen
class Reach:
    """Which tests, by their place among all, call a function (module file, name), and how long each takes."""

    spans: Mapping[int, float]
    callers: Mapping[tuple[str, str], frozenset[int]]
    failed: tuple[str, ...] = ()

    def closest(self, file: str, function: str) -> list[int]:
        """The tests of a function, those first that call the fewest others: they are about it, and quick."""
        own = self.callers.get((file, function), frozenset())
        return sorted(own, key=lambda number: (self._breadth[number], number))

    @cached_property
    def _breadth(self) -> Mapping[int, int]:
        return Counter(number for numbers in self.callers.values() for number in numbers)


@define
class Trial:
    """A pytest plugin that tries faults of some files in place of running the tests.

    `choose` finds the faults while the tests run for the first time. A fault that is `thorough` is tried by every test
    that calls its function, another by `MOST_TESTS` of them.
    """

    files: frozenset[str]
    choose: Callable[[], Sequence[Fault]]
    thorough: Callable[[Fault], bool]
    said: Callable[[str], None]
    at_once: int = field(factory=lambda: os.cpu_count() or 1)
    fates: dict[Fault, Fate] = field(factory=dict[Fault, Fate])
    trouble: str = ""

    def run(self) -> None:
        """Collect the tests and try every fault; `fates` and `trouble` say what came of it."""
        args = [*(str(ROOT / test) for test in TESTS), "--rootdir", str(ROOT), "-p", "no:cacheprovider"]
        # SIKPRO is a plugin of pytest, and was imported before pytest could rewrite its assertions.
        args += ["-W", "ignore:Module already imported:pytest.PytestAssertRewriteWarning"]
        args += ["--no-header", "--no-summary", "-k", " and ".join(f"not {name}" for name in LEFT_OUT)]
        outcome = pytest.main(args, plugins=[self])
        if outcome and not self.trouble:
            self.trouble = f"pytest could not collect the tests ({outcome})"

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try the faults."""
        if session.testsfailed:
            self.trouble = "some tests could not be collected"
            return True
        begun = time.monotonic()
        measured = _measured(session.items, self.files)
        faults = self.choose()
        reach = measured()
        if reach.failed:
            self.trouble = "tests fail without any fault: " + ", ".join(reach.failed)
            return True
        self.said(f"{len(session.items)} tests pass in {time.monotonic() - begun:.0f} s; {len(faults)} faults to try")
        gc.freeze()
        self._try_all(session.items, reach, faults)
        return True

    def _try_all(self, items: Sequence[pytest.Item], reach: Reach, faults: Sequence[Fault]) -> None:
        running: dict[int, Fault] = {}
        begun, shown = time.monotonic(), 0.0
        for fault in faults:
            chosen = reach.closest(str(fault.module.path), fault.function)
            if not self.thorough(fault):
                chosen = chosen[:MOST_TESTS]
            if not chosen:
                self.fates[fault] = Fate.UNTESTED
                continue
            while len(running) >= self.at_once:
                self._finish(running)
            limit = 20 + 5 * sum(reach.spans[number] for number in chosen)
            work = partial(_tried, fault, [items[number] for number in chosen])
            running[_forked(work, limit)] = fault
            if time.monotonic() - shown > 30:
                shown = time.monotonic()
                survivors = sum(fate is Fate.SURVIVED for fate in self.fates.values())
                self.said(f"{shown - begun:6.0f} s  {len(self.fates)} tried, {survivors} survived")
        while running:
            self._finish(running)

    def _finish(self, running: dict[int, Fault]) -> None:
        child, status = os.wait()
        if child in running:
            fault, fate = running.pop(child), _EXITS.get(os.waitstatus_to_exitcode(status), Fate.KILLED)
            self.fates[fault] = fate
            if fate is Fate.SURVIVED:
                before, after = fault.change()
                self.said(f"survived: {fault.place}\n    - {before}\n    + {after}")


def _tried(fault: Fault, items: Sequence[pytest.Item]) -> int:
    try:
        fault.make()
    except NotApplicable:
        return 3
    return 1 if next(_failures(items), None) else 0


def _failures(items: Sequence[pytest.Item]) -> Iterator[str]:
    """The tests that fail, as they do."""
    following: Iterable[pytest.Item | None] = [*items[1:], None]
    for item, nextitem in zip(items, following, strict=True):
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
        if any(report.failed for report in reports):
            yield item.nodeid


def _forked(work: Callable[[], int], limit: float) -> int:
    """Do the work in a fork, and return its process id.

    It ends by itself after so many seconds of its own, whatever else the machine does; one that only waits, later.
    """
    child = os.fork()
    if child:
        return child
    status = 2
    try:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(_PATIENCE * (int(limit) + 1))
        resource.setrlimit(resource.RLIMIT_CPU, (int(limit) + 1, int(limit) + 2))
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))  # a fault may ask for more than there is
        status = work()
    finally:
        os._exit(status)


def _measured(items: Sequence[pytest.Item], files: frozenset[str]) -> Callable[[], Reach]:
    """Begin to run every test once, in a fork; what comes back waits for the functions of the files that each calls."""
    receiving, sending = os.pipe()

    def work() -> int:
        reach = _traced(items, files)
        with os.fdopen(sending, "wb") as out:
            pickle.dump(reach, out)
        return 0

    child = _forked(work, 900)
    os.close(sending)

    def wait() -> Reach:
        with os.fdopen(receiving, "rb") as told:
            content = told.read()
        os.waitpid(child, 0)
        reach = pickle.loads(content) if content else None  # our own fork's
        return reach if isinstance(reach, Reach) else Reach({}, {}, ("the process that runs them ended",))

    return wait


def _traced(items: Sequence[pytest.Item], files: frozenset[str]) -> Reach:
    spans: dict[int, float] = {}
    callers: dict[tuple[str, str], set[int]] = {}
    failed: list[str] = []
    hit: set[Any] = set()

    def trace(frame: FrameType, event: str, argument: object) -> None:
        if frame.f_code.co_filename in files:
            hit.add(frame.f_code)

    for number, item in enumerate(items):
        hit.clear()
        begun = time.perf_counter()
        threading.settrace(trace)
        sys.settrace(trace)
        try:
            reports = runtestprotocol(item, log=False, nextitem=items[number + 1] if number + 1 < len(items) else None)
        finally:
            sys.settrace(None)
            threading.settrace(None)
        spans[number] = time.perf_counter() - begun
        if any(report.failed for report in reports):
            failed.append(item.nodeid)
        for code in hit:
            key = code.co_filename, code.co_qualname.partition(".<locals>")[0]
            callers.setdefault(key, set()).add(number)
    return Reach(spans, {key: frozenset(numbers) for key, numbers in callers.items()}, tuple(failed))


def relative(path: Path) -> str:
    """A file of the project as a report names it."""
    return path.relative_to(ROOT).as_posix()
