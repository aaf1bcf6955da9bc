"""What the Bot API messenger sends, and how it says that it could not, over real sockets."""

import socket

import pytest

from sikpro.adapters.telegram.bot_api import BotApi, BotApiMessenger
from sikpro.application.ports.chat import (
    Button,
    ChatMoved,
    MenuEntry,
    NeverSent,
    NotSent,
    Outgoing,
    PerhapsSent,
    RetryAfter,
    SendError,
)
from tests.integration.telegram.conftest import DEWI, TOKEN, Parrot, Simulation

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


async def test_a_press_is_answered_once(simulation: Simulation, messenger: BotApiMessenger) -> None:
    query = simulation.press()
    answer = Outgoing(chat_id=DEWI, text="x" * 300, press_id=query)
    assert await messenger.send(answer) is None
    seen = simulation.http.get(f"/chats/{DEWI}/callbacks/{query}").json()
    assert (seen["answered"], len(seen["text"]), seen["text"][-1]) == (True, 200, "…")
    assert await reason(messenger, answer) == "press_expired"


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
        ("502", PerhapsSent, 0),
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


async def test_the_menu_is_set_for_each_language(simulation: Simulation, messenger: BotApiMessenger) -> None:
    await messenger.set_menu("", [MenuEntry("help", "lists")])
    await messenger.set_menu("id", [MenuEntry("cek", "status order")])
    assert simulation.http.get("/commands").json() == [{"command": "cek", "description": "status order"}]
    assert simulation.ask("getMyCommands").json()["result"] == [{"command": "help", "description": "lists"}]
