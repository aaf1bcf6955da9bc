"""The contract of `UpdateSource`: every update in its order, again until the cursor is committed, and never after."""

import asyncio

import pytest

from sikpro.application.ports.chat import Incoming, IncomingKind
from sikpro.application.ports.network import Batch, SourceError, Trouble, UpdateSource
from sikpro.domain.place import Place
from sikpro.testing.contracts.network import Fault, Network


async def next_batch(source: UpdateSource, cursor: str) -> tuple[str, Batch]:
    """Fetch and commit until there is something: the cursor that was asked with, and what came."""
    async with asyncio.timeout(20):
        while not (batch := await source.fetch(cursor)).updates:
            cursor = batch.cursor
    return cursor, batch


async def gathered(source: UpdateSource, cursor: str, count: int) -> tuple[list[Incoming], str]:
    """Fetch and commit until so many updates came."""
    updates: list[Incoming] = []
    while len(updates) < count:
        _, batch = await next_batch(source, cursor)
        updates, cursor = [*updates, *batch.updates], batch.cursor
    return updates, cursor


async def settled(source: UpdateSource, cursor: str = "") -> str:
    """Fetch and commit until a poll ends with nothing: the cursor that stays."""
    async with asyncio.timeout(20):
        while (batch := await source.fetch(cursor)).updates or batch.cursor != cursor:
            cursor = batch.cursor
    return cursor


async def trouble(source: UpdateSource, cursor: str) -> SourceError:
    """Fetch until it fails; a source may have something to ask before what fails."""
    with pytest.raises(SourceError) as caught:
        await next_batch(source, cursor)
    return caught.value


@pytest.mark.asyncio
class UpdateSourceContract:
    """What a source of updates promises; it needs the fixture `network`."""

    @pytest.fixture
    def source(self, network: Network) -> UpdateSource:
        return network.source()

    async def test_it_says_which_bot_it_is_the_same_each_time(self, network: Network, source: UpdateSource) -> None:
        identity = await source.identify()
        assert identity.bot_id > 0
        assert identity.username
        assert await network.source().identify() == identity

    async def test_updates_come_in_their_order_each_with_a_key_of_its_own(
        self, network: Network, source: UpdateSource
    ) -> None:
        for number in range(5):
            network.say(f"pesan {number}")
        updates, _ = await gathered(source, "", 5)
        assert [update.text for update in updates] == [f"pesan {number}" for number in range(5)]
        assert len({update.key for update in updates}) == 5
        assert {update.transport for update in updates} == {source.transport}

    async def test_a_batch_counts_what_came(self, network: Network, source: UpdateSource) -> None:
        network.say("satu")
        _, batch = await next_batch(source, "")
        assert (batch.fetched >= len(batch.updates), batch.gap) == (True, "")

    async def test_an_update_comes_again_under_the_same_key_until_its_cursor_is_committed(
        self, network: Network, source: UpdateSource
    ) -> None:
        network.say("satu")
        asked, first = await next_batch(source, "")
        again = await source.fetch(asked)
        assert [update.key for update in again.updates] == [update.key for update in first.updates]
        network.say("dua")
        updates, cursor = await gathered(source, first.cursor, 1)
        assert [update.text for update in updates] == ["dua"]
        await settled(source, cursor)

    async def test_after_a_restart_it_goes_on_after_the_committed_cursor(
        self, network: Network, source: UpdateSource
    ) -> None:
        network.say("satu")
        _, first = await next_batch(source, "")
        network.say("dua")
        await gathered(source, first.cursor, 1)
        # "dua" was given and not committed: who starts anew with the cursor before it gets it again, and "satu" never.
        again, _ = await gathered(network.source(), first.cursor, 1)
        assert [update.text for update in again] == ["dua"]

    async def test_what_was_not_committed_before_a_restart_comes_again(
        self, network: Network, source: UpdateSource
    ) -> None:
        network.say("satu")
        asked, first = await next_batch(source, "")
        _, again = await next_batch(network.source(), asked)
        assert [update.key for update in again.updates] == [update.key for update in first.updates]

    async def test_a_poll_without_updates_ends_empty_with_its_cursor(self, source: UpdateSource) -> None:
        cursor = await settled(source)
        batch = await source.fetch(cursor)
        assert (batch.updates, batch.cursor, batch.fetched, batch.gap) == ((), cursor, 0, "")

    async def test_a_poll_ends_with_the_first_update(self, network: Network, source: UpdateSource) -> None:
        cursor = await settled(source)
        polling = asyncio.create_task(next_batch(source, cursor))
        await asyncio.sleep(0)
        assert not polling.done()
        network.say("halo")
        _, batch = await polling
        assert [update.text for update in batch.updates] == ["halo"]

    async def test_a_poll_that_is_cancelled_ends_and_loses_nothing(
        self, network: Network, source: UpdateSource
    ) -> None:
        cursor = await settled(source)
        polling = asyncio.create_task(source.fetch(cursor))
        await asyncio.sleep(0)
        polling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await polling
        network.say("sesudahnya")
        updates, _ = await gathered(source, cursor, 1)
        assert [update.text for update in updates] == ["sesudahnya"]

    async def test_edits_and_blocks_are_updates_too(self, network: Network, source: UpdateSource) -> None:
        message_id = network.say("/reg A0")
        _, cursor = await gathered(source, "", 1)
        network.edit(message_id, "/reg AO")
        network.lose("blocked")
        updates, _ = await gathered(source, cursor, 2)
        assert [(update.kind, update.text, update.blocked) for update in updates] == [
            (IncomingKind.EDIT, "/reg AO", None),
            (IncomingKind.MEMBERSHIP, "", True),
        ]
        assert updates[0].message_id == message_id

    @pytest.mark.parametrize(
        ("fault", "kind"),
        [
            ("refuses", Trouble.SERVER),
            ("cut before", Trouble.UNREACHABLE),
            ("cut after", Trouble.UNREACHABLE),
            ("pause", Trouble.SLOW_DOWN),
        ],
    )
    async def test_a_failure_is_named_and_loses_no_update(
        self, network: Network, source: UpdateSource, fault: Fault, kind: Trouble
    ) -> None:
        cursor = await settled(source)
        network.fail_fetch(fault)
        network.say("tetap ada")
        error = await trouble(source, cursor)
        assert (error.trouble, error.retry_after) == (kind, 17 if fault == "pause" else None)
        updates, _ = await gathered(source, cursor, 1)
        assert [update.text for update in updates] == ["tetap ada"]

    async def test_a_token_that_is_not_valid_is_named(self, network: Network) -> None:
        source = network.wrong_source()
        with pytest.raises(SourceError) as identifying:
            await source.identify()
        with pytest.raises(SourceError) as fetching:
            await source.fetch("")
        assert identifying.value.trouble is fetching.value.trouble is Trouble.UNAUTHORISED

    async def test_where_nobody_listens_it_is_unreachable(self, network: Network) -> None:
        source = network.unreachable_source()
        with pytest.raises(SourceError) as identifying:
            await source.identify()
        with pytest.raises(SourceError) as fetching:
            await source.fetch("")
        assert identifying.value.trouble is fetching.value.trouble is Trouble.UNREACHABLE

    async def test_it_can_be_closed_twice(self, source: UpdateSource) -> None:
        await source.identify()
        await source.aclose()
        await source.aclose()

    async def test_a_pin_comes_with_its_place(self, network: Network, source: UpdateSource) -> None:
        network.send_place(-7.447812, 112.7183)
        (pin,), _ = await gathered(source, "", 1)
        assert (pin.kind, pin.place, pin.live, pin.text) == (
            IncomingKind.MESSAGE,
            Place(-7.447812, 112.7183),
            False,
            "",
        )
