"""Written tables on the web: after each writing its page, with old and new, and the button that takes it back."""

from tests.integration.web.console import Site
from tests.integration.web.tables.test_import_orders import HEADER, ROWS, mark_of, orders, upload
from tests.integration.web.tables.test_lists import _apply, _upload


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
