"""`python -m sikpro.adapters.simulator`: the simulator as a separate process."""

import argparse
import os

from sikpro.adapters.simulator.guard import refuse_real_credentials
from sikpro.adapters.simulator.server import serve_simulator


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="sikpro simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--path", required=True, help="the SQLite file of its state")
    parser.add_argument("--token", default="424242:simulator", help="the simulated bot's token")
    parser.add_argument("--force", action="store_true", help="start beside real credentials too")
    given = parser.parse_args()
    refuse_real_credentials(os.environ, force=given.force, own_token=given.token)
    serve_simulator(given.host, given.port, path=given.path, token=given.token)


if __name__ == "__main__":
    main()
