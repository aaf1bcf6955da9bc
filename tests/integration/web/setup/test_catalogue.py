"""The catalogues and the settings: edited as far as orders and people allow."""

import re
from datetime import time, timedelta
from html import unescape

import pytest

from sikpro.domain.catalogue import Bilingual, OrderType, Status
from sikpro.domain.duplicates import DuplicateMode
from sikpro.domain.installation import Hours
from sikpro.domain.phase import Phase, Turn
from sikpro.testing.builders import a_status, stored_order
from tests.integration.web.console import Site, Visitor

STATUS = {
    "code": "",
    "label_id": "Tiang roboh",
    "label_en": "Pole down",
    "phase": "held_up",
    "turn": "technician",
    "group": "Kendala teknik",
    "template_id": "Tiang roboh, {mohon} lapor.",
    "template_en": "",
    "position": "5",
}
TYPE = {
    "code": "so",
    "label_id": "Isolir",
    "label_en": "Suspend",
    "first_action_limit": "0:15",
    "completion_limit": "72:00",
    "template_id": "Isolir dibuka dalam {jam}.",
    "template_en": "",
    "position": "9",
}
SETTINGS = {
    "duplicate_mode": "number",
    "claim": "45",
    "nudge_every": "20",
    "most_claims": "",
    "stuck_after": "10",
    "owners_at": "08:30",
    "hours_0": "07.30-12, 13-20",
    "hours_6": "8-12",
    "unused": "10",
    "unused_on_own_device": "7",
    "longest": "21",
    "no_shift": "5",
}


def _admin(site: Site, path: str) -> Visitor:
    admin = site.logged_in("admin")
    assert admin.get(path).status_code == 200
    return admin


def _status(site: Site, code: str) -> Status | None:
    return site.store.read(lambda uow: {row.code: row for row in uow.catalogue.statuses()}.get(code))


def _type(site: Site, code: str) -> OrderType | None:
    return site.store.read(lambda uow: {row.code: row for row in uow.catalogue.order_types()}.get(code))


def _edited(admin: Visitor, path: str, **changes: str) -> int:
    """Open a row's page, send its form back with changes, and return the status."""
    page = unescape(admin.get(path).text)
    values = dict(re.findall(r'<input type="(?:text|hidden)"[^>]* name="(\w+)"[^>]* value="([^"]*)"', page))
    values |= dict(re.findall(r'<input type="hidden" name="(mark)" value="(\w+)"', page))
    for name, inside in re.findall(r'<select id="[\w-]+" name="(\w+)".*?>(.*?)</select>', page):
        values[name] = next(iter(re.findall(r'value="(\w*)" selected', inside)), "")
    for name, text in re.findall(r'<textarea id="[\w-]+" name="(\w+)".*?>\n(.*?)</textarea>', page, re.DOTALL):
        values[name] = text
    return admin.post(path, values | changes).status_code


def test_a_fresh_installation_gets_its_site_operations_and_exchanges(site: Site) -> None:
    admin = _admin(site, "/catalogue/stos")
    assert admin.post("/catalogue/site-operations", {"code": "mjk", "name": "Mojokerto"}).status_code == 303
    assert admin.post("/catalogue/stos", {"code": "mrt", "name": "", "site_operation": "MJK"}).status_code == 303
    assert _edited(admin, "/catalogue/stos/row/SPJ", name="Sepanjang Baru", site_operation="MJK") == 303
    stos = site.store.read(lambda uow: {row.code: (row.name, row.site_operation) for row in uow.catalogue.stos()})
    assert stos == {"SDA": ("Sidoarjo", "SDA"), "SPJ": ("Sepanjang Baru", "MJK"), "MRT": ("", "MJK")}
    page = admin.get("/catalogue/stos").text
    for shown in ("MJK", "MRT", "Sepanjang Baru"):
        assert shown in page


@pytest.mark.parametrize(
    ("kind", "typed", "status", "entry", "said"),
    [
        ("site-operations", {"code": "?", "name": "A"}, 422, "code", "Kode Site Operation harus 2 sampai 12"),
        ("site-operations", {"code": "ABC", "name": ""}, 422, "name", "Nama harus diisi"),
        ("site-operations", {"code": "SDA", "name": "Lain"}, 409, "code", "Kode SDA sudah dipakai"),
        ("stos", {"code": "ABCD", "site_operation": "SDA"}, 422, "code", "Kode STO harus 3 huruf"),
        ("stos", {"code": "ABC", "name": "x" * 81, "site_operation": "SDA"}, 422, "name", "Nama harus diisi"),
        ("stos", {"code": "ABC", "site_operation": "XXX"}, 422, "site_operation", "Site Operation XXX tidak"),
        ("stos", {"code": "ABC"}, 422, "site_operation", "Belum diisi"),
        ("statuses", STATUS | {"label_id": ""}, 422, "label_id", "Nama harus diisi"),
        ("statuses", STATUS | {"phase": "later"}, 422, "phase", "Belum diisi"),
        ("statuses", STATUS | {"turn": ""}, 422, "turn", "Belum diisi"),
        ("statuses", STATUS | {"template_en": "x" * 1001}, 422, "template_en", "paling banyak 1.000"),
        ("statuses", STATUS | {"label_id": "!!"}, 422, "label_id", "harus berisi huruf"),
        ("order-types", TYPE | {"code": "A1"}, 422, "code", "Tipe order harus 2 sampai 12 huruf"),
        ("order-types", TYPE | {"first_action_limit": "30"}, 422, "first_action_limit", "Tulis jam:menit"),
        ("order-types", TYPE | {"completion_limit": "0:00"}, 422, "completion_limit", "Tulis jam:menit"),
        ("order-types", TYPE | {"completion_limit": "0:10"}, 422, "completion_limit", "lebih singkat"),
        ("order-types", TYPE | {"position": "-1"}, 422, "position", "Urutan berupa angka"),
    ],
)
def test_a_row_that_cannot_be_says_why_at_its_entry(
    site: Site, kind: str, typed: dict[str, str], status: int, entry: str, said: str
) -> None:
    admin = _admin(site, f"/catalogue/{kind}/new")
    before = site.store.read(lambda uow: (uow.catalogue.stos(), uow.catalogue.statuses(), uow.catalogue.order_types()))
    response = admin.post(f"/catalogue/{kind}", typed)
    assert response.status_code == status
    assert said in unescape(response.text.partition(f'id="f-{entry}-note"')[2].partition("</p>")[0])
    now = site.store.read(lambda uow: (uow.catalogue.stos(), uow.catalogue.statuses(), uow.catalogue.order_types()))
    assert now == before


def test_a_status_is_added_once_and_an_order_can_have_it(site: Site) -> None:
    admin = _admin(site, "/catalogue/statuses/new")
    assert [admin.post("/catalogue/statuses", STATUS).status_code for _ in range(2)] == [303, 303]
    assert _status(site, "tiang_roboh") == Status(
        code="tiang_roboh",
        phase=Phase.HELD_UP,
        turn=Turn.TECHNICIAN,
        label=Bilingual("Tiang roboh", "Pole down"),
        template=Bilingual("Tiang roboh, {mohon} lapor.", ""),
        group="kendala teknik",
        group_en="technical",
        position=5,
    )
    order = site.order()
    assert "Tiang roboh" in site.logged_in("rina").get(f"/orders/{order.id}").text


def test_a_group_of_reasons_has_its_name_in_the_readers_language(page_site: Site) -> None:
    order = page_site.order()
    rina = page_site.logged_in("rina")
    assert "Kendala teknik" in rina.get(f"/orders/{order.id}").text
    rina.post("/language", {"language": "en"})
    page = rina.get(f"/orders/{order.id}").text
    assert "Technical" in page
    assert "endala teknik" not in page
    assert "Technical" in rina.get("/orders?view=all&group=kendala+teknik").text


def test_limits_of_an_order_type_are_hours_and_minutes(site: Site) -> None:
    admin = _admin(site, "/catalogue/order-types/new")
    assert admin.post("/catalogue/order-types", TYPE).status_code == 303
    assert _edited(admin, "/catalogue/order-types/row/SO", completion_limit="48.30") == 303
    found = _type(site, "SO")
    assert found
    assert (found.first_action_limit, found.completion_limit) == (timedelta(minutes=15), timedelta(hours=48.5))


def test_what_somebody_else_changed_meanwhile_is_not_overwritten_unseen(site: Site) -> None:
    admin = _admin(site, "/catalogue/statuses/row/ogp")
    stale = {"label_id": "Satu", "label_en": "One", "phase": "in_progress", "turn": "helpdesk", "mark": "x"}
    response = admin.post("/catalogue/statuses/row/ogp", stale)
    assert response.status_code == 409
    assert 'value="Satu"' in response.text
    mark = re.search(r'name="mark" value="(\w+)"', response.text)
    assert mark
    assert admin.post("/catalogue/statuses/row/ogp", stale | {"mark": mark[1]}).status_code == 303


def test_what_orders_use_is_retired_but_not_deleted_and_the_page_says_by_how_many(site: Site) -> None:
    for number in ("SC100001", "SC100002"):
        site.order(number)
    admin = _admin(site, "/catalogue/stos")
    for kind, code in (("stos", "SDA"), ("statuses", "menunggu"), ("order-types", "AO")):
        page = admin.get(f"/catalogue/{kind}/row/{code}").text
        assert "Dipakai 2 order" in page
        assert "/delete" not in page
        refused = admin.post(f"/catalogue/{kind}/row/{code}/delete")
        assert refused.status_code == 409
        assert "Masih dipakai oleh 2 order" in refused.text
    assert admin.post("/catalogue/order-types/row/AO/active", {"active": "no"}).status_code == 303
    found = _type(site, "AO")
    assert found
    assert not found.active


def test_a_deleted_order_still_holds_its_rows(site: Site) -> None:
    site.store.write(lambda uow: stored_order(uow, type="MO", deleted_at=site.clock.at))
    admin = _admin(site, "/catalogue/order-types/row/MO")
    assert "Masih dipakai oleh 1 order" in admin.post("/catalogue/order-types/row/MO/delete").text


def test_what_nothing_uses_is_deleted(site: Site) -> None:
    admin = _admin(site, "/catalogue/stos/row/SPJ")
    for kind, code in (("stos", "SPJ"), ("statuses", "odp_penuh"), ("order-types", "PDA")):
        assert admin.post(f"/catalogue/{kind}/row/{code}/delete").status_code == 303
        assert admin.get(f"/catalogue/{kind}/row/{code}").status_code == 404
        assert admin.post(f"/catalogue/{kind}/row/{code}/delete").status_code == 404
    assert "ODP penuh" not in admin.get("/catalogue/statuses").text


def test_a_site_operation_with_exchanges_or_people_stays(site: Site) -> None:
    admin = _admin(site, "/catalogue/site-operations/row/SDA")
    refused = admin.post("/catalogue/site-operations/row/SDA/delete")
    assert refused.status_code == 409
    assert "2 STO, 2 orang, 0 order" in refused.text
    admin.post("/catalogue/site-operations", {"code": "MJK", "name": "Mojokerto"})
    assert admin.post("/catalogue/site-operations/row/MJK/delete").status_code == 303


def test_a_phase_keeps_an_active_status_and_the_installation_an_order_type(site: Site) -> None:
    admin = _admin(site, "/catalogue/statuses/row/menunggu")
    for act, typed in (("active", {"active": "no"}), ("delete", {})):
        refused = admin.post(f"/catalogue/statuses/row/menunggu/{act}", typed)
        assert refused.status_code == 409
        assert "satu-satunya status aktif di fasenya" in refused.text
    assert _edited(admin, "/catalogue/statuses/row/menunggu", phase="cancelled") == 409
    for code in ("AO", "MO", "PDA"):
        assert admin.post(f"/catalogue/order-types/row/{code}/active", {"active": "no"}).status_code == 303
    assert admin.post("/catalogue/order-types/row/CONFIG/active", {"active": "no"}).status_code == 409
    site.store.write(lambda uow: uow.catalogue.put_status(a_status("kedua")))
    assert admin.post("/catalogue/statuses/row/menunggu/active", {"active": "no"}).status_code == 303


def test_a_status_that_orders_have_keeps_its_phase(site: Site) -> None:
    site.order()
    site.store.write(lambda uow: uow.catalogue.put_status(a_status("kedua")))
    admin = _admin(site, "/catalogue/statuses/row/menunggu")
    assert _edited(admin, "/catalogue/statuses/row/menunggu", phase="held_up") == 422
    assert _edited(admin, "/catalogue/statuses/row/menunggu", label_id="Antre") == 303


def test_the_settings_are_kept_and_what_is_wrong_is_said_at_its_entry(site: Site) -> None:
    admin = _admin(site, "/settings")
    assert admin.post("/settings", SETTINGS).status_code == 303
    kept = site.store.read(lambda uow: uow.installation.get())
    assert (kept.claim, kept.nudge_every) == (timedelta(minutes=45), timedelta(minutes=20))
    assert kept.week[0] == (Hours(time(7, 30), time(12)), Hours(time(13), time(20)))
    assert kept.work_days.weekdays == (0, 6)
    wrong = {"claim": "0", "nudge_every": "x", "hours_0": "", "hours_6": ""}
    response = admin.post("/settings", SETTINGS | wrong)
    assert response.status_code == 422
    for said in ("dari 5 sampai 720. Tertulis: 0", "Tertulis: x", "paling sedikit satu hari"):
        assert said in response.text
    assert "Jam selesai harus sesudah" in admin.post("/settings", SETTINGS | {"hours_0": "8-7"}).text
    assert site.store.read(lambda uow: uow.installation.get()) == kept


def test_a_duplicate_rule_that_orders_break_is_refused_and_they_are_named(site: Site) -> None:
    admin = _admin(site, "/settings")
    assert admin.post("/settings", SETTINGS | {"duplicate_mode": "number_and_type"}).status_code == 303
    site.order("SC100001", type="AO")
    site.order("SC100001", type="MO")
    response = admin.post("/settings", SETTINGS | {"claim": "60"})
    assert response.status_code == 409
    assert "SC100001" in response.text
    kept = site.store.read(lambda uow: uow.installation.get())
    assert (kept.duplicate_mode, kept.claim) == (DuplicateMode.NUMBER_AND_TYPE, timedelta(minutes=45))


def test_a_catalogue_that_is_none_is_not_found(page_site: Site) -> None:
    admin = _admin(page_site, "/settings")
    assert admin.get("/catalogue").headers["location"] == "/catalogue/site-operations"
    for path in ("/catalogue/x", "/catalogue/x/new", "/catalogue/stos/row/ZZZ", "/catalogue/stos/row/%F0%9F%99%82"):
        assert admin.get(path).status_code == 404
