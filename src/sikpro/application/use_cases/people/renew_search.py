"""The search finds the orders of a renamed technician by the present name, in portions."""

from collections.abc import Callable
from datetime import datetime

from sikpro.application.ports.people import RENAMED_AT_ONCE
from sikpro.application.ports.storage import UnitOfWork


def next_renewal(uow: UnitOfWork, now: datetime, zone: str) -> Callable[[UnitOfWork], object] | None:
    """Return what does the next portion, None when no order is found by a name of before."""
    if not uow.people.search_waits():
        return None
    return lambda unit: unit.people.renew_search(RENAMED_AT_ONCE)
