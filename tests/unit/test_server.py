"""What serves goes on serving."""

import asyncio

import pytest

from sikpro.entrypoints.server import keep_running


async def test_a_loop_that_ends_by_a_fault_begins_again() -> None:
    begun = list[int]()

    async def loop() -> None:
        begun.append(len(begun))
        if len(begun) < 3:
            raise RuntimeError("boom")
        await asyncio.Event().wait()

    task = asyncio.create_task(keep_running(loop, pause=0))
    for _ in range(20):
        await asyncio.sleep(0)
    assert begun == [0, 1, 2]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
