"""Everything that a message or an update may hold up to Bot API 10.3: read, answered or ignored, on purpose.

Source: core.telegram.org/bots/api and its changelog. A newer field comes here with the decision what becomes of it.
"""

from typing import Any

import pytest

from sikpro.adapters.telegram.bot_api import ALLOWED_UPDATES
from sikpro.adapters.telegram.service import SERVICE
from sikpro.application.ports.chat import IncomingKind
from tests.unit.telegram.test_translate import DEWI, MESSAGE, incoming

FILE = {"file_id": "f"}
READ: dict[str, Any] = {
    "text": "AO",
    "caption": "AO",
    "checklist": {"title": "AO", "tasks": []},
    "rich_message": {"blocks": [{"type": "paragraph", "text": "AO"}]},
    "venue": {"title": "AO", "address": ""},
    "photo": [FILE | {"width": 1, "height": 1}],
    "document": FILE,
    "video": FILE,
    "audio": FILE,
    "voice": FILE,
    "animation": FILE,
    "video_note": FILE,
    "sticker": FILE,
    "contact": {"phone_number": "0812"},
    "location": {"latitude": -7.4, "longitude": 112.7},
}
"""Fields whose content the conversation gets."""

ANSWERED = ("live_photo", "paid_media", "story", "dice", "game", "poll", "invoice")
"""What a person sends and nothing is read of: the answer says what to send instead. A live photo has a photo too."""

AROUND = [
    "message_id",
    "message_thread_id",
    "direct_messages_topic",
    "from",
    "sender_chat",
    "sender_boost_count",
    "sender_business_bot",
    "sender_tag",
    "guest_query_id",
    "business_connection_id",
    "date",
    "chat",
    "forward_origin",
    "is_topic_message",
    "is_automatic_forward",
    "reply_to_message",
    "external_reply",
    "quote",
    "reply_to_story",
    "reply_to_checklist_task_id",
    "reply_to_poll_option_id",
    "via_bot",
    "guest_bot_caller_user",
    "guest_bot_caller_chat",
    "edit_date",
    "has_protected_content",
    "is_from_offline",
    "is_paid_post",
    "media_group_id",
    "author_signature",
    "paid_star_count",
    "entities",
    "link_preview_options",
    "suggested_post_info",
    "effect_id",
    "caption_entities",
    "show_caption_above_media",
    "has_media_spoiler",
    "reply_markup",
    "receiver_user",
    "ephemeral_message_id",
]
"""What says something about a message, and decides nothing alone."""

OTHER_UPDATES = [
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "guest_message",
    "message_reaction",
    "message_reaction_count",
    "inline_query",
    "chosen_inline_result",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    "managed_bot",
    "subscription",
    "stopped_message_generation",
]
"""Updates that are not asked for."""

BARE = {field: value for field, value in MESSAGE.items() if field != "text"}


@pytest.mark.parametrize("field", READ)
def test_what_a_person_sends_is_read(field: str) -> None:
    said = incoming({"message": BARE | {field: READ[field]}})
    assert said.kind is IncomingKind.MESSAGE
    assert said.text or said.attachments or said.contact or said.place


@pytest.mark.parametrize("field", ANSWERED)
def test_what_cannot_be_read_is_still_a_persons_message_and_is_answered(field: str) -> None:
    said = incoming({"message": BARE | {field: {}}})
    assert (said.kind, said.sender_id, said.text) == (IncomingKind.MESSAGE, 7, "")


@pytest.mark.parametrize("field", sorted(SERVICE))
def test_what_nobody_wrote_is_not_answered_as_if_a_person_spoke(field: str) -> None:
    assert incoming({"message": BARE | {field: {}}}).kind is IncomingKind.OTHER


@pytest.mark.parametrize("field", OTHER_UPDATES)
def test_an_update_that_is_not_asked_for_is_ignored_if_it_comes(field: str) -> None:
    assert field not in ALLOWED_UPDATES
    assert incoming({"update_id": 1, field: MESSAGE | {"from": DEWI}}).kind is IncomingKind.OTHER


def test_each_field_is_decided_once() -> None:
    every = [*READ, *ANSWERED, *SERVICE, *AROUND]
    assert len(every) == len(set(every))
