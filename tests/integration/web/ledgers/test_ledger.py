"""The ledger: every update with its outcome, and sums that are all that came in."""

import re
from datetime import timedelta
from html import unescape

import pytest

from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.workers.intake import Intake
from sikpro.testing.builders import an_incoming, an_outgoing
from tests.integration.web.console import Site

REG = "/reg AO#SC32232558#ZTEGC6754546#SDA#ODP-SDA-003#F5SDA445"
HOSTILE = "<script>alert(1)</script> \u202e=cmd() 100%_ 🙂 " + "panjang " * 40


def _say(site: Site, *texts: str, chat_id: int = 700) -> None:
    """Let Budi, or a stranger, write to the bot."""
    clock = site.clock
    intake = Intake(transactions=None, clock=clock, zone="Asia/Jakarta")  # type: ignore[arg-type]  # `receive` needs none

    def work(uow: UnitOfWork) -> None:
        for place, text in enumerate(texts):
            key = f"{chat_id}:{clock.at.timestamp()}:{place}"
            message_id = int(clock.at.timestamp()) % 100_000 + place
            intake.receive(uow, an_incoming(text, message_id, chat_id, key=key, sent_at=clock.at))

    site.store.write(work)


def _sums(page: str) -> dict[str, int]:
    """The figures over the list by their names."""
    pairs = re.findall(
        r"<dt>([^<]+)</dt><dd>([\d.]+)</dd>", (page.partition("<main")[2] or page).partition("</section>")[0]
    )
    return {name: int(figure.replace(".", "")) for name, figure in pairs}


def test_every_update_is_there_with_its_outcome_in_words(site: Site) -> None:
    _say(site, REG, REG, "/cek SC32232558", "/cek SC999999", "halo pak", "besok jadi ke lapangan?", "/apa")
    _say(site, "/reg", "Joni F5SDA777", chat_id=900)
    page = site.logged_in("bagus").get("/ledger").text
    for shown in ("order baru", "nomor sudah ada", "order tidak ditemukan", "perintah tidak dikenal"):
        assert shown in page
    for shown in ("belum terdaftar: /reg", "minta akses", "tidak dimengerti", "salam", "Budi"):
        assert shown in page
    assert f'href="/orders/{site.store.read(lambda uow: uow.orders.find("SC32232558"))[0].id}"' in page


def test_todays_outcomes_add_up_to_all_that_came_in_today(site: Site) -> None:
    _say(site, REG, "/cek", "halo")
    site.clock.later(timedelta(days=1))
    _say(site, "/help", "/cek", REG, "x" * 5000)
    sums = _sums(site.logged_in("sari").get("/ledger").text)
    assert sums.pop("Jumlah masuk") == 4
    assert sum(sums.values()) == 4
    assert sums["Ditolak"] == 2


def test_a_filter_shows_the_rows_of_one_outcome(site: Site) -> None:
    _say(site, REG, "/cek", REG)
    leader = site.logged_in("bagus")
    for outcome, count in ((Outcome.ORDER, 1), (Outcome.COMMAND, 1), (Outcome.REFUSAL, 1), (Outcome.FAILED, 0)):
        page = leader.get(f"/ledger?outcome={outcome}").text
        assert page.count("<tr>") == (count + 1 if count else 0), outcome
    assert leader.get("/ledger?outcome=nonsense&before=x&top=").status_code == 200
    assert leader.get(f"/ledger?before={10**30}").status_code == 200


def test_pages_are_turned_by_key_until_every_row_was_seen(page_site: Site) -> None:
    _say(page_site, *(f"halo nomor {place:03}" for place in range(120)))
    leader, path, seen = page_site.logged_in("bagus"), "/ledger?outcome=refusal", list[str]()
    while path:
        page = leader.get(path).text
        seen += re.findall(r"halo nomor \d{3}", page)
        following = re.search(r'href="(/ledger[^"]*before=\d+)"', page)
        path = unescape(following[1]) if following else ""
    assert seen == [f"halo nomor {place:03}" for place in reversed(range(120))]


def test_text_from_the_chat_is_shown_as_text_cut_short_and_whole_when_opened(site: Site) -> None:
    _say(site, HOSTILE, "=cmd()")
    page = site.logged_in("admin").get("/ledger").text
    assert "<script>alert" not in page
    assert HOSTILE.strip() in unescape(page)
    assert "panjang…" in page or "panj…" in page or "…" in page
    assert "=cmd()" in page


def test_what_came_while_the_page_is_open_waits_behind_a_button(site: Site) -> None:
    _say(site, "halo")
    leader = site.logged_in("bagus")
    live = re.search(r'hx-get="(/ledger[^"]*top=\d+)"', leader.get("/ledger").text)
    assert live
    assert "kiriman baru" not in leader.get(unescape(live[1])).text
    site.clock.later(timedelta(minutes=1))
    _say(site, "halo lagi", "dan lagi")
    fragment = leader.get(unescape(live[1])).text
    assert "2 kiriman baru" in fragment
    assert "<html" not in fragment


def test_the_refused_doubles_of_a_day_are_listed_as_the_recap_counts_them(page_site: Site) -> None:
    _say(page_site, REG)
    page_site.clock.later(timedelta(minutes=1))
    _say(page_site, REG, "/reg AO")
    leader = page_site.logged_in("bagus")
    day = leader.get("/recap/day/2026-11-02").text
    behind = re.search(r'href="(/ledger\?[^"]*order\.duplicate[^"]*)"', day)
    assert behind
    page = leader.get(unescape(behind[1])).text
    assert page.count("<tr>") == 2  # the header and the one double
    assert "2026-11-02" in page
    assert "Belum ada" in leader.get("/ledger?detail=order.duplicate&period=2026-11-01").text
    assert leader.get("/ledger?detail=%3Cx%3E&period=never").status_code == 200


def test_messages_going_out_are_counted_by_how_far_they_are(site: Site) -> None:
    def work(uow: UnitOfWork) -> None:
        uow.outbox.put(an_outgoing(), site.clock.at)
        uow.outbox.put(an_outgoing(chat_id=0), site.clock.at, failed="no_telegram")
        sent = uow.outbox.put(an_outgoing(chat_id=701), site.clock.at)
        uow.outbox.sent(sent, 5, site.clock.at)
        yesterday = uow.outbox.put(an_outgoing(chat_id=702), site.clock.at - timedelta(days=1))
        uow.outbox.sent(yesterday, 6, site.clock.at)

    site.store.write(work)
    page = site.logged_in("bagus").get("/ledger").text.partition("Pesan keluar")[2]
    figures = dict(
        re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", (page.partition("<main")[2] or page).partition("</section>")[0])
    )
    assert figures == {
        "Antre": "1",
        "Sedang dikirim": "0",
        "Terkirim": "1",
        "Mungkin dobel": "0",
        "Gagal": "1",
        "Kedaluwarsa": "0",
        "Ditarik": "0",
        "Diganti": "0",
    }
    assert len(figures) == len(Delivery)


def test_a_detail_without_a_sentence_is_shown_as_its_code(site: Site) -> None:
    def work(uow: UnitOfWork) -> None:
        for place, detail in enumerate(("KeyError", "reg.unheard.of", "stranger.", "", "a.b.c")):
            inbox_id = uow.inbox.receive(an_incoming(message_id=place), site.clock.at)
            assert inbox_id
            uow.inbox.finish(inbox_id, Outcome.FAILED, detail)

    site.store.write(work)
    response = site.logged_in("bagus").get("/ledger")
    assert response.status_code == 200
    for code in ("KeyError", "reg.unheard.of", "a.b.c"):
        assert code in response.text


@pytest.mark.parametrize(("username", "status"), [("rina", 403), ("bagus", 200), ("sari", 200), ("admin", 200)])
def test_the_ledger_is_for_those_who_see_reports(page_site: Site, username: str, status: int) -> None:
    visitor = page_site.logged_in(username)
    assert visitor.get("/ledger").status_code == status
    if status == 200:
        assert "Belum ada kiriman" in visitor.get("/ledger").text
        visitor.post("/language", {"language": "en"})
        assert "Nothing received yet" in visitor.get("/ledger").text
