"""The pure parts of the MTProto transport: cursor, session, pushes, requests, and what errors mean."""

import doctest
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telethon.errors import rpc_message_to_error
from telethon.tl import functions, types

from sikpro.adapters.telegram.mtproto import cursor, errors, peers, sent, session
from sikpro.adapters.telegram.mtproto.compose import keyboard, menu_request, message_request
from sikpro.adapters.telegram.mtproto.cursor import Cursor
from sikpro.adapters.telegram.mtproto.pushes import Pushes
from sikpro.adapters.telegram.mtproto.sent import SentMessages
from sikpro.application.ports.chat import Button, MenuEntry, Outgoing
from sikpro.application.ports.network import NeverSent, NotSent, RetryAfter, Trouble


@pytest.mark.parametrize("module", [cursor, errors, peers, sent, session])
def test_the_examples_in_the_documentation_hold(module: ModuleType) -> None:
    results = doctest.testmod(module)
    assert (results.failed, results.attempted > 0) == (0, True)


COUNT = st.integers(0, cursor.LATEST)
CURSORS = st.builds(
    Cursor,
    pts=COUNT,
    qts=COUNT,
    date=COUNT,
    since=COUNT,
    presses=COUNT,
    channels=st.dictionaries(st.integers(1, 2**53), COUNT, max_size=3),
)


@given(at=CURSORS)
def test_a_cursor_is_read_as_it_was_written(at: Cursor) -> None:
    assert Cursor.parse(at.text) == at


@given(text=st.text(max_size=30) | st.recursive(st.integers() | st.text(max_size=3), st.lists).map(repr))
def test_what_is_no_cursor_is_the_first_time(text: str) -> None:
    assert Cursor.parse(text) is None


@given(chat_id=st.integers(1, 2**40) | st.integers(-999_999_999, -1) | st.integers(-(2 * 10**12), -(10**12) - 1))
def test_a_chat_id_is_the_same_there_and_back(chat_id: int) -> None:
    peer = peers.input_peer(chat_id, 5)
    back = {
        types.InputPeerUser: lambda: types.PeerUser(peer.user_id),
        types.InputPeerChat: lambda: types.PeerChat(peer.chat_id),
        types.InputPeerChannel: lambda: types.PeerChannel(peer.channel_id),
    }
    assert peers.chat_id_of(back[type(peer)]()) == chat_id


def channel_message(number: int, pts: int) -> types.UpdateNewChannelMessage:
    return types.UpdateNewChannelMessage(types.Message(number, types.PeerChannel(9), None, "x"), pts, 1)


def test_a_supergroup_is_asked_from_before_the_first_message_that_was_pushed() -> None:
    pushes = Pushes()
    for number, pts in ((5, 31), (4, 30), (6, 32)):
        pushes.put_nowait(types.Updates([channel_message(number, pts)], [], [], None, 0))
    assert (pushes.channels, pushes.woken.is_set()) == ({9: 29}, True)


def test_a_supergroup_that_missed_more_than_was_pushed_is_asked_from_where_it_was() -> None:
    pushes = Pushes()
    pushes.put_nowait(types.UpdateShort(types.UpdateChannelTooLong(9), None))
    pushes.put_nowait(types.Updates([channel_message(5, 31)], [], [], None, 0))
    assert pushes.channels == {9: None}


def test_what_our_own_requests_made_wakes_nobody() -> None:
    pushes, own = Pushes(), types.Updates([channel_message(5, 31)], [], [], None, 0)
    own._self_outgoing = True
    pushes.put_nowait(own)
    assert (pushes.channels, pushes.woken.is_set()) == ({}, False)


@pytest.mark.parametrize(
    ("code", "word", "trouble"),
    [
        (400, "API_ID_INVALID", Trouble.API_ID),
        (400, "CONNECTION_API_ID_INVALID", Trouble.API_ID),
        (400, "ACCESS_TOKEN_INVALID", Trouble.UNAUTHORISED),
        (400, "ACCESS_TOKEN_EXPIRED", Trouble.UNAUTHORISED),
        (401, "USER_DEACTIVATED", Trouble.UNAUTHORISED),
        (420, "FLOOD_WAIT_9", Trouble.SLOW_DOWN),
        (303, "USER_MIGRATE_9", Trouble.DATA_CENTRE),
        (500, "INTERNAL", Trouble.SERVER),
        (400, "CONNECTION_LAYER_INVALID", Trouble.LAYER),
        (400, "INPUT_METHOD_INVALID_3081909835_1400137063", Trouble.LAYER),
        (400, "Constructor not found", Trouble.LAYER),
        (400, "SOMETHING_NEW", Trouble.SERVER),
    ],
)
def test_a_refused_login_or_difference_is_a_trouble_with_a_name(code: int, word: str, trouble: Trouble) -> None:
    request = functions.auth.ImportBotAuthorizationRequest(0, 1, "hash", "1:secret")
    refused = errors.source_error(rpc_message_to_error(types.RpcError(code, word), request))
    assert refused.trouble is trouble
    assert word.rpartition("_")[0] in refused.detail
    assert "secret" not in refused.detail


def test_a_pause_of_the_connection_is_for_all_chats_and_nothing_was_sent() -> None:
    request = functions.PingRequest(1)
    wait = errors.source_error(rpc_message_to_error(types.RpcError(420, "FLOOD_WAIT_9"), request))
    paused = errors.refused_login(wait)
    assert isinstance(paused, RetryAfter)
    assert (paused.seconds, paused.everywhere) == (9, True)
    broken = errors.source_error(rpc_message_to_error(types.RpcError(401, "AUTH_KEY_UNREGISTERED"), request))
    assert isinstance(errors.refused_login(broken), NotSent)
    new = errors.send_error(rpc_message_to_error(types.RpcError(400, "SOMETHING_NEW"), request))
    assert isinstance(new, NeverSent)
    assert (new.reason, new.detail) == ("rejected", "400 SOMETHING_NEW")


def test_a_message_is_plain_without_preview_and_without_what_it_does_not_have() -> None:
    request = message_request(Outgoing(chat_id=7, text="*halo* a\ud800b", random_id=3), types.InputPeerUser(7, 0))
    assert (request.message, request.no_webpage, request.random_id) == ("*halo* a\ufffdb", True, 3)
    assert (request.reply_to, request.reply_markup, request.entities) == (None, None, None)


def test_buttons_without_a_label_and_rows_without_a_button_are_left_out() -> None:
    assert keyboard([[Button("")], []], drop=False) is None
    assert isinstance(keyboard([[Button("")]], drop=True), types.ReplyKeyboardHide)
    markup = keyboard([[Button("Ya", "ý"), Button("")], []], drop=True)
    assert markup is not None
    (row,) = markup.rows
    assert [(button.text, button.type.data) for button in row.buttons] == [("Ya", "ý".encode())]


def test_a_menu_without_entries_is_taken_away() -> None:
    assert isinstance(menu_request("id", [], None), functions.bots.ResetBotCommandsRequest)
    request = menu_request("id", [MenuEntry("cek", "x" * 300)], types.InputPeerUser(7, 0))
    assert (request.lang_code, len(request.commands[0].description), request.scope.peer.user_id) == ("id", 256, 7)


def own(number: int, text: str, target: int | None = None) -> types.Message:
    reply = types.MessageReplyHeader(reply_to_msg_id=target) if target else None
    return types.Message(number, types.PeerUser(7), None, text, out=True, reply_to=reply)


def test_a_message_of_ours_is_known_by_its_words_and_its_target() -> None:
    known = SentMessages()
    known.note([own(5, "Pesan diterima", 3), own(6, "Pesan diterima", 4), own(7, "Selesai"), own(8, "Selesai")])

    def found(text: str, target: int | None = None, chat_id: int = 7) -> int | None:
        return known.id_of(Outgoing(chat_id=chat_id, text=text, reply_to=target))

    assert [found("Pesan diterima ", 3), found("Pesan diterima", 4), found("Selesai"), found("Selesai", 9)] == [
        5,
        6,
        8,
        8,
    ]
    assert [found("Pesan diterima"), found("Selesai", chat_id=8), found("Batal")] == [None, None, None]


def pushed_message(number: int, pts: int, *, out: bool = False) -> types.Updates:
    message = types.Message(number, types.PeerUser(7), None, "halo", out=out)
    return types.Updates([types.UpdateNewMessage(message, pts, 1)], [], [], None, 0)


def test_a_push_is_held_until_a_difference_contains_its_message_or_tells_that_it_was_deleted() -> None:
    pushes = Pushes()
    for number, pts in ((4, 8), (5, 9), (6, 10)):
        pushes.put_nowait(pushed_message(number, pts))
    pushes.put_nowait(pushed_message(7, 11, out=True))
    pushes.put_nowait(types.UpdateShortMessage(8, 7, "ya", 12, 1, None))
    assert pushes.up_to(0, 99) == (4, 5, 6, 8)
    assert (pushes.up_to(0, 9), pushes.up_to(55, 99)) == ((4, 5), ())
    pushes.saw([types.Message(4, types.PeerUser(7), None, "halo")])
    pushes.saw_deleted([types.UpdateDeleteMessages([5], 11, 1), types.UpdateDeleteChannelMessages(55, [6], 3, 1)])
    pushes.put_nowait(pushed_message(4, 8))
    assert pushes.up_to(0, 99) == (6, 8)
