"""Logging in and out: whose session it is, how long it lives, and what a guesser gets."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from attrs import evolve

from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.adapters.memory import MemoryTransactions
from sikpro.adapters.web.account.logins import TRIES, TRIES_OF_ACCOUNT, TRIES_OF_ADDRESS
from sikpro.adapters.web.site.security import session_id
from sikpro.domain.installation import SessionTimes
from sikpro.testing.fakes import QuickPasswords
from tests.integration.web.console import PASSWORD, Site, running_site


def test_the_right_password_leads_to_the_queue(site: Site) -> None:
    visitor = site.visitor()
    assert visitor.get("/").headers["location"] == "/login"
    response = visitor.log_in("rina")
    assert (response.status_code, response.headers["location"]) == (303, "/")
    assert "Antrean" in visitor.get("/orders").text


@pytest.mark.parametrize(
    ("username", "main"),
    [("rina", "/orders"), ("bagus", "/dashboard"), ("sari", "/dashboard"), ("admin", "/dashboard")],
)
def test_who_works_the_queue_begins_there_and_who_answers_for_it_at_the_dashboard(
    page_site: Site, username: str, main: str
) -> None:
    visitor = page_site.visitor()
    assert visitor.log_in(username).headers["location"] == "/"
    assert visitor.get("/").headers["location"] == main
    assert visitor.get("/login").headers["location"] == "/"
    asked = page_site.visitor().log_in(username, next="/orders?view=all")
    assert asked.headers["location"] == "/orders?view=all", "whoever was on their way somewhere goes on"


def test_upper_case_and_blanks_in_a_user_name_do_not_matter(site: Site) -> None:
    assert site.visitor().log_in(" RINA ").status_code == 303


@pytest.mark.parametrize("username", ["rina", "nobody", "", "budi", "%", "' or 1=1 --", "🙂" * 100])
def test_a_wrong_password_and_an_unknown_name_are_told_alike(page_site: Site, username: str) -> None:
    response = page_site.visitor().log_in(username, "salah")
    assert response.status_code == 422
    assert "Nama pengguna atau kata sandi salah." in response.text
    assert "sikpro_session" not in response.headers.get("set-cookie", "")


def test_an_account_that_is_not_active_does_not_get_in_and_one_that_was_gets_out(site: Site) -> None:
    visitor = site.logged_in("rina")
    rina = site.people["rina"]
    site.store.write(lambda uow: uow.people.save(evolve(uow.people.get(rina.id), active=False)))
    assert visitor.get("/orders").status_code == 303
    assert site.visitor().log_in("rina").status_code == 422


def test_a_session_of_the_visitors_own_making_is_not_adopted(site: Site) -> None:
    visitor = site.visitor()
    planted = "A" * 43
    visitor.client.cookies.set("sikpro_session", planted)
    visitor.log_in("rina")
    assert visitor.client.cookies.get("sikpro_session", domain="127.0.0.1") != planted
    assert site.store.read(lambda uow: uow.sessions.get(session_id(planted))) is None


def test_every_login_has_a_token_of_its_own_and_only_its_hash_is_stored(site: Site) -> None:
    first, second = site.logged_in("rina"), site.logged_in("rina")
    tokens = {visitor.client.cookies["sikpro_session"] for visitor in (first, second)}
    assert len(tokens) == 2
    for token in tokens:
        known = site.store.read(lambda uow: {key: uow.sessions.get(key) for key in (token, session_id(token))})  # noqa: B023  # called at once
        assert known[token] is None
        assert known[session_id(token)] is not None


def test_the_session_cookie_is_for_the_server_alone(page_site: Site) -> None:
    cookie = page_site.visitor().log_in("rina").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


def test_nothing_is_stored_for_a_visitor_who_has_not_logged_in(page_site: Site) -> None:
    visitor = page_site.visitor()
    for path in ("/", "/login", "/nix", "/orders"):
        visitor.get(path)
    assert visitor.client.cookies.get("sikpro_session") is None


def test_logging_out_ends_the_session_for_good(site: Site) -> None:
    visitor = site.logged_in("rina")
    token = visitor.client.cookies["sikpro_session"]
    answer = visitor.post("/logout")
    assert (answer.headers["location"], answer.headers["clear-site-data"]) == ("/login", '"cache"')
    visitor.client.cookies.set("sikpro_session", token)
    assert visitor.get("/orders").headers["location"] == "/login?next=/orders"


def test_a_request_under_way_at_logout_does_not_bring_the_session_back(site: Site) -> None:
    visitor = site.logged_in("rina")
    key = session_id(visitor.client.cookies["sikpro_session"])
    visitor.post("/logout")
    site.store.write(lambda uow: uow.sessions.touch(key, site.clock.now() + timedelta(minutes=5)))
    assert site.store.read(lambda uow: uow.sessions.get(key)) is None


def test_a_session_ends_after_a_night_without_use_and_a_shift_is_no_night(page_site: Site) -> None:
    visitor = page_site.visitor()
    visitor.log_in("rina", own_device="")
    for _ in range(2):
        page_site.clock.later(timedelta(hours=12))
        assert visitor.get("/orders").status_code == 200
    page_site.clock.later(timedelta(hours=12, minutes=1))
    assert visitor.get("/orders").headers["location"] == "/login?next=/orders"


def test_an_open_page_that_fetches_what_changed_does_not_use_the_session(page_site: Site) -> None:
    visitor = page_site.visitor()
    visitor.log_in("rina", own_device="")
    for _ in range(11):
        page_site.clock.later(timedelta(hours=1))
        assert visitor.get("/orders", hx_request="true", x_live="1").status_code == 200
        assert visitor.get("/bot").status_code == 200
    page_site.clock.later(timedelta(hours=2))
    assert visitor.get("/orders", hx_request="true", x_live="1").status_code == 401


def test_a_session_of_thirty_days_waits_for_four_hours_without_use(page_site: Site) -> None:
    visitor = page_site.logged_in("rina")
    for _ in range(3):
        page_site.clock.later(timedelta(days=10))
        assert visitor.get("/orders").status_code == 200
    for _ in range(3):
        page_site.clock.later(timedelta(hours=3, minutes=59))
        assert visitor.get("/orders").status_code == 200, "in the middle of a shift"
    page_site.clock.later(timedelta(hours=4))
    assert visitor.get("/orders").headers["location"] == "/login?next=/orders"


def test_a_session_ends_as_the_installation_set_it(page_site: Site) -> None:
    page_site.store.write(
        lambda uow: uow.installation.put(
            evolve(
                uow.installation.get(),
                sessions=SessionTimes(
                    unused=timedelta(hours=3),
                    unused_on_own_device=timedelta(days=1),
                    longest=timedelta(days=2),
                    no_shift=timedelta(hours=2),
                ),
            )
        )
    )
    shared, own = page_site.visitor(), page_site.logged_in("rina")
    shared.log_in("rina", own_device="")
    page_site.clock.later(timedelta(hours=3, minutes=1))
    assert (shared.get("/orders").status_code, own.get("/orders").status_code) == (303, 200)
    for span in (timedelta(days=1), timedelta(hours=20), timedelta(hours=1, minutes=59)):
        page_site.clock.later(span)
        assert own.get("/orders").status_code == 200
    page_site.clock.later(timedelta(hours=2))
    assert own.get("/orders").status_code == 303, "two days are over, and no shift is"


def test_a_session_on_ones_own_device_ends_after_two_weeks_and_leads_back_after_the_login(site: Site) -> None:
    visitor = site.logged_in("rina")
    site.clock.later(timedelta(days=14))
    assert visitor.get("/orders").status_code == 200
    site.clock.later(timedelta(days=14, minutes=1))
    response = visitor.get("/orders?view=mine")
    assert response.headers["location"] == "/login?next=/orders%3Fview%3Dmine"
    page = visitor.get(response.headers["location"])
    assert "Sesi Anda sudah berakhir" in page.text
    again = visitor.post("/login", {"username": "rina", "password": PASSWORD, "next": "/orders?view=mine"})
    assert again.headers["location"] == "/orders?view=mine"


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/a\r\nset-cookie: x=1",
        "http:evil.example",
        "",
        "///evil.example",
        "/é",
    ],
)
def test_a_login_leads_to_pages_of_ours_alone(page_site: Site, target: str) -> None:
    assert page_site.visitor().log_in("rina", next=target).headers["location"] == "/"
    visitor = page_site.logged_in("rina")
    assert visitor.client.get("/login", params={"next": target}).headers["location"] == "/"


def test_guessing_an_account_from_one_address_locks_it_there_and_nowhere_else(site: Site) -> None:
    stranger = site.visitor("203.0.113.5")
    for _ in range(TRIES):
        assert stranger.log_in("rina", "salah").status_code == 422
    assert stranger.log_in("rina", "salah").status_code == 429
    assert stranger.log_in("rina", PASSWORD).status_code == 429, "locked, even with the right one"
    assert site.visitor("198.51.100.7").log_in("rina").status_code == 303, "the owner still gets in"
    site.clock.later(timedelta(minutes=16))
    assert stranger.log_in("rina").status_code == 303


def test_guessing_many_accounts_from_one_address_locks_the_address(page_site: Site) -> None:
    stranger = page_site.visitor("2001:db8::1")
    for number in range(TRIES_OF_ADDRESS):
        assert stranger.log_in(f"user{number}", "salah").status_code == 422
    assert stranger.log_in("rina").status_code == 429
    assert page_site.visitor("2001:db8::2").log_in("rina").status_code == 429, "the same subscriber"
    assert page_site.visitor("2001:db8:1::2").log_in("rina").status_code == 303


def test_a_name_in_other_letters_that_logs_in_as_the_account_counts_as_it(page_site: Site) -> None:
    stranger = page_site.visitor("203.0.113.6")
    for number in range(TRIES):
        assert stranger.log_in("\u017fari" if number % 2 else " SARI", "salah").status_code == 422
    assert stranger.log_in("\u017fari").status_code == 429
    assert stranger.log_in("sari").status_code == 429


def test_guessing_from_many_addresses_locks_strangers_out_and_not_the_device_of_the_owner(page_site: Site) -> None:
    owner = page_site.logged_in("tono")
    other = page_site.logged_in("rina")
    owner.post("/logout")
    for number in range(TRIES_OF_ACCOUNT):
        stranger = page_site.visitor(f"203.0.113.{100 + number // (TRIES - 1)}")
        assert stranger.log_in("tono", "salah").status_code == 422
    assert page_site.visitor("198.51.100.8").log_in("tono").status_code == 429
    other.post("/logout")
    assert other.log_in("tono").status_code == 429, "a device that knows somebody else"
    owner.client.headers["x-test-address"] = "198.51.100.9"
    assert owner.log_in("tono").status_code == 303, "from wherever they are"


def test_a_device_remembers_all_who_share_it_and_counts_the_failures_of_each(page_site: Site) -> None:
    device = page_site.visitor("203.0.113.7")
    for username in ("rina", "tono", "rina"):
        assert device.log_in(username).status_code == 303
        device.post("/logout")
    stranger = page_site.visitor("203.0.113.7")
    for number in range(TRIES_OF_ADDRESS):
        stranger.log_in(f"user{number}", "salah")
    assert stranger.log_in("tono").status_code == 429
    for _ in range(TRIES):
        assert device.log_in("rina", "salah").status_code == 422
    assert device.log_in("rina").status_code == 429
    assert device.log_in("tono").status_code == 303


def test_logins_at_once_are_no_failures_and_guesses_at_once_all_count(page_site: Site) -> None:
    def at_once(password: str) -> list[int]:
        visitors = [page_site.visitor("203.0.113.8") for _ in range(4 * TRIES)]
        for visitor in visitors:
            visitor.get("/login")
        form = {"username": "rina", "password": password}
        with ThreadPoolExecutor(len(visitors)) as threads:
            return [one.status_code for one in threads.map(lambda visitor: visitor.post("/login", form), visitors)]

    assert set(at_once(PASSWORD)) == {303}
    assert sorted(at_once("salah")) == [422] * TRIES + [429] * 3 * TRIES


def test_a_login_that_succeeds_forgets_the_failures_before_it(page_site: Site) -> None:
    for _ in range(3):
        visitor = page_site.visitor()
        for _ in range(TRIES - 1):
            assert visitor.log_in("rina", "salah").status_code == 422
        assert visitor.log_in("rina").status_code == 303


def test_a_one_time_password_has_to_be_changed_first(site: Site) -> None:
    rina = site.people["rina"]
    site.store.write(lambda uow: uow.people.save(evolve(uow.people.get(rina.id), must_change_password=True)))
    other, visitor = site.logged_in("rina"), site.visitor()
    assert visitor.log_in("rina").headers["location"] == "/password"
    assert visitor.get("/orders").headers["location"] == "/password?next=/orders"
    visitor.get("/password")
    form = {"current": PASSWORD, "new": "sandi-yang-baru", "again": "sandi-yang-baru"}
    for wrong in ({"current": "x"}, {"again": "x"}, {"new": "pendek", "again": "pendek"}, {"new": "ü" * 201}):
        assert visitor.post("/password", form | wrong).status_code == 422
    assert visitor.post("/password", form | {"new": PASSWORD, "again": PASSWORD}).status_code == 422
    assert visitor.post("/password", form).headers["location"] == "/"
    assert visitor.get("/orders").status_code == 200
    assert other.get("/orders").status_code == 303, "the other sessions have ended"
    stored = site.store.read(lambda uow: uow.people.get(rina.id))
    assert stored.password_hash == QuickPasswords().hash("sandi-yang-baru")


@pytest.mark.parametrize("jump", [timedelta(hours=13), timedelta(days=365)], ids=str)
def test_a_clock_that_jumps_forward_logs_nobody_out_and_opens_no_lock(jump: timedelta) -> None:
    live, steps = LocalLiveEvents(), list[datetime]()

    def jumped(since: datetime) -> timedelta:
        return sum((jump for at in steps if since < at), timedelta())

    with running_site(MemoryTransactions(live), live, jumped=jumped) as site:
        rina, other = site.logged_in("rina"), site.visitor("9.9.9.9")
        other.get("/login")
        for _ in range(TRIES):
            other.post("/login", {"username": "tono", "password": "salah"})
        site.clock.later(jump)
        steps.append(site.clock.at)
        assert rina.get("/orders").status_code == 200
        assert other.post("/login", {"username": "tono", "password": PASSWORD}).status_code == 429
        site.clock.later(days=15)
        assert rina.get("/orders").status_code == 303, "what passed since counts"
