"""All that counts many rows: recaps, their files, the dashboard, the wall, the ledgers, and what jobs look for."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sikpro.adapters.excel.workbook import ExcelWorkbookWriter
from sikpro.adapters.pictures.svg import ResvgPictures
from sikpro.adapters.web.recaps.recap_reading import read_recap
from sikpro.application.i18n import words_in
from sikpro.application.ports.facts import TimeBasis
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.dashboard import dashboard
from sikpro.application.reports.export_file import ExportFile
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.application.reports.sheet.one_sheet import one_sheet
from sikpro.application.reports.wall import wall
from sikpro.application.workers.jobs import RECURRING, RecurringCount
from sikpro.domain.people import Person, Role
from sikpro.domain.period import Period
from sikpro.entrypoints.fonts import FONTS
from sikpro.testing.builders import NOON, after

ZONE = "Asia/Jakarta"
ADMIN = Person(id=1, name="Sari", username="sari", role=Role.ADMIN)
WORDS = words_in("id", ZONE)
PERIODS = ("2026-11-02", "2026-11", "2026-10")
NARROWED: tuple[dict[str, str], ...] = (
    {},
    {"sto": "SDA"},
    {"site_operation": "SO1"},
    {"technician": "F5SDA445"},
    {"type": "AO"},
    {"helpdesk": "1"},
    {"channel": "telegram"},
    {"sto": "SDA", "type": "AO"},
)
LATER = datetime(2027, 1, 12, 3, tzinfo=UTC)
"""A working day on which every job has something to do."""

_SPAN = Period(after(-600), after(600))

Read = Callable[[UnitOfWork], object]


def counting() -> Iterator[Read]:
    """Every read, each to be run in a transaction."""
    for text in PERIODS:
        for filters in NARROWED:
            yield _recap(RecapQuery.parse(text, filters), TimeBasis.RECEIVED)
        yield _recap(RecapQuery.parse(text), TimeBasis.FINISHED)
        yield _sheet(RecapQuery.parse(text))
    yield lambda unit: dashboard(unit, ADMIN, NOON, ZONE)
    yield lambda unit: wall(unit, "", NOON, ZONE)
    yield lambda unit: wall(unit, "SO1", NOON, ZONE)
    yield from _messages()
    yield lambda unit: unit.journal.of_order(1)
    yield lambda unit: unit.journal.acted(_SPAN.start, _SPAN.end)
    yield lambda unit: unit.journal.statuses_set(NOON - timedelta(weeks=4))
    yield lambda unit: unit.health.waiting(NOON)
    yield lambda unit: unit.devices.installed_at("ODP-SDA-001", 50)
    yield lambda unit: unit.devices.boxes("SDA", "", 50)
    for kind in ("xlsx", "csv"):
        yield _export(ExportFile(query=RecapQuery.parse("2026-11"), kind=kind, by=ADMIN, words=WORDS, now=NOON))
    yield lambda unit: unit.seals.facts(0, 3)
    for job in RECURRING:
        if isinstance(job, RecurringCount):
            yield _found(job)


def _export(file: ExportFile) -> Read:
    def write(unit: UnitOfWork) -> None:
        file.how_many(unit)
        with TemporaryDirectory() as folder:
            file.write(unit, ExcelWorkbookWriter(), ResvgPictures(FONTS), Path(folder) / "file")

    return write


def _found(job: RecurringCount) -> Read:
    return lambda unit: job.next(unit, LATER, ZONE)


def _messages() -> Iterator[Read]:
    for outcome in (None, *Outcome):
        for received in (None, _SPAN):
            yield _page(outcome, received)
    yield lambda unit: unit.inbox.page(before=None, limit=50, outcome=Outcome.REFUSAL, detail="order.duplicate")
    yield lambda unit: unit.inbox.totals(_SPAN.start, _SPAN.end)
    yield lambda unit: unit.inbox.how_many(_SPAN.start, _SPAN.end, Outcome.REFUSAL, "order.duplicate")
    yield lambda unit: unit.outbox.of_order(1)
    yield lambda unit: unit.outbox.counts_of(_SPAN.start, _SPAN.end)
    yield lambda unit: unit.seals.waiting()
    yield lambda unit: (unit.outbox.waiting_since(), unit.outbox.next_due())
    yield lambda unit: (unit.failed_messages.sums(), unit.failed_messages.left_by_outage())


def _page(outcome: Outcome | None, received: Period | None) -> Read:
    return lambda unit: unit.inbox.page(before=None, limit=50, outcome=outcome, received=received)


def _recap(query: RecapQuery, basis: TimeBasis) -> Read:
    return lambda unit: read_recap(unit, query, ADMIN, NOON, WORDS, basis)


def _sheet(query: RecapQuery) -> Read:
    return lambda unit: one_sheet(unit, query, ADMIN, NOON, WORDS)
