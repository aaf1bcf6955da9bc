"""A console without a socket: thousands of requests in seconds, each on the same state."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from attrs import define, evolve, field, fields_dict, frozen
from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.types import Message

from sikpro.adapters.memory import MemoryUnitOfWork
from sikpro.adapters.memory.store import State, Table
from sikpro.adapters.web.site.gate import Gate
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.domain.people import Role
from sikpro.testing.builders import a_person
from sikpro.testing.fakes import QuickPasswords
from tests.integration.web.console import CSRF, PASSWORD, Site

T = TypeVar("T")
STREAMS = frozenset({"/live"})
"""What has no end: only its status is looked at."""

NOT_ABOUT_OBJECTS = frozenset({"security_events", "login_attempts"})
"""Tables that grow by a refusal too."""


@frozen
class Answer:
    """A response; cookies by name, values without attributes."""

    status: int
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode(errors="replace")

    @property
    def refused(self) -> bool:
        """Whether the visitor was kept out: not permitted, or led to log in or to change their password."""
        to = self.headers.get("location", "")
        return self.status in {401, 403} or (self.status == 303 and to.partition("?")[0] in {"/login", "/password"})


@frozen
class Client:
    """Somebody's cookies, and the token of their forms."""

    cookies: Mapping[str, str] = field(factory=dict[str, str])
    csrf: str = ""


@frozen
class Unchanging:
    """Transactions on memory whose changes are forgotten at their end: what one request does, the next does not meet.

    `changed` has the tables that requests wrote, `rows` each row of them with its key.
    """

    inner: Transactions
    changed: set[str] = field(factory=set[str])
    rows: set[tuple[str, object]] = field(factory=set[tuple[str, object]])

    def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do the work."""
        return self.inner.read(work)

    def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do the work, note the tables that it changed, and forget it."""

        def noting(uow: UnitOfWork) -> T:
            assert isinstance(uow, MemoryUnitOfWork)
            before = _rows(uow.state)
            done = work(uow)
            for name, rows in _rows(uow.state).items():
                if rows != before[name]:
                    self.changed.add(name)
                    self.rows.update(
                        (name, key) for key in rows | before[name] if rows.get(key) != before[name].get(key)
                    )
            return done

        return self.inner.read(noting)

    def opened(self) -> AbstractContextManager[UnitOfWork]:
        """Open nothing: no request does."""
        raise NotImplementedError


def _rows(state: State) -> dict[str, dict[object, object]]:
    return {name: {key: table.get(key) for key in table} for name, table in _tables(state)}


def _tables(state: State) -> Iterator[tuple[str, Table[Any, Any]]]:
    return ((name, getattr(state, name)) for name in fields_dict(State))


@define
class Walk:
    """People who ask a console, by user name; "" has not logged in."""

    site: Site
    clients: dict[str, Client] = field(factory=dict[str, Client])

    @property
    def app(self) -> Litestar:
        """The application with its routes."""
        assert isinstance(self.site.web, Gate)
        assert isinstance(self.site.web.app, Litestar)
        return self.site.web.app

    def routes(self) -> dict[str, frozenset[str]]:
        """Every address with its methods, as the application serves them at this moment."""
        return {
            route.path_format: frozenset(method for handler in route.route_handlers for method in handler.http_methods)
            for route in self.app.routes
            if isinstance(route, HTTPRoute)
        }

    async def log_in(self, *usernames: str) -> None:
        """Log people in by the form."""
        for username in usernames:
            visitor = await self.visitor()
            form = {"username": username, "password": PASSWORD, "own_device": "1"}
            response = await self.ask("POST", "/login", visitor, form)
            assert response.status == 303, (username, response.status)
            cookies = {**visitor.cookies, **response.cookies}
            found = CSRF.search((await self.ask("GET", "/password", Client(cookies))).text)
            assert found, username
            self.clients[username] = Client(cookies, found[1])

    async def visitor(self) -> Client:
        """Somebody new, with the token of the login form."""
        page = await self.ask("GET", "/login", Client())
        found = CSRF.search(page.text)
        assert found
        return Client(page.cookies, found[1])

    async def ask(self, method: str, address: str, client: Client, form: Mapping[str, str] | None = None) -> Answer:
        """Send one request, with the client's token if it is a form."""
        path, _, query = address.partition("?")
        headers = [("host", "console"), ("cookie", "; ".join(f"{name}={one}" for name, one in client.cookies.items()))]
        body = b""
        if method not in {"GET", "HEAD", "OPTIONS"}:
            body = urlencode({"csrf": client.csrf, **(form or {})}).encode()
            headers += [("content-type", "application/x-www-form-urlencoded"), ("content-length", str(len(body)))]
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": quote(path).encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers],
            "client": ("127.0.0.1", 1),
            "server": ("console", 80),
            "root_path": "",
        }
        sent: list[Message] = []
        waiting: list[Any] = [{"type": "http.request", "body": body, "more_body": False}]
        begun, ended = asyncio.Event(), asyncio.Event()

        async def receive() -> Any:
            if waiting:
                return waiting.pop()
            await ended.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)
            begun.set()
            if message["type"] == "http.response.body" and not message.get("more_body"):
                ended.set()

        assert self.site.web
        answering = asyncio.ensure_future(_run(self.site.web, scope, receive, send))
        if path in STREAMS:
            await begun.wait()
            answering.cancel()
            await asyncio.wait([answering])
        else:
            await answering
        return _answer(sent)


async def _run(web: Any, scope: dict[str, Any], receive: Any, send: Any) -> None:
    await web(scope, receive, send)


@contextmanager
def unchanging(site: Site) -> Iterator[Unchanging]:
    """Let a console on memory forget every change, and note what was written."""
    inner = site.store.inner
    forgetful = Unchanging(inner)
    site.store.inner = forgetful
    try:
        yield forgetful
    finally:
        site.store.inner = inner


MORE_PEOPLE = {
    "tedi": (Role.TECHNICIAN, {"site_operation": "SDA", "technician_code": "F5SDA555"}),
    "out": (Role.ADMIN, {}),
    "no_role": (Role.ADMIN, {}),
    "one_time": (Role.ADMIN, {}),
}
"""People besides those of every console: a technician with an account, and admins to be (see `take_away`)."""


def add_people(site: Site) -> None:
    """Add them."""

    def work(uow: UnitOfWork) -> None:
        hashed = QuickPasswords().hash(PASSWORD)
        for name, (role, more) in MORE_PEOPLE.items():
            one = a_person(name.capitalize(), username=name, role=role, password_hash=hashed, **more)
            site.people[name] = uow.people.add(one)

    site.store.write(work)


def take_away(site: Site) -> None:
    """Keep one of them out, take one's role, and give one a one-time password; their sessions stay in the store."""
    change: dict[str, dict[str, Any]] = {
        "out": {"active": False},
        "no_role": {"role": None},
        "one_time": {"must_change_password": True},
    }

    def work(uow: UnitOfWork) -> None:
        for name, less in change.items():
            uow.people.save(evolve(uow.people.get(site.people[name].id), **less))

    site.store.write(work)


def _answer(sent: list[Message]) -> Answer:
    headers: dict[str, str] = {}
    cookies: dict[str, str] = {}
    status, body = 0, b""
    for message in sent:
        if message["type"] == "http.response.start":
            status = message["status"]
            for name, value in message["headers"]:
                if name.lower() == b"set-cookie":
                    key, _, rest = value.decode().partition("=")
                    cookies[key] = rest.partition(";")[0]
                else:
                    headers[name.decode().lower()] = value.decode()
        elif message["type"] == "http.response.body":
            body += message["body"]
    return Answer(status, headers, cookies, body)
