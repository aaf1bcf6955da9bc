"""The facts of the ledger and the seals over them. Both are only added; the database refuses the rest."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from sikpro.application.ports.chance import Chance
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.journal import JournalEntry
from sikpro.application.ports.outbox import Delivery, OutboxItem
from sikpro.domain.order import Order
from sikpro.domain.seals import FactKind, LedgerFact, Part, Seal, WorkingRow, salted

ENDS = frozenset({Delivery.SENT, Delivery.PERHAPS_TWICE, Delivery.FAILED, Delivery.EXPIRED, Delivery.REPLACED})
"""The states of messages that have a fact. A recalled message was never sent; the order's own fact says who did it."""

GESTURE = "gesture"
"""The detail of a sent reaction, or of removed buttons: it is no message."""


class Seals(Protocol):
    """Facts and seals. The facts are written by `Journal`, `Inbox` and `Outbox`, at the end of the same transaction."""

    def facts(self, after: int, limit: int) -> tuple[LedgerFact, ...]:
        """Return the facts with an id above `after`, in the order of their ids."""

    def facts_of(self, order_ids: Collection[int]) -> tuple[LedgerFact, ...]:
        """Return the facts about orders, in the order of their ids."""

    def orders_numbered(self, number: str) -> tuple[int, ...]:
        """Return the ids of all orders that ever had a registration number, by their facts."""

    def how_many(self, after: int, until: int) -> int:
        """Count the facts with an id above `after`, until another one inclusive."""

    def waiting(self) -> int:
        """Count the facts above the last seal."""

    def stop_writers(self) -> bool:
        """Let no other transaction write a fact until this one ends; return False if one is writing just now.

        After True, every fact with an id below that of any fact that comes later is there to be read.
        """

    def add(self, seal: Seal, digests: bytes) -> None:
        """Save a seal with the packed digests of its facts."""

    def last(self) -> Seal | None:
        """Return the newest seal."""

    def page(self, before: int | None, limit: int) -> tuple[Seal, ...]:
        """Return the seals with a number below `before`, newest first."""

    def chain(self, after: int, limit: int) -> tuple[Seal, ...]:
        """Return the seals with a number above `after`, oldest first."""

    def digests(self, number: int) -> bytes:
        """Return the packed digests of a seal's facts."""

    def covering(self, fact_id: int) -> Seal | None:
        """Return the seal over a fact."""

    def rows_of(self, facts: Sequence[LedgerFact]) -> Mapping[int, WorkingRow]:
        """Return what the working rows of facts say now, by the facts' ids. Rows that are gone are missing.

        Of a message that did not go out and was sent again, only its later facts are compared.
        """

    def salts_of(self, facts: Sequence[LedgerFact]) -> Mapping[int, str]:
        """Return the salts of facts about orders, by the facts' ids; without those that are deleted."""

    def order_ids(self, after: int, limit: int) -> tuple[int, ...]:
        """Return the ids of orders above `after`, in order, deleted ones too."""

    def orders_of(self, order_ids: Collection[int]) -> tuple[Order, ...]:
        """Return orders, deleted ones too. Those that are gone are missing."""

    def entries_of(self, order_ids: Collection[int]) -> Mapping[int, Sequence[JournalEntry]]:
        """Return the entries of the journal about orders, oldest first, by the orders' ids."""

    def rows_without_fact(self, limit: int) -> tuple[str, ...]:
        """Return working rows that should have a fact and have none, as `journal 12`: the first ones of each table.

        That is each row with a salt, each from the first that has a fact on, and each whose id is below 1: nothing of
        ours gives such an id. Rows from before the first fact are not among them.
        """

    def first_order(self) -> int | None:
        """Return the least id of the orders that have the fact of their receipt."""

    def orders_gone(self, limit: int) -> tuple[int, ...]:
        """Return the ids that facts name of orders that are gone, the first ones."""


def new_salt(chance: Chance) -> str:
    """Return a salt that nobody can guess, for one working row."""
    return chance.hexadecimal(16)


def words_of_message(chat_id: int, sender_id: int | None, sender_name: str, text: str) -> Sequence[Part]:
    """Return who wrote a received message, where and what."""
    return [chat_id, sender_id, sender_name, text]


def handling(outcome: Outcome, detail: str) -> str:
    """Return the detail of the fact that a message was handled."""
    return f"{outcome}:{detail}" if detail else outcome.value


def fact_of_handling(row_id: int, at: datetime, outcome: Outcome, detail: str, order_id: int | None) -> LedgerFact:
    """Return the fact that a received message was handled, with the time of its receipt."""
    return LedgerFact(kind=FactKind.HANDLED, at=at, row_id=row_id, order_id=order_id, detail=handling(outcome, detail))


def fact_of_end(item: OutboxItem, at: datetime, salt: str) -> LedgerFact:
    """Return the fact that a message arrived (it has `sent_at`), or that nobody tries any more."""
    sent = item.sent_at is not None
    return LedgerFact(
        kind=FactKind.SENT if sent else FactKind.NOT_SENT,
        at=at,
        row_id=item.id,
        order_id=item.order_id,
        detail=end_of(item),
        message_id=item.message_id,
        words=salted(salt, words_of_item(item)),
    )


def words_of_item(item: OutboxItem) -> Sequence[Part]:
    """Return where a message went and what it said."""
    return [item.message.chat_id, item.message.text]


def end_of(item: OutboxItem) -> str:
    """Return the detail of the fact of a message's end."""
    return GESTURE if item.sent_at and item.message.is_gesture else item.state.value


def row_of_item(item: OutboxItem, fact: LedgerFact, salt: str) -> WorkingRow:
    """Return what a row of the outbox says now of the things in a fact about it."""
    words, deleted = words_of_item(item), not item.message.text
    if fact.kind is FactKind.NOT_SENT:
        later = item.state in ENDS and item.state.value != fact.detail  # it has a fact of its own, or is one without
        plain: dict[str, object] = {} if later else {"order_id": item.order_id}
        if not later and not _may_follow(fact.detail, item):
            plain["detail"] = item.state.value
        if later or (item.state in _ON_THE_WAY and item.message.chat_id <= _SUPERGROUPS):
            words, salt = (), ""
        return WorkingRow(salt=salt, plain=plain, words=words, deleted=deleted)
    plain = {
        "at": item.sent_at,
        "order_id": item.order_id,
        "detail": end_of(item),
        "message_id": item.message_id,
    }
    return WorkingRow(salt=salt, plain=plain, words=words, deleted=deleted)


def _may_follow(end: str, item: OutboxItem) -> bool:
    """Return whether a message may be in its state after the fact that it was not sent.

    A failed one can be sent again if it has a chat (`Outbox.send_again`), and be recalled.
    """
    if item.state.value == end or end != Delivery.FAILED.value:
        return item.state.value == end
    return item.state is Delivery.RECALLED or (bool(item.message.chat_id) and item.state in _ON_THE_WAY)


_ON_THE_WAY = frozenset({Delivery.QUEUED, Delivery.SENDING})

_SUPERGROUPS = -(10**12)
"""Telegram's ids of supergroups begin here: a group became one, and the message goes there (`Outbox.move_chat`)."""
