"""Count how often each status was set in the last weeks: a daily job, so that no page has to count."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sikpro.application.ports.storage import UnitOfWork

COUNTED_FOR = timedelta(weeks=4)


def next_count(uow: UnitOfWork, now: datetime, _: str) -> Callable[[UnitOfWork], object] | None:
    """Return what stores the counts of the last weeks, None when they are as stored."""
    known = {status.code for status in uow.catalogue.statuses()}
    counted = {code: uses for code, uses in uow.journal.statuses_set(now - COUNTED_FOR).items() if code in known}
    if counted == uow.catalogue.status_uses():
        return None
    return lambda writing: writing.catalogue.count_status_uses(counted)
