"""`sikpro` commands in processes of their own: real ones, that are killed as real ones are.

To import everything takes a command longer than most tests take. A process that has done so once forks a new one for
each command; `python -m sikpro` itself is started where a start from nothing is what a test is about.
"""

import ctypes
import multiprocessing
import os
import signal
import struct
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from multiprocessing.context import ForkServerContext
from pathlib import Path

__all__ = ["SikproProcess", "own_environment", "run_sikpro", "run_without_root"]

_IMPORTED = (
    "sikpro.entrypoints.cli",
    "sikpro.entrypoints.export",
    "sikpro.entrypoints.server",
    "sikpro.entrypoints.start",
    "sikpro.adapters.simulator.server",
)


class SikproProcess:
    """A command that runs; what it says goes to `output` and `errors`, files that are there already are continued."""

    def __init__(
        self,
        arguments: list[str],
        environment: Mapping[str, str],
        output: Path,
        errors: Path | None = None,
        given: Path | None = None,
        *,
        harmless: bool = False,
    ) -> None:
        self._process = _forks().Process(
            target=_run, args=(arguments, dict(environment), output, errors or output, given, harmless)
        )
        self._process.start()

    @property
    def pid(self) -> int:
        """The id of its process."""
        assert self._process.pid
        return self._process.pid

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal, if it still runs."""
        if self._process.exitcode is None and self._process.pid:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, number)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, and return its exit code. Raises `subprocess.TimeoutExpired`."""
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired("sikpro", timeout or 0)
        return code


def own_environment() -> dict[str, str]:
    """The environment without settings of SIKPRO's."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SIKPRO_")}


def run_sikpro(*arguments: str, given: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with a text on its standard input and these settings."""
    return _run_to_end(arguments, given, environment, harmless=False)


def run_without_root(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command with these settings that permissions stop, also where the tests are root's."""
    return _run_to_end(arguments, "", environment, harmless=True)


def _run_to_end(
    arguments: tuple[str, ...], given: str, environment: Mapping[str, str], *, harmless: bool
) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory() as name:
        given_file, output, errors = (Path(name, part) for part in ("given", "output", "errors"))
        given_file.write_text(given)
        process = SikproProcess(
            list(arguments), own_environment() | dict(environment), output, errors, given_file, harmless=harmless
        )
        try:
            code = process.wait(60)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            raise
        said, complained = output.read_bytes().decode(), errors.read_bytes().decode()
        return subprocess.CompletedProcess(arguments, code, said, complained)


@cache
def _forks() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(_IMPORTED))
    return context


def _run(
    arguments: list[str],
    environment: Mapping[str, str],
    output: Path,
    errors: Path,
    given: Path | None,
    harmless: bool,
) -> None:
    from sikpro.entrypoints.cli import main

    os.environ.clear()
    os.environ.update(environment)
    with (given or Path(os.devnull)).open() as opened_input:
        os.dup2(opened_input.fileno(), 0)
    sys.stdin = os.fdopen(0)
    for file, number in ((output, 1), (errors, 2)):
        with file.open("ab") as opened:
            os.dup2(opened.fileno(), number)
    if harmless:
        _obey_permissions()
    main(arguments, prog_name="sikpro")


def _obey_permissions() -> None:
    """Give up all capabilities of root (Linux; see capset(2)); elsewhere and for others there are none."""
    if sys.platform == "linux" and os.geteuid() == 0:
        header, none = struct.pack("=Ii", 0x20080522, 0), bytes(24)
        if ctypes.CDLL(None, use_errno=True).capset(header, none) != 0:
            raise OSError(ctypes.get_errno(), "capset")
