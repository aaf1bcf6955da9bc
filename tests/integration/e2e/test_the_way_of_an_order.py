"""The way of an order, walked in a real browser and over real sockets, nothing faked."""

from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.integration.browser import NewPage
from tests.integration.e2e.installation import CREW, PASSWORD, Installation, installed

BUDI, AGUS = CREW[0], CREW[1]
WHOLE = "AO#SC32232558#ZTEGC6754546#SDA#ODP-SDA-003#F5SDA445"


def log_in(page: Page, installation: Installation, username: str) -> None:
    """Log in as a person would."""
    page.goto(f"{installation.console}/login")
    page.get_by_label("Nama pengguna").fill(username)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()


@pytest.mark.browser
def test_an_order_walks_from_a_telegram_message_to_an_excel_row(tmp_path: Path, new_page: NewPage) -> None:
    with installed(tmp_path) as installation:
        installation.sikpro.start()
        helpdesk = new_page()
        log_in(helpdesk, installation, "helpdesk")
        expect(helpdesk.get_by_text("SC32232558")).to_have_count(0)

        # 1. The technician sends it; it is stored and answered, with its number and its place in the queue.
        sent = installation.say(BUDI, "/reg " + WHOLE)
        answer = installation.hears(BUDI, "Pesan diterima, mohon ditunggu. SC32232558, antrean ke-1")
        assert answer["reply_to"] == sent

        # 2. The same number again, by the same and by another technician, is refused with the order that is there.
        installation.say(BUDI, "/reg " + WHOLE)
        installation.hears(BUDI, "Ditolak: SC32232558 sudah masuk")
        installation.say(AGUS, WHOLE)
        installation.hears(AGUS, "Ditolak: SC32232558 sudah masuk")

        # 3. A helpdesk sees it come without reloading, takes it and holds it up.
        expect(helpdesk.get_by_role("link", name="SC32232558").first).to_be_visible(timeout=15_000)
        helpdesk.get_by_role("link", name="SC32232558").first.click()
        helpdesk.locator("#order").get_by_role("button", name="Ambil order ini").click()
        expect(helpdesk.locator(".order-head").get_by_text("Diproses (OGP)")).to_be_visible()
        helpdesk.locator("input[name=status][value=ont_tidak_terdeteksi]").check(force=True)
        helpdesk.locator("#answer-form [name=feedback]").fill("SN beda dengan di lokasi, mohon cek label.")
        helpdesk.locator("#answer-form button.primary").click()
        feedback = installation.hears(BUDI, "KENDALA: ONT tidak terdeteksi")
        assert feedback["reply_to"] == sent
        assert "SN beda dengan di lokasi, mohon cek label." in feedback["text"]
        installation.say(BUDI, "/cek SC32232558")
        installation.hears(BUDI, "SN beda dengan di lokasi, mohon cek label.")

        # 4. The corrected data come by the button of that message; the order is back at its old place.
        installation.say(AGUS, WHOLE.replace("SC32232558", "SC32232559").replace("F5SDA445", "F5SDA446"))
        installation.hears(AGUS, "antrean ke-1")
        installation.press(BUDI, "Kirim ulang data")
        installation.hears(BUDI, "Data SC32232558 sekarang")
        installation.say(BUDI, "ZTEGC6754547")
        installation.hears(BUDI, "Data SC32232558 diperbaiki dan diterima, mohon ditunggu. Antrean ke-1")

        # 5. The helpdesk completes it; the feedback arrives, the supervisor's recap and its Excel file have it.
        helpdesk.goto(f"{installation.console}/orders")
        helpdesk.get_by_role("link", name="SC32232558").first.click()
        expect(helpdesk.get_by_text("ZTEGC6754547").first).to_be_visible()
        helpdesk.locator("#order").get_by_role("button", name="Ambil order ini").click()
        expect(helpdesk.locator(".order-head").get_by_text("Diproses (OGP)")).to_be_visible()
        helpdesk.locator("input[name=status][value=selesai]").check(force=True)
        helpdesk.locator("#answer-form [name=feedback]").fill("Sudah aktif, silakan tes di pelanggan.")
        helpdesk.locator("#answer-form button.primary").click()
        installation.hears(BUDI, "SC32232558 SELESAI")

        supervisor = new_page()
        log_in(supervisor, installation, "supervisor")
        supervisor.goto(f"{installation.console}/recap")
        expect(supervisor.locator(".stat", has_text="Selesai periode ini")).to_contain_text("1")
        with supervisor.expect_download() as download:
            supervisor.locator("a[href$='.xlsx']").first.click()
        workbook = load_workbook(BytesIO(Path(download.value.path()).read_bytes()))
        rows = list(workbook["Order"].iter_rows(values_only=True))
        header, row = list(rows[0]), next(row for row in rows if "SC32232558" in row)
        found = dict(zip(header, row, strict=True))
        assert found["SN modem"] == "ZTEGC6754547"
        assert found["Fase"] == "Selesai"
        assert found["Kirim ulang"] == 1
        assert found["Feedback terakhir"] == "Sudah aktif, silakan tes di pelanggan."
        summary = [row[:2] for row in workbook["Ringkasan"].iter_rows(values_only=True)]
        assert ("Masuk", 2) in summary
        assert ("Selesai periode ini", 1) in summary

        # A page that is open when its server goes complains that it is gone.
        for page in (helpdesk, supervisor):
            page.context.close()
        installation.sikpro.stop()
