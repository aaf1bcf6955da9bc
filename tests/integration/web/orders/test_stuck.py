"""The page of orders that have waited for their technicians for long, and the dashboard's fold that leads to it."""

from datetime import timedelta

from sikpro.adapters.web.orders.stuck import LISTED
from tests.integration.web.console import Site


def test_the_page_counts_first_then_asks_each_technician_once_and_says_so(site: Site) -> None:
    first, second = site.order("SC10000001"), site.order("SC10000002")
    rina = site.logged_in("rina")
    rina.get("/orders")
    for order in (first, second):
        rina.post(f"/orders/{order.id}/status", {"status": "odp_penuh", "version": "1"})
    leader = site.logged_in("bagus")
    assert "Macet lebih dari" not in leader.get("/dashboard").text
    assert "Tidak ada order yang macet" in leader.get("/stuck").text
    site.clock.later(timedelta(days=8))
    leader, rina = site.logged_in("bagus"), site.logged_in("rina")

    board = leader.get("/dashboard").text
    assert "Macet lebih dari 7 hari: 2 order" in board
    assert 'href="/stuck"' in board
    assert 'href="/stuck"' not in rina.get("/dashboard").text
    page = leader.get("/stuck").text
    assert "1 teknisi mendapat satu pesan dengan semua ordernya yang menunggu lebih dari 7 hari: 2 order." in page
    assert "SC10000002" in page
    assert leader.post("/stuck", {"technicians": "F5SDA446"}).headers["location"] == "/stuck"
    assert "Tidak ada yang ditanya" in leader.get("/stuck").text
    assert leader.post("/stuck", {"technicians": "F5SDA445"}).headers["location"] == "/stuck"
    after = leader.get("/stuck").text
    assert "1 teknisi ditanya." in after
    assert "Sudah ditanya hari ini" in after
    assert "Ya, tanya" not in after

    for username in ("rina", "sari"):
        visitor = site.logged_in(username)
        visitor.get("/orders")
        assert (visitor.get("/stuck").status_code, visitor.post("/stuck").status_code) == (403, 403)


def test_the_page_is_short_however_many_are_stuck(site: Site) -> None:
    for place in range(LISTED + 3):
        order = site.order(f"SC1000{place:04}")
        rina = site.logged_in("rina")
        rina.get("/orders")
        rina.post(f"/orders/{order.id}/status", {"status": "odp_penuh", "version": "1"})
    site.clock.later(timedelta(days=8))
    page = site.logged_in("bagus").get("/stuck").text
    assert f"{LISTED + 3} order" in page
    assert page.count('class="order-number') == LISTED
    assert "3 order lagi" in page
    assert 'href="/orders?technician=F5SDA445"' in page
