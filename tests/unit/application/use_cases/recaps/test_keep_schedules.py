"""Recaps that are sent by themselves, and the targets they are held against: as typed, or refused entry by entry."""

from datetime import time

import pytest
from attrs import evolve

from sikpro.application.ports.schedules import Frequency, Schedule
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.targets import Target
from sikpro.application.use_cases.recaps.keep_schedules import (
    MOST,
    add_schedule,
    drop_schedule,
    follow_group,
    possible_receivers,
)
from sikpro.application.use_cases.recaps.set_targets import set_targets
from sikpro.domain.errors import InvalidFields, InvalidValue
from sikpro.domain.people import Role
from sikpro.testing.builders import a_person, coded, refusals
from tests.unit.chat import NINE, Phone, World

BAGUS, ADMIN = 5, 6
GIVEN = {"rhythm": "month", "at": "07:30", "to": "person:5", "language": "en"}


@pytest.fixture
def world() -> World:
    world = World()
    world.transactions.write(lambda uow: uow.people.save(evolve(uow.people.get(BAGUS), telegram_id=90)))
    return world


def added(world: World, typed: dict[str, str] | None = None, *, with_file: bool = True) -> Schedule:
    given = {"of": ""} | GIVEN | (typed or {})

    def work(uow: UnitOfWork) -> Schedule:
        return add_schedule(
            uow,
            rhythm=given["rhythm"],
            at=given["at"],
            to=given["to"],
            language=given["language"],
            of=given["of"],
            with_file=with_file,
            by=uow.people.get(ADMIN),
            now=NINE,
        )

    return world.transactions.write(work)


def test_a_schedule_is_kept_as_it_was_typed(world: World) -> None:
    assert added(world, with_file=False) == Schedule(
        id=1,
        rhythm=Frequency.MONTH,
        at=time(7, 30),
        person=BAGUS,
        chat_id=None,
        label="Bagus",
        language="en",
        with_file=False,
        active=True,
        made_by=ADMIN,
        made_at=NINE,
    )
    assert added(world, {"rhythm": "today", "at": "23:59:58+07:00"}).at == time(23, 59)


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"rhythm": "hourly"}, {"rhythm": ("schedule.rhythm", "hourly")}),
        ({"at": "25:00"}, {"at": ("schedule.at", "25:00")}),
        ({"to": "person:6"}, {"to": ("schedule.to", "person:6")}),
        ({"language": "fr"}, {"language": ("schedule.language", "fr")}),
        (
            dict.fromkeys(GIVEN, ""),
            {name: (f"schedule.{name}", "") for name in ("rhythm", "at", "to", "language")},
        ),
    ],
)
def test_what_is_wrong_with_a_schedule_is_said_at_its_entry(
    world: World, typed: dict[str, str], wrong: dict[str, tuple[str, object]]
) -> None:
    with pytest.raises(InvalidFields) as refused:
        added(world, typed)
    assert refusals(refused.value) == wrong


def test_a_recap_of_an_sto_is_another_than_that_of_all_and_an_unknown_one_is_refused(world: World) -> None:
    added(world)
    assert (added(world, {"of": "sto:SDA"}).sto, added(world, {"of": "site_operation:SDA"}).site_operation) == (
        "SDA",
        "SDA",
    )
    for wrong in ("sto:XXX", "type:AO", "SDA"):
        with pytest.raises(InvalidFields) as refused:
            added(world, {"of": wrong})
        assert set(refused.value.errors) == {"of"}


def test_the_same_recap_to_the_same_chat_is_refused_by_its_name(world: World) -> None:
    added(world)
    with pytest.raises(InvalidFields) as refused:
        added(world, {"at": "09:00", "language": "id"})
    assert refusals(refused.value) == {"to": ("schedule.twice", "Bagus")}
    assert added(world, {"rhythm": "today"}).id == 2


def test_there_are_only_so_many_schedules(world: World) -> None:
    def fill(uow: UnitOfWork) -> None:
        for number in range(MOST - 1):
            uow.schedules.add(
                Schedule(rhythm=Frequency.TODAY, at=time(8), chat_id=-number, language="id", made_by=1, made_at=NINE)
            )

    world.transactions.write(fill)
    added(world)
    with pytest.raises(InvalidValue, check=coded("schedule.too_many")) as refused:
        added(world, {"rhythm": "today"})
    assert refused.value.typed == str(MOST)
    world.transactions.write(lambda uow: drop_schedule(uow, 1, uow.people.get(ADMIN), NINE))
    assert added(world, {"rhythm": "today"}).rhythm is Frequency.TODAY


def test_a_group_that_got_another_id_is_followed_and_no_other(world: World) -> None:
    Phone(world, 1, chat=-50).says("halo")

    def work(uow: UnitOfWork) -> list[int | None]:
        for chat in (-50, -60):
            uow.schedules.add(
                Schedule(rhythm=Frequency.TODAY, at=time(8), chat_id=chat, language="id", made_by=1, made_at=NINE)
            )
        follow_group(uow, -50, -100)
        return [schedule.chat_id for schedule in uow.schedules.all()]

    assert world.transactions.write(work) == [-100, -60]


def test_those_who_may_receive_a_recap_are_offered_by_name(world: World) -> None:
    def work(uow: UnitOfWork) -> list[str]:
        for name, telegram in (("Zaki", 92), ("Andi", 91)):
            uow.people.add(a_person(name, role=Role.SUPERVISOR, telegram_id=telegram))
        return [one.name for one in possible_receivers(uow)]

    assert world.transactions.write(work) == ["Andi", "Bagus", "Zaki"]


def set_all(world: World, rows: dict[str, dict[str, str]], month: str = "2026-11") -> list[Target]:
    def work(uow: UnitOfWork) -> list[Target]:
        set_targets(uow, month, rows, uow.people.get(ADMIN), NINE)
        return sorted(uow.targets.all(), key=lambda target: target.sto)

    return world.transactions.write(work)


def test_targets_that_are_wrong_are_said_by_exchange_and_column_and_nothing_is_written(world: World) -> None:
    rows = {
        "SDA": {"target": "1", "working_days": "25"},
        "TUN": {"target": "x", "working_days": ""},
        "ZZZ": {"target": "5", "working_days": "32"},
    }
    with pytest.raises(InvalidFields) as refused:
        set_all(world, rows)
    assert refusals(refused.value) == {
        "TUN.target": ("target.target", "x"),
        "TUN.working_days": ("target.working_days", ""),
        "ZZZ.sto": ("sto.unknown", "ZZZ"),
        "ZZZ.working_days": ("target.working_days", "32"),
    }
    assert set_all(world, {}) == []


def test_a_target_without_a_number_is_taken_away_and_the_others_stay(world: World) -> None:
    both = {sto: {"target": "10", "working_days": "25"} for sto in ("SDA", "TUN")}
    first = [Target(month="2026-11", sto=sto, target=10, working_days=25) for sto in ("SDA", "TUN")]
    assert set_all(world, both) == first
    assert set_all(world, {"SDA": {"target": " "}, "SPJ": {}}) == first[1:]
    with pytest.raises(InvalidFields) as refused:
        set_all(world, {"SDA": {"target": "1", "working_days": "2"}}, month="nanti")
    assert refusals(refused.value) == {"SDA.month": ("month.unknown", "nanti")}
