"""Settings: from flags, then the environment (`SIKPRO_…`), then a file, then defaults."""

import os
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

from attrs import Attribute, evolve, field, fields, frozen

from sikpro.entrypoints import setting_values as values
from sikpro.entrypoints.plugins import (
    GROUPS,
    PREFIX,
    STORES,
    Chosen,
    Found,
    WrongSettings,
    find,
    scheme,
    truth,
    who_reads,
)

__all__ = ["PREFIX", "Settings", "WrongSettings", "check_s3", "setting_fields"]

_OF_TESTS = f"{PREFIX}TESTS_"
_NO_SETTING = "no setting"
"""Marks what belongs to the settings and is not read by its own name."""


_NUMBERS: dict[str, type[int] | type[float]] = {
    "port": int,
    "metrics_port": int,
    "telegram_api_id": int,
    "poll_timeout": int,
    "lease_seconds": float,
    "rate_overall": float,
    "rate_chat": float,
    "disk_low": int,
    "disk_least": int,
    "backups_kept": int,
}

_TRUTHS = ("secure_cookies", "webhooks_private")


def _number(kind: type[int] | type[float], name: str, value: Any) -> float:
    try:
        return kind(value)
    except (TypeError, ValueError, OverflowError):
        raise WrongSettings(f"setting not usable: {name}: a number is needed, not {value!r}") from None


@frozen(kw_only=True)
class Settings:
    """The settings of one process; each is also `SIKPRO_<NAME>` and a key of the file that `SIKPRO_CONFIG` names.

    `data` is the folder of the default database and of the simulator's state. `database_direct` is PostgreSQL's own
    address where `database` is that of a pooler. `telegram_api` is the Bot API's address.
    With `telegram_api_id` and `telegram_api_hash` the bot uses MTProto instead; `telegram_mtproto_server`
    (`HOST:PORT/NUMBER`) and `telegram_mtproto_key` (a file with its public key in PEM) name another first data centre
    instead of Telegram's own.
    `rate_overall` and `rate_chat` are messages per second. `poll_timeout` is how many seconds a poll stays open, and
    `lease_seconds` how long this process keeps the bot's lease without renewing it: longer than a poll.
    `trusted_proxies` are comma-separated addresses or networks; only their reports of a visitor's address count.
    `metrics_port` is a port of 127.0.0.1 that tells `/metrics` of one process, 0 for none; with several workers the
    first has it, the second the next one, and so on. Who sends `health_token` may read all of `/healthz`, and
    `/metrics`. With less free space than `disk_low` megabytes, or than a tenth of the disk, SIKPRO warns; with less
    than `disk_least` it is not ready. `backups` is the folder, or the folder of a bucket (`s3://BUCKET/FOLDER`), for a
    backup each night, of which the newest `backups_kept` stay; "" for none. The bucket is at `s3_endpoint` ("" for
    Amazon's own) in `s3_region`, and opens with `s3_key` and `s3_secret`. `telemetry` is the address of a collector of
    traces, "" for none. With `webhooks_private` webhooks may lead into networks that are not public. `source`,
    `messenger` and `report_writer` name plugins that take the place of Telegram and of the writer of Excel workbooks;
    `plugins` has those in use, by the setting that names them.
    """

    data: Path = field(default=Path("var"), converter=Path)
    database: str = field(default="", repr=False, validator=values.a_database)
    database_direct: str = field(default="", repr=False, validator=values.a_database)
    host: str = "127.0.0.1"
    port: int = field(default=8000, validator=values.a_port)
    zone: str = field(default="Asia/Jakarta", validator=values.a_zone)
    telegram_token: str = field(default="", repr=False, validator=values.a_token)
    telegram_api: str = field(default="https://api.telegram.org", validator=values.a_web_address)
    telegram_api_id: int = field(default=0, validator=values.an_api_id)
    telegram_api_hash: str = field(default="", repr=False, validator=values.an_api_hash)
    telegram_mtproto_server: str = field(default="", validator=values.a_data_centre)
    telegram_mtproto_key: str = ""
    telegram_proxy: str = field(default="", repr=False, validator=values.a_proxy)
    poll_timeout: int = field(default=50, validator=values.positive)
    lease_seconds: float = field(default=90.0, validator=values.positive)
    rate_overall: float = field(default=30.0, validator=values.positive)
    rate_chat: float = field(default=1.0, validator=values.positive)
    secure_cookies: bool = False
    trusted_proxies: str = field(default="", validator=values.trusted_proxies)
    metrics_port: int = field(default=0, validator=values.a_port)
    health_token: str = field(default="", repr=False, validator=values.a_health_token)
    disk_low: int = field(default=200, validator=values.positive)
    disk_least: int = field(default=50, validator=values.positive)
    backups: str = field(default="", validator=values.a_place_of_backups)
    backups_kept: int = field(default=14, validator=values.positive)
    s3_endpoint: str = field(default="", validator=values.an_s3_endpoint)
    s3_region: str = "us-east-1"
    s3_key: str = field(default="", repr=False)
    s3_secret: str = field(default="", repr=False)
    simulator_url: str = ""
    telemetry: str = field(default="", validator=values.a_collector)
    log_format: str = field(default="console", validator=values.a_log_format)
    webhooks_private: bool = False
    source: str = ""
    messenger: str = ""
    report_writer: str = ""
    plugins: Mapping[str, Chosen] = field(factory=dict[str, Chosen], metadata={_NO_SETTING: True})

    @property
    def database_url(self) -> str:
        """Return the URL of the database: the setting, else SQLite in the data folder."""
        return self.database or f"sqlite:///{self.data / 'sikpro.db'}"

    @property
    def direct_url(self) -> str:
        """Return the URL at which a connection stays one and the same: for locks, hints, migrations and backups."""
        return self.database_direct or self.database_url

    @property
    def by_mtproto(self) -> bool:
        """Return whether the bot uses MTProto instead of the Bot API."""
        return bool(self.telegram_api_id and self.telegram_api_hash)

    @classmethod
    def load(cls, flags: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> Self:
        """Load the settings from all sources; a flag of None is not set. Raises `WrongSettings`."""
        environ = os.environ if environ is None else environ
        names = {attribute.name: attribute for attribute in setting_fields()}
        file = environ.get(PREFIX + "CONFIG", "")
        in_file = _in_file(Path(file)) if file else {}
        gathered = {name: value for name, value in in_file.items() if name in names}
        for name in names:
            value = environ.get(PREFIX + name.upper())
            if value:
                gathered[name] = value
        gathered.update({name: value for name, value in flags.items() if value is not None})
        found = _found(gathered, set(names))
        _must_be_known(environ, set(names), found)
        _must_be_known_in_file(file, in_file, set(names), found)
        for name, kind in _NUMBERS.items():
            if name in gathered:
                gathered[name] = _number(kind, name, gathered[name])
        for name in _TRUTHS:
            if isinstance(gathered.get(name), str):
                gathered[name] = _truth(name, gathered[name])
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
        plugins = {of: one.chosen(environ, in_file.get(one.name, {})) for of, one in found.items()}
        return evolve(settings, plugins=plugins)


def setting_fields() -> tuple["Attribute[Any]", ...]:
    """Return the fields of `Settings` that are read, each by its name."""
    return tuple(one for one in fields(Settings) if not one.metadata.get(_NO_SETTING))


def _found(gathered: Mapping[str, Any], names: set[str]) -> dict[str, Found]:
    """Return the plugins that settings name, by the setting. Raises `WrongSettings`."""
    wanted = {of: (group, str(gathered[of])) for of, group in GROUPS.items() if gathered.get(of)}
    if other := scheme(str(gathered.get("database", ""))):
        wanted["database"] = STORES, other
    found = {of: find(group, name, of) for of, (group, name) in wanted.items()}
    ours = {PREFIX + name.upper() for name in names}
    for one in found.values():
        for variable in ours & one.variables.keys():
            raise WrongSettings(f"plugin {one.name} ({one.made_by}): {variable} is a setting of SIKPRO's own")
    return found


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
    both = (settings.database, settings.database_direct)
    if settings.database_direct and not all(one.startswith("postgresql") for one in both):
        raise WrongSettings("setting not usable: database_direct: only with a PostgreSQL behind a pooler as database")
    if settings.source and not (settings.messenger or settings.telegram_token):
        raise WrongSettings(
            f"setting not usable: source: {settings.source} only receives; name a plugin that sends (messenger), "
            "or set telegram_token"
        )
    if settings.messenger and not (settings.source or settings.telegram_token):
        raise WrongSettings(
            f"setting not usable: messenger: {settings.messenger} only sends; name a plugin that receives (source), "
            "or set telegram_token"
        )
    if scheme(settings.database) and settings.backups:
        raise WrongSettings("setting not usable: backups: only of SQLite and PostgreSQL; this store has its own")
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


def _must_be_known(environ: Mapping[str, str], known: set[str], found: Mapping[str, Found]) -> None:
    """Raise `WrongSettings` for a variable of ours that is no setting: most likely one is misspelt."""
    variables = {PREFIX + name.upper() for name in known} | {PREFIX + "CONFIG"}
    variables = variables.union(*(one.variables for one in found.values()))
    for variable in sorted(environ):
        if variable.startswith(PREFIX) and not variable.startswith(_OF_TESTS) and variable not in variables:
            near = get_close_matches(variable, variables, n=1)
            meant = f"do you mean {near[0]}?" if near else "unset it; README.md lists the settings"
            in_use = {one.name for one in found.values()}
            if (reader := who_reads(variable)) and reader not in in_use:
                meant = f"plugin {reader} would read it, but no setting names that plugin"
            raise WrongSettings(f"{variable} is no setting: {meant}")


def _must_be_known_in_file(file: str, content: Mapping[str, Any], known: set[str], found: Mapping[str, Found]) -> None:
    tables = {one.name for one in found.values()}
    if unknown := sorted(set(content) - known - tables):
        names = ", ".join(sorted(known | tables))
        raise WrongSettings(f"settings file {file}: unknown {', '.join(unknown)}; known are {names}")
    for name in sorted(tables & set(content)):
        if not isinstance(content[name], dict):
            raise WrongSettings(f"settings file {file}: {name} is a table, [{name}], with the settings of the plugin")


def _in_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise WrongSettings(f"settings file {path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongSettings(f"settings file {path} is not TOML: {error}") from error


def _truth(name: str, text: str) -> bool:
    try:
        return truth(name, text)
    except ValueError as error:
        raise WrongSettings(f"setting not usable: {error}") from None
