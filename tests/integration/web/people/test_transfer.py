"""The page that gives all open orders of a technician to another."""

import re

from attrs import evolve

from tests.integration.web.console import Site


def _shown(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(count|newest)" value="(\d+)"', page))


def test_the_page_counts_first_and_then_moves_all_orders_or_says_what_changed(site: Site) -> None:
    first, second = site.order("SC10000001"), site.order("SC10000002")
    site.store.write(lambda uow: uow.people.save(evolve(uow.people.get(site.people["agus"].id), telegram_id=701)))
    leader, path = site.logged_in("bagus"), f"/people/{site.people['budi'].id}"
    assert "2 order terbuka" in leader.get(path).text
    page = leader.get(f"{path}/orders").text
    assert "SC10000001" in page
    assert "Alihkan 2 order" in page
    form = _shown(page) | {"to": str(site.people["agus"].id), "reason": "sakit"}

    third = site.order("SC10000003")
    refused = leader.post(f"{path}/orders", form)
    assert refused.status_code == 409
    assert "Sekarang 3 order" in refused.text
    assert 'value="sakit"' in refused.text
    assert leader.post(f"{path}/orders", _shown(refused.text) | {"to": ""}).status_code == 422

    done = leader.post(f"{path}/orders", form | _shown(refused.text))
    assert done.headers["location"] == path
    after = leader.get(path).text
    assert "3 order dialihkan ke Agus Salim" in after
    assert "tidak punya order terbuka" in after
    assert {site.stored(order).data.technician.value for order in (first, second, third)} == {"F5SDA446"}
    assert "Dialihkan dari teknisi F5SDA445 ke F5SDA446" in leader.get(f"/orders/{first.id}").text


def test_orders_are_moved_by_team_leaders_and_admins_alone(site: Site) -> None:
    site.order()
    path = f"/people/{site.people['budi'].id}/orders"
    for username in ("rina", "sari"):
        visitor = site.logged_in(username)
        visitor.get("/orders")
        assert visitor.get(path).status_code == 403
        assert visitor.post(path, {"to": "1"}).status_code == 403
    assert site.logged_in("bagus").get(f"/people/{site.people['rina'].id}/orders").status_code == 403
    assert site.logged_in("admin").get("/people/99999999999999999/orders").status_code == 404
