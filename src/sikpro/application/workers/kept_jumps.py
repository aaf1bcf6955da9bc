"""The steps forward of a machine's clock, kept so that they are known after a restart."""

import json
from datetime import datetime, timedelta

from sikpro.application.ports.health import HealthRecord
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.workers.clock_watch import ClockStep


def keep_jumps(uow: UnitOfWork, machine: str, jumps: tuple[ClockStep, ...], now: datetime) -> None:
    """Store the steps in place of the earlier ones of this machine."""
    detail = json.dumps([[jump.at.isoformat(), jump.by.total_seconds()] for jump in jumps])
    uow.health.put(HealthRecord(name=_name(machine), at=now, detail=detail))


def kept_jumps(uow: UnitOfWork, machine: str) -> tuple[ClockStep, ...]:
    """Return the stored steps of this machine, oldest first."""
    record = uow.health.get(_name(machine))
    stored = json.loads(record.detail) if record else []
    return tuple(ClockStep(datetime.fromisoformat(at), timedelta(seconds=by)) for at, by in stored)


def _name(machine: str) -> str:
    return f"clock:{machine}"
