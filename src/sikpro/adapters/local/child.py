"""A child process with limits, started and always ended here; `in_child.py` is the other side."""

import asyncio
import contextlib
import json
import os
import signal
from asyncio.subprocess import Process
from collections.abc import Callable, Sequence
from typing import Any

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
