"""Until when an order that somebody set aside stays so."""

from sikpro.application.ports.set_aside import SetAside
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.events import OrderRemarked


def still_aside(uow: UnitOfWork, one: SetAside, version: int) -> bool:
    """Whether nothing has happened since to an order that is now at `version`: no move, and no colleague's note.

    A note ends only what was put off. A skipped order stays with others.
    """
    if one.version != version:
        return False
    return bool(one.reason) or not any(
        isinstance(entry.event, OrderRemarked) and entry.event.at >= one.at and entry.actor != one.by
        for entry in uow.journal.of_order(one.order_id)
    )
