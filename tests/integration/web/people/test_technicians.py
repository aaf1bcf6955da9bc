"""Technicians and users, and for whom the pages of people and catalogues are."""

import re
from html import unescape

import pytest

from sikpro.application.use_cases.people.grant_access import ask_access
from sikpro.domain.people import Person, Role
from sikpro.testing.builders import a_person, an_access_request
from tests.integration.web.console import Site

HOSTILE = ("x" * 100_000, "<script>alert(1)</script>", "\u202etxet", "🙂", "%", "_", "=cmd()", "' onfocus=alert(1) x='")


def _by_code(site: Site, code: str) -> Person | None:
    return site.store.read(lambda uow: uow.people.by_code(code))


def test_technicians_are_listed_with_whether_telegram_reaches_them(site: Site) -> None:
    site.store.write(lambda uow: ask_access(uow, an_access_request(900), site.clock.at, zone="Asia/Jakarta"))
    page = site.logged_in("bagus").get("/technicians").text
    rows = {
        name: page.partition(f"<strong>{name}</strong>")[2].partition("</tr>")[0]
        for name in ("Budi Santoso", "Agus Salim")
    }
    assert "F5SDA445" in rows["Budi Santoso"]
    assert ">Terhubung<" in re.sub(r"<svg.*?</svg>", "", rows["Budi Santoso"])
    assert "Belum terhubung" in rows["Agus Salim"]
    assert "1 orang menunggu persetujuan akses." in page


def test_a_technician_is_added_and_an_order_under_the_code_is_taken(site: Site) -> None:
    leader = site.logged_in("bagus")
    leader.get("/technicians")
    form = {"name": "Wayan", "code": "f5sda900", "site": "SDA", "phone": "0812-3456-789"}
    assert leader.post("/technicians", form).headers["location"] == "/technicians"
    person = _by_code(site, "F5SDA900")
    assert person
    assert (person.name, person.site_operation, person.phone) == ("Wayan", "SDA", "628123456789")
    assert "Wayan (F5SDA900) ditambahkan" in leader.get("/technicians").text


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ({"name": " "}, 422, "Nama harus diisi"),
        ({"code": "F5SDA445"}, 409, "Kode teknisi F5SDA445 sudah dipakai orang lain"),
        ({"code": "?"}, 422, "Kode teknisi harus 4 sampai 16"),
        ({"site": "XXX"}, 404, "Site Operation XXX tidak ditemukan"),
        ({"phone": "1" * 1000}, 422, "Nomor telepon 8 sampai 15 angka"),
        ({"phone": "tidak ada"}, 422, "bukan satu nomor telepon"),
        ({"phone": "6,28123E+12"}, 422, "sudah dipendekkan Excel"),
    ],
)
def test_a_technician_that_cannot_be_says_why_and_keeps_what_was_typed(
    site: Site, typed: dict[str, str], status: int, said: str
) -> None:
    leader = site.logged_in("bagus")
    leader.get("/technicians")
    form = {"name": "Wayan", "code": "F5SDA900", "site": "SDA", "phone": ""} | typed
    response = leader.post("/technicians", form)
    assert response.status_code == status
    assert said in unescape(response.text)
    assert f'value="{form["code"]}"' in response.text
    assert _by_code(site, "F5SDA900") is None


@pytest.mark.audit
def test_hostile_text_is_refused_or_stays_text(page_site: Site) -> None:
    admin = page_site.logged_in("admin")
    forms = {
        "/technicians": ("name", "code", "site", "phone"),
        "/users": ("name", "username", "role"),
        "/catalogue/site-operations": ("code", "name"),
        "/catalogue/stos": ("code", "name", "site_operation"),
    }
    good = {"name": "A", "username": "aaa", "role": "helpdesk", "site": "SDA", "site_operation": "SDA", "phone": ""}
    place = 0
    for path, entries in forms.items():
        for entry in entries:
            for text in HOSTILE:
                place += 1
                code = {"/technicians": f"F5SDA{place:04}", "/catalogue/stos": "ABC"}.get(path, f"S{place}")
                admin.get("/users")
                response = admin.post(path, good | {"code": code, "username": f"user{place}", entry: text})
                assert response.status_code in {200, 303, 404, 409, 422}, (path, entry, text[:20])
                assert "<script>alert" not in response.text
                assert "' onfocus" not in response.text
                admin.get("/users")
                assert admin.post(path, good | {"code": code, entry: "a\x00"}).status_code == 400
    for path in ("/technicians", "/users", "/catalogue/site-operations", "/catalogue/stos"):
        assert "<script>alert" not in admin.get(path).text


def test_a_technician_kept_out_may_come_back(site: Site) -> None:
    leader, budi = site.logged_in("bagus"), site.people["budi"]
    leader.get("/technicians")
    assert leader.post(f"/technicians/{budi.id}/active", {"active": "no"}).status_code == 303
    person = _by_code(site, "F5SDA445")
    assert person
    assert not person.active
    assert "Budi Santoso dinonaktifkan" in leader.get("/technicians").text
    leader.post(f"/technicians/{budi.id}/active", {"active": "yes"})
    person = _by_code(site, "F5SDA445")
    assert person
    assert person.active


def test_somebody_with_an_account_is_an_admins_to_keep_out(site: Site) -> None:
    leader, rina = site.logged_in("bagus"), site.people["rina"]
    leader.get("/technicians")
    assert leader.post(f"/technicians/{rina.id}/active", {"active": "no"}).status_code == 403
    for number in (4242, 10**30):
        assert leader.post(f"/technicians/{number}/active", {"active": "no"}).status_code == 404


def test_a_new_account_has_a_one_time_password_that_is_shown_once(site: Site) -> None:
    admin = site.logged_in("admin")
    admin.get("/users")
    made = admin.post("/users", {"name": "Dewi", "username": "Dewi", "role": "helpdesk"})
    shown = re.search(r'data-copy="([a-z2-9]{12})"', made.text)
    assert made.status_code == 200
    assert shown
    assert made.headers["cache-control"] == "no-store"
    assert shown[1] not in admin.get("/users").text
    newcomer = site.visitor()
    assert newcomer.log_in("dewi", shown[1]).headers["location"] == "/password"
    assert newcomer.get("/orders").headers["location"] == "/password?next=/orders"
    again = admin.post("/users", {"name": "Dewi", "username": "dewi", "role": "helpdesk"})
    assert again.status_code == 409
    assert "Nama pengguna dewi sudah dipakai orang lain" in again.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "Nama harus diisi"),
        ({"username": "a b"}, "Nama pengguna 2 sampai 32"),
        ({"role": ""}, "Pilih perannya."),
        ({"role": "technician"}, "Pilih perannya."),
    ],
)
def test_an_account_that_cannot_be_says_why(site: Site, typed: dict[str, str], said: str) -> None:
    admin = site.logged_in("admin")
    admin.get("/users")
    response = admin.post("/users", {"name": "Dewi", "username": "dewi", "role": "helpdesk"} | typed)
    assert response.status_code == 422
    assert said in response.text
    assert site.store.read(lambda uow: uow.people.by_username("dewi")) is None


def test_whoever_is_kept_out_is_out_at_once_and_nobody_shuts_themselves_out(site: Site) -> None:
    admin, helpdesk = site.logged_in("admin"), site.logged_in("rina")
    admin.get("/users")
    assert admin.post(f"/users/{site.people['rina'].id}/active", {"active": "no"}).status_code == 303
    assert helpdesk.get("/orders").headers["location"].startswith("/login")
    admin.get("/users")
    assert admin.post(f"/users/{site.people['admin'].id}/active", {"active": "no"}).status_code == 403
    assert admin.get("/users").status_code == 200


PAGES = {
    "/technicians": {"bagus", "admin"},
    "/users": {"admin"},
    "/catalogue/stos": {"admin"},
    "/catalogue/statuses/new": {"admin"},
    "/catalogue/statuses/row/ogp": {"admin"},
    "/settings": {"admin"},
}
ACTS = {
    "/technicians": {"bagus", "admin"},
    "/technicians/1/active": {"bagus", "admin"},
    "/users": {"admin"},
    "/users/1/active": {"admin"},
    "/catalogue/site-operations": {"admin"},
    "/catalogue/stos": {"admin"},
    "/catalogue/stos/row/SDA": {"admin"},
    "/catalogue/stos/row/SDA/active": {"admin"},
    "/catalogue/stos/row/SDA/delete": {"admin"},
    "/settings": {"admin"},
}


@pytest.mark.parametrize("username", ["rina", "bagus", "sari", "admin"])
def test_these_pages_are_for_those_who_manage_them(page_site: Site, username: str) -> None:
    page_site.store.write(lambda uow: uow.people.add(a_person("Wati", username="wati", role=Role.HELPDESK)))
    visitor = page_site.logged_in(username)
    for path, may in PAGES.items():
        assert visitor.get(path).status_code == (200 if username in may else 403), path
    visitor.get("/password")
    for path, may in ACTS.items():
        status = visitor.post(path, {"active": "yes"}).status_code
        if username not in may:
            assert status == 403, path
        elif not path.endswith(("active", "delete")):
            assert status == 422, path
