"""The library in an event loop: the same methods and errors, in threads, and no step is half done."""

import asyncio
import inspect
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from attrs import define, evolve, field

import sikpro
from sikpro.adapters.memory.unit_of_work import MemoryTransactions
from sikpro.application.ports.storage import UnitOfWork
from sikpro.entrypoints.async_library import KINDS, AsyncSikpro, aconnect, over
from sikpro.entrypoints.in_threads import OneWriter, Steps, Threads
from sikpro.entrypoints.library import Sikpro, connect
from sikpro.entrypoints.library.session import Session
from tests.async_stub import LEFT_OUT, STUB, methods, written

T = TypeVar("T")
ORDER = "AO SC3223255{} ZTEGC675454{} SDA ODP-SDA-003 F5SDA445"


def order(digit: int) -> str:
    return ORDER.format(digit, digit)


def test_the_signatures_are_those_of_the_library() -> None:
    assert STUB.read_text("utf-8") == written()


@pytest.mark.parametrize("name", KINDS)
def test_every_method_has_a_coroutine_with_the_same_arguments_and_words(name: str) -> None:
    kind, twin = KINDS[name], getattr(sikpro, name)
    found = {one: is_property for one, _, _, is_property in methods(kind)}
    assert found
    for one, is_property in found.items():
        member = inspect.getattr_static(twin, "__aiter__" if one == "__iter__" else one)
        assert inspect.getdoc(member), one
        if is_property:
            assert isinstance(member, property), one
        elif one != "__iter__":
            assert inspect.iscoroutinefunction(member), one
            assert inspect.signature(member) == inspect.signature(getattr(kind, one)), one


def test_every_group_of_the_library_has_a_twin() -> None:
    properties = [one.fget for one in vars(Sikpro).values() if isinstance(one, property)]
    groups = {one.__annotations__["return"] for one in properties if one} - {Session}
    assert groups
    assert groups <= set(KINDS.values())
    public = {name for name in vars(Sikpro) if not name.startswith("_")} - LEFT_OUT
    assert public - set(dir(AsyncSikpro)) == set()


@pytest.fixture(params=["memory:", "sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store of each kind."""
    return f"sqlite:///{tmp_path / 'orders.db'}" if request.param == "sqlite" else str(request.param)


async def test_orders_are_registered_moved_and_gone_through(url: str) -> None:
    async with aconnect(url) as app:
        made = await asyncio.gather(*(app.register(order(digit)) for digit in range(5)))
        assert (await app.take(made[0].number)).phase is sikpro.Phase.IN_PROGRESS
        waiting = await app.orders.where(phase="waiting")
        assert [row.number async for row in waiting] == [one.number for one in sorted(made[1:], key=lambda one: one.id)]
        assert await waiting.count() == 4
        assert len(await app.orders()) == 5
        assert (await app.acting_as("script")).actor.username == "script"


async def test_the_errors_are_those_of_the_library() -> None:
    async with aconnect() as app:
        await app.register(order(1))
        with pytest.raises(sikpro.DuplicateOrder):
            await app.register(order(1))
        with pytest.raises(TypeError, match="order: number"):
            await app.order(7)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="there is no 'wating'"):
            await app.orders.where(phase="wating")
    with pytest.raises(RuntimeError):
        await app.order("SC32232551")


async def taken_in_a_block(app: AsyncSikpro, number: str) -> None:
    async with app.transaction() as work:
        await work.register(order(2))
        await work.take(number)


async def test_a_block_is_stored_as_a_whole_or_not_at_all(url: str) -> None:
    async with aconnect(url) as app:
        async with app.transaction() as work:
            await work.register(order(1))
            await work.take("SC32232551")
        with pytest.raises(sikpro.NotFound):
            await taken_in_a_block(app, "SC9999")
        assert [row.number for row in await app.orders()] == ["SC32232551"]


async def test_a_step_beside_the_block_inside_it_is_an_error_and_others_wait_for_its_end(url: str) -> None:
    async with aconnect(url) as app:
        beside = asyncio.Event()

        async def another() -> sikpro.Order:
            await beside.wait()
            return await app.register(order(2))

        waits = asyncio.create_task(another())
        async with app.transaction() as work:
            await work.register(order(1))
            with pytest.raises(RuntimeError, match="there is a transaction already"):
                await app.register(order(3))
            beside.set()
        assert (await waits).number == "SC32232552"
        assert (await app.register(order(3))).number == "SC32232553"


@define
class Held:
    """Transactions whose writes wait until they may go on."""

    inner: MemoryTransactions = field(factory=MemoryTransactions)
    begun: threading.Event = field(factory=threading.Event)
    may_go_on: threading.Event = field(factory=threading.Event)

    def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Wait, then write."""
        self.begun.set()
        self.may_go_on.wait(10)
        return self.inner.write(work)

    def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Read."""
        return self.inner.read(work)

    def opened(self) -> Any:
        """Open a block."""
        return self.inner.opened()


def slow() -> tuple[Sikpro, Held]:
    app, held = connect(), Held()
    assert isinstance(app.transactions, MemoryTransactions)
    held.inner = app.transactions
    return evolve(app, transactions=held), held


async def test_a_write_under_way_that_is_cancelled_is_stored_and_one_that_waits_is_never_done() -> None:
    app, held = slow()
    async with over(app) as twin:
        under_way = asyncio.create_task(twin.register(order(1)))
        await asyncio.to_thread(held.begun.wait, 10)
        waiting = [asyncio.create_task(twin.register(order(digit))) for digit in range(2, 8)]
        await asyncio.sleep(0)
        for task in (under_way, *waiting):
            task.cancel()
        done = await asyncio.gather(under_way, *waiting, return_exceptions=True)
        assert {type(one) for one in done} == {asyncio.CancelledError}
        held.may_go_on.set()
    numbers = {row.number for row in evolve(app, transactions=held.inner).orders()}
    assert "SC32232551" in numbers
    assert "SC32232557" not in numbers


async def test_a_cancelled_block_leaves_nothing_and_gives_its_turn_back(url: str) -> None:
    async with aconnect(url) as app:
        inside = asyncio.Event()

        async def block() -> None:
            async with app.transaction() as work:
                await work.register(order(1))
                inside.set()
                await asyncio.Event().wait()

        first, second = asyncio.create_task(block()), asyncio.create_task(block())
        await inside.wait()
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert await app.orders() == ()
        async with asyncio.timeout(10):
            assert (await app.register(order(2))).number == "SC32232552"


def test_of_the_steps_that_write_one_has_the_turn() -> None:
    writer = OneWriter(MemoryTransactions())
    assert writer.write(lambda _: writer._turn.locked())
    with writer.opened():
        assert writer._turn.locked()
    assert not writer.read(lambda _: writer._turn.locked())


async def test_a_block_that_nobody_waits_for_any_more_is_left_as_soon_as_it_is_entered() -> None:
    begun, may_go_on, left = threading.Event(), threading.Event(), threading.Event()

    @contextmanager
    def opened() -> Iterator[None]:
        begun.set()
        may_go_on.wait(10)
        try:
            yield
        finally:
            left.set()

    block = opened()
    waiting = asyncio.create_task(Steps(block, Threads()).begin())
    await asyncio.to_thread(begun.wait, 10)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    may_go_on.set()
    assert await asyncio.to_thread(left.wait, 10)
