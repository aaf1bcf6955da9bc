"""Personal tokens: what is stored of one, what it opens and until when, and what ends it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from attrs import evolve

from sikpro.application.ports.security_events import EventFilter
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tokens import PersonalToken, Scope
from sikpro.application.use_cases.people.edit_people import (
    end_other_sessions,
    reset_password,
    store_person,
)
from sikpro.application.use_cases.people.manage_people import set_active, set_password
from sikpro.application.use_cases.people.personal_tokens import (
    MOST_TOKENS,
    end_token,
    live_tokens,
    make_token,
    opened_by,
)
from sikpro.application.use_cases.people.two_steps import reset_two_steps
from sikpro.application.workers.clock_watch import never_jumped
from sikpro.domain.errors import DomainError, InvalidFields, NotFound
from sikpro.domain.people import Person, Role
from sikpro.testing.builders import coded, refusals
from tests.unit.chat import NINE, ZONE, World

BUDI, RINA = 1, 4
TYPED = {"name": " laporan  pagi ", "scope": "read", "days": "90"}


def make(world: World, who: str = "rina", **typed: str) -> tuple[PersonalToken, str]:
    person = world.person(who)
    return world.transactions.write(
        lambda uow: make_token(uow, person, TYPED | typed, NINE, jumped=never_jumped, by=person)
    )


def opens(world: World, text: str, at: datetime = NINE) -> str:
    """Whom a token lets in, and for what, "" for nobody."""
    found = world.transactions.read(lambda uow: opened_by(uow, text, at, never_jumped))
    return f"{found[1].username} {found[0].scope}" if found else ""


def test_a_token_opens_as_its_person_and_only_the_hash_of_its_text_is_stored() -> None:
    world = World()
    token, text = make(world, scope="write")
    assert token == PersonalToken(
        id=1,
        token_hash=sha256(text.encode()).hexdigest(),
        person=RINA,
        name="laporan pagi",
        scope=Scope.WRITE,
        made_at=NINE,
        expires_at=NINE + timedelta(days=90),
    )
    assert text.startswith("sikpro_")
    assert len(text) == len("sikpro_") + 43
    assert opens(world, text) == "rina write"
    assert make(world)[1] != text


@pytest.mark.parametrize("wrong", ["", "sikpro_", "x" * 50, "sikpro_" + "a" * 43, "sikpro_" + "é" * 43])
def test_what_is_no_token_opens_nothing(wrong: str) -> None:
    world = World()
    make(world)
    assert opens(world, wrong) == ""


@pytest.mark.parametrize("change", [{"active": False}, {"role": None}])
def test_a_token_opens_nothing_for_who_has_no_account_any_more_though_nobody_ended_it(change: dict[str, Any]) -> None:
    world = World()
    _, text = make(world)
    world.transactions.write(lambda uow: uow.people.save(evolve(uow.people.get(RINA), **change)))
    assert opens(world, text) == ""


def test_a_token_ends_with_its_time_to_the_second_and_is_listed_no_more() -> None:
    world = World()
    token, text = make(world, days="1")
    end = NINE + timedelta(days=1)
    assert opens(world, text, end - timedelta(seconds=1)) == "rina read"
    assert opens(world, text, end) == ""

    def listed(at: datetime) -> tuple[PersonalToken, ...]:
        return world.transactions.read(lambda uow: live_tokens(uow, RINA, at, never_jumped))

    assert [listed(at) for at in (NINE, end)] == [(token,), ()]


def test_a_clock_that_was_set_forward_does_not_end_a_token_early() -> None:
    world = World()
    _, text = make(world, days="1")
    found = world.transactions.read(
        lambda uow: opened_by(uow, text, NINE + timedelta(days=20), lambda _: timedelta(days=20))
    )
    assert found


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"name": " "}, {"name": ("name.length", "")}),
        ({"name": "x" * 81}, {"name": ("name.length", "x" * 64)}),
        ({"scope": "admin"}, {"scope": ("token.scope", "admin")}),
        ({"days": "0"}, {"days": ("token.days", "0")}),
        ({"days": "366"}, {"days": ("token.days", "366")}),
        ({"days": "٣"}, {"days": ("token.days", "٣")}),
        ({"days": ""}, {"days": ("token.days", "")}),
    ],
)
def test_what_is_wrong_is_said_at_its_entry_and_makes_no_token(
    typed: dict[str, str], wrong: dict[str, tuple[str, object]]
) -> None:
    world = World()
    with pytest.raises(InvalidFields) as refused:
        make(world, **typed)
    assert refusals(refused.value) == wrong
    assert world.transactions.read(lambda uow: uow.tokens.of_person(RINA)) == ()


def test_a_year_is_the_longest() -> None:
    assert make(World(), days="365")[0].expires_at == NINE + timedelta(days=365)


def test_a_person_has_twenty_tokens_at_most_and_one_that_ended_makes_room() -> None:
    world = World()
    made = [make(world) for _ in range(MOST_TOKENS)]
    with pytest.raises(DomainError, check=coded("token.too_many")):
        make(world)
    rina = world.person("rina")
    world.transactions.write(lambda uow: end_token(uow, rina, made[0][0].id, NINE, by=rina))
    assert opens(world, make(world)[1]) == "rina read"
    assert opens(world, made[0][1]) == ""


def test_nobody_makes_or_ends_the_token_of_another_also_no_admin() -> None:
    world = World()
    token, text = make(world)
    rina, admin = world.person("rina"), world.person("admin")
    for act in (
        lambda uow: make_token(uow, rina, TYPED, NINE, jumped=never_jumped, by=admin),
        lambda uow: end_token(uow, rina, token.id, NINE, by=admin),
        lambda uow: end_token(uow, admin, token.id, NINE, by=admin),
    ):
        with pytest.raises(NotFound):
            world.transactions.write(act)
    assert opens(world, text) == "rina read"


def test_a_technician_without_an_account_gets_none() -> None:
    world = World()
    budi = world.transactions.read(lambda uow: uow.people.get(BUDI))
    with pytest.raises(DomainError, check=coded("person.no_account")):
        world.transactions.write(lambda uow: make_token(uow, budi, TYPED, NINE, jumped=never_jumped, by=None))


def save(uow: UnitOfWork, rina: Person, admin: Person, **changes: Any) -> None:
    store_person(uow, rina, evolve(rina, **changes), admin, NINE)


Act = Callable[[UnitOfWork, Person, Person], object]


def reset_steps(uow: UnitOfWork, rina: Person, admin: Person) -> None:
    uow.second_steps.prepare(RINA, "SECRET")
    uow.second_steps.turn_on(RINA, 1, NINE)
    reset_two_steps(uow, RINA, admin, NINE, zone=ZONE)


ENDS: dict[str, Act] = {
    "kept out": lambda uow, rina, admin: set_active(uow, RINA, False, admin, NINE),
    "a new password by an admin": lambda uow, rina, admin: reset_password(uow, RINA, "x", admin, NINE),
    "a new password of one's own": lambda uow, rina, admin: set_password(uow, RINA, "x", NINE, session="s"),
    "a second step that was reset": reset_steps,
    "no account any more": lambda uow, rina, admin: save(
        uow, rina, admin, role=None, username=None, technician_code="F5X1"
    ),
}


@pytest.mark.parametrize("what", ENDS)
def test_who_may_no_longer_be_the_person_is_shut_out_with_all_tokens_for_good(what: str) -> None:
    world = World()
    _, text = make(world)
    _, other = make(world, "admin")
    rina, admin = world.person("rina"), world.person("admin")
    world.transactions.write(lambda uow: ENDS[what](uow, rina, admin))
    assert opens(world, text) == ""
    world.transactions.write(lambda uow: uow.people.save(evolve(uow.people.get(RINA), active=True, role=Role.HELPDESK)))
    assert opens(world, text) == "", "it does not come back with the account"
    assert opens(world, other) == "admin read"


def test_scripts_go_on_when_a_person_logs_out_elsewhere_and_follow_a_new_role() -> None:
    world = World()
    _, text = make(world)
    rina, admin = world.person("rina"), world.person("admin")
    world.transactions.write(lambda uow: end_other_sessions(uow, rina, "s", NINE))
    world.transactions.write(lambda uow: save(uow, uow.people.get(RINA), admin, role=Role.SUPERVISOR))
    found = world.transactions.read(lambda uow: opened_by(uow, text, NINE, never_jumped))
    assert found
    assert found[1].role is Role.SUPERVISOR


def test_making_and_ending_are_recorded_without_the_secret() -> None:
    world = World()
    token, text = make(world, scope="write")
    rina = world.person("rina")
    world.transactions.write(lambda uow: end_token(uow, rina, token.id, NINE, by=rina))
    events = world.transactions.read(lambda uow: uow.security_events.page(EventFilter(), before=None, limit=9))
    assert [(event.kind, event.actor, event.object, event.details) for event in events] == [
        ("token_ended", RINA, "Rina (rina)", "laporan pagi"),
        ("token_made", RINA, "Rina (rina)", "laporan pagi (write)"),
    ]
    assert text not in repr(events)
