"""Open the database for a command that only reads, also a file or a folder that it may not write."""

from collections.abc import Iterator
from contextlib import contextmanager

from sikpro.adapters.sql.engine import create_engine_for
from sikpro.adapters.sql.migrate import pending
from sikpro.adapters.sql.unit_of_work import SqlTransactions
from sikpro.application.ports.storage import StorageUnavailable, Transactions
from sikpro.entrypoints.settings import Settings
from sikpro.entrypoints.start import check_address, check_place


@contextmanager
def reading(settings: Settings) -> Iterator[Transactions]:
    """Return the transactions of an up-to-date database; nothing is written or made.

    Raises `WrongSettings`, `StorageError`.
    """
    url = settings.database_url
    if chosen := settings.plugins.get("database"):
        store = chosen.open(url, None, "")
        try:
            yield store.transactions
        finally:
            store.close()
        return
    check_address(url)
    check_place(settings, migrating=False)
    if pending(url, read_only=True):
        raise StorageUnavailable("it is not up to date: run `sikpro migrate` first")
    engine = create_engine_for(url, read_only=True)
    try:
        yield SqlTransactions(engine)
    finally:
        engine.dispose()
