"""What people do: they write, edit, press, send photos, block; and what they see of the bot."""

import itertools
from dataclasses import dataclass, field
from typing import Any

from telethon.tl import types

from .world import Stored, World, access_hash


@dataclass
class Button:
    """A button as a person sees it; `data` is what a press sends, "" for a keyboard's."""

    text: str
    data: str = ""
    asks_phone: bool = False


@dataclass
class Sent:
    """A message of the bot's. `repeats` counts the attempts with the same `random_id` that made no second one."""

    chat: int
    message_id: int
    text: str
    random_id: int
    reply_to: int | None = None
    buttons: list[list[Button]] = field(default_factory=list)
    hides_keyboard: bool = False
    repeats: int = 0
    file: tuple[str, str, bytes] | None = None
    topic: int | None = None


@dataclass
class Press:
    """A press on a button, and what the bot answered: None while it has not."""

    query_id: int
    user: int
    chat: int
    message_id: int
    data: str
    at: float
    answer: str | None = None
    answered: int = 0


@dataclass
class Menu:
    """A command menu: for which scope (and chat), in which language, and its lines."""

    scope: str
    chat: int | None
    language: str
    commands: list[tuple[str, str]]


class People:
    """The side of the people, as plain calls. A user or group that is named for the first time comes into being.

    `chat` is where it happens; without it, the private chat with the bot. Message ids are those that the bot sees.
    """

    def __init__(self) -> None:
        self.world = World()
        self.sent_log: list[Sent] = []
        self.uploads: dict[int, dict[int, bytes]] = {}
        self.presses: dict[int, Press] = {}
        self.reactions: dict[tuple[int, int], str] = {}
        self.menus: dict[tuple[str, int | None, str], Menu] = {}
        self._numbers = itertools.count(5_000_000_000)

    def user(self, user: int, name: str = "", username: str | None = None, language: str = "id") -> int:
        """Let there be a user, or change one; returns the id."""
        first, _, last = (name or f"Teknisi {user}").partition(" ")
        known = self.world.users.setdefault(user, types.User(user, access_hash=access_hash(user)))
        known.first_name, known.last_name, known.username, known.lang_code = first, last or None, username, language
        return user

    def group(self, chat: int, title: str = "Grup lapangan") -> int:
        """Let there be a basic group with the bot in it; returns the id, which is negative."""
        photo = types.ChatPhotoEmpty()
        self.world.chats[chat] = types.Chat(-chat, title, photo, 3, self.world.date(), 1)
        return chat

    def supergroup(self, chat: int, title: str = "Grup lapangan") -> int:
        """Let there be a supergroup with the bot in it, whose messages have a pts of their own."""
        number = -chat - 1_000_000_000_000
        self.world.supergroups[chat] = type(self.world.account)()
        self.world.chats[chat] = types.Channel(
            number, title, types.ChatPhotoEmpty(), self.world.date(), megagroup=True, access_hash=access_hash(number)
        )
        return chat

    def migrate(self, chat: int, supergroup: int) -> None:
        """A group becomes a supergroup: both say so, and the group takes no message any more."""
        old = self.world.chats[chat]
        self.supergroup(supergroup, old.title)
        new = self.world.chats[supergroup]
        old.deactivated, old.migrated_to = True, types.InputChannel(new.id, new.access_hash)
        self._write(chat, None, action=types.MessageActionChatMigrateTo(new.id))
        self._write(supergroup, None, action=types.MessageActionChannelMigrateFrom(old.title, old.id))

    def topic(self, chat: int, title: str) -> int:
        """A topic begins in a supergroup; returns its number, that of the service message with which it begins."""
        box = self.world.box(chat)
        box.last_id = max(box.last_id, 1)  # 1 is General's
        number = self._write(chat, None, action=types.MessageActionTopicCreate(title, 7_322_096))
        self.world.topics[chat, number] = "open"
        return number

    def rename_topic(self, chat: int, number: int, title: str) -> None:
        """A topic gets another name."""
        self._write(chat, None, action=types.MessageActionTopicEdit(title=title), topic=number)

    def close_topic(self, chat: int, number: int, state: str = "closed") -> None:
        """Nobody writes in a topic any more; with `deleted` it is gone."""
        self.world.topics[chat, number] = state

    def say(
        self,
        user: int,
        text: str,
        reply_to: int | None = None,
        chat: int | None = None,
        forwarded: bool = False,
        topic: int | None = None,
    ) -> int:
        """A user writes; returns the message's id."""
        command = text.split()[0] if text.startswith("/") else ""
        return self._write(
            user if chat is None else chat,
            user,
            message=text,
            reply_to=reply_to,
            topic=topic,
            entities=[types.MessageEntityBotCommand(0, len(command))] if command else None,
            fwd_from=types.MessageFwdHeader(self.world.date(), from_name="Orang lain") if forwarded else None,
        )

    def edit(self, user: int, message_id: int, text: str, chat: int | None = None) -> None:
        """A user changes the words of a message."""
        where = user if chat is None else chat
        message = self.world.message(where, message_id)
        message.message, message.edit_date = text, self.world.date()
        kind = types.UpdateEditChannelMessage if where in self.world.supergroups else types.UpdateEditMessage
        self.world.push(self.world.record(where, kind, message))

    def press(self, user: int, message_id: int, data: str, chat: int | None = None) -> int:
        """A user presses a button; returns the query's id. It is pushed and never kept: who is away misses it."""
        where = user if chat is None else chat
        press = Press(next(self._numbers), self._known(user), where, message_id, data, self.world.now())
        self.presses[press.query_id] = press
        peer = self.world.peer(where)
        self.world.push(types.UpdateBotCallbackQuery(press.query_id, user, peer, message_id, 77, data.encode()))
        return press.query_id

    def send_place(self, user: int, latitude: float, longitude: float, chat: int | None = None) -> int:
        """A user sends a pin."""
        media = types.MessageMediaGeo(types.GeoPoint(longitude, latitude, access_hash(user)))
        return self._write(user if chat is None else chat, user, message="", media=media)

    def send_photo(
        self, user: int, content: bytes, caption: str = "", album: int | None = None, chat: int | None = None
    ) -> int:
        """A user sends a photo; photos with the same `album` belong together."""
        sizes = [types.PhotoSize("m", 90, 120, len(content) // 4), types.PhotoSize("x", 600, 800, len(content))]
        number = next(self._numbers)
        media = types.Photo(number, access_hash(number), b"ref-1", self.world.date(), sizes, 1)
        self.world.files[number] = Stored(content, media)
        return self._send_file(user, types.MessageMediaPhoto(photo=media), caption, album, chat)

    def send_document(
        self, user: int, content: bytes, name: str, mime_type: str, caption: str = "", chat: int | None = None
    ) -> int:
        """A user sends a file."""
        number = next(self._numbers)
        attributes = [types.DocumentAttributeFilename(name)]
        date = self.world.date()
        media = types.Document(number, access_hash(number), b"ref-1", date, mime_type, len(content), 1, attributes)
        self.world.files[number] = Stored(content, media)
        return self._send_file(user, types.MessageMediaDocument(document=media), caption, None, chat)

    def share_contact(self, user: int, phone: str, name: str = "", of: int | None = None) -> int:
        """A user shares a phone number: the own one, or that of user `of`."""
        contact = types.MessageMediaContact(phone, name or f"Teknisi {user}", "", "", of or user)
        return self._write(user, user, message="", media=contact)

    def block(self, user: int, blocked: bool = True) -> None:
        """A user blocks the bot, or lets it write again."""
        (self.world.blocked.add if blocked else self.world.blocked.discard)(self._known(user))
        update = types.UpdateBotStopped(user, self.world.date(), blocked, len(self.world.qts_log) + 1)
        self.world.qts_log.append(update)
        self.world.push(update)

    def deactivate(self, user: int) -> None:
        """A user deletes the account."""
        self.world.users[user].deleted = True

    def remove_bot(self, chat: int) -> None:
        """The bot is thrown out of a group."""
        self.world.chats[chat].left = True

    def sent(self, chat: int) -> list[Sent]:
        """What the bot sent to a chat, in order."""
        return [one for one in self.sent_log if one.chat == chat]

    def _known(self, user: int) -> int:
        return user if user in self.world.users else self.user(user)

    def _send_file(self, user: int, media: Any, caption: str, album: int | None, chat: int | None) -> int:
        return self._write(user if chat is None else chat, user, message=caption, media=media, grouped_id=album)

    def _write(self, chat: int, user: int | None, **content: Any) -> int:
        """A message comes in and is pushed; a sender is named in groups alone, as Telegram has it."""
        if user is not None:
            self._known(user)
        sender = types.PeerUser(user) if user is not None and chat != user else None
        message = self.world.write(chat, from_id=sender, **content)
        self.world.push(self.world.newest(chat))
        return int(message.id)
