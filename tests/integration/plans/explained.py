"""Collects the statements that are made inside a block and says which of them would read a large table whole."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from attrs import define, field
from sqlalchemy import event
from sqlalchemy.engine import Engine

LARGE = ("orders", "journal", "inbox", "outbox", "ledger_facts")
"""The tables that grow with the years."""

STATISTICS = Path(__file__).with_name("million.stat1")
"""What `ANALYZE` writes about a million orders on SQLite.

Made anew: `python -m benchmarks.million FILE`, `ANALYZE` in it, then the rows of `sqlite_stat1` (`tbl`, `idx`, `stat`)
with tabs between them, sorted.
"""

BOUNDED = ("ix_orders_live", "ix_orders_deleted", "ix_orders_held_up", "ix_orders_reopened")
"""The beginnings of the names of indexes that hold few orders: one may be read whole, and what it gives be sorted."""

_SCANS = ("Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Index Scan")
_PASS_ON = ("Nested Loop", "Append", "Merge Append", "Subquery Scan", "Result")
_BEGINNING = 0.1
_FEW = (*BOUNDED, "ix_outbox_unfinished", "ix_outbox_failed", "ix_orders_claimed_until")

_ALL_KEPT = re.compile(
    r"WHERE (orders\.)?deleted_at IS NULL(\s+AND \(?orders\.received_at, orders\.id\)? [<>].*)?\s+(ORDER BY|LIMIT)"
)
_LONG = ("ix_orders_kept_received", "ix_orders_status", "ix_orders_sto", "ix_orders_helpdesk")


@define
class Collected:
    """The different statements that were made, each with its parameters."""

    statements: dict[str, Any] = field(factory=dict[str, Any])


@contextmanager
def collected(engine: Engine) -> Iterator[Collected]:
    """Collect the statements that read in this block."""
    found = Collected()

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            found.statements.setdefault(statement, parameters)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def whole_reads(engine: Engine, found: Collected) -> list[str]:
    """Return the statements that read a large table whole, or sort what has no bound, each with its plan."""
    on_sqlite = engine.dialect.name == "sqlite"
    faults = list[str]()
    with engine.connect() as connection, connection.begin():
        for statement, parameters in found.statements.items():
            if on_sqlite:
                explained = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                plan = [str(row[-1]) for row in explained]
                if _reads_whole(plan, statement):
                    faults.append("\n".join([*plan, statement]))
            else:
                explained = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
                whole = [*_read_whole(explained.scalar_one()[0]["Plan"])]
                if whole and not _stops_soon(statement):
                    faults.append("\n".join([*whole, statement]))
    return faults


def believe_in_a_million(engine: Engine) -> None:
    """Let SQLite plan as after `ANALYZE` of a million orders; connections that are opened later do."""
    rows = [line.split("\t") for line in STATISTICS.read_text().splitlines()]
    with engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("ANALYZE")
        connection.exec_driver_sql("DELETE FROM sqlite_stat1")
        if sa.inspect(connection).has_table("sqlite_stat4"):
            connection.exec_driver_sql("DELETE FROM sqlite_stat4")  # samples of the few rows here
        for table, index, stat in rows:
            connection.execute(
                sa.text("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (:table, nullif(:index, ''), :stat)"),
                {"table": table, "index": index, "stat": stat},
            )
    engine.dispose()


def _reads_whole(plan: list[str], statement: str) -> bool:
    return _sorts_all(plan) or any(_is_whole(line, statement) for line in plan)


def _is_whole(line: str, statement: str) -> bool:
    if any(f"{table} USING" in line for table in LARGE) and "(ANY(" in line:
        return True  # an index is read for each of its codes
    scanned = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", line)
    if not scanned or scanned[1] not in LARGE:
        return False
    index = scanned[2] or ""
    begins = index == "ix_orders_kept_received" and _stops_soon(statement)
    return not (index.startswith(BOUNDED) or begins)


def _stops_soon(statement: str) -> bool:
    """Whether it lists or counts orders without any filter: it begins anywhere and stops when its page is full."""
    return bool(_ALL_KEPT.search(statement)) and "LIMIT" in statement


def _sorts_all(plan: list[str]) -> bool:
    sorts = any("USE TEMP B-TREE" in line for line in plan)
    read = [line for line in plan if any(f"orders USING INDEX {name}" in line for name in _LONG)]
    return sorts and not all("received_at>? AND received_at<?" in line for line in read)


def _read_whole(step: Mapping[str, Any], of: str = "", *, begun: float = 1) -> Iterator[str]:
    """Yield the steps of a PostgreSQL plan that read a large table, or an index of all its rows, from end to end.

    `of` is the table of a bitmap. `begun` is the part of the step that is asked for: a step above ends after some rows.
    """
    kind, index, of = step["Node Type"], step.get("Index Name", ""), step.get("Relation Name", of)
    whole = of in LARGE and kind in _SCANS and not index.startswith(_FEW) and "Index Cond" not in step
    if whole and begun > _BEGINNING:
        yield f"{kind} on {of} {index} {step.get('Filter', '')}"
    for below in step.get("Plans", ()):
        part = step["Total Cost"] / below["Total Cost"] if kind == "Limit" else begun if kind in _PASS_ON else 1
        yield from _read_whole(below, of if kind.startswith("Bitmap") else "", begun=part)
