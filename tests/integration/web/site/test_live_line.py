"""A queue page whose line to the server breaks: what it shows is the server's again, and it says what it knows."""

import re

from playwright.sync_api import expect

from tests.integration.browser import NewPage
from tests.integration.e2e.installation import wait_until
from tests.integration.web.console import Site
from tests.integration.web.pages import connected, log_in

LOSES_THE_LINE = """window.sources = []; const Source = EventSource;
window.EventSource = class extends Source { constructor(url) { super(url); window.sources.push(this); } };
window.cut = () => { const source = window.sources.at(-1); source.close(); source.onerror(); };"""


def test_after_each_cut_of_the_line_the_page_shows_what_the_server_has(page_site: Site, new_page: NewPage) -> None:
    page = new_page(base_url=page_site.url)
    page.add_init_script(LOSES_THE_LINE)
    log_in(page)
    connected(page)
    tono = page_site.logged_in("tono")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/live" in request.url else None)
    for number in range(1, 4):
        page.evaluate("window.cut()")
        order = page_site.order(f"SC10000{number}")
        if number > 1:
            tono.post(f"/orders/{order.id - 1}/status", {"status": "selesai"})
        note = page.locator("#live-note")
        expect(note).to_contain_text("Server tidak terjangkau sejak 19.")
        assert note.evaluate("note => getComputedStyle(note).position") == "fixed", "it is at the foot of the window"
        expect(note).to_contain_text("Tersambung lagi 19.")
        expect(page.locator("#queue [data-order]")).to_have_count(1)
        expect(page.locator(f"#order-{order.id}")).to_be_visible()
    assert all("after=" in url for url in asked), "it asks for what it missed"


def test_a_part_that_may_be_old_says_of_when_it_is(page_site: Site, new_page: NewPage) -> None:
    page = new_page(base_url=page_site.url)
    page.clock.install()
    log_in(page)
    connected(page)
    queue = page.locator("#queue")
    page.clock.run_for(300)
    wait_until(lambda: not queue.evaluate("part => live.behind.has(part)"), "what the connection fetched is shown", 10)
    page.route("**/live*", lambda route: route.abort())
    page.evaluate("live.close(); live.lose()")
    page.clock.run_for(9_000)
    assert queue.get_attribute("data-as-of") is None
    page.clock.run_for(5_000)
    expect(queue).to_have_attribute("data-as-of", re.compile(r"per 19\.\d\d\.\d\d"))
