"""Personal tokens on one's own page."""

import re

import pytest

from sikpro.application.use_cases.people.personal_tokens import make_token, opened_by
from sikpro.application.workers.clock_watch import never_jumped
from tests.integration.web.console import Site

SHOWN = re.compile(r'data-copy="(sikpro_[\w-]{43})"')
END = re.compile(r'action="(/profile/tokens/[0-9]+/end)"')
TYPED = {"name": "rekap subuh", "scope": "write", "days": "30"}


def opens(site: Site, text: str) -> str:
    found = site.store.read(lambda uow: opened_by(uow, text, site.clock.now(), never_jumped))
    return f"{found[1].username} {found[0].scope}" if found else ""


def test_a_token_is_shown_once_works_and_ends_by_its_button(site: Site) -> None:
    rina = site.logged_in("rina")
    rina.get("/profile")
    [text] = SHOWN.findall(rina.post("/profile/tokens", TYPED).text)
    assert opens(site, text) == "rina write"
    page = rina.get("/profile").text
    assert text not in page
    assert "rekap subuh" in page
    assert "belum pernah dipakai" in page
    [end] = END.findall(page)
    assert rina.post(end).headers["location"] == "/profile#tokens"
    assert opens(site, text) == ""
    assert not END.findall(rina.get("/profile").text)
    assert rina.post(end).status_code == 404


def test_what_is_wrong_is_said_beside_what_was_typed(page_site: Site) -> None:
    rina = page_site.logged_in("rina")
    rina.get("/profile")
    answer = rina.post("/profile/tokens", TYPED | {"days": "400", "name": "kiriman <b>"})
    assert answer.status_code == 422
    assert "1 sampai 365 hari" in answer.text
    assert 'value="kiriman &lt;b&gt;"' in answer.text


def test_whoever_finds_an_open_browser_makes_no_token_without_the_password(page_site: Site) -> None:
    rina = page_site.logged_in("rina")
    page_site.clock.later(minutes=11)
    rina.get("/profile")
    asked = rina.post("/profile/tokens", TYPED)
    assert asked.status_code == 401
    assert "rekap subuh" in asked.text
    assert not SHOWN.findall(asked.text)
    assert SHOWN.findall(rina.post("/profile/tokens", TYPED | {"own_password": "rahasia-sekali"}).text)


@pytest.mark.parametrize("other", ["tono", "admin"])
def test_nobody_sees_or_ends_the_tokens_of_another(page_site: Site, other: str) -> None:
    rina = page_site.people["rina"]
    made, text = page_site.store.write(
        lambda uow: make_token(uow, rina, TYPED, page_site.clock.now(), jumped=never_jumped, by=rina)
    )
    visitor = page_site.logged_in(other)
    assert "rekap subuh" not in visitor.get("/profile").text
    assert visitor.post(f"/profile/tokens/{made.id}/end").status_code == 404
    assert opens(page_site, text) == "rina write"
