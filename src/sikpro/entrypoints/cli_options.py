"""Options that several commands share."""

import signal
import sys
from pathlib import Path
from typing import Any

import click


def data_option(command: Any) -> Any:
    """Add the options that name the place of the data."""
    return click.option("--data", type=click.Path(path_type=Path), help="folder of database and simulator [var]")(
        click.option("--database", help="database URL [SQLite in the data folder]")(command)
    )


def tidy_when_ended() -> None:
    """Let SIGTERM end the command as Ctrl+C does, so that no half copy of the data is left."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
