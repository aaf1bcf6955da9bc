"""Telegram's truth: who wrote what, which updates wait, and which messages of the bot really arrived."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

from attrs import define, field, frozen

Body = dict[str, Any]

BOT = 424242
TOKEN = f"{BOT}:{'S' * 35}"
ITEM: ContextVar[int] = ContextVar("ITEM", default=0)
"""The random id of the message that is being sent: the Bot API does not carry it, so the simulation does."""

_PRESS_LASTS = 60.0


@frozen
class Arrived:
    """A message of the bot in a chat. `item` is the random id that it was sent with."""

    message_id: int
    chat: int
    text: str
    buttons: tuple[tuple[str, str], ...]
    item: int
    at: float
    once: bool
    """Whether Telegram knows its random id, as by MTProto."""


@define(eq=False)
class Telegram:
    """The server that everybody speaks to. It has a clock of its own, which nobody sets."""

    start: datetime
    now: Callable[[], float]
    heard: Callable[[str], None]
    reach: Callable[[str], None]
    updates: list[Body] = field(factory=list[Body])
    confirmed: int = 0
    given: Counter[int] = field(factory=Counter[int])
    """How often each update was handed over."""
    arrived: list[Arrived] = field(factory=list[Arrived])
    by_item: dict[int, list[Arrived]] = field(factory=lambda: defaultdict(list))
    by_chat: dict[int, list[Arrived]] = field(factory=lambda: defaultdict(list))
    said: dict[int, list[Body]] = field(factory=lambda: defaultdict(list))
    files: dict[str, bytes] = field(factory=dict[str, bytes])
    blocked: set[int] = field(factory=set[int])
    presses: dict[str, float] = field(factory=dict[str, float])
    poll: int = 0
    _last_message: int = 100
    _news: asyncio.Event = field(factory=asyncio.Event)

    # ---- what people do ------------------------------------------------------------------------------------

    def says(self, user: int, name: str, text: str, *, photo: bytes | None = None, reply_to: int | None = None) -> Body:
        """Let somebody write to the bot in private, with a photo or without; return the message."""
        message: Body = {
            "message_id": self._next_message(),
            "from": {"id": user, "first_name": name, "is_bot": False},
            "chat": {"id": user, "type": "private"},
            "date": self._seconds(),
        }
        if photo is None:
            message["text"] = text
        else:
            file_id = f"photo-{message['message_id']}"
            self.files[file_id] = photo
            message["photo"] = [{"file_id": file_id, "width": 90, "height": 90, "file_size": len(photo)}]
            message["caption"] = text
        if reply_to is not None:
            message["reply_to_message"] = {"message_id": reply_to, "chat": message["chat"]}
        self.said[user].append(message)
        self._update({"message": dict(message)})
        return message

    def edits(self, message: Body, text: str) -> None:
        """Let the sender of a message change its text."""
        if message.get("text", message.get("caption")) == text:
            return
        message |= {("text" if "text" in message else "caption"): text, "edit_date": self._seconds()}
        self._update({"edited_message": dict(message)})

    def presses_button(self, user: int, name: str, on: Arrived, data: str) -> None:
        """Let somebody press a button."""
        press = f"press-{len(self.updates)}"
        self.presses[press] = self.now() + _PRESS_LASTS
        message = {"message_id": on.message_id, "chat": {"id": on.chat, "type": "private"}, "date": self._seconds()}
        query = {"id": press, "from": {"id": user, "first_name": name}, "message": message, "data": data}
        self._update({"callback_query": query})

    def blocks(self, user: int, name: str, *, blocked: bool) -> None:
        """Let somebody block the bot, or unblock it."""
        (self.blocked.add if blocked else self.blocked.discard)(user)
        change = {
            "chat": {"id": user, "type": "private"},
            "from": {"id": user, "first_name": name},
            "date": self._seconds(),
            "new_chat_member": {"status": "kicked" if blocked else "member"},
        }
        self._update({"my_chat_member": change})

    # ---- what the bot asks ---------------------------------------------------------------------------------

    async def wait_after(self, cursor: int, seconds: float, *, confirm: bool) -> list[Body] | None:
        """Return the updates from `cursor` on, at once or when one comes; None when a newer poll took this one's place.

        With `confirm` the earlier ones are gone for ever, as on the Bot API.
        """
        self.poll += 1
        mine = self.poll
        self._news.set()
        if confirm:
            self.confirmed = max(self.confirmed, cursor)
        until = self.now() + seconds
        while True:
            first = max(cursor, self.confirmed) if confirm else cursor
            waiting = self.updates[max(first - 1, 0) :][:100]
            if waiting:
                self._give(waiting)
                return waiting
            left = until - self.now()
            if left <= 0:
                return []
            self._news.clear()
            try:
                async with asyncio.timeout(left):
                    await self._news.wait()
            except TimeoutError:
                continue
            if self.poll != mine:
                self.reach("another poller")
                return None

    def takes(self, chat: int, text: str, buttons: Iterable[tuple[str, str]], *, once: bool) -> int | None:
        """Take a message of the bot and return its id, None when its chat has blocked the bot.

        With `once` a message that was sent so before under the same random id is not taken again, as by MTProto.
        """
        item = ITEM.get()
        known = next((one for one in self.by_item.get(item, ()) if one.once), None)
        if once and known is not None:
            return known.message_id
        if chat in self.blocked:
            self.reach("a chat that blocked the bot")
            return None
        message = Arrived(self._next_message(), chat, text, tuple(buttons), item, self.now(), once)
        self.arrived.append(message)
        self.by_item[item].append(message)
        self.by_chat[chat].append(message)
        self.heard(f"arrived {message.message_id} in {chat}: {text!r}")
        return message.message_id

    def ends_press(self, press: str) -> bool:
        """Take the answer to a press; False when nobody waits for it any more."""
        return self.presses.pop(press, 0.0) > self.now()

    def knows(self, chat: int, message_id: int) -> bool:
        """Whether there is such a message."""
        ours = any(message.message_id == message_id for message in self.by_chat[chat])
        return ours or any(message["message_id"] == message_id for message in self.said[chat])

    def _give(self, updates: list[Body]) -> None:
        for update in updates:
            self.given[update["update_id"]] += 1
            if self.given[update["update_id"]] == 2:
                self.reach("an update delivered again")
        texts = Counter(update["message"].get("text") for update in updates if "message" in update)
        if any(count > 1 and text and text.count("#") == 5 for text, count in texts.items()):
            self.reach("a double in the same batch")

    def _update(self, content: Body) -> None:
        self.updates.append({"update_id": len(self.updates) + 1} | content)
        self._news.set()

    def _next_message(self) -> int:
        self._last_message += 1
        return self._last_message

    def _seconds(self) -> int:
        return int((self.start + timedelta(seconds=self.now())).timestamp())
