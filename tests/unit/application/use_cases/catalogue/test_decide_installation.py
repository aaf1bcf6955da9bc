"""What an installation decides for itself: kept as it is typed, refused entry by entry, noted once."""

from datetime import time, timedelta

import pytest
from attrs import astuple, evolve

from sikpro.adapters.memory.unit_of_work import MemoryUnitOfWork
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.decide_installation import decide_installation, installation_texts
from sikpro.domain.duplicates import DuplicateMode
from sikpro.domain.errors import InvalidFields
from sikpro.domain.installation import Hours, Installation, SessionTimes
from sikpro.testing.builders import an_order, key_of, refusals
from tests.unit.chat import NINE, World

ADMIN = 6
TYPED = {
    "duplicate_mode": "number_and_type",
    "claim": "45",
    "nudge_every": " 20 ",
    "stuck_after": " 14 ",
    "owners_at": "9.15",
    "most_claims": " 12 ",
    "admins_two_steps": "",
    "most_used_first": "1",
    **{f"hours_{day}": "" for day in range(7)},
    "hours_0": "7:30 - 12.00 ; 13-21.05",
    "hours_4": "8-11.30,13.00–17",
    "unused": " 8 ",
    "unused_on_own_device": "90",
    "longest": "90",
    "no_shift": "6",
}


def decide(world: World, **typed: str) -> tuple[str, ...]:
    given = TYPED | typed
    return world.transactions.write(lambda uow: decide_installation(uow, given, uow.people.get(ADMIN), NINE))


def kept(world: World) -> Installation:
    return world.transactions.read(lambda uow: uow.installation.get())


def notes(world: World) -> list[tuple[object, ...]]:
    def read(uow: UnitOfWork) -> list[tuple[object, ...]]:
        assert isinstance(uow, MemoryUnitOfWork)
        return [astuple(note) for note in uow.state.notes.values()]

    return world.transactions.read(read)


def test_what_is_decided_is_kept_and_noted_once() -> None:
    world = World()
    before = kept(world)
    assert (decide(world), decide(world)) == ((), ())
    assert kept(world) == evolve(
        before,
        duplicate_mode=DuplicateMode.NUMBER_AND_TYPE,
        claim=timedelta(minutes=45),
        most_claims=12,
        most_used_first=True,
        nudge_every=timedelta(minutes=20),
        stuck_after=timedelta(days=14),
        owners_at=time(9, 15),
        week=(
            (Hours(time(7, 30), time(12)), Hours(time(13), time(21, 5))),
            *((),) * 3,
            (Hours(time(8), time(11, 30)), Hours(time(13), time(17))),
            *((),) * 2,
        ),
        sessions=SessionTimes(
            unused=timedelta(hours=8),
            unused_on_own_device=timedelta(days=90),
            longest=timedelta(days=90),
            no_shift=timedelta(hours=6),
        ),
    )
    texts = {
        "duplicate_mode": "number_and_type",
        "claim": "45",
        "most_claims": "12",
        "nudge_every": "20",
        "stuck_after": "14",
        "owners_at": "09.15",
        "most_used_first": "1",
        "admins_two_steps": "",
        **{f"hours_{day}": "" for day in range(7)},
        "hours_0": "07.30-12.00, 13.00-21.05",
        "hours_4": "08.00-11.30, 13.00-17.00",
        "unused": "8",
        "unused_on_own_device": "90",
        "longest": "90",
        "no_shift": "6",
    }
    assert installation_texts(kept(world)) == texts
    assert notes(world) == [("installation_decided", "", ADMIN, NINE, tuple(texts.items()))]


@pytest.mark.parametrize(("shortest", "longest"), [("5", "720")])
def test_a_claim_and_a_nudge_may_last_from_five_minutes_to_twelve_hours(shortest: str, longest: str) -> None:
    world = World()
    decide(world, claim=shortest, nudge_every=longest)
    assert (kept(world).claim, kept(world).nudge_every) == (timedelta(minutes=5), timedelta(hours=12))


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"claim": "4"}, {"claim": ("minutes.range", "4")}),
        ({"claim": "721"}, {"claim": ("minutes.range", "721")}),
        ({"owners_at": "25"}, {"owners_at": ("hours.shape", "25")}),
        ({"stuck_after": "0"}, {"stuck_after": ("days.range", "0")}),
        ({"stuck_after": " 91 "}, {"stuck_after": ("days.range", "91")}),
        ({"stuck_after": "1 minggu"}, {"stuck_after": ("days.range", "1 minggu")}),
        ({"nudge_every": " 1  jam "}, {"nudge_every": ("minutes.range", "1 jam")}),
        ({"most_claims": "-1"}, {"most_claims": ("most_claims.number", "-1")}),
        ({"hours_1": "8-24"}, {"hours_1": ("hours.shape", "8-24")}),
        ({"hours_1": " jam  9 "}, {"hours_1": ("hours.shape", "jam 9")}),
        ({"hours_1": "9.60-10"}, {"hours_1": ("hours.shape", "9.60-10")}),
        ({"hours_1": "9-9"}, {"hours_1": ("hours.order", "9-9")}),
        ({"hours_1": "8-12, 11.59-13"}, {"hours_1": ("hours.order", "8-12, 11.59-13")}),
        ({"hours_0": "", "hours_4": " , "}, {"hours_0": ("days.none", "")}),
        ({"unused": "73"}, {"unused": ("number.range", "73")}),
        ({"no_shift": "25"}, {"no_shift": ("number.range", "25")}),
        ({"longest": "0"}, {"longest": ("number.range", "0")}),
        ({"longest": "89"}, {"longest": ("session.order", "89")}),
        ({"unused": "72", "unused_on_own_device": "2"}, {"unused_on_own_device": ("session.order", "2")}),
        ({"unused_on_own_device": " 2 minggu"}, {"unused_on_own_device": ("number.range", "2 minggu")}),
        ({"duplicate_mode": "never"}, {"duplicate_mode": ("field.missing", "")}),
        (
            {"claim": "", "hours_0": "", "hours_4": ""},
            {"claim": ("minutes.range", ""), "hours_0": ("days.none", "")},
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_entry_and_nothing_is_kept(
    typed: dict[str, str], wrong: dict[str, tuple[str, object]]
) -> None:
    world = World()
    before = kept(world)
    with pytest.raises(InvalidFields) as refused:
        decide(world, **typed)
    assert refusals(refused.value) == wrong
    assert (kept(world), notes(world)) == (before, [])


def test_a_duplicate_rule_that_orders_stand_against_changes_nothing_else_either() -> None:
    world = World()
    decide(world)

    def two_of_a_number(uow: UnitOfWork) -> None:
        for order_type in ("AO", "MO"):
            order = an_order(uow.orders.next_id(), "SC100001", type=order_type)
            uow.orders.add(order, key_of(order, DuplicateMode.NUMBER_AND_TYPE))

    world.transactions.write(two_of_a_number)
    before, noted = kept(world), notes(world)
    assert decide(world, duplicate_mode="number", claim="60") == ("SC100001",)
    assert (kept(world), notes(world)) == (before, noted)


def test_only_who_has_two_steps_asks_admins_for_them_and_anyone_may_stop_that() -> None:
    world = World()
    with pytest.raises(InvalidFields) as refused:
        decide(world, admins_two_steps="1")
    assert list(refused.value.errors) == ["admins_two_steps"]
    assert not kept(world).admins_two_steps

    def turn_on(uow: UnitOfWork) -> None:
        uow.second_steps.prepare(ADMIN, "JBSWY3DPEHPK3PXP")
        uow.second_steps.turn_on(ADMIN, 1, NINE)

    world.transactions.write(turn_on)
    decide(world, admins_two_steps="1")
    assert kept(world).admins_two_steps
    world.transactions.write(lambda uow: uow.second_steps.drop(ADMIN))
    decide(world, admins_two_steps="1", claim="50")
    decide(world)
    assert not kept(world).admins_two_steps
