"""The contract of `Messenger`: what arrives, once each, and what each failure says about it."""

from typing import Any

import pytest
from attrs import evolve

from sikpro.application.ports.chat import Button, Enclosure, MenuEntry, Outgoing
from sikpro.application.ports.network import ChatMoved, NeverSent, NotSent, PerhapsSent, RetryAfter, SendError
from sikpro.testing.contracts.network import DEWI, Fault, Recipients, Seen, cancelled

HELLO = Outgoing(chat_id=DEWI, text="halo", random_id=11)


async def failure(network: Recipients, message: Outgoing = HELLO) -> SendError:
    with pytest.raises(SendError) as caught:
        await network.messenger.send(message)
    return caught.value


async def reason(network: Recipients, message: Outgoing = HELLO) -> str:
    error = await failure(network, message)
    assert isinstance(error, NeverSent), error
    return error.reason


def strip(message_id: int | None, chat_id: int = DEWI) -> Outgoing:
    """Remove the buttons of a message."""
    return Outgoing(chat_id=chat_id, text="", reply_to=message_id, strip_buttons=True)


@pytest.mark.asyncio
class MessengerContract:
    """What a messenger promises; it needs the fixture `network`."""

    async def test_what_is_sent_arrives_under_the_id_that_is_returned(self, network: Recipients) -> None:
        buttons = ((Button("Ya", "y"), Button("Tidak", "t")), (Button("Batal", "b"),))
        message = Outgoing(chat_id=DEWI, text="<b>?</b> *_`", buttons=buttons, random_id=1)
        message_id = await network.messenger.send(message)
        assert message_id is not None
        rows = ((("Ya", "y"), ("Tidak", "t")), (("Batal", "b"),))
        assert network.seen() == [Seen(message_id, "<b>?</b> *_`", None, rows)]

    async def test_an_answer_is_a_reply_to_what_was_asked(self, network: Recipients) -> None:
        asked = network.say("/cek")
        message_id = await network.messenger.send(Outgoing(chat_id=DEWI, text="?", reply_to=asked, random_id=1))
        assert message_id
        assert network.seen() == [Seen(message_id, "?", asked)]

    async def test_messages_arrive_in_the_order_in_which_they_are_sent_each_with_its_own_id(
        self, network: Recipients
    ) -> None:
        ids = [await network.messenger.send(Outgoing(chat_id=DEWI, text=f"{n}", random_id=n)) for n in range(1, 6)]
        assert [(one.message_id, one.text) for one in network.seen()] == [(ids[n - 1], f"{n}") for n in range(1, 6)]
        assert len(set(ids)) == 5

    async def test_a_reply_to_what_is_gone_arrives_without_it(self, network: Recipients) -> None:
        await network.messenger.send(Outgoing(chat_id=DEWI, text="tetap", reply_to=999, random_id=1))
        assert [(one.text, one.reply_to) for one in network.seen()] == [("tetap", None)]

    async def test_an_enclosure_arrives_whole_with_the_text_as_its_caption(self, network: Recipients) -> None:
        content = bytes(range(256)) * 3000
        message = Outgoing(chat_id=DEWI, text="Rekap", random_id=1, document=1)
        message_id = await network.messenger.send(message, Enclosure("rekap.xlsx", "application/vnd.ms-excel", content))
        assert [(one.message_id, one.text, one.file) for one in network.seen()] == [(message_id, "Rekap", content)]

    async def test_the_answer_to_a_press_has_no_id_and_one_to_an_unknown_press_is_too_late(
        self, network: Recipients
    ) -> None:
        press = network.press()
        before = len(network.seen())
        assert await network.messenger.send(Outgoing(chat_id=DEWI, text="Diterima", press_id=press)) is None
        assert (network.answer(press), len(network.seen())) == ("Diterima", before)
        assert await reason(network, Outgoing(chat_id=DEWI, text="", press_id="17")) == "press_expired"

    async def test_a_reaction_is_put_on_a_message_adds_none_and_replaces_the_one_before(
        self, network: Recipients
    ) -> None:
        said = network.say("makasih")
        for emoji in ("👍", "👍", "🙏"):
            assert await network.messenger.send(Outgoing(chat_id=DEWI, text="", reply_to=said, reaction=emoji)) is None
            assert network.reaction(said) == emoji
        assert network.seen() == []

    @pytest.mark.parametrize("changes", [{"reaction": "🧇"}, {"reply_to": 999}, {"reply_to": None}])
    async def test_a_reaction_that_cannot_be_is_rejected(self, network: Recipients, changes: dict[str, Any]) -> None:
        said = network.say("makasih")
        wrong = evolve(Outgoing(chat_id=DEWI, text="", reply_to=said, reaction="👍", random_id=1), **changes)
        assert await reason(network, wrong) == "rejected"
        assert (network.reaction(said), network.seen()) == ("", [])

    async def test_a_reaction_to_somebody_who_blocked_the_bot_says_so(self, network: Recipients) -> None:
        said = network.say("makasih")
        network.lose("blocked")
        assert await reason(network, Outgoing(chat_id=DEWI, text="", reply_to=said, reaction="👍")) == "blocked"

    async def test_buttons_are_removed_and_the_text_stays_however_often_it_is_asked(self, network: Recipients) -> None:
        buttons = ((Button("Ya", "y"),),)
        message_id = await network.messenger.send(Outgoing(chat_id=DEWI, text="?", buttons=buttons, random_id=1))
        other = await network.messenger.send(Outgoing(chat_id=DEWI, text="!", buttons=buttons, random_id=2))
        assert message_id
        assert other
        for _ in range(2):
            assert await network.messenger.send(strip(message_id)) is None
            assert network.seen() == [Seen(message_id, "?"), Seen(other, "!", buttons=((("Ya", "y"),),))]

    async def test_buttons_of_a_message_that_is_not_ours_cannot_be_removed(self, network: Recipients) -> None:
        for message_id in (999, None):
            assert await reason(network, strip(message_id)) == "rejected"
        assert await reason(network, strip(network.say("?"))) == "rejected"

    async def test_a_gesture_in_a_group_that_moved_says_its_new_id(self, network: Recipients) -> None:
        before, after = network.moved_group()
        for gesture in (strip(1, before), Outgoing(chat_id=before, text="", reply_to=1, reaction="👍")):
            error = await failure(network, gesture)
            assert isinstance(error, ChatMoved)
            assert error.chat_id == after

    async def test_a_pause_is_told_and_not_waited_for_and_nothing_was_sent(self, network: Recipients) -> None:
        network.fail_send("pause")
        error = await failure(network)
        assert isinstance(error, RetryAfter)
        assert (error.seconds, error.everywhere, network.seen()) == (17, False, [])
        assert await network.messenger.send(HELLO)

    @pytest.mark.parametrize(
        ("fault", "kind", "arrived"),
        [("refuses", NotSent, 0), ("cut before", PerhapsSent, 0), ("cut after", PerhapsSent, 1)],
    )
    async def test_a_failure_says_whether_it_may_have_arrived_and_nothing_is_repeated(
        self, network: Recipients, fault: Fault, kind: type[SendError], arrived: int
    ) -> None:
        network.fail_send(fault)
        assert type(await failure(network)) is kind
        assert len(network.seen()) == arrived

    async def test_sent_again_after_a_doubt_it_is_one_message_where_the_messenger_says_so(
        self, network: Recipients
    ) -> None:
        network.say("/start")
        network.fail_send("cut after")
        await failure(network)
        message_id = await network.messenger.send(HELLO)
        seen = network.seen()
        assert [one.text for one in seen] == ["halo"] * (1 if network.messenger.sends_once else 2)
        assert seen[-1].message_id == message_id

    async def test_an_answer_that_does_not_come_is_a_doubt(self, network: Recipients) -> None:
        network.fail_send("hangs")
        assert type(await failure(network)) is PerhapsSent

    async def test_a_send_that_is_cancelled_ends_and_the_next_one_arrives(self, network: Recipients) -> None:
        network.fail_send("hangs")
        await cancelled(network.messenger.send(HELLO))
        network.heal()
        message_id = await network.messenger.send(Outgoing(chat_id=DEWI, text="sesudah", random_id=3))
        assert (message_id, "sesudah") in [(one.message_id, one.text) for one in network.seen()]

    async def test_each_way_of_losing_a_person_has_its_reason(self, network: Recipients) -> None:
        assert await reason(network, Outgoing(chat_id=network.nobody(), text="halo", random_id=1)) == "chat_gone"
        network.lose("blocked")
        assert await reason(network) == "blocked"
        assert network.seen() == []

    async def test_a_person_whose_account_is_gone_is_told_apart(self, network: Recipients) -> None:
        network.lose("deactivated")
        assert await reason(network) == "deactivated"

    async def test_what_is_no_message_is_rejected_for_good(self, network: Recipients) -> None:
        buttons = ((Button("Ya", "d" * 65),),)
        assert await reason(network, Outgoing(chat_id=DEWI, text="?", buttons=buttons, random_id=1)) == "rejected"
        assert network.seen() == []

    async def test_a_group_that_moved_is_followed_by_its_new_id(self, network: Recipients) -> None:
        before, after = network.moved_group()
        error = await failure(network, Outgoing(chat_id=before, text="halo", random_id=1))
        assert isinstance(error, ChatMoved)
        assert error.chat_id == after
        message_id = await network.messenger.send(Outgoing(chat_id=after, text="halo", random_id=1))
        assert [(one.message_id, one.text) for one in network.seen(after)] == [(message_id, "halo")]

    async def test_a_menu_is_set_for_a_language_and_a_chat_replaced_and_taken_away(self, network: Recipients) -> None:
        lines = [MenuEntry("reg", "kirim order"), MenuEntry("cek", "status order")]
        await network.messenger.set_menu("", lines)
        await network.messenger.set_menu("id", lines[:1])
        await network.messenger.set_menu("", lines[1:], DEWI)
        assert (network.menu(""), network.menu("id"), network.menu("", DEWI)) == (["reg", "cek"], ["reg"], ["cek"])
        await network.messenger.set_menu("id", lines[1:])
        assert network.menu("id") == ["cek"]
        for language in ("", "id"):
            await network.messenger.set_menu(language, [])
            assert network.menu(language) == []
        assert network.menu("", DEWI) == ["cek"]

    async def test_a_menu_for_nobody_is_refused(self, network: Recipients) -> None:
        with pytest.raises(NeverSent) as refused:
            await network.messenger.set_menu("", [MenuEntry("help", "bantuan")], network.nobody())
        assert refused.value.reason == "chat_gone"

    async def test_where_nobody_listens_it_was_surely_not_sent(self, network: Recipients) -> None:
        with pytest.raises(SendError) as caught:
            await network.unreachable_messenger().send(HELLO)
        assert type(caught.value) is NotSent

    async def test_it_can_be_closed_twice(self, network: Recipients) -> None:
        await network.messenger.send(HELLO)
        await network.messenger.aclose()
        await network.messenger.aclose()
