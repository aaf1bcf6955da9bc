"""The demo's ten months before its story: finished orders, targets and notes, so that recaps have something to show."""

import random
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from attrs import frozen

from sikpro.application.ports.day_notes import DayNote
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.targets import Target
from sikpro.application.use_cases.catalogue.first_catalogue import FIRST_STATUSES
from sikpro.domain.catalogue import Status
from sikpro.domain.order import Change, place
from sikpro.domain.order_data import Channel, OrderData
from sikpro.domain.people import Person
from sikpro.domain.values import OdpName, RegistrationNumber, SerialNumber, StoCode, TechnicianCode
from sikpro.entrypoints.demo_data import DAYS, DemoTechnician, technicians

HISTORY_DAYS = 300
"""How many days the history has, before those of the story."""

_HOURS = (1,) * 7 + (6, 11, 12, 11, 9, 8, 6, 7, 6, 8, 8, 4, 2, 1, 1, 1, 1)
"""How many orders come in at each hour of a working day, relative to each other."""

_SUNDAY = 0.55
_NOTES = (
    (9, "Pemadaman feeder SDA, order masuk setelah pukul 11", "SDA"),
    (16, "Migrasi perumahan Taman", "TMN"),
    (24, "Hujan deras, tiga tim Mojokerto berhenti pukul 14", ""),
)


@frozen
class History:
    """Writes finished orders directly, with their events: the chat's part would take minutes."""

    uow: UnitOfWork
    helpdesk: Person
    zone: ZoneInfo
    chance: random.Random
    statuses: Mapping[str, Status]

    def order(self, at: datetime, number: int, technician: DemoTechnician) -> None:
        """Add one order that came in at a time and has ended, and its events."""
        data = OrderData(
            type=self.chance.choices(("AO", "MO", "PDA", "CONFIG"), (14, 3, 2, 1))[0],
            registration_number=RegistrationNumber.parse(f"SC{number}"),
            serial=SerialNumber.parse(self.chance.choice(("ZTEG", "HWTC")) + f"{self.chance.getrandbits(32):08X}"),
            sto=StoCode.parse(technician.sto),
            odp=OdpName.parse(f"ODP-{technician.sto}-{self.chance.choice(('003', '017', 'FAB/12'))}"),
            technician=TechnicianCode.parse(technician.code),
        )
        change = place(
            order_id=self.uow.orders.next_id(),
            data=data,
            channel=Channel.TELEGRAM,
            status=self.statuses["menunggu"],
            received_at=at,
            now=at + timedelta(seconds=2),
        )
        first = at + timedelta(minutes=3 + self.chance.expovariate(1 / 9))
        done = first + timedelta(minutes=6 + self.chance.expovariate(1 / 20))
        draw = self.chance.random()
        steps = list[Change]([change, change.order.take(self.helpdesk.id, self.statuses["ogp"], first)])
        slow = technician.sto in {"SDA", "PRG"}
        if draw < (0.26 if slow else 0.15):
            held = self.chance.choices(_HELD_UP, range(len(_HELD_UP), 0, -1))[0]
            steps.append(steps[-1].order.move_to(self.statuses[held], self.helpdesk.id, done))
            done += timedelta(hours=self.chance.expovariate(1 / (44 if slow else 22)))
        end = "selesai" if self.chance.random() < 0.93 else self.chance.choice(_CANCELLED)
        words = "" if end == "selesai" else self.statuses[end].template.id
        steps.append(steps[-1].order.move_to(self.statuses[end], self.helpdesk.id, done, reason=words))
        order = steps[-1].order
        self.uow.orders.add(order, order.duplicate_key(self.uow.installation.get().duplicate_mode))
        self.uow.journal.append(order, [event for step in steps for event in step.events], self.helpdesk.id)


_HELD_UP = ("odp_penuh", *(one.code for one in FIRST_STATUSES if one.phase.held_up and one.code != "odp_penuh"))
_CANCELLED = tuple(status.code for status in FIRST_STATUSES if status.phase.ends_badly)


def history(uow: UnitOfWork, helpdesk: Person, leader: Person, now: datetime, zone: str, orders: int) -> None:
    """Play orders at the story's pace (`orders` in its days) over the ten months before it; pin notes, set targets."""
    chance = random.Random(20261128)  # for a story, not for a secret
    statuses = {status.code: status for status in uow.catalogue.statuses()}
    writer = History(uow, helpdesk, ZoneInfo(zone), chance, statuses)
    crew = technicians()
    for number, at in enumerate(_moments(chance, now, ZoneInfo(zone), orders / DAYS), start=31_100_000):
        writer.order(at, number, chance.choice(crew))
    today = now.astimezone(ZoneInfo(zone)).date()
    for back, text, sto in _NOTES:
        uow.day_notes.add(DayNote(day=today - timedelta(days=back), text=text, sto=sto, by=leader.id, at=now))
    per_month = round(orders / DAYS * 30 * 0.9 / len(crew))
    for month in {today.isoformat()[:7], (today.replace(day=1) - timedelta(days=1)).isoformat()[:7]}:
        for one in crew:
            uow.targets.put(Target(month=month, sto=one.sto, target=per_month, working_days=25))


def _moments(chance: random.Random, now: datetime, zone: ZoneInfo, per_day: float) -> Iterator[datetime]:
    """Yield times of receipt, oldest first."""
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    for back in range(DAYS + HISTORY_DAYS, DAYS, -1):
        day = midnight - timedelta(days=back)
        wave = 1 + 0.06 * chance.uniform(-1, 1)
        many = round(per_day * wave * (_SUNDAY if day.weekday() == 6 else 1.08) + chance.uniform(-1.5, 1.5))
        for hour in sorted(chance.choices(range(24), _HOURS, k=max(many, 0))):
            yield (day + timedelta(hours=hour, minutes=chance.uniform(0, 59))).astimezone(now.tzinfo)
