"""The sums of folded rows in memory."""

from collections import Counter
from datetime import datetime

from sikpro.adapters.memory.store import State
from sikpro.application.ports.retention import Fold, Folded


def put_folded(state: State, fold: Fold, row: Folded) -> None:
    """Add a row to its sum."""
    state.folded_rows.put(fold, (*(state.folded_rows.get(fold) or ()), row))


def folded_in(state: State, start: datetime, end: datetime) -> Counter[tuple[str, str]]:
    """Count the folded updates received in a span, by outcome and detail."""
    found = Counter[tuple[str, str]]()
    for fold in state.folded_rows:
        if fold.source == "inbox":
            rows = state.folded_rows.get(fold) or ()
            found[fold.outcome, fold.detail] += sum(row.at is not None and start <= row.at < end for row in rows)
    return +found


def folded_by_state(state: State) -> Counter[str]:
    """Count the folded messages by their state."""
    found = Counter[str]()
    for fold in state.folded_rows:
        if fold.source == "outbox":
            found[fold.outcome] += len(state.folded_rows.get(fold) or ())
    return found


def folded_row(state: State, source: str, row_id: int) -> tuple[Fold, Folded] | None:
    """Return a folded row and its sum, None if it was not folded."""
    for fold in state.folded_rows:
        if fold.source == source:
            for row in state.folded_rows.get(fold) or ():
                if row.id == row_id:
                    return fold, row
    return None
