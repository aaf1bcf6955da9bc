"""Written tables on the web: after each writing its page, with old and new, and the button that takes it back."""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from html import unescape
from threading import Thread
from typing import TypeVar

from attrs import define
from playwright.sync_api import expect

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.tables.portions import PORTION
from sikpro.application.workers.table_writer import TableWriter
from tests.integration.browser import NewPage
from tests.integration.web.console import Site, Visitor
from tests.integration.web.pages import connected, log_in
from tests.integration.web.tables.test_import_orders import HEADER, ROWS, mark_of, orders, upload
from tests.integration.web.tables.test_lists import _apply, _upload

T = TypeVar("T")


def test_a_list_that_was_written_shows_old_and_new_and_goes_back(page_site: Site) -> None:
    admin = page_site.logged_in("admin")
    before = page_site.store.read(lambda uow: {row.code: row.name for row in uow.catalogue.stos()})
    _, page = _upload(admin, "stos", b"kode;nama;SO\nSDA;Kota;\nGSK;Gresik;SDA\n", "sto baru.csv")
    assert _apply(admin, "stos", page) == 303
    page = admin.get("/written/1").text
    assert "<ins>Kota</ins>" in page
    assert "Impor selesai: 1 baru, 1 berubah" in page
    assert "sto baru.csv" in admin.get("/written").text
    assert admin.post("/written/1/take-back").headers["location"] == "/written/1"
    page = admin.get("/written/1").text
    assert "2 baris ditarik kembali" in page
    assert "Ditarik kembali oleh" in page
    assert "take-back" not in page
    stos = page_site.store.read(lambda uow: {row.code: row.name for row in uow.catalogue.stos()})
    assert stos == before


def test_a_touched_row_is_named_and_nothing_goes_back(page_site: Site) -> None:
    admin = page_site.logged_in("admin")
    response = upload(admin, f"{HEADER}\n{ROWS}".encode())
    location = admin.post(f"{response.url.path}/apply", {"mark": mark_of(response.text)}).headers["location"]
    first = orders(page_site)[0]
    rina = page_site.logged_in("rina")
    rina.get("/orders")
    rina.post(f"/orders/{first.id}/take")
    page = admin.get(location).text
    assert f"{first.number} sudah diubah setelah tabel ini disimpan" in page
    assert "take-back" not in page
    admin.post(f"{location}/take-back")
    assert len(orders(page_site)) == 3


def test_somebody_elses_table_is_not_shown(page_site: Site) -> None:
    admin = page_site.logged_in("admin")
    response = upload(admin, f"{HEADER}\n{ROWS}".encode())
    location = admin.post(f"{response.url.path}/apply", {"mark": mark_of(response.text)}).headers["location"]
    bagus = page_site.logged_in("bagus")
    assert "order.csv" not in bagus.get("/written").text
    assert bagus.get(location).status_code == 403
    assert bagus.post(f"{location}/take-back").status_code == 403
    assert len(orders(page_site)) == 3


def many(rows: int = PORTION + 30) -> bytes:
    lines = (f"AO;SC{200_000 + n};ZTEG{n:08X};SDA;ODP-SDA-{n % 900 + 1:03};F5SDA445;;05/10/2026" for n in range(rows))
    return "\n".join([HEADER, *lines]).encode()


@define
class Hands:
    """Transactions of a worker that a test lets do one write at a time, in its own thread."""

    site: Site
    left: int = 0

    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do it, or stop as a killed process does."""
        if not self.left:
            raise KeyboardInterrupt
        self.left -= 1
        return self.site.store.write(work)

    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Read at once."""
        return self.site.store.read(work)

    read_long = read


def work_on(site: Site, writes: int) -> None:
    """Let the worker claim and write: the first write is its claim."""
    writer = TableWriter(transactions=Hands(site, writes), clock=site.clock, zone="Asia/Jakarta", most=30)

    def work() -> None:
        with suppress(KeyboardInterrupt):
            while asyncio.run(writer.next()):
                pass

    thread = Thread(target=work)  # a browser's loop runs in this one
    thread.start()
    thread.join()


def import_many(admin: Visitor) -> str:
    response = upload(admin, many())
    return admin.post(f"{response.url.path}/apply", {"mark": mark_of(response.text)}).headers["location"]


def test_a_large_table_says_how_far_it_is_until_it_is_written(page_site: Site) -> None:
    admin = page_site.logged_in("admin")
    location = import_many(admin)
    page = admin.get(location).text
    assert "Menunggu giliran: 80 baris" in page
    assert '<meta http-equiv="refresh" content="5">' in page
    assert "menunggu giliran" in admin.get("/written").text
    work_on(page_site, writes=2)
    page = admin.get(location).text
    assert "30 dari 80 baris tertulis" in page
    assert "take-back" not in page
    assert admin.post(f"{location}/take-back").headers["location"] == location
    assert "30 dari 80 baris tertulis" in admin.get(location).text
    page_site.order("SC200055")
    page_site.clock.later(minutes=1)
    work_on(page_site, writes=99)
    page = unescape(admin.get(location).text)
    assert "<strong>79</strong> baru" in page
    assert re.search(r"SC200055</bdi> \(baris 57\): .*SC200055", page)
    assert "http-equiv" not in page
    assert len(orders(page_site)) == 80


def test_a_large_table_is_taken_back_while_its_page_says_how_far(page_site: Site) -> None:
    admin = page_site.logged_in("admin")
    location = import_many(admin)
    work_on(page_site, writes=99)
    assert "Baris yang diubah orang lain selama penarikan" in admin.get(location).text
    admin.post(f"{location}/take-back")
    work_on(page_site, writes=2)
    assert "30 dari 80 baris ditarik kembali" in admin.get(location).text
    touched = orders(page_site)[0]
    rina = page_site.logged_in("rina")
    rina.get("/orders")
    rina.post(f"/orders/{touched.id}/take")
    page_site.clock.later(minutes=1)
    work_on(page_site, writes=99)
    page = unescape(admin.get(location).text)
    assert "Tidak ditarik kembali" in page
    assert f"{touched.number}</a>: " in page
    assert [row.id for row in orders(page_site)] == [touched.id]


def test_a_table_that_a_fault_stopped_says_so_and_can_be_taken_back(page_site: Site) -> None:
    admin = page_site.logged_in("admin")
    location = import_many(admin)
    work_on(page_site, writes=2)
    page_site.store.write(lambda uow: uow.written_tables.stop(uow.written_tables.get(1), "internal"))
    assert "Penulisan terhenti karena kesalahan program: 30 dari 80" in admin.get(location).text
    assert "terhenti" in admin.get("/written").text
    admin.post(f"{location}/take-back")
    assert orders(page_site) == ()


def test_the_page_follows_the_work_without_being_asked(site: Site, new_page: NewPage) -> None:
    location = import_many(site.logged_in("admin"))
    page = new_page(base_url=site.url)
    log_in(page, "admin", at=location)
    connected(page)
    expect(page.get_by_text("Menunggu giliran: 80 baris")).to_be_visible()
    work_on(site, writes=2)
    expect(page.get_by_text("30 dari 80 baris tertulis")).to_be_visible()
    site.clock.later(minutes=1)
    work_on(site, writes=99)
    expect(page.get_by_role("button", name="Tarik kembali semuanya")).to_be_visible()
