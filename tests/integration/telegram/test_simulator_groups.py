"""Groups of the simulator: who writes there, what the bot gets of it, and what becomes of a group."""

import pytest

from sikpro.adapters.telegram.bot_api import BotApiMessenger, BotApiSource
from sikpro.application.ports.chat import Outgoing
from sikpro.application.ports.network import NeverSent
from sikpro.testing.contracts.network import DEWI
from tests.integration.telegram.conftest import BOT_NAME, EKO, GROUP, Simulation


def test_only_people_who_belong_to_a_group_write_there(simulation: Simulation) -> None:
    simulation.group(DEWI)
    stranger = simulation.http.post(f"/chats/{EKO}/messages", json={"text": "halo", "chat": GROUP})
    assert (stranger.status_code, stranger.json()["detail"]) == (403, "Eko does not belong to the chat -500.")
    simulation.post(f"/groups/{GROUP}/members", user=EKO)
    simulation.post(f"/chats/{EKO}/messages", text="halo", chat=GROUP)
    simulation.post(f"/groups/{GROUP}/members", user=EKO, joins=False)
    assert [one["text"] for one in simulation.in_group()][-3:] == ["Eko masuk grup", "halo", "Eko keluar dari grup"]
    assert simulation.http.post(f"/chats/{EKO}/messages", json={"text": "x", "chat": GROUP}).status_code == 403


def test_in_a_group_the_bot_gets_only_what_is_meant_for_it(simulation: Simulation) -> None:
    simulation.group()
    asked = simulation.ask("sendMessage", chat_id=GROUP, text="STO?").json()["result"]["message_id"]
    for text in ("selamat pagi", "/cek@bot_lain", f"/reg@{BOT_NAME} AO", "/cek", f"tolong @{BOT_NAME}", "a@b"):
        simulation.post(f"/chats/{DEWI}/messages", text=text, chat=GROUP)
    simulation.post(f"/chats/{DEWI}/messages", text="SDA", chat=GROUP, reply_to=asked)
    assert simulation.heard() == [f"/reg@{BOT_NAME} AO", "/cek", f"tolong @{BOT_NAME}", "SDA"]
    told = simulation.updates()
    assert told[0]["message"]["chat"] == {"id": GROUP, "title": "Aktivasi SDA", "type": "group"}
    assert told[0]["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 24}]
    assert told[2]["message"]["entities"][0]["type"] == "mention"


def test_an_administrator_gets_everything(simulation: Simulation) -> None:
    simulation.group()
    simulation.post(f"/groups/{GROUP}/bot", status="administrator")
    simulation.post(f"/chats/{DEWI}/messages", text="selamat pagi", chat=GROUP)
    membership, said = simulation.updates()
    assert membership["my_chat_member"]["new_chat_member"]["status"] == "administrator"
    assert said["message"]["text"] == "selamat pagi"
    assert simulation.in_group()[-1]["read"] is False


def test_joining_and_leaving_are_service_messages_that_the_bot_gets(simulation: Simulation) -> None:
    simulation.group()
    simulation.post(f"/groups/{GROUP}/members", user=EKO)
    simulation.post(f"/groups/{GROUP}/members", user=EKO, joins=False)
    joined, left = (update["message"] for update in simulation.updates())
    assert joined["new_chat_members"][0]["id"] == left["left_chat_member"]["id"] == EKO


@pytest.mark.parametrize(
    ("status", "description"),
    [
        ("kicked", "Forbidden: bot was kicked from the group chat"),
        ("left", "Forbidden: bot is not a member of the group chat"),
    ],
)
def test_a_bot_that_was_thrown_out_hears_of_it_and_nothing_afterwards(
    simulation: Simulation, status: str, description: str
) -> None:
    simulation.group()
    simulation.post(f"/groups/{GROUP}/bot", status=status)
    simulation.post(f"/chats/{DEWI}/messages", text="/cek", chat=GROUP)
    (told,) = simulation.updates()
    assert told["my_chat_member"]["new_chat_member"]["status"] == status
    refused = simulation.ask("sendMessage", chat_id=GROUP, text="halo")
    assert (refused.status_code, refused.json()["description"]) == (403, description)


def test_a_group_becomes_a_supergroup_with_a_new_id_where_messages_count_anew(simulation: Simulation) -> None:
    simulation.group(DEWI, EKO)
    simulation.post(f"/chats/{DEWI}/messages", text="/cek", chat=GROUP)
    after = simulation.post(f"/groups/{GROUP}/upgrade")["id"]
    refused = simulation.ask("sendMessage", chat_id=GROUP, text="halo")
    assert (refused.status_code, refused.json()["description"], refused.json()["parameters"]) == (
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        {"migrate_to_chat_id": after},
    )
    before, beyond = (update["message"] for update in simulation.updates()[-2:])
    assert (before["chat"]["id"], before["migrate_to_chat_id"]) == (GROUP, after)
    assert (beyond["chat"], beyond["migrate_from_chat_id"]) == (
        {"id": after, "title": "Aktivasi SDA", "type": "supergroup"},
        GROUP,
    )
    assert beyond["message_id"] == 1
    simulation.post(f"/chats/{EKO}/messages", text="/cek", chat=after)
    assert simulation.http.post(f"/chats/{EKO}/messages", json={"text": "x", "chat": GROUP}).status_code == 409
    assert simulation.http.post(f"/groups/{after}/upgrade").status_code == 409
    simulation.post(f"/groups/{after}/bot", status="kicked")
    kicked = simulation.ask("sendMessage", chat_id=after, text="halo").json()["description"]
    assert kicked == "Forbidden: bot was kicked from the supergroup chat"


def test_deleted_groups_and_accounts_are_told_in_telegrams_words(simulation: Simulation) -> None:
    simulation.group()
    after = simulation.post(f"/groups/{GROUP}/upgrade")["id"]
    simulation.post("/groups", name="Lain", members=[DEWI], id=-501)
    for group in (after, -501):
        simulation.post(f"/groups/{group}/delete")
    simulation.post(f"/chats/{DEWI}/deactivate")
    answers = [simulation.ask("sendMessage", chat_id=chat, text="halo").json() for chat in (after, -501, -502, DEWI)]
    assert [(answer["error_code"], answer["description"]) for answer in answers] == [
        (400, "Bad Request: chat not found"),
        (403, "Forbidden: the group chat was deleted"),
        (400, "Bad Request: chat not found"),
        (403, "Forbidden: user is deactivated"),
    ]
    gone = simulation.http.post(f"/chats/{DEWI}/messages", json={"text": "halo"})
    assert (gone.status_code, gone.json()["detail"]) == (403, "This account is deleted.")


def test_a_phone_number_cannot_be_asked_for_in_a_group(simulation: Simulation) -> None:
    simulation.group()
    keyboard = {"keyboard": [[{"text": "Bagikan nomor", "request_contact": True}]]}
    refused = simulation.ask("sendMessage", chat_id=GROUP, text="?", reply_markup=keyboard)
    assert refused.json()["description"] == "Bad Request: phone number can be requested in private chats only"


def test_anybody_of_a_group_presses_a_button_there(simulation: Simulation) -> None:
    simulation.group(DEWI, EKO)
    markup = {"inline_keyboard": [[{"text": "Ya", "callback_data": "ya"}]]}
    sent = simulation.ask("sendMessage", chat_id=GROUP, text="?", reply_markup=markup).json()["result"]
    press = simulation.post(f"/chats/{EKO}/callbacks", message_id=sent["message_id"], data="ya", chat=GROUP)["id"]
    query = simulation.updates()[-1]["callback_query"]
    assert (query["from"]["id"], query["message"]["chat"]["id"], query["id"]) == (EKO, GROUP, press)
    assert simulation.ask("answerCallbackQuery", callback_query_id=press, text="ok").json()["ok"]
    assert simulation.http.get(f"/chats/{EKO}/callbacks/{press}").json()["answered"]
    assert simulation.http.get(f"/chats/{DEWI}/callbacks/{press}").status_code == 404


def test_an_album_is_several_messages_with_one_caption_where_it_was_put(simulation: Simulation) -> None:
    photos = ["aGFsbw==", "ZHVh", "dGlnYQ=="]
    sent = simulation.post(f"/chats/{DEWI}/albums", photos=photos, caption="/reg AO", captioned=1)["message_ids"]
    messages = [update["message"] for update in simulation.updates()]
    assert [message["message_id"] for message in messages] == sent
    assert len({message["media_group_id"] for message in messages}) == 1
    assert [message.get("caption") for message in messages] == [None, "/reg AO", None]
    assert messages[1]["caption_entities"][0]["type"] == "bot_command"
    for photo in (["aGFsbw=="], ["aGFsbw=="] * 11):
        assert simulation.http.post(f"/chats/{DEWI}/albums", json={"photos": photo}).status_code == 422
    files = [("photos", ("a.png", b"\x89PNG", "image/png"))] * 2
    form = simulation.http.post(f"/chats/{DEWI}/albums", files=files, data={"caption": "ODP", "captioned": "1"})
    assert len(form.json()["message_ids"]) == 2
    assert simulation.heard()[-1] == "ODP"


def test_captions_are_edited_and_only_by_their_sender_and_to_something_else(simulation: Simulation) -> None:
    simulation.group(DEWI, EKO)
    photo = simulation.post(f"/chats/{DEWI}/photos", photo="aGFsbw==", caption="/reg AO", chat=GROUP)["message_id"]
    foreign = {"message_id": photo, "text": "/reg MO", "chat": GROUP}
    assert simulation.http.post(f"/chats/{EKO}/edits", json=foreign).status_code == 404
    simulation.post(f"/chats/{DEWI}/edits", message_id=photo, text="/reg AO", chat=GROUP)
    simulation.post(f"/chats/{DEWI}/edits", message_id=photo, text="/reg PDA", chat=GROUP)
    first, edited = simulation.updates()
    assert (first["message"]["caption"], edited["edited_message"]["caption"]) == ("/reg AO", "/reg PDA")
    assert "edit_date" in edited["edited_message"]
    assert "photo" in edited["edited_message"]


def test_a_forwarded_message_says_whose_it_was(simulation: Simulation) -> None:
    simulation.group(DEWI, EKO)
    said = simulation.post(f"/chats/{EKO}/messages", text="AO#SC32232558", chat=GROUP)["message_id"]
    simulation.post(f"/chats/{DEWI}/forwards", message_id=said, chat=GROUP)
    (update,) = simulation.updates()
    forwarded = update["message"]
    assert (forwarded["text"], forwarded["chat"]["type"], forwarded["from"]["id"]) == ("AO#SC32232558", "private", DEWI)
    assert forwarded["forward_origin"]["sender_user"]["id"] == EKO
    assert simulation.messages()[-1]["forwarded"] == "Eko"


def test_a_document_keeps_its_name_and_kind(simulation: Simulation) -> None:
    simulation.post(f"/chats/{DEWI}/documents", document="aGFsbw==", file_name="ODP.png", mime="image/png")
    document = simulation.updates()[0]["message"]["document"]
    assert (document["file_name"], document["mime_type"], document["file_size"]) == ("ODP.png", "image/png", 4)


def test_a_chats_own_menu_comes_before_everybodys(simulation: Simulation) -> None:
    def line(name: str) -> list[dict[str, str]]:
        return [{"command": name, "description": name}]

    scope = {"type": "chat", "chat_id": DEWI}
    simulation.ask("setMyCommands", commands=line("semua"))
    simulation.ask("setMyCommands", commands=line("own"), scope=scope)
    simulation.ask("setMyCommands", commands=line("antrian"), scope=scope, language_code="id")

    def shown(chat: int, language: str) -> str:
        (entry,) = simulation.http.get("/commands", params={"chat": chat, "language": language}).json()
        return str(entry["command"])

    assert [shown(DEWI, "id"), shown(DEWI, "en"), shown(EKO, "id")] == ["antrian", "own", "semua"]
    assert simulation.ask("getMyCommands", scope=scope, language_code="id").json()["result"] == line("antrian")
    assert simulation.ask("getMyCommands", language_code="id").json()["result"] == []
    simulation.ask("deleteMyCommands", scope=scope, language_code="id")
    assert shown(DEWI, "id") == "own"
    assert simulation.ask("setMyCommands", commands=line("a"), scope={"type": "chat", "chat_id": 99}).status_code == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/groups", {"name": "", "members": [DEWI]}),
        ("/groups", {"name": "X", "members": []}),
        ("/groups", {"name": "X", "members": ["a"]}),
        ("/groups", {"name": "X", "members": [DEWI], "id": 5}),
        (f"/groups/{GROUP}/bot", {"status": "king"}),
        (f"/chats/{DEWI}/documents", {"document": "é"}),
        (f"/chats/{DEWI}/albums", {"photos": [5, 6]}),
        (f"/chats/{DEWI}/albums", {"photos": "x"}),
    ],
)
def test_a_script_that_asks_for_nonsense_gets_a_sentence(
    simulation: Simulation, path: str, body: dict[str, object]
) -> None:
    simulation.group()
    refused = simulation.http.post(path, json=body)
    assert (refused.status_code, bool(refused.json()["detail"])) == (422, True)


def a_topic(simulation: Simulation) -> int:
    """A topic of the group with a command in it."""
    simulation.group()
    topic = int(simulation.post(f"/groups/{GROUP}/topics", name="Aktivasi")["number"])
    simulation.post(f"/chats/{DEWI}/messages", text="/cek", chat=GROUP, topic=topic)
    return topic


async def test_what_is_said_in_a_topic_is_told_with_it_and_answered_there(
    simulation: Simulation, source: BotApiSource, messenger: BotApiMessenger
) -> None:
    topic = a_topic(simulation)
    begun, said = (await source.fetch("")).updates
    assert (begun.topic, begun.topic_title, begun.chat_id) == (topic, "Aktivasi", GROUP)
    assert (said.topic, said.topic_title, said.reply_to) == (topic, "Aktivasi", None)
    for reply_to in (None, said.message_id):
        await messenger.send(Outgoing(chat_id=GROUP, text="ok", topic=topic, reply_to=reply_to))
    await messenger.send(Outgoing(chat_id=GROUP, text="ok", topic=1))
    sent = [(one["topic"], one["reply_to"]) for one in simulation.in_group() if one["sender"] == "bot"]
    assert sent == [(topic, None), (topic, said.message_id), (None, None)]


@pytest.mark.parametrize(("state", "reason"), [("closed", "topic_closed"), ("deleted", "topic_deleted")])
async def test_a_topic_that_is_closed_or_deleted_takes_nothing_and_says_why(
    simulation: Simulation, messenger: BotApiMessenger, state: str, reason: str
) -> None:
    topic = a_topic(simulation)
    simulation.post(f"/groups/{GROUP}/topics", number=topic, state=state)
    with pytest.raises(NeverSent) as refused:
        await messenger.send(Outgoing(chat_id=GROUP, text="ok", topic=topic))
    assert refused.value.reason == reason
    simulation.http.post(f"/chats/{DEWI}/messages", json={"text": "x", "chat": GROUP, "topic": topic})
    assert simulation.in_group()[-1]["text"] != "x"
