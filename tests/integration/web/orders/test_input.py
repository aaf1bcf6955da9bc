"""Orders entered on the web: the bot's fields and rules, nothing stored by half and nothing twice."""

import re
import threading
from html import unescape

import httpx
import pytest

from sikpro.domain.order import Order
from sikpro.domain.order_data import Channel
from sikpro.testing.builders import a_technician
from tests.integration.web.console import Site, Visitor

GOOD = {
    "type": "AO",
    "registration_number": "SC32232558",
    "serial": "ZTEGC6754546",
    "sto": "SDA",
    "odp": "ODP-SDA-003",
    "technician": "F5SDA445",
    "note": "",
}
HOSTILE = {
    "long": "A" * 100_000,
    "right-to-left": "\u202etxet\u202c",
    "emoji": "🙂🛠️",
    "percent": "%",
    "underscore": "_",
    "script": "<script>alert(1)</script>",
    "formula": "=cmd()|' /C calc'!A0",
    "quotes": "\"' onfocus=alert(1) x='",
}


def _orders(site: Site, number: str = "SC32232558") -> tuple[Order, ...]:
    return site.store.read(lambda uow: uow.orders.find(number))


def _enter(visitor: Visitor, **changes: str) -> httpx.Response:
    visitor.get("/orders/new")
    return visitor.post("/orders/new", GOOD | changes)


def test_an_order_entered_here_is_in_the_queue_under_its_number(site: Site) -> None:
    helpdesk = site.logged_in("rina")
    response = _enter(helpdesk, serial="5A544547C6754546", registration_number="sc 3223.2558", note="pagar hijau")
    [order] = _orders(site)
    assert response.status_code == 303
    assert response.headers["location"] == f"/orders/{order.id}"
    assert (order.channel, order.sender, order.data.note) == (Channel.WEB, site.people["rina"].id, "pagar hijau")
    assert order.data.serial.value == "ZTEGC6754546"
    assert "SC32232558 disimpan, antrean ke-1" in helpdesk.get(f"/orders/{order.id}").text
    [message] = site.store.read(lambda uow: uow.outbox.of_order(order.id))
    assert message.message.chat_id == 700
    assert "Rina memasukkan 1 order untuk Anda:\nSC32232558" in message.message.text


@pytest.mark.parametrize(
    ("field", "typed", "said", "suggestion"),
    [
        ("type", "AOO", "Tipe order AOO tidak dikenal", "AO"),
        ("registration_number", "SC3223255O", "No. registrasi harus SC", "SC32232550"),
        ("serial", "ZTEGC67S4546", "SN modem harus 4 huruf", "ZTEGC6754546"),
        ("sto", "SDX", "STO SDX tidak dikenal", "SDA"),
        ("odp", "0DP-SDA-OO3", "Nama ODP harus", "ODP-SDA-003"),
        ("technician", "F5SDA449", "Kode teknisi F5SDA449 belum terdaftar", "F5SDA446"),
    ],
)
def test_a_wrong_field_is_named_and_its_correction_is_one_click(
    site: Site, field: str, typed: str, said: str, suggestion: str
) -> None:
    helpdesk = site.logged_in("rina")
    response = _enter(helpdesk, **{field: typed})
    page = unescape(response.text)
    assert response.status_code == 422
    assert said in page
    assert "Order BELUM disimpan" in page
    offered = re.search(rf'name="use" value="{field}=([^"]+)"', page)
    assert offered
    if field != "technician":
        assert offered[1] == suggestion
    helpdesk.post("/orders/new", GOOD | {field: typed, "use": f"{field}={suggestion}", "told_unreachable": "F5SDA446"})
    [order] = [order for number in ("SC32232558", "SC32232550") for order in _orders(site, number)]
    assert str(getattr(order.data, field)) == suggestion


def test_a_field_left_out_is_asked_for_and_nothing_is_stored(page_site: Site) -> None:
    helpdesk = page_site.logged_in("rina")
    for field in set(GOOD) - {"note"}:
        response = _enter(helpdesk, **{field: " "})
        assert response.status_code == 422, field
        assert "Belum diisi." in response.text, field
    assert not _orders(page_site)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_in_a_field_is_refused_in_words_and_stays_text(page_site: Site, name: str) -> None:
    helpdesk = page_site.logged_in("rina")
    for field in set(GOOD) - {"note"}:
        response = _enter(helpdesk, **{field: HOSTILE[name]})
        assert response.status_code == 422, field
        assert "<script>alert" not in response.text, field
        assert "' onfocus" not in response.text, field
    assert not _orders(page_site)


def test_hostile_text_in_the_note_is_kept_as_it_was_typed(site: Site) -> None:
    helpdesk = site.logged_in("rina")
    for place, name in enumerate(set(HOSTILE) - {"long"}):
        assert _enter(helpdesk, note=HOSTILE[name], registration_number=f"SC10000{place}").status_code == 303
        [order] = _orders(site, f"SC10000{place}")
        assert order.data.note == HOSTILE[name]
        page = helpdesk.get(f"/orders/{order.id}").text
        assert HOSTILE[name] in unescape(page)
        assert "<script>alert" not in page


def test_a_note_beyond_its_limit_is_refused_by_name(page_site: Site) -> None:
    response = _enter(page_site.logged_in("rina"), note="x" * 100_000)
    assert response.status_code == 422
    assert "Catatan terlalu panjang" in response.text
    assert not _orders(page_site)


def test_text_that_no_database_keeps_is_refused_by_the_fields_name(site: Site) -> None:
    helpdesk = site.logged_in("rina")
    for field, text in GOOD.items():
        response = _enter(helpdesk, **{field: text + "\x00"})
        assert response.status_code == 400, field
        assert field in response.text
    assert not _orders(site)


def test_a_double_is_shown_with_a_link_and_its_state_and_is_not_stored(site: Site) -> None:
    order = site.order()
    site.logged_in("tono").post(f"/orders/{order.id}/take")
    helpdesk = site.logged_in("rina")
    response = _enter(helpdesk, technician="F5SDA446", told_unreachable="F5SDA446")
    assert response.status_code == 409
    for shown in ("SC32232558 sudah masuk", "Diproses (OGP)", "Tono", f'href="/orders/{order.id}"'):
        assert shown in response.text
    assert len(_orders(site)) == 1


def test_a_double_is_shown_while_the_form_is_still_being_filled_in(site: Site) -> None:
    order = site.order()
    helpdesk = site.logged_in("rina")
    helpdesk.get("/orders/new")
    fragment = helpdesk.post("/orders/new/check", {"registration_number": "sc 3223 2558"})
    assert fragment.status_code == 200
    assert f'href="/orders/{order.id}"' in fragment.text
    assert helpdesk.post("/orders/new/check", {"registration_number": "SC1", "technician": "?"}).text.strip() == ""


def test_the_back_button_and_a_second_click_store_one_order(site: Site) -> None:
    helpdesk = site.logged_in("rina")
    assert _enter(helpdesk).status_code == 303
    again = helpdesk.post("/orders/new", GOOD)
    [order] = _orders(site)
    assert again.status_code == 409
    assert f'href="/orders/{order.id}"' in again.text


def test_two_clicks_at_the_same_moment_store_one_order(site: Site) -> None:
    helpdesk = site.logged_in("rina")
    helpdesk.get("/orders/new")
    statuses: list[int] = []
    clicks = [
        threading.Thread(target=lambda: statuses.append(helpdesk.post("/orders/new", GOOD).status_code))
        for _ in range(4)
    ]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    assert sorted(statuses) == [303, 409, 409, 409]
    assert len(_orders(site)) == 1


def test_that_no_message_will_reach_the_technician_is_said_before_saving(site: Site) -> None:
    helpdesk = site.logged_in("rina")
    told = _enter(helpdesk, technician="F5SDA446")
    assert told.status_code == 422
    assert "Tidak terkirim: teknisi F5SDA446 belum terhubung Telegram" in told.text
    assert not _orders(site)
    seen = re.search(r'name="told_unreachable" value="([^"]+)"', told.text)
    assert seen
    saved = helpdesk.post("/orders/new", GOOD | {"technician": "F5SDA446", "told_unreachable": seen[1]})
    assert saved.status_code == 303
    assert len(_orders(site)) == 1


def test_what_was_said_of_one_technician_does_not_hold_for_another(site: Site) -> None:
    site.store.write(lambda uow: uow.people.add(a_technician("Wayan", "F5SDA447")))
    response = _enter(site.logged_in("rina"), technician="F5SDA447", told_unreachable="F5SDA446")
    assert response.status_code == 422
    assert "F5SDA447 belum terhubung" in response.text


def test_an_odp_of_another_sto_is_stored_once_that_is_confirmed(site: Site) -> None:
    helpdesk = site.logged_in("rina")
    asked = _enter(helpdesk, odp="ODP-SPJ-001")
    assert asked.status_code == 422
    assert 'name="confirmed" value="odp.other_sto"' in asked.text
    assert not _orders(site)
    assert helpdesk.post("/orders/new", GOOD | {"odp": "ODP-SPJ-001", "confirmed": "odp.other_sto"}).status_code == 303
    assert len(_orders(site)) == 1


def test_a_confirmation_outlives_another_error_but_not_another_odp(page_site: Site) -> None:
    helpdesk = page_site.logged_in("rina")
    page = _enter(helpdesk, odp="ODP-SPJ-001", confirmed="odp.other_sto", serial="X")
    kept = re.search(r'name="confirmed_with" value="([^"]+)"', page.text)
    assert page.status_code == 422
    assert kept
    again = {"confirmed": "odp.other_sto", "confirmed_with": kept[1]}
    other = helpdesk.post("/orders/new", GOOD | again | {"odp": "ODP-TUN-001"})
    assert other.status_code == 422
    assert helpdesk.post("/orders/new", GOOD | again | {"odp": "ODP-SPJ-001"}).status_code == 303


def test_a_pasted_message_is_taken_apart_and_nothing_is_stored(site: Site) -> None:
    helpdesk = site.logged_in("rina")
    helpdesk.get("/orders/new")
    message = "tipe: mo\nsc 3223-2558\nZTEGC67S4546, ODP/SDA/003?\nodp sda 003 sda f5sda445 pagar hijau"
    page = helpdesk.post("/orders/new", {"act": "read", "message": message, "note": "lama"})
    assert page.status_code == 200
    for shown in ('value="SC32232558"', 'value="ODP-SDA-003"', '<option value="MO" selected>', "Pakai ZTEGC6754546"):
        assert shown in page.text
    assert not _orders(site)


def test_what_a_pasted_message_does_not_say_stays_as_typed(page_site: Site) -> None:
    helpdesk = page_site.logged_in("rina")
    helpdesk.get("/orders/new")
    page = helpdesk.post("/orders/new", {"act": "read", "message": "SC32232558 ODP-SDA-003", "technician": "F5SDA445"})
    assert 'value="F5SDA445"' in page.text
    assert 'value="SC32232558"' in page.text


def test_a_message_without_values_says_so_and_is_kept(page_site: Site) -> None:
    helpdesk = page_site.logged_in("rina")
    helpdesk.get("/orders/new")
    for message in ("", "halo pak", *HOSTILE.values()):
        page = helpdesk.post("/orders/new", {"act": "read", "message": message})
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "Tidak ada isian yang dikenali" in page.text
        assert message[:4000] in unescape(page.text)
    assert not _orders(page_site)


def test_a_message_read_only_in_part_leaves_its_other_words_in_the_note(page_site: Site) -> None:
    helpdesk = page_site.logged_in("rina")
    helpdesk.get("/orders/new")
    page = helpdesk.post("/orders/new", {"act": "read", "message": "SC32232558 <b>rumah</b> =cmd()"})
    assert "Terbaca" in page.text
    assert "&lt;b&gt;rumah&lt;/b&gt; =cmd()" in page.text


@pytest.mark.parametrize(("username", "status"), [("rina", 200), ("bagus", 200), ("sari", 403), ("admin", 403)])
def test_the_form_is_for_those_who_enter_orders(page_site: Site, username: str, status: int) -> None:
    visitor = page_site.logged_in(username)
    assert visitor.get("/orders/new").status_code == status
    visitor.get("/password")
    assert (visitor.post("/orders/new", GOOD).status_code == 403) == (status == 403)
    assert len(_orders(page_site)) == (0 if status == 403 else 1)


def test_the_form_speaks_english_at_a_click(page_site: Site) -> None:
    helpdesk = page_site.logged_in("rina")
    helpdesk.post("/language", {"language": "en"})
    page = _enter(helpdesk, serial="X", technician="F5SDA446").text
    for shown in ("Enter an order", "The order is NOT saved. Fields to correct: 1.", "is not connected to Telegram"):
        assert shown in page
