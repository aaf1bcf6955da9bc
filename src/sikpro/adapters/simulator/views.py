"""How scripts and the chat page see people and messages."""

from typing import Any

from sikpro.adapters.simulator.store import Body
from sikpro.adapters.simulator.world import World


def person_view(world: World, person: Body) -> Body:
    """A person in the list, with the last message and how many of the bot's are unread."""
    newest = world.store.messages(person["id"], limit=1)
    last = message_view(*newest[0]) if newest else None
    return {
        "id": person["id"],
        "name": person["name"],
        "technician_code": person["technician_code"],
        "phone": person["phone"],
        "blocked": person["blocked"],
        "unread": world.store.count_from_bot(person["id"], person["seen"]),
        "keyboard": _keyboard(person["keyboard"]),
        "last": last and {name: last[name] for name in ("sender", "date", "read")} | {"text": _preview(last)},
    }


def message_view(sender: str, message: Body, read: bool) -> Body:
    """A message: `sender` is `person` or `bot`, `read` whether the bot has acknowledged it."""
    inline = message.get("reply_markup", {}).get("inline_keyboard", [])
    reply = message.get("reply_to_message")
    document, contact = message.get("document"), message.get("contact")
    return {
        "message_id": message["message_id"],
        "sender": sender,
        "date": message["date"],
        "edit_date": message.get("edit_date"),
        "text": message.get("text", message.get("caption", "")),
        "reply_to": reply["message_id"] if reply else None,
        "buttons": [
            [{"text": button["text"], "data": button.get("callback_data", "")} for button in row] for row in inline
        ],
        "photo": message["photo"][-1]["file_id"] if "photo" in message else None,
        "document": document and {"file_id": document["file_id"], "name": document["file_name"]},
        "contact": contact and {"phone": contact["phone_number"]},
        "read": read,
    }


def _preview(view: Body) -> str:
    fallback = "📷 Foto" if view["photo"] else "📎 Berkas" if view["document"] else "☎️ Nomor telepon"
    return str(view["text"][:120] or fallback)


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
