"""Who learns what about the health of the system, and what it says."""

from collections.abc import Mapping
from datetime import timedelta

import httpx
import pytest
from attrs import evolve

from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.adapters.memory import MemoryTransactions
from sikpro.application.ports.security_events import EventFilter, EventKind
from sikpro.application.ports.storage import StorageUnavailable
from tests.integration.web.console import WELL, Site, running_site

TOKEN = "0123456789abcdef-monitoring"
WELL_OR_NOT = {"status"}


def asked(site: Site, address: str = "9.9.9.9", **headers: str) -> dict[str, object]:
    """What a stranger from an address is told."""
    with httpx.Client(base_url=site.url, headers={"x-test-address": address} | headers, timeout=20) as client:
        told: dict[str, object] = client.get("/healthz").json()
        return told


def test_a_stranger_learns_well_or_not_and_no_more(page_site: Site) -> None:
    assert asked(page_site) == {"status": "ok"}
    page_site.health["database"] = "unavailable"
    assert asked(page_site) == {"status": "failing"}
    assert page_site.visitor("9.9.9.9").get("/healthz").status_code == 503
    assert page_site.visitor("9.9.9.9").get("/readyz").json() == {"status": "not_ready"}


@pytest.mark.parametrize(
    "headers",
    [
        {"x-forwarded-for": "127.0.0.1"},
        {"x-real-ip": "127.0.0.1"},
        {"forwarded": "for=127.0.0.1"},
        {"via": "1.1 proxy"},
        {"host": "sikpro.example.com"},
        {"host": "[::1"},
        {"host": ""},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_this_machine_learns_all_but_not_who_comes_through_a_proxy_on_it(
    page_site: Site, headers: Mapping[str, str]
) -> None:
    for address in ("127.0.0.1", "::1"):
        assert asked(page_site, address).keys() > WELL_OR_NOT
        assert asked(page_site, address, **headers).keys() == WELL_OR_NOT
    assert asked(page_site, "unix").keys() == WELL_OR_NOT


def test_the_token_tells_all_and_nothing_that_only_resembles_it_does() -> None:
    live = LocalLiveEvents()
    with running_site(MemoryTransactions(live), live, health_token=TOKEN) as site:
        for brought in (f"Bearer {TOKEN}", f"bearer  {TOKEN}"):
            assert asked(site, authorization=brought).keys() > WELL_OR_NOT
        for wrong in ("", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer"):
            assert asked(site, authorization=wrong) == {"status": "ok"}


def test_without_a_token_in_the_settings_an_empty_one_is_none(page_site: Site) -> None:
    assert asked(page_site, authorization="Bearer") == {"status": "ok"}


@pytest.mark.parametrize(("username", "knows"), [("rina", False), ("bagus", False), ("sari", True), ("admin", True)])
def test_those_who_answer_for_the_installation_learn_all_and_others_well_or_not(
    page_site: Site, username: str, knows: bool
) -> None:
    visitor = page_site.logged_in(username)
    visitor.client.headers["x-test-address"] = "9.9.9.9"
    assert (visitor.get("/healthz").json().keys() > WELL_OR_NOT) == knows
    page_site.store.fault = StorageUnavailable("away")
    assert visitor.get("/healthz").json() == {"status": "ok"}, "who is asking cannot be known now"
    page_site.store.fault = None


def test_a_one_time_password_does_not_open_what_health_tells_those_who_answer_for_it(page_site: Site) -> None:
    visitor = page_site.logged_in("admin")
    visitor.client.headers["x-test-address"] = "9.9.9.9"
    admin = page_site.people["admin"]
    page_site.store.write(lambda uow: uow.people.save(evolve(uow.people.get(admin.id), must_change_password=True)))
    assert visitor.get("/healthz").json() == {"status": "ok"}


def test_each_part_is_named_with_its_state_and_an_ill_one_with_what_to_do(page_site: Site) -> None:
    page_site.health["database"] = "damaged"
    told = page_site.visitor().get("/healthz").json()
    assert told["status"] == "failing"
    assert told["parts"].keys() == WELL.keys()
    ill = told["parts"]["database"]
    assert (ill["state"], ill["ill"]) == ("damaged", True)
    assert "restore the last backup" in ill["what_to_do"]
    assert "what_to_do" not in told["parts"]["relay"]
    assert {"oldest_unsent_seconds", "last_update_seconds"} < told.keys()


def test_the_page_says_in_the_persons_language_what_is_ill_and_what_to_do(page_site: Site) -> None:
    sari = page_site.logged_in("sari")
    assert "Semua bagian berjalan." in sari.get("/health").text
    page_site.health |= {"disk": "full"}
    page = sari.get("/health").text
    assert "Ada yang menghentikan order" in page
    assert "Kosongkan ruang di disk data sekarang juga" in page
    assert page_site.logged_in("rina").get("/health").status_code == 403


def test_what_an_outage_left_is_told_with_its_age_and_leads_those_who_may_send_it_again(page_site: Site) -> None:
    assert "Kirim ulang semua" not in page_site.logged_in("admin").get("/health").text
    page_site.left += [timedelta(hours=30), timedelta(hours=26)]
    told = page_site.visitor().get("/healthz").json()
    assert (told["failed_by_outage"], told["oldest_failed_seconds"]) == (2, 30 * 3600)
    for username, leads in (("admin", True), ("sari", False)):
        page = page_site.logged_in(username).get("/health").text
        assert "2, tertua 1 hr 6 j" in page
        assert ('href="/ledger/failed"' in page) is leads


def test_an_admin_says_that_a_clock_is_right_and_it_is_on_record() -> None:
    live, believed = LocalLiveEvents(), list[str]()
    with running_site(MemoryTransactions(live), live, believe_clock=lambda: believed.append("x")) as site:
        site.health["clock"] = "doubted"
        sari, admin = site.logged_in("sari"), site.logged_in("admin")
        assert "Jam ini benar" not in sari.get("/health").text
        assert sari.post("/health/clock").status_code == 403
        assert believed == []
        assert "Jam ini benar" in admin.get("/health").text
        assert admin.post("/health/clock").status_code == 303
        assert believed == ["x"]
        since = site.clock.now() - timedelta(days=1)
        which = EventFilter(kind=EventKind.SETTINGS_CHANGED, since=since)
        (event,) = site.store.read(lambda uow: uow.security_events.page(which, before=None, limit=9))
        assert (event.object, event.details) == ("/health", "clock")
