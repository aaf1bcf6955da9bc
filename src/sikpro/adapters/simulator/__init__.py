"""A Bot API server on loopback with a chat page: it replaces Telegram in the demo, tests and training."""

from sikpro.adapters.simulator.app import create_simulator
from sikpro.adapters.simulator.guard import NotLoopback, RealCredentials, refuse_real_credentials
from sikpro.adapters.simulator.server import SimulatorServer, serve_simulator

__all__ = [
    "NotLoopback",
    "RealCredentials",
    "SimulatorServer",
    "create_simulator",
    "refuse_real_credentials",
    "serve_simulator",
]
