"""What somebody does to people, recaps, targets and catalogues is kept: what it was, who did it and when."""

from collections.abc import Callable

import pytest
from attrs import astuple, evolve

from sikpro.adapters.memory.unit_of_work import MemoryUnitOfWork
from sikpro.application.ports.security_events import EventFilter, EventKind
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.catalogue_rows import SITE_OPERATIONS
from sikpro.application.use_cases.catalogue.edit_catalogue import add_row, delete_row
from sikpro.application.use_cases.messages.publish_notice import publish_notice
from sikpro.application.use_cases.orders.hand_over import hand_over
from sikpro.application.use_cases.people.bind_phone import bind_by_link, make_bind_link
from sikpro.application.use_cases.people.edit_people import (
    edit_person,
    person_texts,
    reset_password,
    store_person,
    unbind_telegram,
)
from sikpro.application.use_cases.people.grant_access import approve_access, refuse_access
from sikpro.application.use_cases.people.manage_people import add_account, add_technician, set_active, set_password
from sikpro.application.use_cases.recaps.keep_schedules import add_schedule, drop_schedule, switch_schedule
from sikpro.application.use_cases.recaps.pin_notes import add_note, change_note, drop_note
from sikpro.application.use_cases.recaps.set_targets import set_targets
from sikpro.domain.catalogue import SiteOperation
from sikpro.domain.people import Person, RequestState, Role
from sikpro.testing.builders import an_access_request
from tests.unit.chat import NINE, ZONE, World

BUDI, AGUS, RINA, BAGUS, ADMIN = 1, 2, 4, 5, 6
AT = NINE.replace(hour=3)

Step = Callable[[UnitOfWork, Person], object]


def renamed(uow: UnitOfWork, by: Person) -> None:
    rina = uow.people.get(RINA)
    typed = person_texts(rina) | {"name": "Rina Wati", "phone": "081234567890"}
    edit_person(uow, RINA, typed, version=rina.version, by=by, now=AT)


def bound(uow: UnitOfWork, by: Person) -> None:
    uow.people.save(evolve(uow.people.get(AGUS), telegram_id=None))
    make_bind_link(uow, AGUS, "secret", by, AT)
    bind_by_link(uow, "secret", 801, 801, AT)


def approved(uow: UnitOfWork, by: Person) -> None:
    request = uow.access_requests.put(an_access_request(801, technician_code="F5SDA900"))
    approve_access(uow, request.id, by, AT, zone=ZONE)
    decided = uow.access_requests.get(request.id)
    assert (decided.state, decided.decided_by, decided.decided_at) == (RequestState.APPROVED, by.id, AT)


def scheduled(uow: UnitOfWork, by: Person) -> int:
    uow.people.save(evolve(uow.people.get(BAGUS), telegram_id=90))
    made = add_schedule(
        uow, rhythm="today", at="17:00", to=f"person:{BAGUS}", language="id", with_file=True, by=by, now=AT
    )
    return made.id


def targets(uow: UnitOfWork, by: Person) -> None:
    set_targets(uow, "2026-11", {"SDA": {"target": "250", "working_days": "25"}}, by, AT)
    set_targets(uow, "2026-11", {"SDA": {"target": ""}, "TUN": {"target": ""}}, by, AT)


def noted(uow: UnitOfWork, by: Person) -> None:
    typed = {"day": "2026-11-02", "day_note": " hujan ", "place": "sto:SDA"}
    note = add_note(uow, typed, by, AT)
    for _ in range(2):  # the second changes nothing
        change_note(uow, note.id, typed | {"day_note": "hujan deras", "place": ""}, by, AT)
    drop_note(uow, note.id, by, AT)


def site_operation(uow: UnitOfWork, by: Person) -> None:
    add_row(uow, SITE_OPERATIONS, {"code": "GSK", "name": "Gresik"}, by, AT)
    delete_row(uow, SITE_OPERATIONS, "GSK", by, AT)


ROW = repr(SiteOperation(code="GSK", name="Gresik"))

ACTS: dict[str, tuple[Step, list[tuple[str, str, dict[str, str]]]]] = {
    "account": (
        lambda uow, by: add_account(
            uow, name="Sari", username="sari", password_hash="x", role=Role.HELPDESK, now=AT, by=by
        ),
        [("person_added", "7", {"name": "Sari"})],
    ),
    "technician": (
        lambda uow, by: add_technician(uow, name="Tedi", technician_code="F5SDA9", now=AT, by=by),
        [("person_added", "7", {"name": "Tedi"})],
    ),
    "edited": (renamed, [("person_edited", "4", {"changed": "name, phone", "name": "Rina Wati"})]),
    "kept out": (
        lambda uow, by: set_active(uow, RINA, False, by, AT),
        [("person_active", "4", {"active": "False"})],
    ),
    "password reset": (
        lambda uow, by: reset_password(uow, RINA, "x", by, AT),
        [("password_reset", "4", {})],
    ),
    "password changed": (
        lambda uow, by: set_password(uow, by.id, "x", AT, session=""),
        [("password_changed", str(ADMIN), {})],
    ),
    "parted": (lambda uow, by: unbind_telegram(uow, AGUS, by, AT), [("telegram_unbound", "2", {"telegram_id": "2"})]),
    "bound": (bound, [("bind_link_made", "2", {}), ("bound_by_link", "2", {"telegram_id": "801"})]),
    "approved": (
        approved,
        [("person_added", "7", {"name": "Agus"}), ("access_approved", "7", {"telegram_id": "801"})],
    ),
    "schedule": (
        scheduled,
        [("schedule_added", "1", {"rhythm": "today", "at": "17:00", "to": "person:5"})],
    ),
    "schedule stopped": (
        lambda uow, by: switch_schedule(uow, scheduled(uow, by), by, AT, active=False),
        [
            ("schedule_added", "1", {"rhythm": "today", "at": "17:00", "to": "person:5"}),
            ("schedule_switched", "1", {"active": "no"}),
        ],
    ),
    "schedule dropped": (
        lambda uow, by: drop_schedule(uow, scheduled(uow, by), by, AT),
        [
            ("schedule_added", "1", {"rhythm": "today", "at": "17:00", "to": "person:5"}),
            ("schedule_dropped", "1", {}),
        ],
    ),
    "targets": (
        targets,
        [("target_set", "2026-11 SDA", {"target": "250", "working_days": "25"}), ("target_dropped", "2026-11 SDA", {})],
    ),
    "notes": (
        noted,
        [
            ("day_note_added", "1", {"day": "2026-11-02", "text": "hujan", "sto": "SDA"}),
            ("day_note_changed", "1", {"day": "2026-11-02", "text": "hujan deras", "before": "hujan"}),
            ("day_note_dropped", "1", {"day": "2026-11-02", "text": "hujan deras"}),
        ],
    ),
    "catalogue": (
        site_operation,
        [
            ("catalogue_edited", "SiteOperation:GSK", {"row": ROW}),
            ("catalogue_deleted", "SiteOperation:GSK", {"row": ROW}),
        ],
    ),
    "notice": (
        lambda uow, by: publish_notice(uow, " Gangguan massal ", by, AT),
        [("notice_published", "", {"notice": "Gangguan massal"})],
    ),
    "handed over": (
        lambda uow, by: hand_over(
            uow, {"registration_number": "SC77777777", "technician": "F5SDA445"}, by, AT, zone=ZONE
        ),
        [("handed_over", "SC77777777", {"technician": "F5SDA445"})],
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_each_act_is_kept_with_who_did_it_and_when(act: str) -> None:
    world = World()
    work, expected = ACTS[act]

    def run(uow: UnitOfWork) -> list[object]:
        assert isinstance(uow, MemoryUnitOfWork)
        work(uow, uow.people.get(ADMIN))
        return [astuple(note) for note in uow.state.notes.values()]

    found = world.transactions.write(run)
    assert found == [(kind, subject, ADMIN, AT, tuple(data.items())) for kind, subject, data in expected]


def test_a_refusal_of_access_is_told_in_the_strangers_language_and_kept() -> None:
    world = World()

    def run(uow: UnitOfWork) -> None:
        request = uow.access_requests.put(an_access_request(801))
        refused = refuse_access(uow, request.id, uow.people.get(BAGUS), AT, zone=ZONE)
        assert (refused.state, refused.decided_by, refused.decided_at) == (RequestState.REFUSED, BAGUS, AT)
        assert uow.access_requests.pending_of(801) is None

    world.transactions.write(run)


def test_the_only_admin_may_be_renamed() -> None:
    world = World()

    def run(uow: UnitOfWork) -> str:
        admin = uow.people.get(ADMIN)
        typed = person_texts(admin) | {"name": "Pak Admin"}
        return edit_person(uow, ADMIN, typed, version=admin.version, by=admin, now=AT).name

    assert world.transactions.write(run) == "Pak Admin"


def test_a_schedule_that_begins_again_owes_nothing_of_the_time_between() -> None:
    world = World()

    def run(uow: UnitOfWork) -> list[object]:
        admin = uow.people.get(ADMIN)
        number = scheduled(uow, admin)
        later = AT.replace(hour=9)
        still = switch_schedule(uow, number, admin, later, active=True).made_at
        stopped = switch_schedule(uow, number, admin, later, active=False).made_at
        return [still, stopped, switch_schedule(uow, number, admin, later, active=True).made_at]

    assert world.transactions.write(run) == [AT, AT, AT.replace(hour=9)]


def test_who_is_kept_out_and_let_in_by_an_edited_row_is_a_security_event_with_who_did_it() -> None:
    world = World()

    def run(uow: UnitOfWork) -> list[tuple[int | None, str]]:
        by = uow.people.get(ADMIN)
        for active in (False, True):
            before = uow.people.get(RINA)
            store_person(uow, before, evolve(before, active=active), by, AT)
        events = uow.security_events.page(EventFilter(kind=EventKind.PERSON_ACTIVE), before=None, limit=9)
        return [(event.actor, event.details) for event in events]

    assert world.transactions.write(run) == [(ADMIN, "on"), (ADMIN, "off")]
