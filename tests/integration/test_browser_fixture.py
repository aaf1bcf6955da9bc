"""The browser of the tests itself: it lives beside asynchronous tests, and a page that complains fails its test."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.integration.browser import PHONE, ChromiumRun, NewPage, open_pages

PAGES = {
    "/": (200, "<!doctype html><link rel=icon href=data:,><title>Halo</title><h1>Halo</h1>"),
    "/gone": (404, "<!doctype html><link rel=icon href=data:,><title>Tidak ada</title>"),
    "/inline": (200, "<!doctype html><link rel=icon href=data:,><script>document.title = 'ran'</script>"),
    "/throws.html": (200, "<!doctype html><link rel=icon href=data:,><script src=/throws.js></script>"),
    "/throws.js": (200, "setTimeout(() => { throw new Error('oh') }); console.error('no')"),
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, text = PAGES[self.path]
        self.send_response(status)
        self.send_header("Content-Type", "text/javascript" if self.path.endswith(".js") else "text/html")
        self.send_header("Content-Security-Policy", "default-src 'self'; img-src data:")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_page_has_the_size_theme_and_language_asked_for(new_page: NewPage, site: str) -> None:
    page = new_page(viewport=PHONE, theme="dark", base_url=site)
    page.goto("/")
    assert page.title() == "Halo"
    assert page.evaluate("[innerWidth, matchMedia('(prefers-color-scheme: dark)').matches, navigator.language]") == [
        PHONE[0],
        True,
        "id-ID",
    ]


async def test_an_asynchronous_test_runs_while_the_browser_is_open() -> None:
    await asyncio.sleep(0)


def test_a_status_that_is_expected_is_no_complaint(new_page: NewPage, site: str) -> None:
    new_page(expect={404}).goto(f"{site}/gone")


async def test_an_asynchronous_test_runs_between_pages() -> None:
    assert await asyncio.to_thread(lambda: 1) == 1


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("/gone", "status 404"),
        ("/inline", "CSP violation: script-src-elem blocked inline"),
        ("/throws.html", "uncaught: oh"),
        ("/throws.html", "console: no"),
    ],
)
def test_a_page_that_complains_fails_its_test(path: str, complaint: str, site: str, chromium: ChromiumRun) -> None:
    pages = open_pages(chromium)
    page = next(pages)()
    # What is thrown comes after the page has loaded, on a busy machine long after.
    with page.expect_event("pageerror") if "throws" in path else nullcontext():
        page.goto(site + path)
    with pytest.raises(pytest.fail.Exception, match=complaint):
        next(pages)
