"""Recaps and the dashboard of few orders and of many, side by side: `python -m benchmarks.recaps [FEW MANY]`.

The newest orders of both databases are alike: a thousand a day until now, of which one in twelve is open. By default
30,000 among 30,000 against 30,000 among 1,000,000, which takes some five minutes, nearly all of it to fill the second.
"""

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa

from benchmarks.side_by_side import side_by_side
from benchmarks.stock import STOS, furnish, stock_rows
from sikpro.adapters.sql import SqlTransactions, create_engine_for, migrate
from sikpro.adapters.sql.tables import orders, totals
from sikpro.adapters.web.recaps.recap_reading import read_recap
from sikpro.application.i18n import words_in
from sikpro.application.ports.facts import TimeBasis
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.dashboard import dashboard
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.domain.people import Person, Role

NOW = datetime(2026, 11, 28, 10, tzinfo=UTC)
ZONE = "Asia/Jakarta"
SUPERVISOR = Person(id=1, name="Supervisor", username="supervisor", role=Role.SUPERVISOR)
APART = timedelta(days=1) / 1000
ROUNDS = 5


@contextmanager
def filled(folder: Path, count: int) -> Iterator[SqlTransactions]:
    """A database with so many orders, the newest received just now."""
    url = f"sqlite:///{folder / f'{count}.db'}"
    migrate(url)
    engine = create_engine_for(url)
    store = SqlTransactions(engine)
    store.write(furnish)
    try:
        statuses = store.read(lambda uow: uow.catalogue.statuses())
        open_ = [status for status in statuses if status.phase.live]
        done = [status for status in statuses if status.phase.ends_well]
        cancelled = [status for status in statuses if status.phase.ends_badly]
        (pattern,) = stock_rows(1, statuses)
        chance = random.Random(1)  # no secret
        kept = Counter[tuple[str, ...]]()

        def row(number: int) -> dict[str, Any]:
            status = chance.choice(chance.choices((open_, done, cancelled), (8, 86, 6))[0])
            at, sto = NOW - APART * (count - number), chance.choice(STOS)
            ended = None if status.phase.live else min(at + timedelta(hours=chance.choice((1, 3, 10, 40, 80))), NOW)
            made = pattern | {
                "id": number,
                "number": f"SC{30_000_000 + number}",
                "type": chance.choice(("AO", "MO", "PDA")),
                "duplicate_key": None if status.phase.ends_badly else f"SC{30_000_000 + number}",
                "sto": sto,
                "serial": f"ZTEG{number:08X}",
                "odp": f"ODP-{sto}-{number % 900:03}",
                "technician": f"F5SDA{number % 60:03}",
                "status": status.code,
                "phase": status.phase.value,
                "received_at": at,
                "recorded_at": at,
                "finished_at": ended,
                "first_action_at": at + timedelta(minutes=5),
                "spent_helpdesk": timedelta(minutes=number % 90),
            }
            kept[made["type"], made["status"], made["phase"], made["sto"]] += 1
            return made

        with engine.begin() as connection:
            for start in range(1, count + 1, 5000):
                connection.execute(sa.insert(orders), list(map(row, range(start, min(start + 5000, count + 1)))))
            for (kind, status, phase, sto), number in kept.items():
                of = {"type": kind, "status": status, "phase": phase, "sto": sto}
                connection.execute(sa.insert(totals).values(**of, count=number))
            connection.exec_driver_sql("ANALYZE")
        yield store
    finally:
        engine.dispose()


def page_of(period: str) -> Callable[[UnitOfWork], object]:
    """Read all that a recap's page shows."""
    words, query = words_in("id", ZONE), RecapQuery.parse(period)
    return lambda uow: read_recap(uow, query, SUPERVISOR, NOW, words, TimeBasis.RECEIVED)


def figures_of(period: str) -> Callable[[UnitOfWork], object]:
    """Count a recap's figures."""
    return lambda uow: recap(uow, RecapQuery.parse(period), SUPERVISOR, NOW, ZONE)


WAYS: dict[str, Callable[[UnitOfWork], object]] = {
    "a day's figures": figures_of("2026-11-28"),
    "a day's page": page_of("2026-11-28"),
    "a month's figures": figures_of("2026-11"),
    "a month's page": page_of("2026-11"),
    "the dashboard": lambda uow: dashboard(uow, SUPERVISOR, NOW, ZONE),
}


def main() -> None:
    """Measure each way in turn on both databases, and print the medians and their ratio."""
    few, many = (int(argument) for argument in sys.argv[1:3]) if len(sys.argv) > 2 else (30_000, 1_000_000)
    Path("var").mkdir(exist_ok=True)
    with TemporaryDirectory(dir="var") as folder, filled(Path(folder), few) as one, filled(Path(folder), many) as other:
        for name, way in WAYS.items():
            first, second = side_by_side(partial(one.read, way), partial(other.read, way), ROUNDS)
            times = f"{few:,}: {first:8.0f} ms   {many:,}: {second:8.0f} ms"
            sys.stdout.write(f"{name:20} {times}   {second / first:5.2f} times\n")


if __name__ == "__main__":
    main()
