"""The library in threads: a class with a coroutine for each method of a class of the library."""

import asyncio
import inspect
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar, copy_context
from functools import partial, wraps
from itertools import islice
from typing import Any, TypeVar

from attrs import define, field

from sikpro.application.ports.storage import Transactions, UnitOfWork

T = TypeVar("T")

AT_ONCE = 4
"""How many steps run at once; of those that write one."""

_PAGE = 100
"""How many rows of a list are fetched in one hop to a thread."""


@define
class OneWriter:
    """`Transactions` of which one writes at a time: the others wait for it here, and not for a lock of the database."""

    inner: Transactions
    _turn: threading.Lock = field(factory=threading.Lock)

    def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Write in turn."""
        with self._turn:
            return self.inner.write(work)

    def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Read at once."""
        return self.inner.read(work)

    @contextmanager
    def opened(self) -> Iterator[UnitOfWork]:
        """Have the turn for a whole block."""
        with self._turn, self.inner.opened() as unit:
            yield unit


@define
class Block:
    """A block of steps, for whoever runs inside it; `of` is what it is a block of, `outer` a block around it."""

    of: object
    outer: "Block | None"
    is_open: bool = True

    def holds(self, threads: object) -> bool:
        """Return whether a step in these threads would wait for the end of this block, or of one around it."""
        return (self.is_open and self.of is threads) or (self.outer is not None and self.outer.holds(threads))


_block: ContextVar[Block | None] = ContextVar("sikpro_block", default=None)


@define
class Threads:
    """The threads of one open SIKPRO, or the one thread of a block of steps."""

    pool: ThreadPoolExecutor = field(factory=lambda: ThreadPoolExecutor(AT_ONCE, "sikpro"))

    async def run(self, work: Callable[[], T]) -> T:
        """Do it in a thread. Cancelled before it began it is not done; under way it is done to its end."""
        block = _block.get()
        if block and block.holds(self):
            raise RuntimeError("there is a transaction already: a block inside it would not be one of its own")
        return await asyncio.get_running_loop().run_in_executor(self.pool, partial(copy_context().run, work))

    async def close(self) -> None:
        """Wait for what is under way; nothing begins any more."""
        await asyncio.to_thread(self.pool.shutdown)


class Part:
    """What every twin has: the part of the library that it stands for, and where its methods run."""

    def __init__(self, part: Any, threads: Threads) -> None:
        self._part = part
        self._threads = threads

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._part!r})"


def twins_of(kinds: Mapping[str, type], module: str) -> dict[str, type[Part]]:
    """Return a twin of each class, by its name: coroutines for its methods, twins for the parts that they give."""
    twins: dict[type, type[Part]] = {}

    def wrapped(value: Any, threads: Threads) -> Any:
        twin = twins.get(type(value))
        return twin(value, threads) if twin else value

    def method(name: str, function: Any) -> Any:
        @wraps(function)
        async def called(self: Part, *args: Any, **kwargs: Any) -> Any:
            work = partial(getattr(self._part, name), *args, **kwargs)
            return wrapped(await self._threads.run(work), self._threads)

        return called

    def attribute(name: str, doc: str | None) -> property:
        return property(lambda self: wrapped(getattr(self._part, name), self._threads), doc=doc)

    for name, kind in kinds.items():
        members: dict[str, Any] = {"__doc__": kind.__doc__, "__module__": module}
        for member_name, member in inspect.getmembers_static(kind):
            if member_name == "__iter__":
                members["__aiter__"] = _pages
            elif member_name.startswith("_") and member_name != "__call__":
                continue
            elif isinstance(member, property):
                members[member_name] = attribute(member_name, member.__doc__)
            elif inspect.isfunction(member) and not inspect.isgeneratorfunction(inspect.unwrap(member)):
                members[member_name] = method(member_name, member)
        twins[kind] = type(name, (Part,), members)
    return {name: twins[kind] for name, kind in kinds.items()}


async def _pages(self: Part) -> AsyncIterator[Any]:
    """Go through the rows; each page of them is one hop to a thread."""
    rows = await self._threads.run(partial(iter, self._part))
    while page := await self._threads.run(lambda: list(islice(rows, _PAGE))):
        for row in page:
            yield row


@define
class Steps:
    """A block of several steps, in a thread of its own from its begin to its commit."""

    opened: AbstractContextManager[Any]
    of: Threads
    block: Block = field(init=False)
    threads: Threads = field(factory=lambda: Threads(ThreadPoolExecutor(1, "sikpro-block")))

    async def begin(self) -> Any:
        """Open the block, and return what does its steps."""
        loop = asyncio.get_running_loop()
        entering = loop.run_in_executor(self.threads.pool, self.opened.__enter__)
        try:
            inside = await asyncio.shield(entering)
        except asyncio.CancelledError:
            # It waits for its turn, which nobody wants any more: it is given back as soon as it comes.
            entering.add_done_callback(self._give_back)
            raise
        except BaseException:
            self.threads.pool.shutdown(wait=False)
            raise
        self.block = Block(self.of, _block.get())
        _block.set(self.block)
        return inside

    async def end(self, error: BaseException | None) -> None:
        """Commit, or undo all after an error. Raises `StorageError`."""
        self.block.is_open = False
        failure = (type(error), error, error.__traceback__) if error else (None, None, None)
        leave = partial(self.opened.__exit__, *failure)
        leaving = asyncio.get_running_loop().run_in_executor(self.threads.pool, leave)
        try:
            await asyncio.shield(leaving)
        finally:
            self.threads.pool.shutdown(wait=False)

    def _give_back(self, entering: "asyncio.Future[Any]") -> None:
        if not entering.cancelled() and entering.exception() is None:
            gone = asyncio.CancelledError()
            self.threads.pool.submit(self.opened.__exit__, type(gone), gone, None)
        self.threads.pool.shutdown(wait=False)
