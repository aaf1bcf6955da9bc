"""A child process with limits: it reads its work from standard input, answers in lines of JSON, and is always ended."""

import asyncio
import contextlib
import json
import os
import resource
import signal
from asyncio.subprocess import Process
from collections.abc import Callable, Sequence
from typing import Any

from attrs import frozen

_OWN = "SIKPRO_"
"""The prefix of our settings; a child does not get them, because some are secrets."""

_LONGEST_LINE = 1 << 16
_BREATH = 100
"""The number of lines after which the event loop may do other work."""


class ChildFailed(Exception):
    """Raised if a child did not do its work; `code` is `late`, `died` or `rubbish` (an invalid answer)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@frozen(kw_only=True)
class ChildLimits:
    """The limits of a child: seconds of processor time, bytes of memory."""

    processor: int
    memory: int


async def run_child(
    command: Sequence[str],
    work: bytes,
    on_line: Callable[[Any], None],
    *,
    seconds: float | None = None,
    longest_line: int = _LONGEST_LINE,
) -> None:
    """Start a child, send its work, and pass each line of its answer to `on_line` until it ends.

    The child and its own children are killed if it takes longer than `seconds`, if `on_line` raises, or if the awaiting
    task is cancelled. Raises `ChildFailed`; a `ValueError`, `TypeError` or `LookupError` of `on_line` means `rubbish`.
    """
    # In a separate session, so that only the server handles an interrupt at the terminal.
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
        limit=longest_line,
        env={name: value for name, value in os.environ.items() if not name.startswith(_OWN)},
    )
    try:
        async with asyncio.timeout(seconds):
            await asyncio.gather(_write(process, work), _read(process, on_line))
            await process.wait()
    except TimeoutError as error:
        raise ChildFailed("late") from error
    finally:
        await _end(process)
    if process.returncode == -signal.SIGXCPU:
        raise ChildFailed("late")
    if process.returncode:
        raise ChildFailed("died")


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


async def _write(process: Process, work: bytes) -> None:
    assert process.stdin is not None
    # If a child ends before it has read its work, its exit code is enough.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(work)
        await process.stdin.drain()
    process.stdin.close()


async def _read(process: Process, on_line: Callable[[Any], None]) -> None:
    assert process.stdout is not None
    count = 0
    try:
        async for line in process.stdout:
            on_line(json.loads(line))
            count += 1
            if count % _BREATH == 0:
                await asyncio.sleep(0)
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise ChildFailed("rubbish") from error


async def _end(process: Process) -> None:
    """End the child and its own children, unless it has ended."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
