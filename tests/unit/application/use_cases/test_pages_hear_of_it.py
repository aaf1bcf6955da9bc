"""Whatever a page shows live is announced by the act that changes it: of which kind, and which one."""

from collections.abc import Callable, Mapping

import pytest
from attrs import evolve

from sikpro.adapters.memory.unit_of_work import MemoryUnitOfWork
from sikpro.application.i18n import words_in
from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import any_status
from sikpro.application.use_cases.messages.notify_technician import notify_words
from sikpro.application.use_cases.messages.publish_notice import publish_notice
from sikpro.application.use_cases.messages.resend_message import resend_message
from sikpro.application.use_cases.orders.alert_overdue import alert_overdue
from sikpro.application.use_cases.orders.hand_over import hand_over
from sikpro.application.use_cases.orders.work_order import renew_claim, take_order
from sikpro.application.use_cases.people.grant_access import ask_access, refuse_access
from sikpro.domain.people import Person, Role
from sikpro.testing.builders import a_person, an_access_request, an_outgoing, stored_order
from tests.unit.chat import NINE, ZONE, World

BUDI, RINA, BAGUS, ADMIN = 1, 4, 5, 6

Step = Callable[[UnitOfWork, Person], object]


def sent_again(uow: UnitOfWork, by: Person) -> None:
    number = uow.outbox.put(an_outgoing(), NINE, order_id=1, failed="blocked")
    resend_message(uow, 1, number, uow.people.get(RINA), NINE)


def refused(uow: UnitOfWork, by: Person) -> None:
    request = uow.access_requests.put(an_access_request(801))
    refuse_access(uow, request.id, by, NINE, zone=ZONE)


def alerted(uow: UnitOfWork, by: Person) -> None:
    uow.people.add(a_person("Tono", role=Role.TEAM_LEADER, telegram_id=90))
    alert_overdue(uow, NINE.replace(hour=4), ZONE)


def renewed(uow: UnitOfWork, by: Person) -> None:
    rina = uow.people.get(RINA)
    take_order(uow, 1, rina, NINE)
    renew_claim(uow, 1, rina, NINE.replace(minute=10), confirmed=True)


HEARD: Mapping[str, tuple[Step, list[Hint]]] = {
    "taken": (lambda uow, by: take_order(uow, 1, uow.people.get(RINA), NINE), [Hint(Kind.ORDER, (1,))]),
    "renewed": (renewed, [Hint(Kind.ORDER, (1,)), Hint(Kind.ORDER, (1,))]),
    "words": (
        lambda uow, by: notify_words(uow, uow.orders.get(1), by, NINE, text="halo", zone=ZONE),
        [Hint(Kind.OUTBOX, (1,))],
    ),
    "handed over": (
        lambda uow, by: hand_over(uow, {"technician": "F5SDA445"}, by, NINE, zone=ZONE),
        [Hint(Kind.OUTBOX, (1,))],
    ),
    "sent again": (sent_again, [Hint(Kind.OUTBOX, (1,))]),
    "alerted": (alerted, [Hint(Kind.OUTBOX, (1,))]),
    "notice": (lambda uow, by: publish_notice(uow, "Gangguan", by, NINE), [Hint(Kind.BOT)]),
    "asked": (lambda uow, by: ask_access(uow, an_access_request(801), NINE, zone=ZONE), [Hint(Kind.ACCESS, (1,))]),
    "refused": (refused, [Hint(Kind.ACCESS, (1,))]),
}


@pytest.mark.parametrize("act", HEARD)
def test_an_act_is_announced_with_what_it_changed(act: str) -> None:
    work, hints = HEARD[act]

    def run(uow: UnitOfWork) -> list[Hint]:
        assert isinstance(uow, MemoryUnitOfWork)
        stored_order(uow, received_at=NINE, status=any_status(uow, "menunggu"))
        before = len(uow.hints)
        work(uow, uow.people.get(ADMIN))
        return uow.hints[before:]

    assert World().transactions.write(run) == hints


def test_a_message_sent_again_is_noted_with_its_order() -> None:
    def run(uow: UnitOfWork) -> list[tuple[str, str, tuple[tuple[str, str], ...]]]:
        assert isinstance(uow, MemoryUnitOfWork)
        stored_order(uow, received_at=NINE, status=any_status(uow, "menunggu"))
        sent_again(uow, uow.people.get(ADMIN))
        return [(note.kind, note.subject, tuple(note.data)) for note in uow.state.notes.values()]

    assert World().transactions.write(run) == [("message_sent_again", "1", (("order", "1"),))]


def test_those_alone_who_may_let_a_stranger_in_are_asked_and_in_their_language() -> None:
    def run(uow: UnitOfWork) -> dict[int, str]:
        uow.people.save(evolve(uow.people.get(BAGUS), telegram_id=90, language="en"))
        uow.people.save(evolve(uow.people.get(RINA), telegram_id=91))
        for name, code in (("", "F5SDA901"), ("Joni", "")):
            ask_access(uow, an_access_request(701, name=name, technician_code=code), NINE, zone=ZONE)
        assert not uow.outbox.claim(NINE.replace(hour=9), NINE - NINE.replace(hour=1), 99)
        ask_access(uow, an_access_request(701, name="Joni", technician_code="F5SDA901"), NINE, zone=ZONE)
        sent = uow.outbox.claim(NINE.replace(hour=9), NINE - NINE.replace(hour=1), 99)
        return {item.message.chat_id: item.message.text.splitlines()[0] for item in sent}

    asked = words_in("en", ZONE)("access.ask", name="Joni", code="F5SDA901")
    assert World().transactions.write(run) == {90: asked}
