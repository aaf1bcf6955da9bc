"""Lists as files: what every row would do is shown before anything is written, and an export changes nothing."""

import io
import re
from html import unescape

import pytest
from attrs import evolve
from openpyxl import Workbook

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.targets import Target
from sikpro.application.use_cases.tables.row_lists import LISTS
from sikpro.domain.catalogue import Holiday
from sikpro.domain.people import Role
from sikpro.testing.builders import a_person, a_site_operation, a_technician
from tests.integration.web.console import Site, Visitor

PEOPLE = """nomor telepon;KODE TEKNISI;nama;Site operation;peran;nama pengguna
0812 3456 789;f5sda900;Wayan;SDA;;
;F5SDA445;Budi Baru;SDA;;
;F5SDA446;Agus Salim;SDA;;
12;F5SDA901;Salah;XXX;;
;F5SDA900;Kembar;SDA;;
;;Dewi;;Team leader;dewi
;;Rina;;Bos;rina
"""


def _upload(visitor: Visitor, name: str, content: bytes, filename: str = "data.csv") -> tuple[int, str]:
    visitor.get(f"/lists/{name}/import")
    response = visitor.post(f"/lists/{name}/import", files={"file": (filename, content)})
    if response.status_code == 303:
        response = visitor.get(response.headers["location"])
    return response.status_code, unescape(response.text)


def _verdicts(page: str) -> list[str]:
    return re.findall(r'<tr class="(\w+)">', page)


def _apply(visitor: Visitor, name: str, page: str, *, looked: bool = True) -> int:
    address = re.search(rf'action="(/lists/{name}/import/\d+/apply)"', page)
    mark = re.search(r'name="mark" value="(\w+)"', page)
    assert address
    assert mark
    values = {"mark": mark[1]} | ({"looked": "1"} if looked else {})
    return visitor.post(address[1], values).status_code


def test_every_row_is_shown_before_anything_is_written_and_all_good_ones_are(site: Site) -> None:
    admin = site.logged_in("admin")
    before = site.store.read(lambda uow: uow.people.all())
    status, page = _upload(admin, "people", PEOPLE.encode())
    assert status == 200
    assert _verdicts(page) == ["new", "changed", "unchanged", "wrong", "wrong", "new", "wrong"]
    for said in (
        "Site Operation XXX tidak ditemukan",
        "8 sampai 15 angka",
        "Sudah ada di baris lain",
        "Pilih perannya",
    ):
        assert said in page
    assert site.store.read(lambda uow: uow.people.all()) == before
    assert _apply(admin, "people", page) == 303
    wayan, budi, dewi, rina = site.store.read(
        lambda uow: (
            uow.people.by_code("F5SDA900"),
            uow.people.by_code("F5SDA445"),
            uow.people.by_username("dewi"),
            uow.people.by_username("rina"),
        )
    )
    assert wayan
    assert budi
    assert dewi
    assert (wayan.name, wayan.phone, wayan.site_operation) == ("Wayan", "628123456789", "SDA")
    assert (budi.name, budi.telegram_id) == ("Budi Baru", 700)
    assert (dewi.role, dewi.password_hash) == (Role.TEAM_LEADER, None)
    assert rina == site.people["rina"]
    assert "Impor selesai: 2 baru, 1 berubah" in admin.get("/technicians").text


def test_what_a_row_leaves_empty_stays_and_what_it_replaces_is_shown(site: Site) -> None:
    person = site.people["rina"]
    site.store.write(
        lambda uow: uow.people.save(evolve(person, technician_code="F5SDA700", phone="628111111111", name="Rina Lama"))
    )
    admin = site.logged_in("admin")
    content = "kode teknisi;nama;nama pengguna;peran;nomor telepon;aktif\nF5SDA700;Rina Baru;;;;\n"
    _, page = _upload(admin, "people", content.encode())
    assert _verdicts(page) == ["changed"]
    assert re.findall(r"<del>(.*?)</del> <ins>(.*?)</ins>", page) == [("Rina Lama", "Rina Baru")]
    assert _apply(admin, "people", page) == 303
    found = site.store.read(lambda uow: uow.people.get(person.id))
    assert (found.name, found.username, found.role, found.phone) == ("Rina Baru", "rina", person.role, "628111111111")
    assert found.password_hash == person.password_hash


def test_an_import_sent_twice_stores_one(site: Site) -> None:
    admin = site.logged_in("admin")
    _, page = _upload(admin, "people", PEOPLE.encode())
    assert [_apply(admin, "people", page) for _ in range(2)] == [303, 404]
    names = [person.name for person in site.store.read(lambda uow: uow.people.all())]
    assert names.count("Wayan") == 1


def test_a_list_that_changed_meanwhile_is_shown_anew_and_nothing_is_written(site: Site) -> None:
    admin = site.logged_in("admin")
    _, page = _upload(admin, "people", PEOPLE.encode())
    site.store.write(lambda uow: uow.people.add(a_technician("Lain", "F5SDA900")))
    assert _apply(admin, "people", page) == 409
    budi = site.store.read(lambda uow: uow.people.by_code("F5SDA445"))
    assert budi
    assert budi.name == "Budi Santoso"


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("name", LISTS)
def test_what_is_exported_is_imported_again_unchanged(page_site: Site, name: str, kind: str, language: str) -> None:
    def furnish(uow: UnitOfWork) -> None:
        uow.people.add(a_technician("=cmd|x", "F5SDA800", active=False, phone="628123456789"))
        uow.people.add(a_person("'Petik", username="petik", technician_code="F5SDA801", language="en"))
        uow.catalogue.put_site_operation(a_site_operation("MJK", '-Mojo; "kerto", \'@'))
        uow.catalogue.put_holiday(Holiday(code="2026-12-25", name="Natal"))
        uow.targets.put(Target(month="2026-11", sto="SDA", target=120, working_days=25))

    page_site.store.write(furnish)
    person = page_site.people["admin"]
    page_site.store.write(lambda uow: uow.people.save(evolve(person, language=language)))
    admin = page_site.logged_in("admin")
    exported = admin.get(f"/lists/{name}.{kind}")
    assert exported.headers["content-disposition"].endswith(f'SIKPRO-{name}.{kind}"')
    if kind == "csv":
        assert not re.search(r"(?m)(?:^|;)\"?[=+\-@\t]", exported.text)
    status, page = _upload(admin, name, exported.content, f"x.{kind}")
    assert status == 200
    assert set(_verdicts(page)) == {"unchanged"}
    count = page_site.store.read(lambda uow: len(LISTS[name].rows(uow)))
    assert len(_verdicts(page)) == count


def test_catalogues_are_imported_as_far_as_orders_allow(site: Site) -> None:
    site.order()
    admin = site.logged_in("admin")
    content = "code,site operation,name,x\nmrt,SDA,Mojokerto,1\nSDA,SDA,Kota,\n?,SDA,,\nABC,,,\n"
    _, page = _upload(admin, "stos", content.encode())
    assert _verdicts(page) == ["new", "changed", "wrong", "wrong"]
    assert re.search(r"Tidak dipakai:</strong> <bdi>x</bdi>", page)
    assert "<bdi>site operation</bdi> → Site Operation" in page
    assert _apply(admin, "stos", page) == 303
    stos = site.store.read(lambda uow: {row.code: row.name for row in uow.catalogue.stos()})
    assert stos == {"SDA": "Kota", "SPJ": "Sepanjang", "MRT": "Mojokerto"}
    statuses = "kode;fase;aktif\nmenunggu;Kendala;\nogp;;Tidak\nselesai;;mungkin\n"
    _, page = _upload(admin, "statuses", statuses.encode())
    assert _verdicts(page) == ["wrong", "changed", "wrong"]
    types = "kode;aktif\n" + "".join(f"{code};Tidak\n" for code in ("AO", "MO", "PDA", "CONFIG"))
    _, page = _upload(admin, "order-types", types.encode())
    assert _verdicts(page) == ["changed"] * 4
    assert _apply(admin, "order-types", page) == 409
    assert all(row.active for row in site.store.read(lambda uow: uow.catalogue.order_types()))


def test_the_last_admin_and_oneself_stay(site: Site) -> None:
    admin = site.logged_in("admin")
    _, page = _upload(admin, "people", b"username;role;active\nadmin;Supervisor;\n")
    assert _verdicts(page) == ["wrong"]
    site.store.write(lambda uow: uow.people.add(a_person("Dua", role=Role.ADMIN, password_hash="-")))
    _, page = _upload(admin, "people", b"username;active\nadmin;no\n")
    assert _verdicts(page) == ["wrong"]
    assert "Akun Anda sendiri" in page
    _, page = _upload(admin, "people", b"username;role\nadmin;Supervisor\ndua;Supervisor\n")
    assert _verdicts(page) == ["changed", "changed"]
    assert _apply(admin, "people", page) == 409
    found = site.store.read(lambda uow: uow.people.by_username("admin"))
    assert found
    assert found.role is Role.ADMIN


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Filenya kosong"),
        (b"PK\x03\x04 torn", "tidak terbaca"),
        (b"foo;bar\n1;2\n", "Belum ketemu: Kode"),
        (b"code;kode\nA;B\n", "judul kolom yang sama dua kali"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_the_reason(page_site: Site, content: bytes, said: str) -> None:
    _, page = _upload(page_site.logged_in("admin"), "stos", content)
    assert said in page


def test_an_excel_file_of_numbers_and_formulas(page_site: Site) -> None:
    workbook, content = Workbook(), io.BytesIO()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["Technician code", "Name", "Phone number"])
    sheet.append(["F5SDA950", "Angka", 628123450000])
    workbook.save(content)
    admin = page_site.logged_in("admin")
    _, page = _upload(admin, "people", content.getvalue(), "x.xlsx")
    assert _verdicts(page) == ["new"]
    sheet.append(["F5SDA951", "=A1", ""])
    content = io.BytesIO()
    workbook.save(content)
    _, page = _upload(admin, "people", content.getvalue(), "x.xlsx")
    assert _verdicts(page) == ["new", "wrong"]
    assert '<span class="code">Sheet!B3</span>' in page
    assert "Sel ini berisi rumus: =A1" in page


def test_a_file_that_is_too_large_is_refused_by_a_page_of_ours(page_site: Site) -> None:
    admin = page_site.logged_in("admin")
    admin.get("/lists/stos/import")
    response = admin.post("/lists/stos/import", files={"file": ("x.csv", b"a" * 6_500_000)})
    assert response.status_code == 413
    assert "SIKPRO" in response.text


@pytest.mark.parametrize("username", ["rina", "bagus", "sari"])
def test_lists_are_an_admins(page_site: Site, username: str) -> None:
    visitor = page_site.logged_in(username)
    visitor.get("/password")
    for path in ("/lists/people.csv", "/lists/stos.xlsx", "/lists/people/import"):
        assert visitor.get(path).status_code == 403
    assert visitor.post("/lists/people/import").status_code == 403
    assert visitor.post("/lists/people/import/1/apply", {"mark": "x"}).status_code == 403


def test_what_is_no_list_is_not_found_nor_is_the_upload_of_another_list(page_site: Site) -> None:
    admin = page_site.logged_in("admin")
    for path in ("/lists/x.csv", "/lists/people.pdf", "/lists/x/import"):
        assert admin.get(path).status_code == 404
    _upload(admin, "stos", b"kode;nama\nSDA;Kota\n")
    assert admin.get("/lists/stos/import/1").status_code == 200
    for path in ("/lists/makers/import/1", "/lists/stos/import/2", "/orders/import/1"):
        assert admin.get(path).status_code == 404
    assert admin.post("/lists/makers/import/1/apply", {"mark": "x"}).status_code == 404


def test_what_a_person_is_known_by_is_shown_old_and_new_before_it_changes(page_site: Site) -> None:
    budi = page_site.people["budi"]
    page_site.store.write(lambda uow: uow.people.save(evolve(budi, phone="628111111111")))
    admin = page_site.logged_in("admin")
    content = "kode teknisi;nama;nomor telepon\nF5SDA445;Budi Santoso;0812-2222-222\nF5SDA446;Agus S.;6,28123E+12\n"
    _, page = _upload(admin, "people", content.encode())
    assert _verdicts(page) == ["changed", "wrong"]
    assert "Nomor telepon: <del>628111111111</del> → <ins>628122222222</ins>" in page
    assert "1 baris mengganti nomor telepon" in page
    assert "Excel memendekkan nomor ini menjadi “6,28123E+12”" in page


def test_a_change_of_a_number_needs_a_look(page_site: Site) -> None:
    admin = page_site.logged_in("admin")
    budi = page_site.people["budi"]
    page_site.store.write(lambda uow: uow.people.save(evolve(budi, phone="628111111111")))
    _, page = _upload(admin, "people", b"kode teknisi;no hp\nF5SDA445;0812-2222-222\n")
    assert _apply(admin, "people", page, looked=False) == 422
    assert page_site.store.read(lambda uow: uow.people.get(budi.id)).phone == "628111111111"
    assert _apply(admin, "people", page) == 303
    assert page_site.store.read(lambda uow: uow.people.get(budi.id)).phone == "628122222222"


def test_columns_of_a_list_are_chosen_by_hand_and_the_header_too(page_site: Site) -> None:
    admin = page_site.logged_in("admin")
    content = "Rekap kru;;\nPeriode: November;;\nsatu;dua;tiga\nF5SDA900;Wayan;0812 3456 789\n"
    _, page = _upload(admin, "people", content.encode())
    assert "Belum ketemu: Kode teknisi" in page
    address = "/lists/people/import/1"
    page = admin.post(address, {"header": "2"}).headers["location"]
    shown = unescape(admin.get(page).text)
    assert "<bdi><strong>dua</strong></bdi>" in shown
    chosen = {"column-0": "technician_code", "column-1": "name", "column-2": "phone"}
    location = admin.post(page, chosen).headers["location"]
    shown = unescape(admin.get(location).text)
    assert _verdicts(shown) == ["new"]
    assert "<bdi>tiga</bdi> → Nomor telepon" in shown
    assert _apply(admin, "people", shown) == 303
    wayan = page_site.store.read(lambda uow: uow.people.by_code("F5SDA900"))
    assert wayan
    assert (wayan.name, wayan.phone) == ("Wayan", "628123456789")
