"""One incoming update and what is said to it: who wrote, in which language, and the replies so far."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from attrs import define, field, frozen

from sikpro.application.conversation.reader.readings import Known
from sikpro.application.i18n import Words, words_in
from sikpro.application.ports.chat import Button, Incoming, Outgoing
from sikpro.application.ports.conversations import Conversation
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.people import Person

Rows = Sequence[Sequence[Button]]

DOUBLE_PRESS = timedelta(seconds=5)
"""Two presses of a button within this are one."""


@frozen
class Handled:
    """What became of an update: its outcome, a code that says more, and the order it was about."""

    outcome: Outcome
    detail: str = ""
    order_id: int | None = None


@define
class Context:
    """An update being answered, inside its transaction. `person` is None for a stranger."""

    uow: UnitOfWork
    incoming: Incoming
    now: datetime
    zone: str
    person: Person | None
    dialogue: Conversation | None
    words: Words = field(init=False)
    press_answered: bool = field(init=False, default=False)

    def __attrs_post_init__(self) -> None:
        self.words = words_in(self._language(), self.zone)

    def _language(self) -> str:
        if self.person:
            return self.person.language
        return self.dialogue.language if self.dialogue and self.dialogue.language else "id"

    @property
    def received_at(self) -> datetime:
        """When it was sent, never later than now."""
        return min(self.incoming.sent_at, self.now)

    @property
    def somebody(self) -> Person:
        """The person who wrote; only where strangers have been turned away already."""
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
        """Queue a message to the chat, as a reply to what was written, and return its id in the outbox.

        An answer about orders is `noticed`: it carries the notice (*Pengumuman*) that is on.
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
        )
        return self.uow.outbox.put(message, self.now, order_id=order_id, due_at=due_at)

    def answer_press(self, text: str = "") -> None:
        """Answer a press of a button, once: a few words that appear for a moment, or none."""
        if self.incoming.press_id and not self.press_answered:
            message = Outgoing(chat_id=self.incoming.chat_id, text=text, press_id=self.incoming.press_id)
            self.uow.outbox.put(message, self.now)
            self.press_answered = True

    def refuse(self, text: str, detail: str, order_id: int | None = None) -> Handled:
        """Say no: to a press by the words that appear for a moment, else by a message."""
        if self.incoming.press_id:
            self.answer_press(text)
        else:
            self.reply(text, order_id=order_id)
        return Handled(Outcome.REFUSAL, detail, order_id)

    def open_dialogue(self, step: str, data: Mapping[str, str], *, goes_on: bool = False) -> str:
        """Keep where the dialogue is, under a token of this moment, and return the token.

        One that goes on is not reminded of a second time.
        """
        token = secrets.token_hex(4)
        reminded_at = self.dialogue.reminded_at if self.dialogue and goes_on else None
        self.dialogue = Conversation(
            chat_id=self.incoming.chat_id,
            telegram_id=self.incoming.sender_id or 0,
            step=step,
            data=dict(data),
            token=token,
            language="" if self.person else self.words.language,
            updated_at=self.now,
            reminded_at=reminded_at,
        )
        self.uow.conversations.put(self.dialogue)
        return token

    def just_opened(self, step: str, **data: str) -> bool:
        """Whether this dialogue was opened a moment ago: a button pressed twice does one thing."""
        open_ = self.dialogue
        if not self.incoming.press_id or open_ is None or open_.step != step:
            return False
        return self.now - open_.updated_at < DOUBLE_PRESS and data.items() <= dict(open_.data).items()

    def close_dialogue(self) -> None:
        """End the dialogue, if there is one."""
        if self.dialogue:
            self.uow.conversations.drop(self.incoming.chat_id, self.incoming.sender_id or 0)
            self.dialogue = None

    def known(self) -> Known:
        """What the catalogues know, for reading a message."""
        catalogue = self.uow.catalogue

        def technician(code: str) -> bool:
            return self.uow.people.by_code(code) is not None

        return Known(
            {row.code for row in catalogue.order_types() if row.active},
            {row.code for row in catalogue.stos() if row.active},
            technician,
        )

    def _reply_to(self) -> int | None:
        """A question by a button in a group hangs on the button's message, so that it is seen whose talk it is."""
        return None if self.incoming.press_id and self.incoming.private else self.incoming.message_id
