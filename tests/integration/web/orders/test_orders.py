"""The page of an order, worked without JavaScript."""

import html
import re
import threading
from collections.abc import Callable
from functools import partial

import pytest
from attrs import evolve

from sikpro.application.ports import queries
from sikpro.application.ports.network import BotState
from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.record_change import record_change
from sikpro.domain.catalogue import Bilingual
from sikpro.domain.order import Order
from sikpro.domain.phase import Phase
from sikpro.domain.place import Place
from tests.integration.web.console import Site, Visitor

HOSTILE = "<script>alert(1)</script> \u202e=cmd() 100%_ 🙂 'x' \"y\" {{ 7919*7907 }}"


def test_an_order_is_taken_held_up_and_completed_by_forms_alone(site: Site) -> None:
    order = site.order()
    visitor = site.logged_in("rina")
    assert visitor.post(f"/orders/{order.id}/take").headers["location"] == f"/orders/{order.id}"
    page = visitor.get(f"/orders/{order.id}").text
    assert "SC32232558 Anda kerjakan" in page
    assert "SC32232558 Anda kerjakan" not in visitor.get(f"/orders/{order.id}").text, "said once"
    form = {"status": "ont_tidak_terdeteksi", "feedback": "Cek label, SN beda.", "version": "2"}
    preview = visitor.post(f"/orders/{order.id}/preview", form).text
    assert "Rina: &#34;Cek label, SN beda.&#34;" in preview
    assert site.stored(order).phase is Phase.IN_PROGRESS, "a preview changes nothing"
    assert visitor.post(f"/orders/{order.id}/status", form).status_code == 303
    held = site.stored(order)
    assert (held.phase, held.last_feedback) == (Phase.HELD_UP, "Cek label, SN beda.")
    done = {"status": "selesai", "feedback": "", "version": str(held.version)}
    assert visitor.post(f"/orders/{order.id}/status", done).status_code == 303
    assert site.stored(order).last_feedback == "Sudah aktif, silakan tes di pelanggan.", "the status' own text"
    page = visitor.get(f"/orders/{order.id}").text
    for told in ("Order masuk lewat Telegram", "Diambil", "Status: ONT tidak terdeteksi", "Status: Selesai (PS)"):
        assert told in page
    assert "Menunggu dikirim" in page


def test_the_list_shows_words_beside_the_status_they_were_said_at_alone(site: Site) -> None:
    order, visitor = site.order(), site.logged_in("rina")
    visitor.get(f"/orders/{order.id}")
    held = {"status": "ont_tidak_terdeteksi", "feedback": "mohon cek SN", "scripted": "1"}
    visitor.post(f"/orders/{order.id}/status", held)
    assert "mohon cek SN" in visitor.get("/orders?view=all").text
    visitor.post(f"/orders/{order.id}/status", {"status": "rumah_kosong", "feedback": "", "scripted": "1"})
    assert "mohon cek SN" not in visitor.get("/orders?view=all").text
    assert "mohon cek SN" in visitor.get(f"/orders/{order.id}").text, "the order's story keeps it"


def test_with_javascript_an_emptied_message_stays_empty(site: Site) -> None:
    order = site.order()
    site.logged_in("rina").post(f"/orders/{order.id}/status", {"status": "selesai", "feedback": "", "scripted": "1"})
    assert site.stored(order).last_feedback == ""


def test_of_two_who_take_an_order_one_has_it_and_the_other_is_told_who(site: Site) -> None:
    order = site.order()
    visitors = {name: site.logged_in(name) for name in ("rina", "tono")}
    answers: dict[str, tuple[int, str]] = {}
    gate = threading.Barrier(2)

    def take(name: str, visitor: Visitor) -> Callable[[], None]:
        def run() -> None:
            gate.wait()
            response = visitor.post(f"/orders/{order.id}/take")
            answers[name] = response.status_code, response.text

        return run

    threads = [threading.Thread(target=take(name, visitor)) for name, visitor in visitors.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _ in answers.values()) == [303, 409]
    winner = next(name for name, (status, _) in answers.items() if status == 303)
    told = next(text for status, text in answers.values() if status == 409)
    assert f"SC32232558 sedang dikerjakan {winner.capitalize()}." in told
    assert site.stored(order).holder == site.people[winner].id


def test_saving_what_changed_meanwhile_says_what_and_keeps_what_was_typed(site: Site) -> None:
    order = site.order()
    rina, bagus = site.logged_in("rina"), site.logged_in("bagus")
    page = rina.get(f"/orders/{order.id}").text
    seen = page.partition('name="last_event" value="')[2].partition('"')[0]
    bagus.post(f"/orders/{order.id}/status", {"status": "odp_penuh", "feedback": "Pindah ODP.", "version": "1"})
    form = {"status": "selesai", "feedback": "Teks saya sendiri.", "version": "1", "last_event": seen}
    response = rina.post(f"/orders/{order.id}/status", form)
    assert response.status_code == 409
    assert "Yang berubah sementara itu" in response.text
    assert "Status: ODP penuh (Bagus)" in response.text
    assert "Teks saya sendiri." in response.text
    assert site.stored(order).phase is Phase.HELD_UP


@pytest.mark.parametrize(
    ("form", "status", "told"),
    [
        ({"status": "batal"}, 422, "Tulis alasannya"),
        ({}, 422, "data-choose-status>"),
        ({"status": "nix"}, 404, "tidak ditemukan"),
        ({"status": "selesai", "feedback": "x" * 100_000}, 422, "2.000 karakter"),
        ({"status": "selesai", "feedback": "🙂" * 100_000}, 422, "2.000 karakter"),
        ({"status": "menunggu"}, 409, ""),
        ({"status": "selesai", "version": "abc"}, 303, ""),
    ],
)
def test_an_answer_that_cannot_be_saved_says_why(site: Site, form: dict[str, str], status: int, told: str) -> None:
    order = site.order()
    response = site.logged_in("rina").post(f"/orders/{order.id}/status", {"scripted": "1"} | form)
    assert response.status_code == status
    assert told in response.text


def test_the_newest_place_and_each_earlier_one_link_to_a_map_that_learns_nothing(site: Site) -> None:
    order = site.order()
    visitor = site.logged_in("rina")
    assert "Lokasi pelanggan" not in visitor.get(f"/orders/{order.id}").text

    def join(place: Place, uow: UnitOfWork) -> Order:
        return record_change(uow, uow.orders.get(order.id).join("", 700, 9, site.clock.now(), place=place), None)

    for place in (Place.at(-7.4, 112.7), Place.at(-7.447812, 112.7183)):
        site.store.write(partial(join, place))
    page = visitor.get(f"/orders/{order.id}").text
    marks = "https://www.openstreetmap.org/?mlat={0}&amp;mlon={1}#map=18/{0}/{1}"
    links = [
        marks.format("-7.447812", "112.7183"),
        marks.format("-7.447812", "112.7183"),
        marks.format("-7.4", "112.7"),
    ]
    for link in links:
        before, found, page = page.partition(f'href="{link}" target="_blank" rel="noreferrer noopener">')
        assert found, before
    assert "openstreetmap" not in page


def test_hostile_text_is_text_on_every_page(site: Site) -> None:
    order = site.order(note=HOSTILE)
    visitor = site.logged_in("rina")
    visitor.post(f"/orders/{order.id}/status", {"status": "odp_penuh", "feedback": HOSTILE, "reason": HOSTILE})
    for path in (f"/orders/{order.id}", "/orders?view=open", "/orders?q=%3Cscript%3Ealert(1)"):
        page = visitor.get(path).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert f"{7919 * 7907}" not in page, "a template took it for its own"


def test_data_are_corrected_field_by_field_and_the_order_comes_back(site: Site) -> None:
    order = site.order()
    visitor = site.logged_in("rina")
    visitor.post(f"/orders/{order.id}/status", {"status": "input_ulang", "scripted": "1"})
    fields = {
        "type": "AO",
        "registration_number": "SC32232558",
        "serial": "ZTEGC67S4546",
        "sto": "SDA",
        "odp": "ODP-SPJ-003",
        "technician": "F5SDA445",
        "note": "",
    }
    response = visitor.post(f"/orders/{order.id}/edit", fields)
    assert response.status_code == 422
    assert "Pakai ZTEGC6754546" in response.text
    assert "ODP-SPJ-003 bukan" in response.text or "ODP memang di STO lain" in response.text
    fields |= {"use": "serial=ZTEGC6754546", "confirmed": "odp.other_sto"}
    assert visitor.post(f"/orders/{order.id}/edit", fields).status_code == 303
    corrected = site.stored(order)
    assert (corrected.phase, corrected.resubmissions, str(corrected.data.odp)) == (Phase.WAITING, 1, "ODP-SPJ-003")
    assert "Dikirim ulang" in visitor.get("/orders?view=all").text


def test_a_team_leader_hands_an_order_to_somebody_who_gives_it_back(site: Site) -> None:
    order = site.order()
    leader, tono = site.logged_in("bagus"), site.logged_in("tono")
    assert leader.post(f"/orders/{order.id}/assign", {"to": str(site.people["sari"].id)}).status_code == 404
    assert leader.post(f"/orders/{order.id}/assign", {"to": "x"}).status_code == 404
    assert leader.post(f"/orders/{order.id}/assign", {"to": str(site.people["tono"].id)}).status_code == 303
    assert "Diserahkan ke Tono" in leader.get(f"/orders/{order.id}").text
    assert tono.post(f"/orders/{order.id}/give-back").status_code == 303
    assert tono.post(f"/orders/{order.id}/give-back").status_code == 409
    assert site.stored(order).holder is None


def test_a_finished_order_is_reopened_for_a_reason(site: Site) -> None:
    order = site.order()
    visitor = site.logged_in("rina")
    visitor.post(f"/orders/{order.id}/status", {"status": "selesai"})
    assert visitor.post(f"/orders/{order.id}/reopen", {"reason": " "}).status_code == 422
    assert visitor.post(f"/orders/{order.id}/reopen", {"reason": "Mati lagi"}).status_code == 303
    assert site.stored(order).phase is Phase.IN_PROGRESS
    assert "Mati lagi" in visitor.get(f"/orders/{order.id}").text


def test_a_failed_message_says_why_and_is_sent_again(site: Site) -> None:
    order = site.order()
    visitor = site.logged_in("rina")
    visitor.post(f"/orders/{order.id}/status", {"status": "selesai"})
    item = site.store.read(lambda uow: uow.outbox.of_order(order.id)[-1])
    site.store.write(lambda uow: uow.outbox.give_up(item.id, Delivery.FAILED, "blocked", "", site.clock.now()))
    page = visitor.get(f"/orders/{order.id}").text
    assert "Gagal: bot diblokir penerima" in page
    assert "Kirim lagi" in page
    assert visitor.post(f"/orders/{order.id}/resend", {"message": str(item.id)}).status_code == 303
    assert site.store.read(lambda uow: uow.outbox.get(item.id)).state is Delivery.QUEUED
    for wrong in ("", "x", "999", str(10**20)):
        assert visitor.post(f"/orders/{order.id}/resend", {"message": wrong}).status_code == 404


def test_a_technician_without_a_chat_is_said_before_and_after_saving(site: Site) -> None:
    order = site.order(technician="F5SDA446", from_chat=False)
    visitor = site.logged_in("rina")
    assert "Tidak terkirim: teknisi belum terhubung Telegram" in visitor.get(f"/orders/{order.id}").text
    visitor.post(f"/orders/{order.id}/status", {"status": "selesai"})
    page = visitor.get(f"/orders/{order.id}").text
    assert "Gagal: teknisi belum terhubung Telegram" in page
    assert "Kirim lagi" not in page
    item = site.store.read(lambda uow: uow.outbox.of_order(order.id)[-1])
    assert visitor.post(f"/orders/{order.id}/resend", {"message": str(item.id)}).status_code == 404


def test_the_bar_says_that_the_bot_has_no_token_or_since_when_it_is_gone(page_site: Site) -> None:
    visitor = page_site.logged_in("rina")
    assert 'class="bot-bar"' not in visitor.get("/orders?view=all").text
    page_site.bot[0] = None
    assert "Bot belum terhubung: isi token" in visitor.get("/password").text
    page_site.bot[0] = BotState(False, page_site.clock.now(), "conflict")
    assert "Bot terputus sejak 19.00: token ini sedang dipakai program lain" in visitor.get("/nix").text


def test_the_language_changes_at_a_click_and_stays_with_the_person(site: Site) -> None:
    visitor = site.logged_in("rina")
    response = visitor.post("/language", {"language": "en"}, headers={"referer": f"{site.url}/orders?view=mine"})
    assert response.headers["location"] == "/orders?view=mine"
    page = visitor.get("/orders").text
    assert '<html lang="en"' in page
    assert "Queue" in page
    assert site.store.read(lambda uow: uow.people.get(site.people["rina"].id)).language == "en"
    assert '<html lang="en"' in site.logged_in("rina").get("/orders").text


def test_a_visitor_chooses_language_and_theme_before_logging_in(page_site: Site) -> None:
    visitor = page_site.visitor()
    assert '<html lang="id">' in visitor.get("/login").text
    visitor.post("/language", {"language": "en"})
    visitor.post("/theme", {"theme": "dark"})
    assert '<html lang="en" data-theme="dark">' in visitor.get("/login").text
    visitor.post("/theme", {"theme": "system"})
    visitor.post("/language", {"language": "<script>"})
    assert '<html lang="en">' in visitor.get("/login").text


def test_a_status_text_is_filled_with_the_values_of_the_order(site: Site) -> None:
    order = site.order()
    template = Bilingual("{nomor} di {odp}, SN {sn}: {teknisi}, {jam} {", "{nomor}")
    full = next(row for row in site.store.read(lambda uow: uow.catalogue.statuses()) if row.code == "odp_penuh")
    site.store.write(lambda uow: uow.catalogue.put_status(evolve(full, template=template)))
    visitor = site.logged_in("rina")
    filled = "SC32232558 di ODP-SDA-003, SN ZTEGC6754546: Budi Santoso, {jam} {"
    assert filled in visitor.get(f"/orders/{order.id}").text
    visitor.post(f"/orders/{order.id}/status", {"status": "odp_penuh"})
    assert site.stored(order).last_feedback == filled


def test_a_narrowed_list_says_how_many_orders_it_has(page_site: Site) -> None:
    for place in range(3):
        page_site.order(f"SC10000{place}")
    visitor = page_site.logged_in("rina")
    assert '<strong class="total-found">3 order</strong>' in visitor.get("/orders?view=all&sto=SDA").text
    assert "total-found" not in visitor.get("/orders?view=all").text


def test_a_type_adds_its_own_text_to_the_message_that_an_order_is_completed(page_site: Site) -> None:
    order = page_site.order()
    ours = next(row for row in page_site.store.read(lambda uow: uow.catalogue.order_types()) if row.code == "AO")
    added = evolve(ours, template=Bilingual("Mohon foto modem {sn}.", "Please send a photo of {sn}."))
    page_site.store.write(lambda uow: uow.catalogue.put_order_type(added))
    visitor = page_site.logged_in("rina")
    visitor.post(f"/orders/{order.id}/status", {"status": "odp_penuh"})
    assert "Mohon foto" not in page_site.stored(order).last_feedback
    visitor.post(f"/orders/{order.id}/status", {"status": "selesai"})
    assert page_site.stored(order).last_feedback.endswith("Mohon foto modem ZTEGC6754546.")


def test_a_list_says_how_far_it_was_looked_through_and_the_next_look_goes_on(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Among a million orders one page looks at the newest; nobody may take that for all of them."""
    monkeypatch.setattr(queries, "LOOKED_AT", 2)
    for place in range(4):
        site.order(f"SC3000000{place}", type="MO" if place == 0 else "AO")
        site.clock.later(minutes=1)
    visitor = site.logged_in("rina")

    page = visitor.get("/orders?view=all&type=MO").text

    assert "SC30000000" not in page
    assert "belum ada yang cocok" in page
    further = re.search(r'href="(/orders\?[^"]*after=[^"]*)"', page)
    assert further is not None
    assert "SC30000000" in visitor.get(html.unescape(further[1])).text
    assert "SC30000000" in visitor.get("/orders?view=all&sto=SDA").text, "a code of few orders is looked up"


def test_a_page_back_among_many_that_do_not_match_goes_on_to_the_first(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look back may find nothing too: it is no end, and the way forward stays."""
    monkeypatch.setattr(queries, "LOOKED_AT", 2)
    for place in range(8):
        site.order(f"SC3000000{place}", type="MO" if place in {0, 7} else "AO")
        site.clock.later(minutes=1)
    visitor = site.logged_in("rina")

    def follow(page: str, what: str) -> str:
        (*_, address) = re.findall(rf'href="(/orders\?[^"]*{what}=[^"]*)"', page)
        return str(visitor.get(html.unescape(address)).text)

    def until(page: str, number: str, what: str) -> str:
        for _ in range(6):
            if f">{number}<" in page:
                return page
            page = follow(page, what)
        pytest.fail(f"{number} is not found")

    first = visitor.get("/orders?view=all&type=MO").text
    assert ">SC30000007<" in first
    last = until(first, "SC30000000", "after")
    again = until(follow(last, "before"), "SC30000007", "before")
    assert until(follow(again, "after"), "SC30000000", "after")


def test_a_short_text_finds_a_whole_code_only_and_the_page_says_so(site: Site) -> None:
    site.order()
    visitor = site.logged_in("rina")

    assert "Ketik sedikitnya tiga huruf" in visitor.get("/orders?view=all&q=sc").text
    assert "Ketik sedikitnya tiga huruf" in visitor.get("/orders/find?q=sc", hx_request="true").text
    assert "Ketik sedikitnya tiga huruf" not in visitor.get("/orders?view=all&q=sc3").text
