"""A disk that fills up in the middle of a batch: nothing is stored by half, nothing is lost."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from sikpro.adapters.local.clock import SystemClock
from sikpro.adapters.local.threads import ThreadedTransactions
from sikpro.adapters.sql.engine import create_engine_for
from sikpro.adapters.sql.unit_of_work import SqlTransactions
from sikpro.application.ports.chat import Incoming, IncomingKind, Transport
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.network import Batch
from sikpro.application.ports.storage import StorageUnavailable
from sikpro.application.workers.intake import Intake
from tests.integration.e2e.installation import CREW, furnish
from tests.integration.sqlite import migrated_sqlite

ACCOUNT, OWNER = "bot:1", "me"


def update(number: int) -> Incoming:
    """A request with a note that takes some room."""
    text = f"AO#SC{80_000_000 + number}#ZTEG{number:08X}#SDA#ODP-SDA-{number:03}#F5SDA445#{'catatan ' * 90}"
    return Incoming(
        key=f"m:{number}",
        kind=IncomingKind.MESSAGE,
        chat_id=CREW[0],
        sender_id=CREW[0],
        message_id=number,
        sent_at=datetime.now(UTC),
        text=text,
    )


class Disk:
    """The room that SQLite has for its file, in pages of every connection from now on."""

    def __init__(self, engine: Engine) -> None:
        self.pages = 0
        event.listen(engine, "begin", self._limit)

    def _limit(self, connection: object) -> None:
        limit = self.pages or 1_000_000
        connection.exec_driver_sql(f"PRAGMA max_page_count={limit}")  # type: ignore[attr-defined]  # a Connection


async def test_a_disk_that_fills_up_in_the_middle_of_a_batch_loses_and_doubles_nothing(tmp_path: Path) -> None:
    engine = create_engine_for(migrated_sqlite(tmp_path))
    disk = Disk(engine)
    transactions = SqlTransactions(engine)
    transactions.write(furnish)
    now = datetime.now(UTC)
    transactions.write(lambda uow: uow.bots.lease(ACCOUNT, OWNER, now, timedelta(hours=1), take_over=True))
    threads = ThreadedTransactions.over(transactions)
    intake = Intake(transactions=threads, clock=SystemClock(), zone="Asia/Jakarta")
    batch = Batch(tuple(update(number) for number in range(1, 41)), "41", 40)

    with engine.connect() as connection:
        disk.pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one()) + 12
    with pytest.raises(StorageUnavailable):
        await intake.take_in(batch, ACCOUNT, OWNER, Transport.BOT_API)
    assert transactions.read(lambda uow: uow.bots.cursor(ACCOUNT, "bot_api")) == ""

    disk.pages = 0
    await intake.take_in(batch, ACCOUNT, OWNER, Transport.BOT_API)
    totals = transactions.read(lambda uow: uow.inbox.totals(now - timedelta(days=1), now + timedelta(days=1)))
    assert totals == {Outcome.ORDER: 40}
    assert transactions.read(lambda uow: uow.bots.cursor(ACCOUNT, "bot_api")) == "41"
    threads.close()
    engine.dispose()
