"""Read photos in a child process, so that a hostile picture does not harm the bot."""

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog
from attrs import define, field

from sikpro.adapters.local.child import ChildFailed, run_child
from sikpro.adapters.local.in_child import ChildLimits, packed_work
from sikpro.adapters.local.photo_lines import heard_reading
from sikpro.application.ports.barcodes import PhotoReading, Refusal

_log = structlog.get_logger(__name__)


@define(kw_only=True)
class ProcessBarcodes:
    """`BarcodeReader` with one process per photo; `command` starts it.

    One photo is read at a time; others wait. `seconds` is the limit of real time for each.
    """

    command: Sequence[str]
    limits: ChildLimits = field(factory=lambda: ChildLimits(processor=20, memory=700_000_000))
    seconds: float = 60.0
    _turn: asyncio.Semaphore = field(factory=lambda: asyncio.Semaphore(1), init=False)

    async def read(self, content: bytes) -> PhotoReading:
        """Return the barcodes of a picture, or why it was refused."""
        async with self._turn:
            return await self._in_process(content)

    async def _in_process(self, content: bytes) -> PhotoReading:
        heard: list[PhotoReading] = []

        def hear(said: Any) -> None:
            if heard:
                raise ValueError("something after the end")
            heard.append(heard_reading(said))

        work = packed_work(None, content, self.limits)
        try:
            await run_child(self.command, work, hear, seconds=self.seconds)
            if not heard:
                raise ChildFailed("rubbish")
        except ChildFailed as error:
            _log.warning("a photo could not be read", reason=error.code, size=len(content))
            return PhotoReading(refused=Refusal.TOO_SLOW if error.code == "late" else Refusal.FAILED)
        return heard[0]
