"""Accounts and requests to the last detail: what stays when something changes, and in which language it is said."""

from datetime import timedelta

import pytest
from attrs import evolve

from sikpro.application.i18n import words_in
from sikpro.application.ports.conversations import Conversation
from sikpro.application.ports.sessions import Session
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.people.access_decision import lets_in, request_mark
from sikpro.application.use_cases.people.bind_phone import bind_by_link
from sikpro.application.use_cases.people.edit_people import edit_person, person_texts, reset_password
from sikpro.application.use_cases.people.grant_access import approve_access, refuse_access
from sikpro.application.use_cases.people.manage_people import (
    add_account,
    checked_name,
    checked_phone,
    checked_site_operation,
    checked_username,
    set_password,
)
from sikpro.domain.errors import InvalidValue, NotFound
from sikpro.domain.people import Person, Role
from sikpro.testing.builders import a_person, a_technician, an_access_request, coded
from tests.unit.chat import NINE, ZONE, World

BUDI, AGUS, RINA, BAGUS, ADMIN = 1, 2, 4, 5, 6


def test_who_changes_their_password_stays_logged_in_where_they_are() -> None:
    def work(uow: UnitOfWork) -> list[str]:
        for letter in "ab":
            uow.sessions.add(Session(id=letter * 64, person=RINA, created_at=NINE, used_at=NINE))
        set_password(uow, RINA, "x", NINE, session="a" * 64)
        return [session.id[0] for session in uow.sessions.of_person(RINA)]

    assert World().transactions.write(work) == ["a"]


@pytest.mark.parametrize("one_time", [True, False])
def test_an_account_with_a_one_time_password_has_to_change_it(one_time: bool) -> None:
    def work(uow: UnitOfWork) -> Person:
        admin = uow.people.get(ADMIN)
        return add_account(
            uow,
            name=" Sari  W ",
            username=" Sari",
            password_hash="hash",
            role=Role.SUPERVISOR,
            now=NINE,
            by=admin,
            one_time=one_time,
        )

    sari = World().transactions.write(work)
    assert (sari.name, sari.username, sari.password_hash, sari.role) == ("Sari W", "sari", "hash", Role.SUPERVISOR)
    assert sari.must_change_password is one_time


def test_who_loses_the_account_loses_its_password_and_what_it_asked_for() -> None:
    def work(uow: UnitOfWork) -> Person:
        rina = evolve(uow.people.get(RINA), technician_code="F5SDA700", password_hash="x", must_change_password=True)
        rina = uow.people.save(rina)
        typed = person_texts(rina) | {"username": "", "role": ""}
        return edit_person(uow, RINA, typed, version=rina.version, by=uow.people.get(ADMIN), now=NINE)

    rina = World().transactions.write(work)
    assert (rina.password_hash, rina.must_change_password) == (None, False)


def test_names_numbers_and_passwords_may_be_as_long_as_they_say() -> None:
    assert checked_name("N" * 80) == "N" * 80
    assert (checked_username("ab"), checked_username("a" * 32)) == ("ab", "a" * 32)
    assert (checked_phone("+12345678"), checked_phone("+" + "1" * 15)) == ("12345678", "1" * 15)
    assert checked_phone(" ") == ""
    for phone in ("+1234567", "+" + "1" * 16):
        with pytest.raises(InvalidValue, check=coded("phone.length")):
            checked_phone(phone)
    for username in ("a", "a" * 33, ".ab"):
        with pytest.raises(InvalidValue, check=coded("username.shape")):
            checked_username(username)


def conversation(language: str) -> Conversation:
    return Conversation(chat_id=801, telegram_id=801, step="x", language=language, updated_at=NINE)


def said(uow: UnitOfWork) -> list[tuple[int, str, bool]]:
    sent = uow.outbox.claim(NINE + timedelta(hours=1), timedelta(minutes=1), 99)
    return [(item.message.chat_id, item.message.text, item.message.drop_keyboard) for item in sent]


@pytest.mark.parametrize(("chosen", "language"), [("en", "en"), ("id", "id"), ("", "id"), (None, "id")])
def test_a_stranger_who_is_refused_reads_it_in_their_language(chosen: str | None, language: str) -> None:
    def work(uow: UnitOfWork) -> list[tuple[int, str, bool]]:
        if chosen is not None:
            uow.conversations.put(conversation(chosen))
        request = uow.access_requests.put(an_access_request(801))
        refuse_access(uow, request.id, uow.people.get(BAGUS), NINE, zone=ZONE)
        return said(uow)

    assert World().transactions.write(work) == [(801, words_in(language, ZONE)("access.refused"), True)]


@pytest.mark.parametrize(("chosen", "language"), [("id", "id"), ("", "en"), (None, "en")])
def test_who_is_let_in_keeps_language_and_site_unless_they_chose_another(chosen: str | None, language: str) -> None:
    def work(uow: UnitOfWork) -> tuple[Person, list[tuple[int, str, bool]], Conversation | None]:
        uow.people.save(evolve(uow.people.get(AGUS), telegram_id=None, language="en"))
        if chosen is not None:
            uow.conversations.put(conversation(chosen))
        request = uow.access_requests.put(an_access_request(801, technician_code="F5TUN446"))
        person = approve_access(uow, request.id, uow.people.get(BAGUS), NINE, zone=ZONE)
        return person, said(uow), next(iter(uow.conversations.of(801, 801)), None)

    person, sent, left = World().transactions.write(work)
    assert (person.id, person.telegram_id, person.language, person.site_operation) == (AGUS, 801, language, "SDA")
    text = words_in(language, ZONE)("access.approved", name="Agus", code="F5TUN446")
    assert (sent, left) == ([(801, text, True)], None)


def test_a_request_has_another_mark_when_anything_of_it_is_another() -> None:
    request = an_access_request(801, technician_code="F5SDA1", phone="628123")
    budi, agus = evolve(a_technician(), id=BUDI), evolve(a_technician("Agus", "F5TUN446"), id=AGUS)
    rina = evolve(a_person(), id=BUDI)
    marks = [
        request_mark(request, ()),
        request_mark(request, (budi,)),
        request_mark(request, (agus,)),
        request_mark(request, (budi, evolve(rina, id=RINA))),
        request_mark(request, (rina,)),
        request_mark(request, (evolve(rina, role=Role.ADMIN),)),
        request_mark(request, (evolve(budi, active=False),)),
        request_mark(evolve(request, name="x"), (budi,)),
        request_mark(evolve(request, technician_code="x"), (budi,)),
        request_mark(evolve(request, phone="x"), (budi,)),
    ]
    assert len(set(marks)) == len(marks)
    assert {len(mark) for mark in marks} == {8}


def test_letting_somebody_in_again_says_with_which_account() -> None:
    words = words_in("en", ZONE)
    role = words("role.helpdesk")
    technician, rina = a_technician(), a_person()
    assert lets_in(technician, words) == words("access.lets_in", name="Budi Santoso")
    assert lets_in(rina, words) == words("access.lets_in_account", name="Rina", username="rina", role=role)
    nameless = words("access.lets_in_account", name="Rina", username="-", role=role)
    assert lets_in(evolve(rina, username=None), words) == nameless


def test_a_link_of_odd_letters_is_refused_like_any_other() -> None:
    with pytest.raises(InvalidValue, check=coded("link.wrong")):
        World().transactions.write(lambda uow: bind_by_link(uow, "\ud800", 801, 801, NINE))


def test_a_password_that_was_reset_is_changed_at_the_next_login() -> None:
    rina = World().transactions.write(lambda uow: reset_password(uow, RINA, "new", uow.people.get(ADMIN), NINE))
    assert (rina.password_hash, rina.must_change_password) == ("new", True)


def test_a_site_operation_is_known_by_its_code_alone() -> None:
    found = World().transactions.read(lambda uow: [checked_site_operation(uow, text) for text in (" s da", "", " ")])
    assert found == ["SDA", None, None]
    with pytest.raises(NotFound, check=coded("not_found")) as refused:
        World().transactions.read(lambda uow: checked_site_operation(uow, "S.DA" + "X" * 70))
    assert dict(refused.value.params) == {"what": "site_operation", "name": ("S.DA" + "X" * 70)[:64]}


def test_an_account_made_by_somebody_keeps_its_password_unless_it_is_for_once() -> None:
    def work(uow: UnitOfWork) -> Person:
        return add_account(uow, name="Sari", username="sari", password_hash="x", role=Role.HELPDESK, now=NINE, by=None)

    assert not World().transactions.write(work).must_change_password
