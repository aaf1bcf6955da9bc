"""The pages of disturbances: declared after a preview, marked at its orders, ended once for all of them."""

import re

from tests.integration.web.console import Site

FEEDER = {"scope": "feeder", "place": "sda-fab", "status": "odp_loss", "text": "feeder putus"}


def _shown(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(count|newest)" value="(\d+)"', page))


def test_a_disturbance_is_previewed_declared_marked_and_ended(site: Site) -> None:
    first = site.order("SC10000001", odp="ODP-SDA-FAB/12")
    other = site.order("SC10000002")
    rina, leader = site.logged_in("rina"), site.logged_in("bagus")
    assert "Tidak ada gangguan" in rina.get("/disturbances").text
    assert "Umumkan gangguan" in rina.get("/disturbances/new").text
    assert rina.post("/disturbances/new", FEEDER | {"place": "x"}).status_code == 422
    assert '<option value="SDA-FAB">Feeder (ODC) · 1 order</option>' in rina.get("/disturbances/new").text
    preview = rina.post("/disturbances/new", FEEDER | {"scope": "box"}).text
    assert '<option value="feeder" selected>' in preview, "the place says what it is"
    assert "Yang kena: 1 order terbuka" in preview
    assert "1 order di antrean menjadi ODP loss" in preview
    assert "SC10000002" not in preview

    second = site.order("SC10000003", odp="ODP-SDA-FAB/13")
    refused = rina.post("/disturbances", FEEDER | _shown(preview))
    assert refused.status_code == 409
    assert "baru saja berubah" in refused.text
    done = rina.post("/disturbances", FEEDER | _shown(refused.text))
    address = done.headers["location"]
    assert "Gangguan SDA-FAB diumumkan" in rina.get(address).text
    assert rina.post("/disturbances", FEEDER | {"count": "2", "newest": str(second.id)}).status_code == 409

    third = site.order("SC10000004", odp="ODP-SDA-FAB/14")
    listed = rina.get("/orders?view=all").text
    rows = {number: listed.partition(number)[2].partition("</tr>")[0] for number in ("SC10000002", "SC10000004")}
    assert [">Gangguan<" in re.sub(r"<svg.*?</svg>", "", rows[number]) for number in rows] == [False, True]
    assert "Gangguan SDA-FAB: feeder putus" in rina.get(f"/orders/{third.id}").text
    assert "Gangguan SDA-FAB" not in rina.get(f"/orders/{other.id}").text

    page = leader.get(address).text
    assert "2 order kembali ke antrean helpdesk. 1 chat mendapat satu pesan." in page
    assert leader.post(f"{address}/end", {"text": "x" * 2001}).status_code == 422
    assert leader.post(f"{address}/end", {"text": "tersambung"}).headers["location"] == address
    after = leader.get(address).text
    assert "selesai, 2 order kembali" in after
    assert "tersambung" in after
    leader.post(f"{address}/end")
    assert "sudah diakhiri orang lain" in leader.get(address).text
    assert "SDA-FAB" in rina.get("/disturbances").text
    assert {site.stored(order).phase.value for order in (first, second, third)} == {"waiting"}
    assert "Kendala beres: ODP loss" in rina.get(f"/orders/{first.id}").text


def test_disturbances_are_for_those_who_work_or_lead(site: Site) -> None:
    sari = site.logged_in("sari")
    sari.get("/orders")
    for path in ("/disturbances", "/disturbances/new", "/disturbances/1"):
        assert sari.get(path).status_code == 403
    for path in ("/disturbances", "/disturbances/new", "/disturbances/1/end"):
        assert sari.post(path, FEEDER).status_code == 403
    assert site.logged_in("admin").get("/disturbances/99").status_code == 404
