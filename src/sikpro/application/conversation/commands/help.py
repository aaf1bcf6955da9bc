"""`/help`: the commands that the sender may use and their effects, for everybody."""

from collections.abc import Sequence

from sikpro.application.conversation.commands.command import Command
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.fields import EXAMPLE
from sikpro.application.ports.inbox import Outcome


def make_help(commands: Sequence[Command]) -> Command:
    """Return the help command over the registry's other commands."""

    def run(context: Context, _: str) -> Handled:
        lines = [
            context.words(f"help.{command.name}", example=EXAMPLE)
            for command in commands
            if command.serves(context.person)
        ]
        context.reply("\n".join(lines))
        return Handled(Outcome.COMMAND, "help")

    return Command(name="help", run=run, for_strangers=True)
