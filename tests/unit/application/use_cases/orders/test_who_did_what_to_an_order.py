"""Each step on an order is kept with who did it; team leaders overrule a claim; who answered may undo it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.change_status import cancel_order, change_status, reopen_order
from sikpro.application.use_cases.orders.nudge_helpdesk import nudge_helpdesk
from sikpro.application.use_cases.orders.own_order import correct_order, join_message, withdraw_order
from sikpro.application.use_cases.orders.remove_order import delete_order, restore_order
from sikpro.application.use_cases.orders.send_text import send_text
from sikpro.application.use_cases.orders.understand_request import typed_again
from sikpro.application.use_cases.orders.undo_status import undo_status, undoable
from sikpro.application.use_cases.orders.work_order import assign_order, free_lapsed_claims, give_back_order, take_order
from sikpro.domain.errors import AlreadyTaken, ForbiddenMove, NotPermitted, UndoTooLate
from sikpro.domain.people import Person
from sikpro.domain.phase import Phase
from tests.unit.chat import NINE, WHOLE, ZONE, Phone, World

BUDI, RINA, BAGUS, ADMIN = 1, 4, 5, 6
HOLD = timedelta(seconds=5)

Step = Callable[[UnitOfWork, Person], object]


def corrected(uow: UnitOfWork, by: Person) -> object:
    typed = typed_again(uow.orders.get(1).data) | {"serial": "ZTEG00000000"}
    return correct_order(uow, 1, typed, by, NINE)


def undone(uow: UnitOfWork, by: Person) -> object:
    change_status(uow, 1, "selesai", by, NINE, zone=ZONE, hold=HOLD)
    return undo_status(uow, 1, by, NINE)


def restored(uow: UnitOfWork, by: Person) -> object:
    delete_order(uow, 1, by, NINE, reason="x", zone=ZONE)
    return restore_order(uow, 1, by, NINE)


STEPS: dict[str, tuple[int, Step]] = {
    "take": (RINA, lambda uow, by: take_order(uow, 1, by, NINE)),
    "give back": (RINA, lambda uow, by: give_back_order(uow, take_order(uow, 1, by, NINE).id, by, NINE)),
    "assign": (BAGUS, lambda uow, by: assign_order(uow, 1, RINA, by, NINE)),
    "answer": (RINA, lambda uow, by: change_status(uow, 1, "odp_penuh", by, NINE, zone=ZONE)),
    "cancel": (RINA, lambda uow, by: cancel_order(uow, 1, by, NINE, reason="x", zone=ZONE)),
    "words": (RINA, lambda uow, by: send_text(uow, 1, by, NINE, text="halo", zone=ZONE)),
    "correct": (BUDI, corrected),
    "join": (BUDI, lambda uow, by: join_message(uow, 1, by, NINE, text="halo", chat_id=1, message_id=2)),
    "nudge": (BUDI, lambda uow, by: nudge_helpdesk(uow, 1, by, NINE, zone=ZONE)),
    "withdraw": (BUDI, lambda uow, by: withdraw_order(uow, 1, by, NINE)),
    "delete": (BAGUS, lambda uow, by: delete_order(uow, 1, by, NINE, reason="x", zone=ZONE)),
    "restore": (ADMIN, restored),
    "undo": (RINA, undone),
}


@pytest.fixture
def world() -> World:
    world = World()
    Phone(world, 1).says("/reg " + WHOLE)
    return world


@pytest.mark.parametrize("step", STEPS)
def test_an_orders_story_says_who_did_each_step(world: World, step: str) -> None:
    person, work = STEPS[step]

    def actors(uow: UnitOfWork) -> list[int | None]:
        before = len(uow.journal.of_order(1))
        work(uow, uow.people.get(person))
        return [entry.actor for entry in uow.journal.of_order(1)[before:]]

    found = world.transactions.write(actors)
    assert set(found) == {person}


def test_a_claim_that_ran_out_was_ended_by_nobody(world: World) -> None:
    world.takes()

    def freed(uow: UnitOfWork, later: timedelta) -> tuple[int, int | None]:
        return free_lapsed_claims(uow, NINE + later), uow.journal.of_order(1)[-1].actor

    assert world.transactions.write(lambda uow: freed(uow, timedelta(minutes=29)))[0] == 0
    assert world.transactions.write(lambda uow: freed(uow, timedelta(minutes=30))) == (1, None)


def test_a_team_leader_answers_an_order_that_another_has_and_a_helpdesk_does_not(world: World) -> None:
    world.takes("bagus")
    with pytest.raises(AlreadyTaken):
        world.sets("selesai", username="rina")
    with pytest.raises(AlreadyTaken):
        world.transactions.write(lambda uow: give_back_order(uow, 1, uow.people.get(RINA), NINE))
    world.transactions.write(lambda uow: assign_order(uow, 1, RINA, uow.people.get(BAGUS), NINE))
    assert world.sets("selesai", username="bagus").helpdesk == BAGUS


def test_what_is_live_is_not_reopened(world: World) -> None:
    with pytest.raises(ForbiddenMove) as refused:
        world.transactions.write(lambda uow: reopen_order(uow, 1, uow.people.get(RINA), NINE, reason="x", zone=ZONE))
    assert refused.value.params == {"number": "SC32232558", "before": Phase.WAITING, "after": Phase.IN_PROGRESS}


def test_an_answer_may_be_undone_by_its_author_for_seconds_and_while_nothing_else_happened(world: World) -> None:
    def offered(uow: UnitOfWork, person: int, seconds: float) -> bool:
        return undoable(uow, uow.people.get(person), NINE + timedelta(seconds=seconds)) != ()

    def answer(uow: UnitOfWork) -> None:
        change_status(uow, 1, "odp_penuh", uow.people.get(RINA), NINE, zone=ZONE, hold=HOLD)

    world.transactions.write(answer)
    assert world.transactions.read(lambda uow: [offered(uow, RINA, 1), offered(uow, BAGUS, 1)]) == [True, False]
    assert not world.transactions.read(lambda uow: offered(uow, RINA, 60))
    with pytest.raises(NotPermitted):
        world.transactions.write(lambda uow: undo_status(uow, 1, uow.people.get(BAGUS), NINE))
    with pytest.raises(UndoTooLate):
        world.transactions.write(lambda uow: undo_status(uow, 1, uow.people.get(RINA), NINE + timedelta(seconds=8)))
    Phone(world, 1).says("/cek SC32232558")
    world.transactions.write(
        lambda uow: join_message(uow, 1, uow.people.get(BUDI), NINE, text="x", chat_id=1, message_id=9)
    )
    assert not world.transactions.read(lambda uow: offered(uow, RINA, 1))
