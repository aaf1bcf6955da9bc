"""The commands' common structure."""

from collections.abc import Callable

from attrs import frozen

from sikpro.application.conversation.context import Context, Handled
from sikpro.domain.people import Permission, Person


@frozen(kw_only=True)
class Command:
    """A command: its name without the slash, its function, and its users.

    Its menu text is the sentence `command.<name>`, its help `help.<name>`. `run` gets the text after the command.
    `permission` is needed to use it and to get it in help and menu. None means all known people, and with
    `for_strangers` everybody.
    """

    name: str
    run: Callable[[Context, str], Handled]
    for_strangers: bool = False
    permission: Permission | None = None

    def serves(self, person: Person | None) -> bool:
        """Whether this person may use it."""
        return self.permission is None or (person is not None and person.may(self.permission))
