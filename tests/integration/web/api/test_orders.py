"""Orders by the API: what the console does, by the same rules, once for each key, and never over somebody's change."""

from typing import Any

import pytest

from sikpro.adapters.web.orders.order_listing import FILTERS
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.people import Person, Role
from sikpro.testing.builders import a_site_operation, a_technician, an_sto
from tests.integration.web.api.client import DATA, Script, code_of, script_of
from tests.integration.web.console import Site
from tests.integration.web.orders.test_files import photo

MESSAGE = "AO SC32232558 ZTEGC6754546 SDA ODP-SDA-003 F5SDA445 pagar biru"


def test_an_order_is_registered_from_fields_and_is_in_the_queue(site: Site) -> None:
    answer = script_of(site, "rina").post("/orders", {"fields": DATA | {"note": "pagar biru"}})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["place"], made["reading"]) == (1, None)
    order = made["order"]
    assert answer.headers["location"] == f"/api/v1/orders/{order['id']}"
    assert answer.headers["etag"] == f'"{order["version"]}"'
    assert order["fields"] == DATA | {"note": "pagar biru", "port": ""}
    assert {name: order[name] for name in ("number", "phase", "turn", "channel", "technician_name", "holder")} == {
        "number": "SC32232558",
        "phase": "waiting",
        "turn": "helpdesk",
        "channel": "api",
        "technician_name": "Budi Santoso",
        "holder": None,
    }
    assert order["received_at"] == "2026-11-02T12:00:00Z"
    assert "SC32232558" in site.logged_in("rina").get("/orders").text
    assert script_of(site, "tono").get("/orders/number/32232558").json() == order


def test_a_message_is_read_with_the_evidence_for_each_field(page_site: Site) -> None:
    made = script_of(page_site, "rina").post("/orders", {"message": MESSAGE}).json()
    assert made["order"]["fields"] == DATA | {"note": "pagar biru", "port": ""}
    assert made["reading"]["fields"] == DATA
    assert made["reading"]["evidence"]["registration_number"] == "form"
    assert made["reading"]["rest"] == "pagar biru"


def test_what_a_message_leaves_in_doubt_or_out_is_an_error_of_its_field_and_nothing_is_registered(
    page_site: Site,
) -> None:
    script = script_of(page_site, "rina")
    answer = script.post("/orders", {"message": "AO SC32232558 ZTEGC67S4546 SDA F5SDA445"})
    assert (answer.status_code, code_of(answer)) == (422, "fields.invalid")
    problem = answer.json()
    fields = {one["field"]: one for one in problem["fields"]}
    assert fields.keys() == {"serial", "odp"}
    assert fields["serial"]["parameters"]["typed"] == "ZTEGC67S4546"
    assert fields["odp"]["code"] == "field.missing"
    assert problem["reading"]["fields"]["registration_number"] == "SC32232558"
    assert script.get("/orders").json()["orders"] == []


def test_a_double_names_the_order_that_is_there(page_site: Site) -> None:
    script = script_of(page_site, "rina")
    order = script.register()
    answer = script.post("/orders", {"fields": DATA})
    assert (answer.status_code, code_of(answer)) == (409, "order.duplicate")
    assert answer.json()["parameters"] == {"number": "SC32232558", "order_id": order["id"]}


def test_an_odp_of_another_sto_is_taken_when_it_is_confirmed(page_site: Site) -> None:
    script, data = script_of(page_site, "rina"), DATA | {"odp": "ODP-SPJ-003"}
    refused = script.post("/orders", {"fields": data})
    assert [one["code"] for one in refused.json()["fields"]] == ["odp.other_sto"]
    assert script.post("/orders", {"fields": data, "confirmed": True}).status_code == 201


def test_an_order_goes_from_the_queue_to_its_end_and_back(site: Site) -> None:
    rina, order_id = script_of(site, "rina"), script_of(site, "tono").register()["id"]

    def now(answer: Any) -> tuple[str, str]:
        assert answer.status_code == 200, answer.text
        order = answer.json()
        assert answer.headers["etag"] == f'"{order["version"]}"'
        return order["phase"], (order["holder"] or {}).get("name", "")

    at = f"/orders/{order_id}"
    assert now(rina.post(f"{at}/take")) == ("in_progress", "Rina")
    assert now(rina.post(f"{at}/give-back")) == ("waiting", "")
    assert rina.post("/orders/next", {}).json()["order"]["id"] == order_id
    assert now(rina.post(f"{at}/status", {"status": "odp_penuh", "feedback": "cari ODP lain"})) == ("held_up", "")
    assert now(rina.ask("PATCH", at, {"fields": {"odp": "ODP-SDA-004"}})) == ("waiting", "")
    assert now(script_of(site, "bagus").post(f"{at}/assign", {"to": site.people["rina"].id})) == ("in_progress", "Rina")
    assert now(rina.post(f"{at}/status", {"status": "selesai"}))[0] == "completed"
    assert code_of(rina.post(f"{at}/take")) == "order.forbidden_move"
    assert now(rina.post(f"{at}/reopen", {"reason": "belum beres"}))[0] != "completed"
    boss = script_of(site, "admin")
    assert boss.ask("DELETE", at, {"reason": "salah kirim"}).json()["deleted_at"]
    gone = rina.get(at)
    assert (gone.status_code, code_of(gone)) == (404, "order.removed")
    assert boss.post(f"{at}/restore").json()["deleted_at"] is None
    kinds = [fact["kind"] for fact in rina.get(f"{at}/journal").json()["journal"]]
    assert kinds[:2] == ["order_placed", "order_taken"]
    assert kinds[-2:] == ["order_deleted", "order_restored"]


def test_a_status_sends_its_own_text_unless_another_is_given(page_site: Site) -> None:
    rina = script_of(page_site, "rina")
    order_id = rina.register()["id"]

    def sent(**body: str) -> str:
        rina.post(f"/orders/{order_id}/take")
        assert rina.post(f"/orders/{order_id}/status", {"status": "odp_penuh", **body}).status_code == 200
        text: str = rina.get(f"/orders/{order_id}/messages").json()["messages"][-1]["text"]
        return text

    proposed, own, none = sent(), sent(feedback="cari ODP lain"), sent(feedback="")
    assert "cari ODP lain" in own
    assert len({proposed, own, none}) == 3


def test_words_notes_and_nudges_are_kept_where_they_belong(page_site: Site) -> None:
    rina = script_of(page_site, "rina")
    order_id = rina.register()["id"]
    at = f"/orders/{order_id}"
    assert rina.post(f"{at}/words", {"text": "sebentar ya"}).status_code == 200
    assert rina.post(f"{at}/remarks", {"text": "@tono tolong lihat"}).status_code == 200
    assert rina.post(f"{at}/nudge").json()["nudged_at"]
    again = rina.post(f"{at}/nudge")
    assert code_of(again) == "order.nudged"
    assert again.json()["parameters"]["until"] > "2026-11-02T12:00:00Z"
    facts = rina.get(f"{at}/journal").json()["journal"]
    assert [fact["kind"] for fact in facts] == ["order_placed", "words_sent", "order_remarked", "order_nudged"]
    assert facts[2]["facts"]["text"] == "@tono tolong lihat"
    assert facts[2]["by"] == {"id": page_site.people["rina"].id, "name": "Rina"}


def test_a_technician_is_asked_for_the_rest(page_site: Site) -> None:
    answer = script_of(page_site, "bagus").post("/orders/hand-over", {"fields": {"technician": "F5SDA445"}})
    assert (answer.status_code, answer.json()["technician"]["name"]) == (202, "Budi Santoso")
    refused = script_of(page_site, "rina").post("/orders/hand-over", {"fields": {"technician": "F5SDA445"}})
    assert code_of(refused) == "not_permitted"


def test_next_takes_of_the_list_that_is_named_and_says_when_none_waits(page_site: Site) -> None:
    rina = script_of(page_site, "rina")
    rina.register("SC10000001")
    other = rina.register("SC10000002", sto="SPJ", odp="ODP-SPJ-003")
    assert rina.post("/orders/next", {"query": "sto=SPJ"}).json()["order"]["id"] == other["id"]
    assert rina.post("/orders/next", {"query": "sto=SPJ"}).json() == {"order": None}
    assert code_of(rina.post("/orders/next", {"query": "st=SPJ"})) == "fields.invalid"


# ---- files ----------------------------------------------------------------------------------------------------------


def test_the_photo_of_an_order_is_listed_and_downloaded(page_site: Site) -> None:
    photo_id = photo(page_site, page_site.order())
    script = script_of(page_site, "rina")
    [order] = script.get("/orders").json()["orders"]
    [file] = script.get(f"/orders/{order['id']}/files").json()["files"]
    assert (file["id"], file["state"]) == (photo_id, "stored")
    assert script.get(file["url"]).headers["content-type"].startswith("image/")
    assert code_of(script.get("/orders/files/99/content")) == "not_found"


# ---- lists ----------------------------------------------------------------------------------------------------------


def test_all_pages_of_a_list_have_every_order_once(site: Site) -> None:
    script = script_of(site, "rina")
    made = [script.register(f"SC1000000{n}")["id"] for n in range(5)]
    seen, path = [], "/orders?view=all&limit=2"
    while path:
        page = script.get(path).json()
        assert len(page["orders"]) <= 2
        seen += [order["id"] for order in page["orders"]]
        path = page["next"]
    assert seen == made[::-1]


def test_the_link_to_the_next_page_is_in_the_header_too_and_a_cursor_of_others_is_refused(page_site: Site) -> None:
    script = script_of(page_site, "rina")
    for number in (1, 2):
        script.register(f"SC1000000{number}")
    answer = script.get("/orders?limit=1&sto=SDA")
    assert answer.headers["link"] == f'<{answer.json()["next"]}>; rel="next"'
    assert "sto=SDA" in answer.json()["next"]
    assert code_of(script.get("/orders?after=xyz")) == "fields.invalid"


def test_each_filter_of_the_queue_page_is_taken_and_a_value_that_it_cannot_have_is_refused(page_site: Site) -> None:
    script = script_of(page_site, "rina")
    waiting = script.register("SC10000001")["id"]
    held = script.register("SC10000002", sto="SPJ", odp="ODP-SPJ-003")["id"]
    script.post(f"/orders/{held}/take")
    script.post(f"/orders/{held}/status", {"status": "odp_penuh"})

    def found(query: str) -> list[int]:
        answer = script.get(f"/orders?{query}")
        assert answer.status_code == 200, answer.text
        return sorted(order["id"] for order in answer.json()["orders"])

    both = sorted([waiting, held])
    assert {
        query: found(query)
        for query in (
            "phase=held_up",
            "view=held_up",
            "view=open",
            "sto=SPJ",
            "status=odp_penuh",
            "q=10000001",
            "day=2026-11-02&view=all",
            "received=2026-11-03_2026-11-05&view=all",
            f"helpdesk={page_site.people['rina'].id}&view=all",
            "channel=api&view=all",
            "channel=web&view=all",
            "turn=helpdesk&view=open",
            "view=mine",
        )
    } == {
        "phase=held_up": [held],
        "view=held_up": [held],
        "view=open": both,
        "sto=SPJ": [],  # the default view is what waits for the helpdesk
        "status=odp_penuh": [],
        "q=10000001": [waiting],
        "day=2026-11-02&view=all": both,
        "received=2026-11-03_2026-11-05&view=all": [],
        f"helpdesk={page_site.people['rina'].id}&view=all": [held],
        "channel=api&view=all": both,
        "channel=web&view=all": [],
        "turn=helpdesk&view=open": [waiting],
        "view=mine": [],
    }
    for name in FILTERS:
        answer = script.get(f"/orders?{name}=~~~")
        refused = [] if name in _ANY else [name]
        assert [one["field"] for one in answer.json().get("fields", [])] == refused


_ANY = {"technician"}
"""Filters whose codes are too many to be named: an unknown one finds nothing."""


@pytest.mark.parametrize(
    "query", ["view=x", "view=", "turn=", "sort=x", "sort=sto&view=all", "limit=201", "view=deleted"]
)
def test_what_no_list_has_is_refused_with_what_there_is(page_site: Site, query: str) -> None:
    answer = script_of(page_site, "rina").get(f"/orders?{query}")
    [field] = answer.json()["fields"]
    assert (answer.status_code, field["code"], field["field"]) == (422, "api.choice", query.partition("=")[0])
    assert field["parameters"]["known"] != "-"


def test_a_technician_with_an_account_sees_the_orders_of_their_own_site_operation_alone(page_site: Site) -> None:
    rina = script_of(page_site, "rina")

    def furnish(uow: UnitOfWork) -> Person:
        uow.catalogue.put_site_operation(a_site_operation("MJK", "Mojokerto"))
        uow.catalogue.put_sto(an_sto("MJK", "Mojokerto", "MJK"))
        tedi = a_technician("Tedi", "F5SDA900", username="tedi", role=Role.TECHNICIAN, site_operation="SDA")
        return uow.people.add(tedi)

    page_site.people["tedi"] = page_site.store.write(furnish)
    near = rina.register("SC10000001")["id"]
    far = rina.register("SC10000002", sto="MJK", odp="ODP-MJK-001")["id"]
    tedi = script_of(page_site, "tedi")
    assert [order["id"] for order in tedi.get("/orders?view=all").json()["orders"]] == [near]
    assert [tedi.get(f"/orders/{one}").status_code for one in (near, far)] == [200, 404]
    assert code_of(tedi.post(f"/orders/{far}/take")) == "not_found", "what one may not see one does not learn of"
    assert code_of(tedi.post(f"/orders/{near}/take")) == "not_permitted"


# ---- versions -------------------------------------------------------------------------------------------------------


def test_a_change_of_what_somebody_changed_meanwhile_is_refused_with_the_present_tag(site: Site) -> None:
    rina = script_of(site, "rina")
    order = rina.register()
    at, seen = f"/orders/{order['id']}", f'"{order["version"]}"'
    script_of(site, "tono").post(f"{at}/take")
    answer = rina.ask("PATCH", at, {"fields": {"note": "x"}}, headers={"if-match": seen})
    assert (answer.status_code, code_of(answer)) == (412, "api.changed")
    now = rina.get(at)
    assert answer.headers["etag"] == now.headers["etag"] != seen
    tono = script_of(site, "tono")
    for tag in (now.headers["etag"], f'"9", {now.headers["etag"]}', "*"):
        done = tono.ask("PATCH", at, {"fields": {"note": f"x {tag}"}}, headers={"if-match": tag})
        assert done.status_code == (200 if tag != f'"9", {now.headers["etag"]}' else 412)


def test_an_order_that_is_known_already_is_not_sent_again(page_site: Site) -> None:
    rina = script_of(page_site, "rina")
    at = f"/orders/{rina.register()['id']}"
    tag = rina.get(at).headers["etag"]
    known = rina.get(at, {"if-none-match": tag})
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", tag)
    rina.post(f"{at}/take")
    assert rina.get(at, {"if-none-match": tag}).status_code == 200


# ---- keys -----------------------------------------------------------------------------------------------------------


def test_the_same_request_under_the_same_key_is_done_once_and_answered_alike(site: Site) -> None:
    rina = script_of(site, "rina")
    first, second = (rina.post("/orders", {"fields": DATA}, key="satu") for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert [second.headers[name] for name in ("etag", "location")] == [
        first.headers[name] for name in ("etag", "location")
    ]
    assert len(rina.get("/orders").json()["orders"]) == 1
    assert code_of(rina.post("/orders", {"fields": DATA}, key="dua")) == "order.duplicate"


def test_the_first_answer_stays_the_answer_after_the_order_has_changed(page_site: Site) -> None:
    rina = script_of(page_site, "rina")
    first = rina.post("/orders", {"fields": DATA}, key="satu").json()
    rina.post(f"/orders/{first['order']['id']}/take")
    assert rina.post("/orders", {"fields": DATA}, key="satu").json() == first


def test_another_request_under_a_used_key_is_refused_and_of_another_person_is_another_key(page_site: Site) -> None:
    rina, tono = script_of(page_site, "rina"), script_of(page_site, "tono")
    order = rina.post("/orders", {"fields": DATA}, key="k").json()["order"]
    other = DATA | {"registration_number": "SC10000001"}
    assert code_of(rina.post("/orders", {"fields": other}, key="k")) == "api.key.reused"
    assert code_of(rina.post(f"/orders/{order['id']}/take", key="k")) == "api.key.reused"
    assert tono.post("/orders", {"fields": other}, key="k").status_code == 201


def test_a_refused_request_is_judged_anew_under_its_key(page_site: Site) -> None:
    rina, tono = script_of(page_site, "rina"), script_of(page_site, "tono")
    at = f"/orders/{rina.register()['id']}"
    tono.post(f"{at}/take")
    assert code_of(rina.post(f"{at}/take", key="k")) == "order.taken_by"
    tono.post(f"{at}/give-back")
    assert rina.post(f"{at}/take", key="k").status_code == 200


@pytest.mark.parametrize("key", ["x" * 201, "a b", ""])
def test_a_key_that_is_none_is_refused(page_site: Site, key: str) -> None:
    answer = script_of(page_site, "rina").post("/orders", {"fields": DATA}, {"idempotency-key": key})
    assert (answer.status_code, code_of(answer)) == (400, "api.key.form")


def test_an_act_and_its_answer_are_one_transaction(page_site: Site) -> None:
    rina = script_of(page_site, "rina")
    answers = page_site.store.read(lambda uow: uow.kept_answers.find(page_site.people["rina"].id, "k"))
    assert answers is None
    order = rina.post("/orders", {"fields": DATA}, key="k").json()["order"]

    def kept(uow: Any) -> tuple[str, str]:
        found = uow.kept_answers.find(page_site.people["rina"].id, "k")
        return uow.orders.get(order["id"]).number, found.headers["location"]

    assert page_site.store.read(kept) == ("SC32232558", f"/api/v1/orders/{order['id']}")


def numbers(script: Script, query: str) -> list[str]:
    answer = script.get(f"/orders?{query}")
    assert answer.status_code == 200, answer.text
    return [row["number"] for row in answer.json()["orders"]]


def test_orders_are_listed_by_the_time_since_their_receipt(page_site: Site) -> None:
    script = script_of(page_site, "rina")
    script.register("SC10000001")
    page_site.clock.later(hours=5)
    script.register("SC10000002", serial="ZTEGC6754547")
    assert numbers(script, "older_than=4h") == ["SC10000001"]
    assert numbers(script, "younger_than=4h") == ["SC10000002"]
    assert numbers(script, "older_than=1h30m&younger_than=2d") == ["SC10000001"]
    assert script.post("/orders/next", {"query": "younger_than=4h"}).json()["order"]["number"] == "SC10000002"
    for typed in ("soon", "4", "999999w"):
        [field] = script.get(f"/orders?older_than={typed}").json()["fields"]
        assert (field["field"], field["code"]) == ("older_than", "api.choice")


@pytest.mark.parametrize("name", ["sto", "type", "status", "site_operation", "group"])
def test_a_code_that_no_catalogue_has_is_refused_with_those_it_has(page_site: Site, name: str) -> None:
    script = script_of(page_site, "rina")
    script.register()
    for answer in (
        script.get(f"/orders?{name}=XXX"),
        script.post("/orders/next", {"query": f"{name}=XXX"}),
        script_of(page_site, "sari", "read").get(f"/tables/orders.csv?{name}=XXX"),
    ):
        assert (answer.status_code, code_of(answer)) == (422, "fields.invalid")
        [field] = answer.json()["fields"]
        assert (field["field"], field["parameters"]["typed"]) == (name, "XXX")
        known = field["parameters"]["known"].split(", ")
        assert script.get(f"/orders?{name}={known[-1]}").status_code == 200
