"""Reconciling on the console: what differs is shown, and acted upon only by a button."""

import re

import pytest
from playwright.sync_api import expect

from sikpro.domain.phase import Phase
from tests.integration.browser import NewPage
from tests.integration.web.console import Site, Visitor
from tests.integration.web.pages import log_in

FILE = "SC ID;Status;Order date\nSC100001;COMPLETED (PS);2026-11-02\nSC100002;PS;2026-11-02\nSC900001;OPEN;2026-11-02\n"


def upload(visitor: Visitor, content: str = FILE) -> str:
    """Send a file; the address of what is shown of it."""
    visitor.get("/reconcile")
    response = visitor.post("/reconcile", files={"file": ("provider.csv", content.encode())})
    assert response.status_code == 303
    return str(response.headers["location"])


def orders(site: Site) -> None:
    for number in ("SC100001", "SC100002", "SC100003"):
        site.order(number)


def test_the_three_lists_have_their_orders_and_the_counts_add_up_to_the_rows(page_site: Site) -> None:
    orders(page_site)
    leader = page_site.logged_in("bagus")
    address = upload(leader)
    page = leader.get(address).text
    assert "3 baris di file" in page
    assert re.findall(r'<span class="count">(\d+)</span></a>', page) == ["2", "1", "1"]
    assert "SC100003" in leader.get(f"{address}?list=missing").text
    never = leader.get(f"{address}?list=never_requested").text
    assert "/orders/new?registration_number=SC900001" in never
    assert 'value="SC900001"' in leader.get("/orders/new?registration_number=SC900001").text


def test_chosen_orders_are_completed_without_a_message_and_a_stale_one_is_refused_politely(site: Site) -> None:
    orders(site)
    leader = site.logged_in("bagus")
    address = upload(leader)
    page = leader.get(address).text
    chosen = dict(re.findall(r'name="(order-\d+)" value="(\d+)"', page))
    assert len(chosen) == 2
    site.logged_in("rina").post("/orders/2/take")
    assert leader.post(f"{address}/complete", chosen).status_code == 303
    assert "Tidak bisa: SC100002 " in leader.get(address).text  # the next page says why this one was not done
    first, second = site.store.read(lambda uow: (uow.orders.get(1), uow.orders.get(2)))
    assert (first.phase, second.phase) == (Phase.COMPLETED, Phase.IN_PROGRESS)
    assert not site.store.read(lambda uow: uow.outbox.of_order(1))
    assert leader.post(f"{address}/complete", chosen).status_code == 303  # pressed twice: nothing more happens
    assert len(site.store.read(lambda uow: uow.journal.of_order(1))) == 2


def test_what_was_completed_has_the_time_of_the_file_and_is_taken_back_from_its_page(site: Site) -> None:
    orders(site)
    leader = site.logged_in("bagus")
    ends = site.store.read(lambda uow: uow.orders.get(1)).received_at
    content = f"SC ID;Status;TGL PS\nSC100001;COMPWORK;{ends.astimezone().isoformat()}\nSC100002;COMPWORK;\n"
    address = upload(leader, content)
    leader.post(f"{address}/complete", {"order-1": "1", "order-2": "1", "status": "selesai", "notify": "yes"})
    first = site.store.read(lambda uow: uow.orders.get(1))
    assert (first.phase, first.finished_at) == (Phase.COMPLETED, ends.replace(microsecond=0))
    assert site.store.read(lambda uow: uow.outbox.of_order(1))
    assert "SC100002" in leader.get("/written/1").text
    assert leader.post("/written/1/take-back").status_code == 303
    assert site.store.read(lambda uow: uow.orders.get(1)).phase is Phase.WAITING


def test_what_is_not_here_is_made_by_a_button_and_what_lacks_something_is_downloaded(page_site: Site) -> None:
    leader = page_site.logged_in("bagus")
    content = (
        "SC ID;Status;TGL ORDER;JENISPSB;SN;STO;ODP;CREW\n"
        "SC900001;STARTWORK;2026-11-01 08:00;AO;ZTEGC1234501;SDA;ODP-SDA-003;F5SDA445\n"
        "SC900002;STARTWORK;;AO;ZTEGC1234502;SDA;ODP-SDA-004;F5SDA445\n"
    )
    address = upload(leader, content)
    page = leader.get(f"{address}?list=never_requested").text
    assert "Buat 1 order" in page
    lacking = leader.get(f"{address}/lacking.csv").text
    assert "SC900002" in lacking
    assert "SC900001" not in lacking
    mark = re.search(r'name="mark" value="(\w+)"', page)
    assert mark is not None
    made = leader.post(f"{address}/make", {"mark": mark[1]})
    assert "SC900001" in leader.get(made.headers["location"]).text
    assert len(page_site.store.read(lambda uow: uow.orders.find("SC900001"))) == 1
    leader.post(f"{address}/make", {"mark": mark[1]})
    assert len(page_site.store.read(lambda uow: uow.orders.find("SC900001"))) == 1


def test_what_a_status_means_is_chosen_on_the_page(page_site: Site) -> None:
    orders(page_site)
    leader = page_site.logged_in("bagus")
    address = upload(leader)
    changed = leader.post(address, {"act": "meanings", "meaning-0": "open", "meaning-1": "left_out"})
    page = leader.get(changed.headers["location"]).text
    assert re.findall(r'<span class="count">(\d+)</span></a>', page)[0] == "0"
    assert leader.post(changed.headers["location"], {"act": "meanings", "meaning-0": "x"}).status_code == 422


def test_a_chosen_meaning_is_remembered_for_the_next_file(page_site: Site) -> None:
    leader = page_site.logged_in("bagus")
    content = FILE.replace("OPEN", "QC LULUS")
    address = upload(leader, content)
    meanings = {"act": "meanings", "meaning-0": "finished", "meaning-1": "finished", "meaning-2": "finished"}
    assert leader.post(address, meanings).status_code == 303
    page = leader.get(upload(leader, content.replace("QC LULUS", "qc-lulus"))).text
    chosen = re.search(r'<bdi>qc-lulus</bdi>.*?<option value="(\w+)" selected', page)
    assert chosen is not None
    assert chosen[1] == "finished"
    assert "QC LULUS" in page_site.logged_in("admin").get("/catalogue/provider-codes").text


def test_columns_that_are_not_found_are_chosen_by_hand(page_site: Site) -> None:
    leader = page_site.logged_in("bagus")
    address = upload(leader, FILE.replace("SC ID", "kunci"))
    assert "Belum ketemu: No. registrasi (SC)." in leader.get(address).text
    chosen = {"column-0": "registration_number", "column-1": "status", "column-2": "date"}
    location = leader.post(address, chosen).headers["location"]
    assert "3 baris di file" in leader.get(location).text


def test_a_number_that_cannot_be_read_is_named_by_its_cell_with_what_to_do(page_site: Site) -> None:
    orders(page_site)
    leader = page_site.logged_in("bagus")
    address = upload(leader, FILE + "3,22326E+11;PS;2026-11-02\n")
    assert re.findall(r'<span class="count">(\d+)</span></a>', leader.get(address).text) == ["2", "1", "1", "1"]
    page = leader.get(f"{address}?list=unreadable").text
    assert '<span class="code">A5</span>' in page
    assert "Excel memendekkan nomor ini menjadi “3,22326E+11”" in page


@pytest.mark.parametrize(("username", "status"), [("rina", 403), ("sari", 403), ("bagus", 200), ("admin", 200)])
def test_reconciling_is_for_who_leads(page_site: Site, username: str, status: int) -> None:
    assert page_site.logged_in(username).get("/reconcile").status_code == status


def test_a_file_is_nobody_elses(page_site: Site) -> None:
    address = upload(page_site.logged_in("bagus"))
    admin = page_site.logged_in("admin")
    assert admin.get(address).status_code == 404
    admin.get("/reconcile")
    mine = upload(admin)
    orders(page_site)
    assert admin.post(f"{address}/complete", {"order-1": "1"}).status_code == 404
    assert admin.post(f"{mine}/complete", {"order-1": "1"}).status_code == 303


@pytest.mark.browser
def test_from_the_providers_file_to_completed_orders(page_site: Site, new_page: NewPage) -> None:
    orders(page_site)
    page = new_page(base_url=page_site.url)
    log_in(page, "bagus", at="/reconcile")
    page.get_by_label("File").set_input_files({"name": "provider.csv", "mimeType": "text/csv", "buffer": FILE.encode()})
    page.get_by_role("button", name="Bandingkan").click()
    expect(page.get_by_role("heading", name="3 baris di file")).to_be_visible()
    page.get_by_role("checkbox", name="Pilih").nth(1).uncheck()
    page.get_by_role("button", name="Selesaikan yang dipilih").click()
    expect(page.get_by_text("Selesai di keduanya")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Pilih")).to_have_count(1)
