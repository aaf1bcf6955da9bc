"""The dashboard: every figure opens exactly the orders that it counts."""

import re
from datetime import timedelta
from html import unescape

import pytest

from tests.integration.web.console import ROLES, Site, Visitor

FIGURE = re.compile(r'<a href="(/orders\?[^"]*)">([\d.,]+)</a>')


@pytest.fixture
def busy(site: Site) -> Site:
    """A console whose orders came yesterday and today and are in every phase."""
    site.clock.at = site.clock.at.replace(hour=2)
    helpdesk = site.logged_in("rina")

    def answer(number: str, status: str, reason: str = "") -> None:
        order = site.store.read(lambda uow: uow.orders.find(number)[0])
        form = {"status": status, "version": str(order.version), "reason": reason}
        assert helpdesk.post(f"/orders/{order.id}/status", form).status_code == 303

    for place in range(1, 5):
        site.order(f"SC10000{place}", type="MO" if place % 2 else "AO")
    answer("SC100001", "selesai")
    answer("SC100002", "odp_penuh")
    site.clock.later(timedelta(hours=25))
    for place in range(5, 9):
        site.order(f"SC10000{place}", sto="SPJ", odp="ODP-SPJ-001")
        site.clock.later(timedelta(minutes=40))
    helpdesk = site.logged_in("rina")
    answer("SC100003", "selesai")
    answer("SC100005", "batal", "pelanggan batal")
    answer("SC100006", "odp_penuh")
    helpdesk.post(f"/orders/{site.store.read(lambda uow: uow.orders.find('SC100007')[0]).id}/take")
    return site


def listed(visitor: Visitor, address: str) -> int:
    """How many orders a list shows."""
    return len(set(re.findall(r'id="order-(\d+)"', visitor.get(address).text)))


def test_every_figure_is_a_link_to_exactly_those_orders(busy: Site) -> None:
    leader = busy.logged_in("bagus")
    page = leader.get("/dashboard").text
    figures = [(unescape(address), int(count.replace(".", ""))) for address, count in FIGURE.findall(page)]

    assert len(figures) > 25
    assert [(address, count) for address, count in figures if listed(leader, address) != count] == []


def test_todays_and_yesterdays_figures_are_those_of_the_days(busy: Site) -> None:
    page = busy.logged_in("bagus").get("/dashboard").text
    tiles = re.findall(r'<div class="stat compared[^>]*>(.*?)</div>', page, re.DOTALL)
    shown = {re.sub(r"<[^>]+>|\s+", " ", tile).strip() for tile in tiles}
    assert {" ".join(text.split()) for text in shown} == {
        "4 Masuk hari ini kemarin 4",
        "1 Selesai hari ini kemarin 1",
        "1 Kendala dari hari ini kemarin 1",
        "3 Masih terbuka dari hari ini kemarin 2",
    }


def test_what_waits_for_the_helpdesk_comes_first_with_who_has_it_then_what_waits_for_technicians(busy: Site) -> None:
    page = busy.logged_in("bagus").get("/dashboard").text
    with_helpdesk, with_technicians = (part.partition("</ol>")[0] for part in page.split('<ol class="oldest">')[1:])
    assert re.findall(r"SC\d+", with_helpdesk) == ["SC100004", "SC100007", "SC100008"]
    assert "Rina" in with_helpdesk
    assert re.findall(r"SC\d+", with_technicians) == ["SC100002", "SC100006"]
    assert "Budi Santoso" in with_technicians


def test_an_empty_installation_says_what_will_be_here(site: Site) -> None:
    page = site.logged_in("bagus").get("/dashboard").text
    assert "Belum ada order" in page
    assert "Tidak ada order terbuka" in page


@pytest.mark.parametrize("username", [*ROLES, ""])
def test_the_dashboard_is_for_those_who_see_every_order(site: Site, username: str) -> None:
    visitor = site.logged_in(username) if username else site.visitor()
    expected = 303 if not username else (403 if username == "budi" else 200)
    assert visitor.get("/dashboard").status_code == expected
