"""The ids of our sent messages."""

from collections.abc import Iterable
from typing import Any

from attrs import define, field
from telethon.tl import types

from sikpro.adapters.telegram.compose import cut, storable
from sikpro.adapters.telegram.mtproto.peers import chat_id_of, target_of
from sikpro.application.ports.chat import Outgoing

_REMEMBERED = 2000

_BACK = 1000
"""How many updates a search goes back from the first known one: an unmarked sent message is only minutes old."""


@define
class Known:
    """The known range of a sequence's messages, from pts `low` to `high`; no search goes below `floor`."""

    low: int
    high: int
    floor: int


@define
class SentMessages:
    """The bot's own messages from differences: the id of each text in each chat.

    `known` is the read range of each sequence, by the supergroup's number, 0 for the account's own.
    """

    known: dict[int, Known] = field(factory=dict[int, Known])
    _ids: dict[tuple[int, int | None, str], int] = field(factory=dict[tuple[int, "int | None", str], int])

    def note(self, messages: Iterable[Any]) -> None:
        """Record the bot's own messages; of equal texts the newest."""
        for one in messages:
            if isinstance(one, types.Message) and one.out:
                words = chat_id_of(one.peer_id), _target(one), one.message.strip()
                self._ids[words] = max(int(one.id), self._ids.get(words, 0))
        for oldest in list(self._ids)[: max(len(self._ids) - _REMEMBERED, 0)]:
            del self._ids[oldest]

    def saw(self, sequence: int, before: int, after: int) -> None:
        """Record that all messages between two pts were read; a range that does not join the known one replaces it."""
        known = self.known.get(sequence)
        if known is None or not known.low <= before <= known.high:
            self.known[sequence] = Known(before, after, max(before - _BACK, 1))
        else:
            known.high = max(known.high, after)

    def id_of(self, message: Outgoing) -> int | None:
        """Return the id of a sent message, with or without its reply target, which may be gone."""
        words = cut(storable(message.text)).strip()
        with_target = self._ids.get((message.chat_id, message.reply_to, words))
        return with_target or self._ids.get((message.chat_id, None, words))


def message_id_in(answer: Any, random_id: int) -> int | None:
    """Return the message id in the answer to messages.sendMessage.

    >>> message_id_in(types.Updates([types.UpdateMessageID(5, 77)], [], [], None, 0), 77)
    5
    """
    if isinstance(answer, types.UpdateShortSentMessage):
        return int(answer.id)
    for update in getattr(answer, "updates", ()):
        if isinstance(update, types.UpdateMessageID) and update.random_id == random_id:
            return int(update.id)
    return None


def _target(message: Any) -> int | None:
    return target_of(message.reply_to) if isinstance(message.reply_to, types.MessageReplyHeader) else None
