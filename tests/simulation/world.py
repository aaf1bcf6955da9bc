"""The world of one run: it lets people act and things break, waits until all is quiet, and checks."""

import asyncio
import shutil
import tempfile
import traceback
from collections.abc import Callable, Coroutine, MutableMapping
from datetime import UTC, datetime, time
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from attrs import define, field

from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.application.ports.chance import Chance
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from tests.simulation.breaking import Breaking
from tests.simulation.checks import Checks
from tests.simulation.fleet import Fleet
from tests.simulation.holding import Holding
from tests.simulation.loop import LIFE, VirtualLoop, bury, must_live
from tests.simulation.network import Line
from tests.simulation.people import People
from tests.simulation.plan import HOUR, Fault, Plan
from tests.simulation.process import ZONE, Machine, SimulatedClock
from tests.simulation.record import Broken, Record
from tests.simulation.sqlite_store import SqliteStore
from tests.simulation.staff import SMALL, furnish, witel
from tests.simulation.store import MemoryStore
from tests.simulation.telegram import Telegram

_QUIET = 60.0
_LONGEST_DRAIN = 30 * HOUR
_OFTEN = 48 * HOUR
"""So long the rules are checked each hour, then each day."""


@define(eq=False)
class World:
    """Everything of one run."""

    plan: Plan
    loop: VirtualLoop
    folder: Path
    record: Record
    told: Callable[[str], None]
    fleet: Fleet = field(init=False)
    telegram: Telegram = field(init=False)
    people: People = field(init=False)
    breaking: Breaking = field(init=False)
    _over: bool = field(default=False, init=False)
    _tasks: "set[asyncio.Task[Any]]" = field(factory=set, init=False)

    def __attrs_post_init__(self) -> None:
        plan, chance = self.plan, _of_the_living(self.plan.random("tokens"))
        start = datetime.combine(plan.start, time(), UTC)  # seven in the morning in Jakarta
        store = SqliteStore(self.folder, chance) if plan.sqlite else MemoryStore(chance)
        self.telegram = Telegram(start, self.loop.time, lambda what: self.fleet.arrived(what), self.record.reach)
        machine = Machine(
            telegram=self.telegram,
            line=Line(self.record, plan.random("line")),
            clock=SimulatedClock(start, self.loop.time),
            chance=chance,
            sending={},
            wrong=self.wrong,
            sent=lambda life: self.fleet.sent(life),
            alone=plan.sqlite and plan.processes == 1,
            mtproto=plan.mtproto,
            faults=store.faults,
        )
        holding = Holding(lambda detail: self.wrong("what is claimed is held by one", detail), self.record.reach)
        self.fleet = Fleet(plan, self.loop, machine, store, holding, self.record, plan.random("world"))
        self.people = People(plan, self.telegram, self.fleet, self.record, witel() if plan.witel else SMALL)
        self.breaking = Breaking(plan, self.fleet, self.record)

    async def live(self) -> None:
        """Live through the plan, then through a quiet time, and check. Raises `Broken`."""
        self.look().write(self._furnish)
        for place in range(self.plan.processes):
            self.fleet.start("ab"[place])
        checking = self._begin(self._check_now_and_then())
        for event in self.plan.events:
            await asyncio.sleep(event.at - self.loop.time())
            self._stop_if_broken()
            self.record.step(self.loop.time(), f"{event.what} {event.number}")
            self._begin(self.breaking.break_(event) if isinstance(event.what, Fault) else self.people.act(event))
        await asyncio.sleep(self.plan.hours * HOUR - self.loop.time())
        checking.cancel()
        await self._become_quiet()
        checks = self._checks()
        checks.at_rest(self.fleet.now())
        checks.look_back(self.record)
        if self.plan.witel:
            checks.count_slowly(self.people.leaders.tables, self.fleet.now(), self.record)
        self._stop_if_broken()

    def _furnish(self, uow: UnitOfWork) -> None:
        create_first_catalogue(uow)
        furnish(uow, self.people.staff)

    async def _check_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(HOUR if self.loop.time() < _OFTEN else 24 * HOUR)
            if not self.fleet.store.faults:
                self._checks().while_running()
            if round(self.loop.time() / HOUR) % 24 == 0:
                self.told(f"after {self.loop.time() / HOUR:.0f} hours {len(self.telegram.arrived)} messages")

    async def _become_quiet(self) -> None:
        """Let everything that broke be whole again, and wait until nothing is left to do."""
        self.breaking.mend()
        for user in tuple(self.telegram.blocked):
            self.telegram.blocks(user, "", blocked=False)
        until = self.loop.time() + _LONGEST_DRAIN
        while self.loop.time() < until:
            await asyncio.sleep(_QUIET)
            self._stop_if_broken()
            if self._quiet():
                return
        self.wrong("all becomes quiet when nothing breaks any more", f"not in {_LONGEST_DRAIN / HOUR:g} hours")

    def _quiet(self) -> bool:
        """Whether everybody serves, the last update was handed over, and no message waits."""
        heard = not self.telegram.updates or self.telegram.given[len(self.telegram.updates)] > 0
        serving = all(process.runs for process in self.fleet.processes.values())
        return heard and serving and self.look().read(lambda uow: uow.outbox.next_due()) is None

    # ---- what is looked at -------------------------------------------------------------------------------------

    def look(self) -> Transactions:
        """Return transactions of nobody's process, without faults."""
        return self.fleet.store.open(LocalLiveEvents())

    def _checks(self) -> Checks:
        return Checks(
            store=self.look(),
            telegram=self.telegram,
            zone=ZoneInfo(ZONE),
            sends_once=self.plan.mtproto and not self.record.reached["a change of the transport"],
            wrong=self.wrong,
        )

    def wrong(self, rule: str, detail: str) -> None:
        """Note a broken rule; the run ends at the next event."""
        if not self._over:
            self.record.break_(rule, self.loop.time(), detail)

    def heard(self, _: Any, method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Hear what the program logs: an exception that it did not expect is a fault of its own."""
        life = LIFE.get()
        if entry.get("exc_info") and not (life and life.dead):
            told = "".join(traceback.format_exc())
            self.wrong("our own program makes no faults", f"{entry.get('event')}: {told[-3000:]}")
        return entry

    def close(self) -> None:
        """Close what is open, and bury the dead."""
        self._over = True
        self.fleet.store.close()
        bury(self.fleet.lives, *asyncio.all_tasks(self.loop))

    def _begin(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.wrong("the simulation makes no faults", "".join(traceback.format_exception(error)))

    def _stop_if_broken(self) -> None:
        if self.record.violation is not None:
            raise Broken(self.record.violation)


def _of_the_living(tokens: Random) -> Chance:
    def randbytes(count: int) -> bytes:
        must_live()
        return tokens.randbytes(count)

    def share() -> float:
        must_live()
        return tokens.random()

    return Chance(randbytes, share)


def run(plan: Plan, told: Callable[[str], None] = lambda _: None) -> Record:
    """Run a plan to its end or to its first violation, and return what it said; `told` hears of each day meanwhile."""
    memory = Path("/dev/shm")  # a disk in memory, where there is one
    folder = Path(tempfile.mkdtemp(prefix="sikpro-simulation-", dir=memory if memory.is_dir() else None))
    loop, record = VirtualLoop(), Record()
    world: World | None = None
    try:
        asyncio.set_event_loop(loop)
        world = World(plan, loop, folder, record, told)
        structlog.configure(processors=[world.heard, _drop], cache_logger_on_first_use=False)
        loop.run_until_complete(world.live())
    except Broken:
        pass
    finally:
        if world is not None:
            world.close()
        structlog.reset_defaults()
        asyncio.set_event_loop(None)
        loop.close()
        shutil.rmtree(folder, ignore_errors=True)
    return record


def _drop(*_: Any) -> Any:
    raise structlog.DropEvent
