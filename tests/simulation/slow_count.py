"""A slow count from outside: what people sent and what arrived at Telegram, held against SIKPRO's figures."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from attrs import frozen

from sikpro.application.ports.outbox import OutboxItem
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.closing import count_month
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.domain.order import Order
from sikpro.domain.people import Person
from tests.simulation.record import Record
from tests.simulation.telegram import Telegram

_RULE = "a slow count from outside agrees"
_RECEIPT = re.compile(r"✅ Pesan diterima, mohon ditunggu\. (\S+), antrean")
_ANSWER = re.compile(r"(?:✅|❌|⏸) (\S+) (SELESAI|BATAL|KENDALA)")
_ENDS_WELL = "SELESAI"


@frozen(kw_only=True)
class SlowCount:
    """Counts receipts and answers in the chats. `tables` are the imported numbers, `wrong` hears of what disagrees."""

    telegram: Telegram
    tables: Mapping[str, bool]
    """The numbers of imported rows, and whether the console said that they are stored."""
    zone: ZoneInfo
    wrong: Callable[[str, str], None]

    def check(self, uow: UnitOfWork, orders: Collection[Order], items: Collection[OutboxItem], record: Record) -> None:
        """Compare orders, answers and tables."""
        sent = [order for order in orders if order.number not in self.tables]
        told = {one.item for one in self.telegram.arrived if _RECEIPT.match(one.text)}
        unheard = [item for item in items if _RECEIPT.match(item.message.text) and item.message.random_id not in told]
        if len(sent) != len(told) + len(unheard):
            without = self._without_receipt(sent, items)
            self.wrong(
                _RULE,
                f"{len(sent)} orders, {len(told)} receipts in the chats and {len(unheard)} that never arrived; "
                f"orders without a receipt: {without[:5]}",
            )
        stored = {order.number for order in orders} & set(self.tables)
        if lost := {number for number, sure in self.tables.items() if sure} - stored:
            self.wrong(_RULE, f"imported and gone: {sorted(lost)[:5]}")
        self._answers(orders, items, record)
        record.counts["orders still open"] = sum(
            not (order.phase.ends_well or order.phase.ends_badly) for order in orders
        )
        record.counts |= {"receipts": len(told), "receipts that never arrived": len(unheard), "imported": len(stored)}

    def months(self, uow: UnitOfWork, orders: Collection[Order], by: Person, now: datetime, record: Record) -> None:
        """Close the month that is over, and compare its fixed figures with a count over what each order says."""
        last = now.astimezone(self.zone).date().replace(day=1) - timedelta(days=1)
        month = f"{last:%Y-%m}"
        if month not in uow.closed_months.names():
            count_month(uow, month, by, now, str(self.zone))(uow)
            record.counts["months closed at the end"] += 1
        shown = recap(uow, RecapQuery.month(last), by, now, str(self.zone))
        received = sum(self._in(order.received_at, month) for order in orders if order.deleted_at is None)
        completed = sum(
            order.finished_at is not None and order.phase.ends_well and self._in(order.finished_at, month)
            for order in orders
            if order.deleted_at is None
        )
        if shown.closed is None or (sum(shown.received.values()), shown.completed) != (received, completed):
            self.wrong(
                _RULE, f"{month}: {sum(shown.received.values())} and {shown.completed} for {received} and {completed}"
            )
        record.counts |= {f"received in {month}": received, f"completed in {month}": completed}

    def _answers(self, orders: Collection[Order], items: Collection[OutboxItem], record: Record) -> None:
        """Compare each order's end with what its technician heard last. Where an answer never came, nobody can know."""
        last = dict(self._heard())
        arrived = set(self.telegram.by_item)
        silent = {item.order_id for item in items if item.message.random_id not in arrived}
        newest = {order.number: order for order in sorted(orders, key=lambda order: order.id)}
        for number, order in newest.items():
            if number in self.tables or order.id in silent or number not in last:
                record.counts["orders whose last answer nobody heard"] += number not in self.tables
                continue
            record.counts["orders whose last answer was heard"] += 1
            if order.phase.ends_well != (last[number] == _ENDS_WELL) and (
                order.phase.ends_well or order.phase.ends_badly
            ):
                self.wrong(_RULE, f"{number} is {order.status}, and its technician heard {last[number]}")

    def _heard(self) -> Iterator[tuple[str, str]]:
        for one in self.telegram.arrived:
            if found := _ANSWER.match(one.text):
                yield found[1], found[2]

    @staticmethod
    def _without_receipt(orders: Collection[Order], items: Collection[OutboxItem]) -> list[str]:
        known = {item.order_id for item in items if _RECEIPT.match(item.message.text)}
        return [order.number for order in orders if order.id not in known]

    def _in(self, at: datetime, month: str) -> bool:
        return f"{at.astimezone(self.zone):%Y-%m}" == month


def _ended(order: Order) -> bool:
    return order.phase.ends_well or order.phase.ends_badly
