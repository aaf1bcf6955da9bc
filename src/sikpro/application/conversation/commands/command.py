"""What a command is."""

from collections.abc import Callable

from attrs import frozen

from sikpro.application.conversation.context import Context, Handled
from sikpro.domain.people import Permission, Person


@frozen(kw_only=True)
class Command:
    """A command: its name without the slash, what it does, and whom it is for.

    Its menu text is the sentence `command.<name>`, its help `help.<name>`. `run` is given the text after it.
    `permission` is what one needs to use it and to see it in help and menu; None is for everybody SIKPRO knows, and
    with `for_strangers` for everybody.
    """

    name: str
    run: Callable[[Context, str], Handled]
    for_strangers: bool = False
    permission: Permission | None = None

    def serves(self, person: Person | None) -> bool:
        """Whether this person may use it."""
        return self.permission is None or (person is not None and person.may(self.permission))
