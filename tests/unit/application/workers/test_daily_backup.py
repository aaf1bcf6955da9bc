"""A backup each night: made once, the newest kept, tried again when it failed, and never called one when it is none."""

from datetime import timedelta

import pytest
from attrs import define, field

from sikpro.adapters.memory import MemoryTransactions
from sikpro.application.ports.backups import Backup, BackupFailed
from sikpro.application.workers.daily_backup import DailyBackup
from sikpro.testing.builders import NOON
from sikpro.testing.clock import StoryClock
from sikpro.testing.fakes import FakeBackups
from sikpro.testing.transactions import FailingTransactions, InlineTransactions

ZONE = "Asia/Jakarta"


@define
class Nights:
    """A worker, its clock and its place."""

    clock: StoryClock = field(factory=lambda: StoryClock(NOON))
    store: FailingTransactions = field(factory=lambda: FailingTransactions(MemoryTransactions()))
    place: FakeBackups = field(factory=FakeBackups)
    passed: float = 0.0
    worker: DailyBackup = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.worker = self.another()

    def another(self) -> DailyBackup:
        """Another process over the same store and place."""
        return DailyBackup(
            transactions=InlineTransactions(self.store),
            clock=self.clock,
            backups=self.place,
            zone=ZONE,
            most=3,
            count=lambda: self.passed,
        )

    async def after(self, hours: float = 0.0, worker: DailyBackup | None = None) -> list[str]:
        """Let time pass, and look each ten minutes."""
        worker = worker or self.worker
        await worker.look(self.place)
        for _ in range(round(hours * 6)):
            self.passed += 600
            self.clock.later(seconds=600)
            await worker.look(self.place)
        return self.place.names


@pytest.fixture
def nights() -> Nights:
    return Nights()


async def test_the_first_is_made_at_once_then_one_each_night_at_two_and_the_newest_stay(nights: Nights) -> None:
    assert await nights.after(0) == [f"sikpro-{NOON:%Y%m%d-%H%M%S}.zip"]
    first = nights.place.names[0]
    assert len(await nights.after(24 * 5)) == 3
    assert first not in nights.place.names
    assert nights.place.tries == 6
    assert {name[-10:] for name in nights.place.names} == {"190000.zip"}, "two o'clock in Jakarta"


async def test_one_that_failed_is_no_backup_and_is_tried_again_after_half_an_hour(nights: Nights) -> None:
    nights.place.fault = BackupFailed("no space left on device")
    await nights.after(2)
    assert nights.place.tries == 5
    assert nights.worker.failed
    assert nights.worker.last is None
    assert nights.store.read(lambda uow: uow.health.get("backup")) is None
    nights.place.fault = None
    assert len(await nights.after(1)) == 1
    assert not nights.worker.failed


async def test_another_process_makes_none_if_there_is_one_of_this_night(nights: Nights) -> None:
    await nights.after(0)
    other = nights.another()
    await nights.after(1, other)
    assert nights.place.tries == 1
    assert other.last == nights.worker.last


async def test_of_several_processes_only_one_makes_the_backup_of_a_night(nights: Nights) -> None:
    """The others look while it is being made."""
    other, tries = nights.another(), list[int]()

    class Slow(FakeBackups):
        async def make(self, name: str) -> Backup:
            nights.clock.later(seconds=60 * 70)
            await other.look(nights.place)
            tries.append(nights.place.tries)
            return await nights.place.make(name)

    await nights.worker.look(Slow())
    assert (tries, nights.place.tries) == ([0], 1)


async def test_the_backup_of_a_process_that_ended_is_made_by_another(nights: Nights) -> None:
    nights.place.fault = BackupFailed("no space left on device")
    await nights.after(0)
    nights.place.fault = None
    assert len(await nights.after(2.5, nights.another())) == 1


async def test_who_comes_too_late_with_the_same_name_has_not_failed(nights: Nights) -> None:
    """The backup took longer than the claim: the other's is the night's."""

    class Late(FakeBackups):
        async def make(self, name: str) -> Backup:
            nights.clock.later(seconds=3600 * 3)
            await nights.after(0)
            raise BackupFailed(f"{name} is there already")

    other = nights.another()
    await other.look(Late())
    assert (other.failed, nights.place.tries) == (False, 1)


async def test_one_that_goes_on_failing_keeps_no_other_process_from_the_nights_backup(nights: Nights) -> None:
    """The disk of one machine is full; each process looks every minute."""
    full, other = FakeBackups(fault=BackupFailed("no space left on device")), nights.another()
    for _ in range(3 * 60):
        nights.passed += 60
        nights.clock.later(seconds=60)
        await nights.worker.look(full)
        await other.look(nights.place)
    assert full.tries >= 2
    assert len(nights.place.names) == 1
    assert not nights.worker.failed


async def test_a_copy_that_could_not_be_restored_says_so(nights: Nights) -> None:
    nights.place.restored = False
    await nights.after(0)
    assert nights.worker.last
    assert nights.worker.last.state == "unread"


async def test_a_clock_that_was_ahead_keeps_no_night_without_a_backup(nights: Nights) -> None:
    await nights.after(0)
    nights.clock.later(seconds=-timedelta(days=40).total_seconds())
    await nights.after(0)
    assert nights.place.tries == 2


async def test_without_a_place_the_loop_ends_and_nothing_is_made(nights: Nights) -> None:
    nights.worker.backups = None
    await nights.worker.run()
    assert nights.place.tries == 0
