"""What this process gives: passwords, threads, and hints from any thread."""

import asyncio
import threading

import pytest

from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.adapters.local.passwords import Argon2Passwords
from sikpro.adapters.local.threads import ThreadedTransactions
from sikpro.adapters.memory.unit_of_work import MemoryTransactions
from sikpro.application.ports.storage import Hint, Kind


def test_a_password_fits_its_own_hash_and_no_other() -> None:
    passwords = Argon2Passwords()
    kept = passwords.hash("rahasia sekali")
    assert passwords.verify(kept, "rahasia sekali")
    assert not passwords.verify(kept, "rahasia Sekali")
    assert not passwords.verify("not a hash", "rahasia sekali")
    assert not passwords.verify(None, "")


async def test_hints_come_from_any_thread_and_those_of_a_kind_are_merged() -> None:
    live = LocalLiveEvents()
    with live.subscribe() as hints:
        for number in (1, 2, 2, 3):
            thread = threading.Thread(target=live.publish, args=((Hint(Kind.ORDER, (number,)),),))
            thread.start()
            thread.join()
        async with asyncio.timeout(5):
            assert await anext(aiter(hints)) == Hint(Kind.ORDER, (1, 2, 3))


async def test_closing_ends_every_subscription_those_to_come_too() -> None:
    live = LocalLiveEvents()
    async with asyncio.timeout(5):
        with live.subscribe() as hints:
            live.close()
            assert [hint async for hint in hints] == []
        with live.subscribe() as hints:
            assert [hint async for hint in hints] == []


async def test_writes_and_reads_run_in_threads_of_their_own() -> None:
    threads = ThreadedTransactions.over(MemoryTransactions())
    writer = await threads.write(lambda _: threading.current_thread().name)
    reader = await threads.read(lambda _: threading.current_thread().name)
    threads.close()
    assert (writer.rpartition("_")[0], reader.rpartition("_")[0]) == ("sikpro-writer", "sikpro-reader")


async def test_what_the_work_raises_comes_through() -> None:
    threads = ThreadedTransactions.over(MemoryTransactions())

    def fails(_: object) -> None:
        raise LookupError("no")

    with pytest.raises(LookupError):
        await threads.write(fails)
    threads.close()
