"""Realistic demo data: sixty days of orders, each made by the same code as a real one."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

from attrs import define, frozen

from sikpro.application.ports.chat import Incoming, IncomingKind
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.first_catalogue import FIRST_STATUSES
from sikpro.application.use_cases.catalogue.lookup import put_row
from sikpro.application.use_cases.orders.change_status import change_status
from sikpro.application.use_cases.orders.work_order import take_order
from sikpro.application.workers.intake import Intake
from sikpro.domain.catalogue import SiteOperation, Sto
from sikpro.domain.people import Person, Role

BOT = 424242
DAYS = 60
FRESH = 24
"""How many orders came in during the last two hours, at any time of day."""


ACCOUNTS = (
    (Role.HELPDESK, "helpdesk", "Rina Helpdesk"),
    (Role.TEAM_LEADER, "leader", "Bagus Leader"),
    (Role.SUPERVISOR, "supervisor", "Sari Supervisor"),
    (Role.ADMIN, "admin", "Admin SIKPRO"),
)
"""Role, user name and name; the password is `demo-<user name>`."""

_SITES = (("SDA", "Sidoarjo"), ("SPJ", "Sepanjang"), ("MJK", "Mojokerto"))
_STOS = (
    *(("SDA", "Sidoarjo", "SDA"), ("GDG", "Gedangan", "SDA"), ("PRG", "Porong", "SDA"), ("TUN", "", "SDA")),
    *(("SPJ", "Sepanjang", "SPJ"), ("KRI", "Krian", "SPJ"), ("WRU", "Waru", "SPJ"), ("TMN", "Taman", "SPJ")),
    *(("MRT", "Mojokerto", "MJK"), ("MJS", "Mojosari", "MJK"), ("NGO", "Ngoro", "MJK"), ("PCT", "Pacet", "MJK")),
)
_TECHNICIANS = (
    *("Budi Santoso", "Agus Wijaya", "Dedi Kurniawan", "Eko Prasetyo", "Fajar Nugroho", "Hendra Gunawan"),
    *("Irfan Maulana", "Joko Susilo", "Lukman Hakim", "Muhammad Rizki", "Slamet Riyadi", "Wahyu Hidayat"),
)
_VENDORS = ("ZTEG", "HWTC", "ALCL", "FHTT")
_TYPES = ("AO",) * 14 + ("MO",) * 3 + ("PDA",) * 2 + ("CONFIG",)
_NOTES = ("", "", "", "pagar hijau", "rumah pojok", "pelanggan minta sore", "port 3")
_HELD_UP = tuple(status.code for status in FIRST_STATUSES if status.phase.held_up)
_CANCELLED = ("batal", "double_input", "alamat_tidak_ditemukan", "cabut_pasang")


_NEARLY_DUE = timedelta(hours=56), timedelta(hours=73)
"""Orders of this age are held up more often, so that some fall due today."""


@frozen
class DemoTechnician:
    """A technician of the demo, and the simulator's user with the same id."""

    telegram_id: int
    name: str
    code: str
    sto: str
    site_operation: str


STRANGER = DemoTechnician(5101, "Yusuf Rahman", "F5KRI501", "KRI", "SPJ")
"""A person with a Telegram account who is not registered yet."""

LEADER_TELEGRAM = 5000
"""The team leader's Telegram account."""


def technicians() -> tuple[DemoTechnician, ...]:
    """Return the twelve technicians of the demo."""
    found = []
    for place, name in enumerate(_TECHNICIANS):
        sto, _, site = _STOS[place]
        found.append(DemoTechnician(5001 + place, name, f"F5{sto}{445 + place}", sto, site))
    return tuple(found)


@define
class DemoClock:
    """A clock that the story of the demo sets."""

    present: datetime

    def now(self) -> datetime:
        """Return the time of the story."""
        return self.present


@frozen
class _Step:
    at: datetime
    number: str
    status: str


def people(uow: UnitOfWork, hashes: dict[str, str]) -> dict[str, Person]:
    """Add the catalogue of Sidoarjo, four accounts and the technicians, connected to the simulator's users."""
    for code, name in _SITES:
        put_row(uow, SiteOperation(code=code, name=name))
    for code, name, site in _STOS:
        put_row(uow, Sto(code=code, name=name, site_operation=site))
    accounts = {
        username: uow.people.add(
            Person(
                id=0,
                name=name,
                username=username,
                role=role,
                password_hash=hashes[username],
                telegram_id=LEADER_TELEGRAM if role is Role.TEAM_LEADER else None,
            )
        )
        for role, username, name in ACCOUNTS
    }
    for technician in technicians():
        uow.people.add(
            Person(
                id=0,
                name=technician.name,
                technician_code=technician.code,
                site_operation=technician.site_operation,
                telegram_id=technician.telegram_id,
                phone=f"62812000{technician.telegram_id}",
            )
        )
    return accounts


def story(uow: UnitOfWork, intake: Intake, clock: DemoClock, helpdesk: Person, now: datetime, orders: int) -> None:
    """Play `orders` orders over the last sixty days until now; only the dates differ between two runs."""
    chance = random.Random(32232558)  # for a story, not for a secret
    zone = intake.zone
    pending: list[_Step] = []
    numbers: dict[str, int] = {}
    for message in _messages(chance, now, orders):
        due = sorted((step for step in pending if step.at <= message.sent_at), key=lambda step: step.at)
        pending = [step for step in pending if step.at > message.sent_at]
        for step in due:
            _walk(uow, clock, helpdesk, step, numbers, zone)
        clock.present = message.sent_at + timedelta(seconds=2)
        intake.receive(uow, message)
        number = message.text.split("#")[1]
        if number not in numbers:
            numbers[number] = uow.orders.find(number)[0].id
            pending += _plan(chance, number, message.sent_at, now)
        _delivered(uow, clock)
    for step in sorted((step for step in pending if step.at <= now), key=lambda step: step.at):
        _walk(uow, clock, helpdesk, step, numbers, zone)
    while _delivered(uow, clock):
        pass


def _messages(chance: random.Random, now: datetime, orders: int) -> Iterator[Incoming]:
    """Return requests over the days, most in working hours, one in forty sent twice."""
    moments = [now - timedelta(minutes=chance.uniform(1, 110)) for _ in range(min(FRESH, orders))]
    while len(moments) < orders:
        back = timedelta(days=chance.random() * DAYS)
        moment = now - back
        hour = (moment.hour + 7) % 24
        if 7 <= hour <= 17 or chance.random() < 0.06:
            moments.append(moment)
    moments = sorted(moment.replace(microsecond=0) for moment in moments)
    ids = count(1)
    crew = technicians()
    for place, moment in enumerate(moments):
        technician = crew[place * 7 % len(crew)]
        odp = f"ODP-{technician.sto}-{chance.choice(('003', '017', 'FAB/12', 'FAT/75', 'FAC/08', '121'))}"
        serial = chance.choice(_VENDORS) + f"{chance.getrandbits(32):08X}"
        values = (chance.choice(_TYPES), f"SC{32_230_000 + place * 3}", serial, technician.sto, odp, technician.code)
        note = chance.choice(_NOTES)
        text = "/reg " + "#".join((*values, note) if note else values)
        for again in range(2 if place % 40 == 7 else 1):
            number = next(ids)
            yield Incoming(
                key=f"m:{BOT}:{technician.telegram_id}:demo{number}",
                kind=IncomingKind.MESSAGE,
                chat_id=technician.telegram_id,
                message_id=None,
                sender_id=technician.telegram_id,
                sender_name=technician.name,
                sent_at=moment + timedelta(seconds=20 * again),
                text=text,
            )


def _plan(chance: random.Random, number: str, sent: datetime, now: datetime) -> list[_Step]:
    """Return the next steps of an order: most are completed within the hour, the newest are still open."""
    fresh = now - sent < timedelta(hours=2)
    first = sent + timedelta(minutes=chance.expovariate(1 / 9))
    second = first + timedelta(minutes=4 + chance.expovariate(1 / 14))
    draw = chance.random()
    if fresh and draw < 0.7:
        return [_Step(first, number, "")] if draw < 0.2 else []
    if draw > 0.68 and _NEARLY_DUE[0] < now - sent < _NEARLY_DUE[1]:
        return [_Step(first, number, ""), _Step(second, number, chance.choice(_HELD_UP))]
    if draw < 0.80:
        return [_Step(first, number, ""), _Step(second, number, "selesai")]
    if draw < 0.93:
        held = [_Step(first, number, ""), _Step(second, number, chance.choice(_HELD_UP))]
        later = second + timedelta(hours=chance.expovariate(1 / 20))
        return [*held, _Step(later, number, "selesai")] if chance.random() < 0.85 else held
    return [_Step(first, number, ""), _Step(second, number, chance.choice(_CANCELLED))]


def _walk(uow: UnitOfWork, clock: DemoClock, helpdesk: Person, step: _Step, numbers: dict[str, int], zone: str) -> None:
    clock.present = max(clock.present, step.at)
    order_id = numbers[step.number]
    if not step.status:
        take_order(uow, order_id, helpdesk, step.at)
        return
    template = next(status.template.id for status in FIRST_STATUSES if status.code == step.status)
    reason = template if step.status in _CANCELLED else ""
    change_status(uow, order_id, step.status, helpdesk, step.at, reason=reason, feedback=template, zone=zone)
    _delivered(uow, clock)


def _delivered(uow: UnitOfWork, clock: DemoClock) -> int:
    """Mark the story's messages as sent, one per chat at a time, and return their number."""
    claimed = uow.outbox.claim(clock.present + timedelta(hours=1), timedelta(minutes=1), 50)
    for item in claimed:
        uow.outbox.sent(item.id, None, clock.present)
    return len(claimed)
