"""Photos come from the network into the database: over real sockets, with faults between."""

import asyncio
import base64
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from sikpro.adapters.memory import MemoryTransactions
from sikpro.adapters.telegram.bot_api import BotApi, BotApiFiles
from sikpro.application.ports.files import FileState, OrderFile
from sikpro.application.ports.network import RemoteFile, SourceError, Trouble
from sikpro.application.workers.downloads import Downloads
from sikpro.testing.builders import NOON, stored_order
from sikpro.testing.clock import StoryClock
from sikpro.testing.contracts.network import DEWI
from sikpro.testing.transactions import InlineTransactions
from tests.integration.telegram.conftest import TOKEN, Parrot, Simulation

PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 100
PLENTY = 10 * 1024 * 1024


@pytest.fixture
async def files(simulation: Simulation) -> AsyncIterator[BotApiFiles]:
    """The Bot API's files at the simulator."""
    api = BotApi(TOKEN, base_url=simulation.url, request_timeout=2)
    yield BotApiFiles(api)
    await api.aclose()


def reference(simulation: Simulation, content: bytes = PHOTO) -> RemoteFile:
    """Dewi sends a photo; what the bot would note of it."""
    encoded = base64.b64encode(content).decode()
    message_id = int(simulation.post(f"/chats/{DEWI}/photos", photo=encoded)["message_id"])
    return RemoteFile(
        transport="bot_api", chat_id=DEWI, message_id=message_id, reference=str(simulation.messages()[-1]["photo"])
    )


@pytest.mark.parametrize(
    "path", ["/var/lib/telegram-bot-api/42/photos/file_1.jpg", "C:\\\\bot\\\\photos\\\\file_1.jpg"]
)
async def test_a_path_on_the_servers_own_disk_is_the_servers_trouble_and_nothing_is_read_there(
    parrot: Parrot, path: str
) -> None:
    parrot.says(200, b'{"ok":true,"result":{"file_id":"x","file_path":"%s"}}' % path.encode())
    api = BotApi(TOKEN, base_url=parrot.url)
    with pytest.raises(SourceError) as raised:
        await BotApiFiles(api).download(RemoteFile(transport="bot_api", chat_id=1, message_id=1, reference="x"), PLENTY)
    await api.aclose()
    assert raised.value.trouble is Trouble.SERVER
    assert "--local" in raised.value.detail
    assert len(parrot.asked) == 1


@pytest.mark.parametrize(
    ("status", "description"),
    [
        (400, b"Bad Request: wrong file_id or the file is temporarily unavailable"),
        (500, b"Internal Server Error"),
    ],
)
async def test_a_file_that_may_come_later_is_not_given_up(parrot: Parrot, status: int, description: bytes) -> None:
    parrot.says(status, b'{"ok":false,"error_code":%d,"description":"%s"}' % (status, description))
    api = BotApi(TOKEN, base_url=parrot.url)
    with pytest.raises(SourceError) as raised:
        await BotApiFiles(api).download(RemoteFile(transport="bot_api", chat_id=1, message_id=1, reference="x"), PLENTY)
    await api.aclose()
    assert raised.value.trouble is Trouble.SERVER


@pytest.mark.parametrize(
    ("status", "trouble"), [(404, Trouble.SERVER), (401, Trouble.SERVER), (429, Trouble.SLOW_DOWN)]
)
async def test_a_server_that_knows_a_file_and_does_not_give_it_is_asked_again(
    parrot: Parrot, status: int, trouble: Trouble
) -> None:
    parrot.says(200, b'{"ok":true,"result":{"file_id":"x","file_path":"photos/file_1.jpg"}}')
    parrot.says(status, b'{"ok":false,"error_code":%d,"description":"Not Found"}' % status, "GET")
    api = BotApi(TOKEN, base_url=parrot.url)
    with pytest.raises(SourceError) as raised:
        await BotApiFiles(api).download(RemoteFile(transport="bot_api", chat_id=1, message_id=1, reference="x"), PLENTY)
    await api.aclose()
    assert raised.value.trouble is trouble


async def test_a_wanted_photo_is_kept_after_the_server_came_back(simulation: Simulation, files: BotApiFiles) -> None:
    store, clock = MemoryTransactions(), StoryClock(NOON, pace=timedelta(seconds=30))
    order = store.write(stored_order)
    remote = reference(simulation)
    file_id = store.write(
        lambda uow: uow.files.want(
            order_id=order.id,
            chat_id=remote.chat_id,
            message_id=remote.message_id,
            transport=remote.transport,
            reference=remote.reference,
            kind="photo",
            name="",
            size=None,
            at=clock.now(),
        )
    )
    downloads = Downloads(transactions=InlineTransactions(store), source=files, clock=clock, pause=0.05)
    simulation.faults(fraction=1.0, kinds=["500"])
    task = asyncio.create_task(downloads.run())

    def file() -> OrderFile:
        return store.read(lambda uow: uow.files.get(file_id))

    try:
        async with asyncio.timeout(20):
            while not file().reason:
                await asyncio.sleep(0.02)
            simulation.faults()
            while file().state is FileState.WANTED:
                await asyncio.sleep(0.02)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    assert (file().state, file().media_type, file().size) == (FileState.STORED, "image/jpeg", len(PHOTO))
    assert store.read(lambda uow: uow.files.content(file_id)) == PHOTO
