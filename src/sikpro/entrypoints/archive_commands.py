"""The commands `archive make` and `archive show`; each imports what it needs."""

from pathlib import Path

import click

from sikpro.entrypoints.cli_options import data_option, tidy_when_ended


@click.group()
def archive() -> None:
    """Orders of closed years in a file beside the database, which is only read."""


@archive.command("make")
@click.argument("year", type=click.IntRange(2000, 9999))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="only count")
@data_option
def make_archive(year: int, file: Path, dry_run: bool, data: Path | None, database: str | None) -> None:
    """Move history, messages and photos of the orders of YEAR into FILE; every month of the year must be closed.

    It may run beside the server. After an interruption run it again: it goes on.
    """
    from sikpro.entrypoints.settings import Settings

    settings = Settings.load({"data": data, "database": database})

    from sikpro.entrypoints.archive import archive_in, plan_in

    tidy_when_ended()
    if dry_run:
        plan_in(settings, year)
    else:
        archive_in(settings, year, file)


@archive.command("show")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("number")
@click.option("--photos", type=click.Path(path_type=Path), help="a folder to write its photos and files to")
@click.option("--language", type=click.Choice(["id", "en"]), default="en", show_default=True)
def show_archived(file: Path, number: str, photos: Path | None, language: str) -> None:
    """Print all that the archive FILE has about the order NUMBER."""
    from sikpro.entrypoints.settings import Settings

    settings = Settings.load({})

    from sikpro.entrypoints.archive import show_in

    show_in(settings, file, number, photos, language)
