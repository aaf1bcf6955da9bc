"""Finds plugins by their entry points, and reads their settings: `SIKPRO_<NAME>_<FIELD>` or a table of the file."""

import os
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, get_type_hints

from attrs import NOTHING, field, fields, frozen, has

from sikpro.application.ports.plugins import AnyPlugin, OpenStore, Plugin, StoreKind
from sikpro.application.ports.runtime import LiveEvents

PREFIX = "SIKPRO_"
GROUPS = {
    "messenger": "sikpro.messengers",
    "source": "sikpro.sources",
    "report_writer": "sikpro.report_writers",
}
"""The settings that name a plugin, and the group of each."""

STORES = "sikpro.stores"
_NAME = re.compile(r"[a-z][a-z0-9]*")


class WrongSettings(ValueError):
    """Raised for an invalid setting; the message names the setting, its source and the remedy."""


@frozen
class Chosen:
    """A plugin in use, with its settings."""

    name: str
    made_by: str
    plugin: AnyPlugin
    settings: object = field(repr=False)
    values: Mapping[str, Any] = field(repr=False)

    def packed(self) -> dict[str, Any]:
        """Return what another process needs to make the adapter again (`unpacked`)."""
        return {"name": self.name, "values": dict(self.values)}

    def make(self) -> Any:
        """Return the adapter. Raises `WrongSettings` if the plugin refuses its settings."""
        try:
            return self.plugin.make(self.settings)
        except ValueError as error:
            raise WrongSettings(f"plugin {self.name}: {error}") from error

    def open(self, url: str, live: LiveEvents | None, process: str) -> OpenStore:
        """Open the store of a plugin for stores. Raises `WrongSettings`, `StorageError`."""
        kind: StoreKind = self.make()
        try:
            return kind.open(url, live, process)
        except ValueError as error:
            raise WrongSettings(f"database: plugin {self.name}: {error}") from error


@frozen
class Found:
    """An installed plugin that a setting names; its settings are not read yet."""

    name: str
    made_by: str
    plugin: AnyPlugin

    @property
    def variables(self) -> dict[str, str]:
        """The variables of the environment that it reads, each with its field."""
        return {f"{PREFIX}{self.name.upper()}_{one.name.upper()}": one.name for one in fields(self.plugin.settings)}

    def chosen(self, environ: Mapping[str, str], table: Mapping[str, Any]) -> Chosen:
        """Return the plugin with its settings. Raises `WrongSettings`."""
        gathered = dict(table) | {name: environ[one] for one, name in self.variables.items() if environ.get(one)}
        hints = get_type_hints(self.plugin.settings)
        known = {one.name: one for one in fields(self.plugin.settings)}
        for name in gathered.keys() - known.keys():
            raise WrongSettings(f"settings file: [{self.name}] has no {name}; known are {', '.join(sorted(known))}")
        for name, one in known.items():
            if one.default is NOTHING and name not in gathered:
                raise WrongSettings(
                    f"{PREFIX}{self.name.upper()}_{name.upper()} is missing: plugin {self.name} needs it"
                )
        try:
            values = {name: read_as(hints[name], name, value) for name, value in gathered.items()}
            return Chosen(self.name, self.made_by, self.plugin, self.plugin.settings(**values), gathered)
        except (ValueError, TypeError) as error:
            raise WrongSettings(f"setting not usable: plugin {self.name}: {error}") from error


def store_at(url: str) -> OpenStore:
    """Open the store of a plugin by its URL, with its settings from the environment.

    Raises `ValueError` for a scheme that no plugin has and for wrong settings, and `StorageError`.
    """
    names = sorted(entry.name for entry in installed(STORES))
    if scheme(url) not in names:
        others = "".join(f", {name}://…" for name in names)
        raise ValueError(f"a database is sqlite:///PATH, postgresql://…{others} or memory:")
    return find(STORES, scheme(url), "database").chosen(os.environ, {}).open(url, None, "")


def unpacked(group: str, packed: Mapping[str, Any]) -> Chosen:
    """Return a plugin from what `Chosen.packed` gave. Raises `WrongSettings`."""
    return find(group, packed["name"], group).chosen({}, packed["values"])


def read_as(kind: type, name: str, value: Any) -> Any:
    """Return a value of the environment or the file as the field's type. Raises `ValueError`."""
    if kind is bool:
        return truth(name, value) if isinstance(value, str) else value
    if kind in {int, float}:
        return number(kind, name, value)
    if not isinstance(value, str):
        raise ValueError(f"{name}: a text in quotes is needed")
    return Path(value) if kind is Path else value


def number(kind: type, name: str, value: Any) -> Any:
    """Return a number. Raises `ValueError`."""
    try:
        return kind(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name}: a number is needed, not {value!r}") from None


def truth(name: str, text: str) -> bool:
    """Return true or false. Raises `ValueError`."""
    truths = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    try:
        return truths[text.strip().lower()]
    except KeyError:
        raise ValueError(f"{name} is true or false, not {text!r}") from None


def find(group: str, name: str, setting: str) -> Found:
    """Return the plugin of a group by its name. Raises `WrongSettings`, with the known names."""
    known = {one.name: one for one in installed(group)}
    if name not in known:
        names = ", ".join(sorted(known)) or "none is installed"
        raise WrongSettings(
            f"setting not usable: {setting}: there is no plugin {name!r} in {group}; known are: {names}"
        )
    entry = known[name]
    try:
        plugin = entry.load()
    except Exception as error:  # whatever somebody else's module does when it is loaded
        raise WrongSettings(f"plugin {name} ({made_by(entry)}) cannot be loaded: {error}") from error
    if not isinstance(plugin, Plugin) or not has(plugin.settings) or not _NAME.fullmatch(name):
        raise WrongSettings(f"plugin {name} ({made_by(entry)}): {entry.value} is no Plugin with a class of settings")
    return Found(name, made_by(entry), plugin)


def installed(group: str) -> Iterator[EntryPoint]:
    """Yield the entry points of a group; nothing is loaded."""
    yield from entry_points(group=group)


def made_by(entry: EntryPoint) -> str:
    """Return the distribution of an entry point, with its version."""
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value


def scheme(url: str) -> str:
    """Return the scheme of a URL of a store that a plugin may have, "" for one of ours."""
    name = url.partition("://")[0] if "://" in url else ""
    return "" if name in {"sqlite", "postgresql", "postgresql+psycopg"} else name


def who_reads(variable: str) -> str:
    """Return the installed plugin that a variable of the environment would be a setting of, "" if there is none."""
    for group in (*GROUPS.values(), STORES):
        for entry in installed(group):
            if variable.startswith(f"{PREFIX}{entry.name.upper()}_"):
                return entry.name
    return ""
