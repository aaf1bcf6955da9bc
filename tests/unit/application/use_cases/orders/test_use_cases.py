"""What each role may do, and what happens to orders and keys when they do it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from attrs import fields_dict

from sikpro.application.fields import EXAMPLE, FIELDS
from sikpro.application.ports.queries import OrderFilter, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.application.use_cases.catalogue.change_duplicate_rule import change_duplicate_rule
from sikpro.application.use_cases.messages.notify_technician import NO_TELEGRAM
from sikpro.application.use_cases.orders.change_status import cancel_order, change_status, reopen_order
from sikpro.application.use_cases.orders.list_orders import expected_wait, list_orders, search_orders
from sikpro.application.use_cases.orders.register_order import register_order
from sikpro.application.use_cases.orders.remove_order import delete_order, restore_order
from sikpro.application.use_cases.orders.understand_request import understand_request
from sikpro.application.use_cases.orders.work_order import assign_order, give_back_order, take_order
from sikpro.application.use_cases.people.manage_people import add_account, set_active
from sikpro.domain.duplicates import DuplicateMode
from sikpro.domain.errors import (
    AlreadyTaken,
    AlreadyUsed,
    ConcurrencyConflict,
    DuplicateOrder,
    InvalidFields,
    NotFound,
    NotPermitted,
    ReasonRequired,
)
from sikpro.domain.order_data import Channel, OrderData
from sikpro.domain.people import PERMISSIONS, Permission, Person, Role
from sikpro.domain.phase import Phase
from sikpro.testing.builders import refusals
from tests.unit.chat import NINE, WHOLE, ZONE, Phone, World

TYPED = {field.name: field.example for field in FIELDS}


@pytest.fixture
def world() -> World:
    world = World()
    Phone(world, 1).says("/reg " + WHOLE)
    return world


def doing(world: World, work: Callable[[UnitOfWork], object]) -> object:
    return world.transactions.write(work)


def somebody(world: World, role: Role) -> Person:
    if role is Role.TECHNICIAN:
        return world.transactions.read(lambda uow: uow.people.get(2))
    return world.transactions.write(
        lambda uow: uow.people.by_username(role) or uow.people.add(Person(id=0, name=role, username=role, role=role))
    )


STEPS: dict[str, tuple[set[Role], Callable[[UnitOfWork, Person], object]]] = {
    "take": (
        {Role.HELPDESK, Role.TEAM_LEADER},
        lambda uow, by: take_order(uow, 1, by, NINE),
    ),
    "set a status": (
        {Role.HELPDESK, Role.TEAM_LEADER},
        lambda uow, by: change_status(uow, 1, "selesai", by, NINE, zone=ZONE),
    ),
    "cancel": (
        {Role.HELPDESK, Role.TEAM_LEADER},
        lambda uow, by: cancel_order(uow, 1, by, NINE, reason="x", zone=ZONE),
    ),
    "enter an order": (
        {Role.HELPDESK, Role.TEAM_LEADER},
        lambda uow, by: register_order(
            uow, {**TYPED, "registration_number": "SC777777"}, NINE, sender=by, channel=Channel.WEB
        ),
    ),
    "assign": ({Role.TEAM_LEADER, Role.ADMIN}, lambda uow, by: assign_order(uow, 1, 4, by, NINE)),
    "delete": (
        {Role.TEAM_LEADER, Role.ADMIN},
        lambda uow, by: delete_order(uow, 1, by, NINE, reason="x", zone=ZONE),
    ),
    "restore": (
        {Role.ADMIN},
        lambda uow, by: restore_order(
            uow, delete_order(uow, 1, uow.people.get(5), NINE, reason="x", zone=ZONE).id, by, NINE
        ),
    ),
    "see the queue": (
        set(Role),
        lambda uow, by: list_orders(uow, OrderFilter(), by, sort=Sort.OLDEST),
    ),
    "see a recap": (
        {Role.HELPDESK, Role.TEAM_LEADER, Role.SUPERVISOR, Role.ADMIN},
        lambda uow, by: recap(uow, RecapQuery.parse("2026-11-02"), by, NINE, ZONE),
    ),
    "add an account": (
        {Role.ADMIN},
        lambda uow, by: add_account(
            uow, name="N", username="new", password_hash="x", role=Role.HELPDESK, now=NINE, by=by
        ),
    ),
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_for_the_roles_it_is_for_and_no_other(world: World, step: str, role: Role) -> None:
    allowed, work = STEPS[step]
    by = somebody(world, role)
    if role in allowed:
        doing(world, lambda uow: work(uow, by))
    else:
        with pytest.raises(NotPermitted):
            doing(world, lambda uow: work(uow, by))


def test_nobody_deactivated_may_do_anything() -> None:
    gone = Person(id=1, name="x", role=Role.ADMIN, technician_code="F5SDA1", active=False)
    assert not any(gone.may(permission) for permission in Permission)


def test_somebody_with_account_and_code_may_do_what_both_may() -> None:
    both = Person(id=1, name="x", role=Role.TEAM_LEADER, technician_code="F5SDA1")
    assert all(both.may(one) for one in PERMISSIONS[Role.TEAM_LEADER] | PERMISSIONS[Role.TECHNICIAN])


def test_of_two_who_take_one_wins_and_the_other_is_told_who(world: World) -> None:
    doing(world, lambda uow: take_order(uow, 1, uow.people.get(4), NINE))
    with pytest.raises(AlreadyTaken) as refused:
        doing(world, lambda uow: take_order(uow, 1, uow.people.get(5), NINE))
    assert refused.value.holder == 4


def test_given_back_it_waits_at_its_old_place(world: World) -> None:
    doing(world, lambda uow: take_order(uow, 1, uow.people.get(4), NINE))
    doing(world, lambda uow: give_back_order(uow, 1, uow.people.get(4), NINE))
    assert (world.order().phase, world.order().received_at) == (Phase.WAITING, NINE)


def test_a_status_set_over_a_stale_version_is_refused(world: World) -> None:
    world.takes()
    with pytest.raises(ConcurrencyConflict):
        doing(world, lambda uow: change_status(uow, 1, "selesai", uow.people.get(4), NINE, version=1, zone=ZONE))


def test_cancelling_frees_the_number_and_reopening_finds_it_taken(world: World) -> None:
    doing(world, lambda uow: cancel_order(uow, 1, uow.people.get(4), NINE, reason="x", zone=ZONE))
    assert "✅ Pesan diterima" in Phone(world, 1).says("/reg " + WHOLE)
    with pytest.raises(DuplicateOrder):
        doing(world, lambda uow: reopen_order(uow, 1, uow.people.get(4), NINE, reason="x", zone=ZONE))


def test_a_deleted_order_frees_its_number_and_is_restored_only_while_it_is_free(world: World) -> None:
    doing(world, lambda uow: delete_order(uow, 1, uow.people.get(5), NINE, reason="x", zone=ZONE))
    doing(world, lambda uow: restore_order(uow, 1, uow.people.get(6), NINE))
    doing(world, lambda uow: delete_order(uow, 1, uow.people.get(5), NINE, reason="x", zone=ZONE))
    Phone(world, 1).says("/reg " + WHOLE)
    with pytest.raises(DuplicateOrder):
        doing(world, lambda uow: restore_order(uow, 1, uow.people.get(6), NINE))


def test_deleting_needs_a_reason(world: World) -> None:
    with pytest.raises(ReasonRequired):
        doing(world, lambda uow: delete_order(uow, 1, uow.people.get(5), NINE, reason=" ", zone=ZONE))


def test_an_order_is_assigned_only_to_somebody_who_works_on_orders(world: World) -> None:
    with pytest.raises(NotFound):
        doing(world, lambda uow: assign_order(uow, 1, 1, uow.people.get(5), NINE))


def test_feedback_without_any_chat_is_kept_as_failed_for_want_of_telegram(world: World) -> None:
    typed = {**TYPED, "registration_number": "SC777777", "technician": "F5SDA445"}

    def work(uow: UnitOfWork) -> tuple[str, ...]:
        from attrs import evolve

        uow.people.save(evolve(uow.people.get(1), telegram_id=None))
        order = register_order(uow, typed, NINE, sender=uow.people.get(4), channel=Channel.WEB).order
        change_status(uow, order.id, "selesai", uow.people.get(4), NINE, zone=ZONE)
        return tuple(item.reason for item in uow.outbox.of_order(order.id))

    assert doing(world, work) == (NO_TELEGRAM,)


def test_a_technician_sees_the_orders_of_their_site_operation_only(world: World) -> None:
    agus, wayan = world.transactions.read(lambda uow: (uow.people.get(2), uow.people.get(3)))
    seen = world.transactions.read(lambda uow: search_orders(uow, "32232558", agus))
    assert [row.number for row in seen] == ["SC32232558"]
    assert world.transactions.read(lambda uow: search_orders(uow, "32232558", wayan)) == ()


def test_the_duplicate_rule_changes_as_a_whole_or_names_what_stands_against_it(world: World) -> None:
    assert doing(world, lambda uow: change_duplicate_rule(uow, DuplicateMode.NUMBER_AND_TYPE)) == ()
    assert Phone(world, 1).says("/reg " + WHOLE.replace("AO#", "MO#")).startswith("✅")
    assert Phone(world, 1).says("/reg " + WHOLE).startswith("⛔")
    assert doing(world, lambda uow: change_duplicate_rule(uow, DuplicateMode.NUMBER)) == ("SC32232558",)
    assert world.transactions.read(lambda uow: uow.installation.get()).duplicate_mode == "number_and_type"


def test_the_fields_are_those_of_an_orders_data_and_their_examples_fit(world: World) -> None:
    assert {field.name for field in FIELDS} == set(fields_dict(OrderData))
    data = world.transactions.read(lambda uow: understand_request(uow, TYPED))
    assert "#".join(str(getattr(data, field.name)) for field in FIELDS if field.required) == EXAMPLE


@pytest.mark.parametrize(
    ("typed", "port"),
    [("5", "5"), (" 05 ", "5"), ("port 5", "5"), ("PORT-12", "12"), ("9²", "92"), ("99", "99"), (" ", "")],
)
def test_the_port_of_a_box_is_kept_as_a_bare_number(world: World, typed: str, port: str) -> None:
    data = world.transactions.read(lambda uow: understand_request(uow, TYPED | {"port": typed}))
    assert isinstance(data, OrderData)
    assert data.port == port


@pytest.mark.parametrize("typed", ["0", "100", "1/8", "lima", "5 dan 6", "٥"])
def test_what_is_no_port_is_refused(world: World, typed: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        world.transactions.read(lambda uow: understand_request(uow, TYPED | {"port": typed}))
    assert refusals(refused.value) == {"port": ("port.shape", typed)}


def test_every_wrong_field_is_told_at_once(world: World) -> None:
    with pytest.raises(InvalidFields) as refused:
        world.transactions.read(lambda uow: understand_request(uow, {"type": "XX", "sto": "1", "note": "x" * 1001}))
    assert set(refused.value.errors) == {*("type", "registration_number", "serial", "sto", "odp", "technician", "note")}


def test_a_technician_code_is_one_persons_alone(world: World) -> None:
    from sikpro.application.use_cases.people.manage_people import add_technician

    with pytest.raises(AlreadyUsed) as refused:
        doing(world, lambda uow: add_technician(uow, name="X", technician_code="f5sda445", now=NINE, by=None))
    assert refused.value.params["field"] == "technician_code"


def test_somebody_kept_out_loses_their_sessions(world: World) -> None:
    from sikpro.application.ports.sessions import Session

    def work(uow: UnitOfWork) -> object:
        uow.sessions.add(Session(id="a" * 64, person=4, created_at=NINE, used_at=NINE))
        set_active(uow, 4, False, uow.people.get(6), NINE)
        return uow.sessions.get("a" * 64)

    assert doing(world, work) is None


def test_a_recaps_tables_all_add_up_to_what_came_in(world: World) -> None:
    for number in range(20):
        Phone(world, 1).says(
            WHOLE.replace("SC32232558", f"SC9000{number:03}").replace("AO#", ("AO#", "MO#")[number % 2])
        )
        world.clock.later(minutes=50)
    for number, status in enumerate(("selesai", "odp_penuh", "odp_penuh", "batal", "selesai")):
        world.sets(status, reason="r", number=f"SC9000{number:03}")
    figures = world.transactions.read(
        lambda uow: recap(uow, RecapQuery.parse("2026-11"), uow.people.get(5), world.clock.now(), ZONE)
    )
    assert figures.total == 21 == sum(figures.received.values())
    for table in figures.tables:
        assert sum(row.total for row in table.rows) == 21
        for phase in Phase:
            assert sum(row.by_phase[phase] for row in table.rows) == figures.received[phase]
    assert (figures.completed, figures.cancelled, figures.open_now) == (2, 1, 18)
    assert [(reason.status, reason.count) for reason in figures.reasons] == [("odp_penuh", 2)]


def test_the_expected_wait_is_the_pace_of_the_last_two_hours_times_the_place(world: World) -> None:
    """Three first actions at least, all in the last two hours: with fewer nobody knows the pace."""

    def wait(place: int) -> timedelta | None:
        return world.transactions.read(lambda uow: expected_wait(uow, place, world.clock.now()))

    for place in range(1, 4):
        number = f"SC3223256{place}"
        Phone(world, 1).says("/reg " + WHOLE.replace("SC32232558", number))
        assert wait(6) is None
        world.takes(number=number)
    assert (wait(6), wait(1)) == (timedelta(hours=4), timedelta(minutes=40))
    world.clock.later(hours=2, minutes=1)
    assert wait(6) is None
