"""The helpdesks and their habits: they take orders, answer them, and think better of it."""

import asyncio
from datetime import timedelta
from random import Random

from attrs import define

from sikpro.application.ports.outbox import Delivery, OutboxItem
from sikpro.application.ports.queries import OrderFilter, OrderRow, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.messages.resend_message import resend_message
from sikpro.application.use_cases.orders.change_status import change_status
from sikpro.application.use_cases.orders.set_aside import put_off_order
from sikpro.application.use_cases.orders.undo_status import UNDO_SPAN, undo_status
from sikpro.application.use_cases.orders.work_order import give_back_order, take_next, take_order
from sikpro.domain.errors import AlreadyTaken, ConcurrencyConflict, UndoTooLate
from sikpro.domain.order import Order
from sikpro.domain.people import Person
from sikpro.domain.phase import Phase
from tests.simulation.habits import Habits
from tests.simulation.plan import Event

_HELD_UP = ("odp_penuh", "ont_tidak_terdeteksi", "rumah_kosong", "kendala_jalur", "input_ulang")
_BAD_ENDS = ("batal", "alamat_tidak_ditemukan")


@define
class Helpdesks(Habits):
    """Those who answer."""

    async def next(self, random: Random, event: Event) -> None:
        """Take the next order, and answer it after a while or leave it lying."""
        me = await self._desk(random)
        order = await self.console.write(lambda uow: take_next(uow, me, self.console.now()))
        if order is not None and random.random() < 0.7:
            await asyncio.sleep(random.uniform(5, 1500))
            await self._answer(random, order, me)

    async def answer(self, random: Random, event: Event) -> None:
        """Answer an order that is open."""
        me = await self._desk(random)
        order = await self._some_order(random, Phase.IN_PROGRESS, Phase.WAITING, Phase.HELD_UP)
        if order is not None:
            await self.console.write(lambda uow: take_order(uow, order.id, me, self.console.now()))
            await asyncio.sleep(random.uniform(1, 30))
            await self._answer(random, order, me)

    async def undo(self, random: Random, event: Event) -> None:
        """Answer, and undo it: in time, too late, or when somebody else has taken the order."""
        me = await self._desk(random)
        order = await self._some_order(random, Phase.WAITING, Phase.HELD_UP)
        if order is None:
            return
        await self.console.write(lambda uow: take_order(uow, order.id, me, self.console.now()))
        claimed = random.random() < 0.4
        await self._answer(random, order, me, hold=UNDO_SPAN, held_up=claimed)
        if claimed:
            other = await self._desk(random, but=me)
            await self.console.write(lambda uow: take_order(uow, order.id, other, self.console.now()))
        await asyncio.sleep(random.uniform(0.2, 9))
        try:
            await self.console.write(lambda uow: undo_status(uow, order.id, me, self.console.now()))
        except UndoTooLate:
            self.record.reach("an undo against a claim" if claimed else "an undo that came too late")
        else:
            self.record.reach("an answer undone")

    async def race(self, random: Random, event: Event) -> None:
        """Let two helpdesks take one order at the same moment."""
        me = await self._desk(random)
        other = await self._desk(random, but=me)
        order = await self._some_order(random, Phase.WAITING)
        if order is None:
            return
        takes = (
            self.console.write(lambda uow, one=one: take_order(uow, order.id, one, self.console.now()))  # type: ignore[misc]  # bound now
            for one in (me, other)
        )
        done = await asyncio.gather(*takes, return_exceptions=True)
        won = [one for one in done if isinstance(one, Order)]
        if len(won) == 1 and any(isinstance(one, AlreadyTaken | ConcurrencyConflict) for one in done):
            self.record.reach("two helpdesks at one order")
        if len(won) == 2:
            self.record.break_("what is claimed is held by one", -1, f"two helpdesks have {order.number}")

    async def give_back(self, random: Random, event: Event) -> None:
        """Put an order back into the queue."""
        order = await self._some_order(random, Phase.IN_PROGRESS)
        if order is not None and order.holder is not None:
            me = await self.console.read(lambda uow: uow.people.get(order.holder or 0))
            await self.console.write(lambda uow: give_back_order(uow, order.id, me, self.console.now()))

    async def put_off(self, random: Random, event: Event) -> None:
        """Take an order and put it off."""
        me = await self._desk(random)
        order = await self.console.write(lambda uow: take_next(uow, me, self.console.now()))
        if order is not None:
            until = self.console.now() + timedelta(minutes=random.uniform(5, 200))
            await self.console.write(lambda uow: put_off_order(uow, order.id, until, me, self.console.now()))
            self.record.reach("an order put off")

    async def resend(self, random: Random, event: Event) -> None:
        """Send a failed message again."""
        me = await self._desk(random)
        item = await self.console.read(_some_failed)
        if item is not None and item.order_id is not None:
            order = item.order_id
            await self.console.write(lambda uow: resend_message(uow, order, item.id, me, self.console.now()))
            self.record.reach("a failed message sent again")

    async def _answer(
        self,
        random: Random,
        order: "Order | OrderRow",
        me: Person,
        *,
        hold: timedelta = timedelta(),
        held_up: bool = False,
    ) -> None:
        draw = random.random()
        status = (
            random.choice(_HELD_UP) if held_up or draw > 0.7 else "selesai" if draw < 0.6 else random.choice(_BAD_ENDS)
        )
        await self.console.write(
            lambda uow: change_status(
                uow,
                order.id,
                status,
                me,
                self.console.now(),
                reason="tidak jadi",
                feedback=f"info {order.number}",
                zone=self.console.zone,
                hold=hold,
            )
        )

    async def _desk(self, random: Random, but: Person | None = None) -> Person:
        names = [name for name in self.staff.desks if but is None or name != but.username]
        return await self._person(random.choice(names))


def _some_failed(uow: UnitOfWork) -> OutboxItem | None:
    rows = uow.order_queries.page(OrderFilter(), sort=Sort.NEWEST, after=None, limit=30)
    found = (item for row in rows for item in uow.outbox.of_order(row.id))
    return next((item for item in found if item.state is Delivery.FAILED and item.message.chat_id), None)
