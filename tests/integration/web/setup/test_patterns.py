"""The page of patterns: rows, what examples are read as, and what changes for orders, with and without JavaScript."""

import re
from html import unescape

import pytest
from playwright.sync_api import expect

from sikpro.domain.patterns import FIRST_NUMBERS, STARTING, Characters, NumberPattern, Patterns
from tests.integration.browser import NewPage
from tests.integration.web.console import PASSWORD, Site, Visitor

PATH = "/settings/patterns"
AOS = {"prefix": "aos", "characters": "letters", "shortest": "10", "longest": "24"}


def _form(page: str) -> dict[str, str]:
    """The entries of the form as the page shows them."""
    values = dict(re.findall(r'<input type="text" id="\w+" name="(\w+)" value="([^"]*)"', page))
    for name, inside in re.findall(r'<select id="\w+" name="(\w+)".*?>(.*?)</select>', page):
        values[name] = next(iter(re.findall(r'value="(\w*)" selected', inside)), "")
    return values | dict(re.findall(r'<input type="hidden" name="(mark)" value="(\w+)"', page))


def _admin(site: Site) -> tuple[Visitor, dict[str, str]]:
    admin = site.logged_in("admin")
    page = admin.get(PATH)
    assert page.status_code == 200
    return admin, _form(page.text)


def _row(place: int, **entries: str) -> dict[str, str]:
    return {f"numbers_{place}_{name}": text for name, text in entries.items()}


def _read(page: str) -> list[list[str]]:
    """Each example with what it was read as, as people see it."""
    parts = re.findall(r"<li>(.*?)</li>", page[page.index('class="examples-read"') :], re.DOTALL)
    return [re.sub(r"<svg.*?</svg>|<[^>]+>", "\n", unescape(part)).split("\n") for part in parts]


def _said(page: str) -> list[list[str]]:
    return [[text.strip() for text in one if text.strip()] for one in _read(page)]


def _kept(site: Site) -> Patterns:
    return site.store.read(lambda uow: uow.installation.get().patterns)


def test_the_page_shows_the_rows_that_hold_and_saves_them_unchanged(site: Site) -> None:
    admin, form = _admin(site)
    assert (form["numbers_0_prefix"], form["numbers_0_shortest"], form["boxes_2_cabinet"]) == ("SC", "6", "digits")
    assert admin.post(PATH, form | {"act": "save"}).status_code == 303
    assert _kept(site) == STARTING


def test_a_row_is_added_and_removed_by_buttons_without_losing_what_was_typed(site: Site) -> None:
    admin, form = _admin(site)
    page = admin.post(PATH, form | {"act": "add_numbers", "numbers_0_longest": "11", "examples": "SC12"}).text
    more = _form(page)
    assert (more["numbers_0_longest"], more["numbers_1_prefix"], more["numbers_1_characters"]) == ("11", "", "digits")
    assert re.search(r'name="numbers_1_prefix"[^>]*autofocus', page)
    assert "\nSC12</textarea>" in page
    less = _form(admin.post(PATH, more | {"act": "drop_boxes_0"}).text)
    assert "boxes_2_prefix" not in less
    assert less["boxes_0_cabinet"] == "letters"
    assert _kept(site) == STARTING


def test_examples_are_read_under_the_unsaved_rows(site: Site) -> None:
    admin, form = _admin(site)
    examples = "AOs326032509275620607db90\n32232558\nFBG/014\nAO#SC12#ODP-SDA-003\nhalo"
    before = _said(admin.post(f"{PATH}/preview", form | {"examples": examples}).text)
    assert before == [
        ["AOs326032509275620607db90", "Mirip Nomor, tidak cocok"],
        ["32232558", "Ditanyakan: Nomor", "SC32232558"],
        ["FBG/014", "Ditanyakan: ODP", "ODP-…-FBG/014"],
        ["AO#SC12#ODP-SDA-003", "Mirip Nomor, tidak cocok", "ODP", "ODP-SDA-003"],
        ["halo", "Bukan nomor atau ODP"],
    ]
    typed = form | _row(1, **AOS) | {"examples": examples}
    after = _said(admin.post(f"{PATH}/preview", typed).text)
    assert after == [["AOs326032509275620607db90", "Nomor", "AOS326032509275620607DB90"], *before[1:]]
    assert _kept(site) == STARTING


def test_a_row_that_is_not_finished_leaves_the_others_reading(site: Site) -> None:
    admin, form = _admin(site)
    page = admin.post(f"{PATH}/preview", form | _row(1, prefix="A") | {"examples": "SC32232558"}).text
    assert "Baris yang belum benar tidak ikut dibaca." in page
    assert _said(page) == [["SC32232558", "Nomor", "SC32232558"]]


def test_a_new_row_is_saved_and_orders_of_that_form_are_entered(site: Site) -> None:
    admin, form = _admin(site)
    assert admin.post(PATH, form | _row(1, **AOS) | {"act": "save"}).status_code == 303
    assert _kept(site).numbers == (*FIRST_NUMBERS, NumberPattern("AOS", 10, 24, Characters.LETTERS))
    assert "Pola nomor disimpan" in admin.get(PATH).text
    assert site.order("AOs326032509275620607db90", from_chat=False).number == "AOS326032509275620607DB90"


def test_what_changes_for_orders_is_shown_with_links_and_saved_only_when_confirmed(site: Site) -> None:
    site.order("SC1234567")
    site.order("SC12345678", odp="ODP-SDA-FAB/12")
    admin, form = _admin(site)
    changed = form | {"numbers_0_shortest": "8", "boxes_1_prefix": "", "act": "save"}
    asked = admin.post(PATH, changed)
    assert asked.status_code == 409
    assert "1 nomor order yang ada tidak cocok lagi" in asked.text
    assert '<a href="/orders?q=SC1234567">' in asked.text
    assert '<a href="/devices?q=ODP-SDA-FAB/12">' in asked.text
    assert "SC12345678" not in asked.text
    assert _kept(site) == STARTING
    assert "ODP-SDA-FAB/12" in admin.get("/devices?q=ODP-SDA-FAB/12").text
    assert admin.post(PATH, _form(asked.text) | {"act": "confirm"}).status_code == 303
    assert _kept(site).numbers == (NumberPattern("SC", 8, 12),)
    found = admin.get("/devices?q=ODP-SDA-FAB/12").text
    assert "SC12345678" in found, "the box of an order from before is still found"


def test_the_check_shows_the_same_and_saves_nothing(site: Site) -> None:
    site.order("SC1234567")
    admin, form = _admin(site)
    page = admin.post(PATH, form | {"numbers_0_shortest": "8", "act": "check"}).text
    assert "1 nomor order yang ada tidak cocok lagi" in page
    assert "Simpan juga" not in page
    assert "Order yang ada tidak terpengaruh." in admin.post(PATH, form | {"act": ""}).text
    assert _kept(site) == STARTING


def test_a_wrong_row_is_marked_where_it_is_wrong_and_stays_as_it_was_typed(site: Site) -> None:
    admin, form = _admin(site)
    refused = admin.post(PATH, form | {"numbers_0_prefix": "s1", "boxes_1_longest_cabinet": "", "act": "save"})
    assert refused.status_code == 422
    page = unescape(refused.text)
    assert "Awalan terdiri dari 2 sampai 8 huruf. Tertulis: S1" in page
    assert re.search(r'name="numbers_0_prefix" value="s1"[^>]* aria-invalid="true"', page)
    assert re.search(r'name="boxes_1_longest_cabinet"[^>]* aria-invalid="true"', page)


@pytest.mark.parametrize("act", ["drop_numbers_7", "drop_numbers_x", "add_x", "drop_x_0", "add"])
def test_an_act_that_no_button_sends_changes_nothing(site: Site, act: str) -> None:
    admin, form = _admin(site)
    assert _form(admin.post(PATH, form | {"act": act}).text) == form
    assert _kept(site) == STARTING


@pytest.mark.parametrize("username", ["rina", "bagus", "sari"])
def test_patterns_are_the_admins(site: Site, username: str) -> None:
    visitor = site.logged_in(username)
    assert visitor.get(PATH).status_code == 403
    assert visitor.post(PATH, {"act": "save"}).status_code == 403
    assert visitor.post(f"{PATH}/preview", {"examples": "SC12"}).status_code == 403


def test_makers_are_edited_and_a_retired_or_unknown_one_is_warned_about(site: Site) -> None:
    order = site.order(serial="QQQQ00000001")
    admin = site.logged_in("admin")
    assert "Pabrikan tidak dikenal" in admin.get(f"/orders/{order.id}").text
    assert admin.post("/catalogue/makers", {"code": "qqqq", "name": "Kiu"}).status_code == 303
    page = admin.get(f"/orders/{order.id}").text
    assert "Kiu" in page
    assert "Pabrikan tidak dikenal" not in page
    assert "Kiu" in admin.get("/devices?q=QQQQ00000001").text
    refused = admin.post("/catalogue/makers", {"code": "Q1", "name": "Kiu"})
    assert "Vendor ID terdiri dari 4 huruf" in refused.text


@pytest.mark.browser
def test_examples_are_read_while_rows_are_typed_with_the_keyboard_only(site: Site, new_page: NewPage) -> None:
    page = new_page(base_url=site.url)
    page.goto("/login")
    page.get_by_label("Nama pengguna").fill("admin")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/(orders|dashboard)"))
    page.goto(PATH)
    page.get_by_role("button", name="Tambah baris").first.press("Enter")
    expect(page.locator("#numbers_1_prefix")).to_be_focused()
    for key in ("aos", "Tab", "ArrowDown", "Tab", "10", "Tab", "24"):
        page.keyboard.press(key) if key in {"Tab", "ArrowDown"} else page.keyboard.type(key)
    expect(page.locator("#examples")).to_contain_text("AOS326032509275620607DB90")
    page.get_by_role("textbox", name="Contoh").fill("SC1234\nODP SDA FBG 14")
    expect(page.locator("#examples")).to_contain_text("ODP-SDA-FBG/14")
    expect(page.locator("#examples")).not_to_contain_text("AOS326032509275620607DB90")
    page.locator("#numbers_0_prefix").press("Enter")
    expect(page.get_by_text("Order yang ada tidak terpengaruh.")).to_be_visible()
    assert _kept(site) == STARTING
    page.get_by_role("button", name="Simpan", exact=True).press("Enter")
    expect(page.get_by_text("Pola nomor disimpan")).to_be_visible()
    assert len(_kept(site).numbers) == 2
