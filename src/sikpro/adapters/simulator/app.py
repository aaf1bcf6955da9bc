"""The simulator as one ASGI application."""

import json
import re

from litestar import Litestar
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.logging import LoggingConfig
from litestar.types import Message, Receive, Scope, Send

from sikpro.adapters.simulator.bot_api import call_method, fetch_file
from sikpro.adapters.simulator.faults import call_with_fault
from sikpro.adapters.simulator.guard import SECURITY_HEADERS, objection
from sikpro.adapters.simulator.page import chat_page, static_router
from sikpro.adapters.simulator.scripts import script_router
from sikpro.adapters.simulator.store import Store
from sikpro.adapters.simulator.world import World

LARGEST_BODY = 25 * 1024 * 1024
_BOT_PATH = re.compile(r"(?P<file>/file)?/bot(?P<token>[^/]+)/(?P<rest>.+)")


class Simulator(Litestar):
    """Litestar behind an outer wrapper that gets every request, also those that end in 404 or 405."""

    world: World

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # type: ignore[override]  # lifespan shares the signature
        """Check the origin of the request, make it fail on purpose, or answer it."""
        if scope["type"] != ScopeType.HTTP:
            await super().__call__(scope, receive, send)
            return
        refusal = objection(scope["path"], dict(scope["headers"]))
        if refusal is not None:
            await _refuse(send, refusal)
            return
        fault = None
        if bot := _BOT_PATH.fullmatch(scope["path"]):
            # A path parameter of Litestar is a whole segment; Telegram's token is only a part of one.
            scope["path"] = f"{bot['file'] or ''}/bot/{bot['token']}/{bot['rest']}"
            scope["raw_path"] = scope["path"].encode()
            fault = None if bot["file"] else self.world.faults.strike(bot["rest"])
        if fault is not None:
            await call_with_fault(fault, self.world.faults, super().__call__, scope, receive, send)
        else:
            await super().__call__(scope, receive, _with_headers(send))


def create_simulator(
    path: str, token: str, *, username: str = "sikpro_simulasi_bot", press_seconds: float = 15.0
) -> Litestar:
    """Return the simulator of one bot; its state is in the SQLite file at `path`.

    A button press without an answer within `press_seconds` expires. Serve it on loopback with `serve_simulator`.
    Raises `ValueError` for a token without a bot id.
    """
    if not token.partition(":")[0].isdigit():
        raise ValueError("a bot token begins with the bot's id and a colon")
    world = World(Store(path), token, username, press_seconds)

    async def provide_world() -> World:
        return world

    app = Simulator(
        route_handlers=[call_method, fetch_file, script_router, chat_page, static_router],
        dependencies={"world": Provide(provide_world)},
        openapi_config=None,
        # The root logger belongs to the surrounding process.
        logging_config=LoggingConfig(configure_root_logger=False, log_exceptions="always"),
        request_max_body_size=LARGEST_BODY,
        on_shutdown=[world.store.close],
    )
    app.world = world
    return app


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *SECURITY_HEADERS]
        await send(message)

    return send_with_headers


async def _refuse(send: Send, sentence: str) -> None:
    body = json.dumps({"detail": sentence}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
