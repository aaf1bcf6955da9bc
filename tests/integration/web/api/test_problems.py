"""Every error below /api is a problem of RFC 9457 that says what to do."""

import httpx
import pytest

from sikpro.application.ports.storage import StorageUnavailable
from tests.integration.loopback import NO_TLS
from tests.integration.web.api.client import DATA, Script, code_of, script_of
from tests.integration.web.console import Site


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api", 404, "http.404"),
        ("GET", "/api/v1/nothing", 404, "http.404"),
        ("GET", "/api/v2/orders", 404, "http.404"),
        ("GET", "/api/v1/orders/x", 404, "http.404"),
        ("GET", "/api/v1/orders/99", 404, "not_found"),
        ("GET", f"/api/v1/orders/{2**80}", 404, "not_found"),
        ("PUT", "/api/v1/orders", 405, "http.405"),
        ("GET", "/api/v1/orders?phse=done", 422, "fields.invalid"),
        ("GET", "/api/v1/orders?limit=0", 422, "fields.invalid"),
        ("GET", "/api/v1/orders/1?x=1", 422, "fields.invalid"),
    ],
)
def test_each_says_its_code_and_a_sentence_in_both_languages(
    page_site: Site, method: str, path: str, status: int, code: str
) -> None:
    answer = script_of(page_site, "rina").ask(method, path)
    assert (answer.status_code, code_of(answer)) == (status, code)


def test_a_wrong_method_is_told_the_right_ones(page_site: Site) -> None:
    assert "POST" in script_of(page_site, "rina").ask("PUT", "/orders").headers["allow"]


def test_every_method_of_an_address_is_named_where_one_asks(page_site: Site) -> None:
    script = script_of(page_site, "rina")
    assert script.ask("OPTIONS", "/orders").headers["allow"] == "GET, OPTIONS, POST"
    assert script.ask("OPTIONS", "/orders/1").headers["allow"] == "DELETE, GET, OPTIONS, PATCH"


def test_the_detail_is_in_the_language_that_is_accepted_else_in_the_persons(page_site: Site) -> None:
    script = script_of(page_site, "rina")
    said = {language: script.get("/orders/99", {"accept-language": language}) for language in ("en-GB,en", "id", "fr")}
    assert [one.headers["content-language"] for one in said.values()] == ["en", "id", "id"]
    assert all(
        one.json()["detail"] == one.json()["sentences"][one.headers["content-language"]] for one in said.values()
    )


@pytest.mark.parametrize(
    ("body", "status", "code", "field", "parts"),
    [
        (b"", 422, "api.body.lacks", "", ["fields, message, confirmed"]),
        (b"{", 400, "api.body.json", "", []),
        (b'{"message": NaN}', 400, "api.body.json", "", []),
        (b'{"message": "\xff"}', 400, "api.body.json", "", []),
        (b"[]", 422, "fields.invalid", "$", []),
        (b'{"feilds": {}}', 422, "fields.invalid", "feilds", ["fields, message, confirmed"]),
        (b'{"fields": {"odpp": "x"}}', 422, "fields.invalid", "fields.odpp", ["registration_number, serial, sto, odp"]),
        (b'{"fields": {}}', 422, "fields.invalid", "fields.type", []),
        (b'{"message": 5}', 422, "fields.invalid", "message", ["str"]),
        (b'{"confirmed": "true", "message": "x"}', 422, "fields.invalid", "confirmed", ["bool"]),
        (b"{}", 422, "api.order.either", "", []),
        (b'{"message": "x", "fields": null}', 422, "fields.invalid", "fields", []),
    ],
)
def test_a_body_that_is_not_strict_json_of_its_shape_is_refused_by_the_name_of_what_is_wrong(
    page_site: Site, body: bytes, status: int, code: str, field: str, parts: list[str]
) -> None:
    answer = script_of(page_site, "rina").ask(
        "POST", "/orders", headers={"content-type": "application/json"}, content=body
    )
    assert (answer.status_code, code_of(answer)) == (status, code), answer.text
    assert [one["field"] for one in answer.json().get("fields", [])] == ([field] if field else [])
    assert all(part in answer.text for part in parts), answer.text


def test_what_is_wrong_with_several_fields_is_said_of_each_by_its_label(page_site: Site) -> None:
    answer = script_of(page_site, "rina").post("/orders", {"fields": DATA | {"serial": "", "sto": "", "odp": ""}})
    assert (answer.status_code, code_of(answer)) == (422, "fields.invalid")
    problem = answer.json()
    assert "STO: Belum diisi." in problem["sentences"]["id"]
    assert "SN modem: Belum diisi." in problem["sentences"]["id"]
    assert problem["detail"] == problem["sentences"]["id"]
    assert [one["sentences"]["id"] for one in problem["fields"] if one["field"] == "odp"] == ["Belum diisi."]


@pytest.mark.parametrize("end", ["", "/journal"])
def test_a_number_where_an_id_is_expected_is_told_the_address_for_numbers(page_site: Site, end: str) -> None:
    script = script_of(page_site, "rina")
    order = script.register()
    answer = script.get(f"/orders/SC32232558{end}")
    assert (answer.status_code, code_of(answer)) == (404, "api.order.number")
    assert "/api/v1/orders/number/SC32232558" in answer.json()["sentences"]["id"]
    assert script.get("/orders/number/SC32232558").json()["id"] == order["id"]


@pytest.mark.parametrize(("accepts", "language"), [("", "id"), ("fr", "id"), ("en-GB", "en"), ("id", "id")])
def test_who_is_not_known_is_answered_in_the_language_that_is_accepted_else_in_indonesian(
    page_site: Site, accepts: str, language: str
) -> None:
    for path in ("/orders", "/nothing"):
        answer = Script(page_site, "sikpro_wrong").get(path, {"accept-language": accepts})
        assert code_of(answer) in {"api.token.wrong", "http.404"}
        assert answer.headers["content-language"] == language
        assert answer.json()["detail"] == answer.json()["sentences"][language]


def test_a_form_is_no_json(page_site: Site) -> None:
    answer = script_of(page_site, "rina").ask("POST", "/orders", data=DATA)
    assert (answer.status_code, code_of(answer)) == (415, "api.media_type")


def test_a_body_that_nobody_would_read_is_refused(page_site: Site) -> None:
    script = script_of(page_site, "rina")
    order = script.register()
    answer = script.post(f"/orders/{order['id']}/take", {"to": 5})
    assert (answer.status_code, code_of(answer)) == (422, "api.body.unread")
    assert script.post(f"/orders/{order['id']}/take", {}).status_code == 200


def test_a_body_that_is_too_large_is_refused(page_site: Site) -> None:
    answer = script_of(page_site, "rina").post("/orders", {"message": "x" * 1_100_000})
    assert (answer.status_code, code_of(answer)) == (413, "http.413")


def test_a_fault_of_the_field_is_said_with_what_was_typed_and_what_is_meant(page_site: Site) -> None:
    answer = script_of(page_site, "rina").post("/orders", {"fields": DATA | {"serial": "ZTEGC67S4546", "sto": "XXX"}})
    assert (answer.status_code, code_of(answer)) == (422, "fields.invalid")
    fields = {one["field"]: one for one in answer.json()["fields"]}
    assert fields.keys() >= {"serial", "sto"}
    assert fields["serial"]["sentences"]["id"].endswith("Tertulis: ZTEGC67S4546. Maksudnya ZTEGC6754546?")
    assert fields["serial"]["sentences"]["en"].endswith("Did you mean ZTEGC6754546?")
    assert fields["sto"]["parameters"]["typed"] == "XXX"
    assert set(fields["sto"]["sentences"]) == {"id", "en"}


def test_while_the_database_is_down_a_program_is_told_when_to_try_again(page_site: Site) -> None:
    script = script_of(page_site, "rina")
    page_site.store.fault = StorageUnavailable("down")
    answer = script.get("/orders")
    assert (answer.status_code, code_of(answer)) == (503, "http.503")
    assert answer.headers["retry-after"] == "10"


def test_what_nobody_expected_is_a_problem_too(page_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    script = script_of(page_site, "rina")
    page_site.store.fault = RuntimeError("boom")
    answer = script.get("/orders")
    assert (answer.status_code, code_of(answer)) == (500, "http.500")
    assert "boom" not in answer.text


def test_the_console_keeps_its_own_pages_for_errors(page_site: Site) -> None:
    answer = httpx.get(page_site.url + "/apis", verify=NO_TLS)
    assert answer.headers["content-type"].startswith("text/html")
