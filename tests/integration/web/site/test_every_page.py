"""What holds for every page: for who cannot see or point, on a phone, in both themes and languages, as HTML."""

import json
import os
import re
import shutil
import subprocess
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Page

from sikpro.adapters.web.app import PAGES as REGISTERED
from tests.integration.browser import PHONE, NewPage
from tests.integration.needs import need
from tests.integration.web.console import Site
from tests.integration.web.everything import BROKEN, PAGES, fill, refusals
from tests.integration.web.pages import log_in

AXE = (Path(__file__).parent.parent / "vendor" / "axe-core" / "axe.min.js").read_text("utf-8")
WIDE = (1440, 900)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
HTMX = re.compile(r"Attribute “hx-[a-z-]+” not allowed")
"""The attributes that htmx has of its own are none of HTML's, and no fault."""

JAR = Path(os.environ.get("SIKPRO_TESTS_VNU_JAR", ".tools/vnu.jar"))

Theme = Literal["light", "dark"]


@pytest.fixture
def full_site(page_site: Site) -> Site:
    """A console with something on every page."""
    fill(page_site)
    return page_site


def test_every_page_of_the_navigation_is_measured() -> None:
    measured = {address.partition("?")[0] for address in PAGES}
    entries = {page.entry.path for page in REGISTERED if page.entry}
    assert {path for path in entries if not any(one == path or one.startswith(f"{path}/") for one in measured)} == set()


def visit(page: Page, username: str, address: str) -> None:
    """Open a page as somebody, logging in when that is another person than before."""
    if page.evaluate("window.name") == username:
        page.goto(address)
        return
    page.goto("about:blank")
    page.context.clear_cookies()
    if username:
        log_in(page, username, at=address)
    else:
        page.goto(address)
    page.evaluate("name => { window.name = name }", username)


def faults(page: Page) -> list[str]:
    """What axe finds on the page at its top, and whether it is wider than the screen.

    Lines that stay on the screen cover by turns what scrolls below them, and axe counts that as a small target.
    """
    page.evaluate("for (const box of document.querySelectorAll('html, .side-order')) box.scrollTo(0, 0)")
    page.evaluate(AXE)
    result: dict[str, Any] = page.evaluate("rules => axe.run(document, rules)", RULES)
    found = [
        f"{violation['id']}: {violation['help']}: {node['html'][:160]}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]
    width, screen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    if width > screen:
        found.append(f"scrolls sideways: {width} on {screen}")
    if page.evaluate("document.documentElement.lang") not in {"id", "en"}:
        found.append("no language")
    return found


def measure(site: Site, new_page: NewPage, viewport: tuple[int, int], theme: Theme) -> dict[str, list[str]]:
    page = new_page(base_url=site.url, viewport=viewport, theme=theme, expect=set(BROKEN.values()))
    page.goto("/login")
    found: dict[str, list[str]] = {}
    for address, username in sorted(PAGES.items(), key=lambda item: item[1]):
        visit(page, username, address)
        wrong = faults(page)
        if wrong:
            found[address] = wrong
    return found


@pytest.mark.browser
@pytest.mark.audit
@pytest.mark.parametrize(("viewport", "theme"), [*product((WIDE, PHONE), ("light", "dark"))])
def test_nothing_on_any_page_keeps_somebody_from_using_it(
    full_site: Site, new_page: NewPage, viewport: tuple[int, int], theme: Theme
) -> None:
    assert measure(full_site, new_page, viewport, theme) == {}


@pytest.mark.browser
@pytest.mark.audit
def test_no_page_scrolls_sideways_on_the_narrowest_screen_with_the_numbers_of_a_large_installation(
    full_site: Site, new_page: NewPage
) -> None:
    page = new_page(base_url=full_site.url, viewport=(320, 640), expect=set(BROKEN.values()))
    page.goto("/login")
    wide: dict[str, int] = {}
    for address, username in sorted(PAGES.items(), key=lambda item: item[1]):
        visit(page, username, address)
        page.evaluate(
            """() => {
                for (const one of document.querySelectorAll("main *:not(thead *, th, [aria-hidden] *)")) {
                    if (!one.children.length && /^\\d{1,3}$/.test(one.textContent.trim())) one.textContent = "88.888";
                }
            }"""
        )
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 320:
            wide[address] = width
    assert wide == {}


def sources(site: Site, language: str = "id") -> dict[str, str]:
    """Every page as it is sent, by its address."""
    found = {}
    for username in sorted(set(PAGES.values())):
        visitor = site.logged_in(username) if username else site.visitor()
        visitor.get("/login")
        visitor.post("/language", {"language": language})
        for address, who in PAGES.items():
            if who == username:
                response = visitor.get(address)
                assert response.status_code == BROKEN.get(address, 200), address
                found[address] = response.text
    return found | refusals(site, language)


@pytest.mark.audit
def test_the_html_of_every_page_is_valid(full_site: Site, tmp_path: Path) -> None:
    java = shutil.which("java")
    need(java, "needs Java: apt install default-jre-headless")
    need(JAR.exists() or None, "needs the HTML checker: npm pack vnu-jar, its vnu.jar as .tools/vnu.jar")
    names = {}
    for place, (address, text) in enumerate(sources(full_site).items()):
        file = tmp_path / f"{place}.html"
        file.write_text(text, "utf-8")
        names[file.as_uri()] = address
    run = subprocess.run(
        [str(java), "-jar", str(JAR), "--format", "json", "--exit-zero-always", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    messages = json.loads(run.stderr)["messages"]
    told = {
        (
            names.get(one["url"].replace("file:/", "file:///", 1), one["url"]),
            one["message"],
            one.get("extract", "")[:120],
        )
        for one in messages
        if one["type"] == "error" and not HTMX.match(one["message"])
    }
    assert told == set()


class _Texts(HTMLParser):
    """The words of a page that a person reads, not those that somebody wrote."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in {"script", "style", "code", "bdi", "blockquote", "q", "option", "svg", "textarea"}
        for name, value in attrs:
            if name in {"title", "placeholder", "aria-label"} and value:
                self.texts.add(value.strip())

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"script", "style", "code", "bdi", "blockquote", "q", "option", "svg", "textarea"}

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.texts.add(" ".join(data.split()))


SAME = re.compile(
    r"[\W\d_]*|[a-z]|Ctrl(\+K)?|Enter|Esc|SIKPRO|(· )?Telegram|Shift( · SIKPRO)?"
    r"|Webhooks?|order\.\w+|order no\. \d+|webhook\.\w+|Excel|CSV|[\d.,]+ kB|Bot API|Simulator|Indonesia|English"
    r"|STO|Provider|Filter( \(\d+\))?|ODP( loss)?|SC|SN|Order|Status|Target|Median|TTI comply|Site Operation|Helpdesk"
    r"|Supervisor|Team leader|kendala (teknik|pelanggan|sistem)|(April|September|November)( \d{4})?(: [\d.]+)?",
    re.IGNORECASE,
)
"""What both languages say alike: keys, names, the field's own terms, events, months, and reason groups."""


def test_no_word_on_any_page_is_outside_the_catalogues(full_site: Site) -> None:
    words = {
        language: {text for page in sources(full_site, language).values() for text in _read(page)}
        for language in ("id", "en")
    }
    alike = {text for text in words["id"] & words["en"] if not SAME.fullmatch(text) and not _from_the_data(text)}
    assert sorted(alike) == []


def _read(page: str) -> set[str]:
    parser = _Texts()
    parser.feed(re.sub(r"</?u>", "", page))  # the letter of a key is a part of its word
    return parser.texts


def _from_the_data(text: str) -> bool:
    """A value of the story, or one in capitals: codes are the same everywhere."""
    people = ("Budi", "Agus", "Rina", "Tono", "Bagus", "Sari", "Admin", "Joni")
    story = (
        *people,
        "pagar hijau",
        "cari ODP",
        "Sidoarjo",
        "Sepanjang",
        "Sistem gangguan",
        "Ruang helpdesk",
        "Gudang",
        "Depot",
        "depot.example",
        "tidak-ada",
        "/cek",
    )
    return any(part in text for part in story) or text.upper() == text
