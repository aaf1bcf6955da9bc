"""The page of recaps that are sent by themselves."""

import pytest
from attrs import evolve

from sikpro.application.ports.storage import UnitOfWork
from sikpro.testing.builders import an_incoming
from tests.integration.web.console import Site, Visitor

LEADER = 50


def bound(site: Site) -> Visitor:
    """The team leader, whose Telegram is known, and a group that the bot is in."""

    def work(uow: UnitOfWork) -> None:
        uow.people.save(evolve(site.people["bagus"], telegram_id=LEADER))
        hello = an_incoming("/cek", 1, -77, private=False, chat_title="Aktivasi <SDA>")
        uow.inbox.receive(hello, site.clock.at)

    site.store.write(work)
    return site.logged_in("bagus")


def test_one_is_added_sent_now_stopped_and_deleted(page_site: Site) -> None:
    leader = bound(page_site)
    page = leader.get("/schedules").text
    assert "Grup Aktivasi &lt;SDA&gt;" in page
    typed = {"to": "group:-77", "rhythm": "yesterday", "at": "07:30", "language": "en", "with_file": "1"}
    assert leader.post("/schedules", typed).headers["location"] == "/schedules"
    page = leader.get("/schedules").text
    assert "pukul 07.30 · dengan Excel" in page
    assert "Belum ada yang dikirim" in page
    assert leader.post("/schedules/1/now").status_code == 303
    (text,) = [item.message.text for item in page_site.store.read(lambda uow: [uow.outbox.get(1)])]
    assert text.startswith("Recap of 1 November 2026")
    leader.post("/schedules/1/active", {"active": "no"})
    assert "Dihentikan" in leader.get("/schedules").text
    leader.post("/schedules/1/drop")
    assert "Belum ada rekap otomatis" in leader.get("/schedules").text


def test_who_has_no_telegram_is_told_how_to_get_there(page_site: Site) -> None:
    leader = bound(page_site)
    leader.post("/schedules", {"to": "group:-77", "rhythm": "month", "at": "07:30", "language": "id"})
    response = page_site.logged_in("sari").post("/schedules/1/now")
    assert response.status_code == 422
    assert "Hubungkan di halaman Profil" in response.text


def test_what_is_wrong_stands_at_its_entry_and_what_was_typed_stays(page_site: Site) -> None:
    leader = bound(page_site)
    response = leader.post("/schedules", {"to": "person:999", "rhythm": "month", "at": "7", "language": "id"})
    assert response.status_code == 422
    assert "Pilih penerima dari daftar." in response.text
    assert "Jam harus seperti 17:00." in response.text
    assert 'value="month" selected' in response.text


@pytest.mark.parametrize("username", ["rina", "sari"])
def test_it_is_for_who_sees_reports(page_site: Site, username: str) -> None:
    visitor = page_site.logged_in(username)
    assert visitor.get("/schedules").status_code == (200 if username == "sari" else 403)
    assert visitor.post("/schedules/1/now").status_code == (404 if username == "sari" else 403)


def test_without_anybody_to_send_to_the_page_says_what_to_do(page_site: Site) -> None:
    assert "hubungkan Telegram" in page_site.logged_in("sari").get("/schedules").text


def test_the_same_recap_to_the_same_chat_twice_is_refused_in_words_beside_what_was_typed(page_site: Site) -> None:
    leader = bound(page_site)
    typed = {"to": "group:-77", "rhythm": "month", "at": "07:30", "language": "id"}
    assert leader.post("/schedules", typed).status_code == 303
    refused = leader.post("/schedules", typed | {"at": "09:45"})
    assert refused.status_code == 422
    assert "Aktivasi &lt;SDA&gt; sudah menerima rekap ini." in refused.text
    assert 'value="09:45"' in refused.text
