"""What serves goes on serving."""

import asyncio
from typing import Any

import pytest

from sikpro.entrypoints.server import keep_running, unencrypted
from sikpro.entrypoints.settings import Settings


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


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, []),
        ({"host": "::1", "telegram_api": "http://localhost:8081", "telegram_token": "1:a"}, []),
        ({"host": "0.0.0.0", "secure_cookies": True}, []),  # nothing is served
        ({"host": "192.0.2.7"}, ["passwords and sessions"]),
        ({"host": "0.0.0.0"}, ["passwords and sessions"]),  # nothing is served
        ({"telegram_api": "http://api.example:8081", "telegram_token": "1:a"}, ["the bot's token"]),
        ({"telegram_api": "http://api.example:8081"}, []),
        ({"telegram_api": "https://api.example", "telegram_token": "1:a"}, []),
    ],
)
def test_a_way_on_which_secrets_leave_the_machine_unencrypted_is_named(given: dict[str, Any], named: list[str]) -> None:
    assert [warning.split(" travel")[0].removesuffix(" may") for warning in unencrypted(Settings(**given))] == named
