"""People, groups and messages for scripts and the chat page."""

from typing import Any

from sikpro.adapters.simulator.store import Body
from sikpro.adapters.simulator.texts import text_of
from sikpro.adapters.simulator.world import World

_SERVICE = {
    "new_chat_members": "{who} masuk grup",
    "left_chat_member": "{who} keluar dari grup",
    "migrate_to_chat_id": "Grup menjadi supergrup",
    "migrate_from_chat_id": "Supergrup dari grup {who}",
    "forum_topic_created": "Topik baru: {topic}",
}


def person_view(world: World, person: Body) -> Body:
    """Return a person for the list, with the last message and the number of unread messages of the bot."""
    return {
        "id": person["id"],
        "name": person["name"],
        "technician_code": person["technician_code"],
        "phone": person["phone"],
        "blocked": person["blocked"],
        "deactivated": person.get("deactivated", False),
        "keyboard": _keyboard(person["keyboard"]),
        **_lately(world, person["id"], person["seen"]),
    }


def group_view(world: World, group: Body) -> Body:
    """Return a group for the list: its people, the bot's status in it, and the same fields as for a person."""
    members = filter(None, (world.store.person(person_id) for person_id in group["members"]))
    shown = ("id", "name", "kind", "bot", "migrated_to", "deleted")
    return {
        **{name: group[name] for name in shown},
        "members": [{"id": person["id"], "name": person["name"]} for person in members],
        **_lately(world, group["id"], group["seen"]),
    }


def message_view(sender: str, message: Body, read: bool) -> Body:
    """Return a message: `sender` is `person`, `bot` or `service`; `read` is whether the bot acknowledged it."""
    inline = message.get("reply_markup", {}).get("inline_keyboard", [])
    reply, origin = message.get("reply_to_message"), message.get("forward_origin")
    topic = message.get("message_thread_id")
    document, contact, place = message.get("document"), message.get("contact"), message.get("location")
    return {
        "message_id": message["message_id"],
        "sender": sender,
        "from": {"id": message["from"]["id"], "name": _name(message["from"])},
        "date": message["date"],
        "edit_date": message.get("edit_date"),
        "text": _service_text(message) if sender == "service" else text_of(message),
        "reply_to": reply["message_id"] if reply and reply["message_id"] != topic else None,
        "topic": topic,
        "forwarded": _name(origin["sender_user"]) if origin else None,
        "album": message.get("media_group_id"),
        "buttons": [
            [{"text": button["text"], "data": button.get("callback_data", "")} for button in row] for row in inline
        ],
        "photo": message["photo"][-1]["file_id"] if "photo" in message else None,
        "document": document and {"file_id": document["file_id"], "name": document["file_name"]},
        "place": place and {"latitude": place["latitude"], "longitude": place["longitude"]},
        "venue": message.get("venue", {}).get("title"),
        "reaction": message.get("reaction"),
        "contact": contact and {"phone": contact["phone_number"]},
        "read": bool(read),
    }


def _lately(world: World, chat_id: int, read_until: int) -> Body:
    newest = world.store.messages(chat_id, limit=1)
    last = message_view(*newest[0]) if newest else None
    return {
        "unread": world.store.count_from_bot(chat_id, read_until),
        "last": last and {name: last[name] for name in ("sender", "from", "date", "read")} | {"text": _preview(last)},
    }


def _preview(view: Body) -> str:
    kinds = {"photo": "📷 Foto", "document": "📎 Berkas", "place": "📍 Lokasi"}
    fallback = next((shown for kind, shown in kinds.items() if view[kind]), "☎️ Nomor telepon")
    return str(view["text"][:120] or fallback)


def _name(user: Body) -> str:
    return f"{user['first_name']} {user.get('last_name', '')}".strip()


def _service_text(message: Body) -> str:
    """Return a service message as text."""
    kind = next((name for name in _SERVICE if name in message), "")
    who = message.get("new_chat_members", [message.get("left_chat_member")])[0] or message["chat"]
    topic = message.get("forum_topic_created", {}).get("name", "")
    return _SERVICE.get(kind, "").format(topic=topic, who=who["title"] if "title" in who else _name(who))


def _keyboard(keyboard: dict[str, Any] | None) -> list[list[Body]]:
    rows = (keyboard or {}).get("keyboard", [])
    return [
        [
            {"text": button, "asks_phone": False}
            if isinstance(button, str)
            else {"text": button["text"], "asks_phone": button.get("request_contact") is True}
            for button in row
        ]
        for row in rows
    ]
