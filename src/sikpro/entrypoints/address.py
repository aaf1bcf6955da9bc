"""Addresses of servers on this machine."""

from contextlib import suppress
from ipaddress import ip_address


def reached_at(host: str) -> str:
    """Return the address at which a server on this host of the settings is reached from this machine."""
    with suppress(ValueError):  # a name
        if ip_address(host).is_unspecified:  # every address of this machine
            return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
