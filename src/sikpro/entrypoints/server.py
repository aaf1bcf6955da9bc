"""The system in one process: the web, the bot's loop, the relay and the jobs; or the web or the bot apart."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import structlog
import uvicorn

from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.adapters.sql.engine import sqlite_file
from sikpro.adapters.sql.spaced import Spaced
from sikpro.adapters.sql.sqlite_driver import RACES, what_holds
from sikpro.adapters.web.app import create_web
from sikpro.application.ports.storage import Kind, StorageError
from sikpro.application.workers.repeated import Repeated
from sikpro.entrypoints.container import Container, has_bot, health_watch, web_parts
from sikpro.entrypoints.loading import all_is_loaded
from sikpro.entrypoints.prompt_protocol import PromptProtocol
from sikpro.entrypoints.settings import Settings, WrongSettings

Application = Any
"""An ASGI application."""

_log = structlog.get_logger(__name__)


class _Server(uvicorn.Server):
    """Ends the live streams before it waits for open requests; otherwise they would prevent the exit."""

    def __init__(self, config: uvicorn.Config, live: LocalLiveEvents, on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._live = live
        self._on_stop = on_stop

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at SIGINT and SIGTERM; uvicorn itself would raise them again before the loops can end."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the streams, then the rest."""
        self._live.close()
        self._on_stop()
        await super().shutdown(sockets)


def serve(
    container: Container,
    listener: socket.socket,
    beside: Callable[[Application], Application] = lambda web: web,
    on_stop: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGINT or SIGTERM; `beside` may add another application to the web, `on_stop` may end it."""
    web = beside(create_web(web_parts(container)))
    all_is_loaded()
    asyncio.run(_serve(container, listener, web, on_stop))


def serve_bot(container: Container) -> None:
    """Serve the bot without the web until SIGINT or SIGTERM."""
    all_is_loaded()
    asyncio.run(_serve_bot(container))


async def _serve_bot(container: Container) -> None:
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    _log.info("serving the bot, without the web")
    _warn(container)
    async with _loops(container):
        await stopped.wait()


async def _serve(
    container: Container, listener: socket.socket, application: Application, on_stop: Callable[[], None]
) -> None:
    settings = container.settings()
    config = uvicorn.Config(
        application,
        host=settings.host,
        log_config=None,
        access_log=False,
        server_header=False,
        http=PromptProtocol,
        timeout_graceful_shutdown=10,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
    )
    host, port = listener.getsockname()[:2]
    _log.info("serving", address=f"http://{host}:{port}", trusted_proxies=settings.trusted_proxies or "none")
    _warn(container)
    async with _loops(container):
        await _Server(config, container.live(), on_stop).serve(sockets=[listener])


def _warn(container: Container) -> None:
    settings = container.settings()
    if sqlite_file(settings.database_url):
        (_log.warning if RACES else _log.info)(what_holds())
    if not container.with_bot():
        _log.info("the bot is left to other processes")
    elif not has_bot(container):
        _log.warning("no bot is served: telegram_token is not set")
    for warning in unencrypted(settings):
        _log.warning(warning)


def unencrypted(settings: Settings) -> list[str]:
    """Return a warning for each way on which secrets would leave this machine without encryption."""
    found = []
    if not settings.secure_cookies and not _is_here(settings.host):
        found.append("passwords and sessions may travel unencrypted: serve by HTTPS and set secure_cookies")
    api = urlsplit(settings.telegram_api)
    by_http = api.scheme == "http" and not _is_here(api.hostname or "")
    if settings.telegram_token and by_http and not settings.by_mtproto:
        found.append("the bot's token travels unencrypted: telegram_api begins with http")
    return found


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextlib.asynccontextmanager
async def _loops(container: Container) -> AsyncIterator[None]:
    """Run the bot's loop and the relay, where this process has them, and the jobs."""
    presence, left_behind = container.presence(), container.left_behind()
    loops: list[Callable[[], Coroutine[None, None, None]]] = []
    if has_bot(container):
        relay, long_poll = container.relay(), container.long_poll()
        downloads, photo_reader = container.downloads(), container.photo_reader()
        menus = container.menus()
        relay.may_send = lambda: long_poll.holds_lease and (presence is None or presence.held)
        downloads.may_fetch = lambda: long_poll.holds_lease
        photo_reader.may_fetch = lambda: long_poll.holds_lease
        menus.may_set = lambda: long_poll.holds_lease and long_poll.state.connected
        long_poll.relay, long_poll.after_commit = relay, relay.wake
        long_poll.reconnected = relay.line_is_back
        loops += [long_poll.run, relay.run, downloads.run, photo_reader.run, menus.run]
    container.threads().damage = container.integrity().met
    loops += [health_watch(container).run, container.integrity().run, container.backup().run]
    loops += [container.jobs().run, container.exports().run, container.table_writer().run]
    loops.append(container.webhooks().run)
    loops.append(left_behind.run)
    loops += [lambda: _wake_on_hints(container), lambda: _notice_other_writers(container)]
    _tell_metrics(container)
    if presence:
        container.health().linked = lambda: presence.held
        presence.start()
        await asyncio.to_thread(presence.wait, 10)

    async def run() -> None:
        await left_behind.begin()
        await asyncio.gather(*(keep_running(loop) for loop in loops))

    running = asyncio.create_task(run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        if has_bot(container):
            await container.long_poll().stop()
            await container.bot().source.aclose()
            await container.bot().messenger.aclose()
        if presence:
            await asyncio.to_thread(presence.stop)
        if watch := container.file_watch():
            watch.close()
        if container.settings().metrics_port or container.settings().telemetry:  # else nothing is told outside
            await asyncio.to_thread(container.measures().close)
        container.threads().close()
        container.store().close()


def _tell_metrics(container: Container) -> None:
    port = container.settings().metrics_port
    if not port:
        return
    try:
        container.metrics().serve(port)
    except OSError as error:
        raise WrongSettings(f"setting not usable: metrics_port: {port}: {error.strerror}; choose another") from error
    _log.info("metrics are told", address=f"http://127.0.0.1:{port}/metrics")


async def keep_running(loop: Callable[[], Coroutine[None, None, None]], pause: float = 5.0) -> None:
    """Run a loop until cancelled; after a fault of the program start it again in `pause` seconds.

    Otherwise a dead loop would leave people without answers while the web still works.
    """
    faults = Repeated(log=_log, event="a loop ended, and begins again", level="error")
    while True:
        try:
            await loop()
            return
        except Exception as error:  # any fault of the program: a dead loop would leave people without answers
            faults.failed(type(error).__name__, loop=getattr(loop, "__qualname__", ""), exc_info=True)
        await asyncio.sleep(pause)


async def _notice_other_writers(container: Container, pause: float = 1.0) -> None:
    """Tell all pages and loops when a command beside this server wrote to its SQLite file."""
    watch, missed = container.file_watch(), Spaced(container.live().miss)
    while watch is not None:
        await asyncio.sleep(pause)
        with contextlib.suppress(StorageError):  # whoever reads or writes says so
            if await asyncio.to_thread(watch.others_wrote):
                missed.ask()
        missed.step()


async def _wake_on_hints(container: Container) -> None:
    with container.live().subscribe() as hints:
        async for hint in hints:
            if hint.kind is Kind.EXPORT:
                container.exports().wake()
            elif hint.kind is Kind.TABLE:
                container.table_writer().wake()
            elif hint.kind is Kind.WEBHOOK:
                container.webhooks().wake()
            elif hint.kind is Kind.FILE and has_bot(container):
                container.downloads().wake()
                container.photo_reader().wake()
            elif hint.kind is not Kind.LEDGER and has_bot(container):  # the way of an update wakes it itself
                container.relay().heard(hint)


def listen(host: str, port: int) -> socket.socket:
    """Bind a TCP socket to the address; port 0 uses a free one. Raises `WrongSettings` if it cannot be used.

    The protocol is given because asyncio sets TCP_NODELAY only then: without TCP_NODELAY each answer on a kept
    connection waits about 40 ms for the browser's acknowledgement.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise WrongSettings(
            f"cannot serve at {host}:{port}: {error.strerror or error}; choose another port (PORT=…, --port)"
        ) from error
    return listener
