"""What may be typed of a person, and what becomes of several requests for access that are approved at once."""

import pytest
from attrs import evolve

from sikpro.application.ports.sessions import Session
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.people.access_decision import pointed_to, request_mark
from sikpro.application.use_cases.people.edit_people import edit_person, end_session, person_texts
from sikpro.application.use_cases.people.grant_access import approve_many
from sikpro.domain.errors import ConcurrencyConflict, InvalidFields, NotFound
from sikpro.domain.people import Person, RequestState, Role
from sikpro.testing.builders import an_access_request
from tests.unit.chat import NINE, ZONE, World

AGUS, RINA, BAGUS, ADMIN = 2, 4, 5, 6


def edit(uow: UnitOfWork, person_id: int, **typed: str) -> Person:
    person = uow.people.get(person_id)
    texts = person_texts(person) | typed
    return edit_person(uow, person_id, texts, version=person.version, by=uow.people.get(ADMIN), now=NINE)


@pytest.mark.parametrize(
    ("person", "typed", "entry", "code"),
    [
        (AGUS, {"technician_code": ""}, "technician_code", "person.neither"),
        (AGUS, {"username": "agus"}, "role", "person.role_missing"),
        (AGUS, {"role": "helpdesk"}, "username", "person.username_missing"),
        (AGUS, {"role": "technician", "username": "agus"}, "role", "role.missing"),
        (AGUS, {"name": " "}, "name", "name.length"),
        (AGUS, {"technician_code": "F5"}, "technician_code", "technician.shape"),
        (AGUS, {"site_operation": "XXX"}, "site_operation", "not_found"),
        (AGUS, {"phone": "12"}, "phone", "phone.length"),
        (AGUS, {"language": "fr"}, "language", "language.unknown"),
        (RINA, {"username": "r"}, "username", "username.shape"),
    ],
)
def test_what_is_wrong_of_a_person_is_said_at_its_entry(
    person: int, typed: dict[str, str], entry: str, code: str
) -> None:
    with pytest.raises(InvalidFields) as refused:
        World().transactions.write(lambda uow: edit(uow, person, **typed))
    assert {name: error.code for name, error in refused.value.errors.items()} == {entry: code}


def test_somebody_may_have_an_account_a_code_or_both() -> None:
    world = World()
    both = world.transactions.write(lambda uow: edit(uow, AGUS, username="Agus", role="team_leader"))
    assert (both.username, both.role, both.technician_code) == ("agus", Role.TEAM_LEADER, "F5TUN446")
    account = world.transactions.write(lambda uow: edit(uow, AGUS, technician_code="", site_operation=""))
    assert (account.role, account.technician_code, account.site_operation) == (Role.TEAM_LEADER, None, None)


def test_of_two_who_edit_a_person_the_second_is_told_unless_they_say_the_same() -> None:
    def work(uow: UnitOfWork) -> None:
        agus, admin = uow.people.get(AGUS), uow.people.get(ADMIN)

        def store(name: str) -> Person:
            return edit_person(uow, AGUS, person_texts(agus) | {"name": name}, version=1, by=admin, now=NINE)

        assert store("Agus S").version == store("Agus S").version
        store("Agus T")

    with pytest.raises(ConcurrencyConflict):
        World().transactions.write(work)


def test_of_several_requests_each_is_approved_as_it_was_shown_and_as_one_may() -> None:
    world = World()

    def work(uow: UnitOfWork) -> list[tuple[str, str | None, str | None]]:
        uow.people.save(evolve(uow.people.get(AGUS), telegram_id=None, site_operation=None))
        uow.people.save(evolve(uow.people.get(RINA), technician_code="F5SDA700"))
        asked = [
            an_access_request(801, name="Joni", technician_code="F5MRT801"),
            an_access_request(802, name="Agus", technician_code="F5TUN446"),
            an_access_request(803, name="Rina", technician_code="F5SDA700"),
            an_access_request(804, name="Tedi", technician_code="F5SDA804"),
            an_access_request(805, name="Sari", technician_code="ZZZZ"),
        ]
        stored = [uow.access_requests.put(request) for request in asked]
        marks = {request.id: request_mark(request, pointed_to(uow, request)) for request in stored}
        marks[stored[3].id] = "changed"
        people = approve_many(uow, marks, uow.people.get(BAGUS), NINE, zone=ZONE)
        states = [uow.access_requests.get(request.id).state for request in stored]
        approved, pending = RequestState.APPROVED, RequestState.PENDING
        assert states == [approved, approved, pending, pending, approved]
        assert {person.telegram_id for person in people} == {801, 802, 805}
        return [(person.name, person.technician_code, person.site_operation) for person in people]

    assert sorted(world.transactions.write(work)) == [
        ("Agus", "F5TUN446", "SDA"),
        ("Joni", "F5MRT801", "MJK"),
        ("Sari", "ZZZZ", None),
    ]


def test_one_ends_ones_own_sessions_and_nobody_elses() -> None:
    def work(uow: UnitOfWork) -> bool:
        rina = uow.people.get(RINA)
        for letter, person in (("a", RINA), ("b", BAGUS)):
            uow.sessions.add(Session(id=letter * 64, person=person, created_at=NINE, used_at=NINE))
        end_session(uow, rina, "a" * 64, NINE)
        end_session(uow, rina, "a" * 64, NINE)  # it is over already
        with pytest.raises(NotFound):
            end_session(uow, rina, "b" * 64, NINE)
        return uow.sessions.get("a" * 64) is None and uow.sessions.get("b" * 64) is not None

    assert World().transactions.write(work)
