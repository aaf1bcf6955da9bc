"""What every response has, what every form must bring, and what a broken one gets."""

import socket
from datetime import timedelta
from importlib.metadata import version
from io import BytesIO

import httpx
import pytest
from PIL import Image

from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.adapters.memory import MemoryTransactions
from sikpro.adapters.web.site.assets import static
from sikpro.adapters.web.site.forms import MOST_FIELDS
from sikpro.application.ports.storage import StorageRejected, StorageUnavailable
from tests.integration.web.console import Site, running_site

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "manifest-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/login", 200),
        ("GET", "/", 303),
        ("GET", "/nix", 404),
        ("GET", "/nix/%00/%ff", 404),
        ("DELETE", "/login", 405),
        ("GET", "/logout", 405),
        ("POST", "/login", 403),
        ("GET", "/healthz", 200),
        ("GET", "/static/x/../../app.py", 404),
        ("GET", "/static/x/%2e%2e/app.py", 404),
        ("GET", "/live", 401),
    ],
)
def test_every_response_has_the_security_headers(page_site: Site, method: str, path: str, status: int) -> None:
    response = page_site.visitor().client.request(method, path)
    assert response.status_code == status
    assert response.headers["content-security-policy"] == POLICY
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "same-origin"
    assert "geolocation=()" in response.headers["permissions-policy"]
    assert response.headers["cache-control"] == "no-store"


def test_a_failure_of_ours_is_a_page_of_ours_with_the_headers(page_site: Site) -> None:
    visitor = page_site.logged_in("rina")
    page_site.store.fault = RuntimeError("a bug")
    response = visitor.get("/orders")
    assert response.status_code == 500
    assert "Ada yang salah di sistem" in response.text
    assert response.headers["content-security-policy"] == POLICY


def test_a_database_that_is_away_is_said_and_logs_nobody_out(page_site: Site) -> None:
    visitor = page_site.logged_in("rina")
    page_site.store.fault = StorageUnavailable("disk full")
    for path in ("/orders", "/login"):
        response = visitor.get(path)
        assert response.status_code == 503
        assert "Database belum bisa dijangkau" in response.text
    page_site.store.fault = None
    assert visitor.get("/orders").status_code == 200


def test_what_the_database_refuses_is_the_forms_fault(page_site: Site) -> None:
    visitor = page_site.logged_in("rina")
    page_site.store.fault = StorageRejected("too odd")
    assert visitor.get("/orders").status_code == 422


def test_the_version_is_for_those_who_are_signed_in(page_site: Site) -> None:
    visitor = page_site.visitor()
    assert not any(version("sikpro") in visitor.get(path).text for path in ("/login", "/nix", "/healthz"))
    assert f"SIKPRO {version('sikpro')}" in page_site.logged_in("rina").get("/profile").text


def test_browsers_keep_to_https_where_cookies_do_and_nowhere_else() -> None:
    for secure, expected in ((True, "max-age=31536000; includeSubDomains"), (False, None)):
        live = LocalLiveEvents()
        with running_site(MemoryTransactions(live), live, secure_cookies=secure) as site:
            for path in ("/login", "/nix", "/healthz"):
                assert site.visitor().get(path).headers.get("strict-transport-security") == expected


def test_a_request_with_two_lengths_is_refused_and_its_connection_closed(page_site: Site) -> None:
    with socket.create_connection(("127.0.0.1", httpx.URL(page_site.url).port or 0), timeout=20) as client:
        head = b"POST /login HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n"
        client.sendall(head + b"0\r\n\r\nGET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        told = client.makefile("rb").read()
    assert told.startswith(b"HTTP/1.1 400")
    assert told.count(b"HTTP/1.1") == 1


def test_a_form_of_too_many_fields_is_refused_before_they_are_read(page_site: Site) -> None:
    rina = page_site.logged_in("rina")
    rina.get("/profile")
    crowd = "&".join(["x=1"] * MOST_FIELDS)
    headers = {"content-type": "application/x-www-form-urlencoded"}
    refused = rina.client.post("/language", content=f"csrf={rina.csrf}&language=en&{crowd}", headers=headers)
    assert refused.status_code == 400
    kept = page_site.store.read(lambda uow: uow.people.get(page_site.people["rina"].id))
    assert kept.language == "id"


@pytest.mark.parametrize("token", ["", "0" * 64, "é" * 64, "🙂", "\ud800".encode("utf-8", "replace").decode()])
@pytest.mark.parametrize("path", ["/language", "/logout", "/orders/1/take", "/orders/1/status"])
def test_a_form_without_the_visitors_own_token_is_refused(page_site: Site, path: str, token: str) -> None:
    visitor = page_site.logged_in("rina")
    page_site.order()
    response = visitor.client.post(path, data={"csrf": token, "language": "en"})
    assert response.status_code == 403
    assert "Halaman ini sudah kedaluwarsa" in response.text
    assert visitor.get("/orders").status_code == 200, "still logged in"


def test_a_token_in_a_header_counts_and_an_odd_one_does_not(page_site: Site) -> None:
    visitor = page_site.logged_in("rina")
    good = visitor.client.post("/language", headers={"x-csrf-token": visitor.csrf}, data={"language": "en"})
    assert good.status_code == 303
    odd = visitor.client.post("/language", headers={b"x-csrf-token": "é".encode()}, data={"language": "id"})
    assert odd.status_code == 403


def test_another_visitors_token_is_refused(page_site: Site) -> None:
    rina, tono = page_site.logged_in("rina"), page_site.logged_in("tono")
    assert rina.client.post("/logout", data={"csrf": tono.csrf}).status_code == 403


def test_the_login_form_needs_the_token_of_its_page(page_site: Site) -> None:
    visitor = page_site.visitor()
    assert visitor.client.post("/login", data={"username": "rina"}).status_code == 403
    visitor.get("/login")
    visitor.client.cookies.clear()
    assert visitor.post("/login", {"username": "rina"}).status_code == 403


@pytest.mark.parametrize(
    "cookie", ["", "x", "é" * 43, "A" * 42, "A" * 44, "A" * 100_00, "%5B" * 2000, "a b;c=;;=", '"\\']
)
def test_odd_cookies_do_no_harm(page_site: Site, cookie: str) -> None:
    visitor = page_site.visitor()
    for name in ("session", "visitor", "theme", "language", "toast"):
        headers = {b"cookie": f"sikpro_{name}={cookie}".encode()}
        assert visitor.client.get("/login", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"csrf=%00", "application/x-www-form-urlencoded", 400),
        (b"reason=a%00b", "application/x-www-form-urlencoded", 400),
        (b"%ff%fe=%80", "application/x-www-form-urlencoded", 403),
        (b"nonsense", "multipart/form-data; boundary=x", 400),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x", 400),
        (b"nonsense", "multipart/form-data", 400),
        (b"{", "application/json", 403),
        (b"x=" + b"a" * 2_000_000, "application/x-www-form-urlencoded", 413),
        (b"&".join(b"a%d=1" % n for n in range(5000)), "application/x-www-form-urlencoded", 403),
    ],
)
def test_a_form_that_cannot_be_read_is_refused_by_a_page_of_ours(
    page_site: Site, content: bytes, kind: str, status: int
) -> None:
    visitor = page_site.logged_in("rina")
    response = visitor.client.post("/orders/1/delete", content=content, headers={"content-type": kind})
    assert response.status_code == status
    assert "SIKPRO" in response.text


@pytest.mark.parametrize("path", ["/orders/0", "/orders/999", f"/orders/{10**30}", "/orders/-1", "/orders/abc"])
def test_an_order_that_is_not_there_is_a_404(site: Site, path: str) -> None:
    response = site.logged_in("admin").get(path)
    assert response.status_code == 404
    assert "Tidak ditemukan" in response.text


@pytest.mark.parametrize(
    "query",
    [
        "view=nix&after=x",
        "after=2026-11-02T12:00:00~1",
        "after=2026-11-02T12:00:00%2B00:00~99999999999999999999",
        "q=%00",
        "q=" + "%F0%9F%99%82" * 500,
        "q=%25&type=%00&sto=%3Cscript%3E",
        "day=2026-02-30&month=0000-99",
        "helpdesk=9999999999999999999",
        "helpdesk=-1&channel=%E2%80%AE",
        "view=all&top=9999-12-31T23:59:59%2B00:00~1",
        "q=%ff&q=2",
    ],
)
def test_an_odd_address_of_the_queue_still_shows_a_queue(site: Site, query: str) -> None:
    site.order()
    assert site.logged_in("rina").get(f"/orders?{query}").status_code == 200


def test_static_files_are_kept_for_a_year_under_their_own_version(page_site: Site) -> None:
    visitor = page_site.visitor()
    response = visitor.get(static("site/console.css"))
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["content-type"] == "text/css; charset=utf-8"
    assert visitor.get("/static/older/site/console.css").headers["cache-control"] == "no-cache"
    assert visitor.get("/static/older/vendor/README.md").status_code == 404


def test_a_refusal_for_htmx_is_a_fragment_for_the_toasts(page_site: Site) -> None:
    visitor = page_site.logged_in("rina")
    response = visitor.get("/orders/999", hx_request="true")
    assert (response.status_code, response.headers["hx-retarget"]) == (404, "#toasts")
    assert response.headers["hx-reselect"] == ".toast", "what asked may select a part of its own"
    assert "<html" not in response.text


def test_htmx_without_a_session_is_told_where_the_login_page_is(page_site: Site) -> None:
    visitor = page_site.logged_in("rina")
    page_site.clock.later(timedelta(days=30))
    response = visitor.get("/orders", hx_request="true", referer=f"{page_site.url}/orders?view=mine")
    assert (response.status_code, response.headers["hx-retarget"]) == (401, "#ended")
    assert 'href="/login?next=/orders%3Fview%3Dmine"' in response.text


@pytest.mark.parametrize("path", ["/healthz", "/login", "/orders", "/nowhere"])
def test_head_answers_as_get_does_without_a_body(page_site: Site, path: str) -> None:
    visitor = page_site.visitor()
    got, asked = visitor.client.get(path), visitor.client.head(path)
    assert (asked.status_code, asked.content) == (got.status_code, b"")
    assert asked.headers["content-security-policy"] == got.headers["content-security-policy"]


def test_a_phone_can_install_the_console_as_an_app(page_site: Site) -> None:
    client = page_site.visitor().client
    assert 'rel="manifest" href="/manifest.webmanifest"' in client.get("/login").text
    told = client.get("/manifest.webmanifest")
    assert told.headers["content-type"].startswith("application/manifest+json")
    assert told.json()["display"] == "standalone"
    sizes = {}
    for one in told.json()["icons"]:
        picture = client.get(one["src"])
        assert picture.headers["content-type"] == one["type"]
        sizes[one["purpose"], one["sizes"]] = Image.open(BytesIO(picture.content)).size
    assert sizes == {(use, f"{n}x{n}"): (n, n) for use in ("any", "maskable") for n in (192, 512)}


def test_a_proxy_that_nobody_trusts_is_named_on_the_settings_page(page_site: Site) -> None:
    admin = page_site.logged_in("admin")
    assert "trusted_proxies" not in admin.get("/settings").text
    page_site.visitor("10.9.8.7").get("/login", x_forwarded_for="10.9.8.7")
    assert "trusted_proxies" not in admin.get("/settings").text, "the server has put the visitor's own address there"
    page_site.visitor("10.9.8.7").get("/login", x_forwarded_for="203.0.113.1, 203.0.113.2")
    page_site.visitor("10.9.8.8").get("/login", x_forwarded_for="203.0.113.1")
    assert "Permintaan dari 10.9.8.7 membawa X-Forwarded-For" in admin.get("/settings").text
