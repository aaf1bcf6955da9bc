"""What all people share: the console that they look at, whom they are, and the orders that they choose from."""

from collections.abc import Callable, Sequence
from datetime import datetime
from random import Random
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from attrs import define

from sikpro.application.ports.queries import OrderFilter, OrderRow, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.people import Person
from sikpro.domain.phase import Phase
from sikpro.entrypoints.demo_data import DemoTechnician
from tests.simulation.plan import Event, Plan
from tests.simulation.record import Record
from tests.simulation.staff import Staff
from tests.simulation.telegram import Telegram

T = TypeVar("T")
_VENDORS = ("ZTEG", "HWTC", "ALCL", "FHTT")


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
class Habits:
    """A group of people. Each act draws from a source of its own, so that it does the same whatever else happens."""

    plan: Plan
    telegram: Telegram
    console: Console
    record: Record
    staff: Staff

    async def _some_order(self, random: Random, *phases: Phase) -> OrderRow | None:
        which = OrderFilter(phases=frozenset(phases)) if phases else OrderFilter()
        rows = await self.console.read(
            lambda uow: uow.order_queries.page(which, sort=Sort.NEWEST, after=None, limit=15)
        )
        return random.choice(rows) if rows else None

    async def _one_of(self, random: Random, names: Sequence[str]) -> Person:
        return await self._person(names[0] if len(names) == 1 else random.choice(names))

    async def _person(self, username: str) -> Person:
        found = await self.console.read(lambda uow: uow.people.by_username(username))
        if found is None:
            raise NoAnswer(username)
        return found

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.console.zone)


def order_text(random: Random, event: Event, who: DemoTechnician) -> str:
    """Return an order as a technician types it."""
    odp = f"ODP-{who.sto}-{random.choice(('003', 'FAB/12', 'FAT/75', '121'))}"
    serial = random.choice(_VENDORS) + f"{random.getrandbits(32):08X}"
    return "#".join(("AO", f"SC{40_000_000 + event.number}", serial, who.sto, odp, who.code))
