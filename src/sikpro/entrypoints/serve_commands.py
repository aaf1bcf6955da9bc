"""The commands that serve: all in one, the web or the bot apart, several workers; and whether one is well."""

import sys
from pathlib import Path
from typing import Any

import click

from sikpro.entrypoints.cli_options import data_option
from sikpro.entrypoints.loading import begin_loading


def _address(command: Any) -> Any:
    return click.option("--host", help="address to serve at [127.0.0.1]")(
        click.option("--port", type=int, help="port to serve at [8000]")(command)
    )


def _web_options(command: Any) -> Any:
    workers = click.option(
        "--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="processes; PostgreSQL only"
    )
    return _address(workers(_migrating(data_option(command))))


def _migrating(command: Any) -> Any:
    return click.option("--migrate", "migrating", is_flag=True, help="bring the database up to date first")(command)


@click.command()
@_web_options
def serve(
    host: str | None, port: int | None, workers: int, migrating: bool, data: Path | None, database: str | None
) -> None:
    """Serve the web console, and the bot when a token is set (SIKPRO_TELEGRAM_TOKEN)."""
    _serve({"host": host, "port": port, "data": data, "database": database}, workers, migrating, with_bot=True)


@click.command()
@_web_options
def web(
    host: str | None, port: int | None, workers: int, migrating: bool, data: Path | None, database: str | None
) -> None:
    """Serve the web console alone; `sikpro bot` serves the bot, elsewhere on the same PostgreSQL."""
    _serve({"host": host, "port": port, "data": data, "database": database}, workers, migrating, with_bot=False)


@click.command()
@_migrating
@data_option
def bot(migrating: bool, data: Path | None, database: str | None) -> None:
    """Serve the bot alone, without a port; `sikpro web` serves the web console."""
    from sikpro.entrypoints.settings import Settings, WrongSettings

    settings = Settings.load({"data": data, "database": database})
    if not (settings.telegram_token or settings.source):
        raise WrongSettings("there is no bot to serve: telegram_token is not set")

    begin_loading()
    from sikpro.entrypoints.server import serve_bot
    from sikpro.entrypoints.start import container_for, prepared_to_serve

    with prepared_to_serve(settings, migrating=migrating):
        serve_bot(container_for(settings))


@click.command()
@_address
@click.option("--bot", "of_bot", is_flag=True, help="ask the database whether a process serves the bot")
@data_option
def healthy(host: str | None, port: int | None, of_bot: bool, data: Path | None, database: str | None) -> None:
    """Ask the server that runs here whether it can serve; exit code 1 if it cannot. For containers and monitors."""
    from sikpro.entrypoints.settings import Settings

    settings = Settings.load({"host": host, "port": port, "data": data, "database": database})

    from sikpro.entrypoints.healthy import bot_is_served, web_is_ready

    said = bot_is_served(settings) if of_bot else web_is_ready(settings)
    if said:
        click.echo(f"sikpro: {said}", err=True)
        sys.exit(1)


def _serve(flags: dict[str, Any], workers: int, migrating: bool, *, with_bot: bool) -> None:
    from sikpro.entrypoints.settings import Settings, WrongSettings

    settings = Settings.load(flags)
    if workers > 1 and not settings.database_url.startswith("postgresql"):
        raise WrongSettings(
            f"--workers {workers} needs PostgreSQL: one process alone may serve a SQLite file. Serve without it, or "
            "move the data by `sikpro db copy` (docs/operations.md, Moving from SQLite to PostgreSQL)"
        )

    begin_loading()
    from sikpro.entrypoints.accounts import first_admin
    from sikpro.entrypoints.server import listen
    from sikpro.entrypoints.server import serve as run
    from sikpro.entrypoints.start import container_for, prepared_to_serve, serve_by_workers

    with listen(settings.host, settings.port) as listener, prepared_to_serve(settings, migrating=migrating):
        container = container_for(settings, with_bot=with_bot)
        first_admin(container)
        if workers == 1:
            run(container, listener)
            return
        container.store().close()
        code = serve_by_workers(settings, listener, workers, with_bot=with_bot)
    sys.exit(code)
