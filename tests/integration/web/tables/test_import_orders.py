"""Orders from a file on the console: every row is shown first, and what is no table is refused in a sentence."""

import http.client
import io
import re
from html import unescape

import httpx
import pytest
from openpyxl import Workbook
from playwright.sync_api import expect

from sikpro.application.ports.queries import OrderFilter, OrderRow, Sort
from tests.integration.browser import NewPage
from tests.integration.web.console import Site, Visitor
from tests.integration.web.pages import log_in

HEADER = "Tipe order;No. registrasi (SC);SN modem;STO;ODP;Kode teknisi;Status;Tgl order"
ROWS = """AO;SC100001;ZTEGC6754546;SDA;ODP-SDA-003;F5SDA445;;05/10/2026
AO;SC100002;ZTEGC6754547;SDA;ODP-SDA-003;F5SDA446;Selesai (PS);05/10/2026
AO;SC100009;ZTEGC6754548;SDA;ODP-SDA-003;F5SDA446;;05/10/2026
"""
WRONG = "AO;SC10000X;12;SDA;ODP-SDA-003;F5SDA446;;05/10/2026\n"


def upload(visitor: Visitor, content: bytes, name: str = "order.csv") -> httpx.Response:
    """Send a file and follow to what is shown of it."""
    visitor.get("/orders/import")
    response = visitor.post("/orders/import", files={"file": (name, content)})
    return visitor.get(response.headers["location"]) if response.status_code == 303 else response


def verdicts(page: str) -> list[str]:
    return re.findall(r'<tr class="(\w+)">', page)


def mark_of(page: str) -> str:
    found = re.search(r'name="mark" value="(\w+)"', page)
    assert found
    return found[1]


def orders(site: Site) -> tuple[OrderRow, ...]:
    return site.store.read(lambda uow: uow.order_queries.page(OrderFilter(), sort=Sort.OLDEST, after=None, limit=99))


def test_every_row_is_shown_and_then_the_good_ones_are_written_once(site: Site) -> None:
    there = site.order("SC100009")
    admin = site.logged_in("admin")
    response = upload(admin, f"{HEADER}\n{ROWS}{WRONG}".encode())
    page = unescape(response.text)
    assert verdicts(page) == ["new", "new", "double", "wrong"]
    assert f'href="/orders/{there.id}"' in page
    assert '<span class="code">B5</span>' in page
    assert "Impor yang benar saja: 2 order" in page
    assert len(orders(site)) == 1
    address = str(response.url.path)
    assert admin.post(f"{address}/apply", {"mark": mark_of(page)}).headers["location"] == "/written/1"
    assert sorted(row.number for row in orders(site)) == ["SC100001", "SC100002", "SC100009"]
    assert "Impor selesai: 2 order baru" in admin.get("/orders?view=all&channel=import").text
    assert admin.post(f"{address}/apply", {"mark": mark_of(page)}).status_code == 404
    again = upload(admin, f"{HEADER}\n{ROWS}".encode())
    assert verdicts(again.text) == ["double"] * 3
    assert "Tidak ada order baru" in again.text


def test_all_is_offered_when_no_row_is_wrong(page_site: Site) -> None:
    page = upload(page_site.logged_in("admin"), f"{HEADER}\n{ROWS}".encode()).text
    assert "Impor semua: 3 order" in page


def test_columns_that_are_not_found_are_chosen_by_hand(page_site: Site) -> None:
    admin = page_site.logged_in("admin")
    content = f"{HEADER}\n{ROWS}".replace("SN modem", "kode alat").replace("ODP;", "kotak;", 1)
    response = upload(admin, content.encode())
    assert "Belum ketemu: SN modem, ODP." in response.text
    names = ("type", "registration_number", "serial", "sto", "odp", "technician", "status", "received_at")
    chosen = {f"column-{place}": name for place, name in enumerate(names)}
    location = admin.post(str(response.url.path), chosen).headers["location"]
    assert verdicts(admin.get(location).text) == ["new"] * 3
    assert admin.get(str(response.url.path)).status_code == 404  # the step before is gone
    assert "Artinya" in admin.get(f"{location}?columns=1").text


def test_what_each_column_is_taken_as_is_said_before_anything_is_written(page_site: Site) -> None:
    rows = "".join(f"{line};x\n" for line in ROWS.splitlines())
    page = unescape(upload(page_site.logged_in("admin"), f"{HEADER};Kelurahan\n{rows}".encode()).text)
    assert "<bdi>Tgl order</bdi> → Diterima" in page
    assert re.search(r"Tidak dipakai:</strong> <bdi>Kelurahan</bdi>", page)
    assert "1 order selesai atau batal tanpa waktu selesai" in page


def test_without_a_date_column_it_is_asked_and_the_server_holds_to_the_answer(page_site: Site) -> None:
    admin = page_site.logged_in("admin")
    content = f"{HEADER}\n{ROWS}".replace("Tgl order", "Kapan")
    response = upload(admin, content.encode())
    address = str(response.url.path)
    page = unescape(response.text)
    assert "Belum ada kolom tanggal" in page
    assert re.search(r"Sepertinya tanggalnya ada di kolom ini.*<bdi>Kapan</bdi>", page)
    assert '<option value="received_at" selected>' in page
    assert admin.post(f"{address}/apply", {"mark": "x"}).status_code == 422
    assert orders(page_site) == ()

    names = ("type", "registration_number", "serial", "sto", "odp", "technician", "status")
    known = {f"column-{place}": name for place, name in enumerate(names)}
    both = admin.post(address, known | {"column-7": "received_at", "received": "now"}).headers["location"]
    assert "Pilih salah satu" in admin.get(both).text
    neither = admin.post(both, known).headers["location"]
    assert "Belum ada kolom tanggal" in admin.get(neither).text
    now = admin.post(neither, known | {"received": "now"}).headers["location"]
    page = admin.get(now).text
    assert "dihitung diterima hari ini" in page
    assert "Tidak dipakai:" in page
    assert admin.post(f"{now}/apply", {"mark": mark_of(page)}).status_code == 303
    assert len(orders(page_site)) == 3


def test_orders_of_another_month_stay_there(page_site: Site) -> None:
    admin = page_site.logged_in("admin")
    response = upload(admin, f"{HEADER}\n{ROWS}".encode())
    assert admin.post(f"{response.url.path}/apply", {"mark": mark_of(response.text)}).status_code == 303
    assert {(row.received_at.year, row.received_at.month) for row in orders(page_site)} == {(2026, 10)}


def test_the_sheet_that_looks_like_orders_is_taken_and_another_can_be(page_site: Site) -> None:
    workbook = Workbook()
    first = workbook.active
    assert first is not None
    first.title = "Catatan"
    first.append(["apa saja"])
    sheet = workbook.create_sheet("Order")
    for line in (HEADER, *ROWS.splitlines(), WRONG.strip()):
        sheet.append(line.split(";"))
    workbook.create_sheet("Rumus").append(["=1+1"])
    content = io.BytesIO()
    workbook.save(content)
    admin = page_site.logged_in("admin")
    response = upload(admin, content.getvalue(), "order.xlsx")
    assert '<span class="code">Order!C5</span>' in response.text
    location = admin.post(str(response.url.path), {"sheet": "2"}).headers["location"]
    assert "Belum ketemu" in admin.get(location).text
    back = admin.post(location, {"sheet": "1"}).headers["location"]
    assert verdicts(admin.get(back).text) == ["new", "new", "new", "wrong"]


def test_what_changed_since_the_preview_is_shown_anew(page_site: Site) -> None:
    admin = page_site.logged_in("admin")
    response = upload(admin, f"{HEADER}\n{ROWS}".encode())
    page_site.order("SC100001")
    stale = admin.post(f"{response.url.path}/apply", {"mark": mark_of(response.text)})
    assert stale.status_code == 409
    assert verdicts(stale.text) == ["double", "new", "new"]
    assert len(orders(page_site)) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Filenya kosong"),
        (b"%PDF-1.7", "Ini bukan tabel"),
        (b"\xd0\xcf\x11\xe0", "Excel lama"),
        (b"SC;SN\n" * 20_002, "Terlalu banyak baris"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(page_site: Site, content: bytes, said: str) -> None:
    response = upload(page_site.logged_in("admin"), content, "file.bin")
    assert said in response.text


def test_a_file_of_200_mb_is_refused_by_its_announced_length(page_site: Site) -> None:
    admin = page_site.logged_in("admin")
    admin.get("/orders/import")
    connection = http.client.HTTPConnection(page_site.url.removeprefix("http://"), timeout=10)
    connection.putrequest("POST", "/orders/import")
    cookies = "; ".join(f"{name}={value}" for name, value in admin.client.cookies.items())
    announced = {
        "cookie": cookies,
        "x-csrf-token": admin.csrf,
        "content-type": "multipart/form-data; boundary=x",
        "content-length": "200000000",
    }
    for name, value in announced.items():
        connection.putheader(name, value)
    connection.endheaders()  # and no body: who reads it first waits in vain
    response = connection.getresponse()
    assert (response.status, "Kiriman terlalu besar" in response.read().decode()) == (413, True)
    connection.close()


@pytest.mark.parametrize("username", ["rina", "bagus", "sari"])
def test_imports_are_an_admins(page_site: Site, username: str) -> None:
    visitor = page_site.logged_in(username)
    assert visitor.get("/orders/import").status_code == 403
    assert visitor.post("/orders/import").status_code == 403


@pytest.mark.browser
def test_from_a_file_to_the_queue(page_site: Site, new_page: NewPage) -> None:
    page = new_page(base_url=page_site.url)
    log_in(page, "admin", at="/orders/import")
    page.get_by_label("File").set_input_files(
        {"name": "order.csv", "mimeType": "text/csv", "buffer": f"{HEADER}\n{ROWS}{WRONG}".encode()}
    )
    page.get_by_role("button", name="Periksa").click()
    expect(page.get_by_text("B5")).to_be_visible()
    page.get_by_role("link", name="salah").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Impor yang benar saja: 3 order").click()
    page.wait_for_url("**/written/1")
    page.get_by_role("link", name="Lihat ordernya").click()
    page.wait_for_url("**/orders?view=all&channel=import")
    expect(page.get_by_text("SC100002")).to_be_visible()
