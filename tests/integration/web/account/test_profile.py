"""One's own page: the sessions one is logged in by."""

import re

import pytest

from sikpro.adapters.web.site.security import session_id
from sikpro.application.ports.network import BotState
from sikpro.application.use_cases.people.bind_phone import bind_by_link
from tests.integration.web.console import ROLES, Site

END = re.compile(r'action="(/profile/sessions/[0-9a-f]{64}/end)"')


def test_another_session_of_mine_is_ended_at_once_and_this_one_stays(site: Site) -> None:
    here, there = site.logged_in("rina"), site.logged_in("rina")
    page = here.get("/profile").text
    assert "Sesi ini" in page
    [end] = END.findall(page)
    for _ in range(2):
        assert here.post(end).headers["location"] == "/profile"
    assert there.get("/orders").headers["location"].startswith("/login")
    assert here.get("/profile").status_code == 200
    assert not END.findall(here.get("/profile").text)


def test_all_other_sessions_end_together(site: Site) -> None:
    here, *others = (site.logged_in("rina") for _ in range(4))
    tono = site.logged_in("tono")
    assert "Akhiri semua yang lain" in here.get("/profile").text
    assert here.post("/profile/sessions/end-others").status_code == 303
    assert all(other.get("/orders").headers["location"].startswith("/login") for other in others)
    assert tono.get("/orders").status_code == 200
    assert here.get("/orders").status_code == 200


def test_nobody_sees_or_ends_the_sessions_of_another(site: Site) -> None:
    rina, tono = site.logged_in("rina"), site.logged_in("tono")
    site.logged_in("rina")
    [end] = END.findall(rina.get("/profile").text)
    assert not END.findall(tono.get("/profile").text)
    assert tono.post(end).status_code == 303, "for him there is no session by that name"
    assert len(END.findall(rina.get("/profile").text)) == 1
    assert rina.post("/profile/sessions/x/end").status_code == 303


def test_a_thief_of_a_session_does_not_learn_what_the_owners_devices_remember(page_site: Site) -> None:
    thief, owner = page_site.logged_in("rina"), page_site.logged_in("rina")
    known = {owner.client.cookies["sikpro_device"], session_id(owner.client.cookies["sikpro_session"])}
    page = thief.get("/profile").text
    assert END.findall(page)
    assert [text for text in known if text in page] == []


@pytest.mark.parametrize("username", ROLES)
def test_everybody_has_a_profile(page_site: Site, username: str) -> None:
    visitor = page_site.logged_in(username)
    assert visitor.get("/profile").status_code == 200
    assert 'href="/profile"' in visitor.get("/orders").text
    assert page_site.visitor().get("/profile").headers["location"].startswith("/login")


def test_one_connects_and_disconnects_ones_own_telegram(site: Site) -> None:
    sari = site.logged_in("sari")
    assert "Bot belum terhubung" in sari.get("/profile").text
    assert sari.post("/profile/telegram").status_code == 422
    site.bot[0] = BotState(True, site.clock.at, username="sikpro_bot")
    shown = re.search(r'data-copy="https://t\.me/sikpro_bot\?start=([\w-]{32})"', sari.post("/profile/telegram").text)
    assert shown
    assert "t.me" not in sari.get("/profile").text
    token = shown[1]
    bound = site.store.write(lambda uow: bind_by_link(uow, token, 900, 900, site.clock.at))
    assert bound.id == site.people["sari"].id
    assert "Lepas Telegram" in sari.get("/profile").text
    assert sari.post("/profile/telegram/unbind").status_code == 303
    assert site.store.read(lambda uow: uow.people.by_telegram(900)) is None


def test_what_one_serves_is_kept_and_shown_again(site: Site) -> None:
    rina = site.logged_in("rina")
    typed = {"go_on": "1", "stos-SDA": "1", "types-AO": "1"}
    assert rina.post("/profile/work", typed).headers["location"] == "/profile#work"
    kept = site.store.read(lambda uow: uow.work_preferences.of(site.people["rina"].id))
    assert (kept.side_by_side, kept.go_on, kept.stos, kept.types) == (False, True, {"SDA"}, {"AO"})
    page = rina.get("/profile").text
    assert 'name="stos-SDA" value="1" checked' in page
    assert 'name="side_by_side" value="1">' in page
    assert site.logged_in("admin").post("/profile/work", typed).status_code == 403
