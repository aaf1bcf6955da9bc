"""Options that several commands share."""

from pathlib import Path
from typing import Any

import click


def data_option(command: Any) -> Any:
    """Add the options that name the place of the data."""
    return click.option("--data", type=click.Path(path_type=Path), help="folder of database and simulator [var]")(
        click.option("--database", help="database URL [SQLite in the data folder]")(command)
    )
