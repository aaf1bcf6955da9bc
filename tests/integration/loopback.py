"""Servers and clients of tests on this machine: ports that stay ours, and clients that are made quickly."""

import socket
import ssl
import sys

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For HTTPX: it trusts nobody. Its own would read all the world's certificates for each client, for 50 ms."""

_KEPT: list[socket.socket] = []


def free_port() -> int:
    """A port for a process to serve at, again after each restart; nobody else gets it while this process lives."""
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    probe.bind(("127.0.0.1", 0))
    port = int(probe.getsockname()[1])
    if sys.platform == "linux":
        # Bound but not listening: a server that reuses addresses, as all do, may still take it; the system gives it
        # to nobody who asks for any port. Without that, a port could be gone between a kill and the next start.
        _KEPT.append(probe)
    else:
        probe.close()
    return port
