"""What comes to the bot: pushes, differences in slices, edits, supergroups."""

import asyncio
from typing import Any

import pytest
from telethon import errors
from telethon.tl import functions, types

from tests.integration.telegram.mtproto_server import BOT_ID, MtprotoServer
from tests.integration.telegram.mtproto_server.stock import (
    ADI,
    DEWI,
    SUPERGROUP,
    Connect,
    listen,
    seen,
    since,
)


async def test_what_a_user_writes_is_pushed_with_its_pts_and_its_sender(
    server: MtprotoServer, connect: Connect
) -> None:
    client = await connect()
    pushes = listen(client)
    message_id = server.say(DEWI, "/reg")
    update = await seen(pushes)
    assert (update.pts, update.message.id, update.message.message) == (1, message_id, "/reg")
    assert [user.first_name for user in update._entities.values() if user.id == DEWI] == ["Dewi"]


async def test_pushes_go_to_nobody_who_did_not_ask_where_it_is(server: MtprotoServer, connect: Connect) -> None:
    client = await connect()
    pushes = listen(client)
    server.cut_connections()
    assert (await client.get_me()).id == BOT_ID  # on a new session
    server.say(DEWI, "tidak terdengar")
    state = await client(functions.updates.GetStateRequest())
    server.say(DEWI, "terdengar")
    difference = await client(since(state, pts=1))
    assert [message.message for message in difference.new_messages] == ["terdengar"]
    assert (await seen(pushes)).message.message == "terdengar"


async def test_a_difference_comes_in_slices_and_ends_where_the_state_is(
    server: MtprotoServer, connect: Connect
) -> None:
    client = await connect()
    first = server.say(DEWI, "satu")
    for words in ("dua", "tiga", "empat"):
        server.say(DEWI, words)
    server.edit(DEWI, first, "satu, dibetulkan")
    server.slice_limit = 2

    state = await client(functions.updates.GetStateRequest())
    got: list[Any] = []
    pts = 1
    kinds: list[str] = []
    while True:
        answer = await client(since(state, pts))
        kinds.append(type(answer).__name__)
        if isinstance(answer, types.updates.DifferenceEmpty):
            break
        got += [message.message for message in answer.new_messages]
        got += [update.message.message for update in answer.other_updates]
        pts = (answer.state if isinstance(answer, types.updates.Difference) else answer.intermediate_state).pts

    assert kinds == ["DifferenceSlice", "Difference", "DifferenceEmpty"]
    assert got == ["dua", "tiga", "empat", "satu, dibetulkan"]
    assert pts == state.pts == 5


async def test_a_difference_can_be_too_long(server: MtprotoServer, connect: Connect) -> None:
    client = await connect()
    for number in range(5):
        server.say(DEWI, str(number))
    state = await client(functions.updates.GetStateRequest())
    assert isinstance(await client(since(state, 1, pts_total_limit=3)), types.updates.DifferenceTooLong)
    server.too_long()
    assert (await client(since(state, 1))).pts == 5
    assert isinstance(await client(since(state, 1)), types.updates.Difference)


@pytest.mark.parametrize(
    ("pts", "problem"), [(0, errors.PersistentTimestampEmptyError), (9, errors.PersistentTimestampInvalidError)]
)
async def test_a_pts_that_cannot_be_is_refused(server: MtprotoServer, connect: Connect, pts: int, problem: Any) -> None:
    client = await connect()
    state = await client(functions.updates.GetStateRequest())
    assert state.pts == 0
    server.say(DEWI, "halo")
    with pytest.raises(problem):
        await client(since(state, pts))


async def test_a_skipped_push_is_seen_in_the_difference(server: MtprotoServer, connect: Connect) -> None:
    client = await connect()
    pushes = listen(client)
    server.say(DEWI, "satu")
    state = await client(functions.updates.GetStateRequest())
    server.fail("push", cut="skip")
    server.say(DEWI, "dua")
    difference = await client(since(state))
    assert [message.message for message in difference.new_messages] == ["dua"]
    assert (await seen(pushes)).message.message == "satu"
    assert pushes.empty()


async def test_an_edit_takes_a_pts_and_brings_the_new_words(server: MtprotoServer, connect: Connect) -> None:
    client = await connect()
    message_id = server.say(DEWI, "SN ZTEG123")
    state = await client(functions.updates.GetStateRequest())
    server.edit(DEWI, message_id, "SN ZTEG1234")
    [update] = (await client(since(state))).other_updates
    assert isinstance(update, types.UpdateEditMessage)
    assert (update.pts, update.message.id, update.message.message) == (2, message_id, "SN ZTEG1234")
    assert update.message.edit_date is not None


async def test_a_shared_phone_and_a_forwarded_message_come_as_such(server: MtprotoServer, connect: Connect) -> None:
    client = await connect()
    pushes = listen(client)
    server.share_contact(DEWI, "+628120000007")
    server.say(DEWI, "IN123", forwarded=True)
    contact, forwarded = (await seen(pushes)).message, (await seen(pushes)).message
    assert (contact.media.phone_number, contact.media.user_id) == ("+628120000007", DEWI)
    assert forwarded.fwd_from is not None


async def test_a_doubled_push_comes_twice_with_one_pts(server: MtprotoServer, connect: Connect) -> None:
    client = await connect()
    pushes: asyncio.Queue[Any] = asyncio.Queue()
    client._updates_queue = client._sender._updates_queue = pushes  # before Telethon drops what it knows
    server.fail("push", cut="double")
    server.say(DEWI, "halo")
    assert [(await seen(pushes)).updates[0].pts for _ in range(2)] == [1, 1]


async def test_a_supergroup_has_a_pts_of_its_own_and_the_difference_names_it(
    server: MtprotoServer, connect: Connect
) -> None:
    client = await connect()
    state = await client(functions.updates.GetStateRequest())
    server.supergroup(SUPERGROUP)
    server.say(DEWI, "/cek 1", chat=SUPERGROUP)
    server.say(ADI, "/cek 2", chat=SUPERGROUP)

    difference = await client(since(state, 1))
    [hint] = difference.other_updates
    assert isinstance(hint, types.UpdateChannelTooLong)
    assert isinstance(await client(since(difference.state, 1)), types.updates.DifferenceEmpty)

    channel = types.InputChannel(hint.channel_id, difference.chats[0].access_hash)
    wanted = functions.updates.GetChannelDifferenceRequest(channel, types.ChannelMessagesFilterEmpty(), 1, 100)
    answer = await client(wanted)
    assert [(one.message, one.from_id.user_id) for one in answer.new_messages] == [("/cek 2", ADI)]
    assert (answer.pts, answer.final) == (2, True)
    server.too_long()
    assert isinstance(await client(wanted), types.updates.ChannelDifferenceTooLong)
