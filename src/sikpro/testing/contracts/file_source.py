"""The contract of `FileSource`: a file whole and within the limit, or why not, and whether to try again."""

import asyncio

import pytest
import pytest_asyncio
from attrs import evolve

from sikpro.application.ports.network import FileGone, RemoteFile, SourceError, Trouble
from sikpro.testing.contracts.network import Fault, Network, cancelled

PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 100


PLENTY = 10 * 1024 * 1024


async def received(network: Network) -> RemoteFile:
    """What is noted of the file that Dewi sent."""
    source, cursor = network.source(), ""
    async with asyncio.timeout(20):
        while not (batch := await source.fetch(cursor)).updates:
            cursor = batch.cursor
    (update,) = batch.updates
    assert update.message_id is not None
    return RemoteFile(
        transport=update.transport,
        chat_id=update.chat_id,
        message_id=update.message_id,
        reference=update.attachments[0].file_id,
    )


async def gone(network: Network, file: RemoteFile, limit: int = PLENTY) -> str:
    with pytest.raises(FileGone) as caught:
        await network.files.download(file, limit)
    return caught.value.reason


@pytest.mark.asyncio
class FileSourceContract:
    """What a source of files promises; it needs the fixture `network`."""

    @pytest_asyncio.fixture
    async def photo(self, network: Network) -> RemoteFile:
        """A photo that Dewi sent."""
        network.send_photo(PHOTO)
        return await received(network)

    async def test_a_photo_arrives_byte_for_byte(self, network: Network, photo: RemoteFile) -> None:
        assert await network.files.download(photo, PLENTY) == PHOTO
        assert await network.files.download(photo, PLENTY) == PHOTO

    @pytest.mark.parametrize(
        "size", [1, 1 << 20, (1 << 20) + 1], ids=["a byte", "full parts", "a byte over full parts"]
    )
    async def test_a_file_of_any_size_arrives_byte_for_byte(self, network: Network, size: int) -> None:
        content = (bytes(range(251)) * (size // 251 + 1))[:size]
        network.send_document(content)
        assert await network.files.download(await received(network), PLENTY) == content

    async def test_it_understands_the_messages_of_its_own_network(self, network: Network, photo: RemoteFile) -> None:
        assert network.source().transport in network.files.understands
        assert photo.transport in network.files.understands

    async def test_a_file_may_be_as_large_as_the_limit_and_not_larger(
        self, network: Network, photo: RemoteFile
    ) -> None:
        assert await network.files.download(photo, len(PHOTO)) == PHOTO
        assert await gone(network, photo, len(PHOTO) - 1) == "too_big"

    async def test_a_file_that_the_network_does_not_have_is_gone_for_good(
        self, network: Network, photo: RemoteFile
    ) -> None:
        assert await gone(network, evolve(photo, message_id=999, reference="photo:5")) == "gone"
        assert await network.files.download(photo, PLENTY) == PHOTO

    @pytest.mark.parametrize(
        ("fault", "kind"),
        [
            ("refuses", Trouble.SERVER),
            ("cut before", Trouble.UNREACHABLE),
            ("cut after", Trouble.UNREACHABLE),
            ("pause", Trouble.SLOW_DOWN),
            ("hangs", Trouble.UNREACHABLE),
        ],
    )
    async def test_a_failure_is_named_and_the_next_try_brings_the_file(
        self, network: Network, photo: RemoteFile, fault: Fault, kind: Trouble
    ) -> None:
        network.fail_download(fault)
        with pytest.raises(SourceError) as caught:
            await network.files.download(photo, PLENTY)
        assert (caught.value.trouble, caught.value.retry_after) == (kind, 17 if fault == "pause" else None)
        network.heal()
        assert await network.files.download(photo, PLENTY) == PHOTO

    async def test_a_download_that_is_cancelled_ends_and_the_next_one_arrives(
        self, network: Network, photo: RemoteFile
    ) -> None:
        network.fail_download("hangs")
        await cancelled(network.files.download(photo, PLENTY))
        network.heal()
        assert await network.files.download(photo, PLENTY) == PHOTO

    async def test_where_nobody_listens_it_is_unreachable(self, network: Network, photo: RemoteFile) -> None:
        with pytest.raises(SourceError) as caught:
            await network.unreachable_files().download(photo, PLENTY)
        assert caught.value.trouble is Trouble.UNREACHABLE
