"""How long files and photos are tried, and that a clock that jumps does not shorten it."""

from datetime import timedelta

import pytest

from sikpro.adapters.memory import MemoryTransactions
from sikpro.application.ports.chat import Transport
from sikpro.application.ports.files import FileState
from sikpro.application.ports.network import RemoteFile, SourceError, Trouble
from sikpro.application.ports.photo_reads import PhotoState
from sikpro.application.workers.downloads import Downloads
from sikpro.application.workers.photo_reader import PhotoReader
from sikpro.testing.builders import NOON, stored_order
from sikpro.testing.clock import StoryClock
from sikpro.testing.fakes import FakeBarcodes
from sikpro.testing.transactions import InlineTransactions

JUMPS = [timedelta(hours=1), timedelta(days=3), timedelta(days=365)]
REMOTE = RemoteFile(transport=Transport.BOT_API, chat_id=700, message_id=1, reference="x")


class Away:
    """A source of files that cannot be reached."""

    understands = frozenset({Transport.BOT_API})

    async def download(self, file: RemoteFile, limit: int) -> bytes:
        """Fail for now."""
        raise SourceError(Trouble.UNREACHABLE)


def reading(store: MemoryTransactions, clock: StoryClock) -> tuple[PhotoReader, int]:
    """A reader of photos and the photo that it wants."""
    wanted = store.write(lambda uow: uow.photo_reads.want(REMOTE, telegram_id=1, album=None, at=NOON))
    reader = PhotoReader(
        transactions=InlineTransactions(store),
        source=Away(),
        barcodes=FakeBarcodes(),
        clock=clock,
        tell=lambda *_: None,
    )
    return reader, wanted


@pytest.mark.parametrize("jump", JUMPS, ids=str)
async def test_a_file_that_cannot_be_had_is_wanted_for_two_days_that_passed(jump: timedelta) -> None:
    store, clock = MemoryTransactions(), StoryClock(NOON)
    order = store.write(stored_order)
    wanted = store.write(
        lambda uow: uow.files.want(
            order_id=order.id,
            chat_id=700,
            message_id=1,
            transport=Transport.BOT_API,
            reference="x",
            kind="photo",
            name="",
            size=None,
            at=NOON,
        )
    )
    downloads = Downloads(transactions=InlineTransactions(store), source=Away(), clock=clock)
    downloads.jumped = lambda since: jump if since < NOON + jump else timedelta()
    clock.later(jump)

    async def tries_for(span: timedelta) -> FileState:
        end = clock.at + span
        while clock.at < end:
            clock.later(minutes=30)
            await downloads.next()
        return store.read(lambda uow: uow.files.get(wanted)).state

    assert await tries_for(timedelta(hours=47)) is FileState.WANTED
    assert await tries_for(timedelta(hours=2)) is not FileState.WANTED


@pytest.mark.parametrize("jump", JUMPS, ids=str)
async def test_a_photo_that_cannot_be_had_is_wanted_for_ten_minutes_that_passed(jump: timedelta) -> None:
    store, clock = MemoryTransactions(), StoryClock(NOON)
    reader, wanted = reading(store, clock)
    reader.jumped = lambda since: jump if since < NOON + jump else timedelta()
    clock.later(jump)

    async def tries_for(span: timedelta) -> PhotoState:
        end = clock.at + span
        while clock.at < end:
            clock.later(seconds=61)
            await reader.next()
        return store.read(lambda uow: uow.photo_reads.get(wanted)).state

    assert await tries_for(timedelta(minutes=7)) is PhotoState.WANTED
    assert await tries_for(timedelta(minutes=4)) is PhotoState.LOST


async def test_a_photo_of_long_ago_is_tried_some_times_although_no_jump_is_known() -> None:
    store, clock = MemoryTransactions(), StoryClock(NOON)
    reader, wanted = reading(store, clock)
    clock.later(days=1)
    await reader.next()
    assert store.read(lambda uow: uow.photo_reads.get(wanted)).state is PhotoState.WANTED
