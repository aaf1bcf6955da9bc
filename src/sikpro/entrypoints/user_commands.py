"""`sikpro user`: the accounts of the console, on the server itself; each change is in the record of security events."""

import sys
from pathlib import Path

import click

from sikpro.entrypoints.cli_options import container_of, data_option


@click.group()
def user() -> None:
    """Accounts of the web console."""


@user.command("list")
@data_option
def list_users(data: Path | None, database: str | None) -> None:
    """List all accounts with role and name, and who is kept out or has a second step."""
    container = container_of(data, database)

    from sikpro.entrypoints.accounts import lines_of_accounts

    for line in lines_of_accounts(container):
        click.echo(line)


@user.command("add")
@click.argument("username")
@click.option("--name", help="the person's name [the user name]")
@click.option("--role", type=click.Choice(["helpdesk", "team_leader", "supervisor", "admin"]), required=True)
@click.option("--password-stdin", is_flag=True, help="read the password from standard input")
@data_option
def add_user(
    username: str, name: str | None, role: str, password_stdin: bool, data: Path | None, database: str | None
) -> None:
    """Add an account; without --password-stdin a one-time password is made and shown."""
    from sikpro.domain.text import storable
    from sikpro.entrypoints.settings import WrongSettings

    container = container_of(data, database)

    from sikpro.entrypoints.accounts import add_account_with

    given = sys.stdin.readline().rstrip("\n") if password_stdin else None
    if given is not None and given != storable(given):
        raise WrongSettings("password: the text is not UTF-8")
    password = add_account_with(container, username, name or username, role, given)
    click.echo(f"{role}  {username}" + ("" if given else f"  {password}   (one-time password)"))


@user.command("reset")
@click.argument("username")
@data_option
def reset(username: str, data: Path | None, database: str | None) -> None:
    """Give an account a one-time password, which is shown; its sessions end."""
    container = container_of(data, database)

    from sikpro.entrypoints.accounts import reset_password_of

    click.echo(f"{username}  {reset_password_of(container, username)}   (one-time password)")


@user.command("reset-steps")
@click.argument("username")
@data_option
def reset_steps(username: str, data: Path | None, database: str | None) -> None:
    """Turn off the second step of an account whose phone and recovery codes are lost; its sessions end."""
    container = container_of(data, database)

    from sikpro.entrypoints.accounts import reset_steps_of

    click.echo(f"{reset_steps_of(container, username)} logs in with the password alone now.")


@user.command("keep-out")
@click.argument("username")
@data_option
def keep_out_user(username: str, data: Path | None, database: str | None) -> None:
    """Keep an account out, on the console and in the chat; its sessions end at once."""
    container = container_of(data, database)

    from sikpro.entrypoints.accounts import admit

    click.echo(f"{admit(container, username, active=False)} is kept out now, and every session has ended.")


@user.command("let-in")
@click.argument("username")
@data_option
def let_in_user(username: str, data: Path | None, database: str | None) -> None:
    """Let an account in again that was kept out; its password is the one that it had."""
    container = container_of(data, database)

    from sikpro.entrypoints.accounts import admit

    click.echo(f"{admit(container, username, active=True)} can log in again.")
