"""Who gets into the API: by a token alone, for what its person may at that moment, and so often."""

from datetime import timedelta

import httpx
import pytest
from attrs import evolve

from sikpro.adapters.web.api.door import is_due
from sikpro.adapters.web.site.limits import PER_MINUTE, WRONG_PER_MINUTE
from sikpro.application.use_cases.people.manage_people import set_active
from sikpro.domain.people import Role
from sikpro.testing.builders import NOON
from sikpro.testing.contracts.tokens import a_token
from tests.integration.e2e.installation import wait_until
from tests.integration.loopback import NO_TLS
from tests.integration.web.api.client import DATA, Script, code_of, script_of, token_for
from tests.integration.web.console import Site


def test_a_token_opens_the_api_as_its_person(page_site: Site) -> None:
    order = script_of(page_site, "rina").register()
    taken = script_of(page_site, "tono").post(f"/orders/{order['id']}/take").json()
    assert taken["holder"] == {"id": page_site.people["tono"].id, "name": "Tono"}


@pytest.mark.parametrize("token", ["", "sikpro_" + "a" * 43, "x"])
def test_without_a_token_that_opens_nothing_is_answered_and_how_to_is_said(page_site: Site, token: str) -> None:
    answer = Script(page_site, token).get("/orders")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="sikpro"'
    assert code_of(answer) == ("api.token.wrong" if token else "api.token.missing")


def test_the_session_of_a_browser_opens_nothing_here_and_gets_no_cookie(page_site: Site) -> None:
    rina = page_site.logged_in("rina")
    for answer in (rina.get("/api/v1/orders"), rina.client.post("/api/v1/orders", json={"fields": DATA})):
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers
    assert page_site.store.read(lambda uow: uow.order_queries.newest_id()) == 0


def test_a_token_opens_no_page_of_the_console(page_site: Site) -> None:
    header = {"authorization": f"Bearer {token_for(page_site, 'rina')}"}
    answer = httpx.get(page_site.url + "/orders", headers=header, verify=NO_TLS)
    assert answer.status_code == 303


def test_a_token_that_only_reads_changes_nothing(page_site: Site) -> None:
    order = script_of(page_site, "rina").register()
    reader = script_of(page_site, "rina", "read")
    assert reader.get(f"/orders/{order['id']}").status_code == 200
    for answer in (
        reader.post(f"/orders/{order['id']}/take"),
        reader.ask("PATCH", f"/orders/{order['id']}", {"fields": {}}),
        reader.ask("DELETE", f"/orders/{order['id']}", {"reason": "x"}),
    ):
        assert (answer.status_code, code_of(answer)) == (403, "api.token.read_only")
        assert "--scope write" in answer.json()["detail"]
    assert reader.get(f"/orders/{order['id']}").json()["version"] == order["version"]


def test_a_new_role_counts_at_the_next_call_and_who_is_kept_out_is_out(page_site: Site) -> None:
    script, rina = script_of(page_site, "rina"), page_site.people["rina"]
    order = script.register()
    page_site.store.write(lambda uow: uow.people.save(evolve(uow.people.get(rina.id), role=Role.SUPERVISOR)))
    answer = script.post(f"/orders/{order['id']}/take")
    assert (answer.status_code, code_of(answer)) == (403, "not_permitted")
    page_site.store.write(lambda uow: set_active(uow, rina.id, False, None, page_site.clock.now()))
    assert script.get("/orders").status_code == 401


def test_a_token_ends_with_its_date(page_site: Site) -> None:
    script = Script(page_site, token_for(page_site, "rina", days=1))
    assert script.get("/orders").status_code == 200
    page_site.clock.later(timedelta(days=1))
    assert code_of(script.get("/orders")) == "api.token.wrong"


def test_who_must_change_the_password_does_that_first(page_site: Site) -> None:
    script, rina = script_of(page_site, "rina"), page_site.people["rina"]
    page_site.store.write(lambda uow: uow.people.save(evolve(uow.people.get(rina.id), must_change_password=True)))
    assert code_of(script.get("/orders")) == "api.token.one_time_password"


def test_an_admin_of_whom_two_steps_are_required_turns_them_on_first(page_site: Site) -> None:
    script = script_of(page_site, "admin")
    page_site.store.write(lambda uow: uow.installation.put(evolve(uow.installation.get(), admins_two_steps=True)))
    assert code_of(script.get("/orders")) == "api.token.two_steps"


def test_the_last_use_is_noted_when_the_answer_has_left(page_site: Site) -> None:
    script, rina = script_of(page_site, "rina"), page_site.people["rina"]
    script.get("/orders")
    wait_until(
        lambda: page_site.store.read(lambda uow: uow.tokens.of_person(rina.id))[0].used_at == page_site.clock.at,
        "the use is noted",
    )


def test_a_last_use_is_precise_to_a_minute_so_that_reads_seldom_write() -> None:
    used = {
        seconds: is_due(a_token(1, used_at=NOON), NOON + timedelta(seconds=seconds))
        for seconds in (0, 59, 60, -59, -60)
    }
    assert used == {0: False, 59: False, 60: True, -59: False, -60: True}
    assert is_due(a_token(1), NOON)


def test_what_is_left_of_the_limit_is_said(page_site: Site) -> None:
    script = script_of(page_site, "rina")
    page_site.clock.at = page_site.clock.at.replace(second=20)
    for answer, left in ((script.get("/orders"), 1), (script.get("/orders/99"), 2)):
        assert answer.headers["ratelimit-policy"] == f'"minute";q={PER_MINUTE};w=60'
        assert answer.headers["ratelimit"] == f'"minute";r={PER_MINUTE - left};t=40'


def test_one_request_too_many_is_refused_until_the_minute_is_over(page_site: Site) -> None:
    script, other = script_of(page_site, "rina"), script_of(page_site, "rina")
    answers = [script.get("/orders/1").status_code for _ in range(PER_MINUTE)]
    assert set(answers) == {404}
    refused = script.get("/orders/1")
    assert (refused.status_code, code_of(refused)) == (429, "api.too_often")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["ratelimit"].startswith('"minute";r=0;')
    assert other.get("/orders/1").status_code == 404, "another token has a limit of its own"
    page_site.clock.later(minutes=1)
    assert script.get("/orders/1").status_code == 404


def test_whoever_tries_tokens_is_slowed_down(page_site: Site) -> None:
    stranger = Script(page_site, "sikpro_" + "a" * 43)
    assert {stranger.get("/orders").status_code for _ in range(WRONG_PER_MINUTE)} == {401}
    assert stranger.get("/orders").status_code == 429
