"""The record of security events: what happens in the console is in it, for admins alone, and nothing secret is."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pyotp
import pytest
from structlog.testing import capture_logs

from sikpro.adapters.memory.security_events import MemorySecurityEvents
from sikpro.application.ports.network import BotState
from sikpro.application.ports.security_events import EventFilter, EventKind, SecurityEvent
from sikpro.application.ports.sessions import Session
from sikpro.application.ports.storage import StorageUnavailable, UnitOfWork
from sikpro.application.use_cases.people.bind_phone import bind_by_link
from sikpro.application.use_cases.people.grant_access import ask_access
from sikpro.testing.builders import NOON, an_access_request
from tests.integration.web.console import PASSWORD, Site, Visitor
from tests.integration.web.setup.test_catalogue import SETTINGS

NEW = "langit-biru-sekali"
WRONG = "bukan-rahasia-ini"


def events(site: Site, kind: EventKind | None = None) -> list[SecurityEvent]:
    """The recorded events, oldest first."""
    found = site.store.read(lambda uow: uow.security_events.page(EventFilter(kind=kind), before=None, limit=999))
    return list(reversed(found))


def last(site: Site, kind: EventKind) -> tuple[str, str, str, str]:
    event = events(site, kind)[-1]
    return event.name, event.object, event.address, event.details


def live_through_everything(site: Site) -> set[str]:
    """Let something of each kind happen, and return all secrets that went over the wire."""
    site.bot[0] = BotState(True, NOON, username="sikpro_bot")
    stranger = site.visitor("203.0.113.9")
    for _ in range(5):
        stranger.log_in("rina", WRONG)
    stranger.log_in(WRONG, "rina")
    admin, rina, sari = site.logged_in("admin"), site.logged_in("rina"), site.logged_in("sari")
    rina.get("/users")
    rina.get("/password")
    rina.post("/password", {"current": PASSWORD, "new": NEW, "again": NEW})
    tono = f"/people/{site.people['tono'].id}"
    admin.get(tono)
    one_time = re.search(r'data-copy="([a-z2-9]{12})"', admin.post(f"{tono}/password").text)
    form = dict.fromkeys(("technician_code", "site_operation", "phone"), "") | {"language": "id", "version": "2"}
    admin.post(tono, form | {"name": "Tono S.", "username": "tono", "role": "supervisor"})
    admin.post(f"{tono}/active", {"active": "no"})
    admin.get("/settings")
    admin.post("/settings", SETTINGS)
    sari.get("/profile")
    made = sari.post("/profile/tokens", {"name": "rekap subuh", "scope": "read", "days": "30"}).text
    token = re.search(r'data-copy="(sikpro_[\w-]{43})"', made)
    assert token
    sari.post("/profile/tokens/1/end")
    typed = {"name": "Gudang", "url": "https://gudang.example/hook"}
    admin.get("/settings/webhooks")
    webhook = re.search(r'data-copy="(whsec_[^"]{44})"', admin.post("/settings/webhooks", typed).text)
    assert webhook
    admin.post("/settings/webhooks/1", typed | {"name": "Depot"})
    admin.post("/settings/webhooks/1/remove")
    steps = two_steps(site, rina)
    admin.post(f"/people/{site.people['rina'].id}/two-steps/reset")
    admin.get("/walls")
    wall = re.search(r"/wall/([\w-]{43})", admin.post("/walls", {"name": "Ruang rapat", "site_operation": ""}).text)
    admin.post("/walls/1/end")
    budi, agus = (f"/people/{site.people[name].id}" for name in ("budi", "agus"))
    admin.post(f"{budi}/unbind")
    link = re.search(r"start=([\w-]{32})", admin.post(f"{agus}/link").text)
    assert one_time
    assert wall
    assert link
    first, second = (an_access_request(900 + n, name=f"Joni {n}", technician_code=f"F5SDA77{n}") for n in (1, 2))

    def chat(uow: UnitOfWork) -> list[int]:
        bind_by_link(uow, link[1], 800, 800, site.clock.at)
        return [ask_access(uow, one, site.clock.at, zone="Asia/Jakarta").id for one in (first, second)]

    yes, no = site.store.write(chat)
    admin.get("/access")
    admin.post(f"/access/{yes}/approve", {"person": "", "name": "Joni", "code": "F5SDA771", "site": "SDA"})
    admin.post(f"/access/{no}/refuse")
    sari.get("/exports")
    sari.post("/exports", {"query": "period=2026-11", "kind": "csv"})
    admin.get("/lists/stos.csv")
    admin.get("/profile")
    admin.post("/profile/sessions/end-others")
    secrets = {PASSWORD, NEW, WRONG, one_time[1], wall[1], link[1], token[1], webhook[1], *steps}
    for visitor in site.visitors:
        secrets |= {value for cookie in visitor.client.cookies.jar if (value := cookie.value or "") and len(value) > 20}
    secrets |= {one.id for name in ("admin", "rina", "sari") for one in site.store.read(_sessions(site, name))}
    admin.post("/logout")
    # A form of another page's token, at an address that has the id of a session.
    sari.csrf = "wrong"
    assert sari.post(f"/profile/sessions/{'a' * 64}/end").status_code == 403
    return secrets | {"a" * 64}


def two_steps(site: Site, rina: Visitor) -> set[str]:
    """Turn the second step on, use a recovery code, turn it off and on again; return all its secrets."""
    page, found = "/profile/two-steps", set[str]()
    for again in (False, True):
        rina.get(page)
        rina.post(f"{page}/begin")
        [shown] = re.findall(r'class="two-steps-secret">([A-Z2-7 ]+)<', rina.get(page).text)
        secret = shown.replace(" ", "")
        code = pyotp.TOTP(secret).at(site.clock.at)
        answers = [rina.post(f"{page}/confirm", {"code": code}), rina.post(f"{page}/codes")]
        codes = re.findall(r"<code>([a-z2-9]{4}(?:-[a-z2-9]{4}){5})<", "".join(one.text for one in answers))
        found |= {secret, shown, *codes}
        if again:
            return found
        phoneless = site.visitor()
        phoneless.log_in("rina", NEW)
        found.add(phoneless.client.cookies["sikpro_ticket"])
        assert phoneless.post("/login/code", {"code": codes[-1]}).status_code == 303
        rina.post(f"{page}/off")
    return found


def _sessions(site: Site, name: str) -> Callable[[UnitOfWork], tuple[Session, ...]]:
    return lambda uow: uow.sessions.of_person(site.people[name].id)


def test_events_of_every_kind_are_recorded_with_actor_object_and_address_and_no_secret(site: Site) -> None:
    with capture_logs() as lines:
        secrets = live_through_everything(site)
    assert {event.kind for event in events(site)} | {EventKind.PERSON_REMOVED} == set(EventKind)
    assert last(site, EventKind.LOGIN_FAILED) == ("", "", "203.0.113.9", "unknown_name")
    assert last(site, EventKind.LOCKED)[:3] == ("", "Rina (rina)", "203.0.113.9")
    users, session = events(site, EventKind.REFUSED)
    assert (users.name, users.object, users.address, users.details) == ("Rina (rina)", "/users", "127.0.0.1", "GET")
    assert (session.name, session.object, session.details) == ("Sari (sari)", "/profile/sessions/***/end", "POST")
    assert last(site, EventKind.ROLE_CHANGED)[1::2] == ("Tono S. (tono)", "helpdesk → supervisor")
    assert last(site, EventKind.EXPORT_REQUESTED)[1::2] == ("period=2026-11", "csv")
    assert "claim: 30 → 45" in last(site, EventKind.SETTINGS_CHANGED)[3]
    assert all(event.at == site.clock.at for event in events(site))
    said = str(events(site)) + str(lines)
    assert len(secrets) > 10
    assert [secret for secret in secrets if secret in said] == []
    logged = [line for line in lines if line["event"] == "security event"]
    assert [(line["kind"], line["object"], line["address"]) for line in logged] == [
        (event.kind.value, event.object, event.address) for event in events(site)
    ]


def test_a_flood_of_refusals_does_not_fill_the_record_and_another_minute_is_recorded_again(page_site: Site) -> None:
    rina = page_site.logged_in("rina")
    for path in ("/users", "/users", *(f"/people/{number}" for number in range(40))):
        rina.get(path)
    assert len(events(page_site, EventKind.REFUSED)) <= 30
    assert [event.object for event in events(page_site, EventKind.REFUSED)].count("/users") == 1
    page_site.clock.later(timedelta(minutes=2))
    rina.get("/users")
    assert events(page_site, EventKind.REFUSED)[-1].at == page_site.clock.at


def test_a_refusal_stays_one_when_the_disk_is_full_and_the_log_says_so(
    page_site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rina = page_site.logged_in("rina")

    def fail(*_: object) -> None:
        raise StorageUnavailable("the disk is full")

    monkeypatch.setattr(MemorySecurityEvents, "add", fail)
    assert rina.get("/users").status_code == 403
    assert "a security event was not recorded: GET /users" in caplog.text


def test_admins_search_filter_page_and_take_away_the_record_and_nobody_else(page_site: Site) -> None:
    stranger = page_site.visitor("203.0.113.9")
    stranger.log_in("rina", WRONG)
    page_site.clock.later(timedelta(days=1))
    for _ in range(52):
        page_site.logged_in("rina")
    for name in ("rina", "bagus", "sari"):
        visitor = page_site.logged_in(name)
        assert [visitor.get(path).status_code for path in ("/security", "/security/file/events.csv")] == [403, 403]
    admin = page_site.logged_in("admin")
    first = admin.get("/security?kind=login").text
    following = re.search(r'href="(/security\?kind=login&amp;before=\d+)"', first)
    assert following
    rows = [text.count("<time datetime=") for text in (first, admin.get(unescape(following[1])).text)]
    assert rows == [50, 56 - 50]
    assert "Rina (rina)" in admin.get("/security?q=203.0.113").text
    assert "Tidak ada peristiwa" in admin.get("/security?q=203.0.113&kind=login").text
    assert "Tidak ada peristiwa" in admin.get("/security?q=203.0.113&from=2026-11-03").text
    content = admin.get("/security/file/events.csv?kind=login_failed").content.decode("utf-8-sig")
    header, *lines = csv.reader(io.StringIO(content), delimiter=";")
    assert header == ["Waktu", "Peristiwa", "Orang", "Objek", "Alamat", "Rincian"]
    assert [line[1:] for line in lines] == [["Login gagal", "", "Rina (rina)", "203.0.113.9", "kata sandi salah"]]
    assert last(page_site, EventKind.DOWNLOADED)[:2] == ("Admin (admin)", "SIKPRO-security.csv")
