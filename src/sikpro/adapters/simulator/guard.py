"""Checks that keep the simulator on this machine and away from real accounts."""

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_CREDENTIAL = re.compile(r"(sikpro_)?(telegram_)?(bot_)?(token|api_id|api_hash)", re.IGNORECASE)

SECURITY_HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        b"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


class NotLoopback(ValueError):
    """Raised if the simulator should listen on an address that others can reach."""


class RealCredentials(ValueError):
    """Raised if the simulator should start with the credentials of a real bot set."""


def loopback(host: str) -> str:
    """Return `host` if it is this machine's loopback. Raises `NotLoopback`.

    >>> loopback("127.0.0.1"), loopback("localhost")
    ('127.0.0.1', 'localhost')
    """
    try:
        inside = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        inside = False
    if not inside:
        raise NotLoopback(f"the simulator only listens on loopback (127.0.0.1), not on {host!r}")
    return host


def refuse_real_credentials(settings: Mapping[str, object], force: bool = False, own_token: str = "") -> None:
    """Raise `RealCredentials` if a bot token, api_id or api_hash is set, unless forced.

    `settings` may be the whole environment: only names such as SIKPRO_TELEGRAM_TOKEN, BOT_TOKEN, api_id count.
    `own_token` is the simulator's own token, which is not a secret.
    """
    named = sorted(
        name for name, value in settings.items() if value and str(value) != own_token and _CREDENTIAL.fullmatch(name)
    )
    if named and not force:
        raise RealCredentials(
            f"{', '.join(named)} set: the simulator does not start beside real Telegram credentials; "
            "unset them, or force it"
        )


def objection(path: str, headers: Mapping[bytes, bytes]) -> str | None:
    """Return why a request is refused: a Host that is not loopback (DNS rebinding), another site's page; else None."""
    host = headers.get(b"host", b"").decode("latin-1")
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        name = None
    if name not in LOOPBACK_NAMES:
        return "The simulator answers under a loopback name only."
    origin = headers.get(b"origin")
    if origin is not None and origin.decode("latin-1") != f"http://{host}":
        return "The simulator does not take requests from other sites."
    if headers.get(b"sec-fetch-site") == b"cross-site" and path != "/simulator":
        return "The simulator does not take requests from other sites."
    return None
