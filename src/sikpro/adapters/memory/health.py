"""The records of health in memory, and the place of such data, which is nowhere."""

from datetime import datetime

from attrs import frozen

from sikpro.adapters.memory.store import State
from sikpro.application.ports.files import FileState
from sikpro.application.ports.health import Checked, HealthRecord, Integrity, Space, Waiting
from sikpro.application.ports.photo_reads import PhotoState


class MemoryHealthRecords:
    """Stores the latest record of each name."""

    def __init__(self, state: State) -> None:
        self._state = state

    def put(self, record: HealthRecord) -> None:
        """Store a record in place of the earlier one of its name."""
        self._state.health_records.put(record.name, record)

    def get(self, name: str) -> HealthRecord | None:
        """Return the record of a name."""
        return self._state.health_records.get(name)

    def forget(self, beginning: str, before: datetime) -> None:
        """Delete the records of earlier times whose name begins so."""
        for record in self._state.health_records.values():
            if record.name.startswith(beginning) and record.at < before:
                self._state.health_records.drop(record.name)

    def waiting(self, now: datetime) -> Waiting:
        """Count what waits for the workers."""
        state = self._state
        return Waiting(
            messages=len(state.unfinished),
            jobs=sum(due.job.due_at <= now for due in state.jobs.values()),
            exports=sum(kept.export.state.open for kept in state.exports.values()),
            tables=sum(kept.table.state.open for kept in state.written_tables.values()),
            photos=sum(kept.photo.state is PhotoState.WANTED for kept in state.photo_reads.values()),
            files=sum(kept.file.state is FileState.WANTED for kept in state.files.values()),
        )


@frozen
class MemoryPlace:
    """Data in memory are on no disk, and nobody checks them."""

    async def space(self) -> Space | None:
        """Return None: there is no disk."""
        return None

    async def check_integrity(self) -> Checked:
        """Return that nothing was checked."""
        return Checked(Integrity.UNCHECKED)
