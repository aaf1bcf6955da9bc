"""What each setting may be; a wrong value is refused by the name of its setting, with what is needed."""

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from attrs import Attribute

from sikpro.entrypoints.plugins import scheme

_BUCKET = r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w.-]+)*/?"
_LARGEST_NUMBER = 1_000_000


def is_token(text: str) -> bool:
    """Return whether the text has the format of a bot's token."""
    return re.fullmatch(r"[0-9]+:[A-Za-z0-9_-]+", text) is not None


def a_token(_: object, attribute: "Attribute[str]", value: str) -> None:
    """Refuse what is no token of a bot. Raises `ValueError`."""
    if value and not is_token(value):
        raise ValueError(f"{attribute.name}: a bot token looks like 123456789:ABC-def_123, as BotFather gives it")


def a_database(_: object, attribute: "Attribute[str]", value: str) -> None:
    """Refuse a database that SIKPRO does not know. Raises `ValueError`."""
    if value and not scheme(value) and not re.match(r"sqlite:///.|postgresql(\+psycopg)?://", value):
        raise ValueError(f"{attribute.name}: sqlite:///PATH or postgresql://…, no other database is served")


def a_zone(_: object, attribute: "Attribute[str]", value: str) -> None:
    """Refuse a time zone that is not there. Raises `ValueError`."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{attribute.name}: no time zone is called {value!r}; Asia/Jakarta is one") from None


def a_web_address(_: object, attribute: "Attribute[str]", value: str) -> None:
    """Refuse what is no address of the web. Raises `ValueError`."""
    if not _is_address(value, ("http", "https")):
        raise ValueError(f"{attribute.name}: an address like https://api.telegram.org is needed, not {value!r}")


def a_proxy(_: object, attribute: "Attribute[str]", value: str) -> None:
    """Refuse what is no address of a proxy. Raises `ValueError`."""
    # The message does not contain the value: a proxy's address may hold a password.
    if not value:
        return
    if not _is_address(value, ("http", "https", "socks5", "socks5h")):
        raise ValueError(f"{attribute.name}: an address like http://proxy.example:3128 is needed")


def an_api_id(_: object, attribute: "Attribute[int]", value: int) -> None:
    """Refuse a number that my.telegram.org does not give. Raises `ValueError`."""
    if not 0 <= value < 2**31:
        raise ValueError(f"{attribute.name}: the number that my.telegram.org gives is needed")


def an_api_hash(_: object, attribute: "Attribute[str]", value: str) -> None:
    """Refuse what my.telegram.org does not give. Raises `ValueError`."""
    if value and not re.fullmatch(r"[0-9a-f]{32}", value):
        raise ValueError(f"{attribute.name}: the 32 digits and letters a to f that my.telegram.org gives are needed")


def a_data_centre(_: object, attribute: "Attribute[str]", value: str) -> None:
    """Refuse what names no data centre. Raises `ValueError`."""
    if value and not re.fullmatch(r"[\w.-]+:[0-9]{1,5}/[0-9]{1,4}", value):
        raise ValueError(f"{attribute.name}: HOST:PORT/NUMBER of a data centre is needed, not {value!r}")


def _is_address(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def trusted_proxies(_: object, attribute: "Attribute[str]", value: str) -> None:
    """Refuse what is no list of addresses and networks, and everybody. Raises `ValueError`."""
    for one in value.split(",") if value.strip() else ():
        try:
            network = ip_network(one.strip())
        except ValueError:
            network = None
        if network is None or network.prefixlen == 0:
            raise ValueError(
                f"{attribute.name}: addresses or networks like 127.0.0.1 or 10.1.0.0/16 are needed, with commas, "
                f"not {one.strip()!r}; who is trusted decides which address a visitor counts as"
            )


def a_health_token(_: object, attribute: "Attribute[str]", value: str) -> None:
    """Refuse a token that is easily guessed. Raises `ValueError`."""
    # The message does not contain the value: it is a secret.
    if value and not re.fullmatch(r"[!-~]{16,}", value):
        raise ValueError(f"{attribute.name}: at least 16 letters, digits and signs without blanks are needed")


def a_place_of_backups(_: object, attribute: "Attribute[str]", value: str) -> None:
    """Refuse a folder that is not there, and what names no bucket. Raises `ValueError`."""
    is_folder = Path(value).is_absolute() and Path(value).is_dir()
    if value and not is_folder and not re.fullmatch(_BUCKET, value):
        raise ValueError(
            f"{attribute.name}: a folder that is there is needed, with its whole path, or s3://BUCKET/FOLDER, "
            f"not {value!r}"
        )


def an_s3_endpoint(_: object, attribute: "Attribute[str]", value: str) -> None:
    """Refuse what is no address of a service. Raises `ValueError`."""
    if value and not _is_address(value, ("http", "https")):
        raise ValueError(f"{attribute.name}: an address like https://s3.example.com is needed, not {value!r}")


def a_collector(_: object, attribute: "Attribute[str]", value: str) -> None:
    """Refuse what is no address of a collector of traces. Raises `ValueError`."""
    if value and not _is_address(value, ("http", "https")):
        raise ValueError(f"{attribute.name}: an address like http://127.0.0.1:4318 is needed, not {value!r}")


def a_log_format(_: object, attribute: "Attribute[str]", value: str) -> None:
    """Refuse a format that the log does not have. Raises `ValueError`."""
    if value not in {"console", "json"}:
        raise ValueError(f"{attribute.name}: console or json, not {value!r}")


def a_port(_: object, attribute: "Attribute[int]", value: int) -> None:
    """Refuse what is no port. Raises `ValueError`."""
    if not 0 <= value <= 65535:
        raise ValueError(f"{attribute.name}: a port is 0 to 65535, not {value}")


def positive(_: object, attribute: "Attribute[Any]", value: float) -> None:
    """Refuse nothing, less, and far too much. Raises `ValueError`."""
    if not 0 < value <= _LARGEST_NUMBER:
        raise ValueError(f"{attribute.name}: must be more than 0 and at most {_LARGEST_NUMBER}, not {value}")
