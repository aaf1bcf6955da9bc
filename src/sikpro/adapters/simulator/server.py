"""The simulator in a uvicorn server that listens only on loopback and stops at once."""

import socket

import uvicorn
from litestar import Litestar

from sikpro.adapters.simulator.app import Simulator, create_simulator
from sikpro.adapters.simulator.guard import loopback


class SimulatorServer(uvicorn.Server):
    """Serves one simulator; held polls end when it stops.

    Raises `NotLoopback` for any other host. `port` 0 uses a free one.
    """

    def __init__(self, app: Litestar, host: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=loopback(host),
                port=port,
                ws="none",
                lifespan="on",
                log_config=None,  # lines are written as those of the rest of the process
                # An access log would show the token in every call.
                access_log=False,
                log_level="warning",
                timeout_graceful_shutdown=2,
            )
        )
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End all waiting requests, then stop."""
        if isinstance(self._app, Simulator):
            self._app.world.bell.close()
        await super().shutdown(sockets)


def serve_simulator(
    host: str = "127.0.0.1", port: int = 8081, *, path: str, token: str, press_seconds: float = 15.0
) -> None:
    """Serve until SIGTERM or SIGINT. Raises `NotLoopback` for a host that others can reach."""
    loopback(host)
    SimulatorServer(create_simulator(path, token, press_seconds=press_seconds), host, port).run()
