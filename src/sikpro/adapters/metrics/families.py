"""The figures of one moment as families of samples: names, units, labels."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from attrs import asdict, frozen

from sikpro.application.workers.vitals import Vitals

Sample = tuple[tuple[str, ...], float]


@frozen
class Family:
    """A gauge: its name with its unit, what it says, its labels, and how its samples follow from the figures."""

    name: str
    help: str
    values: Callable[[Vitals], Iterable[Sample]]
    labels: tuple[str, ...] = ()


def _one(value: float | timedelta | None) -> list[Sample]:
    if value is None:
        return []
    return [((), value.total_seconds() if isinstance(value, timedelta) else value)]


def _waiting(vitals: Vitals) -> list[Sample]:
    if vitals.waiting is None:
        return []
    return [((queue,), number) for queue, number in asdict(vitals.waiting).items()]


def _parts(vitals: Vitals, which: str) -> list[Sample]:
    return [((part.name,), bool(getattr(part, which))) for part in vitals.health.parts]


def _pools(vitals: Vitals, which: str) -> list[Sample]:
    return [((name,), getattr(use, which)) for name, use in vitals.pools.items()]


def _disk(vitals: Vitals) -> list[Sample]:
    return [
        ((), part.measure * 1_000_000)
        for part in vitals.health.parts
        if part.name == "disk" and part.state != "elsewhere"
    ]


FAMILIES = (
    Family("sikpro_up", "1 if orders can come in and be answered.", lambda v: _one(v.health.ok)),
    Family("sikpro_ready", "1 if this process can serve.", lambda v: _one(v.health.ready)),
    Family("sikpro_part_ill", "1 if somebody should act on a part.", lambda v: _parts(v, "ill"), ("part",)),
    Family("sikpro_part_stops", "1 if a part stops orders.", lambda v: _parts(v, "stops"), ("part",)),
    Family(
        "sikpro_oldest_unsent_seconds",
        "Age of the oldest message that has not left; 0 if all have.",
        lambda v: _one(v.health.unsent or timedelta()) if v.waiting else [],
    ),
    Family("sikpro_last_update_seconds", "Age of the last update from the chat.", lambda v: _one(v.health.update)),
    Family("sikpro_poll_age_seconds", "Seconds since the network answered a poll.", lambda v: _one(v.poll_age)),
    Family("sikpro_backup_age_seconds", "Age of the last backup.", lambda v: _one(v.backup_age)),
    Family(
        "sikpro_failed_by_outage",
        "Messages that an outage left and nobody has sent again.",
        lambda v: _one(v.health.failed) if v.waiting else [],
    ),
    Family("sikpro_waiting", "What waits for a worker.", _waiting, ("queue",)),
    Family("sikpro_disk_free_bytes", "Free space on the disk of the data.", _disk),
    Family("sikpro_pool_busy", "Threads or connections to the store in use.", lambda v: _pools(v, "busy"), ("pool",)),
    Family("sikpro_pool_waiting", "Work that waits for a pool.", lambda v: _pools(v, "waiting"), ("pool",)),
    Family("sikpro_pool_size", "How many a pool has room for at once.", lambda v: _pools(v, "most"), ("pool",)),
    Family("sikpro_live_streams", "Open pages that get live hints.", lambda v: _one(v.streams)),
)
"""Every gauge that `/metrics` tells."""
