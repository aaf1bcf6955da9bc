"""What the statement about an order says, and who gets the latest seal when."""

from datetime import datetime, timedelta

import pytest
from attrs import evolve
from structlog.testing import capture_logs

from sikpro.adapters.memory.unit_of_work import MemoryUnitOfWork
from sikpro.application.i18n import words_in
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.change_status import change_status
from sikpro.application.use_cases.orders.remove_order import delete_order
from sikpro.application.use_cases.orders.undo_status import undo_status
from sikpro.application.use_cases.seals.seal_facts import seal_facts
from sikpro.application.use_cases.seals.statement import Statement, in_words, line_in_words, statements_about
from sikpro.domain.errors import NotFound
from sikpro.domain.people import Role
from sikpro.testing.builders import a_person
from tests.unit.chat import NINE, WHOLE, ZONE, Phone, World

BUDI, BAGUS, ADMIN = 1, 5, 6
NUMBER = "SC32232558"
WORDS = words_in("en", ZONE)


@pytest.fixture
def world() -> World:
    world = World()
    Phone(world, BUDI).says(WHOLE)
    return world


def answered(world: World, minutes: int = 12) -> int:
    """Rina answers; her message can be taken back for some seconds."""
    now, rina = world.clock.now() + timedelta(minutes=minutes), world.person("rina")
    hold = timedelta(seconds=5)

    def work(unit: UnitOfWork) -> int:
        (order,) = unit.orders.find(NUMBER)
        return change_status(unit, order.id, "selesai", rina, now, feedback="Sudah aktif", zone=ZONE, hold=hold).id

    return world.transactions.write(work)


def sent(world: World, minutes: int) -> None:
    now = world.clock.now() + timedelta(minutes=minutes)

    def work(unit: UnitOfWork) -> None:
        while items := unit.outbox.claim(now, timedelta(minutes=1), 9):
            for item in items:
                unit.outbox.sent(item.id, 500 + item.id, now)

    world.transactions.write(work)


def seal(world: World, minutes: int = 30) -> None:
    world.transactions.write(lambda unit: seal_facts(unit, world.clock.now() + timedelta(minutes=minutes), ZONE))


def about(world: World, number: str = NUMBER) -> tuple[Statement, ...]:
    return world.transactions.read(lambda unit: statements_about(unit, number))


def said(world: World) -> str:
    (statement,) = about(world)
    return world.transactions.read(lambda unit: in_words(unit, statement, WORDS))


def test_it_says_when_an_order_was_received_answered_and_sent_and_where_it_is_sealed(world: World) -> None:
    assert said(world) == (
        f"{NUMBER} was received at 2 November 2026 09:00 WIB (by Telegram). It is not answered yet. "
        "Its facts still wait for a seal."
    )
    answered(world)
    seal(world, 13)
    sent(world, 14)
    assert said(world) == (
        f"{NUMBER} was received at 2 November 2026 09:00 WIB (by Telegram). "
        "It was answered at 2 November 2026 09:12 WIB with the status Selesai (PS). "
        "The answer was sent at 2 November 2026 09:14 WIB. "
        "Sealed in seal no. 1. 1 fact still waits for a seal."
    ).replace("Selesai (PS)", label(world))


def label(world: World) -> str:
    statuses = world.transactions.read(lambda unit: unit.catalogue.statuses())
    return next(WORDS.text(status.label) for status in statuses if status.code == "selesai")


def test_a_number_is_found_as_people_write_it_and_an_unknown_one_is_refused(world: World) -> None:
    assert about(world, "sc 3223 2558") == about(world, "32232558") == about(world)
    with pytest.raises(NotFound):
        about(world, "SC11111111")


def test_an_answer_that_was_undone_is_none_and_a_removed_order_keeps_its_facts(world: World) -> None:
    order_id = answered(world)
    now, rina, bagus = world.clock.now(), world.person("rina"), world.person("bagus")
    world.transactions.write(lambda unit: undo_status(unit, order_id, rina, now + timedelta(minutes=12)))
    assert "It is not answered yet." in said(world)
    later = now + timedelta(minutes=20)
    world.transactions.write(lambda unit: delete_order(unit, order_id, bagus, later, reason="dobel", zone=ZONE))
    assert "The order was deleted at 2 November 2026 09:20 WIB; its facts stay." in said(world)
    (statement,) = about(world)
    lines = world.transactions.read(lambda unit: [line_in_words(unit, one.fact, WORDS) for one in statement.lines])
    assert [line for line in lines if "undone" in line]
    assert not [line for line in lines if line.startswith("Change:")]


def test_an_order_from_before_the_facts_is_said_to_be_so(world: World) -> None:
    def forget(unit: UnitOfWork) -> None:
        assert isinstance(unit, MemoryUnitOfWork)
        for fact_id in list(unit.state.ledger_facts):
            unit.state.ledger_facts.drop(fact_id)

    world.transactions.write(forget)
    assert said(world).startswith(f"{NUMBER} was here before facts were kept")


def test_a_fact_that_differs_from_its_seal_is_said_in_the_statement(world: World) -> None:
    seal(world)

    def change(unit: UnitOfWork) -> None:
        assert isinstance(unit, MemoryUnitOfWork)
        fact = unit.seals.facts_of([about(world)[0].order_id])[0]
        unit.state.ledger_facts.put(fact.id, evolve(fact, at=fact.at + timedelta(hours=1)))

    world.transactions.write(change)
    assert "Attention: 1 fact differs from its seal." in said(world)


def handed_out(world: World, at: datetime) -> list[tuple[int, str]]:
    """Run the job; what it put into the outbox."""

    def work(unit: UnitOfWork) -> list[tuple[int, str]]:
        assert isinstance(unit, MemoryUnitOfWork)
        before = set(unit.state.outbox)
        seal_facts(unit, at, ZONE)
        items = [unit.outbox.get(one).message for one in sorted(set(unit.state.outbox) - before)]
        return [(item.chat_id, item.text) for item in items]

    return world.transactions.write(work)


def test_the_latest_seal_goes_to_each_supervisor_once_a_day_in_their_language(world: World) -> None:
    def hire(unit: UnitOfWork) -> None:
        unit.people.add(a_person("Sari", role=Role.SUPERVISOR, telegram_id=900, language="en"))
        unit.people.add(a_person("Adi", role=Role.SUPERVISOR, telegram_id=901))
        unit.people.add(a_person("Eko", role=Role.SUPERVISOR, telegram_id=902, active=False))

    world.transactions.write(hire)
    assert handed_out(world, NINE) == []  # it is made now, and handed out at the next run
    first = world.transactions.read(lambda unit: unit.seals.last())
    assert first
    sari, adi = sorted(handed_out(world, NINE + timedelta(minutes=2)))
    assert (sari[0], adi[0]) == (900, 901)
    assert sari[1].startswith(f"Seal no. 1 · {first.hash[:16]}…\n{first.hash}\n")
    assert adi[1].startswith(f"Segel no. 1 · {first.hash[:16]}…")
    answered(world)
    assert handed_out(world, NINE + timedelta(minutes=20)) == []
    assert handed_out(world, NINE + timedelta(minutes=22)) == []
    assert handed_out(world, NINE + timedelta(hours=22)) == []  # seven in the morning
    again = handed_out(world, NINE + timedelta(days=1))
    assert [text.split(" ·")[0] for _, text in sorted(again)] == ["Seal no. 2", "Segel no. 2"]
    assert handed_out(world, NINE + timedelta(days=2)) == []  # nothing is new


def test_without_a_supervisor_on_telegram_the_admin_gets_the_seal(world: World) -> None:
    world.transactions.write(lambda unit: unit.people.save(evolve(unit.people.get(ADMIN), telegram_id=77)))
    handed_out(world, NINE)
    assert [chat for chat, _ in handed_out(world, NINE + timedelta(minutes=2))] == [77]


def test_the_latest_seal_is_a_line_of_the_log_once_a_day_also_when_nobody_is_on_telegram(world: World) -> None:
    handed_out(world, NINE)
    made = world.transactions.read(lambda unit: unit.seals.last())
    assert made
    with capture_logs() as lines:
        assert handed_out(world, NINE + timedelta(minutes=2)) == []
        assert handed_out(world, NINE + timedelta(minutes=4)) == []
    assert [(line["event"], line["number"], line["hash"]) for line in lines] == [("seal", 1, made.hash)]


def test_a_statement_whose_answer_was_taken_out_of_the_facts_says_that_it_is_incomplete(world: World) -> None:
    answered(world)
    sent(world, 14)
    seal(world)
    (whole,) = about(world)
    assert (whole.missing, [one.number for one in whole.seals]) == (0, [1])

    def take_out(unit: UnitOfWork) -> None:
        assert isinstance(unit, MemoryUnitOfWork)
        unit.state.ledger_facts.drop(whole.answer.id if whole.answer else 0)

    world.transactions.write(take_out)
    (statement,) = about(world)
    assert (statement.answer, statement.missing) == (None, 1)
    assert said(world).endswith(
        "Attention: 1 change of this order is in its history and has no fact. This statement is incomplete."
    )
