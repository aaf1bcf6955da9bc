"""Where pins on the map go."""

from collections.abc import Mapping

import pytest

from sikpro.application.conversation.attachments import PLACE, store_place
from sikpro.application.conversation.context import Context
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.events import MessageJoined
from sikpro.domain.phase import Turn
from sikpro.domain.place import Place
from sikpro.testing.builders import an_incoming
from tests.unit.chat import WHOLE, ZONE, Phone, World

HOME, NEAR = "-7.4478,112.7183", "-7.4479,112.7183"
SECOND = WHOLE.replace("SC32232558", "SC32232559")


def outcome(world: World) -> tuple[Outcome, str]:
    row = world.ledger()[0]
    return row.outcome, row.detail


def place_of(world: World, number: str = "SC32232558") -> str:
    return str(world.order(number).place)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def budi(world: World) -> Phone:
    budi = Phone(world, 1)
    budi.says(WHOLE)
    return budi


def test_a_pin_that_replies_to_an_orders_message_becomes_its_place_and_turns_the_clock(
    world: World, budi: Phone
) -> None:
    world.sets("odp_penuh")
    budi.hears()
    answer = budi.sends_pin(HOME, reply_to=budi.ids[-1])
    order = world.order()
    assert "diteruskan ke helpdesk" in answer
    assert (place_of(world), order.reply_waiting, order.turn) == (HOME, True, Turn.HELPDESK)
    assert outcome(world) == (Outcome.JOINED, "place")
    assert world.ledger()[0].number == "SC32232558"


def test_the_order_keeps_the_newest_place_and_its_history_each(world: World, budi: Phone) -> None:
    for place in (HOME, NEAR):
        budi.sends_pin(place, reply_to=budi.ids[0])
    entries = world.transactions.read(lambda uow: uow.journal.of_order(world.order().id))
    places = [str(entry.event.place) for entry in entries if isinstance(entry.event, MessageJoined)]
    assert (place_of(world), places) == (NEAR, [HOME, NEAR])


def test_the_name_of_a_venue_joins_with_its_place(world: World, budi: Phone) -> None:
    budi.sends_pin(HOME, text="Perum Indah\nBlok B2", reply_to=budi.ids[0])
    assert world.joined() == ["Perum Indah\nBlok B2"]
    budi.says(SECOND)
    budi.sends_pin(NEAR, text="Perum Baru")
    budi.presses("SC32232559 · AO")
    assert (world.joined("SC32232559"), place_of(world, "SC32232559")) == (["Perum Baru"], NEAR)


def test_of_a_live_location_only_the_first_place_counts_and_its_edits_get_no_answer(world: World, budi: Phone) -> None:
    budi.sends_pin(HOME, reply_to=budi.ids[0], live=True)
    before = world.order()
    assert [budi.moves_pin(NEAR), budi.moves_pin(HOME)] == ["", ""]
    assert outcome(world) == (Outcome.IGNORED, "live")
    assert world.order() == before


def test_edits_of_a_live_location_get_no_answer_from_strangers_and_deactivated_people_too(world: World) -> None:
    stranger = Phone(world, 99)
    assert stranger.sends_pin(HOME, live=True)
    assert stranger.moves_pin(NEAR) == ""


def test_the_same_pin_again_is_ignored_wherever_the_first_one_went(world: World, budi: Phone) -> None:
    budi.sends_pin(HOME, reply_to=budi.ids[0])
    before = world.order()
    assert budi.sends_pin(HOME, reply_to=budi.ids[0]) == ""
    assert budi.sends_pin(HOME) == ""
    assert (outcome(world), world.order()) == ((Outcome.IGNORED, "place.same"), before)
    assert budi.sends_pin(NEAR)
    assert budi.sends_pin(NEAR) == ""
    world.clock.later(minutes=11)
    assert budi.sends_pin(NEAR), "later it is asked again"


def test_a_pin_alone_asks_even_for_a_single_order_and_joins_it_once(world: World, budi: Phone) -> None:
    budi.sends_pin(HOME)
    assert (budi.buttons(), world.order().place) == (["Lokasi untuk SC32232558?"], None)
    assert "diteruskan ke helpdesk" in budi.presses("Lokasi untuk SC32232558?")
    assert "sudah masuk" in budi.presses("Lokasi untuk SC32232558?")
    assert (place_of(world), len(world.joined())) == (HOME, 1)


def test_a_pin_alone_goes_to_the_chosen_one_of_several_orders_and_to_no_other(world: World, budi: Phone) -> None:
    budi.says(SECOND)
    budi.sends_pin(HOME)
    assert budi.buttons() == ["SC32232558 · AO", "SC32232559 · AO"]
    budi.presses("SC32232559 · AO")
    assert (place_of(world, "SC32232559"), world.order().place) == (HOME, None)
    assert "sudah masuk" in budi.presses("SC32232558 · AO")
    assert world.order().place is None


def test_at_most_ten_orders_are_offered_for_a_pin(world: World, budi: Phone) -> None:
    for place in range(11):
        budi.says(WHOLE.replace("SC32232558", f"SC900000{place:02}"))
    budi.sends_pin(HOME)
    assert len(budi.buttons()) == 10


def test_a_pin_of_somebody_without_an_open_order_says_what_to_do(world: World) -> None:
    wayan = Phone(world, 3)
    assert "Kirim ordernya dulu" in wayan.sends_pin(HOME)
    assert outcome(world) == (Outcome.REFUSAL, "place.no_order")
    assert wayan.buttons() == []


def test_a_pin_for_somebody_elses_order_is_refused(world: World, budi: Phone) -> None:
    wayan = Phone(world, 3)
    budi.sends_pin(HOME)
    wayan.sends_pin(NEAR)
    message_id = wayan.sent[-1]
    order = world.order()
    assert "bukan" in wayan.press_data(f"pl:{order.id}:{message_id}").lower()
    assert world.order().place is None


def test_a_button_for_a_message_without_a_pin_is_stale(world: World, budi: Phone) -> None:
    budi.press_data(f"pl:{world.order().id}:{budi.sent[0]}")
    assert outcome(world) == (Outcome.REFUSAL, "press.stale")


def test_a_pin_leaves_another_open_question_open(world: World, budi: Phone) -> None:
    budi.sends_photo()
    budi.sends_pin(HOME)
    budi.presses("SC32232558 · AO")
    budi.presses("Lokasi untuk SC32232558?")
    assert (world.files(), place_of(world)) == ([("photo", "file-1")], HOME)


def test_a_pin_in_a_dialogue_is_kept_with_the_draft_whose_buttons_still_work(world: World) -> None:
    budi = Phone(world, 1)
    budi.says("/reg AO#SC32232558#ZTEGC6754546")
    assert budi.sends_pin(NEAR) == budi.sends_pin(HOME)
    assert outcome(world) == (Outcome.DIALOGUE, "place")
    assert budi.sends_pin(HOME) == ""
    assert "ODP?" in budi.presses("SDA")
    (dialogue,) = world.transactions.read(lambda uow: uow.conversations.of(1, 1))
    assert dialogue.data[PLACE] == HOME


@pytest.mark.parametrize(("data", "place"), [({PLACE: HOME}, Place.read(HOME)), ({}, None), ({PLACE: "?"}, None)])
def test_the_place_of_a_draft_joins_its_order_and_is_no_reply(
    world: World, budi: Phone, data: Mapping[str, str], place: Place | None
) -> None:
    order = world.order()

    def store(uow: UnitOfWork) -> None:
        context = Context(uow, an_incoming(chat_id=1), world.clock.now(), ZONE, uow.people.get(1))
        store_place(context, order.id, data)

    world.transactions.write(store)
    after = world.order()
    assert (after.place, after.reply_waiting, after.clock) == (place, False, order.clock)


def test_a_pin_while_an_orders_data_are_corrected_joins_that_order(world: World, budi: Phone) -> None:
    world.sets("input_ulang")
    budi.hears()
    budi.presses("Kirim ulang data")
    budi.says("SN ZTEGC67S4546")
    budi.sends_pin(HOME)
    assert place_of(world) == HOME


def test_a_pin_in_a_group_is_for_the_bot_only_as_a_reply_to_it(world: World, budi: Phone) -> None:
    group = Phone(world, 1, chat=-500)
    assert group.sends_pin(HOME) == ""
    assert outcome(world) == (Outcome.IGNORED, "group")
    group.says(f"/cek {world.order().number}")
    group.replies("", place=Place.read(HOME))
    assert place_of(world) == HOME
    group.says("/help")
    assert "balas pesan ordernya" in group.replies("", place=Place.read(NEAR))
    group.press_data(f"pl:{world.order().id}:{group.sent[-1]}")
    assert (outcome(world), place_of(world)) == ((Outcome.REFUSAL, "press.stale"), HOME)
