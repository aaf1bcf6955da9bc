"""One process of SIKPRO: its real container and its real loops, over a simulated store, line and clock."""

import asyncio
import tempfile
from collections.abc import Callable
from contextvars import copy_context
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from attrs import define, field, frozen
from dependency_injector import providers

from sikpro.adapters.excel.workbook import ExcelWorkbookWriter
from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.adapters.pictures.svg import ResvgPictures
from sikpro.adapters.telegram.bot_api import BotApi, BotApiFiles, BotApiMessenger, BotApiSource
from sikpro.application.ports.barcodes import Barcode, PhotoReading
from sikpro.application.ports.chance import Chance
from sikpro.application.ports.chat import Outgoing
from sikpro.application.ports.exports import Export
from sikpro.application.ports.health import Checked, Integrity, Space
from sikpro.application.ports.network import FileSource, Messenger, UpdateSource
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.application.workers.backoff import Backoff
from sikpro.application.workers.clock_watch import ClockWatch
from sikpro.application.workers.exports import ExportMaker, ExportWriting, Progress, ThreadExports
from sikpro.entrypoints.bot import Bot
from sikpro.entrypoints.container import Container
from sikpro.entrypoints.fonts import FONTS
from sikpro.entrypoints.server import _loops
from sikpro.entrypoints.settings import Settings
from tests.simulation.bot_api_line import BotApiLine
from tests.simulation.loop import LIFE, Life, never
from tests.simulation.mtproto_line import MtprotoLine
from tests.simulation.network import POLL, Line, WatchedMessenger
from tests.simulation.plan import Fault
from tests.simulation.telegram import TOKEN, Telegram
from tests.simulation.transactions import SimulatedTransactions

T = TypeVar("T")
ZONE = "Asia/Jakarta"
_IDLE = 20.0
"""The pauses of the loops that ask the store whether there is work, longer than in production: a year has to pass."""

_PORTION = 2
"""The rows in a portion of a table: small, so that processes end between portions."""


@define
class SimulatedClock:
    """The machine's clock. It goes with the loop's time, until somebody sets it."""

    start: datetime
    passed: Callable[[], float]
    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        """Return the time that the machine shows."""
        return self.start + timedelta(seconds=round(self.passed(), 6)) + self.ahead


@frozen
class QuickBarcodes:
    """Reads a photo that is its own text: no picture has to be drawn, and no child process started."""

    async def read(self, content: bytes) -> PhotoReading:
        """Return the barcodes that the photo says it shows, after a while."""
        await asyncio.sleep(1.5)
        serial = content.partition(b"|")[2].decode()
        return PhotoReading((Barcode(serial, sure=True),) if serial else ())


@frozen
class QuietPlace:
    """The disk of the data: nothing to say about it. What is wrong with the store its transactions say."""

    async def space(self) -> Space | None:
        """Return nothing that is known."""
        return None

    async def check_integrity(self) -> Checked:
        """Find nothing."""
        return Checked(Integrity.OK)


@frozen
class FailingDisk:
    """An `ExportMaker` whose disk is full while the fault is in force, and that takes some seconds."""

    inner: ExportMaker
    faults: set[Fault]
    life: Life

    async def make(self, export: Export, path: Path, report: Progress) -> None:
        """Write the file. Raises `OSError`."""
        await asyncio.sleep(3)
        await self.life.survive("while it wrote a file")
        if Fault.NO_FILE in self.faults:
            raise OSError(28, "No space left on device")
        await self.inner.make(export, path, report)


@frozen(kw_only=True)
class Machine:
    """What the processes share, and what they run on."""

    telegram: Telegram
    line: Line
    clock: SimulatedClock
    chance: Chance
    sending: dict[int, Life]
    wrong: Callable[[str, str], None]
    sent: Callable[[Life], None]
    alone: bool
    mtproto: bool
    faults: set[Fault]


@define(eq=False)
class Process:
    """A running SIKPRO with all its loops."""

    life: Life
    machine: Machine
    container: Container = field(repr=False)
    transactions: SimulatedTransactions = field(repr=False)
    task: "asyncio.Task[None]" = field(repr=False)

    @classmethod
    def start(
        cls,
        life: Life,
        machine: Machine,
        store: Callable[[LocalLiveEvents], Transactions],
        simulated: Callable[[Transactions], SimulatedTransactions],
    ) -> "Process":
        """Start a process: everything that it makes belongs to its life."""
        context = copy_context()
        context.run(LIFE.set, life)
        loop = asyncio.get_running_loop()

        def make() -> tuple[Container, SimulatedTransactions]:
            live = LocalLiveEvents(chance=machine.chance)
            transactions = simulated(store(live))
            return _container(life, machine, live, transactions), transactions

        container, transactions = context.run(make)
        task = loop.create_task(_run(container), context=context)
        return cls(life, machine, container, transactions, task)

    @property
    def runs(self) -> bool:
        """Whether it answers."""
        return not self.life.dead and not self.life.hung

    def serve(self, work: Callable[[UnitOfWork], T], *, reads: bool) -> "asyncio.Future[T]":
        """Do what a page would do, in this process; the answer never comes if the process dies."""
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        async def page() -> None:
            try:
                result = await (self.transactions.read(work) if reads else self.transactions.write(work))
            except Exception as error:  # it is the caller's to judge
                if not answer.done():
                    answer.set_exception(error)
            else:
                if not answer.done():
                    answer.set_result(result)

        context = copy_context()
        context.run(LIFE.set, self.life)
        asyncio.get_running_loop().create_task(page(), context=context)  # its life keeps it
        return answer


async def _run(container: Container) -> None:
    async with _loops(container):
        await never()


def _container(life: Life, machine: Machine, live: LocalLiveEvents, transactions: SimulatedTransactions) -> Container:
    """Return the container of production with what the simulation brings instead: clock, chance, store, line, children.

    Its wiring is the real one.
    """
    settings = Settings(
        telegram_token=TOKEN, zone=ZONE, poll_timeout=POLL, data=Path(tempfile.gettempdir()) / "sikpro-simulation"
    )
    container = Container(settings=settings)
    messenger, source, files = _lines(life, machine)
    bot = Bot("bot:424242", source, messenger, files, release_all=_nothing, caution=lambda: ("", ""))
    watch = ClockWatch(clock=machine.clock, live=live, count=asyncio.get_running_loop().time)
    for provider, instead in (
        (container.watch, watch),
        (container.chance, machine.chance),
        (container.process, life.name),
        (container.file_watch, None),
        (container.place, QuietPlace()),
        (container.live, live),
        (container.threads, transactions),
        (container.bot, bot),
        (container.barcodes, QuickBarcodes()),
    ):
        provider.override(providers.Object(instead))
    _adjust(container, machine, transactions, life)
    return container


def _adjust(container: Container, machine: Machine, transactions: SimulatedTransactions, life: Life) -> None:
    long_poll, relay = container.long_poll(), container.relay()
    long_poll.take_over = container.left_behind().alone = machine.alone
    long_poll.backoff = Backoff(chance=machine.chance.share)
    relay.count = long_poll.count = container.health().count = asyncio.get_running_loop().time
    writing = ExportWriting(
        workbooks=ExcelWorkbookWriter(), pictures=ResvgPictures(FONTS), clock=machine.clock, zone=ZONE
    )
    exports = container.exports()
    exports.maker = FailingDisk(ThreadExports(transactions=transactions, writing=writing), machine.faults, life)
    tables = container.table_writer()
    tables.most = _PORTION
    for worker in (container.downloads(), container.photo_reader(), container.jobs(), exports, tables):
        worker.pause = _IDLE


def _lines(life: Life, machine: Machine) -> tuple[Messenger, UpdateSource, FileSource]:
    source: UpdateSource
    files: FileSource
    sending: Messenger
    if machine.mtproto:
        source = sending = files = MtprotoLine(machine.telegram, machine.line, life, machine.clock.now)
    else:
        transport = BotApiLine(machine.telegram, machine.line, life)
        one, other = (BotApi(TOKEN, poll_timeout=POLL, transport=transport) for _ in range(2))
        source, sending, files = (
            BotApiSource(one, now=machine.clock.now, count=asyncio.get_running_loop().time),
            BotApiMessenger(other),
            BotApiFiles(other),
        )

    def twice(message: Outgoing) -> None:
        machine.wrong(
            "what is claimed is held by one", f"{life.name} sends a message that it is sending: {message.text!r}"
        )

    return WatchedMessenger(sending, life, machine.sending, twice, machine.sent), source, files


async def _nothing() -> None:
    """Nothing is open between two requests."""
