"""Catalogues, people, recaps, exports and ledgers by the API: by the rights of the console."""

from datetime import timedelta

import pytest

from sikpro.application.ports.storage import UnitOfWork
from sikpro.testing.builders import an_incoming
from tests.integration.web.api.client import code_of, script_of
from tests.integration.web.console import Site


def test_everybody_reads_catalogues_and_an_admin_changes_them(site: Site) -> None:
    rina, admin = script_of(site, "rina"), script_of(site, "admin")
    assert [row["code"] for row in rina.get("/catalogue/stos").json()["rows"]] == ["SDA", "SPJ"]
    new = {"entries": {"code": "WRU", "name": "Waru", "site_operation": "SDA"}}
    refused = rina.post("/catalogue/stos", new)
    assert (refused.status_code, code_of(refused)) == (403, "not_permitted")
    assert admin.post("/catalogue/stos", new).json() == {"code": "WRU", "active": True, **new}
    changed = admin.ask("PATCH", "/catalogue/stos/WRU", {"entries": {"name": "Waru Baru"}, "active": False}).json()
    assert (changed["entries"]["name"], changed["active"]) == ("Waru Baru", False)
    assert admin.ask("DELETE", "/catalogue/stos/WRU").status_code == 200
    assert code_of(admin.ask("DELETE", "/catalogue/stos/WRU")) == "not_found"


def test_what_a_catalogue_does_not_have_is_refused_by_name(page_site: Site) -> None:
    admin = script_of(page_site, "admin")
    assert code_of(admin.get("/catalogue/sto")) == "api.catalogue"
    [field] = admin.ask("PATCH", "/catalogue/stos/SDA", {"entries": {"nama": "x"}}).json()["fields"]
    assert (field["field"], field["code"]) == ("entries.nama", "api.field.unknown")
    entries = {"code": "WRU", "name": "W", "site_operation": "X"}
    [field] = admin.post("/catalogue/stos", {"entries": entries}).json()["fields"]
    assert field["field"] == "site_operation"


def test_a_row_in_use_is_not_deleted(page_site: Site) -> None:
    page_site.order()
    assert code_of(script_of(page_site, "admin").ask("DELETE", "/catalogue/stos/SDA")) == "in_use"


def test_a_person_learns_who_they_are_and_what_they_may(page_site: Site) -> None:
    me = script_of(page_site, "rina", "read").get("/people/me").json()
    assert (me["person"]["username"], me["scope"]) == ("rina", "read")
    assert "work" in me["permissions"]
    assert "administer" not in me["permissions"]
    assert "password" not in str(me)


def test_who_leads_manages_technicians_and_no_account_is_changed_by_a_script(site: Site) -> None:
    bagus, admin = script_of(site, "bagus"), script_of(site, "admin")
    made = bagus.post("/people/technicians", {"name": "Citra", "technician_code": "F5SDA447"}).json()
    changed = bagus.ask("PATCH", f"/people/technicians/{made['id']}", {"phone": "081234567890"}).json()
    assert changed["phone"] == "6281234567890"
    assert bagus.ask("PATCH", f"/people/technicians/{made['id']}", {"active": False}).json()["active"] is False
    names = [one["name"] for one in bagus.get("/people?active=true").json()["people"]]
    assert names == ["Agus Salim", "Budi Santoso"]
    assert "Rina" in [one["name"] for one in admin.get("/people").json()["people"]]
    rina = site.people["rina"].id
    assert code_of(bagus.ask("PATCH", f"/people/technicians/{rina}", {"name": "x"})) == "not_permitted"
    assert code_of(admin.ask("PATCH", f"/people/technicians/{rina}", {"name": "x"})) == "api.person.account"
    assert code_of(script_of(site, "rina").get("/people")) == "not_permitted"
    assert code_of(script_of(site, "rina").get(f"/people/{site.people['tono'].id}")) == "not_permitted"


def test_the_recap_has_the_figures_of_the_console_and_a_helpdesk_gets_their_own(page_site: Site) -> None:
    page_site.order()
    sari, rina = script_of(page_site, "sari"), script_of(page_site, "rina")
    figures = sari.get("/recaps/2026-11").json()["figures"]
    assert figures["received"]["waiting"] == 1
    assert figures["own"] is False
    assert rina.get("/recaps/2026-11").json()["figures"]["own"] is True
    assert sari.get("/recaps/2026-11?sto=SPJ").json()["figures"]["received"]["waiting"] == 0
    assert code_of(sari.get("/recaps/november")) == "period.unknown"


def test_a_file_is_requested_followed_and_downloaded_by_whom_it_is_for(site: Site) -> None:
    sari = script_of(site, "sari")
    asked = sari.post("/exports", {"period": "2026-11", "kind": "csv"})
    assert (asked.status_code, asked.json()["state"]) == (202, "queued")
    where = asked.headers["location"].removeprefix("/api/v1")
    assert code_of(sari.get(f"{where}/file")) == "not_found"

    def finish(uow: UnitOfWork) -> None:
        export = uow.exports.claim(site.clock.now(), timedelta(minutes=1))
        assert export
        assert uow.exports.progress(export, 5, 9, site.clock.now(), timedelta(minutes=1))

    site.store.write(finish)
    assert {name: sari.get(where).json()[name] for name in ("state", "done", "total", "url")} == {
        "state": "running",
        "done": 5,
        "total": 9,
        "url": None,
    }
    other = script_of(site, "admin")
    assert code_of(other.get(where)) == "not_found"
    assert other.get("/exports").json() == {"exports": []}
    assert sari.post(f"{where}/cancel").json()["state"] == "cancelled"


def test_the_ledger_is_for_who_sees_reports_and_goes_on_page_by_page(page_site: Site) -> None:
    def fill(uow: UnitOfWork) -> None:
        for number in range(60):
            uow.inbox.receive(an_incoming(f"halo {number}", message_id=number + 1), page_site.clock.now())

    page_site.store.write(fill)
    assert code_of(script_of(page_site, "rina").get("/messages")) == "not_permitted"
    sari, texts, path = script_of(page_site, "sari"), list[str](), "/messages"
    while path:
        page = sari.get(path).json()
        texts += [message["text"] for message in page["messages"]]
        path = page["next"]
    assert texts == [f"halo {number}" for number in range(59, -1, -1)]


def test_a_device_has_its_orders_with_their_hold_ups(page_site: Site) -> None:
    order = page_site.order()
    rina = script_of(page_site, "rina")
    rina.post(f"/orders/{order.id}/take")
    rina.post(f"/orders/{order.id}/status", {"status": "odp_penuh"})
    found = rina.get("/devices?q=ZTEGC6754546").json()
    assert (found["subject"], found["value"], found["next"]) == ("serial", "ZTEGC6754546", None)
    [one] = found["orders"]
    assert one["order"]["id"] == order.id
    assert one["hold_ups"] == [{"status": "odp_penuh", "since": "2026-11-02T12:00:00Z", "until": None}]
    assert code_of(rina.get("/devices?q=???")) == "device.unknown"


@pytest.mark.parametrize(
    ("path", "field", "code"),
    [
        ("/devices", "q", "api.parameter.missing"),
        ("/devices?q=SDA&after=x", "after", "api.cursor"),
        ("/messages?before=x", "before", "api.field.type"),
        ("/messages?before=0", "before", "api.field.type"),
        ("/people?role=x", "role", "api.field.type"),
    ],
)
def test_a_parameter_that_is_missing_or_cannot_be_read_is_named(
    page_site: Site, path: str, field: str, code: str
) -> None:
    answer = script_of(page_site, "admin").get(path)
    assert (answer.status_code, code_of(answer)) == (422, "fields.invalid")
    assert [(one["field"], one["code"]) for one in answer.json()["fields"]] == [(field, code)]


ROW = {
    "type": "AO",
    "registration_number": "SC32232558",
    "serial": "ZTEGC6754546",
    "sto": "SDA",
    "odp": "ODP-SDA-003",
    "technician": "F5SDA445",
}


def test_rows_of_orders_are_judged_one_by_one_and_the_good_ones_written_once(site: Site) -> None:
    admin = script_of(site, "admin")
    rows = [ROW, ROW | {"registration_number": "SC10000001", "sto": "XXX"}]
    looked = admin.post("/imports/orders", {"rows": rows, "received_now": True, "dry_run": True}).json()
    assert [row["row"] for row in looked["rows"]] == [0, 1]
    assert looked["writing"] is None
    assert [one["field"] for one in looked["rows"][1]["errors"]] == ["sto"]
    assert admin.get("/orders?view=all").json()["orders"] == []
    written = admin.post("/imports/orders", {"rows": rows, "received_now": True, "source": "lama.csv"}, key="k")
    assert written.json()["rows"] == looked["rows"]
    assert {name: written.json()["writing"][name] for name in ("state", "total", "added", "source")} == {
        "state": "written",
        "total": 1,
        "added": 1,
        "source": "lama.csv",
    }
    assert [order["channel"] for order in admin.get("/orders?view=all").json()["orders"]] == ["import"]
    again = admin.post("/imports/orders", {"rows": rows, "received_now": True, "source": "lama.csv"}, key="k")
    assert again.json() == written.json()
    where = written.headers["location"].removeprefix("/api/v1")
    assert admin.get(where).json() == written.json()["writing"]
    assert code_of(script_of(site, "rina").get(where)) == "not_found"


def test_many_rows_are_written_in_portions_whose_progress_is_asked_for(page_site: Site) -> None:
    admin = script_of(page_site, "admin")
    rows = [ROW | {"registration_number": f"SC1000{number:04}"} for number in range(60)]
    writing = admin.post("/imports/orders", {"rows": rows, "received_now": True}).json()["writing"]
    assert (writing["state"], writing["total"], writing["added"]) == ("waiting", 60, 0)
    assert [one["id"] for one in admin.get("/writings").json()["writings"]] == [writing["id"]]


def test_lists_are_imported_by_their_rights_and_accounts_by_none(page_site: Site) -> None:
    admin, sari = script_of(page_site, "admin"), script_of(page_site, "sari")
    stos = {"rows": [{"code": "WRU", "name": "Waru", "site_operation": "SDA"}]}
    assert admin.post("/imports/stos", stos).json()["writing"]["added"] == 1
    assert code_of(sari.post("/imports/stos", stos)) == "not_permitted"
    assert code_of(admin.post("/imports/people", stos)) == "api.catalogue"
    [field] = admin.post("/imports/stos", {"rows": [{"kode": "X"}]}).json()["fields"]
    assert (field["field"], field["code"]) == ("rows.kode", "api.field.unknown")
    assert code_of(admin.post("/imports/orders", {"rows": [ROW]})) == "import.no_date"
    assert code_of(script_of(page_site, "bagus").post("/imports/orders", {"rows": [ROW], "received_now": True})) == (
        "not_permitted"
    )
