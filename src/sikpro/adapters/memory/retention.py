"""Retention in memory."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from attrs import evolve

from sikpro.adapters.memory.folded import put_folded
from sikpro.adapters.memory.store import Received, Sequences, State
from sikpro.application.ports import retention as limits
from sikpro.application.ports.chat import IncomingKind
from sikpro.application.ports.journal import JournalEntry
from sikpro.application.ports.outbox import Delivery, OutboxItem
from sikpro.application.ports.retention import (
    FOLDED_STATES,
    LATER,
    TELLING_NOTES,
    Fold,
    Folded,
    RetentionRun,
    Waiting,
    day_of,
)
from sikpro.application.ports.seals import end_of
from sikpro.domain.people import AccessRequest, RequestState
from sikpro.domain.retention import REMOVED, is_over, pseudonym, without_texts


class MemoryRetention:
    """Clears and folds what is older than it is kept."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def take_turn(self) -> None:
        """Do nothing: here writes come one after the other anyway."""

    def last(self) -> RetentionRun | None:
        """Return the newest run."""
        return max(self._state.retention_runs.values(), key=lambda run: run.id, default=None)

    def behind(self, sent_at: datetime) -> bool:
        """Return whether what was sent then is from before what the runs folded."""
        reached = max((run.before for run in self._state.retention_runs.values()), default=None)
        if reached is None or sent_at >= reached:
            return False
        said = [one.row for one in self._by_id() if one.row.kind == IncomingKind.MESSAGE.value]
        return max((row.sent_at for row in said[-limits.FLOOR :]), default=sent_at) > sent_at + LATER

    def keep(self, run: RetentionRun) -> RetentionRun:
        """Save a run."""
        kept = run if run.id else evolve(run, id=self._sequences.next("retention_runs"))
        self._state.retention_runs.put(kept.id, kept)
        return kept

    def waiting(self, before: datetime) -> Waiting:
        """Count what a run would remove."""
        over = [order for order in self._state.orders.values() if is_over(order, before)]
        ids = {order.id for order in over}
        return Waiting(
            orders=sum(without_texts(order) != order for order in over),
            photos=sum(kept.file.order_id in ids for kept in self._state.files.values()),
            received=len(self._received(before)),
            sent=len(self._sent(before, FOLDED_STATES | {Delivery.FAILED})),
            people=len(self.left(before, len(self._state.left_people))),
        )

    def orders(self, before: datetime, after: int, limit: int) -> tuple[int, ...]:
        """Return the ids of orders that are over and unchanged."""
        over = (order.id for order in self._state.orders.values() if order.id > after and is_over(order, before))
        return tuple(sorted(over)[:limit])

    def clear_order(self, order_id: int, entries: Sequence[JournalEntry]) -> int:
        """Save entries without their salts, and forget the order's files and old states."""
        given = {entry.id: entry for entry in entries}
        kept = self._state.journal.get(order_id) or ()
        if given:
            self._state.journal.put(order_id, tuple(given.get(entry.id, entry) for entry in kept))
        for entry_id in given:
            self._state.journal_salts.put(entry_id, "")
        self._state.undo_steps.drop(order_id)
        files = [kept.file.id for kept in self._state.files.values() if kept.file.order_id == order_id]
        for file_id in files:
            self._state.files.drop(file_id)
        return len(files)

    def received(self, before: datetime, after: int, limit: int) -> tuple[int, ...]:
        """Return the received updates to fold."""
        return tuple(sorted(one.row.id for one in self._received(before) if one.row.id > after)[:limit])

    def sent(self, before: datetime, after: int, limit: int) -> tuple[int, ...]:
        """Return the messages to fold."""
        return tuple(item.id for item in self._sent(before, FOLDED_STATES) if item.id > after)[:limit]

    def fold_received(
        self, before: datetime, limit: int, about: int | None = None, of: Sequence[int] | None = None
    ) -> int:
        """Fold received updates into their sums."""
        rows = [
            one
            for one in self._received(before)
            if about in (None, one.row.order_id) and (of is None or one.row.id in of)
        ][:limit]
        for received in rows:
            row = received.row
            day = day_of(row.received_at)
            fold = Fold(source="inbox", day=day, outcome=row.outcome.value, detail=row.detail)
            put_folded(self._state, fold, Folded(row.id, row.received_at))
            self._state.inbox.drop(row.id)
        gone = {received.row.id for received in rows}
        for key in self._state.inbox_keys:
            if self._state.inbox_keys.get(key) in gone:
                self._state.inbox_keys.drop(key)
        return len(rows)

    def clear_received(self, before: datetime, limit: int, about: int | None = None) -> int:
        """Clear the texts and names of updates that stay."""
        stay = [
            one
            for one in self._old(before)
            if (one.salt or one.row.text or one.row.sender_name or one.sender_id) and about in (None, one.row.order_id)
        ]
        for received in stay[:limit]:
            row = evolve(received.row, text="", sender_name="", chat_id=min(received.row.chat_id, 0))
            bare = evolve(received, row=row, sender_id=None, salt="", files=(), place=None)
            self._state.inbox.put(row.id, bare)
        return len(stay[:limit])

    def failed(self, before: datetime, limit: int) -> tuple[int, ...]:
        """Return old messages that failed."""
        return tuple(item.id for item in self._sent(before, frozenset({Delivery.FAILED})))[:limit]

    def fold_sent(self, before: datetime, limit: int, about: int | None = None, of: Sequence[int] | None = None) -> int:
        """Fold messages into their sums."""
        items = [
            one
            for one in self._sent(before, FOLDED_STATES)
            if about in (None, one.order_id) and (of is None or one.id in of)
        ][:limit]
        for item in items:
            fold = Fold(source="outbox", day=day_of(item.created_at), outcome=item.state.value, detail=end_of(item))
            put_folded(self._state, fold, Folded(item.id, item.sent_at))
            self._state.outbox.drop(item.id)
        return len(items)

    def clear_talk(self, before: datetime) -> int:
        """Remove old dialogues, the texts of old handovers, and the rows of old tables."""
        talks = [key for key in self._state.conversations if self._talked(key) < before]
        for key in talks:
            self._state.conversations.drop(key)
        written = [
            one for one in self._state.shift_handovers.values() if one.at < before and one.text not in {"", REMOVED}
        ]
        for one in written:
            self._state.shift_handovers.put(one.id, evolve(one, text=REMOVED))
        cleared = self._clear_notes(before) + self._clear_table(before) + self._clear_disturbances(before)
        return len(talks) + len(written) + cleared + self._clear_addresses()

    def _clear_disturbances(self, before: datetime) -> int:
        ended = [one for one in self._state.disturbances.values() if one.ended_at and one.ended_at < before]
        written = [one for one in ended if not {one.text, one.end_text} <= {"", REMOVED}]
        for one in written:
            bare = evolve(one, text=REMOVED, end_text=REMOVED if one.end_text else "")
            self._state.disturbances.put(one.id, bare)
        return len(written)

    def _clear_addresses(self) -> int:
        state = self._state
        known = {person.telegram_id for person in state.people.values()}
        known |= {request.telegram_id for request in state.access_requests.values()}
        known |= {one.row.chat_id for one in state.inbox.values()}
        known |= {sending.item.message.chat_id for sending in state.outbox.values()}
        unknown = [key for key in state.addresses if key[1] > 0 and key[1] not in known]
        for key in unknown:
            state.addresses.drop(key)
        return len(unknown)

    def _clear_notes(self, before: datetime) -> int:
        notes = ((number, self._state.notes.get(number)) for number in self._state.notes)
        old = [(number, note) for number, note in notes if note and note.kind in TELLING_NOTES and note.at < before]
        full = [(number, note) for number, note in old if note.data]
        for number, note in full:
            self._state.notes.put(number, evolve(note, data=()))
        return len(full)

    def _talked(self, key: tuple[int, int, int, str]) -> datetime:
        talk = self._state.conversations.get(key)
        assert talk is not None
        return talk.updated_at

    def _clear_table(self, before: datetime) -> int:
        for kept in self._state.written_tables.values():
            table = kept.table
            rows = len(self._state.written_rows.get(table.id) or ()) + len(self._state.refused_rows.get(table.id) or ())
            if table.at < before and not table.state.open and rows:
                self._state.written_rows.put(table.id, ())
                self._state.refused_rows.put(table.id, ())
                return rows
        return 0

    def requests(self, before: datetime, limit: int) -> tuple[AccessRequest, ...]:
        """Return old requests for access."""
        old = (
            one
            for one in self._state.access_requests.values()
            if one.state is not RequestState.PENDING and one.requested_at < before and one.name != REMOVED
        )
        return tuple(sorted(old, key=lambda one: one.id)[:limit])

    def note_left(self, now: datetime) -> int:
        """Note since when people are inactive."""
        gone = {person.id for person in self._state.people.values() if not person.active}
        known = set(self._state.left_people)
        for person_id in gone - known:
            self._state.left_people.put(person_id, now)
        for person_id in known - gone:
            self._state.left_people.drop(person_id)
        return len(gone ^ known)

    def left(self, before: datetime, limit: int) -> tuple[int, ...]:
        """Return people who left before a time and still have a name."""
        named = (one for one in self._state.people.values() if not one.active and pseudonym(one) != one)
        old = (one.id for one in named if (self._state.left_people.get(one.id) or before) < before)
        return tuple(sorted(old)[:limit])

    def _old(self, before: datetime) -> list[Received]:
        rows = (one for one in self._state.inbox.values() if one.row.received_at < before)
        return sorted((one for one in rows if self._is_done(one.row.order_id, before)), key=_received_first)

    def _received(self, before: datetime) -> list[Received]:
        """Return the received updates to fold, oldest first."""
        ids = sorted(self._state.inbox)
        floor = ids[-limits.FLOOR] if len(ids) >= limits.FLOOR else 0
        newest = {one.row.chat_id: one.row.id for one in self._by_id()}
        last = {row_id for chat_id, row_id in newest.items() if chat_id < 0}
        return [one for one in self._old(before) if one.row.id < floor and one.row.id not in last]

    def _by_id(self) -> Iterator[Received]:
        return iter(sorted(self._state.inbox.values(), key=lambda one: one.row.id))

    def _sent(self, before: datetime, states: frozenset[Delivery]) -> list[OutboxItem]:
        items = (sending.item for sending in self._state.outbox.values())
        old = (item for item in items if item.created_at < before and item.state in states)
        return sorted((item for item in old if self._is_done(item.order_id, before)), key=lambda item: item.id)

    def _is_done(self, order_id: int | None, before: datetime) -> bool:
        order = None if order_id is None else self._state.orders.get(order_id)
        if order is None:
            return True
        entries = self._state.journal.get(order.id) or ()
        return is_over(order, before) and not any(entry.event.at >= before for entry in entries)


def _received_first(one: Received) -> tuple[datetime, int]:
    return one.row.received_at, one.row.id
