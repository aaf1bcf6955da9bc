"""What Prometheus is told, and who is told."""

import httpx
import pytest

from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.adapters.memory import MemoryTransactions
from sikpro.application.ports.storage import StorageUnavailable
from sikpro.testing.fakes import HeardMeasures
from tests.integration.web.console import Site, running_site
from tests.integration.web.site.test_health import TOKEN

PAGE = b"sikpro_up 1.0\n"


def asked(site: Site, address: str = "9.9.9.9", **headers: str) -> httpx.Response:
    """What a stranger from an address is told."""
    with httpx.Client(base_url=site.url, headers={"x-test-address": address} | headers, timeout=20) as client:
        return client.get("/metrics")


def test_this_machine_and_the_token_are_told_and_nobody_else_that_nobody_knows() -> None:
    live = LocalLiveEvents()
    with running_site(MemoryTransactions(live), live, health_token=TOKEN, metrics=lambda: PAGE) as site:
        for told in (asked(site, "127.0.0.1"), asked(site, authorization=f"Bearer {TOKEN}")):
            assert (told.status_code, told.content) == (200, PAGE)
            assert told.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        through_proxy = asked(site, "127.0.0.1", **{"x-forwarded-for": "9.9.9.9"})
        for refused in (asked(site), asked(site, authorization=f"Bearer {TOKEN}x"), through_proxy):
            assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Bearer realm="metrics"')
            assert b"sikpro_" not in refused.content


@pytest.mark.parametrize(("username", "knows"), [("rina", False), ("bagus", False), ("sari", True), ("admin", True)])
def test_those_who_answer_for_the_installation_are_told_and_others_are_not(
    page_site: Site, username: str, knows: bool
) -> None:
    visitor = page_site.logged_in(username)
    visitor.client.headers["x-test-address"] = "9.9.9.9"
    assert visitor.get("/metrics").status_code == (200 if knows else 401)


def test_they_are_told_while_the_store_is_away() -> None:
    live = LocalLiveEvents()
    with running_site(MemoryTransactions(live), live, metrics=lambda: PAGE) as site:
        sari = site.logged_in("sari")  # who has a session has to be looked up
        site.store.fault = StorageUnavailable("away")
        assert asked(site, "127.0.0.1").content == PAGE
        assert sari.get("/metrics").content == PAGE


def test_requests_are_counted_by_templates_and_never_by_what_somebody_typed() -> None:
    live, heard = LocalLiveEvents(), HeardMeasures()
    with running_site(MemoryTransactions(live), live, measures=heard) as site:
        rina = site.logged_in("rina")
        order = site.order()
        heard.requests.clear()
        rina.get(f"/orders/{order.id}")
        rina.get("/orders/999999")
        rina.get("/rahasia/SC32232558")
        rina.client.request("DELETE", f"/orders/{order.id}")
        rina.client.head("/login")
        asked(site)
        assert heard.requests == [
            "GET /orders/{order_id} 200",
            "GET /orders/{order_id} 404",
            "GET none 404",
            "DELETE none 405",
            "HEAD /login 303",
            "GET /metrics 401",
        ]
        assert len(set(heard.causes)) == len(heard.causes)
