"""What a technician reads and may press after each answer, and what a status proposes to say."""

import pytest
from attrs import evolve

from sikpro.application.i18n import words_in
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import any_status
from sikpro.application.use_cases.messages.notify_technician import (
    Recipient,
    order_buttons,
    proposed_feedback,
    recipients,
    reopen_button,
)
from sikpro.domain.catalogue import Bilingual
from sikpro.domain.order_data import Origin
from sikpro.domain.phase import Phase, Turn
from sikpro.testing.builders import stored_order
from tests.unit.chat import ZONE, World

WORDS = words_in("en", ZONE)
WRONG = (WORDS("button.something_wrong"), "wrong:7")
ASK = (WORDS("button.ask"), "ask:7")


@pytest.mark.parametrize(
    ("phase", "turn", "buttons"),
    [
        (Phase.HELD_UP, Turn.TECHNICIAN, [(WORDS("button.correct"), "fix:7"), ASK]),
        (Phase.HELD_UP, Turn.HELPDESK, [(WORDS("button.correct"), "fix:7"), ASK]),
        (Phase.HELD_UP, Turn.CUSTOMER, [ASK]),
        (Phase.HELD_UP, Turn.SYSTEM, [ASK]),
        (Phase.WAITING, Turn.HELPDESK, [WRONG, (WORDS("button.withdraw"), "wd:7")]),
        (Phase.COMPLETED, Turn.NOBODY, [(WORDS("button.reopen"), "reopen:7")]),
        (Phase.CANCELLED, Turn.NOBODY, [ASK]),
        (Phase.IN_PROGRESS, Turn.HELPDESK, [ASK]),
    ],
)
def test_the_buttons_fit_how_the_order_stands(phase: Phase, turn: Turn, buttons: list[tuple[str, str]]) -> None:
    (row,) = order_buttons(phase, turn, 7, WORDS)
    assert [(button.label, button.data) for button in row] == buttons


def test_a_button_may_ask_to_reopen_an_order_as_another_type() -> None:
    button = reopen_button(7, WORDS, "MO")
    assert (button.label, button.data) == (WORDS("button.reopen"), "reopen:7:MO")


def test_a_status_proposes_its_words_with_the_values_of_the_order_and_what_its_type_adds() -> None:
    def work(uow: UnitOfWork) -> list[str]:
        order_type = next(row for row in uow.catalogue.order_types() if row.code == "AO")
        uow.catalogue.put_order_type(evolve(order_type, template=Bilingual("Terima kasih.", "Thank you.")))
        template = Bilingual("{nomor} {odp} {sn} {teknisi} {lain}", "Done {nomor}")
        for code in ("selesai", "odp_penuh"):
            uow.catalogue.put_status(evolve(any_status(uow, code), template=template))
        uow.catalogue.put_status(evolve(any_status(uow, "batal"), template=Bilingual("", "")))
        order = stored_order(uow, sender=1, origin=Origin(1, 5))
        unknown = stored_order(uow, "SC100002", technician="F5SDA999", type="XX")
        proposals = [proposed_feedback(uow, one) for one in (order, unknown)]
        found = [say(any_status(uow, code)) for say in proposals for code in ("selesai", "odp_penuh", "batal")]
        uow.people.save(evolve(uow.people.get(1), language="en"))
        return [*found, proposed_feedback(uow, order)(any_status(uow, "selesai"))]

    assert World().transactions.write(work) == [
        "SC32232558 ODP-SDA-003 ZTEGC6754546 Budi {lain}\nTerima kasih.",
        "SC32232558 ODP-SDA-003 ZTEGC6754546 Budi {lain}",
        "",
        "SC100002 ODP-SDA-003 ZTEGC6754546 F5SDA999 {lain}",
        "SC100002 ODP-SDA-003 ZTEGC6754546 F5SDA999 {lain}",
        "",
        "Done SC32232558\nThank you.",
    ]


def test_an_answer_goes_to_the_chat_that_asked_and_to_the_technician_once() -> None:
    def work(uow: UnitOfWork) -> list[tuple[Recipient, ...]]:
        own = stored_order(uow, "SC100001", sender=1, origin=Origin(1, 5))
        group = stored_order(uow, "SC100002", sender=2, origin=Origin(-50, 6))
        other = stored_order(uow, "SC100003", sender=2, origin=Origin(2, 7))
        moved = stored_order(uow, "SC100004", sender=2, origin=Origin(99, 8))
        nobody = stored_order(uow, "SC100005", technician="F5SDA999")
        orders = (own, group, other, moved, nobody)
        found = [recipients(uow, order) for order in orders]
        uow.people.save(evolve(uow.people.get(2), active=False))
        return [*found, recipients(uow, other), recipients(uow, group)]

    budi = Recipient(1, None, "id")
    assert World().transactions.write(work) == [
        (Recipient(1, 5, "id"),),
        (Recipient(-50, 6, "id"), budi),
        (Recipient(2, 7, "id"), budi),
        (Recipient(2, None, "id"), budi),
        (),
        (budi,),
        (Recipient(-50, 6, "id"), budi),
    ]
