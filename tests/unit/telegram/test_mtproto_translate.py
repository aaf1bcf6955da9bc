"""What comes in by MTProto is what comes in by the Bot API: the same chat through both translators."""

from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from telethon.tl import types

from sikpro.adapters.telegram import translate as bot_api
from sikpro.adapters.telegram.mtproto.translate import Translator
from sikpro.application.ports.chat import Incoming, IncomingKind
from sikpro.domain.place import Place

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
BOT = 42
AT = 1_795_000_000
DATE = datetime.fromtimestamp(AT, UTC)
DEWI = types.User(7, first_name="Dewi", last_name="Lestari", access_hash=1)
JSON_DEWI = {"id": 7, "is_bot": False, "first_name": "Dewi", "last_name": "Lestari"}
PRIVATE: dict[str, Any] = {"id": 7, "type": "private"}
GROUP: dict[str, Any] = {"id": -8, "type": "group"}
SUPERGROUP: dict[str, Any] = {"id": -1_000_000_000_009, "type": "supergroup"}


def by_mtproto(update: object, *users: Any) -> Incoming | None:
    translator = Translator(BOT, "sikpro_bot", lambda: NOW)
    translator.meet(users or [DEWI])
    return translator.update(update)


def by_bot_api(field: str, content: dict[str, Any]) -> Incoming:
    return bot_api.translate({"update_id": 1, field: content}, BOT, lambda: NOW)


def message(number: int = 5, peer: Any = None, **content: Any) -> Any:
    return types.Message(number, peer or types.PeerUser(7), DATE, content.pop("message", ""), **content)


def new(said: Any) -> Any:
    return types.UpdateNewMessage(said, 9, 1)


def json_message(chat: dict[str, Any] = PRIVATE, number: int = 5, **content: Any) -> dict[str, Any]:
    return {"message_id": number, "from": JSON_DEWI, "chat": chat, "date": AT, **content}


def alike(said: Incoming | None) -> Incoming | None:
    """Without what belongs to a transport: its name and its ids of files."""
    if said is None:
        return None
    files = tuple(evolve(file, file_id="", media_type="") for file in said.attachments)
    return evolve(said, transport="", attachments=files)


PHOTO = types.Photo(
    3,
    4,
    b"r",
    DATE,
    [
        types.PhotoStrippedSize("i", b"x"),
        types.PhotoSize("m", 90, 60, 5),
        types.PhotoSizeProgressive("y", 1280, 960, [10, 900]),
    ],
    2,
)
JSON_PHOTO = [
    {"file_id": "a", "width": 90, "height": 60, "file_size": 5},
    {"file_id": "b", "width": 1280, "height": 960, "file_size": 900},
]


def document(*attributes: Any) -> Any:
    name = types.DocumentAttributeFilename("label.jpg")
    return types.MessageMediaDocument(
        document=types.Document(6, 4, b"r", DATE, "image/jpeg", 70, 2, [name, *attributes])
    )


JSON_FILE = {"file_id": "c", "file_size": 70, "file_name": "label.jpg", "mime_type": "image/jpeg"}
FROM_DEWI = types.PeerUser(7)
IN_TOPIC: dict[str, Any] = {"message_thread_id": 4, "is_topic_message": True}

CHAT = {
    "a text": (new(message(message="/reg AO#SC1")), ("message", json_message(text="/reg AO#SC1"))),
    "a lone surrogate": (new(message(message="a\ud800b")), ("message", json_message(text="a\ud800b"))),
    "a reply": (
        new(message(message="ya", reply_to=types.MessageReplyHeader(reply_to_msg_id=3))),
        ("message", json_message(text="ya", reply_to_message={"message_id": 3})),
    ),
    "a message of a topic": (
        new(
            message(
                peer=types.PeerChannel(9),
                message="/cek",
                from_id=FROM_DEWI,
                reply_to=types.MessageReplyHeader(forum_topic=True, reply_to_msg_id=4),
            )
        ),
        (
            "message",
            json_message(
                SUPERGROUP, text="/cek", **IN_TOPIC, reply_to_message={"message_id": 4, "forum_topic_closed": {}}
            ),
        ),
    ),
    "a reply in a topic": (
        new(
            message(
                peer=types.PeerChannel(9),
                message="ya",
                from_id=FROM_DEWI,
                reply_to=types.MessageReplyHeader(forum_topic=True, reply_to_msg_id=3, reply_to_top_id=4),
            )
        ),
        ("message", json_message(SUPERGROUP, text="ya", **IN_TOPIC, reply_to_message={"message_id": 3})),
    ),
    "a forwarded message": (
        new(message(message="AO", fwd_from=types.MessageFwdHeader(DATE, from_name="Budi"))),
        ("message", json_message(text="AO", forward_origin={"type": "hidden_user"})),
    ),
    "a photo with a caption in an album": (
        new(message(message="label", media=types.MessageMediaPhoto(photo=PHOTO), grouped_id=77)),
        ("message", json_message(caption="label", photo=JSON_PHOTO, media_group_id="77")),
    ),
    "a document": (new(message(media=document())), ("message", json_message(document=JSON_FILE))),
    "a sticker": (
        new(message(media=document(types.DocumentAttributeSticker("", types.InputStickerSetEmpty())))),
        ("message", json_message(sticker=JSON_FILE)),
    ),
    "a voice message": (
        new(message(media=document(types.DocumentAttributeAudio(3, voice=True)))),
        ("message", json_message(voice=JSON_FILE)),
    ),
    "one's own phone number": (
        new(message(media=types.MessageMediaContact("+62811", "Dewi", "", "", 7))),
        ("message", json_message(contact={"phone_number": "+62811", "first_name": "Dewi", "user_id": 7})),
    ),
    "a phone number of nobody's": (
        new(message(media=types.MessageMediaContact("+62811", "Budi", "", "", 0))),
        ("message", json_message(contact={"phone_number": "+62811", "first_name": "Budi"})),
    ),
    "a pin": (
        new(message(media=types.MessageMediaGeo(types.GeoPoint(112.71830000000001, -7.447812, 5)))),
        ("message", json_message(location={"latitude": -7.447812, "longitude": 112.7183})),
    ),
    "a live location": (
        new(message(media=types.MessageMediaGeoLive(types.GeoPoint(112.7183, -7.4478, 5), 900))),
        ("message", json_message(location={"latitude": -7.4478, "longitude": 112.7183, "live_period": 900})),
    ),
    "the next place of a live location": (
        types.UpdateEditMessage(
            message(
                media=types.MessageMediaGeoLive(types.GeoPoint(112.7184, -7, 5), 900),
                edit_date=datetime.fromtimestamp(AT + 60, UTC),
            ),
            9,
            1,
        ),
        (
            "edited_message",
            json_message(
                location={"latitude": -7, "longitude": 112.7184, "live_period": 900, "heading": 9}, edit_date=AT + 60
            ),
        ),
    ),
    "a venue": (
        new(
            message(media=types.MessageMediaVenue(types.GeoPoint(112.7183, -7.4478, 5), "Indah", "Blok B2", "", "", ""))
        ),
        (
            "message",
            json_message(
                location={"latitude": -7.4478, "longitude": 112.7183},
                venue={
                    "location": {"latitude": -7.4478, "longitude": 112.7183},
                    "title": "Indah",
                    "address": "Blok B2",
                },
            ),
        ),
    ),
    "a message in a group": (
        new(message(peer=types.PeerChat(8), from_id=FROM_DEWI, message="/cek")),
        ("message", json_message(GROUP, text="/cek")),
    ),
    "a message in a supergroup": (
        types.UpdateNewChannelMessage(message(peer=types.PeerChannel(9), from_id=FROM_DEWI, message="/cek"), 4, 1),
        ("message", json_message(SUPERGROUP, text="/cek")),
    ),
    "an edit": (
        types.UpdateEditMessage(message(message="/reg MO", edit_date=datetime.fromtimestamp(AT + 60, UTC)), 9, 1),
        ("edited_message", json_message(text="/reg MO", edit_date=AT + 60)),
    ),
    "an edited caption in a supergroup": (
        types.UpdateEditChannelMessage(
            message(
                peer=types.PeerChannel(9),
                from_id=FROM_DEWI,
                message="baru",
                media=types.MessageMediaPhoto(photo=PHOTO),
                edit_date=DATE,
            ),
            9,
            1,
        ),
        ("edited_message", json_message(SUPERGROUP, caption="baru", photo=JSON_PHOTO, edit_date=AT)),
    ),
    "a press": (
        types.UpdateBotCallbackQuery(-55, 7, types.PeerUser(7), 5, 1, b"wd:1"),
        (
            "callback_query",
            {"id": "-55", "from": JSON_DEWI, "message": {"message_id": 5, "chat": PRIVATE}, "data": "wd:1"},
        ),
    ),
    "a block": (
        types.UpdateBotStopped(7, DATE, True, 3),
        (
            "my_chat_member",
            {"chat": PRIVATE, "from": JSON_DEWI, "date": AT, "new_chat_member": {"status": "kicked"}},
        ),
    ),
    "a welcome to a group": (
        types.UpdateChatParticipant(8, DATE, 7, BOT, 3, new_participant=types.ChatParticipant(BOT, 7, DATE)),
        ("my_chat_member", {"chat": GROUP, "from": JSON_DEWI, "date": AT, "new_chat_member": {"status": "member"}}),
    ),
    "a ban from a supergroup": (
        types.UpdateChannelParticipant(
            9,
            DATE,
            7,
            BOT,
            3,
            new_participant=types.ChannelParticipantBanned(
                types.PeerUser(BOT), 7, DATE, types.ChatBannedRights(None, view_messages=True)
            ),
        ),
        (
            "my_chat_member",
            {"chat": SUPERGROUP, "from": JSON_DEWI, "date": AT, "new_chat_member": {"status": "kicked"}},
        ),
    ),
    "a channel's own message": (
        types.UpdateNewChannelMessage(message(peer=types.PeerChannel(9), from_id=types.PeerChannel(9)), 4, 1),
        ("message", json_message(SUPERGROUP, sender_chat={"id": -1_000_000_000_009}, text="x")),
    ),
    "a service message": (
        new(
            types.MessageService(5, types.PeerChat(8), DATE, from_id=FROM_DEWI, action=types.MessageActionPinMessage())
        ),
        ("message", json_message(GROUP, pinned_message={})),
    ),
}


@pytest.mark.parametrize("what", CHAT)
def test_both_transports_tell_the_same(what: str) -> None:
    by_tl, (field, content) = CHAT[what]
    said = by_mtproto(by_tl)
    assert said is not None
    assert alike(said) == alike(by_bot_api(field, content))


def test_a_message_of_another_bot_is_nobodys() -> None:
    said = by_mtproto(new(message(message="/reg")), types.User(7, bot=True, first_name="Bot"))
    assert said is not None
    assert said.kind is IncomingKind.OTHER


@pytest.mark.parametrize("update", [new(message(out=True)), types.UpdateEditMessage(message(out=True), 9, 1)])
def test_the_bots_own_messages_are_not_told(update: Any) -> None:
    assert by_mtproto(update) is None


def test_a_reaction_is_no_edit() -> None:
    assert by_mtproto(types.UpdateEditMessage(message(message="x", edit_hide=True, edit_date=DATE), 9, 1)) is None


@pytest.mark.parametrize(("text", "ours"), [("/reg@Sikpro_Bot AO", True), ("/reg@other_bot AO", False), ("a@b", True)])
def test_a_command_for_another_bot_is_not_addressed_to_us(text: str, ours: bool) -> None:
    said = by_mtproto(new(message(peer=types.PeerChat(8), from_id=FROM_DEWI, message=text)))
    assert said is not None
    assert said.addressed is ours


ODD = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.binary(max_size=3) | st.just(FROM_DEWI)
FIELDS = ["id", "peer_id", "date", "message", "from_id", "reply_to", "media", "grouped_id", "fwd_from", "edit_date"]


@given(name=st.sampled_from(FIELDS), value=ODD, kind=st.sampled_from([types.UpdateNewMessage, types.UpdateEditMessage]))
def test_no_malformed_message_raises(name: str, value: Any, kind: Any) -> None:
    said = message(message="/cek")
    setattr(said, name, value)
    told = by_mtproto(kind(said, 1, 1))
    assert told is None or told.key


@pytest.mark.parametrize("update", [types.UpdateUserTyping(7, types.SendMessageTypingAction()), None, "?"])
def test_what_is_nobodys_business_is_passed_over(update: Any) -> None:
    assert by_mtproto(update) is None


def test_a_pin_comes_with_its_place_and_a_venue_with_its_name_too() -> None:
    pin, live, venue = (CHAT[name][0] for name in ("a pin", "a live location", "a venue"))
    said = [by_mtproto(one) for one in (pin, live, venue)]
    assert [(one.place, one.live, one.text) for one in said if one] == [
        (Place(-7.447812, 112.7183), False, ""),
        (Place(-7.4478, 112.7183), True, ""),
        (Place(-7.4478, 112.7183), False, "Indah\nBlok B2"),
    ]


@pytest.mark.parametrize("point", [types.GeoPointEmpty(), None])
def test_a_pin_without_a_place_is_an_empty_message(point: Any) -> None:
    said = by_mtproto(new(message(media=types.MessageMediaGeo(point))))
    assert said
    assert (said.kind, said.place, said.text) == (IncomingKind.MESSAGE, None, "")


def test_a_place_that_is_not_on_earth_is_nobodys_message() -> None:
    said = by_mtproto(new(message(media=types.MessageMediaGeo(types.GeoPoint(float("nan"), 91.0, 5)))))
    assert said
    assert said.kind is IncomingKind.OTHER
