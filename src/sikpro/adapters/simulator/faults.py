"""Faults on purpose: failing Bot API calls, and connections that really break in the middle."""

import asyncio
import json
import random
from collections.abc import Mapping
from typing import Any

from attrs import asdict, define, field
from litestar.types import ASGIApp, Message, Receive, Scope, Send

KINDS = ("500", "502", "429", "drop_before", "drop_after", "slow")


@define
class Faults:
    """The share of failing calls; `methods` (name to share) overrides `fraction` for single methods.

    `limit` is the most faults in all. `delay` is the seconds of a `slow` call.
    """

    fraction: float = 0.0
    methods: dict[str, float] = field(factory=dict)
    kinds: list[str] = field(factory=lambda: list(KINDS[:5]))
    retry_after: int = 1
    delay: float = 1.0
    seed: int | None = None
    limit: int | None = None
    injected: dict[str, int] = field(factory=dict)
    _random: random.Random = field(factory=random.Random, repr=False)

    @classmethod
    def parse(cls, given: object) -> "Faults":
        """Parse a script's description. Raises `ValueError` with a sentence."""
        if not isinstance(given, Mapping):
            raise ValueError("Faults are a JSON object.")
        known = {"fraction", "methods", "kinds", "retry_after", "delay", "seed", "limit", "injected"}
        if unknown := set(given) - known:
            raise ValueError(f"Unknown: {', '.join(sorted(map(str, unknown)))}. Known: {', '.join(sorted(known))}.")
        values = {name: value for name, value in given.items() if name != "injected"}
        for share in (values.get("fraction", 0), *_mapping(values.get("methods", {})).values()):
            if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
                raise ValueError("A fraction is a number from 0 to 1.")
        kinds = values.get("kinds", list(KINDS[:5]))
        if not isinstance(kinds, list) or not kinds or any(kind not in KINDS for kind in kinds):
            raise ValueError(f"kinds are some of {', '.join(KINDS)}.")
        for name in ("retry_after", "delay", "seed", "limit"):
            value = values.get(name)
            whole = int if name != "delay" else (int, float)
            if value is not None and (isinstance(value, bool) or not isinstance(value, whole)):
                raise ValueError(f"{name} is a number.")
        return cls(**values, random=random.Random(values.get("seed")))

    def describe(self) -> dict[str, Any]:
        """Return all settings except the random generator, for scripts."""
        return asdict(self, filter=lambda attribute, _: attribute.name != "_random")

    def strike(self, method: str) -> str | None:
        """Return the fault of this call, or None."""
        share = self.methods.get(method, self.fraction)
        if share <= 0 or (self.limit is not None and sum(self.injected.values()) >= self.limit):
            return None
        if self._random.random() >= share:
            return None
        kind = self._random.choice(self.kinds)
        self.injected[kind] = self.injected.get(kind, 0) + 1
        return kind


async def call_with_fault(fault: str, faults: Faults, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one call with a fault."""
    if fault == "slow":
        await asyncio.sleep(faults.delay)
        await app(scope, receive, send)
    elif fault == "500":
        await _answer(send, 500, _refusal(500, "Internal Server Error"))
    elif fault == "502":
        await _answer(send, 502, b"<html><h1>502 Bad Gateway</h1></html>", b"text/html")
    elif fault == "429":
        text = f"Too Many Requests: retry after {faults.retry_after}"
        await _answer(send, 429, _refusal(429, text, {"retry_after": faults.retry_after}))
    else:
        if fault == "drop_after":
            await app(scope, receive, _swallow)
        await cut(receive, send)


async def cut(receive: Receive, send: Send) -> None:
    """Close the TCP connection without a byte of an answer.

    ASGI has no way to do this: an exception or an early return makes uvicorn answer 500. Its `send` is a method of the
    request's cycle, which holds the transport.
    """
    abort = getattr(getattr(getattr(send, "__self__", None), "transport", None), "abort", None)
    if abort is None:
        raise ConnectionResetError("dropped on purpose; this server does not let its connections be cut")
    abort()
    # Wait until the server has noticed; an earlier return would make it answer 500.
    while (await receive())["type"] != "http.disconnect":
        pass


async def _swallow(message: Message) -> None:
    """Discard a message."""


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ValueError("methods is an object of method names and fractions.")
    return value


def _refusal(code: int, description: str, parameters: dict[str, Any] | None = None) -> bytes:
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return json.dumps(body | ({"parameters": parameters} if parameters else {})).encode()


async def _answer(send: Send, status: int, body: bytes, kind: bytes = b"application/json") -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
