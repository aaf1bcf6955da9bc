"""Leaders, supervisors and the administrator: recaps, files, tables, closed months, disturbances."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from random import Random

from attrs import define, field

from sikpro.application.ports.tables import TableSheet
from sikpro.application.reports.closing import count_month, open_month
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.application.use_cases.orders.declare_disturbance import affected_by, declare_disturbance, disturbed_places
from sikpro.application.use_cases.orders.end_disturbance import end_disturbance
from sikpro.application.use_cases.recaps.keep_schedules import add_schedule
from sikpro.application.use_cases.tables.import_orders import order_work, plan_orders
from sikpro.application.use_cases.tables.judge_orders import COLUMNS
from sikpro.application.use_cases.tables.portions import Prepared
from sikpro.application.use_cases.tables.table_columns import find_columns
from sikpro.application.use_cases.tables.take_back import ORDERS
from sikpro.domain.errors import DomainError
from sikpro.entrypoints.demo_data import LEADER_TELEGRAM, technicians
from tests.simulation.habits import Habits, order_text
from tests.simulation.plan import Event

_HEADINGS = ("Tipe order", "No. registrasi (SC)", "SN modem", "STO", "ODP", "Kode teknisi", "Diterima")


@define
class Leaders(Habits):
    """Those who count, and decide for many."""

    importing: set[int] = field(factory=set[int])
    tables: dict[str, bool] = field(factory=dict[str, bool])
    """The numbers of imported rows, and whether the console said that they are stored."""

    async def recap(self, random: Random, event: Event) -> None:
        """Look at the recap of today or of the month."""
        me = await self._one_of(random, self.staff.supervisors)
        now = self.console.now()
        query = (RecapQuery.day if random.random() < 0.5 else RecapQuery.month)(now.astimezone(self._zone).date())
        await self.console.read(lambda uow: recap(uow, query, me, now, self.console.zone))

    async def export(self, random: Random, event: Event) -> None:
        """Ask for a file, to look at or to have it sent."""
        me = await self._one_of(random, self.staff.leaders)
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
        numbers = [row[1] for row in sheet.rows[1:]]
        try:
            await asyncio.sleep(random.uniform(5, 60))
            if random.random() < 0.5:
                await self._close(random)
            self.tables |= dict.fromkeys(numbers, False)
            work = (
                await self.console.read(lambda uow: order_work(uow, sheet, columns, plan.mark, me, now, self._zone))
            )[1]
            if work is not None:
                kept, source = Prepared.of(work, at_once=0), f"table {event.number}"
                table = await self.console.write(lambda uow: kept.begin(uow, ORDERS, source, me, now))
                while (await self.console.read(lambda uow: uow.written_tables.get(table.id))).state.open:
                    await asyncio.sleep(5)
                rows = await self.console.read(lambda uow: uow.written_tables.rows(table.id))
                self.tables |= dict.fromkeys((row.name for row in rows), True)
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
        me, now = await self._one_of(random, self.staff.supervisors), self.console.now()
        await self.console.write(lambda uow: open_month(uow, self._last_month(), me, now, "ada koreksi"))
        self.record.reach("a month opened again")

    async def disturb(self, random: Random, event: Event) -> None:
        """Declare a disturbance where there are orders."""
        me, now = await self._one_of(random, self.staff.leaders), self.console.now()
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
        me = await self._one_of(random, self.staff.leaders)
        found = await self.console.read(lambda uow: uow.disturbances.open())
        if found:
            number = random.choice(found).id
            await self.console.write(
                lambda uow: end_disturbance(uow, number, me, self.console.now(), zone=self.console.zone)
            )
            self.record.reach("a disturbance ended")

    async def schedule(self, random: Random, event: Event) -> None:
        """Have a recap sent every day, some minutes from now."""
        me, now = await self._one_of(random, self.staff.supervisors), self.console.now()
        at = (now + timedelta(minutes=random.uniform(2, 90))).astimezone(self._zone).strftime("%H:%M")
        leader = await self._one_of(random, self.staff.leaders)
        await self.console.write(
            lambda uow: add_schedule(
                uow, rhythm="today", at=at, to=f"person:{leader.id}", language="id", with_file=False, by=me, now=now
            )
        )

    async def _close(self, random: Random) -> None:
        me, now, month = await self._one_of(random, self.staff.supervisors), self.console.now(), self._last_month()
        save = await self.console.read(lambda uow: count_month(uow, month, me, now, self.console.zone))
        await asyncio.sleep(random.uniform(0.1, 5))
        await self.console.write(save)
        self.record.reach("a month closed")
        if self.importing:
            self.record.reach("a month closed during an import")

    def _last_month(self) -> str:
        first = self.console.now().astimezone(self._zone).date().replace(day=1)
        return (first - timedelta(days=1)).isoformat()[:7]


def _row(random: Random, event: Event, place: int, day: str) -> tuple[str, ...]:
    who = random.choice(technicians())
    parts = order_text(random, event, who).split("#")
    return ("AO", f"SC{50_000_000 + event.number * 10 + place}", parts[2], parts[3], parts[4], parts[5], day)
