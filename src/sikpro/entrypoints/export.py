"""The command `export`: a recap's file for the operator of the installation, with the orders of all people."""

import os
import shutil
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from sikpro.application.i18n import words_in
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.export_file import ExportFile
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import Person, Role
from sikpro.entrypoints.container import Container
from sikpro.entrypoints.reading import reading
from sikpro.entrypoints.settings import WrongSettings

OPERATOR = Person(id=0, name="sikpro export", role=Role.SUPERVISOR)
"""A person with access to the database may see all its data."""


_CODES = ("type", "sto", "site_operation", "technician")
"""The filters with codes in capitals as values."""


def requested(period: str | None, first: str | None, last: str | None, filters: Mapping[str, str | None]) -> RecapQuery:
    """Return the recap query of the command's options. Raises `WrongSettings`."""
    if (period is None) == (first is None and last is None):
        raise WrongSettings("name the days by --period, or by --from and --until")
    text = period if period is not None else f"{first or last}_{last or first}"
    try:
        given = {name: value for name, value in filters.items() if value is not None}
        return RecapQuery.parse(text, given | {name: given[name].upper() for name in _CODES if name in given})
    except InvalidValue as error:
        raise WrongSettings(words_in("en", "UTC").error(error)) from error


def export_to(container: Container, query: RecapQuery, kind: str, language: str, output: str) -> None:
    """Write the file to a path, or to standard output for `-`; an interrupt leaves no incomplete file.

    The database is only read: it may be a copy that nobody may write.
    Raises `WrongSettings` if the path cannot be written, and `StorageError`.
    """
    file = ExportFile(
        query=query,
        kind=kind,
        by=OPERATOR,
        words=words_in(language, container.settings().zone),
        now=container.clock().now(),
    )
    place = Path(output)
    # Write into a pipe or a device; replace only a file, for a link the file that it names.
    into = output == "-" or (place.exists() and not place.is_file())
    try:
        with TemporaryDirectory(prefix=".sikpro-", dir=None if into else place.resolve().parent) as folder:
            path = Path(folder) / "file"
            _write(container, file, path)
            if output == "-":
                _to_stdout(path)
            elif into:
                with path.open("rb") as content, place.open("wb") as target:
                    shutil.copyfileobj(content, target)
            else:
                path.replace(place.resolve())
    except OSError as error:
        raise WrongSettings(f"output {output}: {error.strerror or error}") from error


def _to_stdout(path: Path) -> None:
    """Copy a file to standard output; a reader that stops early is not an error."""
    try:
        with path.open("rb") as content:
            shutil.copyfileobj(content, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that the exit has nothing to flush


def _write(container: Container, file: ExportFile, path: Path) -> None:
    def work(uow: UnitOfWork) -> None:
        with _bar(file.how_many(uow)) as bar:
            file.write(uow, container.workbooks(), container.pictures(), path, lambda done: bar.update(done - bar.pos))

    with reading(container.settings()) as transactions:
        transactions.read(work)


def _bar(total: int) -> AbstractContextManager[Any]:
    """Return a progress bar on standard error; without a terminal it shows nothing."""
    return click.progressbar(length=total, label="Orders", file=sys.stderr, hidden=not sys.stderr.isatty())
