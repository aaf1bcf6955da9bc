"""Claims in memory: nobody else can hold one."""

from collections.abc import Callable, Collection
from typing import TypeVar

from attrs import evolve

from sikpro.adapters.memory.store import State, Table
from sikpro.application.ports.exports import ExportState
from sikpro.application.ports.files import FileState
from sikpro.application.ports.photo_reads import PhotoState

K = TypeVar("K")
V = TypeVar("V")


class MemoryClaims:
    """Knows the claims of the one process."""

    def __init__(self, state: State) -> None:
        self._state = state

    def gone(self) -> frozenset[str]:
        """Return nobody: a store in memory has one process."""
        return frozenset()

    def free(self, processes: Collection[str]) -> int:
        """End nothing: nobody is gone."""
        return 0

    def free_all(self) -> int:
        """End the claims of all processes, and return their number."""
        state = self._state
        return (
            _change(
                state.bots,
                lambda bot: bot.leased_until is not None,
                lambda bot: evolve(bot, owner="", leased_until=None),
            )
            + _change(
                state.outbox,
                lambda sending: sending.leased_until is not None,
                lambda sending: evolve(sending, leased_until=None),
            )
            + _change(state.jobs, lambda due: due.leased_until is not None, lambda due: evolve(due, leased_until=None))
            + _change(
                state.exports,
                lambda kept: kept.export.state is ExportState.RUNNING and kept.leased_until is not None,
                lambda kept: evolve(kept, leased_until=None),
            )
            + _change(
                state.written_tables,
                lambda kept: kept.table.state.open and kept.leased_until is not None,
                lambda kept: evolve(kept, leased_until=None),
            )
            + _change(
                state.webhook_deliveries,
                lambda kept: kept.leased_until is not None,
                lambda kept: evolve(kept, leased_until=None),
            )
            + _change(
                state.files,
                lambda kept: kept.file.state is FileState.WANTED and kept.claimed,
                lambda kept: evolve(kept, due_at=kept.file.wanted_at, claimed=False),
            )
            + _change(
                state.photo_reads,
                lambda kept: kept.photo.state is PhotoState.WANTED and kept.claimed,
                lambda kept: evolve(kept, due_at=kept.photo.wanted_at, claimed=False),
            )
        )


def _change(table: Table[K, V], applies: Callable[[V], bool], change: Callable[[V], V]) -> int:
    """Change the rows to which it applies, and return their number."""
    found = [(key, row) for key in table if (row := table.get(key)) is not None and applies(row)]
    for key, row in found:
        table.put(key, change(row))
    return len(found)
