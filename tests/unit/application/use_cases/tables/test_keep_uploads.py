"""A table that waits for a decision: it comes back whole, to whoever uploaded it and to nobody else."""

import pytest

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tables import TableSheet
from sikpro.application.use_cases.tables.uploads import Purpose, Upload, find_upload, keep_upload
from sikpro.domain.errors import InvalidValue, NotFound
from sikpro.domain.people import Person
from tests.unit.chat import NINE, World

BAGUS, ADMIN = 5, 6
ORDERS = TableSheet(name="Order", rows=[["SC", "STO"], ["SC100001", "“SDA”"]])
BROKEN = TableSheet(name="Rusak", rows=[], error=InvalidValue("table.too_wide", "300"))
WHOLE = Upload(file="order.xlsx", sheets=(ORDERS, BROKEN), choice={"sheet": 0, "columns": {"0": "registration_number"}})


def test_an_upload_comes_back_as_it_was_kept() -> None:
    def work(uow: UnitOfWork) -> None:
        admin = uow.people.get(ADMIN)
        number = keep_upload(uow, Purpose.IMPORT, WHOLE, admin, NINE)
        found = find_upload(uow, Purpose.IMPORT, number, admin)
        assert (found.id, found.file, found.choice) == (number, "order.xlsx", WHOLE.choice)
        assert [(sheet.name, sheet.rows) for sheet in found.sheets] == [("Order", ORDERS.rows), ("Rusak", [])]
        errors = [sheet.error for sheet in found.sheets]
        assert errors[0] is None
        assert errors[1] is not None
        assert (errors[1].code, errors[1].typed) == ("table.too_wide", "300")
        assert (found.sheet.name, found.columns) == ("Order", {0: "registration_number"})

    World().transactions.write(work)


def test_an_upload_without_a_choice_means_its_first_sheet_and_none_is_chosen_beyond_the_last() -> None:
    def chosen(**choice: object) -> str:
        return Upload(file="x", sheets=(ORDERS, BROKEN), choice=choice).sheet.name

    assert [chosen(), chosen(sheet=1), chosen(sheet="9")] == ["Order", "Rusak", "Rusak"]
    assert Upload(file="x", sheets=(ORDERS,)).columns == {}


def test_what_is_decided_next_takes_the_place_of_what_was_before() -> None:
    def work(uow: UnitOfWork) -> None:
        admin = uow.people.get(ADMIN)
        first = keep_upload(uow, Purpose.IMPORT, WHOLE, admin, NINE)
        second = keep_upload(uow, Purpose.IMPORT, find_upload(uow, Purpose.IMPORT, first, admin), admin, NINE)
        assert second != first
        with pytest.raises(NotFound):
            find_upload(uow, Purpose.IMPORT, first, admin)
        assert find_upload(uow, Purpose.IMPORT, second, admin).file == "order.xlsx"

    World().transactions.write(work)


@pytest.mark.parametrize(
    ("purpose", "person", "shift"),
    [
        (Purpose.RECONCILE, ADMIN, 0),
        (Purpose.IMPORT, BAGUS, 0),
        (Purpose.IMPORT, ADMIN, 1),
        (Purpose.IMPORT, ADMIN, -99),
    ],
)
def test_an_upload_of_somebody_else_or_for_something_else_is_not_found(
    purpose: Purpose, person: int, shift: int
) -> None:
    def work(uow: UnitOfWork) -> None:
        number = keep_upload(uow, Purpose.IMPORT, WHOLE, uow.people.get(ADMIN), NINE)
        by: Person = uow.people.get(person)
        find_upload(uow, purpose, number + shift, by)

    with pytest.raises(NotFound) as refused:
        World().transactions.write(work)
    assert dict(refused.value.params) == {"what": "upload", "name": ""}
