"""The people's side of the simulator: what they write, press, share and block, as the bot will get it."""

import re
import secrets
import time
from typing import Any

from attrs import define, field

from sikpro.adapters.simulator.bell import Bell
from sikpro.adapters.simulator.faults import Faults
from sikpro.adapters.simulator.store import Body, Store

LONGEST_TEXT = 200_000
LARGEST_PHOTO = 10 * 1024 * 1024
_COMMAND = re.compile(r"(?:^|(?<=\s))/[A-Za-z0-9_]{1,32}")


class Refused(Exception):
    """What a script asked for cannot be: an HTTP `status` and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def units(text: str) -> int:
    """Length in UTF-16 code units, as Telegram counts."""
    return len(text) + sum(character > "\uffff" for character in text)


def entities(text: str) -> list[Body]:
    """The bot_command entities of a text, offsets in UTF-16 units."""
    return [
        {"type": "bot_command", "offset": units(text[: found.start()]), "length": len(found[0])}
        for found in _COMMAND.finditer(text[:4096])
    ]


def quoted(message: Body) -> Body:
    """A message as it appears inside another one's reply_to_message: without its own."""
    return {name: value for name, value in message.items() if name != "reply_to_message"}


@define
class World:
    """One bot, its people, and what passes between them."""

    store: Store
    token: str
    username: str
    press_seconds: float = 15.0
    bell: Bell = field(factory=Bell)
    faults: Faults = field(factory=Faults)
    poll: int = 0

    @property
    def bot(self) -> Body:
        """The bot as the Bot API shows it in messages."""
        bot_id = int(self.token.partition(":")[0])
        return {"id": bot_id, "is_bot": True, "first_name": "SIKPRO", "username": self.username}

    def add(self, name: str, code: str | None, person_id: int | None, phone: str | None) -> Body:
        """Add a person; without an id they get the next one."""
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
        }
        self.store.save_person(person)
        self.bell.ring()
        return person

    def person(self, person_id: int) -> Body:
        """One person; raises `Refused`."""
        person = self.store.person(person_id) if person_id < 2**62 else None
        if person is None:
            raise Refused(404, f"There is no person with the id {person_id}.")
        return person

    def user(self, person: Body) -> Body:
        """A person as the Bot API shows a user."""
        first, _, last = person["name"].partition(" ")
        user = {"id": person["id"], "is_bot": False, "first_name": first, "language_code": "id"}
        return user | ({"last_name": last} if last else {})

    def chat(self, person: Body) -> Body:
        """Their private chat with the bot."""
        user = self.user(person)
        names: Body = {name: user[name] for name in ("first_name", "last_name") if name in user}
        return {"id": person["id"], **names, "type": "private"}

    def blank(self, person: Body, *, by_bot: bool, reply_to: int | None = None) -> Body:
        """A new message of this chat with its own id, without content yet; raises `Refused`."""
        message: Body = {
            "message_id": self.store.next(f"message:{person['id']}"),
            "from": self.bot if by_bot else self.user(person),
            "chat": self.chat(person),
            "date": int(time.time()),
        }
        if reply_to is not None:
            target = self.store.message(person["id"], reply_to)
            if target is None:
                raise Refused(404, f"There is no message {reply_to} in this chat to reply to.")
            message["reply_to_message"] = quoted(target[1])
        return message

    def say(self, person_id: int, text: str, reply_to: int | None = None) -> int:
        """They write a text; returns its message id."""
        if not text:
            raise Refused(422, "A message needs a text.")
        if len(text) > LONGEST_TEXT:
            raise Refused(422, f"A text may have {LONGEST_TEXT} characters at most.")
        marked = entities(text)
        return self._bring(person_id, {"text": text, **({"entities": marked} if marked else {})}, reply_to)

    def share_contact(self, person_id: int, phone: str | None) -> int:
        """They share their own phone number."""
        person = self.person(person_id)
        user = self.user(person)
        contact = {"phone_number": phone or person["phone"], "user_id": person_id}
        contact |= {name: user[name] for name in ("first_name", "last_name") if name in user}
        return self._bring(person_id, {"contact": contact}, (person["keyboard"] or {}).get("message_id"))

    def show(self, person_id: int, photo: bytes, mime: str, caption: str, reply_to: int | None = None) -> int:
        """They send a photo."""
        if not photo:
            raise Refused(422, "A photo needs content.")
        if len(photo) > LARGEST_PHOTO:
            raise Refused(422, f"A photo may have {LARGEST_PHOTO} bytes at most.")
        content: Body = {"photo": self.photo_sizes(photo, mime)}
        return self._bring(person_id, content | ({"caption": caption} if caption else {}), reply_to)

    def edit(self, person_id: int, message_id: int, text: str) -> None:
        """They change the text of a message of their own."""
        self.person(person_id)
        found = self.store.message(person_id, message_id)
        if found is None or found[0] != "person" or "text" not in found[1]:
            raise Refused(404, f"There is no text {message_id} of this person to edit.")
        if not text:
            raise Refused(422, "A message needs a text.")
        message = {k: v for k, v in found[1].items() if k != "entities"}
        marked = entities(text)
        message |= {"text": text, "edit_date": int(time.time())} | ({"entities": marked} if marked else {})
        self.store.save_message("person", message, "edited_message")
        self.bell.ring()

    def press(self, person_id: int, message_id: int, data: str) -> str:
        """They press an inline button; returns the query's id."""
        person = self.person(person_id)
        found = self.store.message(person_id, message_id)
        if found is None:
            raise Refused(404, f"There is no message {message_id} in this chat.")
        rows = found[1].get("reply_markup", {}).get("inline_keyboard", [])
        if not any(button.get("callback_data") == data for row in rows for button in row):
            raise Refused(422, f"Message {message_id} has no button with this data.")
        query_id = str(self.store.next("press", 4_000_000_000_000_001))
        self.store.save_press({"id": query_id, "chat_id": person_id, "at": time.time(), "answered": False})
        query = {
            "id": query_id,
            "from": self.user(person),
            "message": found[1],
            "chat_instance": str(person_id),
            "data": data,
        }
        self.store.queue("callback_query", query)
        self.bell.ring()
        return query_id

    def block(self, person_id: int, blocked: bool) -> None:
        """They block the bot, or let it in again."""
        person = self.person(person_id)
        if person["blocked"] == blocked:
            return
        person["blocked"] = blocked
        self.store.save_person(person)
        states = ("member", "kicked") if blocked else ("kicked", "member")
        old, new = ({"user": self.bot, "status": state} for state in states)
        change = {"chat": self.chat(person), "from": self.user(person), "date": int(time.time())}
        self.store.queue("my_chat_member", change | {"old_chat_member": old, "new_chat_member": new})
        self.bell.ring()

    def photo_sizes(self, content: bytes, mime: str) -> list[Body]:
        """Keep a photo, and describe it in the two sizes that Telegram would."""
        file_id = self.keep(content, mime, "photo.jpg", "photos")
        thumb = {"file_id": f"{file_id}-s", "file_unique_id": f"{file_id[:16]}s", "width": 90, "height": 67}
        full = {"file_id": file_id, "file_unique_id": file_id[:16], "width": 1280, "height": 960}
        return [thumb | {"file_size": min(len(content), 1500)}, full | {"file_size": len(content)}]

    def keep(self, content: bytes, mime: str, name: str, folder: str) -> str:
        """Keep a file; returns its file_id."""
        file_id, number = secrets.token_urlsafe(24), self.store.next("file")
        suffix = name.rpartition(".")[2] if "." in name else "bin"
        self.store.save_file(file_id, f"{folder}/file_{number}.{suffix[:8]}", name, mime, content)
        return file_id

    def _bring(self, person_id: int, content: dict[str, Any], reply_to: int | None) -> int:
        person = self.person(person_id)
        if person["blocked"]:
            # Writing to a blocked bot lets it in again, as the real client asks for first.
            self.block(person_id, False)
            person = self.person(person_id)
        message = self.blank(person, by_bot=False, reply_to=reply_to) | content
        if person["keyboard"] and person["keyboard"].get("one_time_keyboard"):
            person["keyboard"] = None
            self.store.save_person(person)
        self.store.save_message("person", message, "message")
        self.bell.ring()
        return int(message["message_id"])
