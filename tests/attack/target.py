"""What is attacked: a demo of its own on 127.0.0.1, somebody who is logged in, and the forms and links they see."""

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
from attrs import define, field, frozen

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.messages.keep_snippets import save_snippet
from sikpro.application.use_cases.orders.change_status import change_status
from sikpro.application.use_cases.orders.register_order import register_order
from sikpro.application.use_cases.orders.saved_views import save_view
from sikpro.application.use_cases.orders.work_order import take_order
from sikpro.domain.order_data import Channel
from tests.integration.e2e.installation import PASSWORD, installed
from tests.integration.loopback import NO_TLS
from tests.integration.screenshots import running_demo

START = ("/orders", "/profile", "/password", "/shift", "/snippets", "/disturbances", "/owners", "/exports", "/devices")
"""Where the way through the pages begins; what is not the role's is passed over."""

NOT_PRESSED = re.compile(r"/(logout|profile/sessions/.*)$|^/simulator")
"""What would end the session that attacks, and the demo's simulator, which is no part of the console."""

_NUMBERS = re.compile(r"/[0-9]+(?=/|$)")


@frozen
class Form:
    """A form of a page: where it goes, how, and its fields with the values of the page."""

    page: str
    method: str
    action: str
    fields: tuple[tuple[str, str], ...]

    @property
    def kind(self) -> tuple[str, str, tuple[str, ...]]:
        """What makes it the same form on another page: the numbers in its address and its fields do not."""
        names = sorted({re.sub(r"-[0-9]+$", "-N", name) for name, _ in self.fields})
        return self.method, _NUMBERS.sub("/N", urlsplit(self.action).path), tuple(names)


@define
class Target:
    """A running demo and a person's session in it."""

    address: str
    database: Path
    log: Path
    client: httpx.Client
    username: str
    passwords: Mapping[str, str]
    forms: list[Form] = field(factory=list[Form])
    pages: list[str] = field(factory=list[str])

    def log_in(self) -> None:
        """Begin a new session."""
        self.client.cookies.clear()
        token = hidden(self.client.get("/login").text)["csrf"]
        form = {"csrf": token, "username": self.username, "password": self.passwords[self.username], "own_device": "1"}
        assert self.client.post("/login", data=form).status_code == 303

    @property
    def cookies(self) -> str:
        """The session, as a header."""
        return "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())

    def look_around(self, most_pages: int = 120) -> None:
        """Follow the links of the pages, each kind of address a few times, and note each kind of form once."""
        waiting, seen, kinds = list(START), dict[str, int](), set[tuple[str, str, tuple[str, ...]]]()
        while waiting and len(self.pages) < most_pages:
            path = waiting.pop(0)
            kind = _NUMBERS.sub("/N", urlsplit(path).path)
            if path in self.pages or seen.get(kind, 0) >= 3 or NOT_PRESSED.search(kind):
                continue
            seen[kind] = seen.get(kind, 0) + 1
            response = self.client.get(path, follow_redirects=True)
            if not response.is_success or "html" not in response.headers.get("content-type", ""):
                continue
            self.pages.append(path)
            found = _Page(path)
            found.feed(response.text)
            waiting += [link for link in found.links if link not in self.pages]
            for form in found.forms:
                if form.kind not in kinds and not NOT_PRESSED.search(urlsplit(form.action).path):
                    kinds.add(form.kind)
                    self.forms.append(form)

    def orders(self) -> int:
        """How many orders the database has."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT count(*) FROM orders").fetchone()[0])


@contextmanager
def target_in_demo(folder: Path, username: str = "helpdesk") -> Iterator[Target]:
    """Start a demo, which takes a minute or more, and log somebody in."""
    with running_demo(folder, 900) as demo:
        database, log = folder / "data" / "sikpro.db", folder / "log"
        yield from _entered(demo.address, database, log, username, demo.passwords)


@contextmanager
def small_target(folder: Path, username: str = "helpdesk") -> Iterator[Target]:
    """Start a console over a few orders, and log somebody in."""
    with installed(folder) as installation:
        installation.transactions.write(_orders)
        installation.sikpro.start()
        passwords = dict.fromkeys(("helpdesk", "teamleader", "supervisor", "admin"), PASSWORD)
        yield from _entered(installation.console, folder / "sikpro.db", installation.sikpro.log, username, passwords)


def _entered(address: str, database: Path, log: Path, username: str, passwords: Mapping[str, str]) -> Iterator[Target]:
    # A certificate is never checked: there is none on this address.
    with httpx.Client(base_url=address, trust_env=False, timeout=30, verify=NO_TLS) as client:
        found = Target(address, database, log, client, username, passwords)
        found.log_in()
        yield found


def _orders(uow: UnitOfWork) -> None:
    now = datetime.now(UTC)
    helpdesk, leader = uow.people.by_username("helpdesk"), uow.people.by_username("teamleader")
    assert helpdesk
    assert leader
    for place in range(8):
        typed = {
            "type": "AO",
            "registration_number": f"SC9000000{place}",
            "serial": f"ZTEGC675454{place}",
            "sto": "SDA",
            "odp": f"ODP-SDA-00{place}",
            "technician": "F5SDA445",
        }
        order = register_order(uow, typed, now, sender=leader, channel=Channel.WEB).order
        if place in {1, 2, 3}:
            take_order(uow, order.id, helpdesk, now)
        if place in {2, 3}:
            status = "odp_penuh" if place == 2 else "selesai"
            change_status(uow, order.id, status, helpdesk, now, zone="Asia/Jakarta")
    save_view(uow, helpdesk, "Sidoarjo", "view=all&sto=SDA")
    save_snippet(uow, {"name": "halo", "text": "Halo"}, helpdesk, now, shared=False)


def hidden(page: str) -> dict[str, str]:
    """The hidden entries of a page's first form."""
    found = _Page("/")
    found.feed(page)
    return dict(found.forms[0].fields)


class _Page(HTMLParser):
    """Collects the links and forms of a page."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._form: tuple[str, str] | None = None
        self._fields: list[tuple[str, str]] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """Note a link, a form or a field."""
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href", "").startswith(("/", "?")):
            self.links.append(urljoin(self.path, given["href"]).partition("#")[0])
        elif tag == "form":
            action = urljoin(self.path, given.get("action", "") or self.path)
            self._form, self._fields = (given.get("method", "get").upper(), action), []
        elif tag == "select":
            self._select = given.get("name", "")
            self._field(self._select, "")
        elif tag == "option" and "selected" in given:
            self._field(self._select, given.get("value", ""))
        elif tag in {"input", "textarea", "button"} and given.get("name"):
            self._field(given["name"], given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        """End a form."""
        if tag == "form" and self._form:
            # A dialog's form is never sent.
            if self._form[0] in {"GET", "POST"}:
                self.forms.append(Form(self.path, *self._form, tuple(self._fields)))
            self._form = None

    def _field(self, name: str, value: str) -> None:
        if self._form and name:
            self._fields.append((name, value))
