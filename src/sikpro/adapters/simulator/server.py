"""The simulator in a uvicorn server that never leaves loopback and stops at once."""

import socket

import uvicorn
from litestar import Litestar

from sikpro.adapters.simulator.app import Simulator, create_simulator
from sikpro.adapters.simulator.guard import loopback


class SimulatorServer(uvicorn.Server):
    """Serves one simulator; held polls end when it is told to stop.

    Raises `NotLoopback` for any other host. `port` 0 takes a free one.
    """

    def __init__(self, app: Litestar, host: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=loopback(host),
                port=port,
                ws="none",
                lifespan="on",
                # An access log would name the token with every call.
                access_log=False,
                log_level="warning",
                timeout_graceful_shutdown=2,
            )
        )
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let go of everybody who waits, then stop."""
        if isinstance(self._app, Simulator):
            self._app.world.bell.close()
        await super().shutdown(sockets)


def serve_simulator(
    host: str = "127.0.0.1", port: int = 8081, *, path: str, token: str, press_seconds: float = 15.0
) -> None:
    """Serve until SIGTERM or SIGINT. Raises `NotLoopback` for a host that others could reach."""
    loopback(host)
    SimulatorServer(create_simulator(path, token, press_seconds=press_seconds), host, port).run()
