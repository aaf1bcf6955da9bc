"""Where updates come from by MTProto, over real sockets: nothing is lost, whatever breaks."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from sikpro.adapters.telegram.mtproto.client import MtprotoClient
from sikpro.adapters.telegram.mtproto.cursor import Cursor
from sikpro.adapters.telegram.mtproto.difference import Differences
from sikpro.adapters.telegram.mtproto.directory import Directory
from sikpro.adapters.telegram.mtproto.source import MtprotoSource
from sikpro.application.ports.chat import Incoming, IncomingKind
from sikpro.application.ports.network import Batch, SourceError, Trouble
from tests.integration.telegram.mtproto_bot import DEWI, SUPERGROUP, new_client, served
from tests.integration.telegram.mtproto_server import BOT_ID, BOT_USERNAME, MtprotoServer


@pytest.fixture
async def server() -> AsyncIterator[MtprotoServer]:
    async with served() as server:
        yield server


@pytest.fixture
async def client(server: MtprotoServer) -> AsyncIterator[MtprotoClient]:
    client = new_client(server)
    yield client
    await client.aclose()


@pytest.fixture
def source(client: MtprotoClient) -> MtprotoSource:
    return MtprotoSource(client, poll_timeout=0.3)


async def gathered(source: MtprotoSource, cursor: str, count: int) -> tuple[list[Incoming], str]:
    """Fetch and commit until so many updates came."""
    updates: list[Incoming] = []
    async with asyncio.timeout(20):
        while len(updates) < count:
            batch = await source.fetch(cursor)
            updates, cursor = [*updates, *batch.updates], batch.cursor
    return updates, cursor


async def settled(source: MtprotoSource, cursor: str = "") -> str:
    """Fetch and commit until there is nothing more."""
    async with asyncio.timeout(20):
        while True:
            batch = await source.fetch(cursor)
            if batch == Batch((), cursor):
                return cursor
            cursor = batch.cursor


def asked_supergroups(cursor: str) -> set[int]:
    """The supergroups whose sequence a cursor follows."""
    read = Cursor.parse(cursor)
    assert read is not None
    return set(read.channels)


async def test_it_knows_who_it_is(source: MtprotoSource) -> None:
    identity = await source.identify()
    assert (identity.bot_id, identity.username) == (BOT_ID, BOT_USERNAME)


async def test_what_was_written_before_the_first_start_is_not_lost(
    server: MtprotoServer, source: MtprotoSource
) -> None:
    for number in range(3):
        server.say(DEWI, f"pesan {number}")
    updates, cursor = await gathered(source, "", 3)
    assert [said.text for said in updates] == ["pesan 0", "pesan 1", "pesan 2"]
    assert await settled(source, cursor)


async def test_the_very_first_message_to_a_fresh_bot_is_not_lost(server: MtprotoServer, source: MtprotoSource) -> None:
    cursor = await settled(source)
    server.say(DEWI, "halo")
    updates, _ = await gathered(source, cursor, 1)
    assert [(said.text, said.sender_name) for said in updates] == [("halo", "Dewi Lestari")]


CHATS = pytest.mark.parametrize("chat", [DEWI, SUPERGROUP])


def numbered_from(server: MtprotoServer, chat: int, first: int) -> None:
    """The next message of a chat has this number."""
    if chat < 0:
        server.supergroup(chat)
    server.world.box(chat).last_id = first - 1


async def connected(source: MtprotoSource) -> str:
    """Fetch until there is nothing more: from now on pushes come."""
    await source.identify()
    return await settled(source)


@CHATS
async def test_the_very_first_message_is_not_lost_whatever_its_number(
    server: MtprotoServer, source: MtprotoSource, chat: int
) -> None:
    cursor = await connected(source)
    numbered_from(server, chat, 1000)
    server.say(DEWI, "halo", chat=chat)
    updates, cursor = await gathered(source, cursor, 1)
    assert [(said.text, said.message_id) for said in updates] == [("halo", 1000)]
    assert await settled(source, cursor)


@CHATS
async def test_what_was_written_before_the_first_start_is_not_lost_whatever_its_numbers(
    server: MtprotoServer, source: MtprotoSource, chat: int
) -> None:
    numbered_from(server, chat, 1000)
    server.say(DEWI, "satu", chat=chat)
    server.say(DEWI, "dua", chat=chat)
    updates, _ = await gathered(source, "", 2)
    assert [(said.text, said.message_id) for said in updates] == [("satu", 1000), ("dua", 1001)]


async def test_a_first_message_that_nobody_can_name_is_an_alarm_once(
    server: MtprotoServer, source: MtprotoSource
) -> None:
    numbered_from(server, DEWI, 1000)
    server.say(DEWI, "satu")
    batch = await source.fetch("")
    assert (batch.updates, batch.gap) == ((), "the first update of the bot")
    server.say(DEWI, "dua")
    updates, _ = await gathered(source, batch.cursor, 1)
    assert [said.text for said in updates] == ["dua"]


@CHATS
async def test_a_pushed_message_that_the_difference_leaves_out_is_fetched_until_it_is_committed(
    server: MtprotoServer, source: MtprotoSource, chat: int
) -> None:
    numbered_from(server, chat, 1)
    server.say(DEWI, "satu", chat=chat)
    cursor = await connected(source)
    server.world.left_out.add((chat, 2))
    server.say(DEWI, "dua", chat=chat)
    server.say(DEWI, "tiga", chat=chat)
    updates, before = await gathered(source, cursor, 1)
    assert [said.text for said in updates] == ["tiga"]
    first, after = await gathered(source, before, 1)
    again, _ = await gathered(source, before, 1)
    assert [said.text for said in (*first, *again)] == ["dua", "dua"]
    assert (await source.fetch(after)).updates == ()


async def test_a_pushed_message_that_is_nowhere_is_an_alarm_once(server: MtprotoServer, source: MtprotoSource) -> None:
    server.say(DEWI, "satu")
    cursor = await connected(source)
    server.world.left_out.add((DEWI, 2))
    server.say(DEWI, "dua")
    del server.world.account.messages[2]
    gaps = []
    for _ in range(4):
        batch = await source.fetch(cursor)
        cursor = batch.cursor
        gaps += [batch.gap] if batch.gap else []
    assert gaps == ["told by a push and not found: message 2"]


async def test_a_topic_is_known_by_its_name_and_its_messages_by_their_topic(
    server: MtprotoServer, source: MtprotoSource
) -> None:
    server.supergroup(SUPERGROUP, "SDA")
    server.say(DEWI, "halo", chat=SUPERGROUP)
    topic = server.topic(SUPERGROUP, "Aktivasi")
    first = server.say(DEWI, "/cek", chat=SUPERGROUP, topic=topic)
    server.say(DEWI, "ya", chat=SUPERGROUP, topic=topic, reply_to=first)
    server.rename_topic(SUPERGROUP, topic, "Gangguan")
    updates, _ = await gathered(source, "", 5)
    assert [(one.kind.value, one.chat_id, one.topic, one.topic_title, one.reply_to) for one in updates] == [
        ("message", SUPERGROUP, None, "", None),
        ("other", SUPERGROUP, topic, "Aktivasi", None),
        ("message", SUPERGROUP, topic, "", None),
        ("message", SUPERGROUP, topic, "", first),
        ("other", SUPERGROUP, topic, "Gangguan", None),
    ]
    assert {one.chat_title for one in updates} == {"SDA"}


async def test_the_same_cursor_gives_the_same_updates_again(server: MtprotoServer, source: MtprotoSource) -> None:
    server.say(DEWI, "satu")
    cursor = await settled(source)
    server.say(DEWI, "dua")
    server.say(DEWI, "tiga")
    first, _ = await gathered(source, cursor, 2)
    again, _ = await gathered(source, cursor, 2)
    assert [said.key for said in again] == [said.key for said in first] == [f"m:{BOT_ID}:7:2", f"m:{BOT_ID}:7:3"]


async def test_a_push_that_never_comes_is_made_up_for_by_asking(server: MtprotoServer, source: MtprotoSource) -> None:
    server.say(DEWI, "satu")
    cursor = await settled(source)
    server.fail("push", cut="skip")
    server.say(DEWI, "tanpa kabar")
    updates, _ = await gathered(source, cursor, 1)
    assert [said.text for said in updates] == ["tanpa kabar"]


async def test_a_long_absence_comes_in_slices_each_with_its_cursor(
    server: MtprotoServer, source: MtprotoSource
) -> None:
    server.slice_limit = 4
    for number in range(11):
        server.say(DEWI, f"pesan {number}")
    cursors: list[str] = []
    texts: list[str] = []
    cursor = ""
    async with asyncio.timeout(20):
        while len(texts) < 11:
            batch = await source.fetch(cursor)
            texts += [said.text for said in batch.updates]
            cursors.append(cursor := batch.cursor)
    assert texts == [f"pesan {number}" for number in range(11)]
    assert len(set(cursors)) == len(cursors) >= 3


async def test_an_edit_and_a_block_come_too(server: MtprotoServer, source: MtprotoSource) -> None:
    number = server.say(DEWI, "/reg A0")
    cursor = await settled(source)
    server.edit(DEWI, number, "/reg AO")
    server.block(DEWI)
    updates, _ = await gathered(source, cursor, 2)
    assert [(one.kind, one.text, one.blocked) for one in updates] == [
        (IncomingKind.EDIT, "/reg AO", None),
        (IncomingKind.MEMBERSHIP, "", True),
    ]


async def test_a_press_is_given_until_it_is_committed(server: MtprotoServer, source: MtprotoSource) -> None:
    number = server.say(DEWI, "satu")
    cursor = await settled(source)
    query = server.press(DEWI, number, "ya")
    first, after = await gathered(source, cursor, 1)
    again, after = await gathered(source, cursor, 1)
    assert again[0].key == first[0].key == f"p:{BOT_ID}:{query}"
    assert (first[0].kind, first[0].data, first[0].press_id) == (IncomingKind.PRESS, "ya", str(query))
    assert await settled(source, after)
    assert (await source.fetch(after)).updates == ()


async def test_a_supergroup_has_its_own_sequence_from_its_first_message_on(
    server: MtprotoServer, source: MtprotoSource
) -> None:
    cursor = await settled(source)
    server.supergroup(SUPERGROUP)
    server.say(DEWI, "/cek", chat=SUPERGROUP)
    updates, cursor = await gathered(source, cursor, 1)
    server.fail("push", cut="skip")
    server.say(DEWI, "/cek lagi", chat=SUPERGROUP)
    more, _ = await gathered(source, cursor, 1)
    assert [(said.chat_id, said.text, said.private) for said in [*updates, *more]] == [
        (SUPERGROUP, "/cek", False),
        (SUPERGROUP, "/cek lagi", False),
    ]
    assert all(said.chat_title for said in more)


async def test_the_first_message_of_a_supergroup_is_given_until_it_is_committed(
    server: MtprotoServer, source: MtprotoSource
) -> None:
    server.supergroup(SUPERGROUP)
    server.say(DEWI, "sebelum bot mulai", chat=SUPERGROUP)
    cursor = await settled(source)
    other = SUPERGROUP - 1
    server.supergroup(other)
    for _ in range(3):
        server.say(DEWI, "/cek", chat=other)
    first, _ = await gathered(source, cursor, 3)
    again, after = await gathered(source, cursor, 3)
    assert [said.key for said in again] == [said.key for said in first]
    assert await settled(source, after)


async def test_a_supergroup_the_bot_was_thrown_out_of_is_asked_no_more(
    server: MtprotoServer, source: MtprotoSource
) -> None:
    server.supergroup(SUPERGROUP)
    server.say(DEWI, "/cek", chat=SUPERGROUP)
    cursor = await settled(source)
    assert asked_supergroups(cursor) == {77}
    server.fail("updates.getChannelDifference", (400, "CHANNEL_PRIVATE"))
    server.say(DEWI, "rahasia", chat=SUPERGROUP)
    async with asyncio.timeout(10):
        while asked_supergroups(cursor):
            cursor = (await source.fetch(cursor)).cursor


async def test_a_supergroup_seen_before_a_crash_is_asked_after_it(server: MtprotoServer, client: MtprotoClient) -> None:
    source = MtprotoSource(client, poll_timeout=0.3)
    cursor = await settled(source)
    server.supergroup(SUPERGROUP)
    server.say(DEWI, "pertama", chat=SUPERGROUP)
    _, cursor = await gathered(source, cursor, 1)
    await client.aclose()
    server.say(DEWI, "waktu mati", chat=SUPERGROUP)
    other = new_client(server, client.vault)
    updates, _ = await gathered(MtprotoSource(other, poll_timeout=0.3), cursor, 1)
    await other.aclose()
    assert [said.text for said in updates] == ["waktu mati"]


async def test_a_difference_too_long_is_an_alarm_and_goes_on_from_there(
    server: MtprotoServer, source: MtprotoSource
) -> None:
    server.say(DEWI, "dulu")
    cursor = await settled(source)
    server.too_long()
    server.say(DEWI, "terlalu banyak")
    batch = await source.fetch(cursor)
    assert (batch.gap, batch.updates) == ("updates from pts 1 to 2", ())
    server.say(DEWI, "sesudahnya")
    updates, _ = await gathered(source, batch.cursor, 1)
    assert [said.text for said in updates] == ["sesudahnya"]


async def test_a_supergroups_difference_too_long_is_an_alarm_of_its_own(
    server: MtprotoServer, client: MtprotoClient, source: MtprotoSource
) -> None:
    server.supergroup(SUPERGROUP)
    for _ in range(3):
        server.say(DEWI, "dulu", chat=SUPERGROUP)
    cursor = Cursor.parse(await settled(source))
    assert cursor is not None
    server.too_long()
    server.say(DEWI, "terlalu banyak", chat=SUPERGROUP)
    told = await Differences(client, Directory(client), lambda: datetime.now(UTC)).of_channel(cursor, 77, None)
    assert (told.gap, told.cursor.channels) == (f"updates of {SUPERGROUP} from pts 3 to 4", {77: 4})


@pytest.mark.parametrize("cut", ["before", "after"])
async def test_a_connection_that_breaks_while_asking_is_a_state_and_nothing_is_lost(
    server: MtprotoServer, source: MtprotoSource, cut: str
) -> None:
    server.say(DEWI, "satu")
    cursor = await settled(source)
    server.fail("updates.getDifference", cut=cut)
    server.say(DEWI, "dua")
    with pytest.raises(SourceError) as caught:
        await gathered(source, cursor, 1)
    assert caught.value.trouble is Trouble.UNREACHABLE
    updates, _ = await gathered(source, cursor, 1)
    assert [said.text for said in updates] == ["dua"]


async def test_files_are_told_with_the_message(server: MtprotoServer, source: MtprotoSource) -> None:
    server.send_photo(DEWI, b"x" * 100, "label", album=9)
    server.send_document(DEWI, b"y" * 50, "label.pdf", "application/pdf")
    server.share_contact(DEWI, "+62811")
    updates, _ = await gathered(source, "", 3)
    assert [(said.text, said.album) for said in updates[:2]] == [("label", "9"), ("", None)]
    (photo,), (document,) = updates[0].attachments, updates[1].attachments
    assert (photo.kind, photo.size, document.kind, document.name) == ("photo", 100, "document", "label.pdf")
    assert updates[2].contact is not None
    assert (updates[2].contact.phone, updates[2].contact.user_id) == ("+62811", DEWI)
