"""Facts of the ledger and their seals in memory."""

from collections.abc import Collection, Mapping, Sequence

from attrs import evolve

from sikpro.adapters.memory.folded import folded_row
from sikpro.adapters.memory.store import Received, Sequences, State
from sikpro.application.ports.journal import JournalEntry
from sikpro.application.ports.retention import row_of_folded
from sikpro.application.ports.seals import ENDS, handling, row_of_item, words_of_message
from sikpro.domain.order import Order
from sikpro.domain.retention import has_words
from sikpro.domain.seals import (
    ABOUT_INCOMING,
    ABOUT_ORDERS,
    FactKind,
    LedgerFact,
    Part,
    Seal,
    WorkingRow,
    detail_of_event,
    words_of_event,
)


def put_fact(state: State, sequences: Sequences, fact: LedgerFact) -> None:
    """Save a fact under its id."""
    kept = evolve(fact, id=sequences.next("ledger_facts"))
    state.ledger_facts.put(kept.id, kept)


def words_of_received(received: Received) -> Sequence[Part]:
    """Return who wrote a received message, where and what."""
    row = received.row
    return words_of_message(row.chat_id, received.sender_id, row.sender_name, row.text)


class MemorySeals:
    """Stores seals, and reads facts beside their working rows."""

    def __init__(self, state: State) -> None:
        self._state = state

    def facts(self, after: int, limit: int) -> tuple[LedgerFact, ...]:
        """Return the facts above an id, in order."""
        return tuple(fact for fact in self._all() if fact.id > after)[:limit]

    def facts_of(self, order_ids: Collection[int]) -> tuple[LedgerFact, ...]:
        """Return the facts about orders, in order."""
        return tuple(fact for fact in self._all() if fact.order_id in order_ids)

    def orders_numbered(self, number: str) -> tuple[int, ...]:
        """Return the ids of the orders that ever had a number."""
        return tuple(sorted({fact.order_id for fact in self._all() if fact.number == number and fact.order_id}))

    def how_many(self, after: int, until: int) -> int:
        """Count the facts in a range of ids."""
        return sum(after < fact.id <= until for fact in self._all())

    def waiting(self) -> int:
        """Count the facts above the last seal."""
        last = self.last()
        return sum(1 for fact in self._all() if last is None or fact.id > last.last)

    def stop_writers(self) -> bool:
        """Nobody else writes: there is one writer."""
        return True

    def add(self, seal: Seal, digests: bytes) -> None:
        """Save a seal."""
        self._state.seals.put(seal.number, (seal, digests))

    def last(self) -> Seal | None:
        """Return the newest seal."""
        return next(iter(self.page(None, 1)), None)

    def page(self, before: int | None, limit: int) -> tuple[Seal, ...]:
        """Return seals, newest first."""
        chain = reversed(self.chain(0, len(self._state.seals)))
        return tuple(seal for seal in chain if before is None or seal.number < before)[:limit]

    def chain(self, after: int, limit: int) -> tuple[Seal, ...]:
        """Return seals, oldest first."""
        seals = sorted((seal for seal, _ in self._state.seals.values()), key=lambda seal: seal.number)
        return tuple(seal for seal in seals if seal.number > after)[:limit]

    def digests(self, number: int) -> bytes:
        """Return the digests of a seal's facts."""
        _, digests = self._state.seals.get(number) or (None, b"")
        return digests

    def covering(self, fact_id: int) -> Seal | None:
        """Return the seal over a fact."""
        seals = self.chain(0, len(self._state.seals))
        return next((seal for seal in seals if seal.first <= fact_id <= seal.last), None)

    def rows_of(self, facts: Sequence[LedgerFact]) -> Mapping[int, WorkingRow]:
        """Return what the working rows of facts say now."""
        entries = self._entries() if any(fact.kind in ABOUT_ORDERS for fact in facts) else {}
        found = {fact.id: self._row_of(fact, entries) for fact in facts}
        return {fact_id: row for fact_id, row in found.items() if row is not None}

    def salts_of(self, facts: Sequence[LedgerFact]) -> Mapping[int, str]:
        """Return the salts of facts about orders."""
        salts = {fact.id: self._state.journal_salts.get(fact.row_id) or "" for fact in facts}
        return {fact_id: salt for fact_id, salt in salts.items() if salt}

    def order_ids(self, after: int, limit: int) -> tuple[int, ...]:
        """Return the ids of orders above an id, in order."""
        return tuple(sorted(order_id for order_id in self._state.orders if order_id > after))[:limit]

    def orders_of(self, order_ids: Collection[int]) -> tuple[Order, ...]:
        """Return orders, deleted ones too."""
        found = (self._state.orders.get(order_id) for order_id in sorted(order_ids))
        return tuple(order for order in found if order is not None)

    def entries_of(self, order_ids: Collection[int]) -> Mapping[int, Sequence[JournalEntry]]:
        """Return the entries of the journal about orders, oldest first."""
        return {order_id: self._state.journal.get(order_id) or () for order_id in order_ids}

    def rows_without_fact(self, limit: int) -> tuple[str, ...]:
        """Return working rows that should have a fact and have none."""
        known = {(fact.kind in ABOUT_ORDERS, fact.kind, fact.row_id, fact.detail) for fact in self._all()}
        journal = {row_id for about, _, row_id, _ in known if about}
        messages = {row_id for _, kind, row_id, _ in known if kind is FactKind.MESSAGE}
        sent = {row_id for _, kind, row_id, _ in known if kind is FactKind.SENT}
        ended = {(row_id, detail) for _, kind, row_id, detail in known if kind is FactKind.NOT_SENT}
        items = [sending.item for sending in self._state.outbox.values() if sending.item.state in ENDS]
        missing = {
            "journal": [row_id for row_id in self._entries() if row_id not in journal],
            "inbox": [row_id for row_id in self._state.inbox if row_id not in messages],
            "outbox": [one.id for one in items if one.id not in sent and (one.id, one.state.value) not in ended],
        }
        return tuple(f"{name} {row_id}" for name, rows in missing.items() for row_id in sorted(rows)[:limit])

    def first_order(self) -> int | None:
        """Return the least id of the orders that have the fact of their receipt."""
        ids = [fact.order_id for fact in self._all() if fact.kind is FactKind.RECEIVED and fact.order_id is not None]
        return min(ids, default=None)

    def orders_gone(self, limit: int) -> tuple[int, ...]:
        """Return the ids that facts name of orders that are gone."""
        named = {fact.order_id for fact in self._all() if fact.order_id is not None}
        return tuple(sorted(one for one in named if one not in self._state.orders))[:limit]

    def _all(self) -> list[LedgerFact]:
        return sorted(self._state.ledger_facts.values(), key=lambda fact: fact.id)

    def _entries(self) -> Mapping[int, JournalEntry]:
        return {entry.id: entry for entries in self._state.journal.values() for entry in entries}

    def _row_of(self, fact: LedgerFact, entries: Mapping[int, JournalEntry]) -> WorkingRow | None:
        if fact.kind in ABOUT_ORDERS:
            return self._journal_row(entries.get(fact.row_id))
        if fact.kind in ABOUT_INCOMING:
            return _inbox_row(self._state.inbox.get(fact.row_id), fact) or self._folded("inbox", fact)
        sending = self._state.outbox.get(fact.row_id)
        return row_of_item(sending.item, fact, sending.salt) if sending else self._folded("outbox", fact)

    def _folded(self, source: str, fact: LedgerFact) -> WorkingRow | None:
        found = folded_row(self._state, source, fact.row_id)
        return row_of_folded(fact, *found) if found else None

    def _journal_row(self, entry: JournalEntry | None) -> WorkingRow | None:
        if entry is None:
            return None
        event = entry.event
        return WorkingRow(
            salt=self._state.journal_salts.get(entry.id) or "",
            plain={
                "at": event.at,
                "order_id": event.order_id,
                "status": event.state.status,
                "detail": detail_of_event(event),
            },
            words=words_of_event(event, entry.actor),
            deleted=not has_words(event),
        )


def _inbox_row(received: Received | None, fact: LedgerFact) -> WorkingRow | None:
    if received is None:
        return None
    row = received.row
    if fact.kind is FactKind.HANDLED:
        detail = handling(row.outcome, row.detail)
        return WorkingRow(salt="", plain={"at": row.received_at, "order_id": row.order_id, "detail": detail})
    plain = {"at": row.received_at, "message_id": received.message_id, "detail": row.kind}
    deleted = not (row.text or row.sender_name or received.sender_id)
    return WorkingRow(salt=received.salt, plain=plain, words=words_of_received(received), deleted=deleted)
