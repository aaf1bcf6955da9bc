"""Options that several commands share."""

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sikpro.entrypoints.container import Container


def data_option(command: Any) -> Any:
    """Add the options that name the place of the data."""
    return click.option("--data", type=click.Path(path_type=Path), help="folder of database and simulator [var]")(
        click.option("--database", help="database URL [SQLite in the data folder]")(command)
    )


def container_of(data: Path | None, database: str | None) -> "Container":
    """Return a container over an up-to-date database; the settings are read before the slow imports."""
    from sikpro.entrypoints.settings import Settings

    settings = Settings.load({"data": data, "database": database})

    from sikpro.entrypoints.start import container_for, prepare

    prepare(settings, migrating=False)
    return container_for(settings)


def tidy_when_ended() -> None:
    """Let SIGTERM end the command as Ctrl+C does, so that no half copy of the data is left."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
