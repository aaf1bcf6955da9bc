"""What breaks: each fault of the plan, from its beginning to its end."""

import asyncio
from datetime import timedelta
from random import Random

from attrs import define

from tests.simulation.fleet import Fleet
from tests.simulation.network import Ill, Line
from tests.simulation.plan import HOUR, Event, Fault, Plan
from tests.simulation.record import Record

_PLACES = (
    "before a commit",
    "in a transaction",
    "after a commit",
    "before a send",
    "after a send",
    "while it wrote a file",
)
_OF_THE_STORE = (Fault.DISK_FULL, Fault.DISK_SLOW, Fault.BUSY, Fault.GONE, Fault.NO_FILE)
_SHARES = (0.1, 0.3, 0.6, 1.0)
"""The share of the calls that a fault of the line hits."""


@define
class Breaking:
    """Lets things break. Each fault draws from a source of its own."""

    plan: Plan
    fleet: Fleet
    record: Record

    async def break_(self, event: Event) -> None:
        """Let a fault begin, and end."""
        fault, random = Fault(event.what), self.plan.random(f"fault {event.number}")
        if Line.bears(fault):
            await self._of_the_line(fault, event, random)
            return
        self.record.faults[fault] += 1
        if fault in _OF_THE_STORE:
            await self._of_the_store(fault, event, random)
        else:
            await self._of_a_process(fault, event, random)

    def mend(self) -> None:
        """End all faults."""
        for fault in tuple(self.fleet.store.faults):
            self.fleet.store.end(fault)
        self.fleet.machine.line.ill.clear()
        self.fleet.come_back()

    async def _of_the_line(self, fault: Fault, event: Event, random: Random) -> None:
        line = self.fleet.machine.line
        line.ill[event.number] = Ill(fault, random, random.choice(_SHARES))
        await asyncio.sleep(event.lasts)
        line.ill.pop(event.number, None)

    async def _of_the_store(self, fault: Fault, event: Event, random: Random) -> None:
        if fault is Fault.GONE and random.random() < 0.5:
            await self.fleet.sender()
            self.record.reach("a message sent while the database was away")
        if not self.fleet.ending:
            self.fleet.store.begin(fault)
            await asyncio.sleep(event.lasts)
            self.fleet.store.end(fault)

    async def _of_a_process(self, fault: Fault, event: Event, random: Random) -> None:
        process = self.fleet.some(random)
        match fault:
            case Fault.CLOCK_BACK | Fault.CLOCK_FORWARD:
                self._set_clock(fault, random)
            case Fault.POWER_CUT:
                self.fleet.lose_power(random)
            case Fault.SWITCH:
                await self._switch(random)
            case Fault.KILL if process:
                process.life.kill("at an await")
            case Fault.KILL_AT if process:
                process.life.doom, process.life.spared = random.choice(_PLACES), random.randrange(4)
            case Fault.STOP if process:
                await self.fleet.stop(process)
            case Fault.HANG if process:
                life = await self.fleet.sender() if random.random() < 0.6 else process.life
                await self.fleet.hang(life, event.lasts)

    async def _switch(self, random: Random) -> None:
        """Change the transport; often when a process died before it knew of a message that had arrived."""
        if random.random() < 0.6:
            life = await self.fleet.sender()
            if self.fleet.ending:
                return
            life.kill("after a send")
            self.record.reach("a change of the transport while a message was sent")
        await self.fleet.change_transport()

    def _set_clock(self, fault: Fault, random: Random) -> None:
        """Set the clock by minutes or hours; right again when it was wrong."""
        clock = self.fleet.machine.clock
        if clock.ahead:
            by = -clock.ahead
        else:
            by = timedelta(seconds=random.uniform(70, 3 * HOUR)) * (-1 if fault is Fault.CLOCK_BACK else 1)
        clock.ahead += by
        self.fleet.holding.forget_all()
        self.record.step(self.fleet.loop.time(), f"the clock is set by {by.total_seconds():.3f} s")
        self.record.reach("a clock set back" if by < timedelta() else "a clock set forward")
