"""Groups, photos, albums and edited messages, from the chat into the database and onto the console: nothing faked."""

import base64
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from attrs import define, field
from PIL import Image

from sikpro.application.ports.files import FileState, OrderFile
from sikpro.domain.order import Order
from sikpro.testing.labels import Printed, jpeg, label, scene
from tests.integration.e2e.installation import CREW, PASSWORD, Installation, installed, wait_until

BOT = "sikpro_simulasi_bot"
BUDI, AGUS = CREW[0], CREW[1]
STRANGER = 6001
GROUP = -77
NUMBER = "SC32232558"
WHOLE = f"AO#{NUMBER}#ZTEGC6754546#SDA#ODP-SDA-003#F5SDA445"
CSRF = re.compile(r'name="csrf" value="([0-9a-f]{128})"')


def picture() -> bytes:
    """A picture of some 50,000 bytes, with nothing written beside it."""
    file = io.BytesIO()
    Image.effect_noise((240, 240), 90).save(file, "png")
    return file.getvalue()


PHOTO = picture()


@define
class Helpdesk:
    """The helpdesk at the console, in a browser without JavaScript."""

    installation: Installation
    client: httpx.Client = field(init=False)
    csrf: str = field(init=False, default="")

    def __attrs_post_init__(self) -> None:
        self.client = httpx.Client(base_url=self.installation.console, trust_env=False, timeout=20)
        self.get("/login")
        assert self.post("/login", username="helpdesk", password=PASSWORD).status_code == 303

    def get(self, path: str) -> httpx.Response:
        """Open a page."""
        return self._seen(self.client.get(path))

    def post(self, path: str, **values: str) -> httpx.Response:
        """Send a form of the last page."""
        return self._seen(self.client.post(path, data={"csrf": self.csrf, **values}))

    def complete(self, order: Order) -> None:
        """Take an order and complete it."""
        self.get(f"/orders/{order.id}")
        assert self.post(f"/orders/{order.id}/take").status_code == 303
        version = str(stored(self.installation).version)
        answer = self.post(f"/orders/{order.id}/status", status="selesai", feedback="Sudah aktif.", version=version)
        assert answer.status_code == 303

    def _seen(self, response: httpx.Response) -> httpx.Response:
        if found := CSRF.search(response.text):
            self.csrf = found[1]
        return response


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Installation]:
    """SIKPRO and the simulator, with a stranger about."""
    with installed(tmp_path) as installation:
        installation.api.post("/chats", json={"id": STRANGER, "name": "Orang Lain"}).raise_for_status()
        installation.sikpro.start()
        yield installation


@contextmanager
def helpdesk(installation: Installation) -> Iterator[Helpdesk]:
    """Somebody logged in."""
    desk = Helpdesk(installation)
    try:
        yield desk
    finally:
        desk.client.close()


def act(installation: Installation, path: str, **body: Any) -> dict[str, Any]:
    """What somebody does in the chat, beside writing in private."""
    answer = installation.api.post(path, json=body)
    answer.raise_for_status()
    return dict(answer.json())


def gather(installation: Installation) -> None:
    """A group of Budi, Agus, a stranger and the bot."""
    act(installation, "/groups", id=GROUP, name="Aktivasi SDA", members=[BUDI, AGUS, STRANGER])


def group_hears(installation: Installation, text: str, group: int = GROUP) -> dict[str, Any]:
    """Wait until the bot has said something in a group, and return it."""
    found: list[dict[str, Any]] = []

    def heard() -> bool:
        messages = installation.api.get(f"/groups/{group}/messages").json()
        found[:] = [one for one in messages if one["sender"] == "bot" and text in one["text"]][-1:]
        return bool(found)

    wait_until(heard, f"{text!r} in the group; log: {installation.sikpro.log.read_text()[-2000:]}", 20)
    return found[0]


def stored(installation: Installation) -> Order:
    """The one order under the number."""
    (found,) = installation.transactions.read(lambda uow: uow.orders.find(NUMBER))
    return found


def photos(installation: Installation, count: int) -> tuple[OrderFile, ...]:
    """Wait until so many files of the order are in the database, and return them."""
    found: list[OrderFile] = []
    made = stored(installation)

    def there() -> bool:
        found[:] = installation.transactions.read(lambda uow: uow.files.of_order(made.id))
        return [file.state for file in found] == [FileState.STORED] * count

    try:
        wait_until(there, "", 30)
    except AssertionError:
        raise AssertionError(f"not {count} files stored, but: {found}") from None
    return tuple(found)


def content(installation: Installation, file: OrderFile) -> bytes:
    """What is in the database."""
    return installation.transactions.read(lambda uow: uow.files.content(file.id))


def test_an_order_from_a_group_is_answered_there_by_reply_and_chatter_is_not_answered(running: Installation) -> None:
    gather(running)
    act(running, f"/chats/{AGUS}/messages", chat=GROUP, text="selamat pagi semua")
    sent = act(running, f"/chats/{BUDI}/messages", chat=GROUP, text=f"/reg@{BOT} {WHOLE}")["message_id"]
    answer = group_hears(running, f"Pesan diterima, mohon ditunggu. {NUMBER}, antrean ke-1")
    assert answer["reply_to"] == sent
    with helpdesk(running) as desk:
        desk.complete(stored(running))
    feedback = group_hears(running, f"{NUMBER} SELESAI")
    assert feedback["reply_to"] == sent
    said = [one["text"] for one in running.api.get(f"/groups/{GROUP}/messages").json() if one["sender"] == "bot"]
    assert len(said) == 2
    assert running.chat(BUDI) == []


@pytest.mark.audit
def test_a_stranger_in_a_group_is_shown_to_the_private_chat_and_no_order(running: Installation) -> None:
    gather(running)
    act(running, f"/chats/{BUDI}/messages", chat=GROUP, text=f"/reg@{BOT} {WHOLE}")
    group_hears(running, "Pesan diterima")
    asked = act(running, f"/chats/{STRANGER}/messages", chat=GROUP, text=f"/cek@{BOT} {NUMBER}")["message_id"]
    answer = group_hears(running, "chat pribadi")
    assert answer["reply_to"] == asked
    assert not any(told in answer["text"] for told in (NUMBER, "ZTEG", "ODP", "Teknisi"))


@pytest.mark.audit
def test_feedback_follows_a_group_that_became_a_supergroup(running: Installation) -> None:
    gather(running)
    act(running, f"/chats/{BUDI}/messages", chat=GROUP, text=f"/reg@{BOT} {WHOLE}")
    group_hears(running, "Pesan diterima")
    after = int(act(running, f"/groups/{GROUP}/upgrade")["id"])
    with helpdesk(running) as desk:
        desk.complete(stored(running))
    told = group_hears(running, f"{NUMBER} SELESAI", after)
    assert told["reply_to"] is None, "message ids start anew: a reply would hang on somebody else's words"
    act(running, f"/chats/{BUDI}/messages", chat=after, text=f"/cek {NUMBER}")
    again = group_hears(running, "SELESAI", after)
    assert "Sudah aktif." in again["text"]


def test_a_photo_with_a_caption_is_an_order_and_the_photo_is_kept_byte_for_byte_and_shown(
    running: Installation,
) -> None:
    encoded = base64.b64encode(PHOTO).decode()
    sent = act(running, f"/chats/{BUDI}/photos", photo=encoded, caption=f"/reg {WHOLE}")["message_id"]
    answer = running.hears(BUDI, f"Pesan diterima, mohon ditunggu. {NUMBER}")
    assert answer["reply_to"] == sent
    (file,) = photos(running, 1)
    assert (content(running, file), file.media_type, file.size) == (PHOTO, "image/png", len(PHOTO))
    with helpdesk(running) as desk:
        shown = desk.get(f"/files/{file.id}")
        assert (shown.status_code, shown.content, shown.headers["content-type"]) == (200, PHOTO, "image/png")
        assert f"/files/{file.id}" in desk.get(f"/orders/{file.order_id}").text
    nobody = httpx.get(f"{running.console}/files/{file.id}", trust_env=False)
    assert (nobody.status_code, PHOTO in nobody.content) != (200, True)


@pytest.mark.audit
def test_an_album_of_a_group_whose_administrator_the_bot_is_joins_its_order_too(running: Installation) -> None:
    gather(running)
    act(running, f"/groups/{GROUP}/bot", status="administrator")
    each = [PHOTO + bytes([place]) for place in range(3)]
    encoded = [base64.b64encode(photo).decode() for photo in each]
    act(running, f"/chats/{BUDI}/albums", chat=GROUP, photos=encoded, caption=f"/reg@{BOT} {WHOLE}", captioned=1)
    group_hears(running, f"Pesan diterima, mohon ditunggu. {NUMBER}")
    assert sorted(content(running, file) for file in photos(running, 3)) == sorted(each)


@pytest.mark.audit
def test_the_other_photos_of_an_album_join_the_order_of_its_caption(running: Installation) -> None:
    each = [PHOTO + bytes([place]) for place in range(3)]
    encoded = [base64.b64encode(photo).decode() for photo in each]
    act(running, f"/chats/{BUDI}/albums", photos=encoded, caption=f"/reg {WHOLE}", captioned=1)
    running.hears(BUDI, f"Pesan diterima, mohon ditunggu. {NUMBER}")
    kept = photos(running, 3)
    assert sorted(content(running, file) for file in kept) == sorted(each)
    assert len([one for one in running.chat(BUDI) if one["sender"] == "bot"]) == 1


def test_an_edited_message_corrects_its_order_while_nobody_has_it(running: Installation) -> None:
    sent = running.say(BUDI, f"/reg {WHOLE}")
    running.hears(BUDI, f"Pesan diterima, mohon ditunggu. {NUMBER}")
    corrected = WHOLE.replace("ZTEGC6754546", "ZTEGC6754547")
    act(running, f"/chats/{BUDI}/edits", message_id=sent, text=f"/reg {corrected}")
    answer = running.hears(BUDI, "ZTEGC6754547")
    assert answer["reply_to"] == sent
    assert str(stored(running).data.serial) == "ZTEGC6754547"


def test_a_photo_of_the_modems_label_is_read_and_its_button_begins_the_order(running: Installation) -> None:
    picture = jpeg(scene(label([Printed("ZTEGC6754546")]), (1280, 960), Random(1)))
    act(running, f"/chats/{BUDI}/photos", photo=base64.b64encode(picture).decode())
    running.hears(BUDI, "SN ZTEGC6754546 (ZTE) terbaca dari foto", 60)
    running.press(BUDI, "Order baru")
    running.hears(BUDI, "Tipe order?")
    running.say(BUDI, f"AO {NUMBER} SDA ODP-SDA-003")
    running.hears(BUDI, f"Pesan diterima, mohon ditunggu. {NUMBER}")
    assert str(stored(running).data.serial) == "ZTEGC6754546"
    (file,) = photos(running, 1)
    assert content(running, file) == picture
