"""Files that are hard to read: while one is, the console answers, and no transaction waits for it."""

import http.client
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from attrs import define
from playwright.sync_api import expect

from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.adapters.local.table_process import ProcessTables
from sikpro.adapters.memory import MemoryTransactions
from sikpro.testing.transactions import FailingTransactions
from tests.fakes import NoticingTables
from tests.integration.browser import NewPage
from tests.integration.test_table_process import is_gone
from tests.integration.web.console import Site, running_site
from tests.integration.web.pages import log_in

PATHS = ("/orders/import", "/reconcile", "/lists/people/import", "/lists/stos/import", "/lists/targets/import")
TABLE = b"Nama;Kode\nSidoarjo;SDA\n"


@define
class Hanging:
    """A console whose reader hangs until it is let go; `folder` has a file by the id of each process that reads."""

    site: Site
    folder: Path

    def processes(self) -> list[int]:
        """Who reads."""
        return [int(path.name) for path in (self.folder / "started").iterdir()]

    def release_all(self) -> None:
        """Let all of them answer."""
        (self.folder / "go").touch()


@pytest.fixture
def hanging(tmp_path: Path) -> Iterator[Hanging]:
    """More files at once than there are threads for reading the database."""
    (tmp_path / "started").mkdir()
    source = f"""
import os, pathlib, time
folder = pathlib.Path({str(tmp_path)!r})
print('{{"read": 4200}}', flush=True)
(folder / "started" / str(os.getpid())).touch()
while not (folder / "go").exists():
    time.sleep(0.02)
print('{{"failed": ["file.unreadable", ""]}}')
"""
    tables = ProcessTables(command=(sys.executable, "-c", source), at_once=6)
    live = LocalLiveEvents()
    with running_site(MemoryTransactions(live), live, tables) as site:
        yield Hanging(site, tmp_path)


def until(seen: Callable[[], bool]) -> None:
    """Wait for something that comes by itself."""
    deadline = time.monotonic() + 30
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_while_files_hang_every_other_page_answers(hanging: Hanging) -> None:
    senders = [hanging.site.logged_in("admin") for _ in range(6)]
    for sender in senders:
        sender.get("/orders/import")
    with ThreadPoolExecutor(6) as threads:
        sent = [
            threads.submit(sender.post, PATHS[place % 3], files={"file": ("x.xlsx", TABLE)})
            for place, sender in enumerate(senders)
        ]
        try:
            until(lambda: len(hanging.processes()) == 6)
            other = hanging.site.logged_in("rina")
            for path in ("/orders", "/orders/new", "/dashboard", "/healthz"):
                assert other.get(path).status_code == 200
            assert not any(one.done() for one in sent)
        finally:
            hanging.release_all()
        for one in sent:
            answer = one.result()
            assert (answer.status_code, "tidak terbaca" in answer.text) == (422, True)


def test_who_goes_away_has_nothing_read_any_more(hanging: Hanging) -> None:
    admin = hanging.site.logged_in("admin")
    admin.get("/orders/import")
    connection = http.client.HTTPConnection(hanging.site.url.removeprefix("http://"), timeout=30)
    body = b'--x\r\ncontent-disposition: form-data; name="file"; filename="x.csv"\r\n\r\na;b\r\n--x--\r\n'
    cookies = "; ".join(f"{name}={value}" for name, value in admin.client.cookies.items())
    headers = {"cookie": cookies, "x-csrf-token": admin.csrf, "content-type": "multipart/form-data; boundary=x"}
    connection.request("POST", "/orders/import", body, headers)
    until(lambda: len(hanging.processes()) == 1)
    connection.close()
    until(lambda: is_gone(hanging.processes()[0]))


@pytest.mark.browser
def test_who_waits_for_a_file_sees_how_many_rows_are_read_and_nobody_else_does(
    hanging: Hanging, new_page: NewPage, tmp_path: Path
) -> None:
    (tmp_path / "orders.csv").write_bytes(TABLE)
    page = new_page(base_url=hanging.site.url, expect=(422,))
    log_in(page, "admin", at="/orders/import")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_input_files("#f-file", tmp_path / "orders.csv")
    page.evaluate(
        """new MutationObserver(() => console.info(document.querySelector(".reading:not([hidden])").innerText))
        .observe(document.querySelector(".reading"), {subtree: true, childList: true})"""
    )
    # While the form is under way, nothing else of the page can be watched.
    with page.expect_console_message(lambda said: said.text == "Membaca file: sudah 4.200 baris."):
        page.get_by_role("button", name="Periksa").click(no_wait_after=True)
    other = hanging.site.logged_in("rina").get(asked[-1].removeprefix(hanging.site.url))
    assert "/reading/" in asked[-1]
    assert (other.status_code, other.text) == (200, "")
    hanging.release_all()
    expect(page.get_by_text("tidak terbaca")).to_be_visible()
    expect(page.locator(".reading")).to_be_hidden()


def test_no_file_is_read_within_a_transaction() -> None:
    live = LocalLiveEvents()
    store = FailingTransactions(MemoryTransactions(live))
    tables = NoticingTables(look=lambda: bool(store.open))
    with running_site(store, live, tables) as site:
        admin = site.logged_in("admin")
        for path in PATHS:
            admin.get(path)
            assert admin.post(path, files={"file": ("x.csv", TABLE)}).status_code < 500
    assert tables.noticed == [False] * len(PATHS)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("source", ["import os; os.abort()", "print('rubbish')"])
def test_a_reader_that_fails_is_an_error_with_words(path: str, source: str) -> None:
    live = LocalLiveEvents()
    with running_site(MemoryTransactions(live), live, ProcessTables(command=(sys.executable, "-c", source))) as site:
        admin = site.logged_in("admin")
        admin.get(path)
        answer = admin.post(path, files={"file": ("x.csv", TABLE)})
    assert (answer.status_code, "tidak selesai dibaca" in answer.text) == (422, True)
