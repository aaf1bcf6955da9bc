"""What is refused names whom or what it is about: the sentence is shown to whoever tried."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from attrs import evolve

from sikpro.application.ports.sessions import Session
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.catalogue_rows import KINDS, SITE_OPERATIONS, STATUSES
from sikpro.application.use_cases.catalogue.edit_catalogue import (
    add_row,
    check_replacement,
    edit_row,
    row_coded,
    set_row_active,
)
from sikpro.application.use_cases.catalogue.lookup import any_status, first_status, put_row, status_named
from sikpro.application.use_cases.messages.publish_notice import publish_notice
from sikpro.application.use_cases.messages.resend_message import resend_message
from sikpro.application.use_cases.orders.change_status import change_status, reopen_order
from sikpro.application.use_cases.orders.list_orders import check_order
from sikpro.application.use_cases.orders.send_text import send_text
from sikpro.application.use_cases.orders.undo_status import undo_status
from sikpro.application.use_cases.orders.work_order import assign_order, check_version
from sikpro.application.use_cases.people.bind_phone import bind_by_link, make_bind_link
from sikpro.application.use_cases.people.choose_password import checked_password
from sikpro.application.use_cases.people.edit_people import edit_person, end_session, person_texts, reset_password
from sikpro.application.use_cases.people.grant_access import approve_access, refuse_access
from sikpro.application.use_cases.people.manage_people import (
    checked_name,
    checked_phone,
    checked_username,
    set_active,
    set_language,
)
from sikpro.application.use_cases.tables.uploads import Purpose, find_upload
from sikpro.domain.catalogue import Sto
from sikpro.domain.errors import DomainError
from sikpro.domain.people import Person
from sikpro.domain.phase import Phase
from sikpro.testing.builders import an_access_request, an_outgoing
from tests.unit.chat import NINE, WHOLE, ZONE, Phone, World

BUDI, AGUS, RINA, BAGUS, ADMIN = 1, 2, 4, 5, 6

Step = Callable[[UnitOfWork, Person], object]


def status_in_use(uow: UnitOfWork, by: Person) -> None:
    row = any_status(uow, "menunggu")
    check_replacement(uow, row, evolve(row, phase=Phase.HELD_UP))


def edited_late(uow: UnitOfWork, by: Person) -> None:
    edit_person(uow, AGUS, person_texts(uow.people.get(AGUS)) | {"name": "A"}, version=9, by=by, now=NINE)


def link_of_somebody_kept_out(uow: UnitOfWork, by: Person) -> None:
    uow.people.save(evolve(uow.people.get(RINA), active=False))
    make_bind_link(uow, RINA, "t", by, NINE)


def link_of_another(uow: UnitOfWork, by: Person) -> None:
    make_bind_link(uow, RINA, "t", by, NINE)
    bind_by_link(uow, "t", AGUS, AGUS, NINE)


def decided_already(uow: UnitOfWork, by: Person) -> None:
    request = uow.access_requests.put(an_access_request(801))
    for _ in range(2):
        refuse_access(uow, request.id, by, NINE, zone=ZONE)


def approved_for_somebody_bound(uow: UnitOfWork, by: Person) -> None:
    request = uow.access_requests.put(an_access_request(801))
    approve_access(uow, request.id, by, NINE, person_id=AGUS, zone=ZONE)


def approved_for_somebody_kept_out(uow: UnitOfWork, by: Person) -> None:
    uow.people.save(evolve(uow.people.get(AGUS), telegram_id=None, active=False))
    request = uow.access_requests.put(an_access_request(801))
    approve_access(uow, request.id, by, NINE, person_id=AGUS, zone=ZONE)


def decided_by_a_leader(uow: UnitOfWork, by: Person) -> None:
    request = uow.access_requests.put(an_access_request(801))
    approve_access(uow, request.id, uow.people.get(BAGUS), NINE, person_id=RINA, zone=ZONE)


def session_of_another(uow: UnitOfWork, by: Person) -> None:
    uow.sessions.add(Session(id="a" * 64, person=RINA, created_at=NINE, used_at=NINE))
    end_session(uow, by, "a" * 64, NINE)


def message_of_another_order(uow: UnitOfWork, by: Person) -> None:
    number = uow.outbox.put(an_outgoing(), NINE, order_id=1)
    resend_message(uow, 2, number, uow.people.get(RINA), NINE)


def message_without_a_chat(uow: UnitOfWork, by: Person) -> None:
    uow.people.save(evolve(uow.people.get(BUDI), telegram_id=None))
    number = uow.outbox.put(an_outgoing(chat_id=0), NINE, order_id=1, failed="no_telegram")
    resend_message(uow, 1, number, uow.people.get(RINA), NINE)


def undone_late(uow: UnitOfWork, by: Person) -> None:
    change_status(uow, 1, "selesai", uow.people.get(RINA), NINE, zone=ZONE, hold=timedelta(seconds=5))
    undo_status(uow, 1, uow.people.get(RINA), NINE + timedelta(seconds=8))


def undone_after_it_left(uow: UnitOfWork, by: Person) -> None:
    change_status(uow, 1, "selesai", uow.people.get(RINA), NINE, zone=ZONE, hold=timedelta(seconds=5))
    uow.outbox.claim(NINE + timedelta(seconds=6), timedelta(minutes=1), 99)
    undo_status(uow, 1, uow.people.get(RINA), NINE + timedelta(seconds=6))


def too_long(text: str) -> Step:
    return lambda uow, by: change_status(uow, 1, "selesai", uow.people.get(RINA), NINE, feedback=text, zone=ZONE)


REFUSED: Mapping[str, tuple[Step, str, dict[str, str | int | None]]] = {
    "unknown status": (lambda uow, by: status_named(uow, "x" * 70), "not_found", {"what": "status", "name": "x" * 64}),
    "status": (lambda uow, by: any_status(uow, "y" * 70), "not_found", {"what": "status", "name": "y" * 64}),
    "row": (
        lambda uow, by: row_coded(uow, KINDS["stos"], "z" * 70),
        "not_found",
        {"what": "sto", "name": "z" * 64},
    ),
    "retired row": (
        lambda uow, by: set_row_active(uow, SITE_OPERATIONS, "ZZZ", True, by, NINE),
        "not_found",
        {"what": "site_operation", "name": "ZZZ"},
    ),
    "order type row": (
        lambda uow, by: row_coded(uow, KINDS["order-types"], "ZZ"),
        "not_found",
        {"what": "order_type", "name": "ZZ"},
    ),
    "status row": (lambda uow, by: row_coded(uow, STATUSES, "zz"), "not_found", {"what": "status", "name": "zz"}),
    "site of an exchange": (
        lambda uow, by: put_row(uow, Sto(code="GSK", name="", site_operation="G" * 70)),
        "not_found",
        {"what": "site_operation", "name": "G" * 64},
    ),
    "code twice": (
        lambda uow, by: add_row(uow, SITE_OPERATIONS, {"code": "SDA", "name": "Lain"}, by, NINE),
        "already_used",
        {"field": "code", "value": "SDA"},
    ),
    "edited meanwhile": (
        lambda uow, by: edit_row(uow, SITE_OPERATIONS, "SDA", {"name": "Lain"}, mark="old", by=by, now=NINE),
        "conflict",
        {"number": "SDA"},
    ),
    "person edited meanwhile": (edited_late, "conflict", {"number": "Agus"}),
    "last admin": (lambda uow, by: set_active(uow, ADMIN, False, by, NINE), "last_one.admin", {"name": "Admin"}),
    "password without account": (
        lambda uow, by: reset_password(uow, AGUS, "x", by, NINE),
        "person.no_account",
        {"typed": "Agus", "suggestion": None},
    ),
    "name": (lambda uow, by: checked_name(" N" * 60), "name.length", {"typed": ("N " * 32), "suggestion": None}),
    "no name": (lambda uow, by: checked_name("  "), "name.length", {"typed": "", "suggestion": None}),
    "username": (lambda uow, by: checked_username(" A B"), "username.shape", {"typed": "a b", "suggestion": None}),
    "password": (lambda uow, by: checked_password("x" * 9), "password.length", {"typed": "", "suggestion": None}),
    "long password": (
        lambda uow, by: checked_password("x" * 129),
        "password.length",
        {"typed": "", "suggestion": None},
    ),
    "common password": (
        lambda uow, by: checked_password("qwertyuiop"),
        "password.common",
        {"typed": "", "suggestion": None},
    ),
    "own password": (
        lambda uow, by: checked_password("sikpro12345"),
        "password.own",
        {"typed": "", "suggestion": None},
    ),
    "short phone": (
        lambda uow, by: checked_phone(" 0812  3"),
        "phone.length",
        {"typed": "0812 3", "suggestion": None},
    ),
    "long phone": (
        lambda uow, by: checked_phone("0" * 41),
        "phone.length",
        {"typed": "0" * 41, "suggestion": None},
    ),
    "letters in a phone": (
        lambda uow, by: checked_phone("'0812  abc"),
        "phone.shape",
        {"typed": "0812 abc", "suggestion": None},
    ),
    "shortened phone": (
        lambda uow, by: checked_phone("6,28E+12"),
        "phone.shortened",
        {"typed": "6,28E+12", "suggestion": None},
    ),
    "language": (
        lambda uow, by: set_language(uow, AGUS, "fr"),
        "language.unknown",
        {"typed": "fr", "suggestion": None},
    ),
    "bound already": (
        lambda uow, by: make_bind_link(uow, AGUS, "t", by, NINE),
        "link.bound",
        {"typed": "Agus", "suggestion": None},
    ),
    "kept out": (link_of_somebody_kept_out, "link.inactive", {"typed": "Rina", "suggestion": None}),
    "link for another": (link_of_another, "link.other", {"typed": "Agus", "suggestion": None}),
    "no link": (
        lambda uow, by: bind_by_link(uow, "t", 801, 801, NINE),
        "link.wrong",
        {"typed": "", "suggestion": None},
    ),
    "decided already": (decided_already, "not_found", {"what": "access_request", "name": "Agus"}),
    "person bound to another": (
        approved_for_somebody_bound,
        "already_used",
        {"field": "telegram_id", "value": "Agus"},
    ),
    "person kept out": (approved_for_somebody_kept_out, "access.kept_out", {"name": "Agus"}),
    "an admin's": (decided_by_a_leader, "access.admin_decides", {"name": "Rina"}),
    "session": (session_of_another, "not_found", {"what": "session", "name": ""}),
    "message": (message_of_another_order, "not_found", {"what": "message", "name": "2"}),
    "chat": (message_without_a_chat, "not_found", {"what": "chat", "name": "F5SDA445"}),
    "undone late": (undone_late, "undo.too_late", {"number": "SC32232558"}),
    "undone after it left": (undone_after_it_left, "undo.too_late", {"number": "SC32232558"}),
    "notice": (
        lambda uow, by: publish_notice(uow, "n" * 501, by, NINE),
        "notice.too_long",
        {"typed": "n" * 64, "suggestion": None},
    ),
    "feedback": (too_long("f" * 2001), "feedback.too_long", {"typed": "f" * 64, "suggestion": None}),
    "no words": (
        lambda uow, by: send_text(uow, 1, uow.people.get(RINA), NINE, text=" ", zone=ZONE),
        "feedback.missing",
        {"typed": "", "suggestion": None},
    ),
    "order": (
        lambda uow, by: check_order(uow, "SC99999999", by),
        "not_found",
        {"what": "order", "name": "SC99999999"},
    ),
    "not finished": (
        lambda uow, by: reopen_order(uow, 1, uow.people.get(RINA), NINE, reason="x", zone=ZONE),
        "order.forbidden_move",
        {"number": "SC32232558", "before": "waiting", "after": "in_progress"},
    ),
    "no helpdesk": (
        lambda uow, by: assign_order(uow, 1, AGUS, by, NINE),
        "not_found",
        {"what": "helpdesk", "name": "Agus"},
    ),
    "order changed meanwhile": (
        lambda uow, by: check_version(uow.orders.get(1), 99),
        "conflict",
        {"number": "SC32232558"},
    ),
    "upload": (
        lambda uow, by: find_upload(uow, Purpose.IMPORT, 1, by),
        "not_found",
        {"what": "upload", "name": ""},
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_says_what_it_is_about(case: str) -> None:
    world = World()
    Phone(world, 1).says("/reg " + WHOLE)
    work, code, params = REFUSED[case]
    with pytest.raises(DomainError) as refused:
        world.transactions.write(lambda uow: work(uow, uow.people.get(ADMIN)))
    assert (refused.value.code, dict(refused.value.params)) == (code, params)
    assert "{" not in str(refused.value) + refused.value.text("id")


@pytest.mark.parametrize(
    ("work", "wrong"),
    [
        (status_in_use, {"phase": ("status.phase_in_use", {"typed": "1", "suggestion": None})}),
    ],
)
def test_a_refused_entry_says_what_it_is_about(work: Step, wrong: dict[str, object]) -> None:
    world = World()
    Phone(world, 1).says("/reg " + WHOLE)
    with pytest.raises(DomainError) as refused:
        world.transactions.write(lambda uow: work(uow, uow.people.get(ADMIN)))
    errors = getattr(refused.value, "errors", {})
    assert {entry: (error.code, dict(error.params)) for entry, error in errors.items()} == wrong


def test_a_phase_without_an_active_status_is_named() -> None:
    def work(uow: UnitOfWork) -> None:
        for row in uow.catalogue.statuses():
            uow.catalogue.put_status(evolve(row, active=False))
        first_status(uow, Phase.HELD_UP)

    with pytest.raises(DomainError) as refused:
        World().transactions.write(work)
    assert (refused.value.code, dict(refused.value.params)) == ("not_found", {"what": "status", "name": "held_up"})
