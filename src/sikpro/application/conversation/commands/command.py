"""What a command is."""

from collections.abc import Callable

from attrs import frozen

from sikpro.application.conversation.exchange import Exchange, Handled


@frozen(kw_only=True)
class Command:
    """A command: its name without the slash, what it does, and whether strangers are served.

    Its menu text is the sentence `command.<name>`, its help `help.<name>`. `run` is given the text after it.
    """

    name: str
    run: Callable[[Exchange, str], Handled]
    for_strangers: bool = False
