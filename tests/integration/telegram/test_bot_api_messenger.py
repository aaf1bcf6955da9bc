"""What the Bot API messenger sends, and how it says that it could not, over real sockets."""

import os
import socket

import pytest

from sikpro.adapters.telegram.bot_api import BotApi, BotApiMessenger, send_error
from sikpro.adapters.telegram.client import Answer
from sikpro.application.ports.chat import Button, Enclosure, MenuEntry, Outgoing
from sikpro.application.ports.network import (
    ChatMoved,
    GatewayAnswered,
    NeverSent,
    NotSent,
    PerhapsSent,
    RetryAfter,
    SendError,
)
from sikpro.testing.contracts.network import DEWI
from tests.integration.telegram.conftest import TOKEN, Parrot, Simulation

HELLO = Outgoing(chat_id=DEWI, text="halo")


async def failure(messenger: BotApiMessenger, message: Outgoing = HELLO) -> SendError:
    with pytest.raises(SendError) as caught:
        await messenger.send(message)
    return caught.value


async def reason(messenger: BotApiMessenger, message: Outgoing = HELLO) -> str:
    error = await failure(messenger, message)
    assert isinstance(error, NeverSent)
    return error.reason


async def test_a_message_arrives_as_a_reply_with_its_buttons(
    simulation: Simulation, messenger: BotApiMessenger
) -> None:
    asked = simulation.say("/cek")
    buttons = ((Button("Ya", "y"), Button("Tidak", "t")),)
    message_id = await messenger.send(Outgoing(chat_id=DEWI, text="<b>?</b>", reply_to=asked, buttons=buttons))
    arrived = simulation.messages()[-1]
    assert (arrived["message_id"], arrived["text"], arrived["reply_to"]) == (message_id, "<b>?</b>", asked)
    assert arrived["buttons"] == [[{"text": "Ya", "data": "y"}, {"text": "Tidak", "data": "t"}]]


async def test_a_file_arrives_whole_with_its_name_and_caption(
    simulation: Simulation, messenger: BotApiMessenger
) -> None:
    content = os.urandom(1_300_000)
    asked = simulation.say("/rekap")
    message = Outgoing(chat_id=DEWI, text="Rekap “hari ini”", reply_to=asked, document=1)
    message_id = await messenger.send(message, Enclosure("rekap-2026-11.xlsx", "application/vnd.ms-excel", content))
    arrived = simulation.messages()[-1]
    assert (arrived["message_id"], arrived["text"], arrived["reply_to"]) == (message_id, message.text, asked)
    assert arrived["document"]["name"] == "rekap-2026-11.xlsx"
    assert simulation.http.get(f"/files/{arrived['document']['file_id']}").content == content


async def test_a_reply_arrives_though_its_target_is_gone(simulation: Simulation, messenger: BotApiMessenger) -> None:
    await messenger.send(Outgoing(chat_id=DEWI, text="tetap", reply_to=999))
    assert (simulation.messages()[-1]["text"], simulation.messages()[-1]["reply_to"]) == ("tetap", None)


async def test_the_phone_keyboard_comes_and_goes(simulation: Simulation, messenger: BotApiMessenger) -> None:
    phone = ((Button("Bagikan nomor", asks_phone=True),),)
    await messenger.send(Outgoing(chat_id=DEWI, text="nomor?", buttons=phone))
    keyboard = simulation.http.get("/chats").json()[0]["keyboard"]
    assert keyboard == [[{"text": "Bagikan nomor", "asks_phone": True}]]
    await messenger.send(Outgoing(chat_id=DEWI, text="terima kasih", drop_keyboard=True))
    assert simulation.http.get("/chats").json()[0]["keyboard"] == []


async def test_a_text_that_is_too_long_is_cut_and_says_so(simulation: Simulation, messenger: BotApiMessenger) -> None:
    await messenger.send(Outgoing(chat_id=DEWI, text="😀" * 5000))
    text = simulation.messages()[-1]["text"]
    assert (text[-2:], len(text)) == ("😀…", 2048)


async def test_what_is_cut_is_the_end_and_never_the_first_lines_or_the_buttons(
    simulation: Simulation, messenger: BotApiMessenger
) -> None:
    first = "✅ Pesan diterima, mohon ditunggu. SC32232558, antrean ke-4\nAO · SDA · ODP-SDA-003"
    buttons = ((Button("Batalkan", "w:1"),),)
    await messenger.send(Outgoing(chat_id=DEWI, text=f"{first}\n{'catatan 👷 ' * 800}", buttons=buttons))
    arrived = simulation.messages()[-1]
    assert arrived["text"].startswith(first)
    assert 4090 < len(arrived["text"].encode("utf-16-le")) // 2 <= 4096
    assert arrived["buttons"] == [[{"text": "Batalkan", "data": "w:1"}]]


async def test_a_text_of_exactly_the_limit_is_left_as_it_is(simulation: Simulation, messenger: BotApiMessenger) -> None:
    text = "a" * 4094 + "👷"
    await messenger.send(Outgoing(chat_id=DEWI, text=text))
    assert simulation.messages()[-1]["text"] == text


async def test_a_press_is_answered_once(simulation: Simulation, messenger: BotApiMessenger) -> None:
    query = simulation.press()
    answer = Outgoing(chat_id=DEWI, text="x" * 300, press_id=query)
    assert await messenger.send(answer) is None
    seen = simulation.http.get(f"/chats/{DEWI}/callbacks/{query}").json()
    assert (seen["answered"], len(seen["text"]), seen["text"][-1]) == (True, 200, "…")
    assert await reason(messenger, answer) == "press_expired"


async def test_each_way_of_losing_a_chat_has_its_reason(simulation: Simulation, messenger: BotApiMessenger) -> None:
    group = simulation.group()
    to_group = Outgoing(chat_id=group, text="halo")
    for status in ("kicked", "left"):
        simulation.post(f"/groups/{group}/bot", status=status)
        assert await reason(messenger, to_group) == "chat_gone"
    simulation.post(f"/groups/{group}/delete")
    assert await reason(messenger, to_group) == "chat_gone"
    simulation.post(f"/chats/{DEWI}/deactivate")
    assert await reason(messenger) == "deactivated"


async def test_a_message_to_a_group_that_moved_names_the_new_chat_and_arrives_there(
    simulation: Simulation, messenger: BotApiMessenger
) -> None:
    group = simulation.group()
    after = simulation.post(f"/groups/{group}/upgrade")["id"]
    moved = await failure(messenger, Outgoing(chat_id=group, text="SELESAI", reply_to=1))
    assert isinstance(moved, ChatMoved)
    assert moved.chat_id == after
    await messenger.send(Outgoing(chat_id=moved.chat_id, text="SELESAI", reply_to=99))
    assert [(one["text"], one["reply_to"]) for one in simulation.in_group(after)][-1] == ("SELESAI", None)


async def test_an_answer_in_a_group_is_a_reply_there(simulation: Simulation, messenger: BotApiMessenger) -> None:
    group = simulation.group()
    asked = simulation.post(f"/chats/{DEWI}/messages", text="/cek", chat=group)["message_id"]
    await messenger.send(Outgoing(chat_id=group, text="Order Anda", reply_to=asked))
    arrived = simulation.in_group()[-1]
    assert (arrived["text"], arrived["reply_to"], arrived["sender"]) == ("Order Anda", asked, "bot")


async def test_a_blocked_bot_and_an_unknown_chat_are_told_apart(
    simulation: Simulation, messenger: BotApiMessenger
) -> None:
    simulation.post(f"/chats/{DEWI}/block", blocked=True)
    assert await reason(messenger) == "blocked"
    assert await reason(messenger, Outgoing(chat_id=404, text="halo")) == "chat_gone"


async def test_an_empty_text_and_a_button_with_too_much_data_are_rejected(
    simulation: Simulation, messenger: BotApiMessenger
) -> None:
    assert await reason(messenger, Outgoing(chat_id=DEWI, text=" ")) == "rejected"
    buttons = ((Button("Ya", "d" * 65),),)
    assert await reason(messenger, Outgoing(chat_id=DEWI, text="?", buttons=buttons)) == "rejected"


async def test_too_many_requests_say_how_long_to_wait(simulation: Simulation, messenger: BotApiMessenger) -> None:
    simulation.faults(methods={"sendMessage": 1}, kinds=["429"], retry_after=4)
    error = await failure(messenger)
    assert isinstance(error, RetryAfter)
    assert (error.seconds, error.everywhere) == (4, False)


@pytest.mark.parametrize(
    ("kind", "error", "arrived"),
    [
        ("500", NotSent, 0),
        ("502", GatewayAnswered, 0),
        ("drop_before", PerhapsSent, 0),
        ("drop_after", PerhapsSent, 1),
    ],
)
async def test_a_broken_call_says_whether_it_may_have_arrived(
    simulation: Simulation, messenger: BotApiMessenger, kind: str, error: type[SendError], arrived: int
) -> None:
    simulation.faults(fraction=1, kinds=[kind], limit=1)
    assert type(await failure(messenger)) is error
    assert len(simulation.messages()) == arrived
    assert await messenger.send(HELLO)


async def test_an_answer_that_takes_too_long_may_have_arrived(simulation: Simulation) -> None:
    simulation.faults(fraction=1, kinds=["slow"], delay=0.5)
    messenger = BotApiMessenger(BotApi(TOKEN, base_url=simulation.url, request_timeout=0.1))
    assert type(await failure(messenger)) is PerhapsSent
    await messenger.aclose()


async def test_nobody_there_means_surely_not_sent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        messenger = BotApiMessenger(BotApi(TOKEN, base_url=f"http://127.0.0.1:{taken.getsockname()[1]}"))
        error = await failure(messenger)
    assert type(error) is NotSent
    assert "test-token" not in repr(error) + repr(error.__context__)
    await messenger.aclose()


@pytest.mark.parametrize(
    ("status", "description", "code"),
    [
        (403, b"Forbidden: user is deactivated", "deactivated"),
        (403, b"Forbidden: bot was kicked from the group chat", "chat_gone"),
        (403, b"Forbidden: bot can't initiate conversation with a user", "blocked"),
        (400, b"Bad Request: group chat was deactivated", "chat_gone"),
        (400, b"Bad Request: not enough rights to send text messages to the chat", "rejected"),
        (400, b"Bad Request: something new", "rejected"),
    ],
)
async def test_a_refusal_has_a_reason_for_people(parrot: Parrot, status: int, description: bytes, code: str) -> None:
    parrot.says(status, b'{"ok":false,"error_code":%d,"description":"%s"}' % (status, description))
    messenger = BotApiMessenger(BotApi(TOKEN, base_url=parrot.url))
    assert await reason(messenger) == code
    await messenger.aclose()


async def test_a_chat_that_moved_names_its_new_id(parrot: Parrot) -> None:
    parrot.says(400, b'{"ok":false,"error_code":400,"parameters":{"migrate_to_chat_id":-1009}}')
    messenger = BotApiMessenger(BotApi(TOKEN, base_url=parrot.url))
    error = await failure(messenger)
    assert isinstance(error, ChatMoved)
    assert error.chat_id == -1009
    await messenger.aclose()


async def test_the_menu_is_set_for_each_language_and_chat_and_taken_away(
    simulation: Simulation, messenger: BotApiMessenger
) -> None:
    await messenger.set_menu("", [MenuEntry("help", "lists")])
    await messenger.set_menu("id", [MenuEntry("cek", "status order")])
    await messenger.set_menu("id", [MenuEntry("antrian", "order terbuka")], DEWI)

    def shown(**where: object) -> list[str]:
        entries = simulation.http.get("/commands", params={name: str(value) for name, value in where.items()}).json()
        return [entry["command"] for entry in entries]

    assert [shown(language="en"), shown(language="id"), shown(chat=DEWI)] == [["help"], ["cek"], ["antrian"]]
    await messenger.set_menu("id", [], DEWI)
    await messenger.set_menu("id", [])
    assert [shown(language="id"), shown(chat=DEWI)] == [["help"], ["help"]]


async def test_a_menu_for_a_chat_that_is_not_there_is_refused(messenger: BotApiMessenger) -> None:
    with pytest.raises(NeverSent) as refused:
        await messenger.set_menu("", [MenuEntry("help", "lists")], 404)
    assert refused.value.reason == "chat_gone"


def test_a_method_that_an_own_server_does_not_have_yet_is_refused_for_good_and_a_wrong_token_is_not() -> None:
    unknown = Answer(404, ok=False, clean=True, description="Not Found: method not found")
    assert isinstance(send_error(unknown), NeverSent)
    assert isinstance(send_error(Answer(404, ok=False, clean=True, description="Not Found")), NotSent)
