"""The open dialogues in memory."""

from datetime import datetime

from attrs import evolve

from sikpro.adapters.memory.store import State
from sikpro.application.ports.conversations import Conversation


class MemoryConversationStore:
    """Stores the open dialogues of each person and chat."""

    def __init__(self, state: State) -> None:
        self._state = state

    def of(self, chat_id: int, telegram_id: int, topic: int = 0) -> tuple[Conversation, ...]:
        """Return a person's dialogues in a topic of a chat, the newest first."""
        rows = self._state.conversations.values()
        found = [row for row in rows if (row.chat_id, row.telegram_id, row.topic) == (chat_id, telegram_id, topic)]
        return tuple(sorted(found, key=lambda row: (row.updated_at, row.draft), reverse=True))

    def put(self, conversation: Conversation) -> None:
        """Save the dialogue."""
        kept = evolve(conversation, data=dict(conversation.data))
        self._state.conversations.put(_key(conversation), kept)

    def mark_reminded(self, conversation: Conversation, at: datetime) -> bool:
        """Record a reminder, unless the dialogue changed or ended since it was read; return whether it is recorded."""
        key = _key(conversation)
        known = self._state.conversations.get(key)
        if known is None or known.updated_at != conversation.updated_at:
            return False
        self._state.conversations.put(key, evolve(known, reminded_at=at))
        return True

    def drop(self, chat_id: int, telegram_id: int, draft: str | None = None, *, topic: int = 0) -> None:
        """Delete a dialogue, or all of a person in a chat and its topics."""
        for row in list(self._state.conversations.values()):
            theirs = (row.chat_id, row.telegram_id) == (chat_id, telegram_id)
            if theirs and (draft is None or (topic, draft) == (row.topic, row.draft)):
                self._state.conversations.drop(_key(row))

    def open(self, step_prefix: str) -> tuple[Conversation, ...]:
        """Return the dialogues whose step begins with the prefix, oldest first."""
        found = [row for row in self._state.conversations.values() if row.step.startswith(step_prefix)]
        return tuple(sorted(found, key=lambda row: (row.updated_at, *_key(row))))


def _key(row: Conversation) -> tuple[int, int, int, str]:
    return row.chat_id, row.telegram_id, row.topic, row.draft
