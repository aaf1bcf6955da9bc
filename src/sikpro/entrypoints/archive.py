"""The commands `archive make` and `archive show`: orders of closed years in a file beside the database."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from mimetypes import guess_extension
from pathlib import Path

import click

from sikpro.adapters.local.clock import SystemClock
from sikpro.adapters.sql.archive_file import write_archive
from sikpro.adapters.sql.engine import create_engine_for
from sikpro.adapters.sql.migrate import pending
from sikpro.adapters.sql.unit_of_work import SqlTransactions
from sikpro.adapters.web.orders.timeline import Narrator
from sikpro.application.fields import FIELDS
from sikpro.application.i18n import Words, words_in
from sikpro.application.ports.archives import Archive
from sikpro.application.ports.backups import BackupFailed
from sikpro.application.ports.files import FileState
from sikpro.application.ports.storage import StorageUnavailable, Transactions, UnitOfWork
from sikpro.application.use_cases.retention.archive_year import (
    MARKED,
    archive_named,
    begin_archive,
    mark_orders,
    move_orders,
    note_written,
    orders_to_mark,
    plan_archive,
    unfinished,
)
from sikpro.application.use_cases.seals.statement import in_words, moment, statements_about
from sikpro.entrypoints.reading import reading
from sikpro.entrypoints.settings import Settings
from sikpro.entrypoints.start import container_for, prepare
from sikpro.entrypoints.stores import must_be_ours


def plan_in(settings: Settings, year: int) -> None:
    """Say what an archive of a year would take. Raises `InvalidValue`, `StorageError`."""
    now, words = SystemClock().now(), words_in("en", settings.zone)
    with reading(settings) as transactions:
        plan = transactions.read(lambda uow: plan_archive(uow, year, now, settings.zone))
    until = words.long_date(words.local(plan.before).date())
    click.echo(
        f"{plan.orders} orders of {year} would be archived: they are over, and nothing of them is from {until} on."
    )
    click.echo(f"{plan.staying} other orders of {year} stay.")


def archive_in(settings: Settings, year: int, file: Path) -> None:
    """Write the orders of a year to a file, then delete what it has from the database, which others may use meanwhile.

    After an interruption the same call goes on. Raises `InvalidValue`, `BackupFailed`, `StorageError`.
    """
    must_be_ours(settings)
    zone, now = settings.zone, SystemClock().now()
    prepare(settings, migrating=False)
    container = container_for(settings, with_bot=False)
    transactions = container.transactions()
    _must_have_a_place(transactions, file)
    begun = transactions.read(lambda uow: unfinished(uow, year))
    if begun is None and not transactions.read(lambda uow: plan_archive(uow, year, now, zone)).orders:
        click.echo(f"No order of {year} can be archived: all that are over and unchanged are in an archive.")
        return
    archive = transactions.write(lambda uow: begin_archive(uow, year, file.name, now, zone))
    if archive.written_at is None:
        _write(settings, transactions, archive.id, file)
    archive_id = archive.id
    with archives_at([file]) as (kept,):
        done = kept.read(lambda there: _move(transactions, there, archive_id))
    size = file.stat().st_size / 1_000_000
    click.echo(f"{file}: {done.orders} orders of {year}, {size:,.1f} MB. Keep it as you keep backups.")
    click.echo("What it has left the database. SQLite gives the space back with `sikpro retain --compact`.")


def _must_have_a_place(transactions: Transactions, file: Path) -> None:
    """Refuse before anything begins a file that cannot be written. Raises `BackupFailed`."""
    begun = {one.file for one in transactions.read(lambda uow: uow.archives.all()) if one.finished_at is None}
    if file.exists() and file.name not in begun:
        raise BackupFailed(f"{file} is there already, and is never replaced: choose another name")
    if not file.absolute().parent.is_dir():
        raise BackupFailed(f"there is no folder {file.absolute().parent}; is the name right?")


def _write(settings: Settings, transactions: Transactions, archive_id: int, file: Path) -> None:
    ids = transactions.read(lambda uow: orders_to_mark(uow, archive_id, settings.zone))
    for start in range(0, len(ids), MARKED):
        some = ids[start : start + MARKED]
        transactions.write(partial(mark_orders, archive_id=archive_id, order_ids=some, zone=settings.zone))
    archive = transactions.read(lambda uow: archive_named(uow, archive_id))
    for table in write_archive(settings.database_url, archive, file):
        if table.rows:
            click.echo(f"  {table.table}: {table.rows} rows, {table.digest[:16]}")
    transactions.write(lambda uow: note_written(uow, archive_id, SystemClock().now()))


def _move(transactions: Transactions, kept: UnitOfWork, archive_id: int) -> Archive:
    while transactions.write(lambda uow: move_orders(uow, kept, archive_id, SystemClock().now())):
        pass
    return transactions.read(lambda uow: archive_named(uow, archive_id))


def show_in(settings: Settings, file: Path, number: str, photos: Path | None, language: str) -> None:
    """Print everything about an order in an archive; write its photos and files to a folder.

    Raises `NotFound`, `BackupFailed`, `StorageError`.
    """
    words = words_in(language, settings.zone)
    with archives_at([file]) as (kept,):
        kept.read(lambda uow: _show(uow, number, photos, words))


def _show(uow: UnitOfWork, number: str, photos: Path | None, words: Words) -> None:
    statuses = {status.code: status for status in uow.catalogue.statuses()}
    narrator = Narrator(uow, words, statuses)
    for statement in statements_about(uow, number):
        order = uow.orders.get(statement.order_id)
        click.echo(f"{order.number}: {narrator.status(order.status)}")
        for field in FIELDS:
            if text := str(getattr(order.data, field.name)):
                click.echo(f"  {words(f'field.{field.name}')}: {text}")
        for entry in narrator.story(order.id, remarks=True)[::-1]:
            parts = (moment(words, entry.at), entry.who, entry.text, entry.reason, entry.quote)
            click.echo("  " + " · ".join(filter(None, parts)))
        click.echo(in_words(uow, statement, words))
        _save_files(uow, order.id, photos)


def _save_files(uow: UnitOfWork, order_id: int, folder: Path | None) -> None:
    for file in uow.files.of_order(order_id):
        if folder is None or file.state is not FileState.STORED:
            click.echo(f"  {file.kind} {file.id} {file.name}".rstrip())
            continue
        folder.mkdir(mode=0o700, exist_ok=True)
        to = folder / f"{file.id}{guess_extension(file.media_type) or ''}"
        to.touch(mode=0o600, exist_ok=True)
        to.write_bytes(uow.files.content(file.id))
        click.echo(f"  {to}")


@contextmanager
def archives_at(files: Sequence[Path]) -> Iterator[tuple[Transactions, ...]]:
    """Open archives, which are only read. Raises `BackupFailed`, `StorageError`."""
    with ExitStack() as stack:
        yield tuple(_opened(file, stack) for file in files)


def _opened(file: Path, stack: ExitStack) -> Transactions:
    if not file.is_file():
        raise BackupFailed(f"there is no archive at {file}")
    url = f"sqlite:///{file}"
    if pending(url, read_only=True):
        raise StorageUnavailable(f"{file} is of an older version: run `sikpro migrate --database {url}`")
    engine = create_engine_for(url, read_only=True)
    stack.callback(engine.dispose)
    return SqlTransactions(engine)
