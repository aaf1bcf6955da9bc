"""The threads of whole transactions."""

import threading

from sikpro.adapters.local.threads import ThreadedTransactions
from sikpro.adapters.memory.unit_of_work import MemoryTransactions


async def test_writes_and_reads_run_in_threads_of_their_own() -> None:
    threads = ThreadedTransactions.over(MemoryTransactions())
    writer = await threads.write(lambda _: threading.current_thread().name)
    reader = await threads.read(lambda _: threading.current_thread().name)
    threads.close()
    assert (writer.rpartition("_")[0], reader.rpartition("_")[0]) == ("sikpro-writer", "sikpro-reader")
