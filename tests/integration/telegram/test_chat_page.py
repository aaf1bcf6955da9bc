"""The simulator's chat page in a real browser: what somebody does with a mouse arrives as Telegram would bring it."""

from playwright.sync_api import FilePayload, Locator, Page, expect

from sikpro.testing.contracts.network import DEWI
from tests.integration.browser import PHONE, NewPage
from tests.integration.telegram.conftest import EKO, GROUP, Simulation

PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)


def opened(simulation: Simulation, page: Page, chat: int) -> Locator:
    """Open a chat and return its log."""
    page.goto(f"{simulation.url}/simulator#{chat}")
    expect(page.get_by_label("Tulis pesan")).to_be_visible()
    return page.locator("#log")


def say(page: Page, text: str) -> None:
    """Write and send."""
    page.get_by_label("Tulis pesan").fill(text)
    page.get_by_role("button", name="Kirim", exact=True).click()


def choose(page: Page, text: str, *actions: str) -> None:
    """Do something with the message that has a text."""
    bubble = page.locator("#log .bubble", has_text=text)
    bubble.hover()
    bubble.get_by_label("Tindakan untuk pesan ini").click()
    for action in actions:
        page.locator("#choice").get_by_role("button", name=action, exact=True).click()


def pictures(*names: str) -> list[FilePayload]:
    """Photos as they are picked from a phone."""
    return [FilePayload(name=name, mimeType="image/png", buffer=PIXEL) for name in names]


def test_a_group_is_made_and_a_chosen_member_writes_there(simulation: Simulation, new_page: NewPage) -> None:
    page = new_page()
    page.goto(f"{simulation.url}/simulator")
    page.get_by_role("button", name="Buat grup").click()
    page.get_by_label("Nama grup").fill("Aktivasi SDA")
    for name in ("Dewi Lestari", "Eko"):
        page.locator("#members label", has_text=name).click()
    page.get_by_role("button", name="Buat", exact=True).click()
    page.get_by_label("Menulis sebagai").select_option(label="Eko")
    say(page, "/cek")
    expect(page.locator("#log .mine", has_text="/cek")).to_be_visible()
    said = simulation.updates()[-1]["message"]
    assert (said["from"]["id"], said["chat"]["title"], said["text"]) == (EKO, "Aktivasi SDA", "/cek")
    page.get_by_label("Menulis sebagai").select_option(label="Dewi Lestari")
    expect(page.locator("#log li:not(.mine)", has_text="/cek")).to_contain_text("Eko")


def test_a_group_becomes_a_supergroup_and_the_page_goes_with_it(simulation: Simulation, new_page: NewPage) -> None:
    simulation.group(DEWI)
    page = new_page()
    log = opened(simulation, page, GROUP)
    page.get_by_role("button", name="Atur grup").click()
    page.get_by_role("button", name="Jadikan supergrup").click()
    expect(log).to_contain_text("Supergrup dari grup")
    say(page, "/cek")
    assert log.locator(".mine").inner_text().startswith("/cek")
    assert simulation.updates()[-1]["message"]["chat"]["type"] == "supergroup"


def test_several_photos_are_an_album_with_a_caption_and_one_is_a_photo(
    simulation: Simulation, new_page: NewPage
) -> None:
    page = new_page(viewport=PHONE, theme="dark")
    log = opened(simulation, page, DEWI)
    page.locator("#photo").set_input_files(pictures("a.png", "b.png", "c.png"))
    page.get_by_role("button", name="Buang b.png").click()
    say(page, "/reg AO")
    expect(log.locator(".album img")).to_have_count(2)
    first, second = (update["message"] for update in simulation.updates())
    assert (first["caption"], first["media_group_id"]) == ("/reg AO", second["media_group_id"])
    page.locator("#photo").set_input_files(pictures("d.png"))
    say(page, "")
    expect(log.locator(".bubble > div:not(.album):not(.tools) img")).to_have_count(1)
    assert "media_group_id" not in simulation.updates()[-1]["message"]
    page.locator("#photo").set_input_files(pictures("label.png"))
    page.get_by_label("Sebagai file").check()
    say(page, "label")
    expect(log).to_contain_text("label.png")
    assert simulation.updates()[-1]["message"]["document"]["file_name"] == "label.png"


def test_a_message_of_ones_own_is_edited_and_forwarded(simulation: Simulation, new_page: NewPage) -> None:
    simulation.group(DEWI)
    page = new_page()
    log = opened(simulation, page, DEWI)
    say(page, "/reg AO")
    choose(page, "/reg AO", "Edit")
    expect(page.get_by_label("Tulis pesan")).to_have_value("/reg AO")
    say(page, "/reg MO")
    expect(log).to_contain_text("diedit")
    assert simulation.updates()[-1]["edited_message"]["text"] == "/reg MO"
    choose(page, "/reg MO", "Teruskan", "Aktivasi SDA")
    expect(page.get_by_text("Diteruskan.")).to_be_visible()
    forwarded = simulation.updates()[-1]["message"]
    assert (forwarded["chat"]["id"], forwarded["text"]) == (GROUP, "/reg MO")
    assert forwarded["forward_origin"]["sender_user"]["id"] == DEWI


def test_what_others_wrote_cannot_be_edited(simulation: Simulation, new_page: NewPage) -> None:
    simulation.ask("sendMessage", chat_id=DEWI, text="Order Anda")
    page = new_page()
    opened(simulation, page, DEWI)
    choose(page, "Order Anda")
    offered = page.locator("#choice-list button")
    expect(offered).to_have_text(["Balas", "Teruskan"])


def test_a_pin_is_sent_as_a_reply_and_the_bots_reaction_is_shown_on_it(
    simulation: Simulation, new_page: NewPage
) -> None:
    order = simulation.ask("sendMessage", chat_id=DEWI, text="SC32232558").json()["result"]["message_id"]
    page = new_page()
    log = opened(simulation, page, DEWI)
    choose(page, "SC32232558", "Balas")
    page.get_by_role("button", name="Kirim lokasi").click()
    page.get_by_label("Lintang").fill("-7.45")
    page.locator("#place").get_by_role("button", name="Kirim").click()
    expect(log.locator(".mine", has_text="📍 -7.45, 112.7183")).to_be_visible()
    said = simulation.updates()[-1]["message"]
    assert (said["location"]["latitude"], said["reply_to_message"]["message_id"]) == (-7.45, order)
    reaction = [{"type": "emoji", "emoji": "👍"}]
    simulation.ask("setMessageReaction", chat_id=DEWI, message_id=said["message_id"], reaction=reaction)
    expect(log.locator(".mine .reaction", has_text="👍")).to_be_visible()
