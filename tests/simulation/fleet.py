"""The processes of one installation: they start, die, hang, stop and start again; and the web that they serve."""

import asyncio
import traceback
from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import TypeVar

from attrs import define, evolve, field

from sikpro.application.ports.storage import StorageError, Transactions, UnitOfWork
from sikpro.domain.errors import DomainError
from tests.simulation.habits import NoAnswer
from tests.simulation.holding import Holding
from tests.simulation.loop import LIFE, Life, VirtualLoop, bury
from tests.simulation.plan import Fault, Plan
from tests.simulation.process import ZONE, Machine, Process
from tests.simulation.record import Record
from tests.simulation.store import Store
from tests.simulation.transactions import SimulatedTransactions

T = TypeVar("T")
_PATIENCE = 30.0
"""How long a person waits for a page."""

_LOST_START = 5.0
"""A start without a database ends at once; the machine tries again."""


@define(eq=False)
class Fleet:
    """The processes by their places, `a` and `b`. It is also the console that people see."""

    plan: Plan
    loop: VirtualLoop
    machine: Machine
    store: Store
    holding: Holding
    record: Record
    random: Random
    zone: str = ZONE
    processes: dict[str, Process] = field(factory=dict[str, Process])
    lives: list[Life] = field(factory=list[Life])
    ending: bool = False
    _arrival: "asyncio.Future[Life] | None" = None

    # ---- their lives -------------------------------------------------------------------------------------------

    def start(self, name: str) -> None:
        """Start a process in a place, and bury those who died there."""
        bury(life for life in self.lives if life.name[0] == name)
        life = Life(f"{name}{len(self.lives) + 1}", self._died)
        self.lives.append(life)
        random = self.plan.random(f"life {len(self.lives)}")

        def simulated(transactions: Transactions) -> SimulatedTransactions:
            return SimulatedTransactions(
                transactions, life, self.record, self.holding, self.store.faults, random, self.loop.time
            )

        process = Process.start(life, self.machine, self.store.open, simulated)
        self.processes[name] = process
        process.task.add_done_callback(self._ended)
        self._step(f"{life.name} starts")

    def some(self, random: Random) -> Process | None:
        """Return a process that answers."""
        running = [process for process in self.processes.values() if process.runs]
        return random.choice(running) if running else None

    async def stop(self, process: Process) -> None:
        """End a process as an update of the program does, and start it again."""
        process.task.cancel()
        await asyncio.wait({process.task}, timeout=60)
        if not process.life.dead:
            process.life.dead = True
            self.record.reach("a process stopped and started")
            self._step(f"{process.life.name} is stopped")
            self.loop.call_later(3, self._start_again, process.life.name[0])

    async def hang(self, life: Life, seconds: float) -> None:
        """Let a process stand still, and go on."""
        if life.dead or self.ending:
            return
        life.hung = True
        self._step(f"{life.name} hangs")
        await asyncio.sleep(seconds)
        if life.hung and not life.dead:
            life.come_back()
            self.record.reach("a hung process that came back")

    async def change_transport(self) -> None:
        """Stop all, and start them with the other transport."""
        self.machine = evolve(self.machine, mtproto=not self.machine.mtproto)
        self.record.reach("a change of the transport")
        await asyncio.gather(*(self.stop(one) for one in tuple(self.processes.values()) if one.runs))

    def lose_power(self, random: Random) -> None:
        """End all at once, with what they were writing."""
        for process in self.processes.values():
            process.life.dead = True
        self._step("power cut")
        self.store.cut_power(random)
        self.record.reach("a torn log")
        for name in tuple(self.processes):
            self.loop.call_later(random.uniform(5, 60), self._start_again, name)

    def come_back(self) -> None:
        """Let every process be well."""
        self.ending = True
        for process in self.processes.values():
            process.life.doom = ""
            if process.life.hung:
                process.life.come_back()

    def _died(self, life: Life, where: str) -> None:
        self._step(f"{life.name} dies {where}")
        self.record.counts["kills"] += 1
        self.record.reach(f"a process killed {where}")
        self.loop.call_later(self.random.uniform(1, 40), self._start_again, life.name[0])

    def _start_again(self, name: str) -> None:
        if Fault.GONE in self.store.faults and self.plan.sqlite:
            self.loop.call_later(_LOST_START, self._start_again, name)
        else:
            self.start(name)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled():
            self.machine.wrong("our own program makes no faults", f"a process ended: {task.exception()!r}")

    # ---- what they send ----------------------------------------------------------------------------------------

    async def sender(self) -> Life:
        """Wait until a message arrives, and return the life whose it is: it does not know of the arrival yet."""
        if self._arrival is None or self._arrival.done():
            self._arrival = self.loop.create_future()
        return await asyncio.shield(self._arrival)

    def arrived(self, what: str) -> None:
        """Hear of an arrival at Telegram."""
        self._step(what)
        life = LIFE.get()
        if life is not None and self._arrival is not None and not self._arrival.done():
            self._arrival.set_result(life)

    def sent(self, life: Life) -> None:
        """Hear that a process knows of an arrival."""
        if self.holding.server is not None and self.holding.server is not life:
            self.record.reach("a lease lost while sending")

    # ---- the console, as people see it -------------------------------------------------------------------------

    def now(self) -> datetime:
        """Return the time that the machine shows."""
        return self.machine.clock.now()

    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do what a page does. Raises `NoAnswer`, `DomainError`."""
        return await self._ask(work, reads=False)

    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Look at a page. Raises `NoAnswer`, `DomainError`."""
        return await self._ask(work, reads=True)

    async def _ask(self, work: Callable[[UnitOfWork], T], *, reads: bool) -> T:
        process = self.some(self.random)
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
            told = "".join(traceback.format_exception(error))
            self.machine.wrong("our own program makes no faults", f"a page failed: {told}")
            raise NoAnswer("500") from error

    def _step(self, what: str) -> None:
        self.record.step(self.loop.time(), what)
