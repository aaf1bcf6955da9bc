"""Hints between processes over PostgreSQL: one NOTIFY in each transaction that announces something."""

import json
from collections.abc import Sequence

import sqlalchemy as sa

from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.storage import Hint, Kind

CHANNEL = "sikpro"
_LONGEST = 7_900
"""Bytes of a message; PostgreSQL refuses 8,000 and more."""


def notify(transaction: OpenTransaction) -> None:
    """Send the transaction's hints to the other processes at its commit; nothing on SQLite."""
    if transaction.hints and not transaction.on_sqlite:
        message = written(transaction.hints, transaction.process)
        transaction.scalar(sa.select(sa.func.pg_notify(CHANNEL, message)))


def written(hints: Sequence[Hint], process: str) -> str:
    """Return a message with the hints of a process, by kind; ids that do not fit are left out.

    >>> written([Hint(Kind.ORDER, (3, 4)), Hint(Kind.BOT), Hint(Kind.ORDER, (4,))], "7-ab")
    '["7-ab",{"order":[3,4],"bot":[]}]'
    """
    ids = merged(hints)
    while len(message := json.dumps([process, ids], separators=(",", ":"))) > _LONGEST:
        ids[max(ids, key=lambda kind: len(ids[kind]))] = []
    return message


def heard(message: str, process: str) -> tuple[Hint, ...] | None:
    """Return the hints of another process's message; none of the process's own, None if it is not understood."""
    try:
        sender, ids = json.loads(message)
        hints = tuple(Hint(Kind(kind), tuple(map(int, numbers))) for kind, numbers in ids.items())
    except (ValueError, TypeError, AttributeError):
        return None
    return () if process and sender == process else hints


def merged(hints: Sequence[Hint]) -> dict[str, list[int]]:
    """Return the ids by kind; a kind of which one hint is about everything has none."""
    everything = {hint.kind for hint in hints if not hint.ids}
    found: dict[str, dict[int, None]] = {}
    for hint in hints:
        found.setdefault(hint.kind.value, {}).update(dict.fromkeys(() if hint.kind in everything else hint.ids))
    return {kind: list(ids) for kind, ids in found.items()}
