"""The open dialogues in the database."""

from datetime import datetime

import sqlalchemy as sa
from attrs import asdict
from sqlalchemy import JSON, Column, Table

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.constant import Constant, constant
from sikpro.adapters.sql.dialect import upsert
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.conversations import Conversation

conversations = Table(
    "conversations",
    metadata,
    Column("chat_id", Id, primary_key=True, autoincrement=False),
    Column("telegram_id", Id, primary_key=True, autoincrement=False),
    Column("topic", Id, primary_key=True, autoincrement=False, server_default="0"),
    Column("draft", Words, primary_key=True),
    Column("step", Words, nullable=False),
    Column("data", JSON, nullable=False),
    Column("token", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("reminded_at", UtcDateTime),
)


_talk = conversations.c
_OF = Constant(
    sa.select(conversations)
    .where(
        _talk.chat_id == sa.bindparam("chat"),
        _talk.telegram_id == sa.bindparam("sender"),
        _talk.topic == sa.bindparam("in_topic"),
    )
    .order_by(_talk.updated_at.desc(), _talk.draft.desc())
)


class SqlConversationStore:
    """Stores the open dialogues of each person and chat."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def of(self, chat_id: int, telegram_id: int, topic: int = 0) -> tuple[Conversation, ...]:
        """Return a person's dialogues in a topic of a chat, the newest first."""
        theirs = {"chat": chat_id, "sender": telegram_id, "in_topic": topic}
        return tuple(Conversation(**row) for row in self._transaction.rows(_OF, theirs))

    def put(self, conversation: Conversation) -> None:
        """Save the dialogue."""
        row = asdict(conversation) | {"data": dict(conversation.data)}
        put = upsert(self._transaction, conversations, ["chat_id", "telegram_id", "topic", "draft"])
        self._transaction.change(constant(put), row)

    def mark_reminded(self, conversation: Conversation, at: datetime) -> bool:
        """Record a reminder, unless the dialogue changed or ended since it was read; return whether it is recorded."""
        unchanged = (
            _talk.chat_id == conversation.chat_id,
            _talk.telegram_id == conversation.telegram_id,
            _talk.topic == conversation.topic,
            _talk.draft == conversation.draft,
            _talk.updated_at == conversation.updated_at,
        )
        return (
            self._transaction.execute(sa.update(conversations).where(*unchanged).values(reminded_at=at)).rowcount == 1
        )

    def drop(self, chat_id: int, telegram_id: int, draft: str | None = None, *, topic: int = 0) -> None:
        """Delete a dialogue, or all of a person in a chat and its topics."""
        dropped = sa.delete(conversations).where(_talk.chat_id == chat_id, _talk.telegram_id == telegram_id)
        self._transaction.execute(
            dropped if draft is None else dropped.where(_talk.topic == topic, _talk.draft == draft)
        )

    def open(self, step_prefix: str) -> tuple[Conversation, ...]:
        """Return the dialogues whose step begins with the prefix, oldest first."""
        begins = sa.func.substr(_talk.step, 1, len(step_prefix)) == step_prefix
        order = (_talk.updated_at, _talk.chat_id, _talk.telegram_id, _talk.topic, _talk.draft)
        rows = self._transaction.execute(sa.select(conversations).where(begins).order_by(*order)).mappings()
        return tuple(Conversation(**row) for row in rows)
