"""People from a table: nobody gets a number that a spreadsheet has spoilt, and no two the same one."""

from collections.abc import Mapping

import pytest

from sikpro.adapters.memory import MemoryTransactions
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.application.use_cases.tables.import_rows import ImportPlan, import_rows, plan_import
from sikpro.application.use_cases.tables.row_lists import LISTS
from sikpro.domain.people import Person, Role
from sikpro.testing.builders import NOON, a_person, a_site_operation, a_technician, an_sto

HEADER = ["Kode teknisi", "Nama", "Nomor telepon"]


class World:
    """A store with an admin and two technicians, one of them with a number."""

    def __init__(self) -> None:
        self.store = MemoryTransactions()
        self.admin = self.store.write(self._furnish)

    def _furnish(self, uow: UnitOfWork) -> Person:
        create_first_catalogue(uow)
        uow.catalogue.put_site_operation(a_site_operation())
        uow.catalogue.put_sto(an_sto())
        uow.people.add(a_technician("Budi", "F5SDA445", phone="628123456789"))
        uow.people.add(a_technician("Agus", "F5SDA446"))
        return uow.people.add(a_person("Admin", role=Role.ADMIN))

    def plan(self, *rows: list[str], name: str = "people") -> ImportPlan:
        return self.store.read(lambda uow: plan_import(uow, LISTS[name], rows, self.admin))

    def apply(self, *rows: list[str]) -> None:
        mark = self.plan(*rows).mark
        self.store.write(lambda uow: import_rows(uow, LISTS["people"], rows, mark, self.admin, NOON))

    def phones(self) -> dict[str, str]:
        return self.store.read(lambda uow: {one.name: one.phone for one in uow.people.all() if one.technician_code})


def said(plan: ImportPlan) -> list[Mapping[str, str]]:
    return [{column: error.code for column, error in line.errors.items()} for line in plan.lines]


def test_a_number_that_excel_has_shortened_replaces_nobodys() -> None:
    world = World()
    rows = (HEADER, ["F5SDA445", "", "6,28123E+12"], ["F5SDA446", "", "6.28123E+12"], ["3-Jan", "Joni", ""])
    assert said(world.plan(*rows)) == [
        {"phone": "cell.shortened"},
        {"phone": "cell.shortened"},
        {"technician_code": "cell.date"},
    ]
    world.apply(*rows)
    assert world.phones() == {"Budi": "628123456789", "Agus": ""}


@pytest.mark.parametrize(
    ("name", "header", "row", "column"),
    [
        ("people", ["Nama pengguna", "Nama", "Peran"], ["2E+10", "Joni", "Helpdesk"], "username"),
        ("people", ["Kode teknisi", "Nama", "Site Operation"], ["F5SDA900", "Joni", "1E+05"], "site_operation"),
        ("site-operations", ["Kode", "Nama"], ["3-Jan", "Sidoarjo"], "code"),
        ("stos", ["Kode", "Nama", "Site Operation"], ["1E+02", "Sidoarjo", "SDA"], "code"),
        ("statuses", ["Kode", "Nama Indonesia"], ["2026-01-03 00:00:00", "Baru"], "code"),
        ("order-types", ["Kode", "Nama Indonesia"], ["Mar-26", "Baru"], "code"),
        ("targets", ["Bulan", "STO", "Target"], ["2026-11", "1E+05", "12"], "sto"),
    ],
)
def test_every_list_refuses_what_a_spreadsheet_made_of_what_identifies(
    name: str, header: list[str], row: list[str], column: str
) -> None:
    (error,) = said(World().plan(header, row, name=name))
    assert column in error
    assert error[column].startswith("cell.")


def test_two_rows_with_one_number_are_both_refused_however_they_write_it() -> None:
    plan = World().plan(HEADER, ["F5SDA900", "Joni", "0813 1111 222"], ["F5SDA446", "", "628131111222"])
    assert said(plan) == [{"phone": "row.phone_twice"}] * 2


def test_a_number_of_somebody_else_is_refused_with_their_name_until_they_gave_it_up() -> None:
    world = World()
    taken, given_up = ["F5SDA446", "", "8123456789"], ["F5SDA445", "", "08131111222"]
    plan = world.plan(HEADER, taken)
    assert said(plan) == [{"phone": "already_used.by"}]
    assert plan.lines[0].errors["phone"].params["name"] == "Budi"
    assert said(world.plan(HEADER, given_up, taken)) == [{}, {}]
    world.apply(HEADER, given_up, taken)
    assert world.phones() == {"Budi": "628131111222", "Agus": "628123456789"}


def test_what_replaces_a_number_shows_the_old_one_and_the_new_one_as_it_is_understood() -> None:
    plan = World().plan(HEADER, ["F5SDA445", "Budi S.", "0813-1111-222"], ["F5SDA446", "", "0813-1111-223"])
    line = plan.lines[0]
    assert (line.replaced["phone"], line.new["phone"]) == ("628123456789", "628131111222")
    assert plan.replacing(LISTS["people"].person) == 1


@pytest.mark.parametrize(
    ("name", "header", "columns"),
    [
        ("people", ["KODE", "NAMA TEKNISI", "NO HP", "SO"], ["technician_code", "name", "phone", "site_operation"]),
        ("people", ["Nama", "NAMA TEKNISI", "Kode teknisi", "Kode"], ["name", "", "technician_code", ""]),
        ("stos", ["STO", "Nama STO", "SO"], ["code", "name", "site_operation"]),
        ("site-operations", ["SO", "Nama"], ["code", "name"]),
        ("targets", ["Bulan", "Workzone", "Target", "catatan"], ["month", "sto", "target", ""]),
    ],
)
def test_headings_of_the_field_are_understood_and_what_is_not_used_is_named(
    name: str, header: list[str], columns: list[str]
) -> None:
    plan = World().plan(header, name=name)
    assert list(plan.taken) == [(heading, column) for heading, column in zip(header, columns, strict=True) if column]
    assert list(plan.unknown) == [heading for heading, column in zip(header, columns, strict=True) if not column]


def test_a_number_without_its_beginning_and_a_code_without_its_zeros_are_refused() -> None:
    world = World()
    world.store.write(lambda uow: uow.people.add(a_technician("Nol", "00445566")))
    rows = (
        HEADER,
        ["F5SDA445", "", "315551234"],
        ["445566", "Nol", ""],
        ["F5SDA446", "", "#N/A"],
        ["F5SDA901", "#REF!", ""],
    )
    assert said(world.plan(*rows)) == [
        {"phone": "cell.zero_lost"},
        {"technician_code": "cell.zeros"},
        {"phone": "cell.error"},
        {"name": "cell.error"},
    ]
    assert said(world.plan(HEADER, ["F5SDA445", "", "628123456789"], ["F5SDA446", "", "812 3456 780"])) == [{}, {}]


def test_two_rows_about_one_person_are_one_too_many_however_they_name_them() -> None:
    world = World()
    world.store.write(lambda uow: uow.people.add(a_person("Sari", username="sari", technician_code="F5SDA800")))
    header = ["Kode teknisi", "Nama pengguna", "Nama"]
    rows = (
        header,
        ["F5SDA800", "", "Sari A"],
        ["", "sari", "Sari B"],
        ["F5SDA901", "", "Baru"],
        ["f5sda901", "", "Lagi"],
    )
    twice = {"technician_code": "row.twice"}
    assert said(world.plan(*rows)) == [{}, twice, {}, twice]
