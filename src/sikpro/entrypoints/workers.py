"""Several servers on one port: a parent that serves nothing itself starts them, and starts them again when they end."""

import os
import select
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import structlog
from attrs import define, field

_log = structlog.get_logger(__name__)

WRONG = 2
"""Exit code of a worker that found a wrong setting: at its first start, to start it again does not mend that."""

GRACE = 25.0
"""Seconds that workers have for a clean end; then they are killed."""

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds until a worker begins again, by how often it ended soon after its start."""

LIVED = 60.0
"""A worker that ran for so many seconds did not end soon."""

_STOPS = (signal.SIGTERM, signal.SIGINT)
_HEARD = (*_STOPS, signal.SIGCHLD)


@define
class _Worker:
    number: int
    pid: int = 0
    started: float = 0.0
    due: float = 0.0
    short_lives: int = 0
    again: bool = False


@define
class Workers:
    """Runs `work` in so many processes of its own; it gets the number of its worker, from 1, and returns an exit code.

    The caller must be single-threaded, and hold no connection that a worker could use too. Workers end by SIGTERM, also
    when their parent was killed.
    """

    count: int
    work: Callable[[int], int]
    _workers: list[_Worker] = field(init=False)
    _stopping: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._workers = [_Worker(number) for number in range(1, self.count + 1)]

    def run(self) -> int:
        """Run them until SIGTERM or SIGINT, and return 0; `WRONG` if one finds a wrong setting when it first begins."""
        lives, parent_lives = os.pipe()
        with self._signals() as heard:
            code = 0
            while not (self._stopping or code):
                for worker in self._workers:
                    if not worker.pid and worker.due <= time.monotonic():
                        self._start(worker, lives, parent_lives, heard)
                _wait(heard, self._until_next())
                code = self._bury()
            self._end(heard)
        return code

    @contextmanager
    def _signals(self) -> Iterator[tuple[int, int]]:
        """Let each signal wake the parent; yield the two ends of what wakes it."""
        heard = os.pipe()
        for end in heard:
            os.set_blocking(end, False)
        before = {number: signal.signal(number, self._hear) for number in _HEARD}
        woke = signal.set_wakeup_fd(heard[1], warn_on_full_buffer=False)
        try:
            yield heard
        finally:
            signal.set_wakeup_fd(woke)
            for number, handler in before.items():
                signal.signal(number, handler)
            for end in heard:
                os.close(end)

    def _hear(self, number: int, _frame: object) -> None:
        self._stopping = self._stopping or number in _STOPS

    def _start(self, worker: _Worker, lives: int, parent_lives: int, heard: tuple[int, int]) -> None:
        # A signal that comes between would be heard by the parent's handlers in the worker.
        signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
        try:
            worker.started = time.monotonic()
            try:
                worker.pid = os.fork()
            except OSError as error:  # no room for a process now: of the machine, or of the unit (TasksMax)
                self._begin_again(worker, error.strerror)
                return
            if worker.pid == 0:
                self._be(worker.number, lives, (parent_lives, *heard))
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)

    def _be(self, number: int, lives: int, of_the_parent: tuple[int, ...]) -> None:
        """Be a worker until its end; this never returns."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for heard in _HEARD:
                signal.signal(heard, signal.default_int_handler if heard == signal.SIGINT else signal.SIG_DFL)
            for end in of_the_parent:
                os.close(end)
            threading.Thread(target=_end_with_the_parent, args=(lives,), name="sikpro-parent", daemon=True).start()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)
            code = self.work(number)
        except BaseException:  # whatever it was: this process must not go on as a second parent
            _log.exception("a worker failed")
        finally:
            os._exit(code)

    def _bury(self) -> int:
        """Note which workers ended, and when they begin again; return `WRONG` if one found a wrong setting at first.

        Later the settings are the same: what is wrong then, like a port that another program took, may pass.
        """
        for worker in self._workers:
            code = _ended(worker)
            if code is None:
                continue
            if code == WRONG and not worker.again:
                return WRONG
            self._begin_again(worker, code)
        return 0

    def _begin_again(self, worker: _Worker, code: object) -> None:
        now = time.monotonic()
        worker.short_lives = 0 if now - worker.started >= LIVED else worker.short_lives + 1
        pause = PAUSES[min(max(worker.short_lives - 1, 0), len(PAUSES) - 1)]
        worker.due, worker.again = now + pause, True
        if not self._stopping:
            _log.error("a worker ended, and begins again", worker=worker.number, code=code, pause=pause)

    def _until_next(self) -> float | None:
        due = [worker.due - time.monotonic() for worker in self._workers if not worker.pid]
        return max(min(due), 0.0) if due else None

    def _end(self, heard: tuple[int, int]) -> None:
        """Ask all to end, and kill who does not."""
        give_up = time.monotonic() + GRACE
        self._send(signal.SIGTERM)
        while any(worker.pid for worker in self._workers):
            left = give_up - time.monotonic()
            if left <= 0:
                _log.error("workers did not end in time, and are killed", workers=[w.number for w in self._running()])
                self._send(signal.SIGKILL)
            _wait(heard, max(left, 0.1))
            for worker in self._running():
                _ended(worker)

    def _running(self) -> list[_Worker]:
        return [worker for worker in self._workers if worker.pid]

    def _send(self, number: signal.Signals) -> None:
        for worker in self._running():
            with suppress(ProcessLookupError):
                os.kill(worker.pid, number)


def _wait(heard: tuple[int, int], seconds: float | None) -> None:
    """Wait until a signal came, so many seconds at most."""
    if select.select([heard[0]], [], [], seconds)[0]:
        with suppress(BlockingIOError):
            while os.read(heard[0], 4096):
                pass


def _ended(worker: _Worker) -> int | None:
    """Return the exit code of a worker that ended, less than 0 for a signal; None while it runs."""
    if not worker.pid:
        return None
    pid, status = os.waitpid(worker.pid, os.WNOHANG)
    if pid == 0:
        return None
    worker.pid = 0
    return os.waitstatus_to_exitcode(status)


def _end_with_the_parent(lives: int) -> None:
    """Wait until the parent, who alone has the other end, is gone, and end this process as SIGTERM does."""
    os.read(lives, 1)
    _log.error("the process that started this worker is gone")
    os.kill(os.getpid(), signal.SIGTERM)
