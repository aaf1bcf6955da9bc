"""How this process is at one moment, in figures that its workers already know: nothing here asks the store."""

from collections.abc import Mapping

from attrs import field, frozen

from sikpro.application.ports.health import Waiting
from sikpro.application.workers.health import Health


@frozen(kw_only=True)
class Use:
    """How much of a pool is busy, how much waits for it, and how many it has room for at once."""

    busy: int = 0
    waiting: int = 0
    most: int = 0


@frozen(kw_only=True)
class Vitals:
    """The figures of one moment. Ages are seconds; None where nobody knows, or where there is no bot or no backup.

    `waiting` is None before the first probe of the store. `pools` has the threads and connections to the store by name,
    `streams` counts the open pages that get live hints.
    """

    health: Health = field(factory=Health)
    waiting: Waiting | None = None
    poll_age: float | None = None
    backup_age: float | None = None
    pools: Mapping[str, Use] = field(factory=dict[str, Use])
    streams: int = 0
