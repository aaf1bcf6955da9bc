"""Save a list of orders under a personal name."""

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.undo_and_views import SavedView
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import Person
from sikpro.domain.text import one_line

NAME_LIMIT = 40
"""The longest name of a view, in characters."""

MOST_VIEWS = 12
"""The most views of one person. Each is counted whenever the list is shown."""


def save_view(uow: UnitOfWork, by: Person, name: str, query: str) -> SavedView:
    """Save an address's query under a name. It replaces the person's view of that name.

    Raises `InvalidValue` for a name that is empty or longer than `NAME_LIMIT`, and beyond `MOST_VIEWS` views.
    """
    name = one_line(name)
    if not name or len(name) > NAME_LIMIT:
        raise InvalidValue("saved_view.name", name)
    names = {view.name for view in uow.saved_views.of_person(by.id)}
    if name not in names and len(names) >= MOST_VIEWS:
        raise InvalidValue("saved_view.too_many", name)
    return uow.saved_views.put(by.id, name, query)
