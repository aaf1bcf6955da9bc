"""Photos come from the network, are read, and each is told of exactly once, whatever happens between."""

import base64
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from attrs import define, field

from sikpro.adapters.memory import MemoryTransactions
from sikpro.adapters.telegram.bot_api import BotApi, BotApiFiles
from sikpro.application.ports.barcodes import Barcode, PhotoReading, Refusal
from sikpro.application.ports.network import RemoteFile
from sikpro.application.ports.photo_reads import PhotoRead, PhotoState
from sikpro.application.ports.storage import StorageUnavailable, UnitOfWork
from sikpro.application.workers.photo_reader import ATTEMPTS, PATIENCE, PhotoReader
from sikpro.testing.builders import NOON, an_outgoing
from sikpro.testing.clock import StoryClock
from sikpro.testing.contracts.network import DEWI
from sikpro.testing.fakes import FakeBarcodes
from sikpro.testing.transactions import FailingTransactions, InlineTransactions
from tests.integration.telegram.conftest import TOKEN, Simulation

PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 100
READING = PhotoReading((Barcode("ZTEGC6754546", True),))
Said = tuple[int, PhotoReading | None, str]


@define
class Story:
    """A store, a worker at the simulator, and what it told; each told photo also puts a message into the outbox."""

    simulation: Simulation
    files: BotApiFiles
    store: FailingTransactions = field(factory=lambda: FailingTransactions(MemoryTransactions()))
    clock: StoryClock = field(factory=lambda: StoryClock(NOON))
    barcodes: FakeBarcodes = field(factory=lambda: FakeBarcodes({PHOTO: READING}))
    said: list[Said] = field(factory=list)
    fault: Exception | None = None

    def tell(self, uow: UnitOfWork, read: PhotoRead, reading: PhotoReading | None, now: datetime) -> None:
        """Note what is told, in the transaction too, and fail while `fault` is set."""
        assert read.reading == reading
        uow.outbox.put(an_outgoing(), now)
        if self.fault:
            raise self.fault
        self.said.append((read.id, reading, read.reason))

    def worker(self) -> PhotoReader:
        """A worker, as after a start of the process."""
        return PhotoReader(
            transactions=InlineTransactions(self.store),
            source=self.files,
            barcodes=self.barcodes,
            clock=self.clock,
            tell=self.tell,
        )

    def wanted(self, content: bytes = PHOTO, reference: str = "") -> int:
        """Dewi sends a photo, and the chat wants it read."""
        encoded = base64.b64encode(content).decode()
        message_id = int(self.simulation.post(f"/chats/{DEWI}/photos", photo=encoded)["message_id"])
        reference = reference or str(self.simulation.messages()[-1]["photo"])
        remote = RemoteFile(transport="bot_api", chat_id=DEWI, message_id=message_id, reference=reference)
        now = self.clock.now()
        return self.store.write(lambda uow: uow.photo_reads.want(remote, telegram_id=DEWI, album=None, at=now))

    def photo(self, photo_id: int) -> PhotoRead:
        """How a photo stands."""
        return self.store.read(lambda uow: uow.photo_reads.get(photo_id))

    def messages(self) -> int:
        """How many messages are in the outbox."""
        return self.store.read(lambda uow: sum(uow.outbox.counts().values()))

    async def work_for(self, span: timedelta, step: timedelta = timedelta(seconds=5)) -> None:
        """Let the worker do what is due, again and again, while the story's time passes."""
        worker, end = self.worker(), self.clock.at + span
        while self.clock.at < end:
            while await worker.next():
                pass
            self.clock.later(step)


@pytest.fixture
async def story(simulation: Simulation) -> AsyncIterator[Story]:
    """A worker at the simulator."""
    api = BotApi(TOKEN, base_url=simulation.url, request_timeout=2)
    yield Story(simulation, BotApiFiles(api))
    await api.aclose()


async def test_a_photo_is_fetched_read_and_told_of_once(story: Story) -> None:
    photo_id = story.wanted()
    worker = story.worker()
    assert [await worker.next(), await worker.next()] == [True, False]
    assert story.said == [(photo_id, READING, "")]
    assert (story.photo(photo_id).state, story.photo(photo_id).reading) == (PhotoState.READ, READING)


async def test_photos_are_told_of_in_the_order_of_receipt(story: Story) -> None:
    ids = [story.wanted(), story.wanted(b"no picture")]
    await story.work_for(timedelta(seconds=5))
    assert story.said == [(ids[0], READING, ""), (ids[1], PhotoReading(refused=Refusal.NO_PICTURE), "")]


async def test_no_transaction_is_open_while_a_photo_is_read(story: Story) -> None:
    open_ones: list[int] = []
    story.barcodes.look = lambda: open_ones.append(len(story.store.open))
    story.wanted()
    await story.worker().next()
    assert open_ones == [0]


async def test_a_photo_waits_for_its_network_and_is_told_of_when_it_is_back(story: Story) -> None:
    photo_id = story.wanted()
    story.simulation.faults(fraction=1.0, kinds=["500"])
    await story.work_for(timedelta(minutes=3))
    assert (story.said, story.photo(photo_id).reason) == ([], "server")
    story.simulation.faults()
    await story.work_for(timedelta(minutes=2))
    assert story.said == [(photo_id, READING, "")]


async def test_a_photo_that_cannot_be_had_in_time_is_told_of_as_lost_once(story: Story) -> None:
    photo_id = story.wanted()
    story.simulation.faults(fraction=1.0, kinds=["500"])
    await story.work_for(PATIENCE + timedelta(minutes=3))
    story.simulation.faults()
    await story.work_for(timedelta(minutes=3))
    assert story.said == [(photo_id, None, "server")]
    assert story.photo(photo_id).state is PhotoState.LOST


async def test_a_photo_that_is_gone_is_told_of_as_lost_at_once(story: Story) -> None:
    photo_id = story.wanted(reference="photo:5")
    await story.worker().next()
    assert story.said == [(photo_id, None, "gone")]


async def test_a_photo_wanted_long_before_the_start_is_read_all_the_same(story: Story) -> None:
    photo_id = story.wanted()
    story.clock.later(days=1)
    await story.worker().next()
    assert story.said == [(photo_id, READING, "")]


async def test_a_reader_that_fails_is_told_of_and_stops_no_other_photo(story: Story) -> None:
    ids = [story.wanted(), story.wanted()]
    worker = story.worker()
    story.barcodes.fault = RuntimeError("a fault of the reader")
    await worker.next()
    story.barcodes.fault = None
    await worker.next()
    assert story.said == [(ids[0], PhotoReading(refused=Refusal.FAILED), ""), (ids[1], READING, "")]


async def test_a_photo_whose_worker_died_is_read_again_after_its_lease(story: Story) -> None:
    photo_id = story.wanted()
    story.barcodes.fault = SystemExit()
    with pytest.raises(SystemExit):
        await story.worker().next()
    story.barcodes.fault = None
    assert not await story.worker().next()
    story.clock.later(minutes=3)
    assert await story.worker().next()
    assert story.said == [(photo_id, READING, "")]


async def test_a_photo_that_ends_every_worker_is_told_of_as_lost(story: Story) -> None:
    photo_id = story.wanted()
    story.barcodes.fault = SystemExit()
    for _ in range(ATTEMPTS):
        with pytest.raises(SystemExit):
            await story.worker().next()
        story.clock.later(minutes=3)
    await story.worker().next()
    assert story.said == [(photo_id, None, "lost")]


async def test_two_workers_with_one_photo_tell_of_it_once(story: Story) -> None:
    photo_id = story.wanted()
    other = story.worker()

    def finish_first() -> None:
        story.barcodes.look = lambda: None
        story.store.write(lambda uow: uow.photo_reads.done(photo_id, PhotoReading()))

    story.barcodes.look = finish_first
    await other.next()
    assert story.said == []
    assert story.photo(photo_id).reading == PhotoReading()


async def test_a_store_out_of_reach_at_the_end_leaves_the_photo_for_later(story: Story) -> None:
    photo_id = story.wanted()

    def cut() -> None:
        story.store.fault = StorageUnavailable("gone")

    story.barcodes.look = cut
    with pytest.raises(StorageUnavailable):
        await story.worker().next()
    story.store.fault, story.barcodes.look = None, lambda: None
    await story.work_for(timedelta(minutes=3))
    assert story.said == [(photo_id, READING, "")]


async def test_an_answer_that_fails_is_undone_and_tried_again(story: Story) -> None:
    photo_id = story.wanted()
    story.fault = RuntimeError("a fault of the answer")
    await story.worker().next()
    assert story.photo(photo_id).state is PhotoState.WANTED
    assert story.messages() == 0
    story.fault = None
    await story.work_for(timedelta(minutes=1))
    assert (story.said, story.messages()) == ([(photo_id, READING, "")], 1)


async def test_an_answer_that_always_fails_does_not_keep_the_photo_for_ever(story: Story) -> None:
    photo_id = story.wanted()
    story.fault = RuntimeError("a fault of the answer")
    for _ in range(3):
        await story.worker().next()
        story.clock.later(PATIENCE + timedelta(seconds=1))
    assert (story.photo(photo_id).state, story.photo(photo_id).reason) == (PhotoState.LOST, "internal")
    assert story.messages() == 0


async def test_a_process_that_does_not_serve_the_bot_reads_nothing(story: Story) -> None:
    story.wanted()
    worker = story.worker()
    worker.may_fetch = lambda: False
    assert not await worker.next()
