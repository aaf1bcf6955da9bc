"""Which addresses of the internet an event may be sent to."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_NAT64 = IPv6Network("64:ff9b::/96")
"""An IPv4 address in its last 32 bits, for networks with IPv6 alone: RFC 6052."""

_NOWHERE = (
    IPv6Network("::/96"),  # IPv4 addresses in an old form
    IPv6Network("2001::/32"),  # Teredo
    IPv6Network("3fff::/20"),  # documentation
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
)
"""Networks of the register of special addresses that not every version of Python knows."""

_METADATA = frozenset({IPv4Address("168.63.129.16")})
"""Services of clouds for their own machines that have an address of the public internet: Azure's.

The others (169.254.169.254, 100.100.100.200, 192.0.0.192, fd00:ec2::254) are in networks that are refused.
"""


def is_public(address: str) -> bool:
    """Return whether an address is a host's of the public internet, also where IPv6 wraps one of IPv4.

    >>> is_public("93.184.216.34"), is_public("169.254.169.254"), is_public("::ffff:127.0.0.1")
    (True, False, False)
    """
    try:
        return _is_public(ip_address(address))
    except ValueError:
        return False


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if any(address.version == network.version and address in network for network in _NOWHERE):
        return False
    if isinstance(address, IPv6Address):
        if address.is_site_local or address.scope_id:
            return False
        inside = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inside = IPv4Address(address.packed[-4:])
        if inside is not None:
            return _is_public(inside)
    forbidden = address.is_multicast or address.is_reserved or address.is_private or address.is_loopback
    return address.is_global and not forbidden and address not in _METADATA
