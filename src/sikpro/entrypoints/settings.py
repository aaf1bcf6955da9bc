"""Settings: from flags, then the environment (`SIKPRO_…`), then a file, then defaults."""

import os
import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from attrs import Attribute, field, fields, frozen

PREFIX = "SIKPRO_"
_OF_TESTS = f"{PREFIX}TESTS_"
_BUCKET = r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w.-]+)*/?"


class WrongSettings(ValueError):
    """Raised for an invalid setting; the message names the setting, its source and the remedy."""


_NUMBERS: dict[str, type[int] | type[float]] = {
    "port": int,
    "telegram_api_id": int,
    "poll_timeout": int,
    "lease_seconds": float,
    "rate_overall": float,
    "rate_chat": float,
    "disk_low": int,
    "disk_least": int,
    "backups_kept": int,
}


_LARGEST_NUMBER = 1_000_000


def _number(kind: type[int] | type[float], name: str, value: Any) -> float:
    try:
        return kind(value)
    except (TypeError, ValueError, OverflowError):
        raise WrongSettings(f"setting not usable: {name}: a number is needed, not {value!r}") from None


def is_token(text: str) -> bool:
    """Return whether the text has the format of a bot's token."""
    return re.fullmatch(r"[0-9]+:[A-Za-z0-9_-]+", text) is not None


def _token(_: object, attribute: "Attribute[str]", value: str) -> None:
    if value and not is_token(value):
        raise ValueError(f"{attribute.name}: a bot token looks like 123456789:ABC-def_123, as BotFather gives it")


def _database(_: object, attribute: "Attribute[str]", value: str) -> None:
    if value and not re.match(r"sqlite:///.|postgresql(\+psycopg)?://", value):
        raise ValueError(f"{attribute.name}: sqlite:///PATH or postgresql://…, no other database is served")


def _zone(_: object, attribute: "Attribute[str]", value: str) -> None:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{attribute.name}: no time zone is called {value!r}; Asia/Jakarta is one") from None


def _web_address(_: object, attribute: "Attribute[str]", value: str) -> None:
    if not _is_address(value, ("http", "https")):
        raise ValueError(f"{attribute.name}: an address like https://api.telegram.org is needed, not {value!r}")


def _proxy(_: object, attribute: "Attribute[str]", value: str) -> None:
    # The message does not contain the value: a proxy's address may hold a password.
    if not value:
        return
    if not _is_address(value, ("http", "https", "socks5", "socks5h")):
        raise ValueError(f"{attribute.name}: an address like http://proxy.example:3128 is needed")


def _api_id(_: object, attribute: "Attribute[int]", value: int) -> None:
    if not 0 <= value < 2**31:
        raise ValueError(f"{attribute.name}: the number that my.telegram.org gives is needed")


def _api_hash(_: object, attribute: "Attribute[str]", value: str) -> None:
    if value and not re.fullmatch(r"[0-9a-f]{32}", value):
        raise ValueError(f"{attribute.name}: the 32 digits and letters a to f that my.telegram.org gives are needed")


def _data_centre(_: object, attribute: "Attribute[str]", value: str) -> None:
    if value and not re.fullmatch(r"[\w.-]+:[0-9]{1,5}/[0-9]{1,4}", value):
        raise ValueError(f"{attribute.name}: HOST:PORT/NUMBER of a data centre is needed, not {value!r}")


def _is_address(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _trusted_proxies(_: object, attribute: "Attribute[str]", value: str) -> None:
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


def _health_token(_: object, attribute: "Attribute[str]", value: str) -> None:
    # The message does not contain the value: it is a secret.
    if value and not re.fullmatch(r"[!-~]{16,}", value):
        raise ValueError(f"{attribute.name}: at least 16 letters, digits and signs without blanks are needed")


def _place_of_backups(_: object, attribute: "Attribute[str]", value: str) -> None:
    is_folder = Path(value).is_absolute() and Path(value).is_dir()
    if value and not is_folder and not re.fullmatch(_BUCKET, value):
        raise ValueError(
            f"{attribute.name}: a folder that is there is needed, with its whole path, or s3://BUCKET/FOLDER, "
            f"not {value!r}"
        )


def _s3_endpoint(_: object, attribute: "Attribute[str]", value: str) -> None:
    if value and not _is_address(value, ("http", "https")):
        raise ValueError(f"{attribute.name}: an address like https://s3.example.com is needed, not {value!r}")


def _telemetry(_: object, attribute: "Attribute[str]", value: str) -> None:
    if value and not _is_address(value, ("http", "https")):
        raise ValueError(f"{attribute.name}: an address like http://127.0.0.1:4318 is needed, not {value!r}")


def _log_format(_: object, attribute: "Attribute[str]", value: str) -> None:
    if value not in {"console", "json"}:
        raise ValueError(f"{attribute.name}: console or json, not {value!r}")


def _port(_: object, attribute: "Attribute[int]", value: int) -> None:
    if not 0 <= value <= 65535:
        raise ValueError(f"{attribute.name}: a port is 0 to 65535, not {value}")


def _positive(_: object, attribute: "Attribute[Any]", value: float) -> None:
    if not 0 < value <= _LARGEST_NUMBER:
        raise ValueError(f"{attribute.name}: must be more than 0 and at most {_LARGEST_NUMBER}, not {value}")


@frozen(kw_only=True)
class Settings:
    """The settings of one process; each is also `SIKPRO_<NAME>` and a key of the file that `SIKPRO_CONFIG` names.

    `data` is the folder of the default database and of the simulator's state. `telegram_api` is the Bot API's address.
    With `telegram_api_id` and `telegram_api_hash` the bot uses MTProto instead; `telegram_mtproto_server`
    (`HOST:PORT/NUMBER`) and `telegram_mtproto_key` (a file with its public key in PEM) name another first data centre
    instead of Telegram's own.
    `rate_overall` and `rate_chat` are messages per second. `poll_timeout` is how many seconds a poll stays open, and
    `lease_seconds` how long this process keeps the bot's lease without renewing it: longer than a poll.
    `trusted_proxies` are comma-separated addresses or networks; only their reports of a visitor's address count.
    Who sends `health_token` may read all of `/healthz`, and `/metrics`. With less free space than `disk_low` megabytes,
    or than a tenth of the disk, SIKPRO warns; with less than `disk_least` it is not ready. `backups` is the folder, or
    the folder of a bucket (`s3://BUCKET/FOLDER`), for a backup each night, of which the newest `backups_kept` stay; ""
    for none. The bucket is at `s3_endpoint` ("" for Amazon's own) in `s3_region`, and opens with `s3_key` and
    `s3_secret`. `telemetry` is the address of a collector of traces, "" for none.
    """

    data: Path = field(default=Path("var"), converter=Path)
    database: str = field(default="", repr=False, validator=_database)
    host: str = "127.0.0.1"
    port: int = field(default=8000, validator=_port)
    zone: str = field(default="Asia/Jakarta", validator=_zone)
    telegram_token: str = field(default="", repr=False, validator=_token)
    telegram_api: str = field(default="https://api.telegram.org", validator=_web_address)
    telegram_api_id: int = field(default=0, validator=_api_id)
    telegram_api_hash: str = field(default="", repr=False, validator=_api_hash)
    telegram_mtproto_server: str = field(default="", validator=_data_centre)
    telegram_mtproto_key: str = ""
    telegram_proxy: str = field(default="", repr=False, validator=_proxy)
    poll_timeout: int = field(default=50, validator=_positive)
    lease_seconds: float = field(default=90.0, validator=_positive)
    rate_overall: float = field(default=30.0, validator=_positive)
    rate_chat: float = field(default=1.0, validator=_positive)
    secure_cookies: bool = False
    trusted_proxies: str = field(default="", validator=_trusted_proxies)
    health_token: str = field(default="", repr=False, validator=_health_token)
    disk_low: int = field(default=200, validator=_positive)
    disk_least: int = field(default=50, validator=_positive)
    backups: str = field(default="", validator=_place_of_backups)
    backups_kept: int = field(default=14, validator=_positive)
    s3_endpoint: str = field(default="", validator=_s3_endpoint)
    s3_region: str = "us-east-1"
    s3_key: str = field(default="", repr=False)
    s3_secret: str = field(default="", repr=False)
    simulator_url: str = ""
    telemetry: str = field(default="", validator=_telemetry)
    log_format: str = field(default="console", validator=_log_format)

    @property
    def database_url(self) -> str:
        """Return the URL of the database: the setting, else SQLite in the data folder."""
        return self.database or f"sqlite:///{self.data / 'sikpro.db'}"

    @property
    def by_mtproto(self) -> bool:
        """Return whether the bot uses MTProto instead of the Bot API."""
        return bool(self.telegram_api_id and self.telegram_api_hash)

    @classmethod
    def load(cls, flags: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> Self:
        """Load the settings from all sources; a flag of None is not set. Raises `WrongSettings`."""
        environ = os.environ if environ is None else environ
        names = {attribute.name: attribute for attribute in fields(cls)}
        gathered: dict[str, Any] = {}
        _must_be_known(environ, set(names))
        file = environ.get(PREFIX + "CONFIG", "")
        if file:
            gathered.update(_from_file(Path(file), set(names)))
        for name in names:
            value = environ.get(PREFIX + name.upper())
            if value:
                gathered[name] = value
        gathered.update({name: value for name, value in flags.items() if value is not None})
        for name, kind in _NUMBERS.items():
            if name in gathered:
                gathered[name] = _number(kind, name, gathered[name])
        if isinstance(gathered.get("secure_cookies"), str):
            gathered["secure_cookies"] = _truth("secure_cookies", gathered["secure_cookies"])
        for name, value in gathered.items():
            if names[name].type is str and not isinstance(value, str):
                raise WrongSettings(f"setting not usable: {name}: a text in quotes is needed")
            if names[name].type is bool and not isinstance(value, bool):
                raise WrongSettings(f"setting not usable: {name} is true or false")
        try:
            settings = cls(**gathered)
        except (ValueError, TypeError) as error:
            raise WrongSettings(f"setting not usable: {error}") from error
        _check_together(settings)
        return settings


def _check_together(settings: Settings) -> None:
    """Raise `WrongSettings` for settings that cannot be used together."""
    if bool(settings.telegram_api_id) != bool(settings.telegram_api_hash):
        missing = "telegram_api_hash" if settings.telegram_api_id else "telegram_api_id"
        raise WrongSettings(
            f"setting not usable: {missing} is missing: my.telegram.org gives both; set neither for the Bot API"
        )
    if settings.by_mtproto and settings.telegram_proxy.startswith("https:"):
        raise WrongSettings("setting not usable: telegram_proxy: by MTProto a proxy is http:// or socks5://")
    if not settings.by_mtproto and settings.telegram_proxy.startswith("socks5") and find_spec("socksio") is None:
        raise WrongSettings(
            "setting not usable: telegram_proxy: a SOCKS proxy needs a package more: pip install 'httpx[socks]'"
        )
    if settings.backups.startswith("s3:"):
        check_s3(settings)
    if settings.telemetry and not _is_here("opentelemetry.exporter.otlp.proto.http"):
        raise WrongSettings("setting not usable: telemetry: it needs packages more: pip install 'sikpro[otel]'")
    if settings.disk_low < settings.disk_least:
        raise WrongSettings("setting not usable: disk_low must not be less than disk_least")
    if settings.lease_seconds <= settings.poll_timeout:
        raise WrongSettings("setting not usable: lease_seconds must be more than poll_timeout")


def check_s3(settings: Settings) -> None:
    """Raise `WrongSettings` if a bucket cannot be opened with these settings."""
    if not (settings.s3_key and settings.s3_secret):
        raise WrongSettings("setting not usable: s3_key and s3_secret are missing: the owner of the bucket gives them")
    if not _is_here("obstore"):
        raise WrongSettings("setting not usable: s3:// needs a package more: pip install 'sikpro[s3]'")


def _is_here(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:  # a package above it is not here
        return False


def _must_be_known(environ: Mapping[str, str], known: set[str]) -> None:
    """Raise `WrongSettings` for a variable of ours that is no setting: most likely one is misspelt."""
    variables = {PREFIX + name.upper() for name in known} | {PREFIX + "CONFIG"}
    for variable in sorted(environ):
        if variable.startswith(PREFIX) and not variable.startswith(_OF_TESTS) and variable not in variables:
            near = get_close_matches(variable, variables, n=1)
            meant = f"do you mean {near[0]}?" if near else "unset it; README.md lists the settings"
            raise WrongSettings(f"{variable} is no setting: {meant}")


def _from_file(path: Path, known: set[str]) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise WrongSettings(f"settings file {path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongSettings(f"settings file {path} is not TOML: {error}") from error
    unknown = sorted(set(content) - known)
    if unknown:
        raise WrongSettings(f"settings file {path}: unknown {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    return content


def _truth(name: str, text: str) -> bool:
    truths = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    try:
        return truths[text.strip().lower()]
    except KeyError:
        raise WrongSettings(f"setting not usable: {name} is true or false, not {text!r}") from None
