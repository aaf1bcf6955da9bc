"""The open dialogues of the chat."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from attrs import frozen


@frozen(kw_only=True)
class Conversation:
    """An open dialogue: `step` is its place, `data` what was understood so far.

    `token` marks the moment; a button with another token is stale. `language` is for a person whom SIKPRO does not know
    yet. `reminded_at` is when the person was reminded of the open dialogue.
    """

    chat_id: int
    telegram_id: int
    step: str = ""
    data: Mapping[str, str] = {}
    token: str = ""
    language: str = ""
    updated_at: datetime
    reminded_at: datetime | None = None


class ConversationStore(Protocol):
    """The open dialogues, one for each person and chat."""

    def get(self, chat_id: int, telegram_id: int) -> Conversation | None: ...
    def put(self, conversation: Conversation) -> None: ...
    def drop(self, chat_id: int, telegram_id: int) -> None: ...
    def open(self, step_prefix: str) -> tuple[Conversation, ...]:
        """Return dialogues whose step begins with `step_prefix`, oldest first."""
