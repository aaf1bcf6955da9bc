"""What comes in, in the application's words."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sikpro.adapters.telegram.translate import translate
from sikpro.application.ports.chat import Incoming, IncomingKind

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
DEWI = {"id": 7, "is_bot": False, "first_name": "Dewi", "last_name": "Lestari"}
MESSAGE = {
    "message_id": 5,
    "from": DEWI,
    "chat": {"id": 7, "type": "private"},
    "date": 1_700_000_000,
    "text": "/cek",
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(MESSAGE)), inner),
    max_leaves=8,
)


def incoming(update: object) -> Incoming:
    return translate(update, 42, lambda: NOW)


def message(**changes: Any) -> Incoming:
    return incoming({"update_id": 1, "message": MESSAGE | changes})


def test_a_message_has_its_key_its_time_and_its_sender() -> None:
    said = message()
    assert (said.key, said.kind, said.chat_id, said.sender_id) == ("m:42:7:5", IncomingKind.MESSAGE, 7, 7)
    assert (said.sent_at, said.sender_name) == (datetime.fromtimestamp(1_700_000_000, UTC), "Dewi Lestari")
    assert (said.private, said.text) == (True, "/cek")


SDA = {"id": -1_000_000_000_009, "type": "supergroup", "title": "SDA", "is_forum": True}
BEGUN = {
    "message_id": 4,
    "from": DEWI,
    "chat": SDA,
    "date": 1_700_000_000,
    "message_thread_id": 4,
    "is_topic_message": True,
    "forum_topic_created": {"name": "Aktivasi", "icon_color": 7_322_096},
}
IN_TOPIC = {"chat": SDA, "message_thread_id": 4, "is_topic_message": True}


def test_a_message_of_a_topic_has_the_topic_and_is_no_reply_to_its_beginning() -> None:
    said = message(**IN_TOPIC, reply_to_message=BEGUN)
    assert (said.topic, said.topic_title, said.reply_to) == (4, "Aktivasi", None)
    answer = message(**IN_TOPIC, reply_to_message=MESSAGE | IN_TOPIC | {"message_id": 9})
    assert (answer.topic, answer.topic_title, answer.reply_to) == (4, "", 9)
    pressed = incoming({"callback_query": {"id": "1", "from": DEWI, "message": MESSAGE | IN_TOPIC, "data": "x"}})
    assert pressed.topic == 4


def test_a_thread_of_replies_is_no_topic() -> None:
    said = message(chat=SDA, message_thread_id=3, reply_to_message=MESSAGE | {"message_id": 3})
    assert (said.topic, said.reply_to) == (None, 3)


def test_a_topic_that_begins_or_gets_another_name_tells_it_and_is_no_message() -> None:
    begun = incoming({"message": BEGUN})
    assert (begun.kind, begun.chat_id, begun.chat_title) == (IncomingKind.OTHER, SDA["id"], "SDA")
    assert (begun.topic, begun.topic_title) == (4, "Aktivasi")
    plain = {name: value for name, value in BEGUN.items() if name != "forum_topic_created"}
    renamed = incoming({"message": plain | {"message_id": 8, "forum_topic_edited": {"name": "Gangguan"}}})
    assert (renamed.topic, renamed.topic_title) == (4, "Gangguan")
    other_icon = incoming({"message": plain | {"message_id": 9, "forum_topic_edited": {"icon_custom_emoji_id": "1"}}})
    assert (other_icon.topic, other_icon.topic_title) == (4, "")


def test_keys_do_not_depend_on_the_update_id() -> None:
    for kind in ("message", "edited_message", "poll_of_the_future"):
        first, second = (incoming({"update_id": number, kind: MESSAGE}) for number in (1, 900))
        assert first == second


def test_each_edit_has_its_own_key_and_the_same_edit_the_same() -> None:
    def key(text: str, at: int) -> str:
        return incoming({"edited_message": MESSAGE | {"text": text, "edit_date": at}}).key

    assert key("a", 9) == key("a", 9)
    assert len({key("a", 9), key("b", 9), key("a", 10)}) == 3
    assert key("a", 9) == "e:42:7:5:9:ca978112ca1b"


def test_the_caption_is_the_text_and_the_largest_photo_counts() -> None:
    sizes = [
        {"file_id": "s", "width": 90, "height": 60},
        {"file_id": "l", "width": 1280, "height": 960, "file_size": 5},
        {"file_id": "m", "width": 320, "height": 240},
    ]
    said = message(text="", caption="ODP", photo=sizes, media_group_id="g")
    assert (said.text, said.album) == ("ODP", "g")
    assert [(file.kind, file.file_id, file.size) for file in said.attachments] == [("photo", "l", 5)]


def test_a_forwarded_message_is_still_a_message() -> None:
    assert message(forward_origin={"type": "user"}).kind is IncomingKind.MESSAGE


@pytest.mark.parametrize("changes", [{"date": 10**18}, {"chat": 5}])
def test_what_nobody_can_read_is_other(changes: dict[str, Any]) -> None:
    said = message(**changes)
    assert (said.kind, said.key[:5], len(said.key)) == (IncomingKind.OTHER, "o:42:", 69)


@pytest.mark.parametrize(
    "changes",
    [
        {"sender_chat": {"id": -1}},
        {"pinned_message": {}},
        {"migrate_to_chat_id": -1009},
        {"from": DEWI | {"is_bot": True}},
        {"chat_background_set": {}},
    ],
)
def test_what_no_person_wrote_is_other_under_the_key_of_its_message(changes: dict[str, Any]) -> None:
    said = message(**changes)
    assert (said.kind, said.key) == (IncomingKind.OTHER, "o:42:7:5")
    edited = incoming({"edited_message": MESSAGE | changes})
    assert (edited.kind, edited.key) == (IncomingKind.OTHER, "o:42:7:5:edit")


def test_a_press_in_no_chat_is_nobodys_message_and_needs_no_answer_in_chat_0() -> None:
    for inline in ({}, {"inline_message_id": "a"}):
        assert incoming({"callback_query": {"id": "9", "from": DEWI, "data": "ya"} | inline}).kind is IncomingKind.OTHER


def test_a_press_on_a_message_that_is_no_longer_accessible_can_still_be_answered() -> None:
    gone = {"chat": {"id": 7, "type": "private"}, "message_id": 5, "date": 0}
    pressed = incoming({"callback_query": {"id": "9", "from": DEWI, "data": "ya", "message": gone}})
    assert (pressed.key, pressed.press_id, pressed.data, pressed.chat_id) == ("p:42:9", "9", "ya", 7)
    assert (pressed.sent_at, pressed.message_id) == (NOW, 5)


def test_a_checklist_and_a_message_of_blocks_are_read_line_by_line() -> None:
    tasks = [{"id": 1, "text": "AO SC32232558"}, {"id": 2, "text": "ZTEGC6754546"}]
    assert (
        message(text="", checklist={"title": "Hari ini", "tasks": tasks}).text
        == "Hari ini\nAO SC32232558\nZTEGC6754546"
    )
    blocks = [
        {"type": "paragraph", "text": ["AO ", {"type": "bold", "text": "SC32232558"}]},
        {"type": "table", "cells": [[{"text": "ODP"}, {"text": {"type": "code", "text": "ODP-SDA-003"}}]]},
        {"type": "list", "items": [{"blocks": [{"type": "paragraph", "text": "SDA"}]}]},
        {"type": "divider"},
    ]
    assert message(text="", rich_message={"blocks": blocks}).text == "AO SC32232558\nODP ODP-SDA-003\nSDA"


def test_nothing_is_left_out_of_a_message_of_many_blocks_that_lie_deep_in_each_other() -> None:
    number: object = "SC32232558"
    block: object = {"type": "paragraph", "text": "SDA"}
    for kind in ("bold", "italic", "underline", "strikethrough", "spoiler", "code", "url", "marked"):
        number = {"type": kind, "text": ["", number]}
        block = {"type": "list", "items": [{"blocks": [block]}]}
    many = [{"type": "paragraph", "text": f"baris {place}"} for place in range(1_500)]
    text = message(text="", rich_message={"blocks": [*many, {"text": ["AO ", number, " ODP"]}, block]}).text
    assert text.split("\n")[-3:] == ["baris 1499", "AO SC32232558 ODP", "SDA"]


@pytest.mark.parametrize(("status", "blocked"), [("kicked", True), ("left", True), ("member", False)])
def test_a_membership_says_whether_the_bot_is_shut_out(status: str, blocked: bool) -> None:
    change = {"chat": MESSAGE["chat"], "from": DEWI, "date": 9, "new_chat_member": {"status": status}}
    changed = incoming({"my_chat_member": change})
    assert (changed.key, changed.blocked) == (f"c:42:7:9:{status}", blocked)


def test_nothing_that_no_database_keeps_comes_in() -> None:
    odd = "a\x00b\ud800"
    query = {"id": "9", "from": DEWI | {"first_name": odd}, "data": odd, "message": MESSAGE}
    pressed = incoming({"callback_query": query})
    sent = message(text=odd, document={"file_id": odd, "file_name": odd, "mime_type": odd}, media_group_id=odd)
    (file,) = sent.attachments
    found = (pressed.data, pressed.sender_name, sent.text, file.file_id, file.name, file.media_type, sent.album)
    assert {str(text).removesuffix(" Lestari") for text in found} == {"ab\ufffd"}


@given(update=JSON, field=st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member"]))
def test_no_update_of_any_shape_raises(update: Any, field: str) -> None:
    for shape in (update, {field: update}, {field: MESSAGE | {"from": update}}, {field: MESSAGE | {"photo": update}}):
        assert incoming(shape).key


@pytest.mark.parametrize(
    "location",
    [
        *(None, 7, [], {}, {"latitude": -7.4}, {"latitude": "-7.4", "longitude": "112.7"}),
        *({"latitude": 91, "longitude": 0}, {"latitude": 10**400, "longitude": 0}),
    ],
)
def test_a_pin_without_a_place_on_earth_is_nobodys_message(location: object) -> None:
    person, chat = {"id": 7, "is_bot": False, "first_name": "Dewi"}, {"id": 7, "type": "private"}
    said = {"message_id": 5, "from": person, "chat": chat, "date": 1_795_000_000, "location": location}
    assert translate({"message": said}, 42, lambda: NOW).kind is IncomingKind.OTHER
