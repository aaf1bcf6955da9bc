"""The commands `backup`, `restore` and `db copy`."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import click

from sikpro.adapters.local.clock import SystemClock
from sikpro.adapters.sql.backups.archive import restore_backup, write_backup
from sikpro.adapters.sql.backups.manifest import Manifest
from sikpro.adapters.sql.engine import sqlite_file
from sikpro.adapters.sql.migrate import pending
from sikpro.adapters.sql.move_house import Copied, copy_database
from sikpro.application.i18n import words_in
from sikpro.application.ports.backups import BackupFailed
from sikpro.application.ports.storage import StorageUnavailable
from sikpro.entrypoints.bucket import S3, bucket_at
from sikpro.entrypoints.settings import Settings
from sikpro.entrypoints.start import check_address, check_place, check_ways
from sikpro.entrypoints.stores import must_be_ours


def back_up(settings: Settings, to: str) -> None:
    """Write a verified backup to a file or into a bucket and print what is in it. Raises as `restore`."""
    must_be_ours(settings)
    url = settings.direct_url
    check_ways(settings)
    check_place(settings, migrating=False)
    with _sent(settings, to) if to.startswith(S3) else nullcontext(Path(to)) as file:
        manifest, restored = write_backup(url, file, SystemClock().now(), version("sikpro"))
        size = file.stat().st_size
    click.echo(f"{to}: {_size(size)}, {_contents(manifest)}.")
    click.echo(
        "Restored beside and compared: every table has the rows that it should."
        if restored
        else "Its list of contents was read. To have it restored and compared, let the user make databases: "
        "ALTER ROLE … CREATEDB."
    )


def restore(settings: Settings, backup: str) -> None:
    """Restore a backup from a file or a bucket into an empty place and print what is in it.

    Raises `WrongSettings`, `StorageError`; for a name that ends with `/`, with the names of the backups that are there.
    """
    must_be_ours(settings)
    url = settings.direct_url
    check_ways(settings)
    with _left_as_it_was(sqlite_file(url)):
        check_place(settings, migrating=True)
        with _fetched(settings, backup) if backup.startswith(S3) else nullcontext(Path(backup)) as file:
            manifest = restore_backup(file, url)
    made = words_in("en", settings.zone).local(manifest.made_at)
    click.echo(f"Restored: {_contents(manifest)}, as of {made:%d.%m.%Y %H:%M} ({settings.zone}).")
    click.echo("What came in later is missing: technicians get no answer to it and can send it again.")
    if pending(url):
        click.echo("The database is of an older version: serve it with --migrate.")


@contextmanager
def _sent(settings: Settings, to: str) -> Iterator[Path]:
    """Return a path for a file, which is sent to `s3://BUCKET/…/NAME` afterwards."""
    place, _, name = to.rpartition("/")
    bucket = bucket_at(place, settings)
    if not name or name in asyncio.run(bucket.names()):  # before the work
        raise BackupFailed(f"{to}: a new name in the bucket is needed")
    with _folder() as folder:
        yield folder / name
        asyncio.run(bucket.put(folder / name, name))


@contextmanager
def _fetched(settings: Settings, backup: str) -> Iterator[Path]:
    """Return the file that was at `s3://BUCKET/…/NAME`."""
    place, _, name = backup.rpartition("/")
    bucket = bucket_at(place, settings)
    if not name:
        names = asyncio.run(bucket.names())
        raise BackupFailed(f"{backup}: which one? There are: {', '.join(names) or 'none'}")
    with _folder() as folder:
        bucket.fetch(name, folder / name)
        yield folder / name


@contextmanager
def _folder() -> Iterator[Path]:
    try:
        with TemporaryDirectory(prefix=".sikpro-") as folder:
            yield Path(folder)
    except OSError as error:
        raise BackupFailed(f"cannot write into {gettempdir()}: {error.strerror or error}") from error


@contextmanager
def _left_as_it_was(file: Path | None) -> Iterator[None]:
    """Remove the lock of a place, and its folder, if they were made here and nothing came into it."""
    lock = Path(f"{file}.server")
    if file is None or lock.exists():
        yield
        return
    new = not file.parent.exists()
    try:
        yield
    except BaseException:  # also an interruption
        if not file.exists():
            lock.unlink(missing_ok=True)
            if new:
                with suppress(OSError):  # somebody put something there
                    file.parent.rmdir()
        raise


def copy_all(source: str, target: str) -> None:
    """Copy a database into an empty one and print each table once it is compared. Raises `StorageError`."""
    for address in (source, target):
        check_address(address)
    rows = 0

    def tell(copied: Copied) -> None:
        nonlocal rows
        rows += copied.rows
        click.echo(f"{copied.table:<20} {copied.rows:>12,}  {copied.digest[:16]}")

    try:
        copy_database(source, target, tell)
    except StorageUnavailable as error:
        raise BackupFailed(
            f"the copy stopped: {error}. Is the target's disk full, or a connection gone? Mend that and run the same "
            "command again: it goes on where it stopped"
        ) from error
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
