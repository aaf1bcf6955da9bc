"""Requests for access: what a team leader decides, and what the stranger is told."""

import re
from html import unescape

import pytest
from attrs import evolve

from sikpro.application.ports.chat import Outgoing
from sikpro.application.use_cases.people.grant_access import ask_access
from sikpro.domain.people import AccessRequest, Person, Role
from sikpro.testing.builders import a_person, a_technician, an_access_request
from tests.integration.web.console import Site


def _ask(site: Site, telegram_id: int = 900, **more: str) -> AccessRequest:
    asked = an_access_request(telegram_id, **({"name": "Joni", "technician_code": "F5SDA777"} | more))
    return site.store.write(lambda uow: ask_access(uow, asked, site.clock.at, zone="Asia/Jakarta"))


def _told(site: Site, chat_id: int = 900) -> list[Outgoing]:
    items = site.store.read(lambda uow: [uow.outbox.get(n) for n in range(1, sum(uow.outbox.counts().values()) + 1)])
    return [item.message for item in items if item.message.chat_id == chat_id]


def _bound(site: Site, telegram_id: int = 900) -> Person | None:
    return site.store.read(lambda uow: uow.people.by_telegram(telegram_id))


def test_a_request_shows_who_asks_and_whom_it_may_be(site: Site) -> None:
    _ask(site, phone="+62 812 333", telegram_name="Joni <b>")
    _ask(site, 901, name="Agus", technician_code="F5SDA446")
    _ask(site, 902, name="Budi", technician_code="F5SDA445")
    page = unescape(site.logged_in("bagus").get("/access").text)
    for shown in ("Joni", "F5SDA777", "+62 812 333", "Joni <b>", "Cocok dengan Agus Salim · F5SDA446"):
        assert shown in page
    assert "Cocok dengan Budi Santoso, yang sudah punya akun Telegram lain" in page


def test_an_approved_stranger_is_a_technician_and_is_told(site: Site) -> None:
    request = _ask(site)
    leader = site.logged_in("bagus")
    leader.get("/access")
    form = {"person": "", "name": "Joni Iskandar", "code": "f5sda778", "site": "SDA"}
    response = leader.post(f"/access/{request.id}/approve", form)
    person = _bound(site)
    assert response.headers["location"] == "/access"
    assert person
    assert (person.name, person.technician_code, person.site_operation) == ("Joni Iskandar", "F5SDA778", "SDA")
    [message] = _told(site)
    assert "Joni Iskandar" in message.text
    page = leader.get("/access").text
    assert "Joni Iskandar disetujui, sudah diberi tahu" in page
    assert "Tidak ada permintaan" in page


def test_a_stranger_is_bound_to_somebody_known(site: Site) -> None:
    request, agus = _ask(site), site.people["agus"]
    leader = site.logged_in("bagus")
    leader.get("/access")
    leader.post(f"/access/{request.id}/approve", {"person": str(agus.id), "name": "x", "code": "y", "site": ""})
    person = _bound(site)
    assert person
    assert (person.id, person.name, person.technician_code) == (agus.id, "Agus Salim", "F5SDA446")
    assert len(_told(site)) == 1


def test_a_refused_stranger_is_told_and_stays_one(site: Site) -> None:
    request = _ask(site)
    leader = site.logged_in("bagus")
    leader.get("/access")
    assert leader.post(f"/access/{request.id}/refuse").status_code == 303
    assert _bound(site) is None
    assert len(_told(site)) == 1
    assert "Joni ditolak, sudah diberi tahu" in leader.get("/access").text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"code": "F5SDA445"}, "Sudah terhubung: Budi Santoso"),
        ({"code": "??"}, "Kode teknisi harus 4 sampai 16"),
        ({"name": "x" * 100_000}, "Nama harus diisi"),
        ({"site": "XXX"}, "Site Operation XXX tidak ditemukan"),
        ({"person": "4242"}, "tidak ditemukan"),
        ({"person": "9" * 18}, "tidak ditemukan"),
        ({"name": "=cmd()", "code": "<script>alert(1)</script>"}, "Kode teknisi harus 4 sampai 16"),
    ],
)
def test_a_decision_that_cannot_stand_says_why_on_its_row_and_keeps_what_was_typed(
    site: Site, typed: dict[str, str], said: str
) -> None:
    request = _ask(site)
    _ask(site, 901, name="Lain", technician_code="F5SDA999")
    leader = site.logged_in("bagus")
    leader.get("/access")
    form = {"person": "", "name": "Nama Baru", "code": "F5SDA778", "site": "SDA"} | typed
    response = leader.post(f"/access/{request.id}/approve", form)
    row = response.text.partition(f'id="request-{request.id}"')[2].partition("</article>")[0]
    assert response.status_code in {404, 409, 422}
    assert said in unescape(row)
    assert form["name"] in unescape(row)
    assert form["code"] in unescape(row)
    assert "<script>alert" not in response.text
    assert _bound(site) is None
    assert not _told(site)


def test_of_two_clicks_the_second_says_what_was_decided(site: Site) -> None:
    request = _ask(site)
    leader, admin = site.logged_in("bagus"), site.logged_in("admin")
    for visitor in (leader, admin):
        visitor.get("/access")
    form = {"person": "", "name": "Joni", "code": "F5SDA778", "site": ""}
    assert leader.post(f"/access/{request.id}/approve", form).status_code == 303
    assert admin.post(f"/access/{request.id}/refuse").status_code == 303
    assert "sudah disetujui sebelumnya" in admin.get("/access").text
    assert leader.post(f"/access/{request.id}/approve", form).status_code == 303
    assert len(_told(site)) == 1


def test_a_request_that_never_was_is_not_found(site: Site) -> None:
    leader = site.logged_in("bagus")
    leader.get("/access")
    for number in (4242, 10**30):
        for act in ("approve", "refuse"):
            assert leader.post(f"/access/{number}/{act}", {"code": "F5SDA778"}).status_code == 404


def test_new_requests_appear_below_and_changed_ones_are_pointed_out(site: Site) -> None:
    leader = site.logged_in("bagus")
    _ask(site)

    def live(page: str) -> str:
        found = re.search(r'hx-get="(/access\?shown=[^"]*)"', page)
        assert found
        return unescape(found[1])

    address = live(leader.get("/access").text)
    quiet = leader.get(address).text
    assert "<article" not in quiet
    assert "berubah" not in quiet
    _ask(site, 901, name="Wayan", technician_code="F5SDA888")
    arrived = leader.get(address).text
    assert arrived.count("<article") == 1
    assert "Wayan" in arrived
    _ask(site, phone="0812345678")
    assert "Ada permintaan yang berubah" in leader.get(live(arrived)).text
    assert leader.get("/access?shown=,,x-y,%00").status_code == 200


@pytest.mark.parametrize(("username", "status"), [("rina", 403), ("bagus", 200), ("sari", 403), ("admin", 200)])
def test_access_is_for_those_who_manage_technicians(page_site: Site, username: str, status: int) -> None:
    request = _ask(page_site)
    page_site.store.write(lambda uow: uow.people.add(a_technician("Joko", "F5SDA555")))
    visitor = page_site.logged_in(username)
    assert visitor.get("/access").status_code == status
    visitor.get("/password")
    refused = visitor.post(f"/access/{request.id}/refuse").status_code
    assert refused == (303 if status == 200 else 403)


def test_the_site_operation_that_the_code_points_to_is_chosen_beforehand(site: Site) -> None:
    _ask(site, technician_code="F5SPJ777")
    _ask(site, 901, name="Jauh", technician_code="F5XYZ001")
    page = site.logged_in("bagus").get("/access").text
    chosen = re.findall(r'name="site".*?</select>', page, re.DOTALL)
    assert ['value="SDA" selected' in one for one in chosen] == [True, False]


def test_those_picked_are_approved_together_as_they_stood_on_the_page(site: Site) -> None:
    new = _ask(site)
    known = _ask(site, 901, name="Agus", technician_code="F5SDA446")
    changed = _ask(site, 902, name="Lama", technician_code="F5SDA888")
    _ask(site, 903, name="Budi", technician_code="F5SDA445")
    _ask(site, 904, name="Tanpa", technician_code="")
    leader = site.logged_in("bagus")
    page = leader.get("/access").text
    picks = dict(re.findall(r'name="(pick-\d+)" value="([^"]+)" form="many"', page))
    assert set(picks) == {f"pick-{one.id}" for one in (new, known, changed)}
    _ask(site, 902, name="Baru", technician_code="F5SDA888")
    for _ in range(2):
        assert leader.post("/access/approve", picks | {"pick-x": "x", "pick-7": "8-a"}).status_code == 303
    assert "0 disetujui" in leader.get("/access").text
    joni, agus = _bound(site), _bound(site, 901)
    assert joni
    assert agus
    assert (joni.technician_code, joni.site_operation, agus.id) == ("F5SDA777", "SDA", site.people["agus"].id)
    assert [_bound(site, telegram_id) for telegram_id in (902, 904)] == [None, None]
    assert [len(_told(site, chat)) for chat in (900, 901, 902, 903)] == [1, 1, 0, 0]


def test_picking_is_for_those_who_manage_technicians(page_site: Site) -> None:
    for username, status in (("rina", 403), ("sari", 403), ("bagus", 303)):
        visitor = page_site.logged_in(username)
        visitor.get("/password")
        assert visitor.post("/access/approve").status_code == status


KINDS: dict[str, Person | None] = {
    "new technician": None,
    "known technician": a_technician("Target", "F5SDA770"),
    "technician kept out": a_technician("Target", "F5SDA771", active=False),
    "helpdesk account": a_person("Target", username="target2", technician_code="F5SDA772"),
    "admin account": a_person("Target", username="target3", role=Role.ADMIN, phone="6281234567893"),
    "account kept out": a_person("Target", username="target4", phone="6281234567894", active=False),
}
ORDINARY = {"new technician", "known technician"}


def _target(site: Site, kind: str) -> tuple[AccessRequest, Person | None]:
    """A request, and whom its code or number points to."""
    person = KINDS[kind]
    stored = site.store.write(lambda uow: uow.people.add(person)) if person else None
    code = person.technician_code or "" if person else "F5SDA779"
    return _ask(site, 950 + list(KINDS).index(kind), technician_code=code, phone=person.phone if person else ""), stored


def _now(site: Site, request: AccessRequest, target: Person | None) -> tuple[bool, bool]:
    """Whether the one who asked is bound by now, and the person pointed to is active."""
    after = site.store.read(lambda uow: uow.people.get(target.id)) if target else None
    bound = _bound(site, request.telegram_id)
    assert not bound or not after or bound == after
    return bound is not None, after is None or after.active


def _card(page: str, request: AccessRequest) -> str:
    return unescape(page.partition(f'id="request-{request.id}"')[2].partition("</article>")[0])


def _as_shown(card: str) -> dict[str, str]:
    """The form of a request as the page fills it in."""
    form = {}
    for tag in re.findall(r"<input[^>]*>", card):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and name[1] in {"name", "code", "let_in"}:
            form[name[1]] = value[1] if value else ""
    for name, options in re.findall(r'<select[^>]* name="(person|site)"[^>]*>(.*?)</select>', card, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        form[name] = chosen[1] if chosen else ""
    return form


@pytest.mark.parametrize("username", ["rina", "sari", "bagus", "admin"])
def test_who_has_an_account_or_is_kept_out_is_approved_by_an_admin_alone(page_site: Site, username: str) -> None:
    visitor = page_site.logged_in(username)
    for kind in KINDS:
        request, target = _target(page_site, kind)
        may = username == "admin" or (username == "bagus" and kind in ORDINARY)
        visitor.get("/password")
        card = _card(visitor.get("/access").text, request)
        assert (f'action="/access/{request.id}/approve"' in card) == may, kind
        assert (f'name="pick-{request.id}"' in card) == may, kind
        form = _as_shown(card) if may else {"person": str(target.id if target else ""), "name": "x", "code": "F5SDA779"}
        response = visitor.post(f"/access/{request.id}/approve", form)
        assert response.status_code == (303 if may else 403), kind
        assert ("Hanya admin" in _card(response.text, request)) == (username == "bagus" and not may), kind
        assert _now(page_site, request, target) == (may, may or target is None or target.active), kind


@pytest.mark.parametrize("username", ["rina", "sari", "bagus", "admin"])
def test_picking_lets_in_whom_the_same_person_may_approve(page_site: Site, username: str) -> None:
    asked = {kind: _target(page_site, kind) for kind in KINDS}
    picks = re.findall(r'name="(pick-\d+)" value="([^"]+)"', page_site.logged_in("admin").get("/access").text)
    assert len(picks) == len(KINDS)
    visitor = page_site.logged_in(username)
    visitor.get("/password")
    visitor.post("/access/approve", dict(picks))
    for kind, (request, target) in asked.items():
        may = username == "admin" or (username == "bagus" and kind in ORDINARY)
        assert _now(page_site, request, target) == (may, may or target is None or target.active), kind


def test_the_list_offers_technicians_alone_and_an_admin_whom_the_request_points_to(page_site: Site) -> None:
    request, target = _target(page_site, "account kept out")
    other = _ask(page_site, 901, name="Lain", technician_code="F5SDA901")
    page_site.store.write(lambda uow: uow.people.add(a_technician("Mantan", "F5SDA700", active=False)))
    assert target
    for username in ("bagus", "admin"):
        page = page_site.logged_in(username).get("/access").text
        options = [re.findall(r'<option value="(\d+)"', _card(page, one)) for one in (request, other)]
        agus = str(page_site.people["agus"].id)
        assert options == ([[], [agus]] if username == "bagus" else [[str(target.id), agus], [agus]])


def test_a_kept_out_match_is_said_before_it_is_approved(page_site: Site) -> None:
    request, _ = _target(page_site, "account kept out")
    for username in ("bagus", "admin"):
        card = _card(page_site.logged_in(username).get("/access").text, request)
        assert "Cocok dengan Target · target4" in card
        assert "Punya akun web: target4, Helpdesk. Sedang nonaktif." in card
        said = "Kalau disetujui, Target aktif lagi di bot dan di web, dengan akun target4 (Helpdesk)." in card
        assert said == (username == "admin")
        assert "Hanya admin yang bisa memutuskan permintaan ini." in card


def test_whom_the_page_did_not_say_is_let_in_again_only_by_a_second_approval(page_site: Site) -> None:
    request = _ask(page_site, 901, name="Lain", technician_code="F5SDA901")
    gone = page_site.store.write(lambda uow: uow.people.add(a_technician("Mantan", "F5SDA700", active=False)))
    admin = page_site.logged_in("admin")
    form = _as_shown(_card(admin.get("/access").text, request)) | {"code": "f5sda700"}
    refused = admin.post(f"/access/{request.id}/approve", form)
    card = _card(refused.text, request)
    assert refused.status_code == 409
    assert "Mantan sedang nonaktif." in card
    assert "Kalau disetujui, Mantan aktif lagi di bot." in card
    assert not page_site.store.read(lambda uow: uow.people.get(gone.id)).active
    form = _as_shown(card)
    assert form["code"] == "f5sda700"
    assert admin.post(f"/access/{request.id}/approve", form).status_code == 303
    after = page_site.store.read(lambda uow: uow.people.get(gone.id))
    assert (after.active, after.telegram_id) == (True, 901)


def test_a_page_from_before_somebody_was_kept_out_lets_nobody_in(page_site: Site) -> None:
    request, target = _target(page_site, "known technician")
    assert target
    leader, admin = page_site.logged_in("bagus"), page_site.logged_in("admin")
    forms = {visitor: _as_shown(_card(visitor.get("/access").text, request)) for visitor in (leader, admin)}
    mark = re.search(rf'name="pick-{request.id}" value="([^"]+)"', leader.get("/access").text)
    assert mark
    seen = re.search(r'hx-get="(/access\?shown=[^"]*)"', leader.get("/access").text)
    assert seen
    page_site.store.write(lambda uow: uow.people.save(evolve(uow.people.get(target.id), active=False)))
    for address in (unescape(seen[1]), unescape(seen[1]).replace("shown=", "seen=")):  # as before 0.2, too
        arrivals = leader.get(address).text
        assert "Ada permintaan yang berubah" in arrivals
        assert "<html" not in arrivals
    for visitor, status in ((leader, 403), (admin, 409)):
        assert visitor.post(f"/access/{request.id}/approve", forms[visitor]).status_code == status
        visitor.post("/access/approve", {f"pick-{request.id}": mark[1]})
    refused = leader.post(f"/access/{request.id}/refuse")
    assert refused.status_code == 403
    assert "Hanya admin yang bisa memutuskan" in _card(refused.text, request)
    after = page_site.store.read(lambda uow: uow.people.get(target.id))
    assert (after.active, after.telegram_id) == (False, None)
