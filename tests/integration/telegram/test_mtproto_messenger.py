"""What the MTProto messenger sends, once each, and how it says that it could not; over real sockets."""

import contextlib
import os
from collections.abc import AsyncIterator

import pytest
from attrs import evolve

from sikpro.adapters.telegram.mtproto.client import MtprotoClient
from sikpro.adapters.telegram.mtproto.cursor import Cursor
from sikpro.adapters.telegram.mtproto.messenger import MtprotoMessenger
from sikpro.adapters.telegram.mtproto.source import MtprotoSource
from sikpro.application.ports.chat import Button, Enclosure, MenuEntry, Outgoing
from sikpro.application.ports.network import ChatMoved, NeverSent, NotSent, PerhapsSent, RetryAfter, SendError
from tests.integration.telegram.mtproto_bot import DEWI, GROUP, SUPERGROUP, new_client, served
from tests.integration.telegram.mtproto_server import MtprotoServer

HELLO = Outgoing(chat_id=DEWI, text="halo", random_id=11)


@pytest.fixture
async def server() -> AsyncIterator[MtprotoServer]:
    async with served() as server:
        yield server


@pytest.fixture
async def client(server: MtprotoServer) -> AsyncIterator[MtprotoClient]:
    client = new_client(server, request_timeout=2)
    yield client
    await client.aclose()


@pytest.fixture
def messenger(client: MtprotoClient) -> MtprotoMessenger:
    return MtprotoMessenger(client)


async def failure(messenger: MtprotoMessenger, message: Outgoing = HELLO) -> SendError:
    with pytest.raises(SendError) as caught:
        await messenger.send(message)
    return caught.value


async def reason(messenger: MtprotoMessenger, message: Outgoing = HELLO) -> str:
    error = await failure(messenger, message)
    assert isinstance(error, NeverSent), error
    return error.reason


async def test_a_message_goes_to_its_topic_with_or_without_a_message_to_reply_to(
    server: MtprotoServer, messenger: MtprotoMessenger
) -> None:
    server.supergroup(SUPERGROUP)
    topic = server.topic(SUPERGROUP, "Aktivasi")
    said = server.say(DEWI, "/cek", chat=SUPERGROUP, topic=topic)
    for number, reply_to in enumerate((None, said, 777), start=1):
        await messenger.send(Outgoing(chat_id=SUPERGROUP, text="ok", random_id=number, topic=topic, reply_to=reply_to))
    await messenger.send(Outgoing(chat_id=SUPERGROUP, text="ok", random_id=4, topic=1))
    assert [(sent.topic, sent.reply_to) for sent in server.sent(SUPERGROUP)] == [
        (topic, None),
        (topic, said),
        (topic, None),
        (None, None),
    ]


@pytest.mark.parametrize(("state", "why"), [("closed", "topic_closed"), ("deleted", "topic_deleted")])
async def test_a_topic_that_is_closed_or_gone_has_a_reason_of_its_own(
    server: MtprotoServer, messenger: MtprotoMessenger, state: str, why: str
) -> None:
    server.supergroup(SUPERGROUP)
    topic = server.topic(SUPERGROUP, "Aktivasi")
    server.close_topic(SUPERGROUP, topic, state)
    message = Outgoing(chat_id=SUPERGROUP, text="ok", random_id=1, topic=topic)
    assert await reason(messenger, message) == why
    assert await messenger.send(evolve(message, topic=None))


async def test_a_message_whose_target_and_topic_are_gone_says_that_the_topic_is(
    server: MtprotoServer, messenger: MtprotoMessenger
) -> None:
    server.supergroup(SUPERGROUP)
    topic = server.topic(SUPERGROUP, "Aktivasi")
    server.fail("messages.sendMessage", error=(400, "REPLY_MESSAGE_ID_INVALID"), times=2)
    message = Outgoing(chat_id=SUPERGROUP, text="ok", random_id=1, topic=topic, reply_to=5)
    assert await reason(messenger, message) == "topic_deleted"


async def test_a_message_arrives_as_a_reply_with_its_buttons(
    server: MtprotoServer, messenger: MtprotoMessenger
) -> None:
    asked = server.say(DEWI, "/cek")
    buttons = ((Button("Ya", "y"), Button("Tidak", "t")),)
    message_id = await messenger.send(
        Outgoing(chat_id=DEWI, text="<b>?</b>", reply_to=asked, buttons=buttons, random_id=1)
    )
    (sent,) = server.sent(DEWI)
    assert (sent.message_id, sent.text, sent.reply_to, sent.random_id) == (message_id, "<b>?</b>", asked, 1)
    assert [[(button.text, button.data) for button in row] for row in sent.buttons] == [[("Ya", "y"), ("Tidak", "t")]]


async def test_a_file_arrives_whole_with_its_name_and_caption_once(
    server: MtprotoServer, messenger: MtprotoMessenger
) -> None:
    content = os.urandom(1_300_000)
    excel = Enclosure("rekap-2026-11.xlsx", "application/vnd.ms-excel", content)
    asked = server.say(DEWI, "/rekap")
    message = Outgoing(chat_id=DEWI, text="Rekap", reply_to=asked, random_id=5, document=1)
    server.fail("messages.sendMedia", cut="after")
    with pytest.raises(PerhapsSent):
        await messenger.send(message, excel)
    message_id = await messenger.send(message, excel)
    (sent,) = server.sent(DEWI)
    assert (sent.message_id, sent.text, sent.reply_to, sent.repeats) == (message_id, "Rekap", asked, 1)
    assert sent.file == (excel.name, excel.media_type, content)


async def test_a_file_of_more_than_ten_megabytes_arrives_too(
    server: MtprotoServer, messenger: MtprotoMessenger
) -> None:
    content = bytes(11_000_000)
    message = Outgoing(chat_id=DEWI, text="x" * 2000, random_id=6, document=1)
    await messenger.send(message, Enclosure("besar.csv", "text/csv", content))
    (sent,) = server.sent(DEWI)
    assert sent.file == ("besar.csv", "text/csv", content)
    assert sent.text.endswith("…")


async def test_a_reply_arrives_though_its_target_is_gone(server: MtprotoServer, messenger: MtprotoMessenger) -> None:
    await messenger.send(Outgoing(chat_id=DEWI, text="diabaikan", reply_to=999, random_id=1))
    server.fail("messages.sendMessage", (400, "MESSAGE_ID_INVALID"))
    await messenger.send(Outgoing(chat_id=DEWI, text="ditolak", reply_to=999, random_id=2))
    assert [(one.text, one.random_id) for one in server.sent(DEWI)] == [("diabaikan", 1), ("ditolak", 2)]


async def test_the_phone_keyboard_comes_and_goes(server: MtprotoServer, messenger: MtprotoMessenger) -> None:
    phone = ((Button("Bagikan nomor", asks_phone=True), Button("Nanti", "x")),)
    await messenger.send(Outgoing(chat_id=DEWI, text="nomor?", buttons=phone, random_id=1))
    await messenger.send(Outgoing(chat_id=DEWI, text="terima kasih", drop_keyboard=True, random_id=2))
    asked, thanked = server.sent(DEWI)
    assert [(button.text, button.data, button.asks_phone) for button in asked.buttons[0]] == [
        ("Bagikan nomor", "", True),
        ("Nanti", "", False),
    ]
    assert thanked.hides_keyboard


async def test_a_text_that_is_too_long_is_cut_and_says_so(server: MtprotoServer, messenger: MtprotoMessenger) -> None:
    await messenger.send(Outgoing(chat_id=DEWI, text="😀" * 5000, random_id=1))
    assert (server.sent(DEWI)[0].text[-2:], len(server.sent(DEWI)[0].text)) == ("😀…", 2048)


async def test_a_message_sent_again_is_one_message_and_keeps_its_id(
    server: MtprotoServer, messenger: MtprotoMessenger
) -> None:
    server.say(DEWI, "/start")
    server.fail("messages.sendMessage", cut="after")
    assert isinstance(await failure(messenger), PerhapsSent)
    for number in range(3):
        server.say(DEWI, f"sementara itu {number}")
    assert await messenger.send(HELLO) == server.sent(DEWI)[0].message_id
    (sent,) = server.sent(DEWI)
    assert (sent.text, sent.repeats) == ("halo", 1)


async def test_the_id_of_a_message_sent_again_is_found_far_back_over_a_line_that_breaks(
    server: MtprotoServer, client: MtprotoClient, messenger: MtprotoMessenger
) -> None:
    asked = server.say(DEWI, "/cek")
    message = Outgoing(chat_id=DEWI, text="halo", reply_to=asked, random_id=11)
    sent = await messenger.send(message)
    for number in range(300):
        server.say(DEWI, f"sementara itu {number}")
    restarted = new_client(server, client.vault)
    await MtprotoSource(restarted, poll_timeout=0.1).fetch(Cursor(pts=301, qts=0, date=0).text)
    server.slice_limit = 20
    server.fail("updates.getDifference", (500, "INTERNAL"), times=None, every=7)
    found, tries = None, 0
    while found is None and tries < 9:
        tries += 1
        with contextlib.suppress(NotSent):
            found = await MtprotoMessenger(restarted).send(message)
    await restarted.aclose()
    assert (found, len(server.sent(DEWI))) == (sent, 1)


async def test_the_id_of_a_message_sent_again_to_a_supergroup_is_found(
    server: MtprotoServer, messenger: MtprotoMessenger
) -> None:
    server.supergroup(SUPERGROUP)
    server.say(DEWI, "halo", chat=SUPERGROUP)
    message = Outgoing(chat_id=SUPERGROUP, text="halo juga", random_id=5)
    sent = await messenger.send(message)
    server.say(DEWI, "lagi", chat=SUPERGROUP)
    assert await messenger.send(message) == sent


async def test_a_message_that_was_cut_off_before_it_arrived_arrives_once(
    server: MtprotoServer, messenger: MtprotoMessenger
) -> None:
    server.fail("messages.sendMessage", cut="before")
    assert isinstance(await failure(messenger), PerhapsSent)
    assert await messenger.send(HELLO)
    assert len(server.sent(DEWI)) == 1


async def test_an_answer_that_takes_too_long_ends_the_wait(server: MtprotoServer, messenger: MtprotoMessenger) -> None:
    server.fail("messages.sendMessage", seconds=30)
    assert isinstance(await failure(messenger), PerhapsSent)


async def test_a_press_is_answered_and_an_old_one_says_so(server: MtprotoServer, messenger: MtprotoMessenger) -> None:
    asked = server.say(DEWI, "?")
    query = server.press(DEWI, asked, "ya")
    assert await messenger.send(Outgoing(chat_id=DEWI, text="x" * 300, press_id=str(query))) is None
    assert server.presses[query].answer == "x" * 199 + "…"
    assert await reason(messenger, Outgoing(chat_id=DEWI, text="", press_id="17")) == "press_expired"


async def test_one_chats_flood_wait_does_not_stop_another_chat(
    server: MtprotoServer, messenger: MtprotoMessenger
) -> None:
    server.user(8)
    server.fail("messages.sendMessage", (420, "FLOOD_WAIT_17"))
    error = await failure(messenger)
    assert isinstance(error, RetryAfter)
    assert (error.seconds, error.everywhere) == (17, False)
    assert await messenger.send(Outgoing(chat_id=8, text="halo", random_id=2))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((420, "SLOWMODE_WAIT_9"), RetryAfter),
        ((500, "INTERNAL"), NotSent),
        ((-503, "Timeout"), NotSent),
        ((400, "MESSAGE_EMPTY"), NeverSent),
    ],
)
async def test_what_telegram_refuses_says_whether_to_try_again(
    server: MtprotoServer, messenger: MtprotoMessenger, answer: tuple[int, str], error: type[SendError]
) -> None:
    server.fail("messages.sendMessage", answer)
    assert type(await failure(messenger)) is error


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("USER_IS_BLOCKED", "blocked"),
        ("INPUT_USER_DEACTIVATED", "deactivated"),
        ("PEER_ID_INVALID", "chat_gone"),
        ("CHANNEL_PRIVATE", "chat_gone"),
        ("CHAT_WRITE_FORBIDDEN", "blocked"),
        ("BUTTON_DATA_INVALID", "rejected"),
    ],
)
async def test_what_will_never_be_sent_says_why(
    server: MtprotoServer, messenger: MtprotoMessenger, word: str, why: str
) -> None:
    server.fail("messages.sendMessage", (400, word))
    assert await reason(messenger) == why


async def test_an_unknown_chat_is_gone(messenger: MtprotoMessenger) -> None:
    assert await reason(messenger, Outgoing(chat_id=404, text="halo", random_id=1)) == "chat_gone"
    assert await reason(messenger, Outgoing(chat_id=SUPERGROUP, text="halo", random_id=1)) == "chat_gone"


async def test_a_group_that_became_a_supergroup_is_followed(server: MtprotoServer, messenger: MtprotoMessenger) -> None:
    server.migrate(GROUP, SUPERGROUP)
    moved = await failure(messenger, Outgoing(chat_id=GROUP, text="halo", random_id=1))
    assert isinstance(moved, ChatMoved)
    assert moved.chat_id == SUPERGROUP
    assert await messenger.send(Outgoing(chat_id=SUPERGROUP, text="halo", random_id=1))


async def test_menus_are_set_for_a_language_and_a_chat_and_taken_away(
    server: MtprotoServer, messenger: MtprotoMessenger
) -> None:
    lines = [MenuEntry("reg", "kirim order"), MenuEntry("cek", "status order")]
    await messenger.set_menu("id", lines)
    await messenger.set_menu("", lines, DEWI)
    assert server.menus["default", None, "id"].commands == [("reg", "kirim order"), ("cek", "status order")]
    assert ("peer", DEWI, "") in server.menus
    await messenger.set_menu("", [], DEWI)
    assert list(server.menus) == [("default", None, "id")]


async def test_nothing_is_sent_while_telegram_is_out_of_reach() -> None:
    async with served() as server:
        client = new_client(server)
    messenger = MtprotoMessenger(client)
    assert isinstance(await failure(messenger), NotSent)
    await client.aclose()
