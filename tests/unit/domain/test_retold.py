"""What an order must be by the events of its journal: all that they tell, and nothing that they do not."""

from sikpro.domain.events import OrderEvent
from sikpro.domain.order import Change, place
from sikpro.domain.order_data import Channel
from sikpro.domain.retold import differences, retold
from sikpro.testing.builders import COMPLETED, HELD_UP, IN_PROGRESS, NOON, WAITING, after, order_data

RINA, TONO = 7, 8
KNOWN = {
    "helpdesk",
    "holder",
    "last_feedback",
    "last_feedback_at",
    "first_action_at",
    "finished_at",
    "spent",
    "hold_ups",
}


class Life:
    """An order that goes on by moves, each with its actor, and what its events tell of it."""

    def __init__(self) -> None:
        change = place(
            order_id=1, data=order_data(), channel=Channel.TELEGRAM, status=WAITING, received_at=NOON, now=NOON
        )
        self.order = change.order
        self.entries: list[tuple[OrderEvent, int | None]] = [(event, None) for event in change.events]

    def goes_on(self, change: Change, by: int | None) -> dict[str, object]:
        self.order = change.order
        self.entries += [(event, by) for event in change.events]
        known = dict(retold(NOON, self.entries))
        assert list(differences(self.order, known)) == []
        assert known.keys() >= KNOWN, "nothing is left out"
        return known


def test_an_order_is_what_its_answers_and_texts_make_it_with_the_one_who_gave_them() -> None:
    life = Life()
    assert life.goes_on(life.order.take(RINA, IN_PROGRESS, after(1)), RINA)["holder"] == RINA
    held = life.goes_on(life.order.move_to(HELD_UP, RINA, after(2), feedback="ONT mati"), RINA)
    assert (held["last_feedback"], held["last_feedback_at"], held["helpdesk"]) == ("ONT mati", after(2), RINA)
    assert held["hold_ups"] == 1
    said = life.goes_on(life.order.say("Sudah dicek", RINA, after(3)), RINA)
    assert (said["last_feedback"], said["last_feedback_at"]) == ("Sudah dicek", after(3))
    assert life.goes_on(life.order.say("Bukan saya", TONO, after(4)), TONO)["last_feedback"] == "Sudah dicek"
    done = life.goes_on(life.order.move_to(COMPLETED, TONO, after(5), feedback="Aktif", overrule=True), TONO)
    assert (done["finished_at"], done["last_feedback"]) == (after(5), "Aktif")


def test_of_an_answer_whose_actor_was_deleted_nobody_is_said_to_have_given_it() -> None:
    life = Life()
    life.goes_on(life.order.take(RINA, IN_PROGRESS, after(1)), RINA)
    change = life.order.move_to(COMPLETED, RINA, after(2), feedback="Aktif")
    known = retold(NOON, [*life.entries, *((event, None) for event in change.events)])
    assert "helpdesk" not in known
    assert list(differences(change.order, known)) == []
