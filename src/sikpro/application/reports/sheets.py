"""The other sheets of a recap's file: each figure and each table of the recap, as a real table.

Sheets, tables, headings and their order are the names of a file format. They are Indonesian for every reader and every
period, so that pivots and queries built on last month's file work on this one. One line in `SPLIT_SHEETS` adds a sheet
for another split.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from attrs import frozen

from sikpro.application.i18n import Words
from sikpro.application.ports.day_notes import DayNote
from sikpro.application.ports.facts import Dimension, Spread
from sikpro.application.ports.workbooks import Cell, Share, Sheet
from sikpro.application.reports.counting import COMPLY
from sikpro.application.reports.figures import FIGURES, Figure, Kind, Value
from sikpro.application.reports.order_rows import fixed_words
from sikpro.application.reports.recap_data import Promise, Recap, RecapRow, RecapTable
from sikpro.application.use_cases.orders.list_orders import AGES
from sikpro.domain.catalogue import Status
from sikpro.domain.phase import Phase

SPLIT_SHEETS: dict[Dimension, tuple[str, str]] = {
    Dimension.TYPE: ("Jenis", "tblJenis"),
    Dimension.STO: ("STO", "tblSto"),
    Dimension.SITE_OPERATION: ("Site Operation", "tblSiteOperation"),
    Dimension.TECHNICIAN: ("Teknisi", "tblTeknisi"),
    Dimension.HELPDESK: ("Helpdesk", "tblHelpdesk"),
    Dimension.CHANNEL: ("Kanal", "tblKanal"),
    Dimension.HOUR: ("Jam", "tblJam"),
    Dimension.DAY: ("Hari", "tblHari"),
}
"""The sheet and the table of each split."""

RECEIVED, COMPLETED, NAME, REASON, SHARE, CUMULATIVE = (
    "Masuk",
    "Selesai periode ini",
    "Nama",
    "Kendala",
    "Porsi",
    "Kumulatif",
)
DUE = ("Jatuh tempo", "Jatuh tempo, tepat waktu", "TTI comply")
TOTAL = "Jumlah"
UNKNOWN = "(tidak diketahui)"


@frozen(kw_only=True)
class View:
    """The data of the sheets: the recap, the catalogue's statuses, and the texts for people.

    `said` are the sentences that explain the recap, `notes` the notes of its days, each with its author's name.
    """

    recap: Recap
    statuses: dict[str, Status]
    words: Words
    said: Sequence[str] = ()
    notes: Sequence[tuple[DayNote, str]] = ()

    @property
    def fixed(self) -> Words:
        """The texts of the fixed parts."""
        return fixed_words(self.words)


def sheets_of(view: View) -> Iterator[Sheet]:
    """Yield every sheet after the orders', always the same ones."""
    for dimension, (name, table) in SPLIT_SHEETS.items():
        yield _split(view, dimension, name, table)
    yield _reasons(view)
    yield _groups(view)
    yield _ages(view)
    yield _times(view)
    yield _targets(view)
    yield _definitions(view)
    yield Sheet(
        name="Penjelasan",
        table="tblPenjelasan",
        header=("No", "Penjelasan"),
        rows=list(enumerate(view.said, 1)),
        widths=(6, 120),
    )
    yield Sheet(
        name="Catatan Hari",
        table="tblCatatanHari",
        header=("Hari", "Catatan", "STO", "Site Operation", "Oleh"),
        rows=[(note.day, note.text, note.sto, note.site_operation, author) for note, author in view.notes],
        widths=(12, 80, 8, 16, 24),
    )


def _split(view: View, dimension: Dimension, name: str, table: str) -> Sheet:
    recap = view.recap
    phases = tuple(view.fixed(f"phase.{phase}") for phase in Phase)
    rows = _rows_of(recap, dimension)
    return Sheet(
        name=name,
        table=table,
        header=("Kode", NAME, RECEIVED, *phases, COMPLETED, *(DUE if dimension in COMPLY else ())),
        rows=[
            (
                *_named(dimension, row, view.fixed),
                row.total,
                *(row.by_phase[phase] for phase in Phase),
                row.completed,
                *(_comply(row.due) if dimension in COMPLY else ()),
            )
            for row in rows
        ],
        totals=(
            *(TOTAL, None, recap.total, *(recap.received[phase] for phase in Phase), recap.completed),
            *(_comply(recap.due) if dimension in COMPLY else ()),
        ),
        widths=(14, 34, 10, *(12 for _ in phases), 14, 14, 22, 14),
    )


def _comply(due: Promise | None) -> tuple[Cell, Cell, Cell]:
    """Return the orders that fell due, those in time, and their share. A month closed before has none."""
    if due is None:
        return None, None, None
    return due.all, due.within, None if due.share is None else Share(due.share)


def _rows_of(recap: Recap, dimension: Dimension) -> Sequence[RecapRow]:
    """Return the rows of a split, with all 24 hours or every day of the period, even without orders."""
    found = recap.table(dimension) or RecapTable(dimension, ())
    known = {row.value: row for row in found.rows}
    if dimension is Dimension.HOUR:
        every = [f"{hour:02}" for hour in range(24)]
    elif dimension is Dimension.DAY:
        every = [(recap.query.first + timedelta(days=number)).isoformat() for number in range(recap.query.days)]
        if len(every) == 1:
            return [RecapRow(every[0], every[0], recap.received, recap.completed)]
    else:
        return found.rows
    return [known.get(value) or RecapRow(value, value, dict.fromkeys(Phase, 0)) for value in every]


def _named(dimension: Dimension, row: RecapRow, fixed: Words) -> tuple[Cell, Cell]:
    if not row.value:
        return None, UNKNOWN
    match dimension:
        case Dimension.HOUR:
            return int(row.value), f"{row.value}.00"
        case Dimension.DAY:
            day = date.fromisoformat(row.value)
            return day, fixed.short_date(day)
        case Dimension.CHANNEL:
            return row.value, fixed(f"channel.{row.value}")
        case _:
            return row.value, row.label


def _reasons(view: View) -> Sheet:
    recap = view.recap
    return Sheet(
        name="Kendala",
        table="tblKendala",
        header=("Kode", REASON, "Kelompok", "Order", SHARE, CUMULATIVE),
        rows=[
            (
                reason.status,
                view.fixed.text(view.statuses[reason.status].label)
                if reason.status in view.statuses
                else reason.status,
                reason.group,
                reason.count,
                Share(reason.share),
                Share(reason.cumulative),
            )
            for reason in recap.reasons
        ],
        totals=(TOTAL, None, None, recap.held_up),
        widths=(24, 34, 20, 10, 10, 12),
    )


def _label(view: View, status: str) -> str:
    known = view.statuses.get(status)
    return view.fixed.text(known.label) if known else status


def _groups(view: View) -> Sheet:
    return Sheet(
        name="Kelompok Kendala",
        table="tblKelompokKendala",
        header=("Kelompok", "Order", SHARE),
        rows=[(group.group or UNKNOWN, group.count, Share(group.share)) for group in view.recap.groups],
        totals=(TOTAL, view.recap.held_up),
        widths=(30, 10, 10),
    )


def _ages(view: View) -> Sheet:
    ages = view.recap.ages
    return Sheet(
        name="Umur",
        table="tblUmur",
        header=("Kode", "Umur", "Order"),
        rows=[(age, view.fixed(f"recap.age.{age}"), ages.get(age, 0)) for age in AGES],
        totals=(TOTAL, None, view.recap.open_now),
        widths=(10, 30, 10),
    )


def _times(view: View) -> Sheet:
    def row(figure: Figure) -> tuple[Cell, ...]:
        spread = figure.of(view.recap)
        spread = spread if isinstance(spread, Spread) else Spread()
        return figure.code, figure.name(view.fixed), spread.count, spread.median, spread.p90

    return Sheet(
        name="Waktu",
        table="tblWaktu",
        header=("Kode", "Waktu", "Order", "Median", "Persentil 90"),
        rows=[row(figure) for figure in FIGURES if figure.kind is Kind.TIMES],
        widths=(22, 40, 10, 12, 14),
    )


def _targets(view: View) -> Sheet:
    whole = view.recap.target
    return Sheet(
        name="Target",
        table="tblTarget",
        header=("STO", "Target", "Selesai", "Kurang", "Sisa hari kerja", "Perlu per hari", "Perkiraan akhir bulan"),
        rows=[
            (one.sto, one.target, one.done, one.left, one.days_left, one.per_day, one.landing)
            for one in view.recap.targets
            if one.sto
        ],
        totals=(TOTAL, whole.target, whole.done, whole.left, None, whole.per_day, whole.landing) if whole else (),
        widths=(14, 10, 10, 10, 16, 16, 22),
    )


def _definitions(view: View) -> Sheet:
    return Sheet(
        name="Definisi",
        table="tblDefinisi",
        header=("Kode", "Angka", "Definisi"),
        rows=[(figure.code, figure.name(view.fixed), view.words(figure.definition)) for figure in FIGURES],
        widths=(22, 40, 120),
    )


def cell_of(figure: Figure, value: Value) -> Cell:
    """Return a figure's value as a cell; durations as their median."""
    if isinstance(value, Spread):
        return value.median
    return Share(value) if figure.kind is Kind.SHARE and value is not None else value
