"""The commands `backup`, `restore` and `db copy`."""

from importlib.metadata import version
from pathlib import Path

import click

from sikpro.adapters.local.clock import SystemClock
from sikpro.adapters.sql.backups.archive import restore_backup, write_backup
from sikpro.adapters.sql.backups.manifest import Manifest
from sikpro.adapters.sql.migrate import pending
from sikpro.adapters.sql.move_house import Copied, copy_database
from sikpro.application.i18n import words_in
from sikpro.entrypoints.settings import Settings
from sikpro.entrypoints.start import check_address, check_place


def back_up(settings: Settings, to: Path) -> None:
    """Write a verified backup and print what is in it. Raises `WrongSettings`, `StorageError`."""
    url = settings.database_url
    check_address(url)
    check_place(settings, migrating=False)
    manifest, restored = write_backup(url, to, SystemClock().now(), version("sikpro"))
    click.echo(f"{to}: {_size(to.stat().st_size)}, {_contents(manifest)}.")
    click.echo(
        "Restored beside and compared: every table has the rows that it should."
        if restored
        else "Its list of contents was read. To have it restored and compared, let the user make databases: "
        "ALTER ROLE … CREATEDB."
    )


def restore(settings: Settings, backup: Path) -> None:
    """Restore a backup into an empty place and print what is in it. Raises `WrongSettings`, `StorageError`."""
    url = settings.database_url
    check_address(url)
    check_place(settings, migrating=True)
    manifest = restore_backup(backup, url)
    made = words_in("en", settings.zone).local(manifest.made_at)
    click.echo(f"Restored: {_contents(manifest)}, as of {made:%d.%m.%Y %H:%M} ({settings.zone}).")
    click.echo("What came in later is missing: technicians get no answer to it and can send it again.")
    if pending(url):
        click.echo("The database is of an older version: serve it with --migrate.")


def copy_all(source: str, target: str) -> None:
    """Copy a database into an empty one and print each table once it is compared. Raises as `copy_database`."""
    for address in (source, target):
        check_address(address)
    rows = 0

    def tell(copied: Copied) -> None:
        nonlocal rows
        rows += copied.rows
        click.echo(f"{copied.table:<20} {copied.rows:>12,}  {copied.digest[:16]}")

    copy_database(source, target, tell)
    click.echo(f"Every table agrees in both databases: {rows:,} rows. Let SIKPRO_DATABASE name the new one.")


def _contents(manifest: Manifest) -> str:
    rows = manifest.census.rows
    counts = (
        (rows.get("orders", 0), "orders"),
        (rows.get("inbox", 0), "messages in"),
        (rows.get("files", 0), "photos"),
    )
    return ", ".join(f"{count:,} {name}" for count, name in counts)


def _size(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"
