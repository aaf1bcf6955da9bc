"""What a team leader does for the chat from the console: a notice, the drafts, data handed to a technician."""

from datetime import timedelta

import httpx
import pytest

from sikpro.application.ports.conversations import Conversation
from sikpro.application.ports.outbox import OutboxItem
from sikpro.testing.builders import NOON, a_technician
from tests.integration.web.console import ROLES, Site, Visitor
from tests.integration.web.orders.test_input import GOOD

LEADERS = {"bagus", "admin"}


def hand(visitor: Visitor, **changes: str) -> httpx.Response:
    visitor.get("/orders/new")
    return visitor.post("/orders/new", GOOD | {"act": "hand"} | changes)


def to_budi(site: Site) -> list[OutboxItem]:
    return list(site.store.write(lambda uow: uow.outbox.claim(NOON + timedelta(hours=1), timedelta(minutes=1), 9)))


@pytest.mark.parametrize("username", ROLES)
def test_notice_and_drafts_are_a_team_leaders(site: Site, username: str) -> None:
    visitor = site.logged_in(username)
    for path in ("/notice", "/drafts"):
        assert visitor.get(path).status_code == (200 if username in LEADERS else 403), path
    assert (visitor.post("/notice", {"notice": "x"}).status_code == 403) == (username not in LEADERS)


def test_a_notice_is_on_until_it_is_switched_off(site: Site) -> None:
    leader = site.logged_in("bagus")
    leader.get("/notice")
    assert leader.post("/notice", {"notice": " Sistem <b>gangguan</b> sampai 14.00 "}).status_code == 303
    page = leader.get("/notice").text
    assert "Sistem &lt;b&gt;gangguan&lt;/b&gt; sampai 14.00" in page
    assert site.store.read(lambda uow: uow.installation.get().notice) == "Sistem <b>gangguan</b> sampai 14.00"
    leader.post("/notice", {"act": "off"})
    assert site.store.read(lambda uow: uow.installation.get().notice) == ""


def test_a_notice_that_is_too_long_is_refused_and_stays_typed(site: Site) -> None:
    leader = site.logged_in("bagus")
    leader.get("/notice")
    response = leader.post("/notice", {"notice": "a" * 501})
    assert response.status_code == 422
    assert "a" * 501 in response.text
    assert "paling banyak 500 karakter" in response.text


def test_a_draft_shows_what_is_there_and_what_is_missing(site: Site) -> None:
    data = {"type": "AO", "registration_number": "SC32232558", "technician": "F5SDA445"}
    talk = Conversation(chat_id=700, telegram_id=700, step="reg:serial", data=data, token="t", updated_at=NOON)
    site.store.write(lambda uow: uow.conversations.put(talk))

    page = site.logged_in("bagus").get("/drafts").text

    for shown in ("Budi", "AO · SC32232558", "SN modem", "STO", "ODP"):
        assert shown in page


def test_data_handed_to_a_technician_arrive_as_a_filled_in_reg_with_one_button(site: Site) -> None:
    leader = site.logged_in("bagus")

    response = hand(leader, serial="", note="pagar hijau")

    assert response.status_code == 303
    assert site.store.read(lambda uow: uow.orders.find("SC32232558")) == ()
    (item,) = to_budi(site)
    assert item.message.chat_id == 700
    assert item.message.text.endswith(
        "\n\n/reg\nTIPE: AO\nSC: SC32232558\nSTO: SDA\nODP: ODP-SDA-003\nTEKNISI: F5SDA445\nCATATAN: pagar hijau"
    )
    assert [[button.data for button in row] for row in item.message.buttons] == [["send"]]


def test_a_technician_who_is_not_on_telegram_cannot_be_handed_anything(site: Site) -> None:
    site.store.write(lambda uow: uow.people.add(a_technician("Sari", "F5SDA999")))
    response = hand(site.logged_in("bagus"), technician="F5SDA999")
    assert response.status_code == 422
    assert "F5SDA999 belum terhubung ke Telegram" in response.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"technician": ""}, "Kode teknisi"),
        ({"registration_number": "SC3223255O"}, "No. registrasi harus SC"),
    ],
)
def test_wrong_data_are_not_handed_over(site: Site, changes: dict[str, str], said: str) -> None:
    response = hand(site.logged_in("bagus"), **changes)
    assert (response.status_code, said in response.text) == (422, True)
    assert to_budi(site) == []


def test_a_double_is_not_handed_over_and_a_helpdesk_hands_nothing(site: Site) -> None:
    site.order()
    assert hand(site.logged_in("bagus")).status_code == 409
    helpdesk = site.logged_in("rina")
    assert 'value="hand"' not in helpdesk.get("/orders/new").text
    assert hand(helpdesk, registration_number="SC32232559").status_code == 403
    assert to_budi(site) == []
