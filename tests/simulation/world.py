"""The world of one run: it starts the processes, lets people act and things break, and checks."""

import asyncio
import shutil
import tempfile
import traceback
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import structlog
from attrs import define, evolve, field

from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.application.ports.chance import Chance
from sikpro.application.ports.storage import StorageError, Transactions, UnitOfWork
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.domain.errors import DomainError
from sikpro.domain.people import Person, Role
from sikpro.entrypoints import demo_data
from tests.simulation.checks import Checks
from tests.simulation.holding import Holding
from tests.simulation.loop import LIFE, Life, VirtualLoop, bury
from tests.simulation.network import Ill, Line
from tests.simulation.people import NoAnswer, People
from tests.simulation.plan import HOUR, Event, Fault, Plan
from tests.simulation.process import ZONE, Machine, Process, SimulatedClock
from tests.simulation.record import Broken, Record
from tests.simulation.store import MemoryStore, SimulatedTransactions, SqliteStore, Store
from tests.simulation.telegram import Telegram

T = TypeVar("T")
_START = datetime(2026, 11, 2, 0, 0, tzinfo=UTC)
"""Seven in the morning of a Monday in Sidoarjo."""

_QUIET = 60.0
_LONGEST_DRAIN = 30 * HOUR
_PATIENCE = 30.0
"""How long a person waits for a page."""

_PLACES = (
    "before a commit",
    "in a transaction",
    "after a commit",
    "before a send",
    "after a send",
    "while it wrote a file",
)
_STORE_FAULTS = (Fault.DISK_FULL, Fault.DISK_SLOW, Fault.BUSY, Fault.GONE, Fault.NO_FILE)


@define(eq=False)
class World:
    """Everything of one run."""

    plan: Plan
    loop: VirtualLoop
    folder: Path
    record: Record = field(factory=Record)
    telegram: Telegram = field(init=False)
    clock: SimulatedClock = field(init=False)
    store: Store = field(init=False)
    machine: Machine = field(init=False)
    holding: Holding = field(init=False)
    people: People = field(init=False)
    processes: dict[str, Process] = field(factory=dict[str, Process], init=False)
    zone: str = ZONE
    _runs: int = field(default=0, init=False)
    _random: Random = field(init=False)
    _chance: Chance = field(init=False)
    _tasks: "list[asyncio.Task[Any]]" = field(factory=list, init=False)
    _lives: list[Life] = field(factory=list[Life], init=False)
    _arrival: "asyncio.Future[Life]" = field(init=False)
    _over: bool = field(default=False, init=False)
    _ending: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        plan, tokens = self.plan, self.plan.random("tokens")
        self._random = plan.random("world")
        self._arrival = self.loop.create_future()
        self._chance = Chance(tokens.randbytes, tokens.random)
        self.telegram = Telegram(_START, self.loop.time, self._arrived, self.record.reach)
        self.clock = SimulatedClock(_START, self.loop.time)
        self.store = SqliteStore(self.folder, self._chance) if plan.sqlite else MemoryStore(self._chance)
        self.holding = Holding(lambda detail: self.wrong("what is claimed is held by one", detail), self.record.reach)
        self.machine = Machine(
            telegram=self.telegram,
            line=Line(self.record, plan.random("line")),
            clock=self.clock,
            chance=self._chance,
            sending={},
            wrong=self.wrong,
            sent=self._sent,
            alone=plan.sqlite and plan.processes == 1,
            mtproto=plan.mtproto,
            faults=self.store.faults,
        )
        self.people = People(plan, self.telegram, self, self.record)

    # ---- the run -----------------------------------------------------------------------------------------------

    async def live(self) -> None:
        """Live through the plan, then through a quiet time, and check. Raises `Broken`."""
        self.look().write(_furnish)
        for place in range(self.plan.processes):
            self._start("ab"[place])
        checking = self._task(self._check_each_hour())
        for event in self.plan.events:
            await asyncio.sleep(event.at - self.loop.time())
            self._stop_if_broken()
            self._step(f"{event.what} {event.number}")
            self._task(self._break(event) if isinstance(event.what, Fault) else self.people.act(event))
        await asyncio.sleep(self.plan.hours * HOUR - self.loop.time())
        self._ending = True
        checking.cancel()
        await self._drain()
        self._stop_if_broken()
        self._checks().at_rest(self.clock.now())
        self._checks().look_back(self.record)
        self._stop_if_broken()

    async def _check_each_hour(self) -> None:
        while True:
            await asyncio.sleep(HOUR if self.loop.time() < 48 * HOUR else 24 * HOUR)
            if not self.store.faults:
                self._checks().while_running()

    async def _drain(self) -> None:
        """Let everything that broke be whole again, and wait until nothing is left to do."""
        for fault in tuple(self.store.faults):
            self.store.end(fault)
        self.machine.line.ill.clear()
        for user in tuple(self.telegram.blocked):
            self.telegram.blocks(user, "", blocked=False)
        for process in self.processes.values():
            process.life.doom = ""
            if process.life.hung:
                process.life.come_back()
        until = self.loop.time() + _LONGEST_DRAIN
        while self.loop.time() < until:
            await asyncio.sleep(_QUIET)
            self._stop_if_broken()
            if self._quiet():
                return

    def _quiet(self) -> bool:
        waits = self.look().read(lambda uow: (uow.outbox.next_due(), len(uow.inbox.page(before=None, limit=1))))
        served = self._checks()
        return waits[0] is None and all(process.runs for process in self.processes.values()) and self._all_in(served)

    def _all_in(self, _: Checks) -> bool:
        given = self.telegram.given
        last = len(self.telegram.updates)
        return last == 0 or given[last] > 0

    # ---- the processes -----------------------------------------------------------------------------------------

    def _start(self, name: str) -> None:
        self._runs += 1
        life = Life(f"{name}{self._runs}", self._died)
        self._lives.append(life)
        random = self.plan.random(f"life {self._runs}")

        def simulated(transactions: Transactions) -> SimulatedTransactions:
            return SimulatedTransactions(
                transactions, life, self.record, self.holding, self.store.faults, random, self.loop.time
            )

        process = Process.start(life, self.machine, self.store.open, simulated)
        self.processes[name] = process
        process.task.add_done_callback(self._process_ended)
        self._step(f"{life.name} starts")

    def _died(self, life: Life, where: str) -> None:
        self._step(f"{life.name} dies {where}")
        self.record.reach(f"a process killed {where}")
        delay = self._random.uniform(1, 40) if not self._ending else 1.0
        self.loop.call_later(delay, self._start_again, life.name[0])

    def _start_again(self, name: str) -> None:
        if Fault.GONE in self.store.faults and self.plan.sqlite:
            self.loop.call_later(5, self._start_again, name)  # a start without a database ends at once
            return
        self._start(name)

    def _some_process(self, random: Random) -> Process | None:
        running = [process for process in self.processes.values() if process.runs]
        return random.choice(running) if running else None

    # ---- what breaks -------------------------------------------------------------------------------------------

    async def _break(self, event: Event) -> None:
        fault, random = Fault(event.what), self.plan.random(f"fault {event.number}")
        if Line.bears(fault):
            self.machine.line.ill[event.number] = Ill(fault, random, random.choice((0.1, 0.3, 0.6, 1.0)))
            await asyncio.sleep(event.lasts)
            self.machine.line.ill.pop(event.number, None)
        elif fault in _STORE_FAULTS:
            if fault is Fault.GONE and random.random() < 0.5:
                await self._sender()
            self.record.faults[fault] += 1
            self.store.begin(fault)
            await asyncio.sleep(event.lasts)
            self.store.end(fault)
        else:
            self.record.faults[fault] += 1
            await self._break_process(fault, event, random)

    async def _break_process(self, fault: Fault, event: Event, random: Random) -> None:
        process = self._some_process(random)
        match fault:
            case Fault.CLOCK_BACK | Fault.CLOCK_FORWARD:
                self._set_clock(fault, random)
            case Fault.POWER_CUT:
                for one in self.processes.values():
                    one.life.dead = True
                self._step("power cut")
                self.store.cut_power(random)
                self.record.reach("a torn log")
                for name in tuple(self.processes):
                    self.loop.call_later(random.uniform(5, 60), self._start_again, name)
            case Fault.KILL if process:
                process.life.kill("at an await")
            case Fault.KILL_AT if process:
                process.life.doom, process.life.spared = random.choice(_PLACES), random.randrange(4)
            case Fault.STOP if process:
                await self._stop(process)
            case Fault.SWITCH:
                self.machine = evolve(self.machine, mtproto=not self.machine.mtproto)
                await asyncio.gather(*(self._stop(one) for one in tuple(self.processes.values()) if one.runs))
                self.record.reach("a change of the transport")
            case Fault.HANG if process:
                life = await self._sender() if random.random() < 0.6 else process.life
                await self._hang(life, event.lasts)

    async def _hang(self, life: Life, seconds: float) -> None:
        if life.dead:
            return
        life.hung = True
        self._step(f"{life.name} hangs")
        await asyncio.sleep(seconds)
        if life.hung and not life.dead:
            life.come_back()
            self.record.reach("a hung process that came back")

    async def _stop(self, process: Process) -> None:
        """End a process as an update of the program does, and start it again."""
        process.task.cancel()
        await asyncio.wait({process.task}, timeout=60)
        if not process.life.dead:
            process.life.dead = True
            self.record.reach("a process stopped and started")
            self._step(f"{process.life.name} is stopped")
            self.loop.call_later(3, self._start_again, process.life.name[0])

    async def _sender(self) -> Life:
        """Wait until a message arrives, and return the life whose it is: it does not know yet."""
        if self._arrival.done():
            self._arrival = self.loop.create_future()
        return await asyncio.shield(self._arrival)

    def _set_clock(self, fault: Fault, random: Random) -> None:
        """Set the clock by minutes or hours, and right again when it was wrong."""
        if self.clock.ahead:
            by = -self.clock.ahead
        else:
            by = timedelta(seconds=random.uniform(70, 3 * HOUR)) * (-1 if fault is Fault.CLOCK_BACK else 1)
        self.clock.ahead += by
        self.holding.forget_all()
        self._step(f"the clock is set by {by.total_seconds():.3f} s")
        self.record.reach("a clock set back" if by < timedelta() else "a clock set forward")

    # ---- the console, as people see it -------------------------------------------------------------------------

    def now(self) -> datetime:
        """Return the time that the machine shows."""
        return self.clock.now()

    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do what a page does."""
        return await self._ask(work, reads=False)

    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Look at a page."""
        return await self._ask(work, reads=True)

    async def _ask(self, work: Callable[[UnitOfWork], T], *, reads: bool) -> T:
        process = self._some_process(self._random)
        if process is None:
            raise NoAnswer("nobody serves")
        try:
            async with asyncio.timeout(_PATIENCE):
                return await process.serve(work, reads=reads)
        except (TimeoutError, StorageError) as error:
            raise NoAnswer(str(error)) from error
        except DomainError:
            raise
        except Exception as error:
            self.wrong(
                "our own program makes no faults", f"a page failed: {''.join(traceback.format_exception(error))}"
            )
            raise NoAnswer("500") from error

    # ---- what is looked at -------------------------------------------------------------------------------------

    def look(self) -> Transactions:
        """Return transactions of nobody's process, without faults."""
        return self.store.open(LocalLiveEvents())

    def _checks(self) -> Checks:
        return Checks(
            store=self.look(),
            telegram=self.telegram,
            zone=ZoneInfo(self.zone),
            sends_once=self.plan.mtproto and not self.record.reached["a change of the transport"],
            wrong=self.wrong,
        )

    def wrong(self, rule: str, detail: str) -> None:
        """Note a broken rule; the run ends at the next event."""
        if not self._over:
            self.record.break_(rule, self.loop.time(), detail)

    def heard(self, _: Any, method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Hear what the program logs: an exception that it did not expect is a fault of its own."""
        if entry.get("exc_info"):
            told = "".join(traceback.format_exc())
            self.wrong("our own program makes no faults", f"{entry.get('event')}: {told[-3000:]}")
        return entry

    def close(self) -> None:
        """Close what is open, and bury the dead."""
        self._over = True
        self.store.close()
        bury(self.loop, self._lives)

    def _arrived(self, what: str) -> None:
        self._step(what)
        life = LIFE.get()
        if life is not None and not self._arrival.done():
            self._arrival.set_result(life)
        if Fault.GONE in self.store.faults:
            self.record.reach("a message sent while the database was away")

    def _sent(self, life: Life) -> None:
        if self.holding.server is not None and self.holding.server is not life:
            self.record.reach("a lease lost while sending")

    def _step(self, what: str) -> None:
        self.record.step(self.loop.time(), what)

    def _task(self, work: Any) -> "asyncio.Task[Any]":
        task = self.loop.create_task(work)
        self._tasks.append(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.remove(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.wrong("the simulation makes no faults", "".join(traceback.format_exception(error)))

    def _process_ended(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled():
            self.wrong("our own program makes no faults", f"a process ended: {task.exception()!r}")

    def _stop_if_broken(self) -> None:
        if self.record.violation is not None:
            raise Broken(self.record.violation)


def _furnish(uow: UnitOfWork) -> None:
    create_first_catalogue(uow)
    demo_data.people(uow, dict.fromkeys(("helpdesk", "leader", "supervisor", "admin"), "-"))
    uow.people.add(Person(id=0, name="Tini Helpdesk", username="helpdesk2", role=Role.HELPDESK))


def run(plan: Plan) -> Record:
    """Run a plan to its end or to its first violation, and return what it said."""
    folder = Path(tempfile.mkdtemp(prefix="sikpro-simulation-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    loop = VirtualLoop()
    record = Record()
    world: World | None = None
    try:
        asyncio.set_event_loop(loop)
        world = World(plan, loop, folder, record)
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
