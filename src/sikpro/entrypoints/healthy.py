"""Whether a process of SIKPRO is well, as a container or a monitor asks: why not, or nothing.

A container asks every half minute: what takes long to load is loaded only where it is needed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

from sikpro.application.ports.storage import Transactions
from sikpro.entrypoints.address import reached_at
from sikpro.entrypoints.settings import Settings

_PATIENCE = 5.0


def web_is_ready(settings: Settings) -> str:
    """Ask `/readyz` of the server that should run on this machine, and return why it is not ready, "" if it is."""
    address = f"http://{reached_at(settings.host)}:{settings.port}/readyz"
    try:
        with build_opener(ProxyHandler({})).open(address, timeout=_PATIENCE):
            return ""
    except HTTPError as error:
        return f"{address} answers {error.code}: not ready"
    except OSError as error:
        return f"{address} does not answer: {error}"


def bot_is_served(settings: Settings) -> str:
    """Look whether a process told lately how the bot is, and return why not, "" if it did; Telegram may be away.

    Raises `StorageError`.
    """
    from sikpro.adapters.local.clock import SystemClock
    from sikpro.application.workers.bot_record import FRESH, RECORD

    with _read(settings) as transactions:
        record = transactions.read(lambda uow: uow.health.get(RECORD))
    if record is None or (SystemClock().now() - record.at).total_seconds() > FRESH:
        return "no process has served the bot lately"
    return ""


@contextmanager
def _read(settings: Settings) -> Iterator[Transactions]:
    if "database" in settings.plugins:
        from sikpro.entrypoints.reading import reading

        with reading(settings) as transactions:
            yield transactions
        return
    from sikpro.adapters.sql.engine import create_engine_for
    from sikpro.adapters.sql.unit_of_work import SqlTransactions

    engine = create_engine_for(settings.database_url, pooled=False, read_only=True)
    try:
        yield SqlTransactions(engine)
    finally:
        engine.dispose()
