"""The first steps of an installation, and which of them are done."""

from attrs import frozen

from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.people import Permission, Person


@frozen
class FirstStep:
    """One step: its code (the sentence is `first_steps.<code>`), the page where it is done, and whether it is."""

    code: str
    path: str
    done: bool


def first_steps(uow: UnitOfWork, *, bot_connected: bool) -> tuple[FirstStep, ...]:
    """Return the steps in their order; () when all are done."""
    people = [person for person in uow.people.all() if person.active]
    places = bool(uow.catalogue.site_operations() and uow.catalogue.stos())
    steps = (
        FirstStep("bot", "/settings", bot_connected),
        FirstStep("places", "/catalogue/site-operations", places),
        FirstStep("technicians", "/technicians", any(person.technician_code for person in people)),
        FirstStep("helpdesks", "/users", any(map(_works, people))),
        FirstStep("order", "/orders?view=all", uow.order_queries.newest_id() > 0),
    )
    return () if all(step.done for step in steps) else steps


def _works(person: Person) -> bool:
    """Whether somebody with an account works on orders; scripts, which have no password and no chat, are nobody."""
    reachable = person.can_log_in or person.telegram_id is not None
    return reachable and person.role is not None and person.may(Permission.WORK)
