"""Who may do what that is not about one order: people, messages, recaps, catalogues, imports."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve

from sikpro.application.ports.day_notes import DayNote
from sikpro.application.ports.sessions import Session
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tables import TableSheet
from sikpro.application.use_cases.catalogue.catalogue_rows import SITE_OPERATIONS
from sikpro.application.use_cases.catalogue.choose_owner import choose_owner
from sikpro.application.use_cases.catalogue.decide_installation import decide_installation, installation_texts
from sikpro.application.use_cases.catalogue.decide_patterns import decide_patterns, pattern_texts
from sikpro.application.use_cases.catalogue.edit_catalogue import add_row, delete_row, edit_row, set_row_active
from sikpro.application.use_cases.devices.anomalies import Anomaly, list_anomalies
from sikpro.application.use_cases.devices.device_ledger import DeviceQuery, Subject, look_up_device
from sikpro.application.use_cases.messages.publish_notice import publish_notice
from sikpro.application.use_cases.messages.resend_failed import failed_plan, resend_failed
from sikpro.application.use_cases.messages.resend_message import resend_message
from sikpro.application.use_cases.orders.alert_overdue import alert_overdue
from sikpro.application.use_cases.orders.ask_technicians import ask_technicians, stuck_orders
from sikpro.application.use_cases.orders.clear_hold_ups import clear_hold_ups
from sikpro.application.use_cases.orders.declare_disturbance import affected_by, declare_disturbance
from sikpro.application.use_cases.orders.end_disturbance import end_disturbance
from sikpro.application.use_cases.orders.hand_over import hand_over
from sikpro.application.use_cases.orders.hand_over_shift import hand_over_shift
from sikpro.application.use_cases.orders.send_text import send_text
from sikpro.application.use_cases.orders.set_aside import put_off_order, skip_order
from sikpro.application.use_cases.orders.transfer_orders import transfer_orders
from sikpro.application.use_cases.orders.undo_status import undo_latest, undo_status
from sikpro.application.use_cases.orders.work_order import give_back_order, renew_claim, take_next
from sikpro.application.use_cases.people.bind_phone import bind_by_link, make_bind_link
from sikpro.application.use_cases.people.choose_work import choose_going_on, choose_served
from sikpro.application.use_cases.people.edit_people import edit_person, person_texts, reset_password, unbind_telegram
from sikpro.application.use_cases.people.grant_access import approve_access, approve_many, ask_access, refuse_access
from sikpro.application.use_cases.people.manage_people import add_technician, set_active
from sikpro.application.use_cases.people.two_steps import reset_two_steps
from sikpro.application.use_cases.recaps.keep_schedules import (
    add_schedule,
    drop_schedule,
    possible_receivers,
    switch_schedule,
)
from sikpro.application.use_cases.recaps.pin_notes import add_note, change_note, drop_note
from sikpro.application.use_cases.recaps.set_targets import set_targets
from sikpro.application.use_cases.recaps.wall_links import end_wall_link, make_wall_link
from sikpro.application.use_cases.retention.decide_retention import decide_retention
from sikpro.application.use_cases.tables.import_orders import plan_orders
from sikpro.application.use_cases.tables.import_rows import import_rows, plan_import
from sikpro.application.use_cases.tables.reconcile_orders import compare_orders
from sikpro.application.use_cases.tables.row_lists import LISTS
from sikpro.domain.errors import DomainError, InvalidFields, InvalidValue, LastOne, NotPermitted
from sikpro.domain.people import Person, Role
from sikpro.testing.builders import a_person, an_access_request, coded
from tests.unit.chat import NINE, WHOLE, ZONE, Phone, World

BUDI, AGUS, WAYAN, RINA, BAGUS, ADMIN = 1, 2, 3, 4, 5, 6

EVERY_ACCOUNT = {Role.HELPDESK, Role.TEAM_LEADER, Role.SUPERVISOR, Role.ADMIN}
WORK = {Role.HELPDESK, Role.TEAM_LEADER}
LEAD = {Role.TEAM_LEADER, Role.ADMIN}
REPORTS = {Role.TEAM_LEADER, Role.SUPERVISOR, Role.ADMIN}
MONTHS = {Role.SUPERVISOR, Role.ADMIN}
ADMINS = {Role.ADMIN}

Step = Callable[[UnitOfWork, Person], object]


def edited(uow: UnitOfWork, person_id: int, by: Person) -> Person:
    person = uow.people.get(person_id)
    typed = person_texts(person) | {"name": "Nama Baru"}
    return edit_person(uow, person_id, typed, version=person.version, by=by, now=NINE)


def compared(uow: UnitOfWork, by: Person) -> object:
    return compare_orders(uow, TableSheet(name="", rows=()), {}, {}, by, ZoneInfo(ZONE))


def scheduled(uow: UnitOfWork, by: Person) -> object:
    return add_schedule(uow, rhythm="today", at="17:00", to="person:1", language="id", with_file=False, by=by, now=NINE)


NOTE = {"day": "2026-11-02", "day_note": "hujan deras", "place": ""}


def pinned(uow: UnitOfWork) -> int:
    """A note of somebody who is gone."""
    return uow.day_notes.add(DayNote(day=NINE.date(), text="banjir", by=BUDI, at=NINE)).id


STEPS: Mapping[str, tuple[set[Role], Step]] = {
    "take the next": (WORK, lambda uow, by: take_next(uow, by, NINE)),
    "give back": (WORK, lambda uow, by: give_back_order(uow, 1, by, NINE)),
    "renew a claim": (WORK, lambda uow, by: renew_claim(uow, 1, by, NINE)),
    "undo": (WORK, lambda uow, by: undo_status(uow, 1, by, NINE)),
    "send words": (WORK, lambda uow, by: send_text(uow, 1, by, NINE, text="halo", zone=ZONE)),
    "send again": (WORK, lambda uow, by: resend_message(uow, 1, 1, by, NINE)),
    "what failed": (LEAD, failed_plan),
    "send again what failed": (LEAD, lambda uow, by: resend_failed(uow, by, NINE, zone=ZONE)),
    "hand over": (LEAD, lambda uow, by: hand_over(uow, {"technician": "F5SDA445"}, by, NINE, zone=ZONE)),
    "transfer orders": (LEAD, lambda uow, by: transfer_orders(uow, BUDI, AGUS, by, NINE, shown=(1, 1), zone=ZONE)),
    "stuck orders": (LEAD, lambda uow, by: stuck_orders(uow, by, NINE, zone=ZONE)),
    "ask technicians": (LEAD, lambda uow, by: ask_technicians(uow, by, NINE, zone=ZONE)),
    "choose an owner": (ADMINS, lambda uow, by: choose_owner(uow, "odp_penuh", "", by, NINE)),
    "clear hold-ups": (WORK | LEAD, lambda uow, by: clear_hold_ups(uow, "odp_penuh", [], by, NINE, zone=ZONE)),
    "look at a disturbance": (WORK | LEAD, lambda uow, by: affected_by(uow, {}, by, NINE)),
    "declare a disturbance": (
        WORK | LEAD,
        lambda uow, by: declare_disturbance(uow, {}, by, NINE, shown=(0, 0), zone=ZONE),
    ),
    "end a disturbance": (WORK | LEAD, lambda uow, by: end_disturbance(uow, 1, by, NINE, zone=ZONE)),
    "skip": (WORK, lambda uow, by: skip_order(uow, 1, "other", by, NINE)),
    "put off": (WORK, lambda uow, by: put_off_order(uow, 1, NINE + timedelta(hours=1), by, NINE)),
    "end a shift": (WORK, lambda uow, by: hand_over_shift(uow, None, "sisa dua", by, NINE, ZONE)),
    "undo the last answer": (WORK, lambda uow, by: undo_latest(uow, by, NINE)),
    "choose what is served": (WORK, lambda uow, by: choose_served(uow, by, [], [], [])),
    "choose to go on": (WORK, lambda uow, by: choose_going_on(uow, by, go_on=True)),
    "link to the wall": (ADMINS, lambda uow, by: make_wall_link(uow, "t", "Ruang", "", by, NINE)),
    "end a link to the wall": (ADMINS, lambda uow, by: end_wall_link(uow, 1, by, NINE)),
    "pin a note": (REPORTS, lambda uow, by: add_note(uow, NOTE, by, NINE)),
    "change another's note": (
        MONTHS,
        lambda uow, by: change_note(uow, pinned(uow), NOTE | {"day_note": "x"}, by, NINE),
    ),
    "drop another's note": (MONTHS, lambda uow, by: drop_note(uow, pinned(uow), by, NINE)),
    "notice": (LEAD, lambda uow, by: publish_notice(uow, "Gangguan", by, NINE)),
    "reconcile": (LEAD, compared),
    "add a technician": (LEAD, lambda uow, by: add_technician(uow, name="N", technician_code="F5X1", now=NINE, by=by)),
    "edit a technician": (LEAD, lambda uow, by: edited(uow, AGUS, by)),
    "edit an account": (ADMINS, lambda uow, by: edited(uow, RINA, by)),
    "keep a technician out": (LEAD, lambda uow, by: set_active(uow, AGUS, False, by, NINE)),
    "keep an account out": (ADMINS, lambda uow, by: set_active(uow, RINA, False, by, NINE)),
    "part a technician": (LEAD, lambda uow, by: unbind_telegram(uow, AGUS, by, NINE)),
    "part an account": (ADMINS, lambda uow, by: unbind_telegram(uow, RINA, by, NINE)),
    "link for a technician": (LEAD, lambda uow, by: make_bind_link(uow, AGUS, "t", by, NINE)),
    "link for an account": (ADMINS, lambda uow, by: make_bind_link(uow, RINA, "t", by, NINE)),
    "reset two steps": (ADMINS, lambda uow, by: reset_two_steps(uow, RINA, by, NINE, zone=ZONE)),
    "reset a password": (ADMINS, lambda uow, by: reset_password(uow, RINA, "x", by, NINE)),
    "approve": (LEAD, lambda uow, by: approve_access(uow, 1, by, NINE, technician_code="F5SDA900", zone=ZONE)),
    "approve many": (LEAD, lambda uow, by: approve_many(uow, {}, by, NINE, zone=ZONE)),
    "refuse": (LEAD, lambda uow, by: refuse_access(uow, 1, by, NINE, zone=ZONE)),
    "add a schedule": (REPORTS, scheduled),
    "stop a schedule": (REPORTS, lambda uow, by: switch_schedule(uow, 1, by, NINE, active=False)),
    "drop a schedule": (REPORTS, lambda uow, by: drop_schedule(uow, 1, by, NINE)),
    "anomalies": (REPORTS, lambda uow, by: list_anomalies(uow, Anomaly.SERIAL, by, NINE, ZONE)),
    "devices": (EVERY_ACCOUNT, lambda uow, by: look_up_device(uow, DeviceQuery(Subject.SERIAL, "ZTEGC6754546"), by)),
    "targets": (MONTHS, lambda uow, by: set_targets(uow, "2026-11", {}, by, NINE)),
    "targets by list": (MONTHS, lambda uow, by: plan_import(uow, LISTS["targets"], [], by)),
    "people by list": (ADMINS, lambda uow, by: plan_import(uow, LISTS["people"], [], by)),
    "import orders": (
        ADMINS,
        lambda uow, by: plan_orders(uow, TableSheet(name="", rows=()), {}, by, NINE, ZoneInfo(ZONE)),
    ),
    "settings": (
        ADMINS,
        lambda uow, by: decide_installation(uow, installation_texts(uow.installation.get()), by, NINE),
    ),
    "patterns": (
        ADMINS,
        lambda uow, by: decide_patterns(uow, pattern_texts(uow.installation.get().patterns), by, NINE),
    ),
    "retention": (ADMINS, lambda uow, by: decide_retention(uow, 12, by, NINE)),
    "add a row": (ADMINS, lambda uow, by: add_row(uow, SITE_OPERATIONS, {"code": "X"}, by, NINE)),
    "edit a row": (ADMINS, lambda uow, by: edit_row(uow, SITE_OPERATIONS, "X", {}, mark="", by=by, now=NINE)),
    "retire a row": (ADMINS, lambda uow, by: set_row_active(uow, SITE_OPERATIONS, "MJK", False, by, NINE)),
    "delete a row": (ADMINS, lambda uow, by: delete_row(uow, SITE_OPERATIONS, "MJK", by, NINE)),
}


@pytest.fixture
def world() -> World:
    world = World()
    Phone(world, 1).says("/reg " + WHOLE)
    world.transactions.write(lambda uow: uow.access_requests.put(an_access_request()))
    return world


def somebody(uow: UnitOfWork, role: Role) -> Person:
    if role is Role.TECHNICIAN:
        return uow.people.get(AGUS)
    return uow.people.add(a_person(f"A {role}", username=f"a.{role}", role=role))


class Passed(Exception):
    """The step did what it does: take it back."""


@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_for_those_who_may_while_they_are_active_and_for_nobody_else(world: World, step: str) -> None:
    allowed, work = STEPS[step]

    def may(uow: UnitOfWork, by: Person) -> bool:
        try:
            with uow.savepoint():
                work(uow, by)
                raise Passed
        except NotPermitted:
            return False
        except (Passed, DomainError):
            return True  # what a step lacks here is asked for after the right

    def each(uow: UnitOfWork) -> dict[Role, tuple[bool, bool]]:
        people = {role: somebody(uow, role) for role in Role}
        return {role: (may(uow, by), may(uow, evolve(by, active=False))) for role, by in people.items()}

    assert world.transactions.write(each) == {role: (role in allowed, False) for role in Role}


def test_a_team_leader_edits_a_technician_but_gives_them_no_account(world: World) -> None:
    def work(uow: UnitOfWork) -> Person:
        agus = uow.people.get(AGUS)
        typed = person_texts(agus) | {"username": "agus", "role": "admin", "name": "Agus Salim"}
        return edit_person(uow, AGUS, typed, version=agus.version, by=uow.people.get(BAGUS), now=NINE)

    person = world.transactions.write(work)
    assert (person.name, person.username, person.role) == ("Agus Salim", None, None)


def sessions_after(world: World, work: Callable[[UnitOfWork, Person], object]) -> int:
    """How many logins Rina has left after an admin did something with her."""

    def run(uow: UnitOfWork) -> int:
        uow.people.save(evolve(uow.people.get(RINA), technician_code="F5SDA700"))
        uow.sessions.add(Session(id="a" * 64, person=RINA, created_at=NINE, used_at=NINE))
        work(uow, uow.people.get(ADMIN))
        return len(uow.sessions.of_person(RINA))

    return world.transactions.write(run)


def without_account(uow: UnitOfWork, by: Person) -> None:
    rina = uow.people.get(RINA)
    typed = person_texts(rina) | {"username": "", "role": ""}
    edit_person(uow, RINA, typed, version=rina.version, by=by, now=NINE)
    changed = uow.people.get(RINA)
    assert (changed.password_hash, changed.must_change_password) == (None, False)


def by_list(active: str) -> Callable[[UnitOfWork, Person], object]:
    table = [["username", "active", "phone"], ["rina", active, "081234567890"]]

    def work(uow: UnitOfWork, by: Person) -> None:
        mark = plan_import(uow, LISTS["people"], table, by).mark
        assert import_rows(uow, LISTS["people"], table, mark, by, NINE)[1]

    return work


@pytest.mark.parametrize(
    ("work", "left"),
    [
        (without_account, 0),
        (by_list("no"), 0),
        (by_list("yes"), 1),
        (lambda uow, by: edited(uow, RINA, by), 1),
        (lambda uow, by: reset_password(uow, RINA, "x", by, NINE), 0),
        (lambda uow, by: set_active(uow, RINA, False, by, NINE), 0),
        (lambda uow, by: set_active(uow, RINA, True, by, NINE), 1),
    ],
)
def test_who_loses_the_account_or_its_password_is_logged_out_and_nobody_else(
    world: World, work: Callable[[UnitOfWork, Person], object], left: int
) -> None:
    assert sessions_after(world, work) == left


def test_nobody_keeps_themselves_out_by_a_list(world: World) -> None:
    table = [["username", "active"], ["admin", "no"], ["rina", "no"]]

    def work(uow: UnitOfWork) -> list[list[str]]:
        uow.people.add(a_person("Sari", role=Role.ADMIN))
        plan = plan_import(uow, LISTS["people"], table, uow.people.get(ADMIN))
        return [[error.code for error in line.errors.values()] for line in plan.lines]

    assert world.transactions.write(work) == [["row.yourself"], []]


def test_the_last_admin_stays_one(world: World) -> None:
    def keep_out(uow: UnitOfWork) -> Person:
        return set_active(uow, ADMIN, False, uow.people.get(ADMIN), NINE)

    with pytest.raises(LastOne):
        world.transactions.write(keep_out)
    world.transactions.write(
        lambda uow: uow.people.add(a_person("Sari", role=Role.ADMIN, active=False, password_hash="-"))
    )
    with pytest.raises(LastOne):
        world.transactions.write(keep_out)
    world.transactions.write(lambda uow: uow.people.add(a_person("Script", role=Role.ADMIN)))
    with pytest.raises(LastOne):
        world.transactions.write(keep_out)
    world.transactions.write(lambda uow: uow.people.add(a_person("Tono", role=Role.ADMIN, password_hash="-")))
    assert not world.transactions.write(keep_out).active


def test_alerts_go_to_team_leaders_on_telegram_alone(world: World) -> None:
    def work(uow: UnitOfWork) -> set[int]:
        for name, role, telegram, active in (
            ("Tono", Role.TEAM_LEADER, 90, True),
            ("Sari", Role.HELPDESK, 91, True),
            ("Dewi", Role.TEAM_LEADER, None, True),
            ("Joni", Role.TEAM_LEADER, 93, False),
        ):
            uow.people.add(a_person(name, role=role, telegram_id=telegram, active=active))
        before = {item.id for item in uow.outbox.claim(NINE + timedelta(days=1), timedelta(minutes=1), 99)}
        alert_overdue(uow, NINE + timedelta(hours=2), ZONE)
        claimed = uow.outbox.claim(NINE + timedelta(days=1), timedelta(minutes=1), 99)
        return {item.message.chat_id for item in claimed if item.id not in before}

    assert world.transactions.write(work) == {90}


def test_those_who_may_let_a_stranger_in_are_asked_where_they_can_be(world: World) -> None:
    def work(uow: UnitOfWork) -> set[int]:
        for name, role, telegram in (
            ("Tono", Role.TEAM_LEADER, 90),
            ("Sari", Role.ADMIN, 91),
            ("Dewi", Role.TEAM_LEADER, None),
            ("Joni", Role.HELPDESK, 93),
        ):
            uow.people.add(a_person(name, role=role, telegram_id=telegram))
        before = {item.id for item in uow.outbox.claim(NINE + timedelta(days=1), timedelta(minutes=1), 99)}
        ask_access(uow, an_access_request(701, technician_code="F5SDA901"), NINE, zone=ZONE)
        claimed = uow.outbox.claim(NINE + timedelta(days=1), timedelta(minutes=1), 99)
        return {item.message.chat_id for item in claimed if item.id not in before}

    assert world.transactions.write(work) == {90, 91}


def test_recaps_are_sent_to_those_who_may_see_them_and_are_on_telegram(world: World) -> None:
    def work(uow: UnitOfWork) -> list[str]:
        for name, role, telegram in (("Tono", Role.SUPERVISOR, 90), ("Sari", Role.HELPDESK, 91)):
            uow.people.add(a_person(name, role=role, telegram_id=telegram))
        return [person.name for person in possible_receivers(uow)]

    assert world.transactions.write(work) == ["Tono"]
    with pytest.raises(InvalidFields) as refused:
        world.transactions.write(lambda uow: scheduled(uow, uow.people.get(ADMIN)))
    assert set(refused.value.errors) == {"to"}


def test_a_link_binds_the_language_that_the_account_chose_and_else_keeps_the_persons(world: World) -> None:
    def bound(uow: UnitOfWork, language: str, telegram: int) -> str:
        person = uow.people.add(a_person(f"P{telegram}", role=None, technician_code=f"F5X{telegram}", language="en"))
        make_bind_link(uow, person.id, str(telegram), uow.people.get(BAGUS), NINE)
        return bind_by_link(uow, str(telegram), telegram, telegram, NINE, language=language).language

    found = world.transactions.write(lambda uow: (bound(uow, "id", 801), bound(uow, "", 802)))
    assert found == ("id", "en")


def test_a_link_is_good_for_a_day_and_once(world: World) -> None:
    def opened(uow: UnitOfWork, telegram: int, later: timedelta) -> Person:
        return bind_by_link(uow, "secret", telegram, telegram, NINE + later)

    def made(uow: UnitOfWork) -> None:
        uow.people.save(evolve(uow.people.get(AGUS), telegram_id=None))
        make_bind_link(uow, AGUS, "secret", uow.people.get(BAGUS), NINE)

    world.transactions.write(made)
    with pytest.raises(InvalidValue, check=coded("link.wrong")):
        world.transactions.write(lambda uow: opened(uow, 801, timedelta(hours=24)))
    assert world.transactions.write(lambda uow: opened(uow, 801, timedelta(hours=23))).telegram_id == 801
    with pytest.raises(InvalidValue, check=coded("link.used")):
        world.transactions.write(lambda uow: opened(uow, 802, timedelta(hours=23)))
    with pytest.raises(InvalidValue, check=coded("link.wrong")):
        world.transactions.write(lambda uow: bind_by_link(uow, "guessed", 803, 803, NINE))
