"""Recaps and imports of a script: counted, written to files, fixed; tables read from a path and taken back."""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import TypeVar

import pytest
from attrs import define, evolve
from openpyxl import load_workbook

import sikpro
from sikpro import Agreement, InvalidFields, InvalidValue, NotPermitted, RowVerdict, Verdict, WrittenState
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.application.use_cases.tables.portions import PORTION
from sikpro.testing.clock import StoryClock
from tests.unit.chat import NINE
from tests.unit.library.conftest import FIRST, SECOND, Office

T = TypeVar("T")
HEADER = "Tipe;No. SC;SN;STO;ODP;Teknisi"


def a_table(folder: Path, *rows: str, header: str = HEADER, name: str = "orders.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([header, *rows]), "utf-8")
    return path


def rows(count: int) -> list[str]:
    return [f"AO;SC4000{n:04};ZTEGC{n:07};SDA;ODP-SDA-003;F5SDA445" for n in range(count)]


@define
class Counting:
    """Transactions that count their writes."""

    inner: Transactions
    writes: int = 0

    def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do the work."""
        self.writes += 1
        return self.inner.write(work)

    def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do the work."""
        return self.inner.read(work)

    def opened(self) -> AbstractContextManager[UnitOfWork]:
        """Open a block."""
        return self.inner.opened()


def test_a_recap_is_counted_told_and_written(office: Office, tmp_path: Path) -> None:
    office.rina.change_status(FIRST, "selesai")
    recaps = office.sari.recaps
    assert (recaps("2026-11-02").total, recaps("2026-11", sto="TUN").total) == (2, 1)
    assert office.rina.recaps("2026-11").total == office.rina.recap("2026-11").total
    assert "2" in recaps.text("2026-11-02")
    recaps.to_excel("2026-11", tmp_path / "recap.xlsx")
    numbers = [row[2] for row in load_workbook(tmp_path / "recap.xlsx")["Order"].iter_rows(values_only=True)]
    assert {FIRST, SECOND} <= set(numbers)
    stream = io.BytesIO()
    recaps.to_csv("2026-11", stream, sto="TUN")
    assert (FIRST.encode() in stream.getvalue(), SECOND.encode() in stream.getvalue()) == (False, True)
    downloads = [event.object for event in office.admin.settings.security_events() if event.kind == "downloaded"]
    assert downloads == ["SIKPRO-rekap-2026-11-TUN.csv", "SIKPRO-rekap-2026-11.xlsx"]
    with pytest.raises(InvalidValue):
        recaps("november")


def test_a_recap_is_drawn_as_a_picture(office: Office) -> None:
    stream = io.BytesIO()
    office.sari.recaps.to_picture("2026-11-02", stream)
    assert stream.getvalue().startswith(b"\x89PNG")


def test_a_month_is_fixed_and_opened_and_a_day_gets_a_note(office: Office) -> None:
    recaps = office.sari.recaps
    with pytest.raises(InvalidValue):
        recaps.close_month("2026-11")
    office.clock.later(days=40)
    recaps.close_month("2026-11")
    assert recaps.closed_months() == {"2026-11"}
    recaps.open_month("2026-11", reason="tabel menyusul")
    assert recaps.closed_months() == frozenset()
    note = recaps.add_note(date(2026, 11, 2), "hujan", place="sto:SDA")
    assert recaps.change_note(note.id, day=date(2026, 11, 3), text="banjir").text == "banjir"
    assert [one.text for one in recaps.notes(date(2026, 11, 1), date(2026, 11, 30))] == ["banjir"]
    recaps.drop_note(note.id)
    assert recaps.notes(date(2026, 11, 1), date(2026, 11, 30)) == ()
    with pytest.raises(InvalidFields):
        recaps.add_note(date(2026, 11, 2), "")
    with pytest.raises(NotPermitted):
        office.rina.recaps.close_month("2026-11")


def test_good_rows_become_orders_and_the_others_say_what_is_wrong(office: Office, tmp_path: Path) -> None:
    table = a_table(tmp_path, *rows(2), f"AO;{FIRST};ZTEGC6754546;SDA;ODP-SDA-003;F5SDA445", "AO;SC1;;;;")
    plan = office.admin.imports.plan_orders(table, received_now=True)
    assert {one.value: plan.count(one) for one in RowVerdict} == {"new": 2, "double": 1, "wrong": 1}
    assert office.admin.orders.where(channel="import").count() == 0
    done = office.admin.imports.orders(table, received_now=True)
    assert (done.plan.mark, done.table.added, done.table.state) == (plan.mark, 2, WrittenState.WRITTEN)
    assert office.admin.orders.where(channel="import").count() == 2
    assert [one.id for one in office.admin.imports.written()] == [done.table.id]
    assert office.admin.imports.plan_take_back(done.table.id).possible
    assert office.admin.imports.take_back(done.table.id)
    assert office.admin.orders.where(channel="import").count() == 0
    assert not office.admin.imports.take_back(done.table.id)
    with pytest.raises(InvalidValue, match="No column is the date"):
        office.admin.imports.orders(table)
    with pytest.raises(NotPermitted):
        office.bagus.imports.orders(table, received_now=True)


def test_a_large_table_is_written_and_taken_back_in_portions(office: Office, tmp_path: Path) -> None:
    table = a_table(tmp_path, *rows(PORTION + 5))
    counting = Counting(office.script.transactions)
    admin = evolve(office.admin, transactions=counting)
    done = admin.imports.orders(table, received_now=True)
    assert (done.table.state, done.table.added) == (WrittenState.WRITTEN, PORTION + 5)
    assert counting.writes == 3, "it is kept, and written in two portions"
    assert admin.imports.take_back(done.table.id)
    assert counting.writes == 6
    assert office.admin.orders.where(channel="import").count() == 0


def test_a_large_table_in_a_block_is_all_or_nothing(office: Office, tmp_path: Path) -> None:
    table = a_table(tmp_path, *rows(PORTION + 5))

    def block() -> None:
        with office.admin.transaction() as work:
            work.imports.orders(table, received_now=True)
            assert work.orders.where(channel="import").count() == PORTION + 5
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        block()
    assert office.admin.orders.where(channel="import").count() == 0
    assert office.admin.imports.written() == ()


def test_the_exported_orders_of_one_sikpro_are_imported_by_another(office: Office, tmp_path: Path) -> None:
    office.script.orders.where().to_excel(tmp_path / "orders.xlsx")
    with sikpro.connect(clock=StoryClock(NINE.replace(hour=9)), role=sikpro.Role.ADMIN) as other:
        for row in office.script.catalogue.site_operations():
            other.add_to_catalogue(row)
        other.add_to_catalogue(*office.script.catalogue.stos())
        done = other.imports.orders(tmp_path / "orders.xlsx", sheet="Order")
        assert done.table.added == 2, [row.errors for row in done.plan.rows]
        assert {row.number for row in other.orders.where()} == {FIRST, SECOND}


def test_a_list_is_imported_from_a_path(office: Office, tmp_path: Path) -> None:
    table = a_table(tmp_path, "MLG;Malang;SDA", "XX;;", header="Kode;Nama;SO")
    with pytest.raises(InvalidValue):
        office.admin.imports.rows("stos", a_table(tmp_path, "1;2", header="a;b", name="other.csv"))
    plan = office.admin.imports.plan_rows("stos", table)
    assert (plan.count(Verdict.NEW), len(plan.lines)) == (1, 2)
    assert office.admin.imports.rows("stos", table).table.added == 1
    assert "MLG" in {row.code for row in office.admin.catalogue.stos()}
    with pytest.raises(ValueError, match="there is no list 'sto'; there are people, targets"):
        office.admin.imports.rows("sto", table)
    with pytest.raises(NotPermitted):
        office.bagus.imports.plan_rows("stos", table)


def test_a_row_that_replaces_what_identifies_a_person_needs_a_yes(office: Office, tmp_path: Path) -> None:
    table = a_table(tmp_path, "Agus Salim;F5TUN446;0812-3456-789", header="Nama;Kode teknisi;Telepon")
    office.admin.imports.rows("people", table)
    again = a_table(tmp_path, "Agus Salim;F5TUN446;0812-3456-780", header="Nama;Kode teknisi;Telepon")
    with pytest.raises(InvalidValue) as refused:
        office.admin.imports.rows("people", again)
    assert refused.value.code == "import.not_looked"
    assert office.admin.imports.rows("people", again, replace_people=True).table.changed == 1


@pytest.mark.parametrize(
    ("header", "options", "said"),
    [
        (
            "Tipe;Apa",
            {},
            r"imports.plan_orders: the table lacks registration_number.*; its headings are Tipe, Apa",
        ),
        (HEADER, {"sheet": "Nov"}, "there is no sheet 'Nov'"),
        (HEADER, {"headings": {"Apa": "serial"}}, "there is no heading 'Apa'; there are Tipe, No. SC"),
        (HEADER, {"headings": {"SN": "modem"}}, "there is no column 'modem'; there are"),
        (HEADER, {"helpdesks": {"Rin": "rin"}, "received_now": True}, "rin"),
    ],
)
def test_a_table_without_what_is_needed_is_refused_by_its_name(
    office: Office, tmp_path: Path, header: str, options: sikpro.OrderTable, said: str
) -> None:
    with pytest.raises((ValueError, sikpro.NotFound), match=said):
        office.admin.imports.plan_orders(a_table(tmp_path, "AO;1;2;3;4;5", header=header), **options)


def test_a_heading_of_ones_own_is_told_to_the_import(office: Office, tmp_path: Path) -> None:
    table = a_table(tmp_path, *rows(1), header=HEADER.replace("No. SC", "Kunci"))
    with pytest.raises(ValueError, match="lacks registration_number"):
        office.admin.imports.plan_orders(table, received_now=True)
    plan = office.admin.imports.plan_orders(table, received_now=True, headings={"kunci": "registration_number"})
    assert plan.count(RowVerdict.NEW) == 1


def test_the_provider_s_table_is_compared_and_its_differences_are_mended(office: Office, tmp_path: Path) -> None:
    table = a_table(
        tmp_path,
        f"{FIRST};BERES;;;;;",
        "SC32232580;BERES;AO;ZTEGC6754580;SDA;ODP-SDA-003;F5SDA445",
        header="No. SC;Status;Tipe;SN;STO;ODP;Teknisi",
    )
    found = office.bagus.imports.compare(table, meanings={"BERES": "finished"})
    assert (found.counts[Agreement.TO_COMPLETE], found.counts[Agreement.NEVER_REQUESTED]) == (1, 1)
    assert [row.number for row in found.missing] == [SECOND]
    assert office.bagus.imports.compare(table).counts[Agreement.OPEN_BOTH] == 1
    done = office.bagus.imports.complete(table, meanings={"BERES": "finished"})
    assert (done.numbers, dict(done.refused)) == ((FIRST,), {})
    plan = office.bagus.imports.plan_missing(table, meanings={"BERES": "finished"})
    assert [row.verdict for row in plan.rows] == [RowVerdict.WRONG], "no column says when it came in"
    with pytest.raises(ValueError, match="the table has no status 'PS'; it has BERES"):
        office.bagus.imports.compare(table, meanings={"PS": "finished"})
    with pytest.raises(ValueError, match="there is no 'ok'; there are finished"):
        office.bagus.imports.compare(table, meanings={"BERES": "ok"})
    dated = a_table(
        tmp_path,
        "SC32232580;PROSES;AO;ZTEGC6754580;SDA;ODP-SDA-003;F5SDA445;2026-11-02 08:00",
        header="No. SC;Status;Tipe;SN;STO;ODP;Teknisi;Tanggal",
    )
    assert office.bagus.imports.make_missing(dated).added == 1
    assert office.bagus.order("SC32232580").number == "SC32232580"
