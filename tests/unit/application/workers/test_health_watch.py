"""Health is computed from what last worked and last failed: no state outlives its reason, and none is hidden."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import pytest
from attrs import define, evolve, field

from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.adapters.memory import MemoryTransactions
from sikpro.application.ports.health import Checked, HealthRecord, Integrity, Space, Waiting
from sikpro.application.ports.network import BotState
from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.storage import StorageDamaged, StorageUnavailable, UnitOfWork
from sikpro.application.workers.clock_watch import SETTLES, ClockWatch
from sikpro.application.workers.daily_backup import DailyBackup
from sikpro.application.workers.exports import ExportRunner
from sikpro.application.workers.health import Health, Part
from sikpro.application.workers.health_watch import LATE, OUTAGE, STUCK, HealthWatch
from sikpro.application.workers.integrity import IntegrityCheck
from sikpro.application.workers.jobs import JobRunner
from sikpro.application.workers.relay import Relay
from sikpro.testing.builders import NOON, an_incoming, an_outgoing
from sikpro.testing.clock import StoryClock
from sikpro.testing.fakes import FakePlace
from sikpro.testing.messenger import FakeMessenger
from sikpro.testing.transactions import FailingTransactions, InlineTransactions

T = TypeVar("T")
ZONE = "Asia/Jakarta"


@define
class Machine:
    """A process with its store, its disk and its clock, and a watch over all."""

    clock: StoryClock = field(factory=lambda: StoryClock(NOON))
    store: FailingTransactions = field(factory=lambda: FailingTransactions(MemoryTransactions()))
    place: FakePlace = field(factory=FakePlace)
    passed: float = 0.0
    health_watch: HealthWatch = field(init=False)
    integrity: IntegrityCheck = field(init=False)
    backup: DailyBackup = field(init=False)

    def __attrs_post_init__(self) -> None:
        threads = InlineTransactions(self.store)
        watch = ClockWatch(clock=self.clock, live=LocalLiveEvents(), count=self.count)
        self.integrity = IntegrityCheck(
            transactions=threads, clock=watch, place=self.place, zone=ZONE, count=self.count
        )
        jobs = JobRunner(transactions=threads, zone=ZONE, watch=watch)
        jobs.store.count = self.count
        self.backup = DailyBackup(transactions=threads, clock=watch, backups=None, zone=ZONE, most=14, count=self.count)
        exports = ExportRunner(transactions=threads, clock=watch, maker=NoExports(), zone=ZONE)
        self.health_watch = HealthWatch(
            transactions=threads,
            watch=watch,
            place=self.place,
            integrity=self.integrity,
            jobs=jobs,
            exports=exports,
            backup=self.backup,
            owner="1-a",
            low=200,
            least=50,
            count=self.count,
        )

    def count(self) -> float:
        """The seconds that passed."""
        return self.passed

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        self.passed += seconds
        self.clock.later(seconds=seconds)

    async def looks(self) -> Health:
        """Probe, and tell."""
        await self.health_watch.look()
        return self.health_watch.health()

    def part(self, name: str) -> Part:
        """A part as it is told now."""
        return next(part for part in self.health_watch.health().parts if part.name == name)


class NoExports:
    """Makes no file."""

    async def make(self, *_: object) -> None:
        """Nothing is asked for."""


@pytest.fixture
def machine() -> Machine:
    return Machine()


async def test_a_store_that_keeps_a_row_is_well_and_ready_and_before_the_first_row_nothing_is_said(
    machine: Machine,
) -> None:
    before = machine.health_watch.health()
    assert (before.ok, before.ready, before.state("database")) == (True, False, "starting")
    after = await machine.looks()
    assert (after.ok, after.ready, after.state("database")) == (True, True, "ok")
    assert not any(part.ill for part in after.parts)


async def test_a_store_that_is_away_is_said_with_its_hour_and_forgotten_as_soon_as_it_is_back(
    machine: Machine,
) -> None:
    await machine.looks()
    machine.passes(10)
    lost_at, machine.store.fault = machine.clock.at, StorageUnavailable("no route")
    lost = await machine.looks()
    assert (lost.ok, lost.ready, machine.part("database")) == (
        *(False, False),
        Part(name="database", state="unavailable", since=lost_at, ill=True, stops=True),
    )
    machine.passes(10)
    await machine.looks()
    assert machine.part("database").since == lost_at
    machine.store.fault = None
    back = await machine.looks()
    assert (back.ok, back.ready, back.state("database")) == (True, True, "ok")


async def test_a_store_that_meets_damage_or_reads_another_row_than_was_written_is_damaged(machine: Machine) -> None:
    machine.store.fault = StorageDamaged("malformed")
    assert (await machine.looks()).state("database") == "damaged"
    machine.store.fault = None
    stored = HealthRecord(name="probe:1-a", at=NOON, detail="another")

    class Forgetful(InlineTransactions):
        async def read(self, work: Callable[[UnitOfWork], T]) -> T:
            await self.write(lambda uow: uow.health.put(stored))
            return await super().read(work)

    machine.health_watch.transactions = Forgetful(machine.store)
    assert (await machine.looks()).state("database") == "damaged"


async def test_a_probe_that_hangs_is_no_proof_for_long(machine: Machine) -> None:
    await machine.looks()
    machine.passes(LATE)
    assert machine.health_watch.health().ready
    machine.passes(1)
    health = machine.health_watch.health()
    assert (health.ok, health.ready, health.state("database")) == (False, False, "unavailable")


async def test_a_first_probe_that_never_ends_is_no_start_for_ever(machine: Machine) -> None:
    machine.passes(LATE + 1)
    assert machine.part("database").stops


@pytest.mark.parametrize(
    ("space", "state", "ok"),
    [
        (Space(200, 2000), "ok", True),
        (Space(199, 1000), "low", True),
        (Space(200, 2010), "low", True),  # less than a tenth
        (Space(50, 1000), "low", True),
        (Space(49, 1000), "full", False),
        (Space(200, 2000, 100_000_000), "ok", True),
        (Space(200, 2000, 100_000_001), "copy_waits", True),
        (Space(199, 1000, 100_000_001), "low", True),
        (None, "elsewhere", True),
    ],
)
async def test_a_disk_is_low_before_it_is_full_and_only_a_full_one_stops_orders(
    machine: Machine, space: Space | None, state: str, ok: bool
) -> None:
    machine.place.room = space
    health = await machine.looks()
    assert (health.state("disk"), health.ok, health.ready) == (state, ok, ok)
    machine.place.room = Space(1000, 1000)
    assert (await machine.looks()).state("disk") == "ok"


async def test_the_ages_of_what_waits_and_of_what_came_last_are_told_and_a_jump_of_the_clock_is_in_none(
    machine: Machine,
) -> None:
    machine.store.write(lambda uow: uow.outbox.put(an_outgoing(), NOON))
    machine.store.write(lambda uow: uow.inbox.receive(an_incoming(), NOON))
    machine.passes(60)
    health = await machine.looks()
    assert (health.unsent, health.update) == (timedelta(minutes=1), timedelta(minutes=1))
    machine.clock.later(days=365)
    assert machine.health_watch.health().unsent == timedelta(minutes=1)


async def test_what_an_outage_left_is_counted_with_the_age_of_the_oldest(machine: Machine) -> None:
    def fails(uow: UnitOfWork, reason: str) -> None:
        uow.outbox.give_up(uow.outbox.put(an_outgoing(), NOON), Delivery.FAILED, reason, "", NOON)

    for reason in ("unreachable", "gateway", "blocked"):
        machine.store.write(lambda uow, reason=reason: fails(uow, reason))  # type: ignore[misc]  # bound now
    machine.passes(60)
    health = await machine.looks()
    assert (health.failed, health.failed_age) == (2, timedelta(minutes=1))


async def test_a_clock_that_jumps_is_doubted_and_then_told_for_an_hour(machine: Machine) -> None:
    await machine.looks()
    machine.clock.later(days=1)
    assert (machine.part("clock").state, machine.part("clock").ill) == ("doubted", True)
    machine.passes(SETTLES.total_seconds())
    assert (machine.part("clock").state, machine.part("clock").ill) == ("set_forward", False)


async def test_jobs_that_wait_fail_or_stand_still_are_told(machine: Machine) -> None:
    jobs = machine.health_watch.jobs
    assert (machine.part("jobs").state, machine.part("exports").state) == ("starting", "starting")
    await jobs._schedule()
    jobs.store.worked()
    await machine.looks()
    assert machine.part("jobs").state == "ok"
    jobs.store.failed("storage")
    assert machine.part("jobs").state == "storage"
    jobs.store.worked()
    assert machine.part("jobs").state == "ok"
    job = machine.store.read(lambda uow: uow.jobs.all())[0]
    machine.store.write(lambda uow: uow.jobs.again(job, NOON, "boom"))
    await machine.looks()
    assert machine.part("jobs").state == "failing"
    machine.store.write(lambda uow: uow.jobs.again(uow.jobs.all()[0], NOON))
    await machine.looks()
    machine.passes(STUCK + 1)
    assert machine.part("jobs").state == "stuck"


@pytest.mark.parametrize(
    ("trouble", "connected", "passes", "ill", "stops"),
    [
        ("", True, 0, False, False),
        ("clock", True, 0, True, False),
        ("starting", False, OUTAGE * 2, False, False),
        ("other_process", False, OUTAGE * 2, False, False),
        ("unreachable", False, OUTAGE, True, False),
        ("unreachable", False, OUTAGE + 1, True, True),
        ("unauthorised", False, 0, True, True),
        ("webhook", False, 0, True, True),
    ],
)
def test_a_bot_stops_orders_when_no_wait_helps_or_it_was_away_for_long(
    machine: Machine, trouble: str, connected: bool, passes: float, ill: bool, stops: bool
) -> None:
    state = BotState(connected=connected, since=NOON, trouble=trouble)
    machine.health_watch.bot = lambda: state
    machine.passes(passes)
    part = machine.part("bot")
    assert (part.state, part.ill, part.stops) == (trouble or "connected", ill, stops)


def test_a_clock_that_was_set_changes_nothing_about_how_long_the_bot_is_as_it_is() -> None:
    state = BotState(connected=False, since=NOON, trouble="unreachable", changed=100.0)
    an_hour_back = NOON - timedelta(hours=1) + timedelta(minutes=5)
    assert an_hour_back - state.as_shown_at(an_hour_back, 400.0).since == timedelta(minutes=5)


def test_a_relay_says_storage_as_long_as_its_store_fails_and_then_what_its_line_does(machine: Machine) -> None:
    relay = Relay(transactions=InlineTransactions(machine.store), messenger=FakeMessenger(), clock=machine.clock)
    machine.health_watch.relay = lambda: relay
    assert machine.part("relay").state == "idle"
    relay.line.failed("unreachable")
    relay.store.failed("storage")
    assert (machine.part("relay").state, machine.part("relay").ill) == ("storage", True)
    relay.store.worked()
    assert machine.part("relay").state == "unreachable"
    relay.line.worked()
    assert (machine.part("relay").state, machine.part("relay").ill) == ("sending", False)


def test_a_relay_that_may_not_send_because_the_other_processes_do_not_see_its_own_is_not_called_well(
    machine: Machine,
) -> None:
    relay = Relay(transactions=InlineTransactions(machine.store), messenger=FakeMessenger(), clock=machine.clock)
    relay.line.worked()
    machine.health_watch.relay, machine.health_watch.linked = lambda: relay, lambda: False
    assert (machine.part("relay").state, machine.part("relay").ill) == ("storage", True)


async def test_data_are_read_through_once_a_night_and_the_result_is_kept(machine: Machine) -> None:
    check = machine.integrity
    await check.look()
    await check.look()
    assert (machine.place.checks, machine.part("integrity").state) == (1, "ok")
    machine.passes(24 * 3600)
    await check.look()
    assert machine.place.checks == 2
    again = evolve(check)
    await again.look()
    assert (machine.place.checks, again.last) == (2, check.last)


async def test_damage_is_told_stays_told_and_is_looked_for_again_every_hour(machine: Machine) -> None:
    machine.place.checked = Checked(Integrity.DAMAGED, "page 7")
    await machine.integrity.look()
    health = await machine.looks()
    assert (health.ok, health.ready, health.state("integrity")) == (False, False, "damaged")
    machine.place.checked = Checked(Integrity.OK)
    await machine.integrity.look()
    assert machine.part("integrity").state == "damaged"
    machine.passes(3600)
    await machine.integrity.look()
    assert ((await machine.looks()).ok, machine.part("integrity").state) == (True, "ok")


async def test_damage_that_the_store_meets_at_work_is_told_at_once_and_looked_for_but_not_without_end(
    machine: Machine,
) -> None:
    await machine.integrity.look()
    machine.integrity.met(StorageDamaged("malformed"))
    assert machine.part("integrity").stops
    machine.place.checked = Checked(Integrity.DAMAGED, "page 7")
    for _ in range(3):
        machine.integrity.met(StorageDamaged("malformed"))
        await machine.integrity.look()
    assert machine.place.checks == 1
    machine.passes(600)
    await machine.integrity.look()
    assert machine.place.checks == 2


async def test_a_check_that_cannot_be_made_or_kept_is_no_damage(machine: Machine) -> None:
    machine.store.fault = StorageUnavailable("away")
    await machine.integrity.look()
    assert machine.part("integrity").state == "waiting"
    machine.store.fault = None
    machine.place.fault = StorageUnavailable("away")
    await machine.integrity.look()
    assert machine.part("integrity").state == "waiting"


async def test_what_waits_is_known_from_the_last_probe_and_unknown_while_the_store_is_away(machine: Machine) -> None:
    assert machine.health_watch.waiting is None
    machine.store.write(lambda uow: uow.outbox.put(an_outgoing(), machine.clock.at))
    await machine.looks()
    assert machine.health_watch.waiting == Waiting(messages=1)
    machine.store.fault = StorageUnavailable("no route")
    await machine.looks()
    assert machine.health_watch.waiting is None


async def test_the_age_of_the_last_backup_is_known_once_there_was_one(machine: Machine) -> None:
    assert machine.health_watch.backup_age is None
    machine.backup.last = HealthRecord(name="backup", at=machine.clock.at, state="restored")
    machine.passes(90)
    assert machine.health_watch.backup_age == 90
