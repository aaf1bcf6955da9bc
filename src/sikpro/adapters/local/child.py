"""A child process with limits: told its work on standard input, it answers in lines of JSON, and is always ended."""

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
"""Our settings, secrets among them, are not a child's to know."""

_LONGEST_LINE = 1 << 16
_BREATH = 100
"""After how many lines the event loop may do something else."""


class ChildFailed(Exception):
    """A child did not do its work; `code` is `late`, `died` or `rubbish` (it said what is not understood)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@frozen(kw_only=True)
class ChildLimits:
    """What a child may take: seconds of its processor's time, bytes of memory."""

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
    """Start a child, tell it its work, and hear each line it says until it ends by itself.

    It is killed with whatever it started when it takes longer than `seconds`, when `heard` raises, and when the task
    that awaits this is cancelled. Raises `ChildFailed`; a `ValueError`, `TypeError` or `LookupError` of `heard` means
    rubbish.
    """
    # In a session of its own: an interrupt at the terminal is the server's to handle.
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
    """Hold this process to limits: the processor's time ends it, an allocation beyond the memory raises."""
    _limit(resource.RLIMIT_CPU, limits.processor, limits.processor + 1)
    _limit(resource.RLIMIT_CORE, 0, 0)
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
        with contextlib.suppress(ValueError):  # not every system knows a limit of memory
            _limit(kind, limits.memory, limits.memory)


def _limit(kind: int, soft: int, hard: int) -> None:
    """Set a limit, or leave the stricter one that the service came with."""
    _, given = resource.getrlimit(kind)
    if given != resource.RLIM_INFINITY:
        soft, hard = min(soft, given), min(hard, given)
    resource.setrlimit(kind, (soft, hard))


async def _write(process: Process, work: bytes) -> None:
    assert process.stdin is not None
    # A child that ends without having listened says by its exit what is to be known.
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
    """End it, and what it started, unless it has ended."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
