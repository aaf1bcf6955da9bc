"""Tokens, cookies and headers: the protection against requests from other sites."""

import hmac
import ipaddress
import re
import secrets
from hashlib import sha256
from urllib.parse import urlsplit

HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        b"manifest-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
"""The headers of every response, also of those without a route."""

STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"
"""For a year browsers use this host and those below it by HTTPS alone; sent when cookies are for HTTPS alone."""

TOKEN_LENGTH = 43


def new_token() -> str:
    """Return a secret of 32 random bytes, encoded for a cookie."""
    return secrets.token_urlsafe(32)


def well_formed(token: str) -> bool:
    """Return whether a cookie's value has the format of our tokens."""
    return len(token) == TOKEN_LENGTH and token.isascii() and token.replace("-", "").replace("_", "").isalnum()


def session_id(token: str) -> str:
    """Return the hash of a session's token; only the hash is saved."""
    return sha256(token.encode()).hexdigest()


def shown_id(session: str) -> str:
    """Return the name of a session in a page. The id itself would tell a thief what an own device remembers."""
    return sha256(session.encode()).hexdigest()


def devices_in(cookie: str) -> list[str]:
    """Return the hashes of earlier sessions that a device remembers; a hash opens nothing, it only tells the device."""
    return [text for text in cookie[:1000].split(".") if re.fullmatch(r"[0-9a-f]{64}", text)]


def csrf_token(token: str) -> str:
    """Return the token that a form must contain, derived from the visitor's own secret."""
    return hmac.new(token.encode(), b"csrf", sha256).hexdigest()


def masked(token: str) -> str:
    """Return the token in a new disguise, so that its text is another in each answer.

    A text that stays the same beside text of others can be guessed from the sizes of compressed answers (BREACH).
    """
    pad = secrets.token_bytes(len(token) // 2)
    return pad.hex() + _xor(pad, bytes.fromhex(token)).hex()


def csrf_matches(token: str, brought: str) -> bool:
    """Return whether `brought` is the visitor's token, as it is or `masked`; any other text never is.

    >>> csrf_matches("a" * 43, masked(csrf_token("a" * 43))), csrf_matches("a" * 43, "é"), csrf_matches("a" * 43, "")
    (True, False, False)
    """
    if not token or not re.fullmatch(r"[0-9a-f]+", brought):
        return False
    own = csrf_token(token)
    if len(brought) == 2 * len(own):
        given = bytes.fromhex(brought)
        half = len(given) // 2
        brought = _xor(given[:half], given[half:]).hex()
    return hmac.compare_digest(own, brought)


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(first ^ second for first, second in zip(one, other, strict=True))


def safe_path(target: str, otherwise: str = "/") -> str:
    """Return the target if it is a path of this site, else `otherwise`.

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
    """Return the network whose failed logins count together: the /64 of an IPv6 address, because one subscriber has it.

    An IPv4 address stays as it is, also if it came through an IPv6 socket.

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
