"""A real Chromium for tests, driven by Playwright's synchronous API; a page that complains fails its test.

Between two calls Playwright leaves its event loop marked as the thread's running one, so that a later asynchronous
test could not start its own. The mark is therefore put back only while a test has pages: synchronous browser tests
and asynchronous tests live in one run, in any order. A browser test itself must not be a coroutine.
"""

import asyncio
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Literal, Protocol

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Response, sync_playwright

from tests.integration.needs import need

EXECUTABLES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = (1280, 800)
PHONE = (390, 844)

REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", event => console.error(
    `CSP violation: ${event.effectiveDirective} blocked ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber}`
));
"""


class NewPage(Protocol):
    """Opens a page in a context of its own: no cookies, Indonesian, Jakarta's time.

    `expect` names the HTTP statuses from 400 on that the test provokes; every other one fails it, as do console
    errors, uncaught exceptions and violations of the content security policy.
    """

    def __call__(
        self,
        *,
        viewport: tuple[int, int] = DESKTOP,
        theme: Literal["light", "dark"] = "light",
        expect: Collection[int] = (),
        javascript: bool = True,
        base_url: str | None = None,
    ) -> Page: ...


@dataclass
class _Watch:
    """What went wrong on one page."""

    expected: frozenset[int]
    complaints: list[str] = field(default_factory=list)

    def on_console(self, message: ConsoleMessage) -> None:
        # A failed load is judged by its status, in on_response: the message names neither page nor reason.
        if message.type == "error" and "the server responded with a status of" not in message.text:
            self.complaints.append(f"console: {message.text}")

    def on_error(self, error: Error) -> None:
        self.complaints.append(f"uncaught: {error}")

    def on_response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.complaints.append(f"status {response.status}: {response.url}")


@dataclass(frozen=True)
class ChromiumRun:
    """The browser, and the loop that Playwright runs it on."""

    browser: Browser
    loop: asyncio.AbstractEventLoop


@pytest.fixture(scope="session")
def chromium() -> Iterator[ChromiumRun]:
    """One Chromium for the whole run, started by the first test that opens a page."""
    executable = next(filter(None, map(shutil.which, EXECUTABLES)), None)
    need(executable, "needs Chromium: apt install chromium")
    playwright = sync_playwright().start()
    loop = asyncio.get_running_loop()
    try:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        asyncio._set_running_loop(None)
        yield ChromiumRun(browser, loop)
        asyncio._set_running_loop(loop)
        browser.close()
    finally:
        playwright.stop()
        asyncio._set_running_loop(None)


def open_pages(chromium: ChromiumRun) -> Iterator[NewPage]:
    """The life of one test's pages: opened while it runs, closed and judged after it."""
    watches: list[_Watch] = []
    contexts = []

    def open_page(
        *,
        viewport: tuple[int, int] = DESKTOP,
        theme: Literal["light", "dark"] = "light",
        expect: Collection[int] = (),
        javascript: bool = True,
        base_url: str | None = None,
    ) -> Page:
        context = chromium.browser.new_context(
            viewport={"width": viewport[0], "height": viewport[1]},
            color_scheme=theme,
            has_touch=viewport[0] < 600,
            java_script_enabled=javascript,
            base_url=base_url,
            locale="id-ID",
            timezone_id="Asia/Jakarta",
            reduced_motion="reduce",
            accept_downloads=True,
        )
        contexts.append(context)
        context.add_init_script(REPORT_VIOLATIONS)
        watch = _Watch(frozenset(expect))
        watches.append(watch)
        page = context.new_page()
        page.on("console", watch.on_console)
        page.on("pageerror", watch.on_error)
        page.on("response", watch.on_response)
        return page

    asyncio._set_running_loop(chromium.loop)
    try:
        yield open_page
        for context in contexts:
            for page in context.pages:
                page.wait_for_timeout(0)  # lets events that are on their way arrive
            context.close()
    finally:
        asyncio._set_running_loop(None)
    complaints = [complaint for watch in watches for complaint in watch.complaints]
    if complaints:
        pytest.fail("the page complained:\n  " + "\n  ".join(complaints), pytrace=False)


@pytest.fixture
def new_page(chromium: ChromiumRun) -> Iterator[NewPage]:
    """Opens pages: `page = new_page(viewport=PHONE, theme="dark", expect={403})`; all are closed after the test."""
    yield from open_pages(chromium)
