"""Who may let whom in on Telegram: through each door, whoever approves, whomever a request points to."""

from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from sikpro.application.i18n import words_in
from sikpro.application.ports.chat import Outgoing
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.people.access_decision import pointed_to, request_mark
from sikpro.application.use_cases.people.bind_phone import bind_by_link, make_bind_link
from sikpro.application.use_cases.people.grant_access import (
    approve_access,
    approve_many,
    ask_access,
    refuse_access,
)
from sikpro.domain.errors import AdminDecides, DomainError, InvalidValue, KeptOut, NotPermitted
from sikpro.domain.people import AccessRequest, Person, RequestState, Role
from sikpro.testing.builders import a_person, a_technician, an_access_request, coded
from tests.unit.chat import ZONE, Phone, World

STRANGER, PHONE = 99, "6281234567890"

TARGETS: dict[str, Person | None] = {
    "new technician": None,
    "known technician": a_technician("Target", "F5SDA777"),
    "technician kept out": a_technician("Target", "F5SDA777", active=False),
    "helpdesk account": a_person("Target", phone=PHONE),
    "helpdesk account with a code": a_person("Target", technician_code="F5SDA777"),
    "admin account": a_person("Target", role=Role.ADMIN, phone=PHONE),
    "account kept out": a_person("Target", phone=PHONE, active=False),
    "admin account kept out": a_person("Target", role=Role.ADMIN, technician_code="F5SDA777", active=False),
}
ORDINARY = {"new technician", "known technician"}
APPROVERS = {"helpdesk": 31, "technician": 1, "supervisor": 32, "team leader": 33, "admin": 34}


def someone(world: World, approver: str) -> Person:
    found = world.transactions.read(lambda uow: uow.people.by_telegram(APPROVERS[approver]))
    assert found
    return found


@pytest.fixture
def world() -> World:
    """An approver of each role, on Telegram."""
    world = World()

    def work(uow: UnitOfWork) -> None:
        uow.people.add(a_person("Sari", role=Role.SUPERVISOR, telegram_id=APPROVERS["supervisor"]))
        for username, role in (("rina", "helpdesk"), ("bagus", "team leader"), ("admin", "admin")):
            person = uow.people.by_username(username)
            assert person
            uow.people.save(evolve(person, telegram_id=APPROVERS[role]))

    world.transactions.write(work)
    return world


def ask(world: World, kind: str, **more: Any) -> tuple[AccessRequest, Person | None]:
    """A stranger asks, who is taken for a target by code and, where the target has a number, by that."""
    target = TARGETS[kind]
    said: dict[str, Any] = {"name": "Joni", "technician_code": "F5SDA777"}
    if target and target.phone:
        said |= {"technician_code": "", "phone": "+62 812-3456-7890"}

    def work(uow: UnitOfWork) -> tuple[AccessRequest, Person | None]:
        stored = uow.people.add(target) if target else None
        return ask_access(uow, an_access_request(STRANGER, **(said | more)), world.clock.now(), zone=ZONE), stored

    return world.transactions.write(work)


def mark_of(world: World, request: AccessRequest) -> str:
    return world.transactions.read(lambda uow: request_mark(request, pointed_to(uow, request)))


def by_use_case(world: World, request: AccessRequest, target: Person | None, by: Person) -> None:
    match = target.id if target else None
    world.transactions.write(
        lambda uow: approve_access(
            uow, request.id, by, world.clock.now(), person_id=match, site_operation="SDA", let_in=match, zone=ZONE
        )
    )


def by_typed_code(world: World, request: AccessRequest, target: Person | None, by: Person) -> None:
    """The target's code is typed for a request that says another."""
    if target and not target.technician_code:
        by_use_case(world, request, target, by)
        return
    match = target.id if target else None
    world.transactions.write(
        lambda uow: approve_access(
            uow, request.id, by, world.clock.now(), technician_code="f5sda777", let_in=match, zone=ZONE
        )
    )


def many(world: World, request: AccessRequest, _: Person | None, by: Person) -> None:
    marks = {request.id: mark_of(world, request)}
    world.transactions.write(lambda uow: approve_many(uow, marks, by, world.clock.now(), zone=ZONE))


def by_press(world: World, request: AccessRequest, _: Person | None, by: Person) -> None:
    phone = Phone(world, by.telegram_id or 0)
    phone.press_data(f"acc:ok:{request.id}:{mark_of(world, request)}")


DOORS: tuple[Callable[[World, AccessRequest, Person | None, Person], None], ...] = (
    by_use_case,
    by_typed_code,
    many,
    by_press,
)


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("approver", APPROVERS)
@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_who_has_an_account_or_is_kept_out_is_let_in_by_an_admin_alone(
    world: World, door: Callable[..., None], approver: str, kind: str
) -> None:
    request, target = ask(world, kind)
    may = approver == "admin" or (approver == "team leader" and kind in ORDINARY)
    try:
        door(world, request, target, someone(world, approver))
    except NotPermitted:
        assert not may
    bound = world.transactions.read(lambda uow: uow.people.by_telegram(STRANGER))
    state = world.transactions.read(lambda uow: uow.access_requests.get(request.id)).state
    assert (bound is not None) == may
    assert state is (RequestState.APPROVED if may else RequestState.PENDING)
    if target:
        after = world.transactions.read(lambda uow: uow.people.get(target.id))
        assert after.active == (target.active or may)
        assert not may or bound == after


@pytest.mark.parametrize("kind", sorted(set(TARGETS) - ORDINARY))
def test_a_team_leader_is_told_that_an_admin_decides_whatever_is_chosen(world: World, kind: str) -> None:
    request, target = ask(world, kind)
    assert target
    bagus, now = someone(world, "team leader"), world.clock.now()
    agus = world.transactions.write(lambda uow: uow.people.add(a_technician("Lain", "F5SDA888")))
    acts: tuple[Callable[[UnitOfWork], object], ...] = (
        lambda uow: approve_access(uow, request.id, bagus, now, person_id=target.id, let_in=target.id, zone=ZONE),
        lambda uow: approve_access(uow, request.id, bagus, now, person_id=agus.id, zone=ZONE),
        lambda uow: approve_access(uow, request.id, bagus, now, technician_code="F5SDA999", zone=ZONE),
        lambda uow: approve_access(uow, request.id, bagus, now, zone=ZONE),
        lambda uow: refuse_access(uow, request.id, bagus, now, zone=ZONE),
    )
    for act in acts:
        with pytest.raises(AdminDecides):
            world.transactions.write(act)


@pytest.mark.parametrize("kind", sorted(set(TARGETS) - ORDINARY))
def test_nobody_else_is_bound_to_an_account_or_to_somebody_kept_out_for_another_request(
    world: World, kind: str
) -> None:
    _, target = ask(world, kind)
    other = world.transactions.write(
        lambda uow: ask_access(
            uow, an_access_request(98, name="Lain", technician_code="F5SDA888"), world.clock.now(), zone=ZONE
        )
    )
    assert target
    bagus, now = someone(world, "team leader"), world.clock.now()
    with pytest.raises(AdminDecides):
        world.transactions.write(lambda uow: approve_access(uow, other.id, bagus, now, person_id=target.id, zone=ZONE))
    if target.technician_code:
        with pytest.raises(AdminDecides):
            world.transactions.write(
                lambda uow: approve_access(uow, other.id, bagus, now, technician_code="F5SDA777", zone=ZONE)
            )


def test_an_admin_lets_nobody_in_again_without_having_been_told(world: World) -> None:
    request, target = ask(world, "account kept out")
    admin, now = someone(world, "admin"), world.clock.now()
    assert target
    for let_in in (None, admin.id):
        with pytest.raises(KeptOut) as refused:
            world.transactions.write(
                lambda uow, let_in=let_in: approve_access(  # type: ignore[misc]  # bound now
                    uow, request.id, admin, now, person_id=target.id, let_in=let_in, zone=ZONE
                )
            )
        assert refused.value.person == target.id
    assert not world.transactions.read(lambda uow: uow.people.get(target.id)).active


def test_the_number_counts_beside_a_code_of_somebody_else(world: World) -> None:
    """A dismissed helpdesk shares the number, and names the code of a technician without a phone, or a new one."""
    request, target = ask(world, "account kept out", technician_code="F5SDA888")
    lain = world.transactions.write(lambda uow: uow.people.add(a_technician("Lain", "F5SDA888")))
    people = world.transactions.read(lambda uow: pointed_to(uow, request))
    assert target
    assert [one.id for one in people] == [lain.id, target.id]
    with pytest.raises(AdminDecides):
        by_use_case(world, request, lain, someone(world, "team leader"))
    by_use_case(world, request, lain, someone(world, "admin"))
    assert not world.transactions.read(lambda uow: uow.people.get(target.id)).active


@pytest.mark.parametrize("change", [{"active": False}, {"role": Role.HELPDESK, "username": "target"}])
def test_the_mark_changes_when_a_person_is_kept_out_or_has_an_account(world: World, change: dict[str, Any]) -> None:
    request, target = ask(world, "known technician")
    assert target
    before = mark_of(world, request)
    world.transactions.write(lambda uow: uow.people.save(evolve(uow.people.get(target.id), site_operation="MJK")))
    assert mark_of(world, request) == before
    changed = world.transactions.write(lambda uow: uow.people.save(evolve(uow.people.get(target.id), **change)))
    assert mark_of(world, request) != before
    if changed.role:
        now_mark = mark_of(world, request)
        world.transactions.write(lambda uow: uow.people.save(evolve(changed, role=Role.ADMIN)))
        assert mark_of(world, request) != now_mark


@pytest.mark.parametrize(
    ("who", "change"),
    [
        ("target", {"role": Role.ADMIN, "username": "target"}),
        ("target", {"active": False}),
        ("maker", {"role": Role.HELPDESK}),
        ("maker", {"active": False}),
    ],
)
def test_a_link_ends_when_its_maker_may_no_longer_give_it(world: World, who: str, change: dict[str, Any]) -> None:
    token = "abcDEF_-0123456789abcDEF_-012345"
    bagus, now = someone(world, "team leader"), world.clock.now()
    target = world.transactions.write(lambda uow: uow.people.add(a_technician("Target", "F5SDA777")))
    world.transactions.write(lambda uow: make_bind_link(uow, target.id, token, bagus, now))
    changed = target.id if who == "target" else bagus.id
    world.transactions.write(lambda uow: uow.people.save(evolve(uow.people.get(changed), **change)))
    with pytest.raises(InvalidValue, check=coded("link.wrong")):
        world.transactions.write(lambda uow: bind_by_link(uow, token, STRANGER, STRANGER, now))


def card(world: World, approver: str) -> Outgoing:
    phone = Phone(world, APPROVERS[approver])
    phone.hears()
    return phone.last


@pytest.mark.parametrize("kind", sorted(set(TARGETS) - ORDINARY))
def test_the_card_says_whom_it_points_to_and_only_an_admin_gets_buttons(world: World, kind: str) -> None:
    _, target = ask(world, kind)
    assert target
    leaders, admins = card(world, "team leader"), card(world, "admin")
    role = {Role.HELPDESK: "Helpdesk", Role.ADMIN: "Admin", None: ""}[target.role]
    for text in (leaders.text, admins.text):
        assert f"Cocok dengan Target ({target.technician_code or 'target'})." in text
        assert (f"Punya akun web: target, {role}." in text) == (target.role is not None)
        assert ("Sedang nonaktif." in text) == (not target.active)
        assert "Hanya admin yang bisa memutuskan permintaan ini." in text
    assert leaders.buttons == ()
    assert [button.label for row in admins.buttons for button in row] == ["Setujui", "Tolak"]
    again = "Kalau disetujui, Target aktif lagi di bot"
    account = f" dan di web, dengan akun target ({role})." if role else "."
    assert (again + account in admins.text) == (not target.active)
    assert again not in leaders.text


def test_the_card_of_an_ordinary_technician_is_what_it_was(world: World) -> None:
    ask(world, "known technician")
    for approver in ("team leader", "admin"):
        shown = card(world, approver)
        assert shown.text.splitlines()[2:] == ["Cocok dengan Target (F5SDA777)."]
        assert [button.label for row in shown.buttons for button in row] == ["Setujui", "Tolak"]


@pytest.mark.parametrize("change", [{"active": False}, {"role": Role.HELPDESK, "username": "target"}])
@pytest.mark.parametrize("button", ["Setujui", "Tolak"])
def test_an_old_button_says_that_an_admin_decides_and_shows_an_admin_the_present_card(
    world: World, change: dict[str, Any], button: str
) -> None:
    request, target = ask(world, "known technician")
    assert target
    leader, admin = Phone(world, APPROVERS["team leader"]), Phone(world, APPROVERS["admin"])
    leader.hears()
    admin.hears()
    world.transactions.write(lambda uow: uow.people.save(evolve(uow.people.get(target.id), **change)))

    assert leader.presses(button) == (
        "(Target punya akun web atau sedang nonaktif. Hanya admin yang bisa memutuskan, di web, menu Permintaan akses.)"
    )
    shown = admin.presses(button)
    assert "(Permintaan ini sudah berubah. Lihat pesan terbaru.)" in shown
    assert ("Sedang nonaktif." if "active" in change else "Punya akun web: target, Helpdesk.") in shown
    assert world.transactions.read(lambda uow: uow.access_requests.get(request.id)).state is RequestState.PENDING
    assert "Target" in admin.presses("Setujui")
    bound = world.transactions.read(lambda uow: uow.people.by_telegram(STRANGER))
    assert bound
    assert (bound.id, bound.active) == (target.id, True)


def test_a_dismissed_helpdesk_who_shares_the_number_is_not_let_in_by_a_team_leader(world: World) -> None:
    world.transactions.write(lambda uow: uow.people.add(a_person("Tono", phone=PHONE, active=False)))
    stranger, leader, admin = Phone(world, STRANGER), *(Phone(world, APPROVERS[a]) for a in ("team leader", "admin"))
    assert stranger.shares_phone("+62 812-3456-7890", user=5).startswith("Itu bukan nomor Anda")
    assert world.transactions.read(lambda uow: uow.access_requests.pending()) == ()
    stranger.shares_phone("+62 812-3456-7890")
    leader.hears()
    assert leader.buttons() == []
    admin.hears()
    assert admin.presses("Setujui") == "✅ Tono (tono) sudah masuk."
    assert world.transactions.read(lambda uow: uow.people.by_username("tono")).active  # type: ignore[union-attr]  # Tono is there


def test_errors_of_access_have_sentences_in_both_languages() -> None:
    for language in ("id", "en"):
        for error in (AdminDecides(name="Rina"), KeptOut("Rina", 1)):
            assert isinstance(error, DomainError)
            assert "Rina" in words_in(language, ZONE).error(error)
