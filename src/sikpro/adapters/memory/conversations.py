"""The open dialogues in memory."""

from attrs import evolve

from sikpro.adapters.memory.store import State
from sikpro.application.ports.conversations import Conversation


class MemoryConversationStore:
    """Stores the open dialogues, one for each person and chat."""

    def __init__(self, state: State) -> None:
        self._state = state

    def get(self, chat_id: int, telegram_id: int) -> Conversation | None:
        """Return the dialogue, or None."""
        return self._state.conversations.get((chat_id, telegram_id))

    def put(self, conversation: Conversation) -> None:
        """Save the dialogue."""
        kept = evolve(conversation, data=dict(conversation.data))
        self._state.conversations.put((conversation.chat_id, conversation.telegram_id), kept)

    def drop(self, chat_id: int, telegram_id: int) -> None:
        """Delete the dialogue."""
        self._state.conversations.drop((chat_id, telegram_id))

    def open(self, step_prefix: str) -> tuple[Conversation, ...]:
        """Return the dialogues whose step begins with the prefix, oldest first."""
        found = [row for row in self._state.conversations.values() if row.step.startswith(step_prefix)]
        return tuple(sorted(found, key=lambda row: (row.updated_at, row.chat_id, row.telegram_id)))
