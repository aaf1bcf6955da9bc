"""Somebody's page: what is known of them is edited, and their account and their Telegram are switched."""

import re
from html import unescape

import pytest
from attrs import evolve

from sikpro.adapters.memory.people import MemoryPersonRepository
from sikpro.application.ports.network import BotState
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.people.bind_phone import bind_by_link
from sikpro.domain.people import Person, Role
from sikpro.testing.builders import a_person, a_technician
from tests.integration.web.console import Site, Visitor


def _entries(**more: str) -> dict[str, str]:
    blank = dict.fromkeys(("name", "username", "role", "technician_code", "site_operation", "phone"), "")
    return blank | {"language": "id", "version": "1"} | more


def _now(site: Site, name: str) -> Person:
    return site.store.read(lambda uow: uow.people.get(site.people[name].id))


def _page(site: Site, username: str, name: str) -> tuple[Visitor, str]:
    visitor, path = site.logged_in(username), f"/people/{site.people[name].id}"
    assert visitor.get(path).status_code == 200
    return visitor, path


def test_a_leader_edits_a_technician(site: Site) -> None:
    leader, path = _page(site, "bagus", "budi")
    form = _entries(
        name="Budi S.", technician_code="f5sda500", site_operation="SDA", phone="0812-3456-789", language="en"
    )
    assert leader.post(path, form).headers["location"] == path
    budi = _now(site, "budi")
    assert (budi.name, budi.technician_code, budi.phone, budi.language) == ("Budi S.", "F5SDA500", "628123456789", "en")
    assert budi.telegram_id == 700
    assert "Data Budi S. disimpan" in leader.get(path).text


def test_a_form_sent_twice_stores_one_change(site: Site) -> None:
    leader, path = _page(site, "bagus", "budi")
    form = _entries(name="Budi S.", technician_code="F5SDA445", site_operation="SDA")
    assert [leader.post(path, form).status_code for _ in range(2)] == [303, 303]
    assert _now(site, "budi").version == 2


def test_what_somebody_else_changed_meanwhile_is_said_and_what_was_typed_is_kept(site: Site) -> None:
    leader, path = _page(site, "bagus", "budi")
    site.store.write(lambda uow: uow.people.save(evolve(uow.people.get(site.people["budi"].id), phone="628111111111")))
    form = _entries(name="Budi S.", technician_code="F5SDA445", site_operation="SDA")
    response = leader.post(path, form)
    assert response.status_code == 409
    assert "baru saja diubah orang lain" in response.text
    assert 'value="Budi S."' in response.text
    version = re.search(r'name="version" value="(\d+)"', response.text)
    assert version
    assert leader.post(path, form | {"version": version[1]}).status_code == 303


@pytest.mark.parametrize(
    ("typed", "status", "entry", "said"),
    [
        ({"name": ""}, 422, "name", "Nama harus diisi"),
        ({"technician_code": "F5SDA446"}, 409, "technician_code", "sudah dipakai orang lain"),
        ({"technician_code": "?"}, 422, "technician_code", "4 sampai 16"),
        ({"technician_code": ""}, 422, "technician_code", "Isi kode teknisi, atau nama pengguna"),
        ({"site_operation": "XXX"}, 422, "site_operation", "tidak ditemukan"),
        ({"phone": "12"}, 422, "phone", "8 sampai 15 angka"),
        ({"username": "a b", "role": "helpdesk"}, 422, "username", "2 sampai 32"),
        ({"username": "budi"}, 422, "role", "Pilih perannya"),
        ({"role": "helpdesk"}, 422, "username", "Isi nama pengguna"),
        ({"role": "technician", "username": "budi"}, 422, "role", "Pilih perannya"),
        ({"username": "RINA", "role": "helpdesk"}, 409, "username", "sudah dipakai orang lain"),
    ],
)
def test_what_is_wrong_is_said_at_its_entry(
    site: Site, typed: dict[str, str], status: int, entry: str, said: str
) -> None:
    admin, path = _page(site, "admin", "budi")
    response = admin.post(path, _entries(name="Budi", technician_code="F5SDA445", site_operation="SDA") | typed)
    assert response.status_code == status
    assert said in unescape(response.text.partition(f'id="f-{entry}-note"')[2].partition("</p>")[0])
    assert _now(site, "budi") == site.people["budi"]


def test_an_admin_gives_a_technician_an_account_which_needs_a_password_first(site: Site) -> None:
    admin, path = _page(site, "admin", "budi")
    form = _entries(name="Budi", technician_code="F5SDA445", site_operation="SDA", username="budi", role="team_leader")
    assert admin.post(path, form).status_code == 303
    assert "belum punya kata sandi" in admin.get(path).text
    shown = re.search(r'data-copy="([a-z2-9]{12})"', admin.post(f"{path}/password").text)
    assert shown
    assert shown[1] not in admin.get(path).text
    assert site.visitor().log_in("budi", shown[1]).headers["location"] == "/password"
    budi = _now(site, "budi")
    assert (budi.role, budi.technician_code, budi.telegram_id) == (Role.TEAM_LEADER, "F5SDA445", 700)


def test_a_leader_changes_neither_accounts_nor_roles(site: Site) -> None:
    leader, path = _page(site, "bagus", "budi")
    form = _entries(name="Budi", technician_code="F5SDA445", username="budi", role="admin")
    assert leader.post(path, form).status_code == 303
    assert (_now(site, "budi").role, _now(site, "budi").username) == (None, None)
    site.bot[0] = BotState(True, site.clock.at, username="sikpro_bot")
    rina = f"/people/{site.people['rina'].id}"
    assert leader.get(rina).status_code == 403
    for act in ("", "/active", "/password", "/unbind", "/link"):
        assert leader.post(rina + act, _entries(name="x")).status_code == 403, act
    assert _now(site, "rina") == site.people["rina"]


def test_a_renewed_password_ends_the_sessions_at_once(site: Site) -> None:
    helpdesk = site.logged_in("rina")
    admin, path = _page(site, "admin", "rina")
    assert admin.post(f"{path}/password").status_code == 200
    assert helpdesk.get("/orders").headers["location"].startswith("/login")
    assert site.visitor().log_in("rina").status_code == 422


def test_who_loses_the_account_is_out_at_once(site: Site) -> None:
    helpdesk = site.logged_in("rina")
    admin, path = _page(site, "admin", "rina")
    assert admin.post(path, _entries(name="Rina", technician_code="F5SDA900")).status_code == 303
    assert helpdesk.get("/orders").headers["location"].startswith("/login")
    assert _now(site, "rina").password_hash is None


def test_the_last_admin_keeps_the_role(site: Site) -> None:
    admin, path = _page(site, "admin", "admin")
    form = _entries(name="Admin", username="admin", role="supervisor")
    response = admin.post(path, form)
    assert response.status_code == 409
    assert "satu-satunya admin yang bisa masuk" in response.text
    assert _now(site, "admin").role is Role.ADMIN
    site.store.write(lambda uow: uow.people.add(a_person("Dua", role=Role.ADMIN, password_hash="-")))
    assert admin.post(path, form).status_code == 303
    assert admin.get("/users").status_code == 403


def test_telegram_is_parted_from_a_person_who_stays(site: Site) -> None:
    leader, path = _page(site, "bagus", "budi")
    for _ in range(2):
        assert leader.post(f"{path}/unbind").status_code == 303
    assert _now(site, "budi").telegram_id is None
    assert "Telegram Budi Santoso dilepas" in leader.get(path).text


def test_people_are_found_by_any_part_and_the_inactive_are_apart(site: Site) -> None:
    site.store.write(
        lambda uow: [
            uow.people.add(a_technician(f"Teknisi {n:03}", f"F5SPJ{n:03}", phone=f"62812{n:06}", active=n > 4))
            for n in range(130)
        ]
    )
    leader = site.logged_in("bagus")
    for text, found in (("agus", "Agus Salim"), ("f5spj077", "Teknisi 077"), ("000066", "Teknisi 066")):
        page = leader.get(f"/technicians?q={text}").text
        assert re.findall(r"<strong>(.*?)</strong></a>", page) == [found]
    assert "Tidak ada yang cocok" in leader.get("/technicians?q=%25").text
    kept_out = leader.get("/technicians?show=inactive").text
    assert len(re.findall(r'class="retired"', kept_out)) == 5
    first = leader.get("/technicians").text
    following = re.search(r'href="(/technicians\?[^"]*start=100)"', first)
    assert following
    assert len(re.findall("<tr>", leader.get(unescape(following[1])).text)) == 1 + 27
    assert leader.get("/technicians?start=x&show=y&q=%00").status_code == 200


@pytest.mark.parametrize("username", ["rina", "bagus", "sari", "admin"])
def test_somebodys_page_is_for_those_who_manage_them(page_site: Site, username: str) -> None:
    visitor = page_site.logged_in(username)
    visitor.get("/password")
    technician, account = (f"/people/{page_site.people[name].id}" for name in ("agus", "tono"))
    assert visitor.get(technician).status_code == (200 if username in {"bagus", "admin"} else 403)
    assert visitor.get(account).status_code == (200 if username == "admin" else 403)
    for act in ("", "/active", "/unbind"):
        allowed = visitor.post(technician + act, _entries(name="Agus", technician_code="F5SDA446"))
        assert (allowed.status_code == 403) == (username not in {"bagus", "admin"}), act
    assert (visitor.post(account + "/password").status_code == 403) == (username != "admin")
    for number in (4242, 10**30):
        assert visitor.get(f"/people/{number}").status_code == (404 if username in {"bagus", "admin"} else 403)


def test_a_link_that_binds_a_phone_is_shown_once(site: Site) -> None:
    leader, path = _page(site, "bagus", "agus")
    assert "Bot belum terhubung" in leader.get(path).text
    assert leader.post(f"{path}/link").status_code == 422
    site.bot[0] = BotState(True, site.clock.at, username="sikpro_bot")
    shown = re.search(r'data-copy="https://t\.me/sikpro_bot\?start=([\w-]{32})"', leader.post(f"{path}/link").text)
    assert shown
    assert "t.me" not in leader.get(path).text
    bound = site.store.write(lambda uow: bind_by_link(uow, shown[1], 900, 900, site.clock.at))
    assert bound.id == site.people["agus"].id
    assert "Terhubung" in leader.get(path).text
    assert leader.post(f"{path}/link").status_code == 422


def test_who_shares_a_number_from_before_is_marked_where_an_admin_looks(page_site: Site) -> None:
    def share(uow: UnitOfWork) -> None:
        assert isinstance(uow.people, MemoryPersonRepository)
        for name in ("budi", "rina"):
            person = page_site.people[name]
            uow.people._state.people.put(person.id, evolve(person, phone="628111111111"))

    page_site.store.write(share)
    admin = page_site.logged_in("admin")
    assert "sama dengan Rina" in admin.get("/technicians").text
    assert f"sama dengan {page_site.people['budi'].name}" in admin.get("/users").text
    assert "tidak dipakai untuk mengenali" in admin.get(f"/people/{page_site.people['budi'].id}").text
    agus = admin.get(f"/people/{page_site.people['agus'].id}").text
    assert "tidak dipakai untuk mengenali" not in agus


def test_a_number_of_somebody_else_is_refused_at_its_entry_with_their_name(page_site: Site) -> None:
    budi = page_site.people["budi"]
    page_site.store.write(lambda uow: uow.people.save(evolve(budi, phone="628111111111")))
    admin = page_site.logged_in("admin")
    admin.get("/technicians")
    answer = admin.post("/technicians", {"name": "Wayan", "code": "F5SDA900", "site": "", "phone": "08111111111"})
    assert answer.status_code == 409
    assert f"Nomor telepon 628111111111 sudah dipakai {budi.name}." in answer.text
