"""Tokens, cookies and headers: what keeps a page from being used by somebody else's."""

import hmac
import ipaddress
import secrets
from hashlib import sha256
from urllib.parse import urlsplit

HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        b"connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
"""On every response, those that no route answers included."""

TOKEN_LENGTH = 43


def new_token() -> str:
    """A secret of 32 random bytes, as it travels in a cookie."""
    return secrets.token_urlsafe(32)


def well_formed(token: str) -> bool:
    """Whether a cookie's value can be one of our tokens at all."""
    return len(token) == TOKEN_LENGTH and token.isascii() and token.replace("-", "").replace("_", "").isalnum()


def session_id(token: str) -> str:
    """What is stored of a session's token."""
    return sha256(token.encode()).hexdigest()


def csrf_token(token: str) -> str:
    """The token that a form must bring along, derived from the visitor's own secret."""
    return hmac.new(token.encode(), b"csrf", sha256).hexdigest()


def csrf_matches(token: str, brought: str) -> bool:
    """Whether a form brought the visitor's token; anything that is not ASCII did not.

    >>> csrf_matches("a" * 43, "é")
    False
    """
    return bool(token) and brought.isascii() and hmac.compare_digest(csrf_token(token), brought)


def safe_path(target: str, otherwise: str = "/") -> str:
    """A path of this site to go to, or the other one when the target leads elsewhere.

    >>> safe_path("/orders?view=mine"), safe_path("//evil.example"), safe_path("/\\\\evil.example")
    ('/orders?view=mine', '/', '/')
    """
    odd = "\\" in target or not target.isprintable() or not target.isascii() or len(target) > 2000
    if odd or not target.startswith("/") or target.startswith("//"):
        return otherwise
    try:
        parts = urlsplit(target)
    except ValueError:
        return otherwise
    return otherwise if parts.scheme or parts.netloc else target


def network_of(address: str) -> str:
    """The address whose failures count together: an IPv6 one by its /64, of which a subscriber has all.

    An IPv4 one that reached an IPv6 socket is itself.

    >>> network_of("2001:db8::1"), network_of("192.0.2.7"), network_of("::ffff:192.0.2.7")
    ('2001:db8::/64', '192.0.2.7', '192.0.2.7')
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network(f"{parsed}/64", strict=False))
    return str(parsed)
