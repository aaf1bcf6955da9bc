"""The people's side of the simulator: they write, press, share and block, and the bot gets updates."""

import time
from typing import Any

from attrs import define, field

from sikpro.adapters.simulator.bell import Bell
from sikpro.adapters.simulator.faults import Faults
from sikpro.adapters.simulator.store import Body, Store
from sikpro.adapters.simulator.texts import meant_for, quoted, text_of, with_text

LONGEST_TEXT = 200_000
IN_GROUP = ("member", "administrator")
"""The bot's statuses as a member of a group."""

_NOT_FORWARDED = {
    *("message_id", "from", "chat", "date", "edit_date", "reply_to_message", "reply_markup", "media_group_id"),
    "reaction",
}


_FIXED = {"contact", "location"}
"""The contents of messages that have no text to edit."""


class Refused(Exception):
    """Raised if a script's request is impossible, with an HTTP `status` and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@define
class World:
    """One bot, its people and groups, and their messages.

    A chat of None is the person's private chat with the bot.
    """

    store: Store
    token: str
    username: str
    press_seconds: float = 15.0
    bell: Bell = field(factory=Bell)
    faults: Faults = field(factory=Faults)
    poll: int = 0

    @property
    def bot(self) -> Body:
        """Return the bot as in messages of the Bot API."""
        bot_id = int(self.token.partition(":")[0])
        return {"id": bot_id, "is_bot": True, "first_name": "SIKPRO", "username": self.username}

    def add(self, name: str, code: str | None, person_id: int | None, phone: str | None, language: str = "id") -> Body:
        """Add a person; without an id use the next one."""
        if person_id is None:
            person_id = self.store.next("person", 700_000_001)
            while self.store.person(person_id):
                person_id = self.store.next("person")
        elif self.store.person(person_id):
            raise Refused(409, f"There is already a person with the id {person_id}.")
        person = {
            "id": person_id,
            "name": name,
            "technician_code": code,
            "phone": phone or f"+6281{person_id % 10**9:09d}",
            "blocked": False,
            "seen": 0,
            "keyboard": None,
            "language": language,
        }
        self.store.save_person(person)
        self.bell.ring()
        return person

    def person(self, person_id: int) -> Body:
        """Return one person. Raises `Refused`."""
        person = self.store.person(person_id) if person_id < 2**62 else None
        if person is None:
            raise Refused(404, f"There is no person with the id {person_id}.")
        return person

    def group(self, group_id: int) -> Body:
        """Return one group. Raises `Refused`."""
        group = self.store.group(group_id) if -(2**62) < group_id < 0 else None
        if group is None:
            raise Refused(404, f"There is no group with the id {group_id}.")
        return group

    def user(self, person: Body) -> Body:
        """Return a person as a user of the Bot API."""
        first, _, last = person["name"].partition(" ")
        user = {"id": person["id"], "is_bot": False, "first_name": first, "language_code": person.get("language", "id")}
        return user | ({"last_name": last} if last else {})

    def private(self, person: Body) -> Body:
        """Return a person's private chat with the bot, as in the Bot API."""
        user = self.user(person)
        names: Body = {name: user[name] for name in ("first_name", "last_name") if name in user}
        return {"id": person["id"], **names, "type": "private"}

    def in_group(self, group: Body) -> Body:
        """Return a group as a chat of the Bot API."""
        return {"id": group["id"], "title": group["name"], "type": group["kind"]}

    def place(self, person: Body, chat_id: int | None) -> Body:
        """Return the chat of a person's action. Raises `Refused` outside the group or for a deleted account."""
        if person.get("deactivated"):
            raise Refused(403, "This account is deleted.")
        if chat_id is None or chat_id == person["id"]:
            return self.private(person)
        group = self.group(chat_id) if chat_id < 0 else None
        if group is None or person["id"] not in group["members"]:
            raise Refused(403, f"{person['name']} does not belong to the chat {chat_id}.")
        if group["deleted"] or group["migrated_to"]:
            raise Refused(409, f"Nobody writes to the group {chat_id} any more.")
        return self.in_group(group)

    def blank(self, chat: Body, sender: Body, reply_to: int | None = None, topic: int | None = None) -> Body:
        """Return a new message of a chat with its own id and no content yet. Raises `Refused`.

        A reply is in the topic of its target. A message of a topic that answers no other one replies to the service
        message with which the topic began, as in the Bot API.
        """
        target = None if reply_to is None else self.store.message(chat["id"], reply_to)
        if reply_to is not None and target is None:
            raise Refused(404, f"There is no message {reply_to} in this chat to reply to.")
        number = self.store.next(f"message:{chat['id']}")
        message: Body = {"message_id": number, "from": sender, "chat": chat, "date": int(time.time())}
        topic = target[1].get("message_thread_id") if target else topic
        if topic is not None:
            message |= {"message_thread_id": topic, "is_topic_message": True}
            target = target or self.store.message(chat["id"], topic)
        return message | ({"reply_to_message": quoted(target[1])} if target else {})

    def say(
        self,
        person_id: int,
        text: str,
        reply_to: int | None = None,
        chat_id: int | None = None,
        topic: int | None = None,
    ) -> int:
        """Write a text; return its message id. Raises `Refused` in a topic that is not open."""
        self._check(text)
        if topic is not None and self.topics(chat_id or 0).get(str(topic)) != "open":
            raise Refused(409, f"Nobody writes in the topic {topic}.")
        return self.bring(person_id, with_text(text), reply_to, chat_id, topic)

    def share_contact(self, person_id: int, phone: str | None) -> int:
        """Share the person's own phone number."""
        person = self.person(person_id)
        user = self.user(person)
        contact = {"phone_number": phone or person["phone"], "user_id": person_id}
        contact |= {name: user[name] for name in ("first_name", "last_name") if name in user}
        return self.bring(person_id, {"contact": contact}, (person["keyboard"] or {}).get("message_id"))

    def edit(self, person_id: int, message_id: int, text: str, chat_id: int | None = None) -> None:
        """Change the text of an own message, or the caption of a file; the same text again changes nothing."""
        place = self.place(self.person(person_id), chat_id)
        found = self.store.message(place["id"], message_id)
        if found is None or found[0] != "person" or found[1]["from"]["id"] != person_id or _FIXED & found[1].keys():
            raise Refused(404, f"There is no text {message_id} of this person to edit.")
        part = "text" if "text" in found[1] else "caption"
        if part == "text":
            self._check(text)
        if text == text_of(found[1]):
            return
        fields = ("text", "entities", "caption", "caption_entities")
        message = {name: value for name, value in found[1].items() if name not in fields}
        message |= with_text(text, part) | {"edit_date": int(time.time())}
        self.store.save_message("person", message, "edited_message" if self.reaches_bot(message) else None)
        self.bell.ring()

    def forward(self, person_id: int, message_id: int, chat_id: int | None, to: int | None) -> int:
        """Forward a message of one chat to another; return its id there."""
        place = self.place(self.person(person_id), chat_id)
        found = self.store.message(place["id"], message_id)
        if found is None or found[0] == "service":
            raise Refused(404, f"There is no message {message_id} in this chat to forward.")
        content = {name: value for name, value in found[1].items() if name not in _NOT_FORWARDED}
        origin = {"type": "user", "sender_user": found[1]["from"], "date": found[1]["date"]}
        return self.bring(person_id, {"forward_origin": origin} | content, None, to)

    def press(self, person_id: int, message_id: int, data: str, chat_id: int | None = None) -> str:
        """Press an inline button; return the id of the query."""
        person = self.person(person_id)
        place = self.place(person, chat_id)
        found = self.store.message(place["id"], message_id)
        if found is None:
            raise Refused(404, f"There is no message {message_id} in this chat.")
        rows = found[1].get("reply_markup", {}).get("inline_keyboard", [])
        if not any(button.get("callback_data") == data for row in rows for button in row):
            raise Refused(422, f"Message {message_id} has no button with this data.")
        query_id = str(self.store.next("press", 4_000_000_000_000_001))
        self.store.save_press({"id": query_id, "user_id": person_id, "at": time.time(), "answered": False})
        user, instance = self.user(person), str(place["id"])
        query = {"id": query_id, "from": user, "message": found[1], "chat_instance": instance, "data": data}
        self.store.queue("callback_query", query)
        self.bell.ring()
        return query_id

    def block(self, person_id: int, blocked: bool) -> None:
        """Block or unblock the bot."""
        person = self.person(person_id)
        if person["blocked"] == blocked:
            return
        person["blocked"] = blocked
        self.store.save_person(person)
        states = ("member", "kicked") if blocked else ("kicked", "member")
        self.tell_membership(self.private(person), self.user(person), *states)

    def tell_membership(self, chat: Body, by: Body, before: str, after: str) -> None:
        """Send the bot an update about its new status in a chat."""
        old, new = ({"user": self.bot, "status": state} for state in (before, after))
        change = {"chat": chat, "from": by, "date": int(time.time())}
        self.store.queue("my_chat_member", change | {"old_chat_member": old, "new_chat_member": new})
        self.bell.ring()

    def reaches_bot(self, message: Body) -> bool:
        """Return whether the bot gets a message: in its groups only those for it, all of them as an administrator."""
        if message["chat"]["type"] == "private":
            return True
        status = self.group(message["chat"]["id"])["bot"]
        return status == "administrator" or (status == "member" and meant_for(message, self.bot))

    def topics(self, chat_id: int) -> Body:
        """Return the state of each topic of a chat (`open`, `closed`, `deleted`), by its number as text."""
        group = self.store.group(chat_id)
        return dict(group.get("topics", {})) if group else {}

    def bring(
        self,
        person_id: int,
        content: dict[str, Any],
        reply_to: int | None,
        chat_id: int | None = None,
        topic: int | None = None,
    ) -> int:
        """Send content to a chat; return its message id."""
        person = self.person(person_id)
        place = self.place(person, chat_id)
        if place["type"] == "private" and person["blocked"]:
            # Writing to a blocked bot unblocks it; the real client requires this first.
            self.block(person_id, False)
            person = self.person(person_id)
        message = self.blank(place, self.user(person), reply_to, topic) | content
        if place["type"] == "private" and person["keyboard"] and person["keyboard"].get("one_time_keyboard"):
            person["keyboard"] = None
            self.store.save_person(person)
        self.store.save_message("person", message, "message" if self.reaches_bot(message) else None)
        self.bell.ring()
        return int(message["message_id"])

    def _check(self, text: str) -> None:
        if not text:
            raise Refused(422, "A message needs a text.")
        if len(text) > LONGEST_TEXT:
            raise Refused(422, f"A text may have {LONGEST_TEXT} characters at most.")
