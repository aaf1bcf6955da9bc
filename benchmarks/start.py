"""From a command to the first answer, and the memory of an idle server: `python -m benchmarks.start FEW`.

FEW is a database of `benchmarks.million`; a copy is used. Beside ours runs Litestar with Jinja and a single page. Each
is a process of its own, started in turn, with compiled files as after an installation. Memory is what the process has
in RAM.
"""

import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import frozen

from benchmarks.lines import Line, table
from sikpro.adapters.sql import migrate

ROUNDS = 7
REST = 2.0
"""Seconds until what a start leaves behind is done."""


@frozen
class Started:
    """Milliseconds until `/healthz` answered, and megabytes at rest."""

    milliseconds: float
    megabytes: float


def start(command: list[str]) -> Started:
    """Start a server, wait for its first answer and its rest, and end it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", *command, str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _answers(port):
            if process.poll() is not None or time.perf_counter() > began + 60:
                raise RuntimeError(f"{command[0]} does not answer")
            time.sleep(0.002)
        took = (time.perf_counter() - began) * 1000
        time.sleep(REST)
        return Started(took, megabytes(process.pid))
    finally:
        process.terminate()
        process.wait(30)


def megabytes(process: int) -> float:
    """Return what a process has in RAM."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def _answers(port: int) -> bool:
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        asked.request("GET", "/healthz")
        return asked.getresponse().status == 200
    except OSError:
        return False
    finally:
        asked.close()


def measured(database: Path) -> list[Line]:
    """Return the lines. The first start of each fills the disk's cache and is not counted."""
    ours = ["sikpro", "serve", "--data", str(database.parent), "--database", f"sqlite:///{database}", "--port"]
    bare = ["benchmarks.peers.bare_console"]
    rounds = [(start(ours), start(bare)) for _ in range(ROUNDS + 1)][1:]
    took, kept = (
        [[getattr(one, what) for one in ways] for ways in zip(*rounds, strict=True)]
        for what in ("milliseconds", "megabytes")
    )
    return [
        Line(what="start to /healthz; bare Litestar + Jinja", ours=took[0], other=took[1], goal="<= 2"),
        Line(what="memory at rest; bare Litestar + Jinja", ours=kept[0], other=kept[1], goal="<= 1.8", unit="MB"),
    ]


def main() -> None:
    """Print the lines."""
    with TemporaryDirectory(dir=Path(sys.argv[1]).parent) as name:
        database = Path(shutil.copy(sys.argv[1], Path(name) / "start.db"))
        migrate(f"sqlite:///{database}")
        sys.stdout.write(table(measured(database)))


if __name__ == "__main__":
    main()
