"""A loop whose time jumps to the next timer, and lives that can hang or end between any two steps."""

import asyncio
import selectors
from collections.abc import Callable, Iterable
from contextvars import Context, ContextVar, copy_context
from typing import Any, NoReturn, TypeVar, TypeVarTuple

from attrs import define, field

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

LIFE: "ContextVar[Life | None]" = ContextVar("LIFE", default=None)
"""The life of the process whose code runs now; None for the world around it."""

_STILL = 10_000
"""So many turns of the loop without time passing are a loop that turns for ever."""


class Stuck(Exception):
    """Raised when nothing is left to wait for, or when something runs on and on while no time passes."""


@define(eq=False)
class Life:
    """One run of a process, from its start until it is killed. A hung one does nothing, and may come back.

    A killed one stops as with SIGKILL: not one more line runs, no `finally` either. `doom` is the place of `survive`
    at which the life ends, when it has passed it `spared` times.
    """

    name: str
    on_death: Callable[["Life", str], None] = field(repr=False)
    dead: bool = False
    hung: bool = False
    doom: str = ""
    spared: int = 0
    tasks: "set[asyncio.Task[Any]]" = field(factory=set, repr=False)
    """Its tasks are kept after its death: a task that nobody keeps is closed, and a killed process closes nothing."""
    _held: "list[_Call]" = field(factory=list, init=False, repr=False)

    def step(self, call: "_Call") -> None:
        """Run a callback of this process, keep it while the process hangs, drop it when the process is dead."""
        if self.dead or (call.handle is not None and call.handle.cancelled()):
            return
        if self.hung:
            self._held.append(call)
        else:
            call.callback(*call.args)

    def come_back(self) -> None:
        """Go on after a hang, with everything that waited and was not called off meanwhile."""
        self.hung = False
        held, self._held = self._held, []
        for call in held:
            call.loop.again(self, call)

    def kill(self, where: str) -> None:
        """End it."""
        if not self.dead:
            self.dead = True
            self._held.clear()
            Context().run(self.on_death, self, where)  # what follows is not done by the dead

    def doomed(self, where: str) -> bool:
        """Return whether the life is to end here."""
        if self.doom != where:
            return False
        self.spared -= 1
        return self.spared < 0

    async def survive(self, where: str) -> None:
        """A point at which the process may be killed: then this never returns."""
        if self.doomed(where):
            self.kill(where)
            await never()


class Dead(BaseException):
    """Ends what a `finally` block of a dead process would do."""


def must_live() -> None:
    """Raise `Dead` if this is code of a dead process: it draws no chance, and sends and stores nothing."""
    life = LIFE.get()
    if life is not None and life.dead:
        raise Dead


@define(eq=False)
class _Call:
    """A callback of a process. Its handle says whether somebody called it off."""

    loop: "VirtualLoop"
    context: Context
    callback: Callable[..., object]
    args: tuple[Any, ...]
    handle: asyncio.Handle | None = None


async def never() -> NoReturn:
    """Wait for what does not come."""
    await asyncio.get_running_loop().create_future()
    raise AssertionError("it came")


class _Leap(selectors.SelectSelector):
    """A selector that looks at no file: to wait is to let time pass."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self._still = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Stuck("nothing is left to wait for")
        self._still = 0 if timeout > 0 else self._still + 1
        if self._still > _STILL:
            raise Stuck(f"no time passes after {self.now:.3f} s")
        self.now += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop without threads, sockets and waiting. Each callback belongs to the `Life` that scheduled it."""

    def __init__(self) -> None:
        self._leap = _Leap()
        super().__init__(self._leap)
        self._clock_resolution = 1e-6
        self.set_task_factory(_task_of_a_life)

    def time(self) -> float:
        """Return the seconds since the beginning."""
        return self._leap.now

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """Schedule a callback for its life."""
        context = copy_context() if context is None else context
        life = context.get(LIFE)
        if life is None:
            return super().call_soon(callback, *args, context=context)
        call = _Call(self, context, callback, args)
        call.handle = super().call_soon(life.step, call, context=context)
        return call.handle

    def again(self, life: Life, call: _Call) -> None:
        """Schedule a callback that waited while its process hung."""
        super().call_soon(life.step, call, context=call.context)

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Schedule a callback for its life, at a time."""
        context = copy_context() if context is None else context
        life = context.get(LIFE)
        if life is None:
            return super().call_at(when, callback, *args, context=context)
        call = _Call(self, context, callback, args)
        call.handle = handle = super().call_at(when, life.step, call, context=context)
        return handle

    def call_soon_threadsafe(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """Schedule it: there is one thread."""
        return self.call_soon(callback, *args, context=context)

    def _asyncgen_finalizer_hook(self, agen: Any) -> None:
        """Do nothing: a generator that nobody keeps is of the dead, and Python finds it at any time."""

    def run_in_executor(self, executor: Any, func: Callable[[*Ts], T], *args: *Ts) -> "asyncio.Future[T]":
        """Refuse: a thread has a time of its own."""
        raise RuntimeError(f"a thread was wanted for {func}")


def _task_of_a_life(loop: asyncio.AbstractEventLoop, work: Any, context: Context | None = None) -> "asyncio.Task[Any]":
    task = asyncio.Task(work, loop=loop, context=context)
    life = (context or copy_context()).get(LIFE)
    if life is not None:
        life.tasks.add(task)
        task.add_done_callback(life.tasks.discard)
    return task


_MOST_WAITS = 20
"""So often a `finally` block of the dead may want to wait for something."""


def bury(lives: Iterable[Life], *others: "asyncio.Task[Any]") -> None:
    """Close the tasks that never go on, without a word: nobody is to hear of a killed process.

    Their `finally` blocks run now, but as code of the dead: see `must_live`.
    """
    for task in others:
        _close(task, Context())
    for life in lives:
        context = Context()
        context.run(LIFE.set, life)
        while life.tasks:
            _close(life.tasks.pop(), context)


def _close(task: "asyncio.Task[Any]", context: Context) -> None:
    task._log_destroy_pending = False  # type: ignore[attr-defined]  # nothing public says it
    coroutine = task.get_coro()
    for _ in range(_MOST_WAITS):
        try:
            if coroutine is not None:
                context.run(coroutine.close)
            return
        except RuntimeError:  # it wanted to wait
            continue
        except BaseException:
            return
