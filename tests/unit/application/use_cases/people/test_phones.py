"""Phone numbers: each is one person's, and what is none or was spoilt is never taken for one."""

import pytest

from sikpro.adapters.memory import MemoryTransactions
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.application.use_cases.people.edit_people import edit_person, person_texts
from sikpro.application.use_cases.people.grant_access import approve_access, ask_access
from sikpro.application.use_cases.people.manage_people import add_technician, checked_phone
from sikpro.domain.errors import AlreadyUsed, InvalidValue
from sikpro.domain.people import Person, Role
from sikpro.domain.spreadsheet_damage import check_unspoilt
from sikpro.testing.builders import NOON, a_person, a_technician, an_access_request

ZONE = "Asia/Jakarta"


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("0812-3456-789", "628123456789"),
        ("+62 812 3456 789", "628123456789"),
        ("+62 (0)812.3456.789", "628123456789"),
        ("0062 812 3456 789", "628123456789"),
        ("'08123456789", "628123456789"),
        ("８１２３４５６７８９", "628123456789"),
        ("8123456789", "628123456789"),
        ("812345678", "62812345678"),
        ("+81 90 1234 5678", "819012345678"),
        ("+86 138 1234 5678", "8613812345678"),
        ("031-8941234", "62318941234"),
        ("  ", ""),
    ],
)
def test_however_a_number_is_written_it_is_the_same(typed: str, understood: str) -> None:
    assert checked_phone(typed) == understood


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("6,28123E+12", "phone.shortened"),
        ("6.28E+12", "phone.shortened"),
        ("1e+05", "phone.shortened"),
        ("6.28123E12", "phone.shortened"),
        ("'6,28123E+12", "phone.shortened"),
        ("6.281.234E+12", "phone.shortened"),
        ("8123456789.0", "phone.shape"),
        ("6281234567890,00", "phone.shape"),
        ("1" * 200_000 + "x", "phone.length"),
        ("1" * 200_000, "phone.length"),
        ("0812 3456 789 / 0813 3456 789", "phone.shape"),
        ("08123456789,08133456789", "phone.shape"),
        ("08123456789; 08133456789", "phone.shape"),
        ("08123456789 08133456789", "phone.length"),
        ("+628123456789 +628133456789", "phone.shape"),
        ("WA 08123456789", "phone.shape"),
        ("0812345678O", "phone.shape"),
        ("tidak ada", "phone.shape"),
        ("٠٨١٢٣٤٥٦٧٨٩", "phone.shape"),
        ("-", "phone.shape"),
        ("12", "phone.length"),
        ("03/01/2026", "phone.shape"),
    ],
)
def test_what_is_no_number_is_refused_and_no_letter_is_dropped(typed: str, code: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        checked_phone(typed)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "typed",
    ["3-Jan", "03-Mei-26", "Agu-25", "1 Des 2025", "2026-01-03 00:00:00", "2026-01-03T00:00:00", "2026-01-03",
     "3/1/2026", "03/01/2026 00:00:00", "03/01/2026 0.00"],
)  # fmt: skip
def test_a_code_that_became_a_date_is_known_by_its_shape(typed: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        check_unspoilt(typed)
    assert refused.value.code == "cell.date"


@pytest.mark.parametrize("typed", ["44001234.0", "SC44001234.0", "20951234,00", "'20951234.0"])
def test_a_number_that_was_given_decimals_is_known_by_its_shape(typed: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        check_unspoilt(typed)
    assert refused.value.code == "cell.decimal"


@pytest.mark.parametrize(
    "typed",
    ["F5SDA445", "SC44001234.1", "20951234", "SC32232558", "485754431234E567", "1E05", "ODP-SDA-FAB/12", "ODP-JAN-003",
     "jan",
     "mei.lia", "MAR", "628123456789", "3JAN", "", "menunggu", "S.Agung-1"],
)  # fmt: skip
def test_what_identifies_stays_as_it_is_typed(typed: str) -> None:
    assert check_unspoilt(typed) == typed


class World:
    """A store with an admin, and a technician who has a number."""

    def __init__(self) -> None:
        self.store = MemoryTransactions()
        self.admin, self.budi = self.store.write(self._furnish)

    def _furnish(self, uow: UnitOfWork) -> tuple[Person, Person]:
        create_first_catalogue(uow)
        admin = uow.people.add(a_person("Admin", role=Role.ADMIN))
        return admin, uow.people.add(a_technician(phone="628123456789"))

    def refused(self, work: object) -> AlreadyUsed:
        assert callable(work)
        with pytest.raises(AlreadyUsed) as refused:
            self.store.write(work)
        return refused.value


def test_a_number_is_one_persons_alone_through_every_door() -> None:
    world = World()

    def add(uow: UnitOfWork) -> None:
        add_technician(uow, name="Agus", technician_code="F5SDA446", phone="0812-3456-789", now=NOON, by=world.admin)

    def edit(uow: UnitOfWork) -> None:
        agus = uow.people.add(a_technician("Agus", "F5SDA446"))
        typed = person_texts(agus) | {"phone": "8123456789"}
        edit_person(uow, agus.id, typed, version=agus.version, by=world.admin, now=NOON)

    def approve(uow: UnitOfWork) -> None:
        request = an_access_request(name="Agus", technician_code="F5SDA446", phone="+628123456789")
        asked = ask_access(uow, request, NOON, zone=ZONE)
        assert asked.matched_person == world.budi.id
        approve_access(uow, asked.id, world.admin, NOON, name="Agus", technician_code="F5SDA446", zone=ZONE)

    for door in (add, edit, approve):
        error = world.refused(door)
        assert (error.code, error.params) == (
            "already_used.by",
            {"field": "phone", "value": "628123456789", "name": world.budi.name},
        )


def test_a_number_of_no_shape_points_to_nobody_and_asks_all_the_same() -> None:
    world = World()
    request = an_access_request(name="Agus", phone="08123456789 x")
    assert world.store.write(lambda uow: ask_access(uow, request, NOON, zone=ZONE)).matched_person is None
