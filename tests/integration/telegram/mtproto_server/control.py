"""The people's side over HTTP and JSON on loopback, for a server that runs as a process of its own."""

import asyncio
import base64
import json
import urllib.request
from dataclasses import asdict, is_dataclass
from http import HTTPStatus
from typing import Any

from .server import MtprotoServer

CALLS = frozenset(
    {"user", "group", "supergroup", "migrate", "say", "edit", "press", "send_photo", "send_document", "share_contact"}
    | {
        "block",
        "deactivate",
        "remove_bot",
        "sent",
        "asked",
        "fail",
        "too_long",
        "cut_connections",
        "log_everybody_out",
        "revoke_token",
    }
    | {"forget_keys", "move_file", "expire_file_references"}
)
FACTS = frozenset({"sent_log", "presses", "menus", "requests"})
KNOBS = frozenset({"token", "api_id", "api_hash", "home_dc", "slice_limit", "press_seconds"})


class Control:
    """Answers `POST /name` with an object of arguments: a call, a fact, `set` for knobs, `heal` to drop all faults."""

    def __init__(self, server: MtprotoServer) -> None:
        self._server = server

    def perform(self, name: str, arguments: dict[str, Any]) -> Any:
        """Do one thing and return what JSON can carry. Raises `LookupError` for a name that is not there."""
        if name in CALLS:
            if "content" in arguments:
                arguments["content"] = base64.b64decode(arguments["content"])
            return _plain(getattr(self._server, name)(**arguments))
        if name in FACTS:
            fact = getattr(self._server, name)
            return _plain(list(fact.values()) if isinstance(fact, dict) else fact)
        if name == "set" and arguments.keys() <= KNOBS | {"clock_offset"}:
            for knob, value in arguments.items():
                setattr(self._server.world if knob == "clock_offset" else self._server, knob, value)
            return None
        if name == "heal":
            return self._server.faults.clear()
        raise LookupError(f"no {name} with {', '.join(arguments)}")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request of one connection."""
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("ascii").lower().splitlines()
        length = next((int(line.partition(":")[2]) for line in lines if line.startswith("content-length:")), 0)
        name = head.split()[1].decode("ascii").strip("/")
        try:
            status, answer = HTTPStatus.OK, self.perform(name, json.loads(await reader.readexactly(length) or b"{}"))
        except (LookupError, TypeError, ValueError) as problem:
            status, answer = HTTPStatus.BAD_REQUEST, f"{type(problem).__name__}: {problem}"
        body = json.dumps(answer).encode()
        writer.write(f"HTTP/1.1 {status.value} {status.phrase}\r\nConnection: close\r\n".encode())
        writer.write(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()


class Remote:
    """The same from another process: `Remote(url).call("say", user=7, text="halo")`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open

    def call(self, name: str, **arguments: Any) -> Any:
        """Do one thing there; bytes may be given as they are. Raises `urllib.error.HTTPError` when it is refused."""
        written = {
            key: base64.b64encode(value).decode() if isinstance(value, bytes) else value
            for key, value in arguments.items()
        }
        request = urllib.request.Request(f"{self._url}/{name}", json.dumps(written).encode(), method="POST")
        with self._open(request, timeout=10) as answer:
            return json.loads(answer.read())


def _plain(value: Any) -> Any:
    """Dataclasses as objects, lists of them as lists."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
