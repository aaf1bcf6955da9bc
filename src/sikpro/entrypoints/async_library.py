"""SIKPRO for programs with an event loop: every method of the library as a coroutine.

The signatures are in `async_library.pyi`, which `python -m tests.async_stub` writes; a test compares the two.
"""

import asyncio
from contextlib import asynccontextmanager
from functools import partial

from attrs import evolve

from sikpro.entrypoints.in_threads import OneWriter, Steps, Threads, twins_of
from sikpro.entrypoints.library import Sikpro, connect
from sikpro.entrypoints.library.catalogue import Catalogue
from sikpro.entrypoints.library.devices import Devices
from sikpro.entrypoints.library.imports import Imports
from sikpro.entrypoints.library.messages import Messages
from sikpro.entrypoints.library.orders import Orders
from sikpro.entrypoints.library.people import People
from sikpro.entrypoints.library.recaps import Recaps
from sikpro.entrypoints.library.selection import OrderSelection
from sikpro.entrypoints.library.settings import InstallationSettings

KINDS = {
    "AsyncSikpro": Sikpro,
    "AsyncOrders": Orders,
    "AsyncOrderSelection": OrderSelection,
    "AsyncPeople": People,
    "AsyncCatalogue": Catalogue,
    "AsyncMessages": Messages,
    "AsyncRecaps": Recaps,
    "AsyncImports": Imports,
    "AsyncDevices": Devices,
    "AsyncInstallationSettings": InstallationSettings,
}
"""The classes of the library, each by the name of its twin."""

_twins = twins_of(KINDS, __name__)
globals().update(_twins)
AsyncSikpro = _twins["AsyncSikpro"]
__all__ = [*KINDS, "aconnect", "over"]


@asynccontextmanager
async def aconnect(url="memory:", *, zone="Asia/Jakarta", clock=None, role=None):
    """Open a SIKPRO database as `connect` does, for a program with an event loop.

    What it gives has the same groups and methods, as coroutines, with the same errors; `async for` goes through a list.
    Each step runs in one of four threads; of those that write, one at a time. A step that is cancelled before it began
    is not done. One under way is done to its end: a write is stored, and only its result is lost. The end of the
    `async with` waits for it.
    """
    app = await asyncio.to_thread(partial(connect, url, zone=zone, clock=clock, role=role))
    async with over(app) as twin:
        yield twin


@asynccontextmanager
async def over(app):
    """Return the asynchronous twin of an open SIKPRO, which is closed at the end."""
    threads = Threads()
    try:
        yield AsyncSikpro(evolve(app, transactions=OneWriter(app.transactions)), threads)
    finally:
        await threads.close()
        await asyncio.to_thread(app.close)


@asynccontextmanager
async def _transaction(self):
    """Return a block of several steps that are stored together at its end, or not at all, as in the library.

    Its steps run one after the other, in a thread of its own. A cancellation inside the block undoes all of it. Raises
    `RuntimeError` for a step of `app` itself inside the block.
    """
    steps = Steps(self._part.transaction(), self._threads)
    inside = await steps.begin()
    try:
        yield AsyncSikpro(inside, steps.threads)
    except BaseException as error:
        await steps.end(error)
        raise
    await steps.end(None)


for _name in ("clock", "zone", "script", "actor"):
    setattr(AsyncSikpro, _name, property(lambda self, name=_name: getattr(self._part, name)))
AsyncSikpro.transaction = _transaction
