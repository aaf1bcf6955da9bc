"""HTTP with a limit of time for a request: a client that is half done does not hold its connection."""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 20.0
"""The time for the head of a request, from the connection or its first byte."""

BODY_SECONDS = 300.0
"""The time for its body: 21 MB at 0.6 Mbit/s."""


class PromptProtocol(H11Protocol):
    """Ends the connection when a head or a body is not complete in time; more bytes give no more time."""

    head_seconds = HEAD_SECONDS
    body_seconds = BODY_SECONDS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Begin to wait for a request."""
        self._timer: asyncio.TimerHandle | None = None
        self._waits_for: Any = None
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take bytes, and look what is still missing."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Go on to the next request: the server's own limit for idle connections holds until its first byte."""
        self._rest()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._rest()
        super().connection_lost(exc)

    def _watch(self) -> None:
        waits_for = self.conn.their_state
        if waits_for is self._waits_for:
            return
        self._rest()
        seconds = {h11.IDLE: self.head_seconds, h11.SEND_BODY: self.body_seconds}.get(waits_for)
        if seconds is not None:
            self._waits_for = waits_for
            self._timer = self.loop.call_later(seconds, self.transport.abort)

    def _rest(self) -> None:
        self._waits_for = None
        if self._timer:
            self._timer.cancel()
            self._timer = None
