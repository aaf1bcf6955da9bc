"""What the Bot API source gives, and how it fails, over real sockets."""

import asyncio
import json
import logging
import socket
import traceback

import pytest

from sikpro.adapters.telegram.bot_api import BotApi, BotApiSource
from sikpro.application.ports.chat import IncomingKind
from sikpro.application.ports.network import SourceError, Trouble
from sikpro.testing.contracts.network import DEWI
from tests.integration.telegram.conftest import TOKEN, Parrot, Simulation


async def trouble(source: BotApiSource, cursor: str = "") -> SourceError:
    with pytest.raises(SourceError) as caught:
        await source.fetch(cursor)
    return caught.value


async def texts(source: BotApiSource, cursor: str = "") -> list[str]:
    return [update.text for update in (await source.fetch(cursor)).updates]


async def test_the_bot_says_who_it_is(source: BotApiSource) -> None:
    identity = await source.identify()
    assert (identity.bot_id, identity.username) == (424242, "sikpro_simulasi_bot")


async def test_an_update_comes_again_until_the_cursor_has_passed_it(
    simulation: Simulation, source: BotApiSource
) -> None:
    simulation.say("satu")
    first = await source.fetch("")
    assert await texts(source) == ["satu"]
    simulation.say("dua")
    assert await texts(source, first.cursor) == ["dua"]


async def test_a_poll_is_held_until_there_is_an_update(simulation: Simulation, source: BotApiSource) -> None:
    poll = asyncio.create_task(texts(source))
    await asyncio.sleep(0.1)
    assert not poll.done()
    await asyncio.to_thread(simulation.say, "halo")
    assert await poll == ["halo"]


async def test_a_poll_without_updates_ends_with_the_same_cursor(source: BotApiSource) -> None:
    batch = await source.fetch("1")
    assert (batch.updates, batch.cursor, batch.fetched) == ((), "1", 0)


async def test_a_server_that_answers_at_once_with_nothing_is_asked_once_a_second(parrot: Parrot) -> None:
    parrot.says(200, b'{"ok":true,"result":[]}')
    passed: list[float] = []

    async def sleep(seconds: float) -> None:
        passed.append(seconds)

    source = BotApiSource(BotApi(TOKEN, base_url=parrot.url, poll_timeout=50), sleep=sleep)
    for _ in range(3):
        await source.fetch("1")
    assert passed == [1.0, 1.0, 1.0]
    held = BotApiSource(BotApi(TOKEN, base_url=parrot.url), count=iter((0.0, 50.0)).__next__, sleep=sleep)
    await held.fetch("1")
    assert len(passed) == 3, "an answer that was held is followed by the next poll at once"


async def test_the_cursor_follows_ids_that_restart_lower(simulation: Simulation, source: BotApiSource) -> None:
    simulation.post("/updates", next_update_id=900_000)
    simulation.say("sebelum")
    before = await source.fetch("")
    assert before.cursor == "900001"
    await source.fetch(before.cursor)
    simulation.post("/updates", next_update_id=40)
    simulation.say("sesudah")
    after = await source.fetch(before.cursor)
    assert ([update.text for update in after.updates], after.cursor) == (["sesudah"], "41")
    assert await texts(source, after.cursor) == []


async def test_a_cursor_of_another_transport_starts_from_the_beginning(
    simulation: Simulation, source: BotApiSource
) -> None:
    simulation.say("halo")
    assert await texts(source, '{"pts": 5}') == ["halo"]


async def test_edits_presses_contacts_photos_and_blocks_arrive(simulation: Simulation, source: BotApiSource) -> None:
    message_id = simulation.say("salah")
    simulation.post(f"/chats/{DEWI}/edits", message_id=message_id, text="benar")
    simulation.press()
    simulation.post(f"/chats/{DEWI}/contact", phone="+62811")
    simulation.post(f"/chats/{DEWI}/photos", photo="aGFsbw==", caption="ODP", reply_to=2)
    simulation.post(f"/chats/{DEWI}/block", blocked=True)
    said, edited, pressed, contact, photo, blocked = (await source.fetch("")).updates
    assert (said.kind, said.text, said.sender_name) == (IncomingKind.MESSAGE, "salah", "Dewi Lestari")
    assert (edited.kind, edited.text, edited.message_id) == (IncomingKind.EDIT, "benar", message_id)
    assert (pressed.kind, pressed.data, pressed.message_id) == (IncomingKind.PRESS, "ya", 2)
    assert contact.contact is not None
    assert (contact.contact.phone, contact.contact.user_id) == ("+62811", DEWI)
    assert (photo.text, photo.attachments[0].size, photo.reply_to) == ("ODP", 4, 2)
    assert (blocked.kind, blocked.blocked) == (IncomingKind.MEMBERSHIP, True)


async def test_any_text_survives(simulation: Simulation, source: BotApiSource) -> None:
    said = ["\u202eتفعيل", "👩‍🔧", "%_<script>=cmd()", "x" * 100_000]
    for text in said:
        simulation.say(text)
    assert await texts(source) == said


async def test_nul_which_postgresql_cannot_keep_does_not_come_in(simulation: Simulation, source: BotApiSource) -> None:
    simulation.say("a\x00b")
    assert await texts(source) == ["ab"]


async def test_a_lone_surrogate_is_replaced(simulation: Simulation, source: BotApiSource) -> None:
    simulation.http.post(f"/chats/{DEWI}/messages", content=b'{"text": "a\\ud800b"}')
    assert await texts(source) == ["a\ufffdb"]


async def test_a_malformed_update_among_others_is_counted_and_loses_none(
    simulation: Simulation, source: BotApiSource
) -> None:
    simulation.say("satu")
    simulation.post("/updates", message={"message_id": "bukan angka", "from": None})
    simulation.http.post("/updates", json={"poll_of_the_future": [1, 2]})
    simulation.say("dua")
    batch = await source.fetch("")
    kinds = [update.kind for update in batch.updates]
    assert kinds == [IncomingKind.MESSAGE, IncomingKind.OTHER, IncomingKind.OTHER, IncomingKind.MESSAGE]
    assert (batch.fetched, len({update.key for update in batch.updates})) == (4, 4)


async def test_every_poll_names_what_it_wants_and_drops_nothing(parrot: Parrot) -> None:
    parrot.says(200, b'{"ok":true,"result":[]}')
    source = BotApiSource(BotApi(TOKEN, base_url=parrot.url, poll_timeout=1))
    await source.fetch("")
    await source.fetch("900001")
    await source.aclose()
    wanted = ["message", "edited_message", "callback_query", "my_chat_member"]
    asked = {"timeout": 1, "limit": 100, "allowed_updates": wanted}
    assert [json.loads(body) for body in parrot.bodies] == [asked, asked | {"offset": 900001}]


async def test_the_older_of_two_polls_is_told_of_the_conflict(simulation: Simulation, source: BotApiSource) -> None:
    older = asyncio.create_task(trouble(source))
    await asyncio.sleep(0.1)
    await asyncio.to_thread(simulation.ask, "getUpdates")
    assert (await older).trouble is Trouble.CONFLICT


async def test_a_webhook_is_named(simulation: Simulation, source: BotApiSource) -> None:
    simulation.ask("setWebhook", url="https://example.org/")
    assert (await trouble(source)).trouble is Trouble.WEBHOOK


async def test_a_wrong_token_is_unauthorised(simulation: Simulation) -> None:
    source = BotApiSource(BotApi("1:wrong", base_url=simulation.url))
    assert (await trouble(source)).trouble is Trouble.UNAUTHORISED
    await source.aclose()


async def test_too_many_requests_say_how_long_to_wait(simulation: Simulation, source: BotApiSource) -> None:
    simulation.faults(fraction=1, kinds=["429"], retry_after=17)
    error = await trouble(source)
    assert (error.trouble, error.retry_after) == (Trouble.SLOW_DOWN, 17)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("500", Trouble.SERVER),
        ("502", Trouble.SERVER),
        ("drop_before", Trouble.UNREACHABLE),
        ("drop_after", Trouble.UNREACHABLE),
    ],
)
async def test_a_failing_server_has_its_trouble_and_loses_no_update(
    simulation: Simulation, source: BotApiSource, kind: str, expected: Trouble
) -> None:
    simulation.faults(fraction=1, kinds=[kind], limit=1)
    simulation.say("tetap ada")
    assert (await trouble(source)).trouble is expected
    assert await texts(source) == ["tetap ada"]


@pytest.mark.parametrize(
    "body", [b"<html>", b"", b"[]", b'{"ok":true}', b'{"ok":true,"result":[{}]}', b"\xff{", b"[" * 100_000]
)
async def test_a_body_that_is_no_answer_is_trouble_of_the_server(parrot: Parrot, body: bytes) -> None:
    parrot.says(200, body)
    source = BotApiSource(BotApi(TOKEN, base_url=parrot.url))
    assert (await trouble(source)).trouble is Trouble.SERVER
    await source.aclose()


async def test_nobody_there_is_unreachable_and_names_no_token(caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        source = BotApiSource(BotApi(TOKEN, base_url=f"http://127.0.0.1:{taken.getsockname()[1]}"))
        with caplog.at_level(logging.DEBUG):
            error = await trouble(source)
    assert error.trouble is Trouble.UNREACHABLE
    story = "".join(traceback.format_exception(error)) + repr(error.__context__) + repr(error) + caplog.text
    assert "test-token" not in story
    await source.aclose()


async def test_the_token_is_in_no_log_line_and_no_repr(
    simulation: Simulation, source: BotApiSource, caplog: pytest.LogCaptureFixture
) -> None:
    simulation.say("halo")
    with caplog.at_level(logging.DEBUG):
        await source.fetch("")
    assert "getUpdates" in caplog.text
    assert "test-token" not in caplog.text
    assert "test-token" not in repr(BotApi(TOKEN))
