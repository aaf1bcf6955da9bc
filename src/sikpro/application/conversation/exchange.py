"""One incoming update and what is said to it: who wrote, in which language, and the replies so far."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from attrs import define, field, frozen

from sikpro.application.conversation.parse_message import Known
from sikpro.application.i18n import Words, words_in
from sikpro.application.ports.chat import Button, Incoming, Outgoing
from sikpro.application.ports.queues import Conversation, Outcome
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.people import Person

Rows = Sequence[Sequence[Button]]


@frozen
class Handled:
    """What became of an update: its outcome, a code that says more, and the order it was about."""

    outcome: Outcome
    detail: str = ""
    order_id: int | None = None


@define
class Exchange:
    """An update being answered, inside its transaction. `person` is None for a stranger."""

    uow: UnitOfWork
    incoming: Incoming
    now: datetime
    zone: str
    person: Person | None
    dialogue: Conversation | None
    words: Words = field(init=False)
    answered: bool = field(init=False, default=False)

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
    ) -> None:
        """Queue a message to the chat, as a reply to what was written."""
        message = Outgoing(
            chat_id=self.incoming.chat_id,
            text=text,
            buttons=tuple(tuple(row) for row in buttons if row),
            reply_to=reply_to if reply_to is not None else self._reply_to(),
            drop_keyboard=drop_keyboard,
        )
        self.uow.outbox.put(message, self.now, order_id=order_id)
        self.answered = True

    def answer_press(self, text: str = "") -> None:
        """Answer a press of a button: a few words that appear for a moment, or none."""
        if self.incoming.press_id:
            message = Outgoing(chat_id=self.incoming.chat_id, text=text, press_id=self.incoming.press_id)
            self.uow.outbox.put(message, self.now)

    def open_dialogue(self, step: str, data: Mapping[str, str]) -> str:
        """Keep where the dialogue is, under a token of this moment, and return the token."""
        token = secrets.token_hex(4)
        self.dialogue = Conversation(
            chat_id=self.incoming.chat_id,
            telegram_id=self.incoming.sender_id or 0,
            step=step,
            data=dict(data),
            token=token,
            language="" if self.person else self.words.language,
            updated_at=self.now,
        )
        self.uow.conversations.put(self.dialogue)
        return token

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
        return None if self.incoming.press_id else self.incoming.message_id
