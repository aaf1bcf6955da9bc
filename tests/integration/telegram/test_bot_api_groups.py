"""What a group, an album, an edit and a forward are to the application, by the Bot API and over real sockets."""

import pytest

from sikpro.adapters.telegram.bot_api import BotApiSource
from sikpro.application.ports.chat import Incoming, IncomingKind
from sikpro.testing.contracts.network import DEWI
from tests.integration.telegram.conftest import BOT_NAME, EKO, GROUP, Simulation

MESSAGE = {
    "message_id": 5,
    "from": {"id": DEWI, "is_bot": False, "first_name": "Dewi"},
    "chat": {"id": GROUP, "type": "group", "title": "Aktivasi"},
    "date": 1_700_000_000,
    "text": "/reg AO",
}


async def came(source: BotApiSource) -> list[Incoming]:
    await source.identify()
    return list((await source.fetch("")).updates)


async def test_a_command_of_a_group_comes_with_its_chat_its_sender_and_what_it_replies_to(
    simulation: Simulation, source: BotApiSource
) -> None:
    simulation.group(DEWI, EKO)
    asked = simulation.ask("sendMessage", chat_id=GROUP, text="STO?").json()["result"]["message_id"]
    said = simulation.post(f"/chats/{EKO}/messages", text=f"/reg@{BOT_NAME} AO", chat=GROUP, reply_to=asked)
    (incoming,) = await came(source)
    assert (incoming.chat_id, incoming.private, incoming.sender_id, incoming.addressed) == (GROUP, False, EKO, True)
    assert (incoming.key, incoming.reply_to) == (f"m:424242:{GROUP}:{said['message_id']}", asked)


async def test_a_command_for_another_bot_is_not_addressed_to_this_one(
    simulation: Simulation, source: BotApiSource
) -> None:
    simulation.group()
    simulation.post(f"/groups/{GROUP}/bot", status="administrator")
    for text in ("/reg@bot_lain AO", f"/reg@{BOT_NAME.upper()} AO", "/reg AO"):
        simulation.post(f"/chats/{DEWI}/messages", text=text, chat=GROUP)
    said = [incoming.addressed for incoming in await came(source) if incoming.kind is IncomingKind.MESSAGE]
    assert said == [False, True, True]


async def test_a_press_in_a_group_says_who_pressed_and_where(simulation: Simulation, source: BotApiSource) -> None:
    simulation.group(DEWI, EKO)
    markup = {"inline_keyboard": [[{"text": "Ya", "callback_data": "ya"}]]}
    sent = simulation.ask("sendMessage", chat_id=GROUP, text="?", reply_markup=markup).json()["result"]
    simulation.post(f"/chats/{EKO}/callbacks", message_id=sent["message_id"], data="ya", chat=GROUP)
    (pressed,) = await came(source)
    assert (pressed.kind, pressed.chat_id, pressed.sender_id, pressed.private) == (
        IncomingKind.PRESS,
        GROUP,
        EKO,
        False,
    )
    assert pressed.message_id == sent["message_id"]


async def test_being_put_into_a_group_and_thrown_out_are_memberships(
    simulation: Simulation, source: BotApiSource
) -> None:
    simulation.group()
    simulation.post(f"/groups/{GROUP}/bot", status="kicked")
    simulation.post(f"/groups/{GROUP}/bot", status="member")
    kicked, back, service = await came(source)
    assert [(one.kind, one.chat_id, one.blocked) for one in (kicked, back)] == [
        (IncomingKind.MEMBERSHIP, GROUP, True),
        (IncomingKind.MEMBERSHIP, GROUP, False),
    ]
    assert service.kind is IncomingKind.OTHER


async def test_a_group_that_becomes_a_supergroup_is_nobodys_message_and_goes_on_under_its_new_id(
    simulation: Simulation, source: BotApiSource
) -> None:
    simulation.group()
    after = simulation.post(f"/groups/{GROUP}/upgrade")["id"]
    simulation.post(f"/chats/{DEWI}/messages", text="/cek", chat=after)
    left, begun, said = await came(source)
    assert [one.kind for one in (left, begun, said)] == [IncomingKind.OTHER, IncomingKind.OTHER, IncomingKind.MESSAGE]
    assert (left.key[:14], begun.key, said.key) == ("o:424242:-500:", f"o:424242:{after}:1", f"m:424242:{after}:2")
    assert (said.chat_id, said.private) == (after, False)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("message", {"from": {"id": 1087968824, "is_bot": True, "first_name": "Group"}, "sender_chat": {"id": GROUP}}),
        ("message", {"from": {"id": 777000, "is_bot": False, "first_name": "Telegram"}, "sender_chat": {"id": -9}}),
        ("message", {"from": {"id": 5, "is_bot": True, "first_name": "Bot lain"}}),
        ("channel_post", {"chat": {"id": -9, "type": "channel", "title": "Berita"}}),
        ("edited_channel_post", {"chat": {"id": -9, "type": "channel", "title": "Berita"}}),
    ],
)
async def test_what_nobody_wrote_in_their_own_name_is_ignored(
    simulation: Simulation, source: BotApiSource, field: str, changes: dict[str, object]
) -> None:
    simulation.post("/updates", **{field: MESSAGE | changes})
    (incoming,) = await came(source)
    assert (incoming.kind, incoming.sender_id, incoming.chat_id) == (IncomingKind.OTHER, None, 0)


async def test_texts_and_captions_are_edited_each_time_under_a_key_of_its_own(
    simulation: Simulation, source: BotApiSource
) -> None:
    text = simulation.say("/reg AO")
    photo = simulation.post(f"/chats/{DEWI}/photos", photo="aGFsbw==", caption="/reg MO")["message_id"]
    for message_id, words in ((text, "/reg PDA"), (photo, "/reg CONFIG"), (text, "/reg AO")):
        simulation.post(f"/chats/{DEWI}/edits", message_id=message_id, text=words)
    edits = [one for one in await came(source) if one.kind is IncomingKind.EDIT]
    assert [(one.message_id, one.text) for one in edits] == [
        (text, "/reg PDA"),
        (photo, "/reg CONFIG"),
        (text, "/reg AO"),
    ]
    assert [len(one.attachments) for one in edits] == [0, 1, 0]
    assert len({one.key for one in edits}) == 3


async def test_a_link_preview_or_a_reaction_that_comes_later_is_the_edit_that_came_before(
    simulation: Simulation, source: BotApiSource
) -> None:
    edited = MESSAGE | {"edit_date": 1_700_000_050}
    preview: dict[str, object] = {"link_preview_options": {"url": "https://example.org"}}
    for update in (edited, edited | preview, edited | {"reply_markup": {}}):
        simulation.post("/updates", edited_message=update)
    assert len({incoming.key for incoming in await came(source)}) == 1


async def test_a_forwarded_message_is_one_and_says_so(simulation: Simulation, source: BotApiSource) -> None:
    simulation.group(DEWI, EKO)
    said = simulation.post(f"/chats/{EKO}/messages", text="AO#SC32232558", chat=GROUP)["message_id"]
    simulation.post(f"/chats/{DEWI}/forwards", message_id=said, chat=GROUP)
    (incoming,) = await came(source)
    assert (incoming.forwarded, incoming.text, incoming.sender_id) == (True, "AO#SC32232558", DEWI)


async def test_photos_come_with_and_without_a_caption_and_albums_as_one(
    simulation: Simulation, source: BotApiSource
) -> None:
    simulation.post(f"/chats/{DEWI}/photos", photo="aGFsbw==")
    simulation.post(f"/chats/{DEWI}/photos", photo="aGFsbw==", caption="label")
    simulation.post(f"/chats/{DEWI}/albums", photos=["aGFsbw==", "ZHVh"], caption="/reg AO", captioned=1)
    bare, labelled, first, second = await came(source)
    assert [one.text for one in (bare, labelled, first, second)] == ["", "label", "", "/reg AO"]
    assert (bare.album, labelled.album, first.album is not None, first.album == second.album) == (
        None,
        None,
        True,
        True,
    )
    assert all(one.attachments[0].is_photo and one.transport == "bot_api" for one in (bare, labelled, first, second))


async def test_a_picture_sent_as_a_file_is_a_picture_and_another_file_is_none(
    simulation: Simulation, source: BotApiSource
) -> None:
    for name, mime in (("label.png", "image/png"), ("form.pdf", "application/pdf")):
        simulation.post(f"/chats/{DEWI}/documents", document="aGFsbw==", file_name=name, mime=mime, caption=name)
    picture, form = ((one.text, one.attachments[0]) for one in await came(source))
    assert (picture[0], picture[1].kind, picture[1].name, picture[1].is_photo) == (
        "label.png",
        "document",
        "label.png",
        True,
    )
    assert (form[1].media_type, form[1].size, form[1].is_photo) == ("application/pdf", 4, False)


async def test_a_contact_says_whose_number_it_is(simulation: Simulation, source: BotApiSource) -> None:
    simulation.post(f"/chats/{DEWI}/contact")
    foreign = {"phone_number": "+62822", "first_name": "Agus"}
    message = {name: value for name, value in MESSAGE.items() if name != "text"}
    simulation.post("/updates", message=message | {"contact": foreign})
    own, others = (one.contact for one in await came(source))
    assert own is not None
    assert others is not None
    assert (own.user_id, others.user_id, others.phone, others.name) == (DEWI, None, "+62822", "Agus")
