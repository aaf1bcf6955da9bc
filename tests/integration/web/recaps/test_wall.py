"""The wall on the web: opened by its link alone, without a number of an order, and ended by an admin."""

import re

from tests.integration.web.console import Site


def made(site: Site, name: str = "Ruang helpdesk") -> str:
    """The address of a new wall."""
    page = site.logged_in("admin").post("/walls", {"name": name}).text
    found = re.search(r"http://[^\"]+(/wall/[\w-]{43})", page)
    assert found
    return found[1]


def test_the_wall_opens_without_login_names_no_order_and_ends(site: Site) -> None:
    order = site.order()
    address = made(site)
    stranger = site.visitor()
    page = stranger.get(address).text
    assert "Menunggu helpdesk" in page
    assert "SDA" in page
    for secret in (order.number, order.data.serial.value, order.data.odp.value, "Budi"):
        assert secret not in page
    part = stranger.client.get(address, headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith('<div id="wall"') or "<html" not in part
    admin = site.logged_in("admin")
    assert address not in admin.get("/walls").text
    assert admin.post("/walls/1/end").headers["location"] == "/walls"
    assert stranger.get(address).status_code == 404
    assert stranger.get("/wall/x").status_code == 404


def test_a_wall_without_name_is_asked_for_one_and_only_an_admin_makes_any(site: Site) -> None:
    assert site.logged_in("admin").post("/walls", {"name": " "}).status_code == 422
    assert site.logged_in("bagus").get("/walls").status_code == 403
    assert site.logged_in("bagus").post("/walls", {"name": "x"}).status_code == 403
