"""The child's side of a child process: it takes its work, keeps its limits, and answers in lines of JSON.

It loads little, because each child loads it anew.
"""

import contextlib
import json
import os
import resource
import sys
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from attrs import asdict, frozen

NICE = 10
"""The niceness, so that the server and its pages go first."""


class Say(Protocol):
    """Sends one line of the answer, `at_once` or with later ones. The process ends there if nobody listens any more."""

    def __call__(self, said: object, *, at_once: bool = False) -> None: ...


@frozen(kw_only=True)
class ChildLimits:
    """The limits of a child: seconds of processor time, bytes of memory."""

    processor: int
    memory: int


def packed_work(task: object, content: bytes = b"", limits: ChildLimits | None = None) -> bytes:
    """Return the work of a child as it reads it: a line of JSON with the task and its limits, then the content."""
    line = {"task": task, "limits": asdict(limits) if limits else None}
    return json.dumps(line, ensure_ascii=False).encode() + b"\n" + content


def serve(do: Callable[[Any, bytes, Say], None]) -> None:
    """Take the work from standard input, set its limits, and do it.

    `do` gets the task, the content and `say`.
    """
    os.nice(NICE)
    line = json.loads(sys.stdin.buffer.readline())
    if line["limits"]:
        confine(ChildLimits(**line["limits"]))
    out = sys.stdout.buffer

    def say(said: object, *, at_once: bool = False) -> None:
        with _heard():
            out.write(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
            if at_once:
                out.flush()

    do(line["task"], sys.stdin.buffer.read(), say)
    with _heard():
        out.flush()


@contextlib.contextmanager
def _heard() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        os._exit(1)  # nobody listens any more; a regular exit would try to write again


def confine(limits: ChildLimits) -> None:
    """Set the limits of this process: too much processor time ends it, too much memory raises."""
    _limit(resource.RLIMIT_CPU, limits.processor, limits.processor + 1)
    _limit(resource.RLIMIT_CORE, 0, 0)
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
        with contextlib.suppress(ValueError):  # not every system has a memory limit
            _limit(kind, limits.memory, limits.memory)


def _limit(kind: int, soft: int, hard: int) -> None:
    """Set a limit, or keep a stricter one of the service."""
    _, given = resource.getrlimit(kind)
    if given != resource.RLIM_INFINITY:
        soft, hard = min(soft, given), min(hard, given)
    resource.setrlimit(kind, (soft, hard))
