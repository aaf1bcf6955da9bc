"""The description of the API: whole, valid, served by us alone, and each of its examples works."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest

from sikpro.adapters.web.api.description import curl
from sikpro.adapters.web.api.examples import COMPLETED, DELETED, EXAMPLES, MINE, WAITING, Example
from sikpro.adapters.web.api.listing import PARAMETERS
from sikpro.application.ports.storage import UnitOfWork
from tests.integration.loopback import NO_TLS
from tests.integration.web.api.client import Script, script_of
from tests.integration.web.console import Site
from tests.integration.web.in_process import unchanging
from tests.integration.web.orders.test_files import photo

WHO = {"helpdesk": "rina", "team_leader": "bagus", "admin": "admin"}


def description(site: Site) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{site.url}/api/v1/openapi.json", verify=NO_TLS).json()
    return found


def operations(whole: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in whole["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def fill(site: Site) -> None:
    """The orders of the examples."""
    rina, admin = script_of(site, "rina"), script_of(site, "admin")
    made = [site.order(f"SC1000000{n}").id for n in (WAITING, MINE, COMPLETED, DELETED)]
    assert made == [WAITING, MINE, COMPLETED, DELETED]
    for order_id in (MINE, COMPLETED):
        assert rina.post(f"/orders/{order_id}/take").status_code == 200
    assert rina.post(f"/orders/{COMPLETED}/status", {"status": "selesai"}).status_code == 200
    assert admin.ask("DELETE", f"/orders/{DELETED}", {"reason": "salah"}).status_code == 200
    photo(site, site.store.read(lambda uow: uow.orders.get(WAITING)))
    for period in ("2026-10", "2026-09"):
        assert rina.post("/exports", {"period": period, "kind": "csv"}).status_code == 202

    stos = {"rows": [{"code": "GDN", "name": "Gedangan", "site_operation": "SDA"}]}
    assert admin.post("/imports/stos", stos).json()["writing"]["id"] == 1

    def finish(uow: UnitOfWork) -> None:
        now = site.clock.now()
        for _ in range(2):
            claimed = uow.exports.claim(now, timedelta(minutes=1))
            assert claimed
            if claimed.id == 2:
                uow.exports.finish(claimed, uow.blobs.add("a.csv", "text/csv", [b"SC1"], now).id, now)

    site.store.write(finish)


def test_each_operation_is_described_with_an_example_that_works(page_site: Site) -> None:
    fill(page_site)
    scripts = {role: script_of(page_site, username) for role, username in WHO.items()}
    wrong = []
    whole = description(page_site)
    with unchanging(page_site):
        for path, method, operation in operations(whole):
            assert operation["summary"]
            assert operation["description"]
            example = EXAMPLES[operation["operationId"]]
            page_site.clock.later(minutes=1)
            answer = scripts[example.by].ask(method.upper(), example.address(path), example.body)
            if str(answer.status_code) not in operation["responses"]:
                wrong.append(f"{operation['operationId']}: {answer.status_code} {answer.text}")
    assert wrong == []
    assert EXAMPLES.keys() == {operation["operationId"] for _, _, operation in operations(whole)}


def test_a_command_of_the_page_works_as_it_stands(page_site: Site) -> None:
    script = script_of(page_site, "rina")
    example = Example(body={"message": 'AO SC32232558 ZTEGC6754546 SDA ODP-SDA-003 F5SDA445 pagar "biru"'})
    command = curl("/api/v1/orders", "post", example, page_site.url) + " --silent --noproxy '*'"
    shell = {"TOKEN": script.token, "PATH": "/usr/bin:/bin"}
    done = subprocess.run(["bash", "-c", command], env=shell, capture_output=True, text=True, check=True)
    assert '"number":"SC32232558"' in done.stdout, done.stdout
    assert 'pagar \\"biru\\"' in done.stdout


def test_every_answer_and_every_problem_has_a_schema_and_bodies_take_no_other_fields(page_site: Site) -> None:
    whole = description(page_site)
    assert whole["openapi"].startswith("3.1")
    for _, method, operation in operations(whole):
        assert "default" in operation["responses"]
        headers = {one["name"] for one in operation["parameters"] if one["in"] == "header"}
        assert ("Idempotency-Key" in headers) is (method != "get")
    schemas = whole["components"]["schemas"]
    taken = ("NewOrder", "NewTexts", "SomeTexts", "NewStatus")
    assert [schemas[name]["additionalProperties"] for name in taken] == [False] * len(taken)
    assert "additionalProperties" not in schemas["OrderJson"]


@pytest.mark.parametrize(
    ("path", "lacks"), [("/api/v1/orders", set()), ("/api/v1/tables/orders.csv", {"after", "limit", "sort"})]
)
def test_every_filter_of_a_list_is_described_with_its_words(page_site: Site, path: str, lacks: set[str]) -> None:
    operation = description(page_site)["paths"][path]["get"]
    found = {one["name"]: one for one in operation["parameters"]}
    assert found.keys() == {*PARAMETERS} - lacks
    for one in found.values():
        assert (one["in"], one["required"]) == ("query", False)
        assert one["description"]
        assert one["schema"]["type"] == ("integer" if one["name"] == "limit" else "string")
    words = {name: set(one["schema"]["enum"]) for name, one in found.items() if "enum" in one["schema"]}
    assert words["phase"] == {"waiting", "in_progress", "held_up", "completed", "cancelled"}
    assert words["age"] == {"1h", "4h", "24h", "72h", "old"}
    assert words["channel"] == {"telegram", "web", "library", "import", "api"}
    assert words.keys() >= {"view", "turn", "waited", "acted", "tti", "in_time", "overdue"}
    page = httpx.get(f"{page_site.url}/api/v1/docs", verify=NO_TLS).text
    article = page.partition(f'id="{operation["operationId"]}"')[2].partition("</article>")[0]
    assert {name for name in found if f"<code>{name}</code></th>" not in article} == set()


def test_the_page_shows_code_as_code(page_site: Site) -> None:
    page = httpx.get(f"{page_site.url}/api/v1/docs", verify=NO_TLS).text
    assert "Go on with <code>next</code> until it is null." in page
    assert "`" not in page


def test_the_page_names_each_operation_and_each_code_and_nothing_of_another_host(page_site: Site) -> None:
    answer = httpx.get(f"{page_site.url}/api/v1/docs", verify=NO_TLS)
    assert answer.status_code == 200
    assert {name for name in EXAMPLES if f'id="{name}"' not in answer.text} == set()
    assert 'id="problem-order.duplicate"' in answer.text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', answer.text)
    assert "<script" not in answer.text


def test_a_problem_leads_to_its_line_of_the_page(page_site: Site) -> None:
    page = httpx.get(f"{page_site.url}/api/v1/docs", verify=NO_TLS).text
    problem = script_of(page_site, "rina").get("/orders/99").json()
    address, _, anchor = problem["type"].partition("#")
    assert address == "/api/v1/docs"
    assert f'id="{anchor}"' in page


@pytest.mark.parametrize("path", ["/openapi.json", "/docs"])
def test_the_description_is_for_everybody_and_says_nothing_of_the_installation(page_site: Site, path: str) -> None:
    page_site.order("SC77777777")
    answer = Script(page_site, "").get(path)
    assert answer.status_code == 200
    assert "SC77777777" not in answer.text
