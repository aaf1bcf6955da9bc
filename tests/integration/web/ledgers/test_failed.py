"""The page of failed messages: what would happen, the button, and the numbers afterwards."""

import re
from datetime import timedelta

from attrs import evolve
from playwright.sync_api import expect

from sikpro.adapters.web.ledgers import failed as page
from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.order import Order
from sikpro.testing.builders import an_outgoing
from tests.integration.browser import NewPage
from tests.integration.web.console import Site
from tests.integration.web.pages import log_in


def _failed(site: Site, text: str, reason: str = "unreachable", order: Order | None = None, **more: object) -> int:
    """Leave a message that failed, to Budi's chat."""

    def work(uow: UnitOfWork) -> int:
        number = uow.outbox.put(an_outgoing(text, 700, **more), site.clock.now(), order_id=order.id if order else None)
        uow.outbox.give_up(number, Delivery.FAILED, reason, "", site.clock.now())
        return number

    return site.store.write(work)


def _outage(site: Site) -> Order:
    """Leave one of each kind, a day ago."""
    order = site.order()
    for text in ("lama", "lebih baru"):
        _failed(site, text, order=order)
    site.clock.later(timedelta(hours=1))
    site.store.write(lambda uow: uow.orders.save(evolve(order, changed_at=site.clock.now()), "SC32232558"))
    _failed(site, "rekap", bulk=True)
    _failed(site, "jawaban", reply_to=1)
    _failed(site, "diblokir", "blocked")
    site.clock.later(timedelta(days=1))
    return order


def _shown(text: str) -> dict[str, int]:
    """The numbers of the page by their names."""
    pairs = re.findall(r'<span>([^<]+)</span></dt><dd class="fate-count">(\d+)</dd>', text)
    return {name: int(count) for name, count in pairs}


def test_the_page_says_exactly_what_will_happen_then_the_numbers_of_what_did(site: Site) -> None:
    _outage(site)
    leader = site.logged_in("bagus")
    text = leader.get("/ledger/failed").text
    assert _shown(text) == {
        "Dikirim apa adanya": 1,
        "Diganti keadaan order sekarang": 1,
        "Tidak dikirim: sudah ada yang lebih baru": 1,
        "Tidak dikirim: tidak diperlukan lagi": 1,
    }
    assert "4 pesan tertinggal karena gangguan, yang tertua 1 hr 1 j lalu" in text
    assert "Kirim ulang: 2 pesan" in text
    assert "bot diblokir penerima" in text
    assert "membuka blokir" in text

    assert leader.post("/ledger/failed", {"total": "4"}).headers["location"] == "/ledger/failed"

    text = leader.get("/ledger/failed").text
    said = "Dikirim ulang: 1. Diganti keadaan sekarang: 1. Sudah ada yang lebih baru: 1. Tidak diperlukan lagi: 1."
    assert said in text
    assert _shown(text) == {}
    assert "bot diblokir penerima" in text
    assert leader.post("/ledger/failed").headers["location"] == "/ledger/failed"
    assert "Tidak ada yang dikirim ulang" in leader.get("/ledger/failed").text


def test_the_ledger_leads_those_there_who_may_send_and_tells_number_and_age(site: Site) -> None:
    assert "/ledger/failed" not in site.logged_in("bagus").get("/ledger").text
    _outage(site)
    for username, leads in (("bagus", True), ("sari", False)):
        text = site.logged_in(username).get("/ledger").text
        assert "4 pesan tertinggal karena gangguan, yang tertua 1 hr 1 j lalu" in text
        assert ('href="/ledger/failed"' in text) is leads


def test_the_history_of_the_order_says_what_became_of_each(site: Site) -> None:
    order = _outage(site)
    leader = site.logged_in("bagus")
    leader.get("/ledger/failed")
    leader.post("/ledger/failed")
    text = leader.get(f"/orders/{order.id}").text
    assert "Diganti: ada pesan lebih baru tentang order ini" in text
    assert "Diganti: yang dikirim status order saat itu" in text


def test_without_messages_it_says_so(site: Site) -> None:
    assert "Tidak ada pesan yang gagal" in site.logged_in("bagus").get("/ledger/failed").text


def test_what_does_not_fit_one_answer_goes_on_by_itself_in_a_browser(page_site: Site, new_page: NewPage) -> None:
    many = 100 * page.PORTIONS + 1
    for number in range(many):
        _failed(page_site, f"pesan {number}", bulk=True)
    page_site.clock.later(timedelta(days=1))
    browser = new_page(base_url=page_site.url)
    log_in(browser, "bagus", at="/ledger/failed")
    browser.get_by_role("button", name=f"Kirim ulang: {many} pesan").click()
    expect(browser.get_by_text(f"Dikirim ulang: {many}.")).to_be_visible()
    expect(browser.get_by_text("Tidak ada pesan yang gagal")).to_be_visible()


def test_without_scripts_the_rest_is_sent_by_a_button(site: Site) -> None:
    for number in range(100 * page.PORTIONS + 1):
        _failed(site, f"pesan {number}", bulk=True)
    leader = site.logged_in("bagus")
    leader.get("/ledger/failed")
    text = leader.post("/ledger/failed", {"total": "401"}).text
    assert "Sedang dikirim ulang: 400 dari 401 pesan" in text
    assert "Lanjutkan" in text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="(\d+)"', text))
    assert leader.post("/ledger/failed", hidden).headers["location"] == "/ledger/failed"
    assert "Dikirim ulang: 401." in leader.get("/ledger/failed").text
