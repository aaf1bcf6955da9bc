"""What tests do on a page of the console before they come to what they are about."""

from playwright.sync_api import Page, expect

from tests.integration.web.console import CSRF, PASSWORD


def log_in(page: Page, username: str = "rina", *, at: str = "/") -> None:
    """Log somebody in without showing the form, and open a page; without an address, the one where their work is.

    The device is their own: a story may last days.
    """
    found = CSRF.search(page.request.get("/login").text())
    assert found
    form = {"csrf": found[1], "username": username, "password": PASSWORD, "own_device": "1"}
    assert page.request.post("/login", form=form, max_redirects=0).status == 303
    page.goto(at)


def connected(page: Page) -> None:
    """Wait until the page's stream is open, and what the page fetches on connecting has come."""
    expect(page.locator("html")).to_have_attribute("data-live", "on")
    page.wait_for_function("() => live.behind.size === 0")


def cut_off(page: Page) -> None:
    """Let the page hear nothing of what others do: what it shows is old from now on."""
    connected(page)
    page.evaluate("live.close()")


def painted(page: Page) -> None:
    """Wait until the order that is on its way is on the screen: keys before that are dropped, as they should be."""
    page.wait_for_function("""() => typeof flow === "undefined" || (!flow.busy && !flow.opening)""")


def press(page: Page, key: str) -> None:
    """Press a key as a person does, who presses none before the order is on the screen."""
    painted(page)
    page.keyboard.press(key)
