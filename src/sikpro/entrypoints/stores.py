"""Opens the store that the settings name: SQLite, PostgreSQL, or that of a plugin."""

from collections.abc import Callable
from typing import Any

from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.adapters.sql.health import SqlPlace
from sikpro.adapters.sql.unit_of_work import SqlTransactions
from sikpro.application.ports.chance import Chance
from sikpro.application.ports.plugins import OpenStore
from sikpro.entrypoints.plugins import WrongSettings, scheme
from sikpro.entrypoints.settings import Settings


def kind_of(settings: Settings) -> str:
    """Return `sqlite`, `postgresql`, or the name of the plugin."""
    return scheme(settings.database_url) or settings.database_url.partition(":")[0].partition("+")[0]


def open_store(
    settings: Settings, live: LocalLiveEvents, process: str, chance: Chance, engine: Callable[[], Any]
) -> OpenStore:
    """Return the open store; `engine` makes the connections of one of ours. Raises `WrongSettings`, `StorageError`."""
    if chosen := settings.plugins.get("database"):
        return chosen.open(settings.database_url, live, process)
    made = engine()
    transactions = SqlTransactions(made, live, process, chance)
    return OpenStore(transactions=transactions, place=SqlPlace(settings.database_url), close=made.dispose)


def must_be_ours(settings: Settings) -> None:
    """Raise `WrongSettings` for a store of a plugin, where a command works only with SQLite and PostgreSQL."""
    if name := scheme(settings.database_url):
        raise WrongSettings(f"database: this command is for SQLite and PostgreSQL, not for the store of plugin {name}")
