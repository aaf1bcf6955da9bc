"""Exports: made once, told of, stopped, tried again, and forgotten."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from attrs import define, field
from openpyxl import load_workbook

from sikpro.adapters.excel.workbook import ExcelWorkbookWriter
from sikpro.adapters.pictures.svg import ResvgPictures
from sikpro.application.ports.exports import Export, ExportState
from sikpro.application.workers.exports import (
    ATTEMPTS,
    ExportFailed,
    ExportRunner,
    ExportWriting,
    Progress,
    ThreadExports,
)
from sikpro.application.workers.jobs import RECURRING
from sikpro.domain.people import Role
from sikpro.entrypoints.fonts import FONTS
from sikpro.testing.builders import a_person
from sikpro.testing.transactions import InlineTransactions
from tests.unit.application.workers.test_jobs import runner_of, turns
from tests.unit.chat import WHOLE, ZONE, Phone, World

Act = Callable[[Export, Path, Progress], None]


@define
class Acted:
    """Makes what each attempt's function makes, the last one for all further attempts."""

    acts: list[Act]
    made: int = field(default=0, init=False)

    async def make(self, export: Export, path: Path, told: Progress) -> None:
        """Do what is next."""
        act = self.acts[min(self.made, len(self.acts) - 1)]
        self.made += 1
        act(export, path, told)


def writes(content: bytes) -> Act:
    """An attempt that works."""

    def act(_: Export, path: Path, told: Progress) -> None:
        path.write_bytes(content)
        told(3, 3)

    return act


def fails(error: Exception) -> Act:
    """One that does not."""

    def act(*_: object) -> None:
        raise error

    return act


@define
class Desk:
    """A world with a supervisor who asks for exports."""

    world: World = field(factory=World)
    person: int = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Sit down."""
        sari = a_person("Sari", username="sari", role=Role.SUPERVISOR, password_hash="x")
        self.person = self.world.transactions.write(lambda uow: uow.people.add(sari)).id

    def asks(self, query: str = "period=2026-11", kind: str = "xlsx", send_to: int | None = None) -> Export:
        """Ask for a file."""
        at = self.world.clock.now()
        return self.world.transactions.write(
            lambda uow: uow.exports.ask(
                person=self.person, query=query, kind=kind, language="id", at=at, send_to=send_to
            )
        )

    def runner(self, *acts: Act) -> ExportRunner:
        """A runner whose attempts do these; without any it makes the real file."""
        transactions = InlineTransactions(self.world.transactions)
        pictures = ResvgPictures(FONTS)
        writing = ExportWriting(workbooks=ExcelWorkbookWriter(), pictures=pictures, clock=self.world.clock, zone=ZONE)
        maker = Acted(list(acts)) if acts else ThreadExports(transactions=transactions, writing=writing)
        return ExportRunner(transactions=transactions, clock=self.world.clock, maker=maker, zone=ZONE, tell_every=0.001)

    def now(self, export: Export) -> Export:
        """How it stands."""
        return self.world.transactions.read(lambda uow: uow.exports.get(export.id))


async def test_what_was_asked_for_is_made_and_kept_under_its_periods_name(tmp_path: Path) -> None:
    desk = Desk()
    Phone(desk.world, 1).says("/reg " + WHOLE)
    export = desk.asks("period=2026-11&sto=SDA")

    assert await desk.runner().next()

    done = desk.now(export)
    assert (done.state, done.done, done.total) == (ExportState.DONE, 1, 1)
    assert done.blob is not None
    blob = desk.world.transactions.read(lambda uow: uow.blobs.get(done.blob or 0))
    assert blob.name == "SIKPRO-rekap-2026-11-SDA.xlsx"
    content = desk.world.transactions.read(lambda uow: uow.blobs.part(blob.id, 0))
    (tmp_path / "a.xlsx").write_bytes(content)
    assert load_workbook(tmp_path / "a.xlsx")["Order"].max_row == 2
    assert not await desk.runner().next()


async def test_a_cancelled_export_stops_while_it_is_being_made() -> None:
    desk, ended = Desk(), list[str]()
    export = desk.asks()

    class Endless:
        async def make(self, _export: Export, _path: Path, told: Progress) -> None:
            told(1, 9)
            desk.world.transactions.write(lambda uow: uow.exports.cancel(export.id, desk.world.clock.now()))
            try:
                await asyncio.Event().wait()
            finally:
                ended.append("stopped")

    runner = desk.runner(fails(AssertionError()))
    runner.maker = Endless()
    assert await runner.next()
    assert (ended, desk.now(export).state, desk.now(export).blob) == (["stopped"], ExportState.CANCELLED, None)


async def test_a_killed_attempt_is_tried_again_and_the_third_is_the_last() -> None:
    desk = Desk()
    export = desk.asks()
    killed = ExportFailed("killed", again=True)
    runner = desk.runner(fails(killed), writes(b"x"))
    await runner.next()
    assert desk.now(export).state is ExportState.QUEUED
    await runner.next()
    assert desk.now(export).state is ExportState.DONE

    hopeless = desk.asks()
    runner = desk.runner(fails(killed))
    while await runner.next():
        pass
    seen = desk.now(hopeless)
    assert (seen.state, seen.error, seen.attempts) == (ExportState.FAILED, "killed", ATTEMPTS)


async def test_an_export_whose_server_died_each_time_ends_with_a_reason() -> None:
    desk = Desk()
    export = desk.asks()
    for _ in range(ATTEMPTS):
        desk.world.transactions.write(lambda uow: uow.exports.claim(desk.world.clock.now(), timedelta(minutes=1)))
        desk.world.clock.later(minutes=2)
    assert await desk.runner(writes(b"x")).next()
    assert (desk.now(export).state, desk.now(export).error) == (ExportState.FAILED, "lost")


async def test_whoever_may_no_longer_see_recaps_gets_none_and_is_told_why() -> None:
    desk = Desk()
    export = desk.asks()
    desk.world.transactions.write(
        lambda uow: uow.people.save(a_person("Sari", id=desk.person, username="sari", active=False))
    )
    await desk.runner().next()
    assert (desk.now(export).state, desk.now(export).error) == (ExportState.FAILED, "not_permitted")


async def test_a_full_disk_and_a_fault_of_ours_are_reasons_and_stop_nobody_elses_export() -> None:
    desk = Desk()
    first, second, third = desk.asks(), desk.asks("period=2026-10"), desk.asks("period=2026-09")
    runner = desk.runner(fails(OSError(28, "no space")), fails(RuntimeError("boom")), writes(b"x"))
    while await runner.next():
        pass
    assert [desk.now(one).error for one in (first, second, third)] == ["disk", "internal", ""]


async def test_a_file_for_a_chat_is_on_its_way_when_it_is_kept() -> None:
    desk = Desk()
    export = desk.asks(send_to=-100)
    await desk.runner(writes(b"x")).next()
    blob = desk.now(export).blob
    items = desk.world.transactions.read(lambda uow: uow.outbox.claim(desk.world.clock.now(), timedelta(minutes=1), 10))
    assert [(item.message.chat_id, item.message.document) for item in items] == [(-100, blob)]


async def test_a_chat_is_told_once_that_its_file_could_not_be_made() -> None:
    desk = Desk()
    desk.asks(send_to=-100)
    runner = desk.runner(fails(ExportFailed("killed", again=True)))
    while await runner.next():
        pass
    items = desk.world.transactions.read(lambda uow: uow.outbox.claim(desk.world.clock.now(), timedelta(minutes=1), 10))
    assert [(item.message.chat_id, item.message.text) for item in items] == [
        (-100, "File SIKPRO-rekap-2026-11.xlsx belum bisa dibuat. Unduh dari halaman Rekap.")
    ]


async def test_a_file_is_forgotten_a_day_after_it_was_asked_for() -> None:
    desk = Desk()
    desk.asks()
    await desk.runner(writes(b"x")).next()
    jobs = runner_of(desk.world, *(job for job in RECURRING if job.kind == "forget_exports"))
    await turns(jobs)
    assert len(desk.world.transactions.read(lambda uow: uow.exports.of_person(desk.person, 9))) == 1
    desk.world.clock.later(hours=25)
    await turns(jobs)
    assert desk.world.transactions.read(lambda uow: uow.exports.of_person(desk.person, 9)) == ()
