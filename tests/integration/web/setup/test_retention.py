"""The page of retention: what would go is shown first, and then it is set."""

from attrs import evolve

from sikpro.application.ports.months import ClosedMonth
from sikpro.application.ports.retention import RetentionRun
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.own_order import join_message
from sikpro.application.use_cases.orders.remove_order import delete_order
from sikpro.application.use_cases.retention.forget_old import clear_order
from sikpro.domain.place import Place
from sikpro.testing.builders import after
from tests.integration.web.console import PASSWORD, Site

PATH = "/settings/retention"


def _months(site: Site) -> int:
    return site.store.read(lambda uow: uow.installation.get().months_kept)


def test_what_would_go_is_shown_before_anything_is_set(site: Site) -> None:
    admin = site.logged_in("admin")
    site.order()
    assert "Tidak aktif" in admin.get(PATH).text
    page = admin.get(PATH + "?months=6").text
    assert "Simpan 6 bulan, hapus yang lebih lama" in page
    assert "Pesan masuk" in page
    assert _months(site) == 0
    assert admin.get(PATH + "?months=2").status_code == 422
    assert admin.post(PATH, {"months": "x", "own_password": PASSWORD}).status_code == 422


def test_an_admin_sets_it_and_switches_it_off(site: Site) -> None:
    admin = site.logged_in("admin")
    assert admin.post(PATH, {"months": "6", "own_password": PASSWORD}).status_code == 303
    assert _months(site) == 6
    assert "Disimpan 6 bulan" in admin.get(PATH).text
    assert admin.post(PATH, {"months": "0", "own_password": PASSWORD}).status_code == 303
    assert _months(site) == 0


def test_the_last_run_is_shown_with_what_went_and_the_ledger_says_so(site: Site) -> None:
    def run(uow: UnitOfWork) -> None:
        uow.installation.put(evolve(uow.installation.get(), months_kept=6))
        done = RetentionRun(before=after(0), started_at=after(1), finished_at=after(2), counts={"received": 12345})
        uow.retention.keep(done)
        uow.closed_months.add(ClosedMonth(month="2026-10", closed_at=after(0), closed_by=None, figures={}))

    admin = site.logged_in("admin")
    assert "Pesan sebelum" not in admin.get("/ledger").text
    site.store.write(run)
    assert "12.345" in admin.get(PATH).text
    assert "Pesan sebelum 2 November 2026 tinggal jumlahnya" in admin.get("/ledger").text


def test_the_page_of_an_order_whose_texts_went_shows_that_there_were_some(site: Site) -> None:
    order = site.order(note="pagar biru")

    def clear(uow: UnitOfWork) -> None:
        budi, place = site.people["budi"], Place(-7.4, 112.7)
        join_message(uow, order.id, budi, after(1), text="rumah ujung", chat_id=700, message_id=5, place=place)
        delete_order(uow, order.id, site.people["bagus"], after(2), reason="x", zone="Asia/Jakarta")
        assert clear_order(uow, order.id, after(10))[0] == 3

    site.store.write(clear)
    page = site.logged_in("admin").get(f"/orders/{order.id}")
    assert page.status_code == 200
    assert [word for word in ("pagar biru", "rumah ujung") if word in page.text] == []
    assert "…" in page.text
