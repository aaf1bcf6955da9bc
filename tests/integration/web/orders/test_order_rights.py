"""What the console shows of orders that are deleted, elsewhere or somebody else's, and what it lets one do to them."""

import pytest

from sikpro.adapters.web.orders.order_listing import Listing
from sikpro.adapters.web.orders.queue_view import read_queue
from sikpro.application.i18n import words_in
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.own_order import withdraw_order
from sikpro.domain.errors import NotPermitted
from sikpro.domain.people import Role
from sikpro.domain.phase import Phase
from sikpro.testing.builders import a_person, a_site_operation, an_sto
from sikpro.testing.fakes import QuickPasswords
from tests.integration.web.console import PASSWORD, ROLES, Site

ZONE = "Asia/Jakarta"
NOT_ADMINS = sorted(name for name, role in ROLES.items() if role is not Role.ADMIN)


def furnish(uow: UnitOfWork) -> None:
    """A second Site Operation, and a technician of the first who has an account."""
    uow.catalogue.put_site_operation(a_site_operation("MJK", "Mojokerto"))
    uow.catalogue.put_sto(an_sto("MRT", "Mojoroto", "MJK"))
    hashed = QuickPasswords().hash(PASSWORD)
    uow.people.add(a_person("Tedi", role=Role.TECHNICIAN, site_operation="SDA", password_hash=hashed))


@pytest.mark.parametrize("username", NOT_ADMINS)
def test_no_address_lists_deleted_orders_for_who_is_no_admin(page_site: Site, username: str) -> None:
    order = page_site.order()
    leader = page_site.logged_in("bagus")
    leader.post(f"/orders/{order.id}/delete", {"reason": "salah kirim"})
    visitor = page_site.logged_in(username)
    visitor.get("/orders")
    page = visitor.get("/orders?view=deleted")
    assert page.status_code == 200, "the address means the first view, as any that there is not"
    assert order.number not in page.text
    assert "view=deleted" not in page.text
    for address in ("/orders?view=all", f"/orders?q={order.number}", "/orders?view=all&sto=SDA"):
        assert f'href="/orders/{order.id}"' not in visitor.get(address).text, address


@pytest.mark.parametrize("username", NOT_ADMINS)
def test_a_list_of_deleted_orders_is_refused_even_where_an_address_did_not_ask_for_it(
    page_site: Site, username: str
) -> None:
    me, words = page_site.people[username], words_in("id", ZONE)
    with pytest.raises(NotPermitted):
        page_site.store.read(
            lambda uow: read_queue(uow, Listing(view="deleted"), me, words, page_site.clock.now(), ZONE)
        )


@pytest.mark.parametrize("query", ["view=open", "view=held_up&sto=SDA", "view=all", "view=all&q=SC3"])
def test_a_technician_without_a_place_learns_no_number_of_any_list(page_site: Site, query: str) -> None:
    """Nor where a list of others is empty and need not be read: the counts beside it are of all places."""
    page_site.order()
    somebody, words = a_person("Tedi", role=Role.TECHNICIAN), words_in("id", ZONE)
    listing = Listing.of_query(query, somebody)
    with pytest.raises(NotPermitted):
        page_site.store.read(lambda uow: read_queue(uow, listing, somebody, words, page_site.clock.now(), ZONE))


def test_an_orders_page_names_related_orders_only_to_those_who_may_see_them(site: Site) -> None:
    site.store.write(furnish)
    here, near = site.order(), site.order("SC90000001")
    elsewhere = site.order("SC90000002", sto="MRT", odp="ODP-MRT-003", technician="F5SDA446")
    technician, helpdesk = site.logged_in("tedi"), site.logged_in("rina")
    page = technician.get(f"/orders/{here.id}")
    assert page.status_code == 200
    assert near.number in page.text
    assert elsewhere.number not in page.text
    assert technician.get(f"/orders/{elsewhere.id}").status_code == 404
    assert elsewhere.number in helpdesk.get(f"/orders/{here.id}").text


def test_an_orders_page_warns_of_a_live_order_with_its_modem_or_port_to_those_who_may_see_it(site: Site) -> None:
    site.store.write(furnish)
    order = site.order(port="5")
    port = site.order("SC90000001", serial="ZTEG00000001", port="5")
    modem = site.order("SC90000002", sto="MRT", odp="ODP-MRT-003", technician="F5SDA446")
    warning = "SN modem ini juga dipakai order lain yang masih berjalan"
    page = site.logged_in("rina").get(f"/orders/{order.id}").text
    for told, other in ((warning, modem), ("Port ODP ini juga dipakai order lain yang masih berjalan", port)):
        notice = page.partition(told)[2].partition("</div>")[0]
        assert f'<a class="code" href="/orders/{other.id}">{other.number}</a>' in notice
    page = site.logged_in("tedi").get(f"/orders/{order.id}").text
    assert (warning in page, modem.number in page, port.number in page) == (False, False, True)


@pytest.mark.parametrize("username", ROLES)
def test_nobody_on_the_console_withdraws_what_a_technician_sent(site: Site, username: str) -> None:
    order, me = site.order(), site.people[username]
    with pytest.raises(NotPermitted):
        site.store.write(lambda uow: withdraw_order(uow, order.id, me, site.clock.now()))
    visitor = site.logged_in(username)
    visitor.get(f"/orders/{order.id}")
    assert visitor.post(f"/orders/{order.id}/withdraw").status_code == 404
    assert site.stored(order).phase is Phase.WAITING
