"""An archived order on the console: found, shown with its state and its archive, and nothing to do about it."""

from sikpro.application.use_cases.orders.remove_order import delete_order
from sikpro.testing.builders import NOON, archived
from tests.integration.web.console import Site

WHERE = "ada di arsip 2026.db (tahun 2026)"


def test_an_archived_order_is_found_and_its_page_says_where_the_rest_is_and_offers_nothing(site: Site) -> None:
    order = site.order()
    rina, bagus = site.logged_in("rina"), site.logged_in("bagus")
    rina.post(f"/orders/{order.id}/take")
    rina.post(f"/orders/{order.id}/status", {"status": "selesai", "version": site.stored(order).version})
    assert WHERE not in rina.get(f"/orders/{order.id}").text
    site.store.write(lambda unit: archived(unit, order.id))
    for visitor in (rina, bagus):
        page = visitor.get(f"/orders/{order.id}").text
        assert WHERE in page
        for action in ("reopen", "edit", "delete", "status", "remarks", "words"):
            assert f'action="/orders/{order.id}/{action}"' not in page
    assert order.number in rina.get(f"/orders?q={order.number}").text
    refused = rina.post(f"/orders/{order.id}/reopen", {"reason": "salah"})
    assert (refused.status_code, "sudah diarsipkan" in refused.text) == (409, True)
    assert "arsip 2026.db" in bagus.get(f"/devices?q={order.data.serial.value}").text
    assert WHERE in site.logged_in("admin").get(f"/seals?number={order.number}").text


def test_an_archived_order_that_was_deleted_is_still_said_to_be_deleted(site: Site) -> None:
    order = site.order()
    site.store.write(lambda unit: delete_order(unit, order.id, site.people["bagus"], NOON, reason="salah", zone="UTC"))
    site.store.write(lambda unit: archived(unit, order.id))
    page = site.logged_in("rina").get(f"/orders/{order.id}")
    assert (page.status_code, order.number in page.text) == (404, True)


def test_the_shift_of_an_archived_time_says_what_it_does_not_count(site: Site) -> None:
    order, bagus = site.order(), site.logged_in("bagus")
    site.store.write(lambda unit: archived(unit, order.id))
    said = "Langkah pada order tahun 2026 tidak terhitung di sini: riwayatnya ada di arsip 2026.db."
    day = NOON.date().isoformat()
    assert bagus.get(f"/shift?day={day}&from=01:00&to=12:00").text.count(said) == 2, "on the page, and in its text"
    assert said not in bagus.get("/shift?day=2027-02-01").text
    assert said not in bagus.get("/shift?day=2025-06-01").text
