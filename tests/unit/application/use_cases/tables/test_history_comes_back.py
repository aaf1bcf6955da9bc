"""An export that is imported into an empty installation gives the same recaps, figure by figure."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path

from attrs import asdict, evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from sikpro.adapters.excel.reader import FileTableReader
from sikpro.adapters.excel.workbook import ExcelWorkbookWriter
from sikpro.adapters.memory import MemoryTransactions
from sikpro.application.i18n import words_in
from sikpro.application.ports.facts import Dimension
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tables import TableSheet
from sikpro.application.reports.csv_text import csv_bytes
from sikpro.application.reports.order_rows import order_header, order_rows
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_data import Recap
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.application.reports.recap_workbook import write_recap
from sikpro.application.use_cases.tables.import_orders import import_orders, plan_orders
from sikpro.application.use_cases.tables.judge_orders import COLUMNS, Decisions
from sikpro.application.use_cases.tables.order_plan import OrderPlan, RowVerdict
from sikpro.application.use_cases.tables.table_columns import best_sheet, find_columns
from sikpro.testing.histories import OFTEN, SPANS, STEPS, WIB, ZONE, People, Step, found, live, random_steps

WHOLE = RecapQuery.parse("2026-12-01_2027-06-30")
PERIODS = ("2026-12", "2027-01", "2026-12-31", "2027-01-01", "2026-12-31_2027-01-02")
WORDS = words_in("id", ZONE)

steps = st.lists(
    st.builds(
        Step,
        kind=st.sampled_from([*OFTEN, *STEPS]),
        order=st.integers(1, 8),
        who=st.integers(0, 2),
        how=st.integers(0, 23),
        wait=st.sampled_from(SPANS),
        midnight=st.sampled_from([None, None, None, timedelta(), timedelta(microseconds=-1)]),
    ),
    min_size=15,
    max_size=60,
)


def exported_csv(uow: UnitOfWork, people: People, now: datetime) -> bytes:
    rows = order_rows(uow, WHOLE, people.supervisor, WORDS, now)
    return b"".join(csv_bytes(chain([order_header(WORDS)], rows)))


def take_in(sheets: Sequence[TableSheet], now: datetime) -> tuple[MemoryTransactions, People, OrderPlan]:
    """Import the sheet into an empty installation with the same catalogues and people."""
    store = MemoryTransactions()
    people = found(store)
    sheet = sheets[best_sheet(sheets, COLUMNS)]
    columns = find_columns(sheet, COLUMNS)
    accept = Decisions(other_sto=True)
    plan = store.read(lambda uow: plan_orders(uow, sheet, columns, people.admin, now, WIB, accept))
    if not plan.rows:
        return store, people, plan
    _, written = store.write(
        lambda uow: import_orders(uow, sheet, columns, plan.mark, people.admin, now, WIB, "rekap.csv", accept)
    )
    assert written
    return store, people, plan


def recaps(store: MemoryTransactions, people: People, now: datetime) -> list[Recap]:
    """The recaps without what no order holds: refused duplicates."""
    return store.read(
        lambda uow: [
            evolve(recap(uow, RecapQuery.parse(period), people.supervisor, now, ZONE), duplicates=None)
            for period in PERIODS
        ]
    )


@given(steps)
@settings(max_examples=60)
def test_an_export_comes_back_whole(history: list[Step]) -> None:
    store = MemoryTransactions()
    people = found(store)
    now = live(store, people, history).replace(microsecond=0) + timedelta(seconds=1)
    content = store.read(lambda uow: exported_csv(uow, people, now))
    back, others, plan = take_in(FileTableReader().sheets(content), now)
    assert plan.count(RowVerdict.NEW) == len(plan.rows), [asdict(row) for row in plan.rows if row.errors]
    assert recaps(back, others, now) == recaps(store, people, now)
    again = back.read(lambda uow: exported_csv(uow, others, now))
    assert sorted(csv.reader(io.StringIO(again.decode()))) == sorted(csv.reader(io.StringIO(content.decode())))


def test_an_excel_file_comes_back_whole(tmp_path: Path) -> None:
    store = MemoryTransactions()
    people = found(store)
    now = live(store, people, random_steps(5, 300)).replace(microsecond=0) + timedelta(seconds=1)
    path = tmp_path / "rekap.xlsx"
    store.read(
        lambda uow: write_recap(
            uow, ExcelWorkbookWriter(), path, query=WHOLE, by=people.supervisor, words=WORDS, now=now
        )
    )
    back, others, plan = take_in(FileTableReader().sheets(path.read_bytes()), now)
    assert plan.count(RowVerdict.NEW) == len(plan.rows) > 20
    assert recaps(back, others, now) == recaps(store, people, now)
    held = next(iter(recaps(back, others, now)))
    assert held.table(Dimension.CHANNEL)
