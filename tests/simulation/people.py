"""The people and their habits: technicians in the chat, helpdesks, leaders and supervisors at the console."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from attrs import define, field

from sikpro.application.ports.outbox import Delivery, OutboxItem
from sikpro.application.ports.queries import OrderFilter, OrderRow, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tables import TableSheet
from sikpro.application.reports.closing import count_month, open_month
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.application.use_cases.messages.resend_message import resend_message
from sikpro.application.use_cases.orders.change_status import change_status
from sikpro.application.use_cases.orders.declare_disturbance import affected_by, declare_disturbance, disturbed_places
from sikpro.application.use_cases.orders.end_disturbance import end_disturbance
from sikpro.application.use_cases.orders.set_aside import put_off_order
from sikpro.application.use_cases.orders.undo_status import UNDO_SPAN, undo_status
from sikpro.application.use_cases.orders.work_order import give_back_order, take_next, take_order
from sikpro.application.use_cases.recaps.keep_schedules import add_schedule
from sikpro.application.use_cases.tables.import_orders import order_work, plan_orders
from sikpro.application.use_cases.tables.judge_orders import COLUMNS
from sikpro.application.use_cases.tables.portions import Prepared
from sikpro.application.use_cases.tables.table_columns import find_columns
from sikpro.application.use_cases.tables.take_back import ORDERS
from sikpro.domain.errors import AlreadyTaken, ConcurrencyConflict, DomainError, UndoTooLate
from sikpro.domain.order import Order
from sikpro.domain.people import Person
from sikpro.domain.phase import Phase
from sikpro.entrypoints.demo_data import LEADER_TELEGRAM, DemoTechnician, technicians
from tests.simulation.plan import Act, Event, Plan
from tests.simulation.record import Record
from tests.simulation.telegram import Arrived, Body, Telegram

T = TypeVar("T")
_VENDORS = ("ZTEG", "HWTC", "ALCL", "FHTT")
_HELD_UP = ("odp_penuh", "ont_tidak_terdeteksi", "rumah_kosong", "kendala_jalur", "input_ulang")
_BAD_ENDS = ("batal", "alamat_tidak_ditemukan")
_COMMANDS = ("/cek", "/antrian", "/status", "/bantuan", "/pesanan", "/start", "/rekap", "/cek SC32232558", "/batal")
_CHATTER = (
    "ok siap",
    "pagi mas",
    "sudah belum?",
    "🙏",
    "mohon dibantu",
    "ODP-SDA-003 full",
    "SC",
    "port 3",
    "ya",
    "ulangi",
)
_HEADINGS = ("Tipe order", "No. registrasi (SC)", "SN modem", "STO", "ODP", "Kode teknisi", "Diterima")


class NoAnswer(Exception):
    """The console did not answer in time, or said that nothing can be stored now."""


class Console(Protocol):
    """The web, as a person sees it."""

    zone: str

    def now(self) -> datetime:
        """Return the time that the machine shows."""

    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do what a page does. Raises `NoAnswer`, `DomainError`."""

    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Look at a page. Raises `NoAnswer`, `DomainError`."""


@define
class People:
    """Everybody. Each act draws from a source of its own, so that it does the same whatever else happens."""

    plan: Plan
    telegram: Telegram
    console: Console
    record: Record
    importing: set[int] = field(factory=set[int])
    crew: tuple[DemoTechnician, ...] = field(factory=technicians)

    async def act(self, event: Event) -> None:
        """Do one act, to its end. What the console refuses, a person shrugs at."""
        random = self.plan.random(f"act {event.number}")
        try:
            await getattr(self, Act(event.what).value)(random, event)
        except (NoAnswer, DomainError):
            return

    # ---- technicians ---------------------------------------------------------------------------------------

    async def order(self, random: Random, event: Event) -> None:
        """Send a whole order; one in six is impatient and sends it again."""
        who = random.choice(self.crew)
        text = _order(random, event, who)
        self._say(who, text)
        if random.random() < 0.16:
            await asyncio.sleep(random.uniform(0.2, 40))
            self._say(who, text)

    async def pieces(self, random: Random, event: Event) -> None:
        """Send an order in two or three messages, and sometimes forget the last."""
        who = random.choice(self.crew)
        parts = _order(random, event, who).split("#")
        at = random.randrange(1, len(parts))
        self._say(who, "#".join(parts[:at]))
        if random.random() < 0.2:
            return
        await asyncio.sleep(random.uniform(1, 120))
        self._say(who, "#".join(parts[at:]))

    async def twice(self, random: Random, event: Event) -> None:
        """Send the same order twice in a breath, so that one batch has both."""
        who = random.choice(self.crew)
        text = _order(random, event, who)
        self._say(who, text)
        self._say(who, text)

    async def somebody_else(self, random: Random, event: Event) -> None:
        """Send an order that a colleague sends too."""
        one, other = random.sample(self.crew, 2)
        text = _order(random, event, one)
        self._say(one, text)
        if random.random() < 0.5:
            await asyncio.sleep(random.uniform(0, 300))
        self._say(other, text)

    async def typo(self, random: Random, event: Event) -> None:
        """Send an order with a slip, and edit it."""
        who = random.choice(self.crew)
        right = _order(random, event, who)
        place = random.randrange(len(right))
        sent = self._say(who, right[:place] + random.choice("#X9 ") + right[place + 1 :])
        await asyncio.sleep(random.uniform(2, 90))
        self.telegram.edits(sent, right)

    async def photo(self, random: Random, event: Event) -> None:
        """Send a photo of the label, alone or with the order."""
        who = random.choice(self.crew)
        text = _order(random, event, who)
        alone = random.random() < 0.5
        serial = text.split("#")[2]
        content = b"\xff\xd8\xff|" + (serial.encode() if random.random() < 0.7 else b"")
        self.telegram.says(who.telegram_id, who.name, "" if alone else text, photo=content)

    async def edit(self, random: Random, event: Event) -> None:
        """Change an earlier message."""
        who = random.choice(self.crew)
        said = self.telegram.said[who.telegram_id]
        if said:
            message = random.choice(said[-5:])
            text = message.get("text", message.get("caption", ""))
            self.telegram.edits(message, f"{text} {random.choice(_CHATTER)}".strip())

    async def command(self, random: Random, event: Event) -> None:
        """Ask the bot for something."""
        who = random.choice(self.crew)
        self._say(who, random.choice(_COMMANDS))

    async def cancel(self, random: Random, event: Event) -> None:
        """Withdraw an earlier order by a reply."""
        who = random.choice(self.crew)
        said = self.telegram.said[who.telegram_id]
        reply_to = random.choice(said[-5:])["message_id"] if said else None
        self._say(who, "/batal", reply_to=reply_to)

    async def press(self, random: Random, event: Event) -> None:
        """Press a button of one of the last messages; some press twice."""
        found = [(who, one) for who in self.crew for one in self.telegram.by_chat[who.telegram_id][-3:] if one.buttons]
        if found:
            who, message = random.choice(found)
            self._press(random, who, message)
            if random.random() < 0.2:
                self._press(random, who, message)

    async def chatter(self, random: Random, event: Event) -> None:
        """Say something, perhaps as an answer."""
        who = random.choice(self.crew)
        heard = self.telegram.by_chat[who.telegram_id]
        reply_to = random.choice(heard[-4:]).message_id if heard and random.random() < 0.6 else None
        self._say(who, random.choice(_CHATTER), reply_to=reply_to)

    async def stranger(self, random: Random, event: Event) -> None:
        """Write to the bot without being known."""
        self.telegram.says(9000 + random.randrange(5), "Orang baru", random.choice(("/start", "halo", "daftar")))

    async def block(self, random: Random, event: Event) -> None:
        """Send an order and block the bot, for an hour at most."""
        who = random.choice(self.crew)
        self._say(who, _order(random, event, who))
        self.telegram.blocks(who.telegram_id, who.name, blocked=True)
        await asyncio.sleep(random.uniform(60, 3600))
        self.telegram.blocks(who.telegram_id, who.name, blocked=False)

    # ---- helpdesks -----------------------------------------------------------------------------------------

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
            self.console.write(lambda uow, one=one: take_order(uow, order.id, one, self.console.now()))  # type: ignore[misc]
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

    # ---- leaders and supervisors ---------------------------------------------------------------------------

    async def recap(self, random: Random, event: Event) -> None:
        """Look at the recap of today or of the month."""
        me = await self._person("supervisor")
        now = self.console.now()
        query = (RecapQuery.day if random.random() < 0.5 else RecapQuery.month)(now.astimezone(self._zone).date())
        await self.console.read(lambda uow: recap(uow, query, me, now, self.console.zone))

    async def export(self, random: Random, event: Event) -> None:
        """Ask for a file, to look at or to have it sent."""
        me = await self._person("leader")
        now = self.console.now()
        query = RecapQuery.month(now.astimezone(self._zone).date()).encoded
        to = LEADER_TELEGRAM if random.random() < 0.5 else None
        await self.console.write(
            lambda uow: uow.exports.ask(person=me.id, query=query, kind="csv", language="id", at=now, send_to=to)
        )

    async def import_(self, random: Random, event: Event) -> None:
        """Import a table of last month's orders: look at it, think, say yes; some close that month meanwhile."""
        me, now = await self._person("admin"), self.console.now()
        month = now.astimezone(self._zone).date().replace(day=1) - timedelta(days=1)
        sheet = TableSheet(
            name="Order", rows=[_HEADINGS, *(_row(random, event, n, month.isoformat()) for n in range(4))]
        )
        columns = find_columns(sheet, COLUMNS)
        plan = await self.console.read(lambda uow: plan_orders(uow, sheet, columns, me, now, self._zone))
        self.importing.add(event.number)
        try:
            await asyncio.sleep(random.uniform(5, 60))
            if random.random() < 0.5:
                await self._close(random)
            work = (
                await self.console.read(lambda uow: order_work(uow, sheet, columns, plan.mark, me, now, self._zone))
            )[1]
            if work is not None:
                kept, source = Prepared.of(work, at_once=0), f"table {event.number}"
                table = await self.console.write(lambda uow: kept.begin(uow, ORDERS, source, me, now))
                while (await self.console.read(lambda uow: uow.written_tables.get(table.id))).state.open:
                    await asyncio.sleep(5)
                self.record.reach("a table imported")
        finally:
            self.importing.discard(event.number)

    async def close(self, random: Random, event: Event) -> None:
        """Close last month."""
        await self._close(random)

    async def reopen(self, random: Random, event: Event) -> None:
        """Open last month again; close it first, where nobody has."""
        with suppress(DomainError):
            await self._close(random)
        me, now = await self._person("supervisor"), self.console.now()
        await self.console.write(lambda uow: open_month(uow, self._last_month(), me, now, "ada koreksi"))
        self.record.reach("a month opened again")

    async def disturb(self, random: Random, event: Event) -> None:
        """Declare a disturbance where there are orders."""
        me, now = await self._person("leader"), self.console.now()
        places = await self.console.read(disturbed_places)
        if not places:
            return
        place = random.choice(places)
        typed = {"scope": place.scope.value, "place": place.place, "status": "odp_rusak", "text": "Gangguan massal"}
        shown = await self.console.read(lambda uow: affected_by(uow, typed, me, now))
        known = len(shown.rows), shown.newest
        await asyncio.sleep(random.uniform(1, 20))
        await self.console.write(
            lambda uow: declare_disturbance(uow, typed, me, self.console.now(), shown=known, zone=self.console.zone)
        )
        self.record.reach("a disturbance declared")

    async def calm(self, random: Random, event: Event) -> None:
        """End a disturbance."""
        me = await self._person("leader")
        found = await self.console.read(lambda uow: uow.disturbances.open())
        if found:
            number = random.choice(found).id
            await self.console.write(
                lambda uow: end_disturbance(uow, number, me, self.console.now(), zone=self.console.zone)
            )
            self.record.reach("a disturbance ended")

    async def schedule(self, random: Random, event: Event) -> None:
        """Have a recap sent every day, some minutes from now."""
        me, now = await self._person("supervisor"), self.console.now()
        at = (now + timedelta(minutes=random.uniform(2, 90))).astimezone(self._zone).strftime("%H:%M")
        leader = await self._person("leader")
        await self.console.write(
            lambda uow: add_schedule(
                uow, rhythm="today", at=at, to=f"person:{leader.id}", language="id", with_file=False, by=me, now=now
            )
        )

    # ---- what several of them do ---------------------------------------------------------------------------

    async def _close(self, random: Random) -> None:
        me, now, month = await self._person("supervisor"), self.console.now(), self._last_month()
        save = await self.console.read(lambda uow: count_month(uow, month, me, now, self.console.zone))
        await asyncio.sleep(random.uniform(0.1, 5))
        await self.console.write(save)
        self.record.reach("a month closed")
        if self.importing:
            self.record.reach("a month closed during an import")

    def _last_month(self) -> str:
        first = self.console.now().astimezone(self._zone).date().replace(day=1)
        return (first - timedelta(days=1)).isoformat()[:7]

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

    async def _some_order(self, random: Random, *phases: Phase) -> OrderRow | None:
        which = OrderFilter(phases=frozenset(phases)) if phases else OrderFilter()
        rows = await self.console.read(
            lambda uow: uow.order_queries.page(which, sort=Sort.NEWEST, after=None, limit=15)
        )
        return random.choice(rows) if rows else None

    async def _desk(self, random: Random, but: Person | None = None) -> Person:
        names = [name for name in ("helpdesk", "helpdesk2") if but is None or name != but.username]
        return await self._person(random.choice(names))

    async def _person(self, username: str) -> Person:
        found = await self.console.read(lambda uow: uow.people.by_username(username))
        if found is None:
            raise NoAnswer(username)
        return found

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.console.zone)

    def _say(self, who: DemoTechnician, text: str, *, reply_to: int | None = None) -> Body:
        return self.telegram.says(who.telegram_id, who.name, text, reply_to=reply_to)

    def _press(self, random: Random, who: DemoTechnician, message: Arrived) -> None:
        _, data = random.choice(message.buttons)
        self.telegram.presses_button(who.telegram_id, who.name, message, data)


def _some_failed(uow: UnitOfWork) -> OutboxItem | None:
    rows = uow.order_queries.page(OrderFilter(), sort=Sort.NEWEST, after=None, limit=30)
    found = (item for row in rows for item in uow.outbox.of_order(row.id))
    return next((item for item in found if item.state is Delivery.FAILED and item.message.chat_id), None)


def _order(random: Random, event: Event, who: DemoTechnician) -> str:
    odp = f"ODP-{who.sto}-{random.choice(('003', 'FAB/12', 'FAT/75', '121'))}"
    serial = random.choice(_VENDORS) + f"{random.getrandbits(32):08X}"
    return "#".join(("AO", f"SC{40_000_000 + event.number}", serial, who.sto, odp, who.code))


def _row(random: Random, event: Event, place: int, day: str) -> tuple[str, ...]:
    who = random.choice(technicians())
    parts = _order(random, event, who).split("#")
    return ("AO", f"SC{50_000_000 + event.number * 10 + place}", parts[2], parts[3], parts[4], parts[5], day)
