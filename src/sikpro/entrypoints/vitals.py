"""Puts the figures of this process together, for its metrics."""

from collections.abc import Callable

from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.adapters.local.threads import ThreadedTransactions
from sikpro.application.workers.health_watch import HealthWatch
from sikpro.application.workers.long_poll import LongPoll
from sikpro.application.workers.vitals import Use, Vitals


def vitals(
    watch: HealthWatch,
    threads: ThreadedTransactions,
    live: LocalLiveEvents,
    connections: Callable[[], Use],
    long_poll: Callable[[], LongPoll] | None,
) -> Vitals:
    """Return the figures of this moment; `long_poll` is None without a bot. Nothing here asks the store."""
    return Vitals(
        health=watch.health(),
        waiting=watch.waiting,
        poll_age=long_poll().poll_age if long_poll else None,
        backup_age=watch.backup_age,
        pools={**threads.use, "connections": connections()},
        streams=live.streams,
    )
