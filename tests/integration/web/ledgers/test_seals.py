"""The seals in the console: for supervisors and admins alone, with the statement about an order, and their limits."""

import re
from datetime import timedelta
from html import unescape

from attrs import evolve

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.seals.seal_facts import seal_facts
from sikpro.domain.seals import Seal
from tests.integration.web.console import Site
from tests.integration.web.ledgers.test_ledger import REG, _say


def seal(site: Site) -> None:
    site.store.write(lambda uow: seal_facts(uow, site.clock.at, "Asia/Jakarta"))


def text_of(page: str) -> str:
    main = page.partition("<main")[2]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main)))


def test_supervisors_and_admins_see_the_seals_and_nobody_else_does(site: Site) -> None:
    for username, status in (("sari", 200), ("admin", 200), ("bagus", 403), ("rina", 403)):
        assert site.logged_in(username).get("/seals").status_code == status
    assert 'href="/seals"' in site.logged_in("sari").get("/ledger").text
    assert 'href="/seals"' not in site.logged_in("bagus").get("/ledger").text


def test_an_empty_page_says_so_and_what_a_seal_does_not_prove(site: Site) -> None:
    shown = text_of(site.logged_in("sari").get("/seals").text)
    assert "Belum ada segel" in shown
    assert "Bahwa yang diketik itu benar" in shown
    assert "simpan pesan itu" in shown
    assert "isi foto dan file" in shown


def test_the_page_shows_the_seals_what_waits_and_the_statement_about_an_order(site: Site) -> None:
    _say(site, REG)
    seal(site)
    site.clock.at += timedelta(minutes=5)
    _say(site, "/cek SC32232558")
    sari = site.logged_in("sari")
    made = site.store.read(lambda uow: uow.seals.last())
    assert made
    assert made.hash in sari.get("/seals").text
    assert "2 fakta" in text_of(sari.get("/seals").text)
    shown = text_of(sari.get("/seals?number=sc+3223+2558").text)
    assert "SC32232558 diterima" in shown
    assert "Disegel dalam segel no. 1." in shown
    assert "Order diterima lewat Telegram" in shown
    assert "Tidak ada order dengan nomor itu" in text_of(sari.get("/seals?number=SC99999999").text)
    order = site.store.read(lambda uow: uow.orders.find("SC32232558")[0])
    assert 'href="/seals?number=SC32232558"' in sari.get(f"/orders/{order.id}").text
    assert "/seals?number" not in site.logged_in("rina").get(f"/orders/{order.id}").text


def test_a_fact_that_is_not_as_it_was_sealed_is_marked_in_the_statement(site: Site) -> None:
    _say(site, REG)

    def work(uow: UnitOfWork) -> None:
        facts = [evolve(fact, detail="web") if fact.number else fact for fact in uow.seals.facts(0, 9)]
        uow.seals.add(*Seal.over(facts, None, site.clock.at))

    site.store.write(work)
    shown = text_of(site.logged_in("admin").get("/seals?number=SC32232558").text)
    assert "Perhatian: 1 fakta berbeda dari segelnya." in shown
    assert "no. 1: berbeda dari segelnya" in shown


def test_older_seals_are_on_further_pages(site: Site) -> None:
    for turn in range(22):
        site.clock.at += timedelta(minutes=2)
        _say(site, f"halo {turn}")
        seal(site)
    sari = site.logged_in("sari")
    first = sari.get("/seals").text
    assert 'href="/seals?before=3"' in first
    assert len(re.findall(r"<code>[0-9a-f]{64}</code>", first)) == 20
    assert len(re.findall(r"<code>[0-9a-f]{64}</code>", sari.get("/seals?before=3").text)) == 2
