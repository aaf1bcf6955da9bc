"""`sikpro token`: tokens of the JSON API, on the server itself; each change is in the record of security events."""

from pathlib import Path

import click

from sikpro.entrypoints.cli_options import container_of, data_option


@click.group()
def token() -> None:
    """Tokens with which scripts use the JSON API."""


@token.command("new")
@click.argument("username")
@click.option("--name", required=True, help="what the token is for")
@click.option(
    "--scope",
    type=click.Choice(["read", "write"]),
    default="read",
    show_default=True,
    help="only read, or read and change",
)
@click.option("--days", type=click.IntRange(1, 365), default=90, show_default=True, help="how long it lasts")
@data_option
def new_token(username: str, name: str, scope: str, days: int, data: Path | None, database: str | None) -> None:
    """Make a token for the account USERNAME; standard output gets the token alone, this once."""
    container = container_of(data, database)

    from sikpro.application.ports.tokens import Scope
    from sikpro.entrypoints.accounts import token_of

    made, text = token_of(container, username, {"name": name, "scope": scope, "days": str(days)})
    may = "may read and change" if made.scope is Scope.WRITE else "may only read (--scope write: also change)"
    click.echo(f"token {made.id} of {username}, {may}, valid until {made.expires_at:%d.%m.%Y}:", err=True)
    click.echo(text)


@token.command("list")
@click.argument("username", default="")
@data_option
def list_tokens(username: str, data: Path | None, database: str | None) -> None:
    """List the valid tokens of the account USERNAME, or of all: number, account, end, scope, last use, name."""
    container = container_of(data, database)

    from sikpro.entrypoints.accounts import lines_of_tokens

    for line in lines_of_tokens(container, username):
        click.echo(line)


@token.command("end")
@click.argument("username")
@click.argument("number", type=click.IntRange(1, 2**53))
@data_option
def end_token(username: str, number: int, data: Path | None, database: str | None) -> None:
    """End the token NUMBER of the account USERNAME; it opens nothing from now on."""
    container = container_of(data, database)

    from sikpro.entrypoints.accounts import end_token_of

    end_token_of(container, username, number)
    click.echo(f"Token {number} of {username} has ended.")
