"""The pictures of the documentation, taken of a running demo: `make screenshots`.

A technician sends an order in the simulator's chat, the helpdesk takes it and holds it up, the technician reads why.
What was to be seen on the way lies in docs/pictures afterwards, and the way itself as a film (`walk.webp`).
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import httpx
from attrs import field, frozen
from PIL import Image, ImageDraw, ImageFont, ImageOps
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.integration.browser import ARGUMENTS, EXECUTABLES, PHONE
from tests.integration.e2e.installation import wait_until
from tests.integration.loopback import free_port

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
WIDE = (1440, 900)
NUMBER = "SC32232558"
REQUEST = f"/reg AO#{NUMBER}#ZTEGC6754546#SDA#ODP-SDA-003#F5SDA445"
OTHERS = ("AO", "AO", "MO", "AO", "PDA", "AO", "CONFIG")
LARGEST = 350_000
"""Bytes of a picture at most: they are kept in the repository."""


LARGEST_FILM = 900_000
"""Bytes of the film at most."""


@frozen
class Film:
    """The way of an order: a phone with the chat beside the console, and below what happens."""

    frames: list[Image.Image] = field(factory=list[Image.Image])
    spans: list[int] = field(factory=list[int])

    def take(self, phone: Page, console: Page, said: str, *, seconds: float = 3) -> None:
        """Add what both pages show now."""
        for page in (phone, console):
            page.wait_for_timeout(400)
        frame = Image.new("RGB", (1280, 720), "#0f1419")
        for page, place, size in ((phone, (20, 20), (300, 640)), (console, (340, 20), (920, 640))):
            shot = Image.open(BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
            frame.paste(ImageOps.pad(shot, size, Image.Resampling.LANCZOS, color="#0f1419", centering=(0.5, 0)), place)
        ImageDraw.Draw(frame).text((640, 690), said, "#e4e9ee", ImageFont.load_default(24), anchor="mm")
        self.frames.append(frame)
        self.spans.append(int(seconds * 1000))

    def keep(self, name: str) -> None:
        """Write it. Raises `ValueError` when it is too large to keep."""
        path = PICTURES / f"{name}.webp"
        first, *others = self.frames
        first.save(path, save_all=True, append_images=others, duration=self.spans, loop=0, quality=72, method=6)
        size = path.stat().st_size
        sys.stdout.write(f"{path.relative_to(PICTURES.parents[1])}  {size // 1000} kB\n")
        if size > LARGEST_FILM:
            raise ValueError(f"{path.name}: {size} bytes, {LARGEST_FILM} at most")


@frozen
class Demo:
    """A running demo: its address, and each account's password by its user name."""

    address: str
    passwords: dict[str, str]


@contextmanager
def running_demo(folder: Path, seconds: float = 180) -> Iterator[Demo]:
    """A demo of its own in an empty folder, which may take so long to begin; ended afterwards."""
    port = free_port()
    log = folder / "log"
    command = [sys.executable, "-m", "sikpro", "demo", "--port", str(port), "--data", str(folder / "data")]
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT) as process:
        try:
            address = f"http://127.0.0.1:{port}"

            def answers() -> bool:
                if process.poll() is not None:
                    raise AssertionError(log.read_text())
                try:
                    health = httpx.get(f"{address}/healthz", trust_env=False)
                except httpx.HTTPError:
                    return False
                return health.is_success and health.json()["parts"]["bot"]["state"] == "connected"

            wait_until(answers, "the demo answers", seconds)
            found = re.findall(r"^(?:helpdesk|team_leader|supervisor|admin) +(\S+) +(\S+)", log.read_text(), re.M)
            yield Demo(address, dict(found))
        finally:
            process.terminate()


@frozen
class Studio:
    """A browser before a demo."""

    browser: Browser
    demo: Demo

    def page(
        self,
        username: str = "",
        *,
        viewport: tuple[int, int] = WIDE,
        theme: Literal["light", "dark"] = "light",
    ) -> Page:
        """A page of a visitor of its own, logged in when a user name is given."""
        context = self.browser.new_context(
            base_url=self.demo.address,
            viewport={"width": viewport[0], "height": viewport[1]},
            color_scheme=theme,
            has_touch=viewport == PHONE,
            locale="id-ID",
            timezone_id="Asia/Jakarta",
            reduced_motion="reduce",
        )
        page = context.new_page()
        if username:
            page.goto("/login")
            page.get_by_label("Nama pengguna").fill(username)
            page.get_by_label("Kata sandi").fill(self.demo.passwords[username])
            page.get_by_role("button", name="Masuk").click()
            page.wait_for_url(re.compile(r"/(orders|dashboard)"))
        return page

    def chat(self, *, viewport: tuple[int, int] = WIDE, theme: Literal["light", "dark"] = "light") -> Page:
        """The chat of the technician who sends the order."""
        page = self.page(viewport=viewport, theme=theme)
        page.goto("/simulator")
        page.get_by_text("F5SDA445").first.click()
        expect(page.get_by_label("Tulis pesan")).to_be_visible()
        return page


def say(page: Page, text: str) -> None:
    """Write into the chat."""
    page.get_by_label("Tulis pesan").fill(text)
    page.get_by_role("button", name="Kirim", exact=True).click()


def keep(page: Page, name: str) -> None:
    """Take a picture. Raises `ValueError` when it is too large to keep."""
    page.wait_for_timeout(700)  # what comes live has come, and nothing moves
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path, animations="disabled")
    size = path.stat().st_size
    sys.stdout.write(f"{path.relative_to(PICTURES.parents[1])}  {size // 1000} kB\n")
    if size > LARGEST:
        raise ValueError(f"{path.name}: {size} bytes, {LARGEST} at most")


def send_others(demo: Demo) -> None:
    """A handful of requests by the other technicians, so that the queue is one."""
    with httpx.Client(base_url=f"{demo.address}/simulator/api", trust_env=False) as api:
        crew = [one for one in api.get("/chats").json() if one["technician_code"] not in {None, "F5SDA445"}]
        for place, one in enumerate(crew[:7]):
            sto = one["technician_code"][2:5]
            text = (
                f"{OTHERS[place]}#SC{32_236_101 + place * 7}#ZTEGC67{54_612 + place * 9}#{sto}#ODP-{sto}-0{17 + place}"
            )
            api.post(f"/chats/{one['id']}/messages", json={"text": f"/reg {text}"}).raise_for_status()


def walk(studio: Studio) -> None:
    """The order's way, with a picture of each station."""
    chat, helpdesk = studio.chat(), studio.page("helpdesk")
    film, phone = Film(), studio.chat(viewport=PHONE)
    log = chat.locator("#log")
    send_others(studio.demo)
    phone.get_by_label("Tulis pesan").fill(REQUEST)
    film.take(phone, helpdesk, "A technician writes one line", seconds=3)
    phone.get_by_label("Tulis pesan").fill("")
    say(chat, REQUEST)
    expect(log.get_by_text(f"Pesan diterima, mohon ditunggu. {NUMBER}")).to_be_visible(timeout=15_000)
    expect(helpdesk.get_by_role("link", name=NUMBER).first).to_be_visible(timeout=15_000)
    helpdesk.reload()  # the new ones' highlight has its time, a picture has not
    keep(helpdesk, "queue")
    film.take(phone, helpdesk, "The bot answers at once; the order is in the queue")

    helpdesk.get_by_role("link", name=NUMBER).first.click()
    take = helpdesk.get_by_role("button", name=re.compile("^Ambil order ini"))
    take.click()
    expect(take).to_have_count(0)
    film.take(phone, helpdesk, "The helpdesk takes it: now it is nobody else's")
    helpdesk.locator("input[name=status][value=ont_tidak_terdeteksi]").check(force=True)
    helpdesk.locator("[name=feedback]").fill("SN beda dengan di lokasi, mohon cek label.")
    place = helpdesk.url
    keep(helpdesk, "order")
    film.take(phone, helpdesk, "A status, and a few words for the technician")
    helpdesk.locator("#answer-form button.primary").click()
    expect(helpdesk.locator("[data-undo]")).to_be_visible()
    film.take(phone, helpdesk, "For five seconds it can be taken back", seconds=2)

    expect(log.get_by_text("KENDALA: ONT tidak terdeteksi")).to_be_visible(timeout=15_000)
    film.take(phone, helpdesk, "Then the answer is on the phone, with buttons for what comes next", seconds=4)
    say(chat, REQUEST)
    expect(log.get_by_text(f"Ditolak: {NUMBER} sudah masuk")).to_be_visible(timeout=15_000)
    film.take(phone, helpdesk, "Sent again by mistake, it stays one order", seconds=4)
    film.keep("walk")
    keep(chat, "chat")
    keep(studio.chat(viewport=PHONE, theme="dark"), "chat-phone")

    leader = studio.page("leader", theme="dark")
    leader.goto(place)
    keep(leader, "order-dark")


def stand(studio: Studio) -> None:
    """The pages that need nobody to act."""
    keep(studio.page("helpdesk", viewport=PHONE), "queue-phone")
    supervisor = studio.page("supervisor")
    supervisor.goto("/recap")
    supervisor.get_by_role("link", name="Bulanan").click()
    keep(supervisor, "recap")


def main() -> None:
    """Take every picture anew."""
    executable = next(filter(None, map(shutil.which, EXECUTABLES)), None)
    if executable is None:
        sys.exit("Pictures need Chromium: apt install chromium")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, running_demo(Path(folder)) as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        try:
            studio = Studio(browser, demo)
            walk(studio)
            stand(studio)
        finally:
            browser.close()


if __name__ == "__main__":
    main()
