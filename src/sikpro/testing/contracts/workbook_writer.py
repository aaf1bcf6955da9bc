"""The contract of `WorkbookWriter`: sheets as a person opens them, whole or not at all."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from sikpro.application.ports.workbooks import Cell, Chart, ChartKind, Share, Sheet, WorkbookWriter

NewWriter = Callable[..., WorkbookWriter]


HEADER = ("Kode", "Angka")


AT = datetime(2026, 11, 2, 9, 30)  # noqa: DTZ001  # Excel's times have no zone


def a_sheet(*rows: Sequence[Cell], **more: Any) -> Sheet:
    return Sheet(**({"name": "Order", "header": HEADER, "rows": rows} | more))


def written(writer: WorkbookWriter, path: Path, *sheets: Sheet) -> Workbook:
    writer.write(path, sheets)
    return load_workbook(path)


def values(book: Workbook, sheet: str = "Order") -> list[tuple[Any, ...]]:
    return list(book[sheet].iter_rows(values_only=True))


class WorkbookWriterContract:
    """What a writer of workbooks promises; it needs the fixture `new_writer`."""

    @pytest.fixture
    def writer(self, new_writer: NewWriter) -> WorkbookWriter:
        """A writer of full sheets."""
        return new_writer()

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        """Where the file will be."""
        return tmp_path / "rekap.xlsx"

    @pytest.mark.parametrize("text", ["=cmd()|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("x")', "007"])
    def test_text_is_never_a_formula_or_a_number(self, writer: WorkbookWriter, path: Path, text: str) -> None:
        cell = written(writer, path, a_sheet((text,)))["Order"]["A2"]
        assert (cell.value, cell.data_type) == (text, "s")

    @pytest.mark.parametrize(
        "text", ["<b>&amp;</b>", " spasi ", "dua\nbaris", "%_ \u202eRTL 😀", "'kutip", "x" * 32_767]
    )
    def test_text_arrives_as_it_was_typed(self, writer: WorkbookWriter, path: Path, text: str) -> None:
        assert written(writer, path, a_sheet((text,)))["Order"]["A2"].value == text

    def test_numbers_times_days_durations_and_empty_cells_are_what_they_are(
        self, writer: WorkbookWriter, path: Path
    ) -> None:
        row = (7, 2.5, AT, date(2026, 11, 2), timedelta(hours=30), None, "", "akhir")
        book = written(writer, path, a_sheet(row, header=[str(place) for place in range(len(row))]))
        midnight = datetime(2026, 11, 2)  # noqa: DTZ001  # Excel's days are times
        assert values(book)[1] == (7, 2.5, AT, midnight, timedelta(hours=30), None, None, "akhir")
        assert [cell.is_date for cell in book["Order"][2]][:5] == [False, False, True, True, True]

    def test_a_share_is_shown_in_percent(self, writer: WorkbookWriter, path: Path) -> None:
        cell = written(writer, path, a_sheet(("a", Share(0.25))))["Order"]["B2"]
        assert (cell.value, cell.number_format[-1]) == (0.25, "%")

    def test_sheets_keep_their_order_and_are_asked_for_one_by_one(self, writer: WorkbookWriter, path: Path) -> None:
        made: list[str] = []

        def rows(name: str) -> Iterator[Sequence[Cell]]:
            for number in range(2):
                made.append(f"{name}{number}")
                yield name, number

        def sheets() -> Iterator[Sheet]:
            for name in ("Order", "Jam"):
                made.append(name)
                yield a_sheet(name=name, rows=rows(name))

        writer.write(path, sheets())
        book = load_workbook(path)
        assert made == ["Order", "Order0", "Order1", "Jam", "Jam0", "Jam1"]
        assert [values(book, name) for name in book.sheetnames] == [
            [HEADER, ("Order", 0), ("Order", 1)],
            [HEADER, ("Jam", 0), ("Jam", 1)],
        ]

    @pytest.mark.parametrize("rows", [[], [("a", 1), ("b", 2)]], ids=["no rows", "rows"])
    def test_a_table_covers_header_and_rows_also_without_any(
        self, writer: WorkbookWriter, path: Path, rows: list[Sequence[Cell]]
    ) -> None:
        (table,) = written(writer, path, a_sheet(*rows, table="tblOrder"))["Order"].tables.values()
        assert (table.name, table.ref) == ("tblOrder", f"A1:B{1 + max(len(rows), 1)}")
        assert [column.name for column in table.tableColumns] == list(HEADER)

    @pytest.mark.parametrize("rows", [[], [("a", 1), ("b", 2)]], ids=["no rows", "rows"])
    def test_rows_above_and_the_totals_below_are_no_part_of_the_table(
        self, writer: WorkbookWriter, path: Path, rows: list[Sequence[Cell]]
    ) -> None:
        intro = [("Rekap", None), ("Periode", "2026-11"), ()]
        book = written(writer, path, a_sheet(*rows, table="tblOrder", intro=intro, totals=("Jumlah", 3)))
        nothing = (None, None)
        assert values(book) == [*intro[:2], nothing, HEADER, *(rows or [nothing]), ("Jumlah", 3)]
        assert book["Order"].tables["tblOrder"].ref == f"A4:B{4 + max(len(rows), 1)}"

    def test_the_header_stays_visible_unless_there_are_rows_above_it(self, writer: WorkbookWriter, path: Path) -> None:
        book = written(writer, path, a_sheet(("a", 1)), a_sheet(("a", 1), name="Ringkasan", intro=[("Rekap",)]))
        assert (book["Order"].freeze_panes, book["Ringkasan"].freeze_panes) == ("A2", None)

    def test_columns_have_their_widths(self, writer: WorkbookWriter, path: Path) -> None:
        columns = written(writer, path, a_sheet(("a", 1), widths=(20, 8)))["Order"].column_dimensions
        assert (columns["A"].width, columns["B"].width) == (20, 8)

    def test_named_cells_can_be_found_by_their_names(self, writer: WorkbookWriter, path: Path) -> None:
        book = written(writer, path, a_sheet(("a", 1), name="Ringkasan 26", names={"Angka": "B2"}))
        ((sheet, cell),) = book.defined_names["Angka"].destinations
        assert (book[sheet][cell].value, len(book.defined_names)) == (1, 1)

    @pytest.mark.parametrize("count", [9, 10, 25])
    def test_rows_that_do_not_fit_go_on_in_further_sheets(self, new_writer: NewWriter, path: Path, count: int) -> None:
        writer = new_writer(most_rows=10)
        names = {"Angka": "B2"}
        book = written(writer, path, a_sheet(*((f"{n}", n) for n in range(count)), table="tblOrder", names=names))
        parts = -(-count // (writer.most_rows - 1))
        assert book.sheetnames == ["Order", "Order 2", "Order 3"][:parts]
        assert [name for page in book for name in page.tables] == ["tblOrder", "tblOrder2", "tblOrder3"][:parts]
        assert {page["A1"].value for page in book} == {"Kode"}
        assert [row[1] for page in book for row in page.iter_rows(min_row=2, values_only=True)] == list(range(count))
        assert [page.max_row for page in book][:-1] == [10] * (parts - 1)
        assert list(book.defined_names["Angka"].destinations) == [("Order", "$B$2")]

    def test_no_sheet_has_more_rows_than_fit_with_rows_above_and_totals(
        self, new_writer: NewWriter, path: Path
    ) -> None:
        rows = [(f"{n}", n) for n in range(16)]
        book = written(new_writer(most_rows=10), path, a_sheet(*rows, intro=[("Rekap",)], totals=("Jumlah", 120)))
        assert max(page.max_row for page in book) <= 10
        assert sum(row in rows for page in book for row in page.iter_rows(values_only=True)) == 16
        lasts = [list(page.iter_rows(values_only=True))[-1] for page in book]
        assert [last == ("Jumlah", 120) for last in lasts] == [False, False, True]

    @pytest.mark.parametrize("kind", ChartKind)
    def test_a_chart_shows_the_columns_of_a_table_of_another_sheet(
        self, writer: WorkbookWriter, path: Path, kind: ChartKind
    ) -> None:
        columns = ("Masuk", "Bagian")
        chart = Chart(kind=kind, title="Per jam", table="tblJam", labels="Jam", values=columns, at="F2")
        summary = a_sheet(("a", 1), name="Ringkasan", charts=[chart])
        rows = [("08", 3, Share(0.75)), ("09", 1, Share(1))]
        hours = Sheet(name="Jam", header=("Jam", *columns), rows=rows, table="tblJam", intro=[("Rekap",)])
        (found,) = written(writer, path, summary, hours)["Ringkasan"]._charts
        assert (found.anchor._from.col, found.anchor._from.row) == (5, 1)
        series = [one for part in (found, *found._charts[1:]) for one in part.series]
        assert [one.val.numRef.f for one in series] == ["'Jam'!$B$3:$B$4", "'Jam'!$C$3:$C$4"]
        assert {(one.cat.numRef or one.cat.strRef).f for one in series if one.cat} == {"'Jam'!$A$3:$A$4"}

    def test_a_file_is_replaced_as_a_whole(self, writer: WorkbookWriter, path: Path) -> None:
        written(writer, path, a_sheet(("lama", 1)), a_sheet(name="Jam"))
        assert values(written(writer, path, a_sheet(("baru", 2)))) == [HEADER, ("baru", 2)]
        assert load_workbook(path).sheetnames == ["Order"]

    @pytest.mark.parametrize("old", [True, False], ids=["over an old file", "where none was"])
    def test_a_file_that_cannot_be_finished_leaves_what_was_there_and_no_rest(
        self, writer: WorkbookWriter, path: Path, old: bool
    ) -> None:
        def rows() -> Iterator[Sequence[Cell]]:
            yield "baru", 2
            assert values(load_workbook(path))[1] == ("lama", 1) if old else not path.exists()
            raise RuntimeError("the query failed")

        if old:
            written(writer, path, a_sheet(("lama", 1)))
        with pytest.raises(RuntimeError, match="the query failed"):
            writer.write(path, [a_sheet(name="Jam"), a_sheet(rows=rows())])
        assert list(path.parent.iterdir()) == ([path] if old else [])
        if old:
            assert values(load_workbook(path))[1] == ("lama", 1)
