"""Whether time was seen to pass before something old is removed: a machine may begin with a wrong clock.

Who notices a clock that is set (`workers/clock_watch.py`) was not there then, and what is gone does not come back.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sikpro.application.ports.health import HealthRecord
from sikpro.application.ports.storage import UnitOfWork

RESTS = timedelta(days=7)
"""How long nothing old is removed after a time in which nobody looked at the clock."""

_EVERY = timedelta(hours=6)
_UNSEEN = timedelta(days=1)
_NAME = "retention"


def next_look(uow: UnitOfWork, now: datetime) -> Callable[[UnitOfWork], object] | None:
    """Return what notes that the clock was seen now, and since when without a gap; None a short time after the last."""
    record = uow.health.get(_NAME)
    passed = now - record.at if record else None
    if passed is not None and timedelta() <= passed < _EVERY:
        return None
    since = record.detail if record and passed and timedelta() <= passed <= _UNSEEN else now.isoformat()
    return lambda uow: uow.health.put(HealthRecord(name=_NAME, at=now, detail=since))


def has_rested(uow: UnitOfWork, now: datetime) -> bool:
    """Return whether the clock was seen to go on without a gap for `RESTS`."""
    record = uow.health.get(_NAME)
    return record is not None and now - datetime.fromisoformat(record.detail) >= RESTS
