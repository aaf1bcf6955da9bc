"""The simulator behaves like the real server, keeps what it has, and keeps others out."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from sikpro.adapters.simulator import NotLoopback, RealCredentials, refuse_real_credentials, serve_simulator
from sikpro.adapters.simulator.store import Store
from sikpro.testing.contracts.network import DEWI
from tests.integration.telegram.conftest import TOKEN, Simulation


def test_an_unknown_method_and_a_wrong_token_are_refused_as_telegram_does(simulation: Simulation) -> None:
    unknown = simulation.ask("fly")
    wrong = httpx.get(f"{simulation.url}/bot1:x/getMe", trust_env=False)
    assert (unknown.status_code, unknown.json()["error_code"]) == (404, 404)
    assert wrong.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}


def test_json_forms_and_queries_say_the_same(simulation: Simulation) -> None:
    said = {"chat_id": str(DEWI), "text": "a"}
    assert simulation.bot.post("/sendMessage", json=said).json()["ok"]
    assert simulation.bot.post("/sendMessage", data=said).json()["ok"]
    assert simulation.bot.get("/sendMessage", params=said).json()["ok"]
    assert [message["text"] for message in simulation.messages()] == ["a", "a", "a"]


@pytest.mark.parametrize(
    ("parameters", "description"),
    [
        ({"chat_id": DEWI, "text": "x" * 4097}, "Bad Request: message is too long"),
        ({"chat_id": DEWI, "text": ""}, "Bad Request: message text is empty"),
        ({"chat_id": 5, "text": "x"}, "Bad Request: chat not found"),
        (
            {"chat_id": DEWI, "text": "x", "reply_to_message_id": 9},
            "Bad Request: message to be replied not found",
        ),
    ],
)
def test_a_bad_message_is_refused_in_telegrams_words(
    simulation: Simulation, parameters: dict[str, object], description: str
) -> None:
    answer = simulation.ask("sendMessage", **parameters)
    assert (answer.status_code, answer.json()["description"]) == (400, description)


def test_a_negative_offset_keeps_the_newest_and_forgets_the_rest(simulation: Simulation) -> None:
    for text in ("satu", "dua", "tiga"):
        simulation.say(text)
    texts = [update["message"]["text"] for update in simulation.ask("getUpdates", offset=-1).json()["result"]]
    assert texts == ["tiga"]
    assert len(simulation.ask("getUpdates").json()["result"]) == 1


def test_updates_that_the_bot_does_not_want_are_not_queued(simulation: Simulation) -> None:
    simulation.ask("getUpdates", allowed_updates=["message"])
    message_id = simulation.say("satu")
    simulation.post(f"/chats/{DEWI}/edits", message_id=message_id, text="dua")
    assert len(simulation.ask("getUpdates").json()["result"]) == 1


def test_a_message_of_the_bot_can_be_edited_but_not_to_the_same(simulation: Simulation) -> None:
    sent = simulation.ask("sendMessage", chat_id=DEWI, text="satu").json()["result"]
    edit = {"chat_id": DEWI, "message_id": sent["message_id"], "text": "dua"}
    assert simulation.ask("editMessageText", **edit).json()["result"]["text"] == "dua"
    assert "not modified" in simulation.ask("editMessageText", **edit).json()["description"]
    assert simulation.messages()[-1]["text"] == "dua"


def test_the_buttons_of_a_message_can_be_taken_away(simulation: Simulation) -> None:
    message_id = simulation.ask_yes_or_no()
    strip = {"chat_id": DEWI, "message_id": message_id}
    assert simulation.ask("editMessageReplyMarkup", **strip).json()["ok"]
    assert "not modified" in simulation.ask("editMessageReplyMarkup", **strip).json()["description"]
    assert (simulation.messages()[-1]["buttons"], simulation.messages()[-1]["edit_date"]) == ([], None)
    pressed = simulation.http.post(f"/chats/{DEWI}/callbacks", json={"message_id": message_id, "data": "ya"})
    assert pressed.status_code == 422


def test_a_late_answer_to_a_press_is_refused(simulation: Simulation) -> None:
    query = simulation.press()
    time.sleep(1.05)
    late = simulation.ask("answerCallbackQuery", callback_query_id=query)
    assert "query is too old" in late.json()["description"]


def test_files_go_both_ways(simulation: Simulation) -> None:
    photo = {"photo": ("a.png", b"\x89PNG", "image/png")}
    simulation.http.post(f"/chats/{DEWI}/photos", files=photo, data={"caption": "ODP"})
    size = simulation.ask("getUpdates").json()["result"][0]["message"]["photo"][-1]
    path = simulation.ask("getFile", file_id=size["file_id"]).json()["result"]["file_path"]
    assert httpx.get(f"{simulation.url}/file/bot{TOKEN}/{path}", trust_env=False).content == b"\x89PNG"
    recap = {"document": ("rekap.xlsx", b"PK", "application/zip")}
    sent = simulation.bot.post("/sendDocument", data={"chat_id": str(DEWI)}, files=recap).json()["result"]
    assert sent["document"]["file_name"] == "rekap.xlsx"
    shown = simulation.messages()[-1]["document"]["file_id"]
    assert simulation.http.get(f"/files/{shown}").content == b"PK"
    assert simulation.bot.post("/sendPhoto", data={"chat_id": str(DEWI)}, files=photo).json()["ok"]


def test_no_photo_has_an_id_that_means_its_small_size(simulation: Simulation) -> None:
    for _ in range(40):
        simulation.http.post(f"/chats/{DEWI}/photos", files={"photo": ("a.png", b"\x89PNG", "image/png")})
    updates = simulation.ask("getUpdates").json()["result"]
    small, whole = zip(*((size["file_id"] for size in one["message"]["photo"]) for one in updates), strict=True)
    assert len(set(whole)) == 40
    assert not [one for one in whole if "-" in one], "the small size is the id with -s behind"
    assert [one.removesuffix("-s") for one in small] == list(whole)


def test_a_script_that_asks_for_what_is_not_there_gets_a_sentence(simulation: Simulation) -> None:
    missing = simulation.http.post("/chats/99/messages", json={"text": "halo"})
    assert (missing.status_code, missing.json()["detail"]) == (404, "There is no person with the id 99.")
    for body in (b"{", b"[]", b'{"text": 5}', b'{"text": ""}', b'{"text": "a", "reply_to": "b"}', b"{}"):
        refused = simulation.http.post(f"/chats/{DEWI}/messages", content=body)
        assert (refused.status_code, bool(refused.json()["detail"])) == (422, True)
    assert simulation.http.put("/faults", json={"fraction": 2}).status_code == 422
    for photo in ("é", "=", "\0"):
        assert simulation.http.post(f"/chats/{DEWI}/photos", json={"photo": photo}).status_code == 422
    for limit in ("1" * 30, "x"):
        assert simulation.http.get(f"/chats/{DEWI}/messages?limit={limit}").status_code == 422


def test_numbers_and_keyboards_beyond_all_measure_are_refused_not_a_crash(simulation: Simulation) -> None:
    keyboards: list[object] = [[[5]], [["x"]], [[{"text": "x", "callback_data": ""}]], 5, [[{}]]]
    for keyboard in keyboards:
        markup = {"inline_keyboard": keyboard}
        answer = simulation.ask("sendMessage", chat_id=DEWI, text="x", reply_markup=markup)
        assert answer.status_code == 400
    assert simulation.ask("sendMessage", chat_id=10**30, text="x").status_code == 400
    assert simulation.ask("getUpdates", offset=10**30).status_code == 200
    assert simulation.http.get(f"/chats/{10**30}/messages").status_code == 404


def test_one_call_in_five_fails_and_the_same_seed_fails_the_same(simulation: Simulation) -> None:
    def outcomes() -> list[int]:
        simulation.faults(fraction=0.2, kinds=["500"], seed=7)
        return [simulation.ask("getMe").status_code for _ in range(100)]

    first = outcomes()
    assert 10 <= first.count(500) <= 30
    assert outcomes() == first
    assert simulation.http.get("/faults").json()["injected"] == {"500": first.count(500)}


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_dropped_connection_closes_without_a_byte(simulation: Simulation, kind: str) -> None:
    simulation.faults(fraction=1, kinds=[kind])
    address = httpx.URL(simulation.url)
    with socket.create_connection((address.host, address.port or 0)) as line:
        line.sendall(f"GET /bot{TOKEN}/getMe HTTP/1.1\r\nHost: {address.netloc.decode()}\r\n\r\n".encode())
        with contextlib.suppress(ConnectionResetError):
            assert line.recv(1) == b""


def test_pages_of_other_sites_and_other_names_are_kept_out(simulation: Simulation) -> None:
    evil = {"Origin": "http://evil.example"}
    assert simulation.http.post("/chats", json={"name": "X"}, headers=evil).status_code == 403
    assert simulation.http.get("/chats", headers={"Host": "evil.example"}).status_code == 403
    own = {"Origin": simulation.url}
    assert simulation.http.post("/chats", json={"name": "X"}, headers=own).status_code == 201


def test_the_page_its_files_and_even_errors_carry_the_policy(simulation: Simulation) -> None:
    for path, status in (("/simulator", 200), ("/simulator/static/chat.js", 200), ("/nowhere", 404)):
        response = httpx.get(simulation.url + path, trust_env=False)
        assert (response.status_code, path) == (status, path)
        assert "script-src 'self'" in response.headers["content-security-policy"]


def test_it_listens_on_loopback_only(tmp_path: Path) -> None:
    with pytest.raises(NotLoopback):
        serve_simulator("0.0.0.0", path=str(tmp_path / "s.db"), token=TOKEN)


def test_it_does_not_start_beside_real_credentials_unless_forced() -> None:
    environment = {"SIKPRO_TELEGRAM_TOKEN": "1:secret", "GITHUB_TOKEN": "x", "API_HASH": ""}
    with pytest.raises(RealCredentials, match="SIKPRO_TELEGRAM_TOKEN") as caught:
        refuse_real_credentials(environment)
    assert "secret" not in str(caught.value)
    refuse_real_credentials(environment, force=True)
    refuse_real_credentials({"SIKPRO_TELEGRAM_TOKEN": ""})


def start(path: Path, port: int) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if "TOKEN" not in name}
    command = [sys.executable, "-m", "sikpro.adapters.simulator", "--path", str(path), "--port", str(port)]
    process = subprocess.Popen([*command, "--token", TOKEN], env=environment)
    while True:
        assert process.poll() is None
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process
        time.sleep(0.02)


def test_three_hundred_messages_survive_a_kill_and_ids_go_on(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = start(tmp_path / "simulator.db", port)
    simulation = Simulation(f"http://127.0.0.1:{port}")
    try:
        simulation.post("/chats", name="Dewi", id=DEWI)
        for number in range(300):
            simulation.say(str(number))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process = start(tmp_path / "simulator.db", port)
        simulation.close()
        simulation = Simulation(simulation.url)
        assert simulation.http.get("/stats").json()["updates_in"] == 300
        assert simulation.say("lagi") == 301
        found: list[str] = []
        offset = 0
        while updates := simulation.ask("getUpdates", offset=offset).json()["result"]:
            found += [update["message"]["text"] for update in updates]
            offset = updates[-1]["update_id"] + 1
        assert found == [*map(str, range(300)), "lagi"]
    finally:
        process.terminate()
        process.wait()
        simulation.close()


def test_a_live_location_moves_and_a_venue_has_its_name(simulation: Simulation) -> None:
    pin = {"latitude": -7.4478, "longitude": 112}
    live = simulation.post(f"/chats/{DEWI}/places", **pin, live_period=900)["message_id"]
    simulation.post(f"/chats/{DEWI}/places/{live}", latitude=-7.45, longitude=112.5)
    simulation.post(f"/chats/{DEWI}/places", **pin, title="Perum Indah", address="Blok B2", reply_to=live)
    sent, moved, venue = simulation.updates()
    assert sent["message"]["location"] == pin | {"live_period": 900}
    assert moved["edited_message"]["location"] == {"latitude": -7.45, "longitude": 112.5, "live_period": 900}
    assert moved["edited_message"]["message_id"] == live
    assert venue["message"]["venue"] == {"location": pin, "title": "Perum Indah", "address": "Blok B2"}
    assert venue["message"]["reply_to_message"]["message_id"] == live
    assert simulation.messages()[-1]["place"] == pin


@pytest.mark.parametrize("longitude", ["112", 181, True, None])
def test_a_place_that_is_none_is_not_sent(simulation: Simulation, longitude: object) -> None:
    place = {"latitude": 0, "longitude": longitude}
    assert simulation.http.post(f"/chats/{DEWI}/places", json=place).status_code == 422


def test_only_a_live_location_moves(simulation: Simulation) -> None:
    pin = simulation.post(f"/chats/{DEWI}/places", latitude=0, longitude=0)["message_id"]
    for message_id in (pin, simulation.say("satu"), 99):
        moved = simulation.http.post(f"/chats/{DEWI}/places/{message_id}", json={"latitude": 1, "longitude": 1})
        assert moved.status_code == 404


def test_a_reaction_is_shown_until_it_is_taken_back(simulation: Simulation) -> None:
    react = {"chat_id": DEWI, "message_id": simulation.say("makasih")}
    for reaction, shown in (([{"type": "emoji", "emoji": "🙏"}], "🙏"), ([], None)):
        assert simulation.ask("setMessageReaction", **react, reaction=reaction).json()["result"] is True
        assert simulation.messages()[-1]["reaction"] == shown
    refused = simulation.ask("setMessageReaction", **react, reaction=[{"type": "emoji", "emoji": ["🙏"]}]).json()
    assert refused["description"] == "Bad Request: REACTION_INVALID"


def test_the_file_of_the_simulator_is_its_owners_alone_also_one_of_before(tmp_path: Path) -> None:
    for name, before in (("new", False), ("old", True)):
        file = tmp_path / name
        if before:
            file.touch(0o644)
        store = Store(str(file))
        assert {path.stat().st_mode & 0o777 for path in tmp_path.glob(f"{name}*")} == {0o600}
        store.close()
