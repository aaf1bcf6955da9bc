"""The shift's page: figures for leaders, the handover for helpdesks."""

from tests.integration.web.console import Site


def test_a_helpdesk_hands_over_and_the_leader_reads_the_shift(site: Site) -> None:
    order = site.order()
    rina, bagus = site.logged_in("rina"), site.logged_in("bagus")
    rina.post(f"/orders/{order.id}/take")
    page = rina.get("/shift").text
    assert "Anda memegang 1 order" in page
    assert f'href="/orders/{order.id}">{order.number}<' in page, "what moves is listed before the press"
    assert 'href="/shift#hand-over"' in rina.get("/orders").text
    to = str(site.people["tono"].id)
    assert rina.post("/shift", {"to": to, "text": "ODP belum dicek"}).headers["location"] == "/shift"
    assert site.stored(order).holder == site.people["tono"].id
    shown = bagus.get("/shift").text
    for text in ("ODP belum dicek", site.people["rina"].name, site.people["tono"].name, "Salin teks untuk grup"):
        assert text in shown
    refused = rina.post("/shift", {"to": to, "text": ""})
    assert refused.status_code == 422
    assert "Tidak ada order yang Anda pegang" in refused.text


def test_a_shift_of_another_day_and_odd_addresses_open(site: Site) -> None:
    bagus = site.logged_in("bagus")
    for query in ("day=2020-01-01&from=22:00&to=06:00", "day=x&from=y&to=25:00", "day=9999-12-30"):
        assert bagus.get(f"/shift?{query}").status_code == 200
