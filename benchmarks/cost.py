"""What SIKPRO costs where it runs: processor, memory and disk, when nothing happens and for a thousand orders.

`python -m benchmarks.cost [ORDERS]`. A server in a process of its own, the simulator of Telegram in another one. Each
order is sent by a technician, seen in the queue by the helpdesk, opened, taken and completed over HTTP, and its answer
goes to the chat. The processor's seconds are the server's alone; what else the machine does changes them little. Linux
only: the figures are of `/proc`.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from attrs import frozen
from tests.integration.e2e.installation import CREW, Installation, installed, wait_until
from tests.integration.e2e.test_groups_and_photos import Helpdesk, helpdesk
from tests.integration.e2e.test_never_lost import request

from sikpro.application.ports.queries import OrderFilter, Sort
from sikpro.domain.phase import Phase

IDLE = 120.0
"""Seconds in which nothing happens."""

SETTLE = 20.0
"""Seconds after a start until it is idle."""

VERSION = re.compile(r'name="version" value="([0-9]+)"')

_TICKS = os.sysconf("SC_CLK_TCK")
_MEGA = 1_000_000


@frozen
class Spent:
    """What a process has used until now: seconds of processor, megabytes of memory and of data on the disk."""

    seconds: float
    memory: float
    disk: float


def spent(process: int, folder: Path) -> Spent:
    """Read what a process and its data take."""
    times = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    memory = next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    disk = sum(one.stat().st_size for one in folder.glob("sikpro.db*"))
    return Spent((int(times[11]) + int(times[12])) / _TICKS, memory * 1024 / _MEGA, disk / _MEGA)


@contextmanager
def serving(installation: Installation) -> Iterator[int]:
    """Serve in a process that was started as an operator starts it, and return its id."""
    command = [sys.executable, "-m", "sikpro", *installation.sikpro.arguments]
    environment = {**os.environ, **installation.sikpro.environment}
    with installation.sikpro.log.open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        wait_until(installation.sikpro.answers, "it answers")
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def work(installation: Installation, orders: int) -> None:
    """Send, open, take and complete so many orders, ten at a time, and wait until every answer has left."""
    with helpdesk(installation) as desk:
        for first in range(0, orders, 10):
            few = min(10, orders - first)
            for number in range(first, first + few):
                installation.say(CREW[number % len(CREW)], request(number, number % len(CREW)))
            wait_until(partial(_are_there, installation, few), "they are orders")
            for order in _waiting(installation):
                desk.get("/orders")
                _answer(desk, order)
    wait_until(lambda: not _unsent(installation), "every answer has left")


def _answer(desk: Helpdesk, order: int) -> None:
    desk.get(f"/orders/{order}")
    assert desk.post(f"/orders/{order}/take").status_code == 303
    found = VERSION.search(desk.get(f"/orders/{order}").text)
    assert found
    answer = {"status": "selesai", "feedback": "Sudah aktif.", "version": found[1]}
    assert desk.post(f"/orders/{order}/status", **answer).status_code == 303


def _are_there(installation: Installation, count: int) -> bool:
    return len(_waiting(installation)) == count


def _waiting(installation: Installation) -> list[int]:
    only = OrderFilter(phases=frozenset({Phase.WAITING}))
    return installation.transactions.read(
        lambda uow: [row.id for row in uow.order_queries.page(only, sort=Sort.OLDEST, after=None, limit=50)]
    )


def _unsent(installation: Installation) -> bool:
    return installation.transactions.read(lambda uow: uow.outbox.waiting_since()) is not None


def main() -> None:
    """Print the figures."""
    orders = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as name, installed(Path(name)) as installation, serving(installation) as process:
        folder = Path(name)
        time.sleep(SETTLE)
        start = spent(process, folder)
        time.sleep(IDLE)
        idle = spent(process, folder)
        work(installation, orders)
        done = spent(process, folder)
    share = (idle.seconds - start.seconds) / IDLE
    per = 1000 / orders
    sys.stdout.write(
        f"idle: {share:.2%} of a processor, {idle.memory:.0f} MB of memory\n"
        f"{orders:,} orders, each seen in the queue, opened, taken, completed and answered:\n"
        f"  processor  {(done.seconds - idle.seconds) * per:.1f} s for a thousand\n"
        f"  memory     {done.memory:.0f} MB afterwards\n"
        f"  disk       {(done.disk - idle.disk) * per:.1f} MB for a thousand (SQLite, with its -wal)\n"
    )


if __name__ == "__main__":
    main()
