"""The pages of owners of held-up statuses: who owns what, what is theirs, and *Sudah beres*."""

from tests.integration.web.console import Site


def test_an_admin_chooses_an_owner_and_a_helpdesk_brings_the_chosen_orders_back(site: Site) -> None:
    first, second = site.order("SC10000001"), site.order("SC10000002")
    rina, admin = site.logged_in("rina"), site.logged_in("admin")
    rina.get("/orders")
    for order in (first, second):
        rina.post(f"/orders/{order.id}/status", {"status": "odp_penuh", "version": "1"})
    page = admin.get("/owners/odp_penuh").text
    assert "Belum ada pemilik" in page
    budi = f"person:{site.people['budi'].id}"
    assert admin.post("/owners/odp_penuh", {"owner": "person:999"}).status_code == 422
    assert admin.post("/owners/odp_penuh", {"owner": budi}).headers["location"] == "/owners/odp_penuh"
    assert "Pemilik: Budi Santoso" in admin.get("/owners/odp_penuh").text
    assert "Budi Santoso" in rina.get("/owners").text

    assert "Sudah beres" in rina.get("/owners/odp_penuh").text
    form = {f"order-{first.id}": "1", "order-x": "1", "text": "ODP baru"}
    assert rina.post("/owners/odp_penuh/cleared", form).headers["location"] == "/owners/odp_penuh"
    after = rina.get("/owners/odp_penuh").text
    assert "1 order kembali ke antrean" in after
    assert "SC10000001" not in after
    assert "SC10000002" in after
    story = rina.get(f"/orders/{first.id}").text
    assert "Kendala beres: ODP penuh" in story
    assert "ODP baru" in story
    long = rina.post("/owners/odp_penuh/cleared", {f"order-{second.id}": "1", "text": "x" * 2001})
    assert long.status_code == 422
    rina.post("/owners/odp_penuh/cleared", {})
    assert "Tidak ada order yang dipilih" in rina.get("/owners/odp_penuh").text


def test_the_pages_are_for_those_who_work_or_lead_and_owners_are_an_admins_to_choose(site: Site) -> None:
    order = site.order()
    rina, sari, admin = site.logged_in("rina"), site.logged_in("sari"), site.logged_in("admin")
    for visitor in (rina, sari, admin):
        visitor.get("/orders")
    rina.post(f"/orders/{order.id}/status", {"status": "odp_penuh", "version": "1"})
    assert "Orang atau grup" not in rina.get("/owners/odp_penuh").text
    assert [visitor.get("/owners").status_code for visitor in (rina, admin, sari)] == [200, 200, 403]
    assert sari.post("/owners/odp_penuh/cleared", {f"order-{order.id}": "1"}).status_code == 403
    for visitor in (rina, sari):
        assert visitor.post("/owners/odp_penuh", {"owner": ""}).status_code == 403
    assert admin.get("/owners/selesai").status_code == 404
    assert admin.get("/owners/entah").status_code == 404
