"""The server as a process: `python -m tests.integration.telegram.mtproto_server --port N --state FILE`."""

import argparse
import asyncio
import json
import logging
import signal
from pathlib import Path

from .control import Control
from .server import MtprotoServer


async def run(port: int, control_port: int, state: Path | None) -> None:
    """Serve until a signal says to stop; `state` gets the addresses, and a line says when they are there."""
    stop = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    async with MtprotoServer(port) as server:
        listener = await asyncio.start_server(Control(server).serve, server.host, control_port)
        control = f"http://{server.host}:{listener.sockets[0].getsockname()[1]}"
        addresses = {
            "host": server.host,
            "port": server.port,
            "dc_id": server.dc_id,
            "control": control,
            "public_key": server.public_key,
        }
        if state is not None:
            whole = state.with_suffix(".new")
            whole.write_text(json.dumps(addresses), encoding="utf-8")
            whole.replace(state)
        print(f"MTProto on {server.host}:{server.port}, control on {control}", flush=True)  # noqa: T201  # a program
        await stop.wait()
        listener.close()
        await listener.wait_closed()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--state", type=Path, help="gets host, port, dc_id, control and public_key as JSON")
    given = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(run(given.port, given.control_port, given.state))


if __name__ == "__main__":
    main()
