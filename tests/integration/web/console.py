"""A running console for tests: the real application on a real socket, over any store, on a clock that a test moves."""

import asyncio
import re
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import uvicorn
from attrs import define, field, fields_dict
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from sikpro.adapters.excel.reader import DirectTables
from sikpro.adapters.excel.workbook import ExcelWorkbookWriter
from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.adapters.local.threads import ThreadedTransactions
from sikpro.adapters.memory import MemoryTransactions
from sikpro.adapters.pictures.svg import ResvgPictures
from sikpro.adapters.sql import SqlTransactions, create_engine_for
from sikpro.adapters.web import WebParts, create_web
from sikpro.application.ports.network import BotState
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.application.ports.tables import TableReader
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.application.use_cases.orders.register_order import register_order
from sikpro.application.workers.clock_watch import ClockStep
from sikpro.application.workers.health import Health, Part
from sikpro.domain.order import Order
from sikpro.domain.order_data import Channel, Origin
from sikpro.domain.people import Person, Role
from sikpro.entrypoints.fonts import FONTS
from sikpro.testing.builders import NOON, a_person, a_site_operation, a_technician, an_sto
from sikpro.testing.clock import StoryClock
from sikpro.testing.fakes import QuickPasswords
from sikpro.testing.transactions import FailingTransactions
from tests.integration.loopback import NO_TLS
from tests.integration.sqlite import migrated_sqlite

T = TypeVar("T")
WELL = {"database": "ok", "bot": "connected", "relay": "idle", "jobs": "ok", "clock": "ok"}
PASSWORD = "rahasia-sekali"
CSRF = re.compile(r'name="csrf" value="([0-9a-f]{128})"')


@define
class Site:
    """A console that serves, its store and its clock; `bot`, `health`, `steps` and `left` are what its pages say of the
    bot, of the loops, of how the machine's clock was set, and of the ages of messages that an outage left. `web` is the
    application that it serves."""

    url: str
    store: FailingTransactions
    clock: StoryClock
    live: LocalLiveEvents
    web: ASGIApp | None = None
    people: dict[str, Person] = field(factory=dict[str, Person])
    visitors: list["Visitor"] = field(factory=list["Visitor"])
    bot: list[BotState | None] = field(factory=lambda: [BotState(True, NOON)])
    health: dict[str, str] = field(factory=lambda: dict(WELL))
    steps: list[ClockStep] = field(factory=list[ClockStep])
    left: list[timedelta] = field(factory=list[timedelta])

    def visitor(self, address: str = "127.0.0.1") -> "Visitor":
        """Somebody who has not logged in, from a network address."""
        visitor = Visitor(self, address)
        self.visitors.append(visitor)
        return visitor

    def logged_in(self, username: str) -> "Visitor":
        """Somebody who has."""
        visitor = self.visitor()
        assert visitor.log_in(username).status_code == 303
        return visitor

    def order(self, number: str = "SC32232558", *, from_chat: bool = True, **typed: str) -> Order:
        """Register an order, sent by the technician Budi from his chat."""
        values = {
            "type": "AO",
            "registration_number": number,
            "serial": "ZTEGC6754546",
            "sto": "SDA",
            "odp": "ODP-SDA-003",
            "technician": "F5SDA445",
        } | typed
        sender = self.people["budi"]

        def work(uow: UnitOfWork) -> Order:
            return register_order(
                uow,
                values,
                self.clock.now(),
                sender=sender,
                channel=Channel.TELEGRAM,
                origin=Origin(700, int(number[-6:])) if from_chat else None,
            ).order

        return self.store.write(work)

    def stored(self, order: Order) -> Order:
        """An order as it is now."""
        return self.store.read(lambda uow: uow.orders.get(order.id))


class Visitor:
    """A browser without JavaScript: keeps cookies, and puts the last page's token into its forms."""

    def __init__(self, site: Site, address: str) -> None:
        self.site = site
        self.client = httpx.Client(base_url=site.url, headers={"x-test-address": address}, timeout=20, verify=NO_TLS)
        self.csrf = ""

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Open a page."""
        return self._seen(self.client.get(path, headers={k.replace("_", "-"): v for k, v in headers.items()}))

    def post(self, path: str, values: Mapping[str, Any] | None = None, **more: Any) -> httpx.Response:
        """Send a form, with the token of the page it is on."""
        return self._seen(self.client.post(path, data={"csrf": self.csrf} | dict(values or {}), **more))

    def log_in(self, username: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        """Fill in the login form, on a device of one's own: a story may last days."""
        self.get("/login")
        response = self.post("/login", {"username": username, "password": password, "own_device": "1", **more})
        page = response
        while page.status_code == 303:
            page = self.get(page.headers["location"])
        return response

    def _seen(self, response: httpx.Response) -> httpx.Response:
        if found := CSRF.search(response.text):
            self.csrf = found[1]
        return response


ROLES = {
    "rina": Role.HELPDESK,
    "tono": Role.HELPDESK,
    "bagus": Role.TEAM_LEADER,
    "sari": Role.SUPERVISOR,
    "admin": Role.ADMIN,
}


def health_of(states: Mapping[str, str], left: Sequence[timedelta] = ()) -> Health:
    """The health of parts in these states, with messages of these ages that an outage left."""
    stop = ("unavailable", "damaged", "full")
    parts = (Part(name=name, state=state, ill=state in stop, stops=state in stop) for name, state in states.items())
    return Health(parts=tuple(parts), failed=len(left), failed_age=max(left, default=None))


@contextmanager
def running_site(
    store: Transactions, live: LocalLiveEvents, tables: TableReader | None = None, **settings: Any
) -> Iterator[Site]:
    """Serve a console over a store, with a person of each role, until the block is left."""
    failing, clock = FailingTransactions(store), StoryClock(NOON)
    threads = ThreadedTransactions.over(failing)
    site = Site("", failing, clock, live)
    site.people = failing.write(_furnish)
    parts = WebParts(
        transactions=threads,
        clock=clock,
        passwords=QuickPasswords(),
        live=live,
        workbooks=ExcelWorkbookWriter(),
        pictures=lambda: ResvgPictures(FONTS),
        tables=tables or DirectTables(),
        zone="Asia/Jakarta",
        bot_state=lambda: site.bot[0],
        health=lambda: health_of(site.health, site.left),
        clock_step=lambda: site.steps[-1] if site.steps else None,
        **settings,
    )
    with _web(parts) as web:
        site.web = web

        async def from_address(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == ScopeType.HTTP:
                headers = dict(scope["headers"])
                scope["client"] = (headers.get(b"x-test-address", b"127.0.0.1").decode(), 1)
            await web(scope, receive, send)

        server = PromptServer(from_address)
        thread = threading.Thread(target=server.run, name="site")
        thread.start()
        try:
            assert server.answers.wait(10)
            site.url = f"http://127.0.0.1:{server.port}"
            yield site
        finally:
            for visitor in site.visitors:
                visitor.client.close()
            live.close()
            server.stop()
            thread.join(10)
            threads.close()
        assert not thread.is_alive()


class PromptServer(uvicorn.Server):
    """Uvicorn on a free port, in a thread; it says when it answers, and ends when it is told, not at its next look."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                port=0,
                lifespan="off",
                log_config=None,
                access_log=False,
                ws="none",
                timeout_graceful_shutdown=2,
            )
        )
        self.answers = threading.Event()
        self.port = 0

    async def main_loop(self) -> None:
        """Serve until `stop`."""
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        self.port = self.servers[0].sockets[0].getsockname()[1]
        self.answers.set()
        await self._ended.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End at once where nobody is being served, and leave no connection open: a browser also connects unasked.

        Uvicorn waits a tenth of a second before it looks, and forgets a connection that was accepted meanwhile.
        """
        for server in self.servers:
            server.close()
        if self.server_state.tasks:
            await super().shutdown(sockets)
        me = asyncio.current_task()
        give_up = self._loop.time() + 5
        # What was accepted becomes a connection in a task of the loop's own.
        while self.server_state.connections or asyncio.all_tasks() - {me}:
            for connection in list(self.server_state.connections):
                connection.shutdown()
            if self._loop.time() > give_up:
                raise AssertionError(f"still open: {self.server_state.connections or asyncio.all_tasks() - {me}}")
            await asyncio.sleep(0.001)

    def stop(self) -> None:
        """End it, from another thread."""
        self._loop.call_soon_threadsafe(self._ended.set)


_IDLE: list[tuple[WebParts, ASGIApp]] = []


@contextmanager
def _web(parts: WebParts) -> Iterator[ASGIApp]:
    """The application with these parts. To make one takes longer than most tests: each is used again, with the parts
    of the next, once nobody is served by it any more."""
    if _IDLE:
        own, web = _IDLE.pop()
        for name in fields_dict(WebParts):
            object.__setattr__(own, name, getattr(parts, name))
    else:
        own, web = parts, create_web(parts)
    yield web
    _IDLE.append((own, web))


def _furnish(uow: UnitOfWork) -> dict[str, Person]:
    create_first_catalogue(uow)
    uow.catalogue.put_site_operation(a_site_operation())
    uow.catalogue.put_sto(an_sto())
    uow.catalogue.put_sto(an_sto("SPJ", "Sepanjang"))
    hashed = QuickPasswords().hash(PASSWORD)
    people = {
        name: uow.people.add(a_person(name.capitalize(), username=name, role=role, password_hash=hashed))
        for name, role in ROLES.items()
    }
    people["budi"] = uow.people.add(a_technician(telegram_id=700))
    people["agus"] = uow.people.add(a_technician("Agus Salim", "F5SDA446"))
    return people


@contextmanager
def memory_or_sqlite(kind: str, path: Path, live: LocalLiveEvents) -> Iterator[Transactions]:
    """An empty store of a kind."""
    if kind == "memory":
        yield MemoryTransactions(live)
        return
    engine = create_engine_for(migrated_sqlite(path))
    try:
        yield SqlTransactions(engine, live)
    finally:
        engine.dispose()
