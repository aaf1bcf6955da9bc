"""The parent of several workers goes on where one of them cannot begin."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import errno, os, signal, sys, time
from pathlib import Path
from sikpro.entrypoints import workers

workers.PAUSES = (0.01,)
begun, fork, parent = Path(sys.argv[1]), os.fork, os.getpid()
codes = [int(code) for code in sys.argv[2].split(",")]
refused = int(sys.argv[3])

def scarce():
    global refused
    refused -= 1
    if refused >= 0:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
    return fork()

def work(number):
    with begun.open("a") as file:
        file.write("x")
    life = begun.stat().st_size
    if life <= len(codes):
        return codes[life - 1]
    os.kill(parent, signal.SIGTERM)
    time.sleep(30)

os.fork = scarce
sys.exit(workers.Workers(1, work).run())
"""


@pytest.mark.parametrize(
    ("codes", "refused", "ends", "lives"),
    [
        pytest.param("2", 0, 2, 1, id="a wrong setting at the start ends all"),
        pytest.param("1,2", 0, 0, 3, id="a port that is taken later may be free again"),
        pytest.param("1", 2, 0, 2, id="a machine without room for a process has it later"),
    ],
)
def test_workers_are_begun_again(tmp_path: Path, codes: str, refused: int, ends: int, lives: int) -> None:
    begun = tmp_path / "begun"
    command = [sys.executable, "-c", SCRIPT, str(begun), codes, str(refused)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == ends, done.stderr
    assert len(begun.read_text()) == lives
    assert "Traceback" not in done.stderr
