"""What must always be so, counted anew from Telegram's truth and the rows; and what was reached, looking back."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from attrs import frozen

from sikpro.adapters.telegram.compose import CAPTION_UNITS, MESSAGE_UNITS, cut
from sikpro.adapters.telegram.translate import translate
from sikpro.application.ports.inbox import LedgerRow, Outcome
from sikpro.application.ports.outbox import Delivery, OutboxItem
from sikpro.application.ports.photo_reads import PhotoState
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.application.ports.written_tables import WrittenState
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.application.use_cases.seals.verify_facts import verify_facts
from sikpro.domain.errors import NotFound
from sikpro.domain.events import OrderGivenBack
from sikpro.domain.order import Order
from sikpro.domain.people import Person
from sikpro.domain.seals import Fault
from tests.simulation.record import Record
from tests.simulation.slow_count import SlowCount
from tests.simulation.telegram import BOT, Arrived, Telegram

_UNFINISHED = "unfinished"
_ON_THE_WAY = frozenset({Delivery.QUEUED, Delivery.SENDING})
_OF_THE_LINE = frozenset({"unreachable", "ambiguous"})
_LEAST_TRIES = 8
_PAGE = 1000
_EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
_LONGEST_GAP = 10_000
"""The most ids in a row that writes which were undone may leave without a message."""


@frozen(kw_only=True)
class Checks:
    """The rules. `wrong` hears of a broken one: the rule, and what breaks it."""

    store: Transactions
    telegram: Telegram
    zone: ZoneInfo
    sends_once: bool
    wrong: Callable[[str, str], None]

    def while_running(self) -> None:
        """Check what holds at any moment."""
        self.store.read(self._orders_have_one_key)
        self.store.read(self._updates_at_most_once)
        self._nothing_came_from_nowhere()

    def at_rest(self, now: datetime) -> None:
        """Check what holds when all is quiet."""
        self.while_running()
        items = self.items()
        self.store.read(self._updates_exactly_once)
        self._every_fate_is_known(items)
        self._each_chat_in_order(items)
        self.store.read(self._tables_add_up)
        self.store.read(self._ledger_adds_up)
        self.store.read(lambda uow: self._recaps_equal_a_recount(uow, now))

    # ---- each update one outcome, nobody's text is lost -----------------------------------------------------------

    def _updates_at_most_once(self, uow: UnitOfWork) -> None:
        known, rows = Counter(self._wanted()), Counter(_subject(row) for row in _ledger(uow))
        for subject, count in (rows - known).items():
            self.wrong("each update has one outcome", f"{count} more rows than updates of {subject}")
        for row in _ledger(uow):
            if row.outcome is Outcome.FAILED and row.kind != "source":
                self.wrong("each update has one outcome", f"row {row.id} failed: {row.detail} ({row.text!r})")

    def _updates_exactly_once(self, uow: UnitOfWork) -> None:
        for subject, count in (Counter(self._wanted()) - Counter(_subject(row) for row in _ledger(uow))).items():
            self.wrong("nobody's text is lost", f"{count} updates without a row: {subject}")
        for row in _ledger(uow):
            if row.detail == _UNFINISHED:
                self.wrong("each update has one outcome", f"row {row.id} has none")

    def _wanted(self) -> Iterator[tuple[str, int, str]]:
        """Return what each update says; Telegram hands each of them over once or more."""
        for update in self.telegram.updates:
            incoming = translate(update, BOT, lambda: self.telegram.start)
            yield incoming.kind.value, incoming.chat_id, incoming.text

    # ---- each order one key ------------------------------------------------------------------------------------

    def _orders_have_one_key(self, uow: UnitOfWork) -> None:
        standing = Counter(
            order.number for order in _orders(uow) if order.deleted_at is None and not order.phase.ends_badly
        )
        for number, count in standing.items():
            if count > 1:
                self.wrong("each order has one key", f"{count} orders stand under {number}")

    # ---- each row of a table is written once, or named -----------------------------------------------------------

    def _tables_add_up(self, uow: UnitOfWork) -> None:
        for table in uow.written_tables.latest(_PAGE):
            subjects, refused = {row.subject for row in uow.written_tables.rows(table.id)}, uow.written_tables.refused
            told = (table.state, table.written, table.refused, table.done)
            found = (WrittenState.WRITTEN, len(subjects), len(refused(table.id)), table.total)
            if told != found:
                self.wrong("each row of a table is written once, or named", f"table {table.id}: {told}, not {found}")

    # ---- each answer's fate is known ---------------------------------------------------------------------------

    def items(self) -> list[OutboxItem]:
        """Return the whole outbox. It is only read: a check must not need a disk that takes writes."""

        def read(uow: UnitOfWork) -> tuple[int, list[OutboxItem]]:
            count, found, missing = sum(uow.outbox.counts_of(*_EVER).values()), list[OutboxItem](), 0
            for number in itertools.count(1):
                if len(found) == count or missing == _LONGEST_GAP:
                    break
                item = _item(uow, number)
                missing = 0 if item else missing + 1
                found.extend([item] if item else [])
            return count, found

        count, found = self.store.read(read)
        if len(found) != count:
            self.wrong("each answer's fate is known", f"{count} messages are counted, {len(found)} are found")
        return found

    def _nothing_came_from_nowhere(self) -> None:
        random_ids = {item.message.random_id for item in self.items()}
        for item, arrived in self.telegram.by_item.items():
            if item not in random_ids:
                self.wrong("each answer's fate is known", f"nobody decided to send {arrived[0]}")
            if self.sends_once and len(arrived) > 1:
                self.wrong("each answer's fate is known", f"MTProto made two of {arrived[0]}")

    def _every_fate_is_known(self, items: Iterable[OutboxItem]) -> None:
        for item in items:
            if item.message.press_id is not None or item.message.is_gesture:
                continue
            came = self.telegram.by_item.get(item.message.random_id, [])
            if trouble := self._trouble_with(item, came):
                self.wrong(
                    "each answer's fate is known", f"outbox {item.id} is {item.state} ({item.reason}): {trouble}"
                )

    @staticmethod
    def _trouble_with(item: OutboxItem, came: list[Arrived]) -> str:
        if item.state in _ON_THE_WAY:
            return "it is still on its way"
        if item.state is Delivery.SENT and len(came) != 1:
            return f"it came {len(came)} times"
        if item.state in {Delivery.SENT, Delivery.PERHAPS_TWICE} and item.message_id not in {
            one.message_id for one in came
        }:
            return f"its id {item.message_id} is not one that came"
        if item.state is Delivery.RECALLED and came:
            return "it came"
        if (
            item.state in {Delivery.FAILED, Delivery.EXPIRED}
            and came
            and not item.doubtful
            and item.reason != "ambiguous"
        ):
            return "it came"
        if item.state is Delivery.FAILED and item.reason in _OF_THE_LINE and item.attempts < _LEAST_TRIES:
            return f"it was given up after {item.attempts} tries"
        said = cut(item.message.text, CAPTION_UNITS if item.message.document else MESSAGE_UNITS)
        return next((f"another text came: {one.text!r}" for one in came if one.text != said), "")

    def _each_chat_in_order(self, items: Iterable[OutboxItem]) -> None:
        """Check that a chat gets its answers as they were decided; a bulk message may wait for others."""
        newest: dict[int, tuple[int, int]] = {}
        for item in items:
            came = self.telegram.by_item.get(item.message.random_id, [])
            if not came or item.message.bulk or item.message.press_id is not None or item.created_at != item.due_at:
                continue
            first, chat = came[0].message_id, item.message.chat_id
            before, earlier = newest.get(chat, (0, 0))
            if first < before and item.state is Delivery.SENT:
                self.wrong("each answer's fate is known", f"outbox {item.id} came before {earlier}")
            newest[chat] = max(newest.get(chat, (0, 0)), (first, item.id))

    # ---- the ledger adds up, recaps equal a recount ------------------------------------------------------------

    def _ledger_adds_up(self, uow: UnitOfWork) -> None:
        faults: list[Fault] = []
        verify_facts(uow, faults.append)
        for fault in faults[:3]:
            self.wrong("the ledger adds up", str(fault))

    def _recaps_equal_a_recount(self, uow: UnitOfWork, now: datetime) -> None:
        orders = [order for order in _orders(uow) if order.deleted_at is None]
        totals = Counter({(one.status, one.phase, one.sto): 0 for one in uow.order_queries.totals()})
        for one in uow.order_queries.totals():
            totals[one.status, one.phase, one.sto] += one.count
        counted = Counter((order.status, order.phase, str(order.data.sto)) for order in orders)
        if +totals != counted:
            self.wrong("recaps equal a recount", f"totals {+totals - counted} more, {counted - totals} less")
        supervisor = _by_name(uow, "supervisor")
        for day in sorted({order.received_at.astimezone(self.zone).date() for order in orders}):
            shown = recap(uow, RecapQuery.day(day), supervisor, now, str(self.zone))
            received = Counter(order.phase for order in orders if order.received_at.astimezone(self.zone).date() == day)
            finished = sum(
                order.phase.ends_well
                and order.finished_at is not None
                and order.finished_at.astimezone(self.zone).date() == day
                for order in orders
            )
            told = Counter({phase: count for phase, count in shown.received.items() if count})
            if told != received or shown.completed != finished:
                self.wrong("recaps equal a recount", f"{day}: {told} for {received}, {shown.completed} for {finished}")

    # ---- looking back ------------------------------------------------------------------------------------------

    def look_back(self, record: Record) -> None:
        """Count the interesting states that the rows and Telegram tell of."""
        self.store.read(lambda uow: self._look_back(uow, record))
        record.counts["orders"] = self.store.read(lambda uow: sum(1 for _ in _orders(uow)))
        record.counts["updates"] = len(self.telegram.updates)
        record.counts["messages"] = len(self.telegram.arrived)
        if any(len(came) > 1 for came in self.telegram.by_item.values()):
            record.reach("a message twice at Telegram")
        for item in self.items():
            if item.state is Delivery.PERHAPS_TWICE:
                record.reach("a message that came perhaps twice")
            if item.attempts > 3 and item.state is Delivery.SENT:
                record.reach("an outage retried to its end")

    def count_slowly(self, tables: Mapping[str, bool], now: datetime, record: Record) -> None:
        """Count once more from outside, and close the month that is over."""
        count, items = SlowCount(telegram=self.telegram, tables=tables, zone=self.zone, wrong=self.wrong), self.items()
        self.store.read(lambda uow: count.check(uow, tuple(_orders(uow)), items, record))
        self.store.write(lambda uow: count.months(uow, tuple(_orders(uow)), _by_name(uow, "supervisor"), now, record))

    def _look_back(self, uow: UnitOfWork, record: Record) -> None:
        for row in _ledger(uow):
            if row.outcome is Outcome.REFUSAL and "duplicate" in row.detail.lower():
                record.reach("a double refused")
            if row.outcome is Outcome.ORDER and row.text.count("#") < 5:
                record.reach("an order made from pieces")
            if row.outcome in {Outcome.CHANGE, Outcome.ORDER} and row.kind == "edit":
                record.reach("an order changed by an edit")
            if row.sender_name == "Orang baru":
                record.reach("a stranger answered")
        for order in _orders(uow):
            if any(
                isinstance(one.event, OrderGivenBack) and one.event.lapsed for one in uow.journal.of_order(order.id)
            ):
                record.reach("a claim that lapsed")
        if uow.seals.last() is not None:
            record.reach("facts sealed")
        for export in uow.exports.of_person(_by_name(uow, "leader").id, 200):
            if export.state.value == "done":
                record.reach("a file exported")
            if export.attempts > 1:
                record.reach("an export begun again")
        for number in range(1, 2000):
            try:
                photo = uow.photo_reads.get(number)
            except NotFound:
                break
            if photo.state is PhotoState.READ:
                record.reach("a photo read")


def _subject(row: LedgerRow) -> tuple[str, int, str]:
    return row.kind, row.chat_id, row.text


def _ledger(uow: UnitOfWork) -> Iterator[LedgerRow]:
    before: int | None = None
    while rows := uow.inbox.page(before=before, limit=_PAGE):
        yield from (row for row in rows if row.kind != "source")
        before = rows[-1].id


def _orders(uow: UnitOfWork) -> Iterator[Order]:
    after = 0
    while ids := uow.seals.order_ids(after, _PAGE):
        yield from uow.seals.orders_of(ids)
        after = ids[-1]


def _item(uow: UnitOfWork, number: int) -> OutboxItem | None:
    try:
        return uow.outbox.get(number)
    except NotFound:
        return None


def _by_name(uow: UnitOfWork, username: str) -> Person:
    found = uow.people.by_username(username)
    assert found is not None
    return found
