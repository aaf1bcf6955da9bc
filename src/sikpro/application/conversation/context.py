"""One incoming update with its context: the sender, their language, and the replies so far."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from attrs import define, field, frozen

from sikpro.application.conversation.known import known_in
from sikpro.application.conversation.reader.known import Known
from sikpro.application.i18n import Words, words_in
from sikpro.application.ports.chat import Button, Incoming, Outgoing
from sikpro.application.ports.conversations import Conversation
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.people import Person

Rows = Sequence[Sequence[Button]]

DOUBLE_PRESS = timedelta(seconds=5)
"""Two presses of a button within this time count as one."""


@frozen
class Handled:
    """The result of an update: its outcome, a code with details, and its order."""

    outcome: Outcome
    detail: str = ""
    order_id: int | None = None


@define
class Context:
    """An update while it is answered, inside its transaction. `person` is None for an unknown sender."""

    uow: UnitOfWork
    incoming: Incoming
    now: datetime
    zone: str
    person: Person | None
    dialogues: tuple[Conversation, ...] = ()
    """The open dialogues of the sender in this chat and topic, the one that changed last first."""
    dialogue: Conversation | None = field(init=False, default=None)
    """The dialogue that the update is about; the newest unless said otherwise."""
    words: Words = field(init=False)
    press_answered: bool = field(init=False, default=False)

    def __attrs_post_init__(self) -> None:
        self.dialogue = self.dialogues[0] if self.dialogues else None
        self.words = words_in(self._language(), self.zone)

    def _language(self) -> str:
        if self.person:
            return self.person.language
        return self.dialogue.language if self.dialogue and self.dialogue.language else "id"

    @property
    def received_at(self) -> datetime:
        """The time when it was sent, never later than now."""
        return min(self.incoming.sent_at, self.now)

    @property
    def somebody(self) -> Person:
        """The sender. Use it only after unknown senders were refused."""
        if self.person is None:
            raise RuntimeError("a stranger got where only people known to SIKPRO may be")
        return self.person

    def reply(
        self,
        text: str,
        buttons: Rows = (),
        *,
        order_id: int | None = None,
        reply_to: int | None = None,
        drop_keyboard: bool = False,
        due_at: datetime | None = None,
        noticed: bool = False,
    ) -> int:
        """Queue a message to the chat, as a reply to the update, and return its outbox id.

        An answer about orders is `noticed`: it carries the current notice (*Pengumuman*).
        """
        notice = self.uow.installation.get().notice if noticed else ""
        if notice:
            text = f"{text}\n{self.words('notice.line', notice=notice)}"
        message = Outgoing(
            chat_id=self.incoming.chat_id,
            text=text,
            buttons=tuple(tuple(row) for row in buttons if row),
            reply_to=reply_to if reply_to is not None else self._reply_to(),
            drop_keyboard=drop_keyboard,
            bulk=self.person is None,
            topic=self.incoming.topic,
        )
        return self.uow.outbox.put(message, self.now, order_id=order_id, due_at=due_at)

    def answer_press(self, text: str = "") -> None:
        """Answer a press of a button, once: with a short text that appears for a moment, or with none."""
        if self.incoming.press_id and not self.press_answered:
            message = Outgoing(chat_id=self.incoming.chat_id, text=text, press_id=self.incoming.press_id)
            self.uow.outbox.put(message, self.now)
            self.press_answered = True

    def react(self, emoji: str) -> None:
        """Put a reaction on the message, where the network has reactions."""
        self._gesture(reaction=emoji)

    def remove_buttons(self) -> None:
        """Remove the buttons of the message whose button was pressed: they were used."""
        self._gesture(strip_buttons=True)

    def _gesture(self, *, reaction: str = "", strip_buttons: bool = False) -> None:
        incoming = self.incoming
        if incoming.message_id is not None:
            gesture = Outgoing(
                chat_id=incoming.chat_id,
                text="",
                reply_to=incoming.message_id,
                reaction=reaction,
                strip_buttons=strip_buttons,
            )
            self.uow.outbox.put(gesture, self.now)

    def refuse(self, text: str, detail: str, order_id: int | None = None) -> Handled:
        """Refuse: answer a press with a text that appears for a moment, else with a message."""
        if self.incoming.press_id:
            self.answer_press(text)
        else:
            self.reply(text, order_id=order_id)
        return Handled(Outcome.REFUSAL, detail, order_id)

    def open_dialogue(self, step: str, data: Mapping[str, str]) -> str:
        """Save the place of the dialogue under a new token, and return the token. Drafts stay as they are."""
        token = self.uow.chance.hexadecimal(4)
        self._save(step, data, token, "", None)
        return token

    def open_draft(self, step: str, data: Mapping[str, str], *, goes_on: bool = False) -> str:
        """Save an unfinished order, and return its token.

        A draft that goes on keeps its token, so that its buttons stay valid, and gets no second reminder.
        """
        before = self.dialogue if goes_on and self.dialogue and self.dialogue.draft else None
        token = before.token if before else self.uow.chance.hexadecimal(4)
        self._save(step, data, token, token, before.reminded_at if before else None)
        return token

    def _save(self, step: str, data: Mapping[str, str], token: str, draft: str, reminded_at: datetime | None) -> None:
        self.dialogue = Conversation(
            chat_id=self.incoming.chat_id,
            telegram_id=self.incoming.sender_id or 0,
            topic=self.incoming.topic or 0,
            draft=draft,
            step=step,
            data=dict(data),
            token=token,
            language="" if self.person else self.words.language,
            updated_at=self.now,
            reminded_at=reminded_at,
        )
        self.uow.conversations.put(self.dialogue)
        self.dialogues = (self.dialogue, *(one for one in self.dialogues if one.draft != draft))

    def turn_to(self, dialogue: Conversation | None) -> None:
        """Make one of the open dialogues the one that the update is about."""
        self.dialogue = dialogue

    def just_opened(self, step: str, **data: str) -> bool:
        """Whether a press opened this dialogue a moment ago. A button pressed twice acts once."""
        open_ = self.dialogue
        if not self.incoming.press_id or open_ is None or open_.step != step:
            return False
        return abs(self.now - open_.updated_at) < DOUBLE_PRESS and data.items() <= dict(open_.data).items()

    def close_dialogue(self) -> None:
        """End the dialogue that the update is about, if there is one."""
        if self.dialogue:
            draft, topic = self.dialogue.draft, self.dialogue.topic
            self.uow.conversations.drop(self.incoming.chat_id, self.incoming.sender_id or 0, draft, topic=topic)
            self.dialogues = tuple(one for one in self.dialogues if one.draft != draft)
            self.dialogue = None

    def known(self) -> Known:
        """Return what the installation knows, to read a message."""
        return known_in(self.uow)

    def _reply_to(self) -> int | None:
        """In a group, a question after a press replies to the button's message, so that everybody knows its order."""
        return None if self.incoming.press_id and self.incoming.private else self.incoming.message_id
