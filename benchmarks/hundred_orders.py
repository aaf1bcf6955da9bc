"""A hundred orders by keyboard in Chromium: keys an order, and milliseconds from the key to the next order painted.

`python -m benchmarks.hundred_orders`. The console runs in this process on SQLite, with nobody else at work. Each of the
orders is in the list of one helpdesk; a status key and Enter answer it, and the next one opens. The time is from the
press of Enter, on the browser's clock, until the frame with the next order is on the screen.
"""

import sys
import tempfile
from datetime import timedelta
from functools import partial
from pathlib import Path
from shutil import which
from statistics import quantiles

from playwright.sync_api import Page, sync_playwright
from tests.integration.browser import ARGUMENTS, EXECUTABLES
from tests.integration.web.console import Site, memory_or_sqlite, running_site
from tests.integration.web.pages import connected, log_in

from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.application.use_cases.orders.work_order import take_order

ORDERS = 100
PAUSE = 600
"""Milliseconds in which a person looks at an order: the server is idle again."""

GOAL_KEYS = 2.1
GOAL_MS = 50
STATUS_KEYS = ("s", "o", "v", "i")


def furnish(site: Site) -> list[int]:
    """Give one helpdesk the orders."""
    rina, ids = site.people["rina"], []
    for number in range(ORDERS):
        order = site.order(f"SC4{number:06}")
        site.store.write(partial(take_order, order_id=order.id, by=rina, now=site.clock.now()))
        site.clock.later(timedelta(seconds=1))
        ids.append(order.id)
    return ids


def work(page: Page, site: Site) -> tuple[int, int, list[float]]:
    """Answer every order by keyboard. Return the keys pressed, the wrong jumps, and the milliseconds of each."""
    pressed, jumps, times, done = 0, 0, [], set[str]()
    page.evaluate("addEventListener('keydown', (event) => { window.pressedAt = event.timeStamp; }, true)")
    for turn in range(ORDERS):
        _until(page, "flow.ready || !document.getElementById('next-order')")
        page.wait_for_timeout(PAUSE)
        site.clock.later(timedelta(seconds=6))
        before, painted = page.evaluate("[document.getElementById('order').dataset.orderId, flow.painted]")
        jumps += before in done
        done.add(before)
        for key in (STATUS_KEYS[turn % len(STATUS_KEYS)], "Enter"):
            page.keyboard.press(key)
            pressed += 1
        _until(page, f"flow.painted > {painted}")
        times.append(page.evaluate("flow.painted - window.pressedAt"))
    return pressed, jumps, times


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        live = LocalLiveEvents()
        with memory_or_sqlite("sqlite", Path(folder), live) as store, running_site(store, live) as site:
            first = furnish(site)[0]
            browser = playwright.chromium.launch(executable_path=_chromium(), args=ARGUMENTS)
            page = browser.new_context(base_url=site.url, viewport={"width": 1440, "height": 900}).new_page()
            log_in(page, at=f"/orders/{first}")
            connected(page)
            pressed, jumps, times = work(page, site)
            browser.close()
    steps = quantiles(times, n=100)
    sys.stdout.write(
        f"a hundred orders by keyboard: {pressed / ORDERS:.2f} keys an order (goal {GOAL_KEYS}), {jumps} wrong jumps\n"
        f"from key to next order painted: p50 {steps[49]:.0f} ms, p95 {steps[94]:.0f} ms (goal {GOAL_MS})\n"
    )


def _until(page: Page, condition: str) -> None:
    page.evaluate(
        f"new Promise((done) => {{ const look = () => ({condition}) ? done() : setTimeout(look, 4); look(); }})"
    )


def _chromium() -> str:
    found = next(filter(None, map(which, EXECUTABLES)), None)
    if not found:
        raise SystemExit("needs Chromium: apt install chromium")
    return found


if __name__ == "__main__":
    main()
