"""Each role sees what it may and nothing else."""

import pytest

from sikpro.adapters.web.app import PAGES
from tests.integration.web.console import ROLES, Site

EVERYBODY = frozenset(ROLES)
WORKS = frozenset({"rina", "tono", "bagus"})
LEADS = frozenset({"bagus", "admin"})
ADMIN = frozenset({"admin"})

READS = {"/orders": EVERYBODY, "/orders/1": EVERYBODY, "/password": EVERYBODY, "/bot": EVERYBODY}
ACTS = {
    "/orders/1/take": WORKS,
    "/orders/1/status": WORKS,
    "/orders/1/preview": WORKS,
    "/orders/1/give-back": WORKS,
    "/orders/1/edit": WORKS,
    "/orders/1/reopen": WORKS,
    "/orders/1/resend": WORKS,
    "/orders/1/assign": LEADS,
    "/orders/1/delete": LEADS,
    "/orders/1/restore": ADMIN,
}


@pytest.mark.parametrize("username", [*ROLES, ""])
def test_a_page_opens_for_those_who_may_and_for_nobody_else(page_site: Site, username: str) -> None:
    page_site.order()
    visitor = page_site.logged_in(username) if username else page_site.visitor()
    for path, may in READS.items():
        expected = 303 if not username else (200 if username in may else 403)
        assert visitor.get(path).status_code == expected, path


@pytest.mark.parametrize("username", [*ROLES, ""])
def test_a_form_acts_for_those_who_may_and_for_nobody_else(page_site: Site, username: str) -> None:
    page_site.order()
    visitor = page_site.logged_in(username) if username else page_site.visitor()
    visitor.get("/login")
    for path, may in ACTS.items():
        response = visitor.post(path)
        if not username:
            assert response.headers["location"].startswith("/login"), path
        elif username in may:
            assert response.status_code != 403, path
        else:
            assert response.status_code == 403, path
            # A page of its own; or on the order's page, where a helpdesk may hand on only what they have.
            assert "Tidak diizinkan" in response.text or "Anda tidak punya hak untuk itu." in response.text, path


@pytest.mark.parametrize("username", ROLES)
def test_an_orders_page_offers_the_forms_of_the_role_alone(page_site: Site, username: str) -> None:
    page_site.order()
    page = page_site.logged_in(username).get("/orders/1").text
    for path, those in ACTS.items():
        if path in {"/orders/1/give-back", "/orders/1/reopen", "/orders/1/resend", "/orders/1/restore"}:
            assert f'action="{path}"' not in page, "not for a new order"
        elif path != "/orders/1/preview":
            assert (f'action="{path}"' in page) == (username in those), path


def test_a_deleted_order_is_an_admins_to_see(site: Site) -> None:
    order = site.order()
    leader = site.logged_in("bagus")
    assert leader.post(f"/orders/{order.id}/delete", {"reason": ""}).status_code == 422
    assert leader.post(f"/orders/{order.id}/delete", {"reason": "salah kirim"}).headers["location"] == "/orders"
    assert leader.get(f"/orders/{order.id}").status_code == 404
    assert order.number not in leader.get("/orders?view=deleted").text
    admin = site.logged_in("admin")
    assert order.number in admin.get("/orders?view=deleted").text
    assert "Order ini dihapus" in admin.get(f"/orders/{order.id}").text
    assert admin.post(f"/orders/{order.id}/restore").status_code == 303
    assert leader.get(f"/orders/{order.id}").status_code == 200


def test_the_navigation_leads_nowhere_one_may_not_go(page_site: Site) -> None:
    for username in ROLES:
        visitor = page_site.logged_in(username)
        navigation = visitor.get("/orders").text.partition("</nav>")[0]
        for entry in (page.entry for page in PAGES if page.entry):
            # A tab stands on the page of its entry.
            own_page = visitor.get(entry.path).text.partition("<h1")[0]
            shown = f'href="{entry.path}"' in (own_page if entry.under else navigation)
            assert (visitor.get(entry.path).status_code in {200, 303}) == shown, (username, entry.path)
