"""What 1,000 orders take on the disk, by table, before and after: `python -m benchmarks.growth [ORDERS] [archive]`.

It is retention that goes between, or with `archive` the archive of their year.
The orders are the demo's: each came by a message and was answered in the chat. Every second one has a photo of 80 kB.
The bytes of a table are those that SQLite frees when it is dropped with its indexes.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from attrs import evolve

from sikpro.adapters.sql import SqlTransactions, create_engine_for, migrate
from sikpro.adapters.sql.archive_file import write_archive
from sikpro.adapters.sql.compact import compact
from sikpro.adapters.sql.sqlite_driver import driver
from sikpro.application.ports.retention import Step
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.closing import next_closing
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.application.use_cases.retention.archive_year import (
    MARKED,
    archive_named,
    begin_archive,
    mark_orders,
    move_orders,
    orders_to_mark,
)
from sikpro.application.use_cases.retention.forget_old import next_portion
from sikpro.application.use_cases.seals.seal_facts import seal_facts
from sikpro.application.use_cases.seals.verify_facts import verify_facts
from sikpro.application.workers.intake import Intake
from sikpro.entrypoints.demo_data import ACCOUNTS, DemoClock, people, story

NOW = datetime(2026, 6, 1, 3, tzinfo=UTC)
LATER = NOW + timedelta(days=400)
ZONE = "Asia/Jakarta"

T = TypeVar("T")
PHOTO = 80_000
MONTHS = 6


def main(orders: int, how: str) -> None:
    """Measure and print it."""
    work = {"retention": retain, "archive": archive}[how]
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'sikpro.db'}"
        migrate(url)
        empty = bytes_by_table(url)
        engine = create_engine_for(url)
        store = SqlTransactions(engine)
        fill(store, orders)
        engine.dispose()
        compact(url)
        full = bytes_by_table(url)
        spans = work(SqlTransactions(engine))
        engine.dispose()
        compact(url)
        kept = bytes_by_table(url)
        faults: list[object] = []
        verified = SqlTransactions(engine).read(lambda unit: verify_facts(unit, faults.append))
        engine.dispose()
    grown = {name: (full[name] - empty.get(name, 0)) / orders for name in full}
    left = {name: (kept.get(name, 0) - empty.get(name, 0)) / orders for name in full}
    sys.stdout.write(f"{orders} orders; MB per 1,000 orders, before and after {how}\n")
    for name in sorted(grown, key=lambda name: -grown[name]):
        if grown[name] >= 10:
            sys.stdout.write(f"{name:16} {grown[name] / 1e3:8.2f} {left[name] / 1e3:8.2f}\n")
    sys.stdout.write(f"{'together':16} {sum(grown.values()) / 1e3:8.2f} {sum(left.values()) / 1e3:8.2f}\n")
    for step, took in spans.items():
        median = statistics.median(took)
        sys.stdout.write(
            f"portions of {step}: {len(took)}, median {median * 1e3:.0f} ms, longest {max(took) * 1e3:.0f} ms" + "\n"
        )
    sys.stdout.write(f"verify: {verified.facts} facts, {len(faults)} faults\n")


def fill(store: SqlTransactions, orders: int) -> None:
    """Let the demo's story happen, with photos and seals."""
    clock = DemoClock(NOW)
    unused: Any = None
    intake = Intake(transactions=unused, clock=clock, zone=ZONE)
    chance = random.Random(1)  # no secret

    def work(unit: UnitOfWork) -> None:
        create_first_catalogue(unit)
        accounts = people(unit, {username: "" for _, username, _ in ACCOUNTS})
        story(unit, intake, clock, accounts["helpdesk"], NOW, orders)
        for order_id in [order_id for order_id, *_ in unit.orders.key_facts()][::2]:
            known: dict[str, Any] = {
                "transport": "bot_api",
                "reference": f"photo {order_id}",
                "kind": "photo",
                "name": "",
            }
            place: dict[str, Any] = {
                "order_id": order_id,
                "chat_id": 1,
                "message_id": order_id,
                "size": PHOTO,
                "at": NOW,
            }
            file_id = unit.files.want(**known, **place)
            unit.files.keep(file_id, chance.randbytes(PHOTO), "image/jpeg")

    store.write(work)
    while store.write(lambda unit: seal_facts(unit, NOW, ZONE)):
        pass


def retain(store: SqlTransactions) -> Mapping[str, list[float]]:
    """Close the months, remove what is old, and return the seconds of the portions of each step."""
    while closing_ := store.read(lambda unit: next_closing(unit, LATER, ZONE)):
        store.write(closing_)
    store.write(lambda unit: unit.installation.put(evolve(unit.installation.get(), months_kept=MONTHS)))
    spans: dict[str, list[float]] = {}
    while portion := store.read(lambda unit: next_portion(unit, LATER, ZONE)):
        run = store.read(lambda unit: unit.retention.last())
        start = time.perf_counter()
        store.write(portion)
        step = run.step.value if run and not run.finished_at else Step.ORDERS.value
        spans.setdefault(step, []).append(time.perf_counter() - start)
    return spans


def archive(store: SqlTransactions) -> Mapping[str, list[float]]:
    """Close the months, let every message arrive, archive the year, and return the seconds of the portions."""

    def end(unit: UnitOfWork) -> None:
        while claimed := unit.outbox.claim(LATER, timedelta(minutes=1), 999):
            for row in claimed:
                unit.outbox.sent(row.id, 1, NOW)

    store.write(end)
    while closing_ := store.read(lambda unit: next_closing(unit, LATER, ZONE)):
        store.write(closing_)
    begun = store.write(lambda unit: begin_archive(unit, NOW.year, "archive.db", LATER, ZONE))
    spans: dict[str, list[float]] = {"marking": [], "writing": [], "moving": []}
    ids = store.read(lambda unit: orders_to_mark(unit, begun.id, ZONE))
    for start in range(0, len(ids), MARKED):
        some = partial(mark_orders, archive_id=begun.id, order_ids=ids[start : start + MARKED], zone=ZONE)
        _timed(spans["marking"], partial(store.write, some))
    url = str(store._engine.url)
    file = Path(url.removeprefix("sqlite:///")).with_name("archive.db")
    full = store.read(lambda unit: archive_named(unit, begun.id))
    _timed(spans["writing"], lambda: write_archive(url, full, file))
    kept = create_engine_for(f"sqlite:///{file}", read_only=True)

    def move(there: UnitOfWork) -> None:
        while _timed(spans["moving"], lambda: store.write(lambda unit: move_orders(unit, there, begun.id, LATER))):
            pass

    SqlTransactions(kept).read(move)
    kept.dispose()
    sys.stdout.write(f"{full.orders} orders in the archive, {file.stat().st_size / 1e6:.1f} MB\n")
    return spans


def _timed(spans: list[float], work: Callable[[], T]) -> T:
    start = time.perf_counter()
    done = work()
    spans.append(time.perf_counter() - start)
    return done


def bytes_by_table(url: str) -> Mapping[str, int]:
    """Return the bytes of each table with its indexes; those of the search index are in `order_search`."""
    with closing(driver.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as connection:
        size = _number(connection, "page_size")
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        names = [name for (name,) in tables]
        found = {}
        connection.execute("PRAGMA foreign_keys = OFF")
        for name in names:
            if name.startswith("order_search_"):
                continue
            connection.execute("BEGIN")
            before = _number(connection, "freelist_count")
            for trigger in [row[0] for row in connection.execute(_TRIGGERS, (name,))]:
                connection.execute(f"DROP TRIGGER {trigger}")
            connection.execute(f"DROP TABLE {name}")
            found[name] = (_number(connection, "freelist_count") - before) * size
            connection.execute("ROLLBACK")
        return found


def _number(connection: Any, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


_TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000, sys.argv[2] if len(sys.argv) > 2 else "retention")
