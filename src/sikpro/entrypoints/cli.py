"""The command line; each command imports what it needs, so that `--version` and `--help` are fast.

Each command reads the settings first: an invalid setting is reported before the slow imports.
"""

import sys
from pathlib import Path
from typing import Any

import click

from sikpro.entrypoints.archive_commands import archive
from sikpro.entrypoints.cli_options import data_option, tidy_when_ended
from sikpro.entrypoints.ending import end_at_once_with_a_bucket
from sikpro.entrypoints.serve_commands import bot, healthy, serve, web
from sikpro.entrypoints.token_commands import token
from sikpro.entrypoints.user_commands import user

WRONG = 2
"""Exit code for an invalid setting or argument."""

FAILED = 1
"""Exit code for a failed command."""


class _Commands(click.Group):
    """Reports errors on stderr without a traceback, and exits with the code of their kind."""

    def main(self, *arguments: Any, **extra: Any) -> Any:
        """Run the program. Where a bucket was used it ends without the interpreter's own end, which would abort."""
        try:
            return super().main(*arguments, **extra)
        except SystemExit as end:
            end_at_once_with_a_bucket(end.code)
            raise

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        from sikpro.application.ports.backups import BackupFailed
        from sikpro.application.ports.storage import StorageError
        from sikpro.domain.errors import DomainError
        from sikpro.entrypoints.settings import WrongSettings

        try:
            return super().invoke(ctx)
        except WrongSettings as error:
            click.echo(f"sikpro: {error}", err=True)
            ctx.exit(WRONG)
        except BackupFailed as error:
            click.echo(f"sikpro: {error}", err=True)
            ctx.exit(FAILED)
        except StorageError as error:
            click.echo(f"sikpro: the database cannot be used: {error}", err=True)
            ctx.exit(FAILED)
        except DomainError as error:
            from sikpro.application.i18n import words_in

            click.echo(f"sikpro: {words_in('en', 'UTC').error(error)}", err=True)
            ctx.exit(FAILED)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sikpro", prog_name="sikpro")
def main() -> None:
    """SIKPRO sees every new internet line through its activation."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="loopback address to serve at")
@click.option("--port", type=click.IntRange(0, 65535), default=8081, show_default=True)
@click.option("--path", type=click.Path(path_type=Path), help="SQLite file of its state [in the data folder]")
@click.option("--token", default="424242:simulator", show_default=True, help="token of the simulated bot")
@click.option("--force", is_flag=True, help="start beside real Telegram credentials too")
@data_option
def simulator(
    host: str, port: int, path: Path | None, token: str, force: bool, data: Path | None, database: str | None
) -> None:
    """Serve a Telegram of our own on loopback: a Bot API server with a chat page."""
    from sikpro.entrypoints.settings import Settings

    settings = Settings.load({"data": data, "database": database})

    from sikpro.entrypoints.start import serve_simulator_at

    serve_simulator_at(host, port, path or settings.data / "simulator.db", token, force=force)


@main.command()
@data_option
def migrate(data: Path | None, database: str | None) -> None:
    """Bring the database up to date."""
    from sikpro.entrypoints.settings import Settings

    settings = Settings.load({"data": data, "database": database})

    from sikpro.entrypoints.start import prepare

    prepare(settings, migrating=True)
    click.echo("The database is up to date.")


@main.command()
@click.argument("mode", type=click.Choice(["number", "number_and_type"]))
@data_option
def duplicates(mode: str, data: Path | None, database: str | None) -> None:
    """Choose what counts as a duplicate: one order per NUMBER, or per NUMBER_AND_TYPE."""
    from sikpro.entrypoints.settings import Settings

    settings = Settings.load({"data": data, "database": database})

    from sikpro.entrypoints.start import change_duplicates, container_for, prepare

    prepare(settings, migrating=False)
    conflicts = change_duplicates(container_for(settings), mode)
    if conflicts:
        click.echo("sikpro: nothing changed, several orders would share a place:", err=True)
        for conflict in conflicts:
            click.echo(f"  {conflict}", err=True)
        sys.exit(FAILED)
    click.echo(f"A duplicate is now judged by {mode.replace('_', ' ')}.")


@main.command()
@click.option("--period", help="a month (2026-11), a day (2026-11-23) or 2026-11-01_2026-11-15")
@click.option("--from", "first", help="first day, as 2026-11-01")
@click.option("--until", "last", help="last day, as 2026-11-15")
@click.option("--format", "kind", type=click.Choice(["xlsx", "csv", "png"]), default="xlsx", show_default=True)
@click.option("-o", "--output", required=True, help="the file; - for standard output")
@click.option("--type", help="orders of this type only")
@click.option("--sto", help="of this STO only")
@click.option("--site-operation", help="of this Site Operation only")
@click.option("--technician", help="of the technician of this code only")
@click.option("--helpdesk", help="of the helpdesk of this id only")
@click.option("--channel", help="that came this way only: telegram, web, library or import")
@click.option("--language", type=click.Choice(["id", "en"]), default="id", show_default=True, help="of what explains")
@data_option
def export(
    period: str | None,
    first: str | None,
    last: str | None,
    kind: str,
    output: str,
    language: str,
    data: Path | None,
    database: str | None,
    **filters: str | None,
) -> None:
    """Write the recap of a period with all its orders to a file: Excel or CSV."""
    from sikpro.entrypoints.container import Container
    from sikpro.entrypoints.export import export_to, requested
    from sikpro.entrypoints.logs import log_to_stderr
    from sikpro.entrypoints.settings import Settings

    query = requested(period, first, last, filters)
    settings = Settings.load({"data": data, "database": database})
    log_to_stderr(settings)
    export_to(Container(settings=settings), query, kind, language, output)


@main.command()
@click.option("--host", help="address of the server [127.0.0.1]")
@click.option("--port", type=int, help="port of the server [8000]")
@click.option("--language", type=click.Choice(["id", "en"]), default="en", show_default=True)
@data_option
def doctor(host: str | None, port: int | None, language: str, data: Path | None, database: str | None) -> None:
    """Look at all that SIKPRO stands on and say what to do; nothing is changed. Exit code 1: something is ill."""
    from sikpro.entrypoints.doctor.command import examine
    from sikpro.entrypoints.settings import Settings

    flags = {"host": host, "port": port, "data": data, "database": database}
    if not examine(lambda: Settings.load(flags), language):
        sys.exit(FAILED)


@main.command()
@click.argument("file")
@data_option
def backup(file: str, data: Path | None, database: str | None) -> None:
    """Write the whole database with its photos to FILE while it is used, and verify the file by restoring it beside.

    FILE may be s3://BUCKET/FOLDER/NAME too (settings s3_key, s3_secret, s3_endpoint).
    """
    from sikpro.entrypoints.settings import Settings

    settings = Settings.load({"data": data, "database": database})

    from sikpro.entrypoints.backup import back_up

    tidy_when_ended()
    back_up(settings, file)


@main.command()
@click.argument("file")
@data_option
def restore(file: str, data: Path | None, database: str | None) -> None:
    """Restore the backup FILE into a place without a database; nothing that is there is ever replaced.

    FILE may be s3://BUCKET/FOLDER/NAME too; with / at its end it says which backups are there.
    """
    from sikpro.entrypoints.settings import Settings

    settings = Settings.load({"data": data, "database": database})

    from sikpro.entrypoints.backup import restore as run

    tidy_when_ended()
    run(settings, file)


@main.group()
def db() -> None:
    """The database as a whole."""


@db.command("copy")
@click.argument("source")
@click.argument("target")
def copy_db(source: str, target: str) -> None:
    """Copy the database SOURCE into the empty TARGET, both as URLs, and compare every row; stop all servers first.

    For a move from SQLite to PostgreSQL, or back. After an interruption run it again: it goes on.
    """
    from sikpro.entrypoints.settings import Settings

    for address in (source, target):
        Settings.load({"database": address})

    from sikpro.entrypoints.backup import copy_all

    copy_all(source, target)


@main.command()
@click.option("--dry-run", is_flag=True, help="only say what would go")
@click.option("--months", type=click.IntRange(3, 120), help="with --dry-run: as if so many months were set")
@click.option("--compact", "compacting", is_flag=True, help="then write the SQLite file anew: stop the server first")
@data_option
def retain(dry_run: bool, months: int | None, compacting: bool, data: Path | None, database: str | None) -> None:
    """Remove texts and photos that are kept no longer, now instead of at night; the months are set on the console."""
    from sikpro.entrypoints.settings import Settings, WrongSettings

    if months is not None and not dry_run:
        raise WrongSettings("--months is for --dry-run; the setting is on the console: Settings, Retention")
    settings = Settings.load({"data": data, "database": database})

    from sikpro.entrypoints.retain import retain_in

    retain_in(settings, months, dry_run=dry_run, compacting=compacting)


@main.command()
@click.option("--seal", "kept", default="", help="is this seal still there? Its code, at least 16 digits")
@click.option("--order", "number", default="", help="print the statement about the order with this SC number")
@click.option(
    "--archive", "archives", multiple=True, type=click.Path(path_type=Path), help="compare it too; repeatable"
)
@click.option("--language", type=click.Choice(["id", "en"]), default="en", show_default=True)
@data_option
def verify(
    kept: str, number: str, archives: tuple[Path, ...], language: str, data: Path | None, database: str | None
) -> None:
    """Verify that no fact of the ledger was changed since it was sealed; only read. Exit code 1: something was."""
    from sikpro.entrypoints.settings import Settings

    settings = Settings.load({"data": data, "database": database})

    from sikpro.entrypoints.verify import verify_database

    if not verify_database(settings, kept, number, language, archives):
        sys.exit(FAILED)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=int, default=8000, show_default=True)
@click.option("--data", type=click.Path(path_type=Path), default=Path("var/demo"), show_default=True)
@click.option("--orders", type=click.IntRange(0, 100_000), default=1200, show_default=True)
def demo(host: str, port: int, data: Path, orders: int) -> None:
    """Serve believable demo data, with the Telegram simulator beside it."""
    from sikpro.entrypoints.demo import serve_demo

    serve_demo(host, port, data, orders)


for command in (serve, web, bot, healthy, user, token, archive):
    main.add_command(command)
