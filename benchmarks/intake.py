"""A registration against raw SQLite that writes the same rows: `python -m benchmarks.intake MANY FEW`.

Both files are databases of `benchmarks.million`; copies are used. Ours is the whole use case: reads, checks, the order
with its journal, its answer, its search text, the totals and the commit, which is on the disk (`synchronous=FULL`).
Raw are the same writing statements with the same values, repeated on a second copy by the bare driver.
"""

import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from attrs import define, field

from benchmarks.lines import Line, table
from benchmarks.million import STOS, TECHNICIANS, Life
from sikpro.adapters.sql import SqlTransactions, create_engine_for, migrate
from sikpro.adapters.sql.sqlite_driver import driver
from sikpro.application.ports.chat import Incoming, IncomingKind
from sikpro.application.ports.queries import OrderFilter, Sort

ROUNDS, BATCHES, BATCH = 60, 8, 100
_WRITES = ("INSERT", "UPDATE", "DELETE")

Statements = list[tuple[str, Any]]


@define
class Recorded:
    """A database, the requests that come to it, and the writing statements of each transaction."""

    file: Path
    engine: sa.Engine = field(init=False)
    life: Life = field(init=False)
    written: list[Statements] = field(init=False, factory=list[Statements])
    requests: Iterator[Incoming] = field(init=False)

    def __attrs_post_init__(self) -> None:
        migrate(f"sqlite:///{self.file}")
        self.engine = create_engine_for(f"sqlite:///{self.file}")
        self.life = Life(SqlTransactions(self.engine))
        (newest,) = self.life.store.read(
            lambda uow: uow.order_queries.page(OrderFilter(), sort=Sort.NEWEST, after=None, limit=1)
        )
        self.life.clock.present = newest.received_at + timedelta(minutes=1)
        self.requests = requests(self.life.clock.present)
        sa.event.listen(self.engine, "before_cursor_execute", self._see)

    def take_in(self, count: int) -> float:
        """Take in so many requests in one transaction, and return the milliseconds."""
        batch = list(islice(self.requests, count))
        self.written.append([])
        began = time.perf_counter()
        self.life.store.write(lambda uow: [self.life.intake.receive(uow, one) for one in batch])
        return (time.perf_counter() - began) * 1000

    def _see(self, _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if statement.lstrip().startswith(_WRITES):
            self.written[-1] += [(statement, one) for one in parameters] if many else [(statement, parameters)]


def requests(at: datetime) -> Iterator[Incoming]:
    """Yield new requests of technicians in turn."""
    number = 0
    while True:
        number += 1
        place = number % TECHNICIANS
        sto = STOS[place % len(STOS)]
        box = f"ODP-{sto}-{number % 900:03}"
        yield Incoming(
            key=f"m:2:{number}",
            kind=IncomingKind.MESSAGE,
            chat_id=5001 + place,
            message_id=9_000_000 + number,
            sender_id=5001 + place,
            sender_name=f"Teknisi {place}",
            sent_at=at,
            text=f"/reg AO#SC{70_000_000 + number}#ZTEG{number:08X}#{sto}#{box}#F5{sto}{place:03}",
        )


def repeated(file: Path, transactions: Sequence[Statements]) -> Iterator[float]:
    """Repeat transactions by the bare driver, and yield the milliseconds of each."""
    raw = driver.connect(file, isolation_level=None)
    raw.execute("PRAGMA journal_mode=WAL")
    raw.execute("PRAGMA synchronous=FULL")
    for statements in transactions:
        began = time.perf_counter()
        raw.execute("BEGIN IMMEDIATE")
        for statement, parameters in statements:
            raw.execute(statement, parameters)
        raw.execute("COMMIT")
        yield (time.perf_counter() - began) * 1000
    raw.close()


def against_raw(file: Path, folder: Path, what: str, batch: int, rounds: int, goal: str) -> Line:
    """Ours, recorded, in turn with the same writes raw on a copy."""
    ours, raw = (Path(shutil.copy(file, folder / name)) for name in ("ours.db", "raw.db"))
    migrate(f"sqlite:///{raw}")
    recorded = Recorded(ours)
    recorded.take_in(batch)
    spent: tuple[list[float], list[float]] = ([], [])
    bare = repeated(raw, recorded.written)
    next(bare)
    for _ in range(rounds):
        spent[0].append(recorded.take_in(batch))
        spent[1].append(next(bare))
    recorded.engine.dispose()
    return Line(what=what, ours=spent[0], other=spent[1], goal=goal, digits=2)


def main() -> None:
    """Print the lines."""
    many, few = (Path(name) for name in sys.argv[1:3])
    lines: list[Line] = []
    with TemporaryDirectory(dir=few.parent) as name:
        folder = Path(name)
        lines.append(against_raw(few, folder, "registration, raw SQLite", 1, ROUNDS, "<= 4"))
        lines.append(against_raw(few, folder, f"{BATCH} updates in a batch, raw SQLite", BATCH, BATCHES, "<= 12"))
        both = [Recorded(Path(shutil.copy(file, folder / f"{place}.db"))) for place, file in enumerate((many, few))]
        for one in both:
            one.take_in(1)
        rounds = [[one.take_in(1) for one in both] for _ in range(ROUNDS)]
        lines.append(
            Line(
                what="registration, many and few",
                ours=[one for one, _ in rounds],
                other=[other for _, other in rounds],
                goal="<= 1.1",
                digits=2,
            )
        )
    sys.stdout.write(table(lines))


if __name__ == "__main__":
    main()
