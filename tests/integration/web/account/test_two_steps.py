"""The second step of a login: turned on, asked for, never taken twice, and reset for who lost the phone."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import httpx
import pyotp
import pytest
from attrs import evolve

from sikpro.adapters.web.account.logins import TRIES
from sikpro.application.ports.security_events import EventFilter, EventKind
from sikpro.application.use_cases.people.two_steps import RECOVERY_CODES
from sikpro.testing.fakes import QuickPasswords
from tests.integration.web.console import PASSWORD, Site, Visitor

PAGE = "/profile/two-steps"
ENTRIES = dict.fromkeys(("name", "username", "role", "technician_code", "site_operation", "phone"), "")


def code(site: Site, secret: str, later: int = 0) -> str:
    """What the authenticator shows now, or some seconds later."""
    return pyotp.TOTP(secret).at(int(site.clock.at.timestamp()) + later)


def begun(visitor: Visitor) -> str:
    """Begin on one's own page; the secret that it shows."""
    visitor.get(PAGE)
    page = visitor.get(visitor.post(f"{PAGE}/begin").headers["location"]).text
    shown = re.search(r'class="two-steps-secret">([A-Z2-7 ]+)<', page)
    assert shown
    assert all(len(group) == 4 for group in shown[1].split(" "))
    return shown[1].replace(" ", "")


def turned_on(site: Site, visitor: Visitor) -> tuple[str, list[str]]:
    """Turn it on; the secret and the recovery codes. The next code is a period later."""
    secret = begun(visitor)
    page = visitor.post(f"{PAGE}/confirm", {"code": code(site, secret)})
    assert page.status_code == 200
    site.clock.later(timedelta(seconds=30))
    return secret, re.findall(r"<li><code>([a-z2-9-]{29})</code></li>", page.text)


def with_password(site: Site, username: str, address: str = "127.0.0.1", **more: str) -> Visitor:
    """Somebody who has given the right password and is asked for the code."""
    visitor = site.visitor(address)
    assert visitor.log_in(username, **more).headers["location"].startswith("/login/code")
    return visitor


def kinds(site: Site) -> list[EventKind]:
    found = site.store.read(lambda uow: uow.security_events.page(EventFilter(), before=None, limit=50))
    return [event.kind for event in found]


def test_whoever_turns_it_on_logs_in_with_password_and_code(site: Site) -> None:
    other, rina = site.logged_in("rina"), site.logged_in("rina")
    secret, recovery = turned_on(site, rina)
    assert len(set(recovery)) == RECOVERY_CODES
    assert other.get("/orders").headers["location"].startswith("/login"), "other sessions have ended"
    assert rina.get("/orders").status_code == 200
    assert not any(one in rina.get(PAGE).text for one in [secret, *recovery]), "shown only once"

    visitor = with_password(site, "rina", next="/orders?view=all")
    assert visitor.client.cookies.get("sikpro_session") is None
    assert visitor.get("/orders").headers["location"].startswith("/login")
    assert "enam angka" in visitor.get("/login/code").text
    late = visitor.post("/login/code", {"code": code(site, secret), "next": "/orders?view=all"})
    assert late.headers["location"] == "/orders?view=all"
    assert visitor.get("/orders").status_code == 200
    assert kinds(site).count(EventKind.TWO_STEPS_ON) == 1


def test_a_code_of_the_neighbouring_period_is_accepted_and_none_twice(site: Site) -> None:
    secret, _ = turned_on(site, site.logged_in("rina"))
    site.clock.later(timedelta(minutes=5))
    for later, status in ((-60, 422), (60, 422), (-30, 303), (-30, 422), (0, 303), (0, 422), (30, 303), (0, 422)):
        visitor = with_password(site, "rina")
        assert visitor.post("/login/code", {"code": code(site, secret, later)}).status_code == status, later
        site.store.write(lambda uow: uow.login_attempts.forget(*[site.clock.now() + timedelta(days=1)] * 2))


def test_the_code_that_turned_it_on_does_not_log_in(site: Site) -> None:
    rina = site.logged_in("rina")
    secret = begun(rina)
    used = code(site, secret)
    assert rina.post(f"{PAGE}/confirm", {"code": used}).status_code == 200
    assert with_password(site, "rina").post("/login/code", {"code": used}).status_code == 422


def test_a_wrong_code_turns_nothing_on(site: Site) -> None:
    rina = site.logged_in("rina")
    assert rina.post(f"{PAGE}/confirm", {"code": "123456"}).status_code == 422, "nothing was begun"
    secret = begun(rina)
    for wrong in ("", "12345", "abcdef", "123 4567", code(site, secret, 120)):
        assert rina.post(f"{PAGE}/confirm", {"code": wrong}).status_code == 422
    assert site.visitor().log_in("rina").headers["location"] == "/"
    spaced = f"{code(site, secret)[:3]} {code(site, secret)[3:]}"
    assert rina.post(f"{PAGE}/confirm", {"code": spaced}).status_code == 200


def test_a_recovery_code_works_once_and_few_left_is_said(site: Site) -> None:
    _, recovery = turned_on(site, site.logged_in("rina"))
    for place, one in enumerate(recovery[:7]):
        visitor = with_password(site, "rina")
        typed = one.upper().replace("-", " ") if place % 2 else one
        assert visitor.post("/login/code", {"code": typed}).status_code == 303
        assert f"Sisa {RECOVERY_CODES - place - 1} kode" in visitor.get("/orders").text
        assert with_password(site, "rina").post("/login/code", {"code": one}).status_code == 422
    assert "hampir habis" in visitor.get(PAGE).text
    new = re.findall(r"<li><code>([a-z2-9-]{29})</code></li>", visitor.post(f"{PAGE}/codes").text)
    assert len(new) == RECOVERY_CODES
    assert with_password(site, "rina").post("/login/code", {"code": recovery[9]}).status_code == 422
    assert with_password(site, "rina").post("/login/code", {"code": new[0]}).status_code == 303
    assert kinds(site).count(EventKind.RECOVERY_CODE_USED) == 8


def test_wrong_codes_lock_the_account_as_wrong_passwords_do(site: Site) -> None:
    secret, _ = turned_on(site, site.logged_in("rina"))
    thief = with_password(site, "rina", "203.0.113.5")
    for tried in range(TRIES):
        if tried == TRIES - 2:
            thief = with_password(site, "rina", "203.0.113.5")  # the right password forgets no failure
        assert thief.post("/login/code", {"code": f"{tried:06}"}).status_code == 422
    assert thief.post("/login/code", {"code": code(site, secret)}).status_code == 429, "locked, even with the right one"
    assert site.visitor("203.0.113.5").log_in("rina").status_code == 429
    assert EventKind.LOCKED in kinds(site)
    owner = with_password(site, "rina", "198.51.100.7")
    assert owner.post("/login/code", {"code": code(site, secret)}).status_code == 303


@pytest.mark.parametrize("what", ["late", "another browser", "another password", "kept out", "used", "reset"])
def test_a_login_that_waits_for_its_code_ends(site: Site, what: str) -> None:
    rina = site.people["rina"]
    secret, _ = turned_on(site, site.logged_in("rina"))
    visitor = with_password(site, "rina")
    typed = code(site, secret)
    changes: dict[str, dict[str, Any]] = {
        "another password": {"password_hash": QuickPasswords().hash("lain")},
        "kept out": {"active": False},
    }
    if what == "late":
        site.clock.later(timedelta(minutes=5))
        typed = code(site, secret)
    elif what == "another browser":
        visitor = site.visitor()
        visitor.get("/login")
    elif what == "used":
        ticket = visitor.client.cookies["sikpro_ticket"]
        assert visitor.post("/login/code", {"code": typed}).status_code == 303
        visitor = site.visitor()
        visitor.get("/login")
        visitor.client.cookies.set("sikpro_ticket", ticket)
        typed = code(site, secret, 30)
    elif what == "reset":
        site.store.write(lambda uow: uow.second_steps.drop(rina.id))
    else:
        site.store.write(lambda uow: uow.people.save(evolve(uow.people.get(rina.id), **changes[what])))
    assert visitor.get("/login/code").headers["location"] == "/login"
    assert visitor.post("/login/code", {"code": typed}).headers["location"] == "/login"
    assert visitor.client.cookies.get("sikpro_session") is None


def test_the_session_over_a_page_begins_with_the_code_too_and_the_page_stays(site: Site) -> None:
    secret, _ = turned_on(site, site.logged_in("rina"))
    visitor = site.visitor()
    visitor.get("/login")
    over = {"HX-Request": "true", "HX-Target": "ended"}
    asked = visitor.post("/login", {"username": "rina", "password": PASSWORD}, headers=over)
    assert 'action="/login/code"' in asked.text
    assert "data-log-in" in asked.text
    wrong = visitor.post("/login/code", {"code": "000000"}, headers=over)
    assert (wrong.status_code, 'action="/login/code"' in wrong.text) == (422, True)
    back = visitor.post("/login/code", {"code": code(site, secret)}, headers=over)
    assert f'data-back-person="{site.people["rina"].id}"' in back.text
    late = with_password(site, "rina")
    site.clock.later(timedelta(minutes=5))
    assert 'action="/login"' in late.post("/login/code", {"code": code(site, secret)}, headers=over).text


def test_a_device_of_ones_own_is_asked_for_the_code_too(site: Site) -> None:
    rina = site.logged_in("rina")
    secret, _ = turned_on(site, rina)
    rina.post("/logout")
    assert rina.log_in("rina").headers["location"].startswith("/login/code")
    assert rina.post("/login/code", {"code": code(site, secret)}).status_code == 303
    [session] = site.store.read(lambda uow: uow.sessions.of_person(site.people["rina"].id))
    assert session.own_device


def test_the_picture_is_for_its_owner_while_the_secret_is_not_on(site: Site) -> None:
    rina, tono = site.logged_in("rina"), site.logged_in("tono")
    assert rina.get(f"{PAGE}/picture.svg").status_code == 404
    secret = begun(rina)
    picture = rina.get(f"{PAGE}/picture.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.headers["cache-control"] == "no-store"
    assert "<svg" in picture.text
    assert " style=" not in picture.text, "the policy of a page of ours"
    assert tono.get(f"{PAGE}/picture.svg").status_code == 404
    site.clock.later(timedelta(minutes=11))
    assert rina.get(f"{PAGE}/picture.svg").status_code == 404
    assert secret not in rina.get(PAGE).text.replace(" ", ""), "an open session alone shows no secret"
    assert site.visitor().get(f"{PAGE}/picture.svg").headers["location"].startswith("/login")


def test_it_is_turned_off_with_the_password_and_other_sessions_end(site: Site) -> None:
    rina = site.logged_in("rina")
    secret, _ = turned_on(site, rina)
    other = with_password(site, "rina")
    other.post("/login/code", {"code": code(site, secret)})
    assert rina.post(f"{PAGE}/begin").status_code == 422, "one that is on is not replaced"
    assert rina.post(f"{PAGE}/off").headers["location"] == PAGE
    assert other.get("/orders").headers["location"].startswith("/login")
    assert site.visitor().log_in("rina").headers["location"] == "/"
    assert EventKind.TWO_STEPS_OFF in kinds(site)


def test_an_admin_resets_it_for_somebody_which_is_recorded_and_said_in_their_telegram(site: Site) -> None:
    rina = site.people["rina"]
    site.store.write(lambda uow: uow.people.save(evolve(uow.people.get(rina.id), telegram_id=4242)))
    visitor, admin = site.logged_in("rina"), site.logged_in("admin")
    path = f"/people/{rina.id}"
    assert "Reset login dua langkah" not in admin.get(path).text
    assert admin.post(f"{path}/two-steps/reset").status_code == 422
    turned_on(site, visitor)
    assert "Reset login dua langkah" in admin.get(path).text
    leader = site.logged_in("bagus")
    assert leader.post(f"{path}/two-steps/reset").status_code == 403
    assert admin.post(f"{path}/two-steps/reset").headers["location"] == path
    assert visitor.get("/orders").headers["location"].startswith("/login")
    assert site.visitor().log_in("rina").headers["location"] == "/"
    event = site.store.read(lambda uow: uow.security_events.page(EventFilter(), before=None, limit=9))[1]
    assert (event.kind, event.actor) == (EventKind.TWO_STEPS_RESET, site.people["admin"].id)
    said = site.store.read(lambda uow: uow.outbox.get(1))
    assert (said.message.chat_id, "direset oleh Admin" in said.message.text) == (4242, True)
    own = f"/people/{site.people['admin'].id}/two-steps/reset"
    turned_on(site, admin)
    assert admin.post(own).status_code == 403, "one's own is turned off, with the profile"


def test_an_installation_that_wants_it_of_admins_leads_them_there_first(site: Site) -> None:
    admin, other = site.logged_in("admin"), site.visitor()
    site.store.write(
        lambda uow: uow.people.save(evolve(uow.people.get(site.people["sari"].id), role=site.people["admin"].role))
    )
    form = settings_of(admin.get("/settings").text) | {"admins_two_steps": "1"}
    refused = admin.post("/settings", form)
    assert refused.status_code == 422
    assert "Aktifkan login dua langkah Anda sendiri dulu" in refused.text
    turned_on(site, admin)
    assert admin.post("/settings", form).status_code == 303
    assert 'name="admins_two_steps" value="1" aria-describedby="admins-two-steps-note" checked' in admin.get(
        "/settings"
    ).text.replace("\n", "")
    assert admin.get("/users").status_code == 200

    other.log_in("sari")
    assert other.get("/users").headers["location"] == "/profile/two-steps?next=/users"
    assert other.post("/orders/1/take", {"feedback": "pagar hijau"}).status_code == 403
    assert "pagar hijau" in other.post("/orders/1/take", {"feedback": "pagar hijau"}).text
    part = other.get("/orders", hx_request="true")
    assert (part.status_code, part.headers["hx-retarget"]) == (403, "#ended")
    assert other.get("/password").status_code == 200
    turned_on(site, other)
    assert other.get("/users").status_code == 200
    assert site.logged_in("rina").get("/orders").status_code == 200, "only admins"


def settings_of(page: str) -> dict[str, str]:
    """The entries of the form of the settings as the page has them."""
    inputs = re.findall(r'<input type="text" id="f-([a-z_0-9]+)"[^>]*? value="([^"]*)"', page)
    assert inputs
    return {name: unescape(value) for name, value in inputs} | {"duplicate_mode": "number"}


def stale(site: Site, username: str) -> Visitor:
    """Somebody whose password was given eleven minutes ago."""
    visitor = site.logged_in(username)
    site.clock.later(timedelta(minutes=11))
    visitor.get("/profile")
    return visitor


ACTS: dict[str, Callable[[Site], tuple[str, dict[str, str]]]] = {
    "a password": lambda site: (f"/people/{site.people['rina'].id}/password", {}),
    "an account": lambda site: ("/users", {"name": "Baru <i>", "username": "baru", "role": "helpdesk"}),
    "a role": lambda site: (
        f"/people/{site.people['rina'].id}",
        ENTRIES | {"name": "Rina", "username": "rina", "role": "admin", "language": "id", "version": "1"},
    ),
    "two steps": lambda _: (f"{PAGE}/begin", {}),
}


@pytest.mark.parametrize("act", ACTS)
def test_the_password_is_needed_again_after_ten_minutes_and_what_was_typed_goes_on(site: Site, act: str) -> None:
    admin = stale(site, "admin")
    path, typed = ACTS[act](site)

    def state() -> object:
        return site.store.read(
            lambda uow: (uow.people.all(), [uow.second_steps.of(person.id) for person in uow.people.all()])
        )

    before = state()
    asked = admin.post(path, typed)
    assert asked.status_code == 401
    wrong = admin.post(path, entries(asked) | {"own_password": "salah"})
    assert (wrong.status_code, "Kata sandi Anda salah" in wrong.text) == (422, True)
    assert state() == before
    assert [entries(page) | {"csrf": ""} for page in (wrong, asked)] == [{"csrf": "", **typed}] * 2
    assert admin.post(path, entries(wrong) | {"own_password": PASSWORD}).status_code in {200, 303}
    changed = state()
    assert changed != before
    if act == "a password":
        assert admin.post(path, typed).status_code == 200, "for ten minutes it is enough"


def entries(page: httpx.Response) -> dict[str, str]:
    """What the page that asks for the password keeps."""
    form = page.text.partition('class="panel narrow')[2].partition("</form>")[0]
    kept = re.findall(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', form, re.DOTALL)
    token = re.findall(r'name="(csrf)" value="([^"]+)"', form)
    return {name: unescape(text) for name, text in [*token, *kept]}


def test_wrong_passwords_in_a_session_lock_it_like_a_login(site: Site) -> None:
    admin = stale(site, "admin")
    path, typed = ACTS["a password"](site)
    for _ in range(TRIES):
        assert admin.post(path, typed | {"own_password": "salah"}).status_code == 422
    assert admin.post(path, typed | {"own_password": PASSWORD}).status_code == 429
    change = {"current": PASSWORD, "new": "sandi-yang-baru", "again": "sandi-yang-baru"}
    assert admin.post("/password", change).status_code == 429
    assert admin.get("/orders").status_code == 200, "the session goes on"
    site.clock.later(timedelta(minutes=16))
    assert admin.post("/password", change).status_code == 303


def test_what_gives_no_role_asks_for_nothing(site: Site) -> None:
    admin = stale(site, "admin")
    agus = site.people["agus"]
    typed = ENTRIES | {"name": "Agus S.", "technician_code": "F5SDA446", "language": "id", "version": "1"}
    assert admin.post(f"/people/{agus.id}", typed).status_code == 303
    assert admin.post(f"/people/{agus.id}/active", {"active": "no"}).status_code == 303
    assert admin.post(f"/people/{site.people['rina'].id}/active", {"active": "no"}).status_code == 303
    assert admin.post(f"/people/{site.people['rina'].id}/active", {"active": "yes"}).status_code == 401


def test_a_form_shows_the_entry_for_the_password_when_it_will_be_needed(site: Site) -> None:
    admin = site.logged_in("admin")
    assert 'name="own_password"' not in admin.get("/users").text
    site.clock.later(timedelta(minutes=11))
    assert 'name="own_password"' in admin.get("/users").text
    _, typed = ACTS["an account"](site)
    assert admin.post("/users", typed | {"own_password": PASSWORD}).status_code == 200


def test_a_password_that_was_reset_leaves_the_second_step_on(site: Site) -> None:
    rina, admin = site.logged_in("rina"), site.logged_in("admin")
    secret, _ = turned_on(site, rina)
    shown = re.search(r'data-copy="([a-z2-9]{12})"', admin.post(f"/people/{site.people['rina'].id}/password").text)
    assert shown
    visitor = site.visitor()
    assert visitor.log_in("rina", shown[1]).headers["location"] == "/login/code"
    assert visitor.post("/login/code", {"code": code(site, secret)}).headers["location"] == "/password"
