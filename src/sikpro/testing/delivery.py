"""What waits in the outbox, sent at once by the real relay."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from sikpro.application.ports.chat import Outgoing
from sikpro.application.ports.network import Messenger
from sikpro.application.ports.runtime import Clock
from sikpro.application.ports.storage import Transactions
from sikpro.application.workers.rates import Rates
from sikpro.application.workers.relay import Relay
from sikpro.testing.messenger import FakeMessenger
from sikpro.testing.transactions import InlineTransactions

_FAST = Rates(overall=1_000_000, chat=1_000_000, group_a_minute=60_000_000, burst=1000)


def deliver(transactions: Transactions, messenger: FakeMessenger, clock: Clock) -> list[Outgoing]:
    """Send every message that is due by the clock, as the server's relay does, and return what arrived, in order.

    What the messenger refuses or postpones stays with its state in the outbox; a messenger that wants a pause is waited
    for a second. It may be called within an event loop.
    """
    before = len(messenger.sent)
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _send_all(transactions, messenger, clock)).result()
    return messenger.sent[before:]


async def _send_all(transactions: Transactions, messenger: Messenger, clock: Clock) -> None:
    relay = Relay(transactions=InlineTransactions(transactions), messenger=messenger, clock=clock, rates=_FAST)
    idle = relay.places()
    sending = asyncio.create_task(relay.run())
    with suppress(TimeoutError):
        async with asyncio.timeout(1):
            while relay.places() < idle or _is_due(transactions, clock):  # noqa: ASYNC110  # nothing notifies it
                await asyncio.sleep(0)
    sending.cancel()
    with suppress(asyncio.CancelledError):
        await sending


def _is_due(transactions: Transactions, clock: Clock) -> bool:
    due = transactions.read(lambda uow: uow.outbox.next_due())
    return due is not None and due <= clock.now()
