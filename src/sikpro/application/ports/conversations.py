"""The open dialogues of the chat."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from attrs import frozen


@frozen(kw_only=True)
class Conversation:
    """An open dialogue: `step` is its place, `data` what was understood so far.

    `topic` is the topic of a group in which it is held, 0 outside topics. `draft` tells a person's unfinished orders
    there apart; it is "" for any other dialogue. `token` marks a
    question; a button with another token is stale. `language` is for a person whom SIKPRO does not know yet.
    `reminded_at` is when the person was reminded of the open dialogue.
    """

    chat_id: int
    telegram_id: int
    topic: int = 0
    draft: str = ""
    step: str = ""
    data: Mapping[str, str] = {}
    token: str = ""
    language: str = ""
    updated_at: datetime
    reminded_at: datetime | None = None


class ConversationStore(Protocol):
    """The open dialogues of each person in each chat and topic: one for each draft, and one beside them."""

    def of(self, chat_id: int, telegram_id: int, topic: int = 0) -> tuple[Conversation, ...]:
        """Return a person's dialogues in a topic of a chat, the one that changed last first."""

    def put(self, conversation: Conversation) -> None: ...
    def mark_reminded(self, conversation: Conversation, at: datetime) -> bool:
        """Record a reminder, unless the dialogue changed or ended since it was read; return whether it is recorded.

        Then nobody else changes the dialogue until this transaction ends.
        """

    def drop(self, chat_id: int, telegram_id: int, draft: str | None = None, *, topic: int = 0) -> None:
        """Delete one dialogue, or with None all of a person in a chat and its topics."""

    def open(self, step_prefix: str) -> tuple[Conversation, ...]:
        """Return dialogues whose step begins with `step_prefix`, oldest first."""
