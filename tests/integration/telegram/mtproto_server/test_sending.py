"""What the bot sends, each random id once, through faults and broken lines; presses and their answers."""

import asyncio
from typing import Any

import pytest
from telethon import errors
from telethon.tl import functions, types

from tests.integration.telegram.mtproto_server import BOT_ID, MtprotoServer
from tests.integration.telegram.mtproto_server.stock import (
    DEWI,
    GROUP,
    SUPERGROUP,
    Connect,
    listen,
    once,
    seen,
    since,
    text,
)


async def test_a_press_is_pushed_alone_and_answered_while_it_is_fresh(server: MtprotoServer, connect: Connect) -> None:
    client = await connect()
    pushes = listen(client)
    button = types.KeyboardInlineButton("Ya", types.InlineButtonTypeCallback(b"ya"))
    markup = types.ReplyInlineMarkup([types.KeyboardInlineButtonRow([button])])
    await client(text("Betul?", 1, reply_markup=markup))
    [asked] = server.sent(DEWI)
    assert [[(one.text, one.data) for one in row] for row in asked.buttons] == [[("Ya", "ya")]]

    query_id = server.press(DEWI, asked.message_id, "ya")
    while not isinstance(update := await seen(pushes), types.UpdateBotCallbackQuery):
        pass
    assert (update.query_id, update.user_id, update.data) == (query_id, DEWI, b"ya")
    assert await client(functions.messages.SetBotCallbackAnswerRequest(query_id, 0, message="Baik"))
    assert server.presses[query_id].answer == "Baik"

    server.press_seconds = -1
    for too_late in (query_id, 1):
        with pytest.raises(errors.QueryIdInvalidError):
            await client(functions.messages.SetBotCallbackAnswerRequest(too_late, 0))


async def test_the_same_random_id_makes_one_message(server: MtprotoServer, connect: Connect) -> None:
    client = await connect()
    question = server.say(DEWI, "halo")
    answer = await client(text("Halo, Dewi", 11, reply_to=types.InputReplyToMessage(question)))
    with pytest.raises(errors.RandomIdDuplicateError):
        await once(client, text("Halo, Dewi", 11))
    [sent] = server.sent(DEWI)
    assert (sent.message_id, sent.reply_to, sent.repeats) == (answer.id, question, 1)
    assert answer.pts == 2


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        ((420, "FLOOD_WAIT_17"), errors.FloodWaitError),
        ((500, "INTERNAL"), errors.ServerError),
        ((401, "AUTH_KEY_UNREGISTERED"), errors.AuthKeyUnregisteredError),
        ((406, "AUTH_KEY_DUPLICATED"), errors.AuthKeyDuplicatedError),
    ],
)
async def test_a_fault_comes_up_as_the_error_of_its_name_and_nothing_is_sent(
    server: MtprotoServer, connect: Connect, error: tuple[int, str], problem: Any
) -> None:
    client = await connect()
    server.fail("messages.sendMessage", error=error)
    with pytest.raises(problem) as caught:
        await once(client, text("halo", 1))
    assert getattr(caught.value, "seconds", 17) == 17
    assert server.sent(DEWI) == []


@pytest.mark.parametrize(("cut", "repeats"), [("before", 0), ("after", 1)])
async def test_a_line_that_breaks_leaves_one_message(
    server: MtprotoServer, connect: Connect, cut: str, repeats: int
) -> None:
    """Telethon connects again and asks again: executed before, it is told that the message is there."""
    client = await connect()
    server.fail("messages.sendMessage", cut=cut)
    if repeats:
        with pytest.raises(errors.RandomIdDuplicateError):
            await once(client, text("halo", 1))
    else:
        await client(text("halo", 1))
    assert [one.repeats for one in server.sent(DEWI)] == [repeats]


async def test_every_third_call_can_fail(server: MtprotoServer, connect: Connect) -> None:
    client = await connect()
    server.fail("messages.sendMessage", error=(500, "INTERNAL"), times=None, every=3)
    for number in range(1, 7):
        try:
            await once(client, text("halo", number))
        except errors.ServerError:
            assert number % 3 == 0
    assert server.asked("messages.sendMessage") == ["ok", "ok", "INTERNAL"] * 2


async def test_who_blocks_the_bot_gets_nothing_and_the_block_is_in_the_difference(
    server: MtprotoServer, connect: Connect
) -> None:
    client = await connect()
    server.say(DEWI, "halo")
    state = await client(functions.updates.GetStateRequest())
    server.block(DEWI)
    with pytest.raises(errors.UserIsBlockedError):
        await client(text("halo", 1))
    difference = await client(since(state))
    assert [(one.user_id, one.stopped) for one in difference.other_updates] == [(DEWI, True)]
    assert difference.state.qts == 1


async def test_who_left_telegram_and_what_threw_the_bot_out_take_nothing(
    server: MtprotoServer, connect: Connect
) -> None:
    client = await connect()
    server.deactivate(DEWI)
    with pytest.raises(errors.InputUserDeactivatedError):
        await client(text("halo", 1))
    server.group(GROUP)
    server.remove_bot(GROUP)
    with pytest.raises(errors.ChatWriteForbiddenError):
        await client(functions.messages.SendMessageRequest(types.InputPeerChat(-GROUP), "halo", random_id=2))
    with pytest.raises(errors.PeerIdInvalidError):
        await client(text("halo", 3, to=99))


async def test_a_text_has_4096_characters_at_most_and_comes_gzipped_or_in_a_container(
    server: MtprotoServer, connect: Connect
) -> None:
    client = await connect()
    await client([text("a" * 4096, 1), text("pendek", 2)])
    assert [len(one.text) for one in server.sent(DEWI)] == [4096, 6]
    with pytest.raises(errors.MessageTooLongError):
        await client(text("a" * 4097, 3))
    with pytest.raises(errors.MessageEmptyError):
        await client(text(" ", 4))


async def test_a_group_takes_answers_until_it_becomes_a_supergroup(server: MtprotoServer, connect: Connect) -> None:
    client = await connect()
    server.group(GROUP)
    asked = server.say(DEWI, "/cek@sikpro_uji_bot", chat=GROUP)
    request = functions.messages.SendMessageRequest
    reply = types.InputReplyToMessage(asked)
    await client(request(types.InputPeerChat(-GROUP), "Baik", random_id=1, reply_to=reply))
    assert [(one.text, one.reply_to) for one in server.sent(GROUP)] == [("Baik", asked)]
    server.migrate(GROUP, SUPERGROUP)
    with pytest.raises(errors.PeerIdInvalidError):
        await client(request(types.InputPeerChat(-GROUP), "Baik", random_id=2))
    [old] = (await client(functions.messages.GetChatsRequest([-GROUP]))).chats
    assert old.migrated_to.channel_id == 600


async def test_a_slow_answer_lets_others_pass(server: MtprotoServer, connect: Connect) -> None:
    client = await connect()
    server.fail("messages.sendMessage", seconds=0.2)
    slow = asyncio.ensure_future(client(text("lambat", 1)))
    assert (await client.get_me()).id == BOT_ID
    assert (await slow).pts == 1


async def test_storm_of_messages_and_answers_counts_to_the_last(server: MtprotoServer, connect: Connect) -> None:
    client = await connect()
    for number in range(300):
        server.say(DEWI, f"pesan {number}")
        await client(text(f"jawab {number}", number + 1))
    assert (await client(functions.updates.GetStateRequest())).pts == 600
    assert len({one.message_id for one in server.sent(DEWI)}) == 300
