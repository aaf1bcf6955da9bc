"""What the present work is done for: an update, a request or a job. It goes into log lines and onto messages."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from structlog.contextvars import bound_contextvars

_cause: ContextVar[str] = ContextVar("cause", default="")


@contextmanager
def caused_by(kind: str, name: object) -> Iterator[None]:
    """Let all that is done inside be for this: log lines get it as a field, and queued messages keep it.

    >>> with caused_by("update", 12):
    ...     cause()
    'update=12'
    """
    known = _cause.set(f"{kind}={name}")
    try:
        with bound_contextvars(**{kind: str(name)}):
            yield
    finally:
        _cause.reset(known)


def cause() -> str:
    """Return what the present work is done for, as `kind=name`; "" for work that nobody named."""
    return _cause.get()


def named(cause: str) -> dict[str, str]:
    """Return a kept cause as fields of a log line.

    >>> named("update=12")
    {'update': '12'}
    >>> named("")
    {}
    """
    kind, _, name = cause.partition("=")
    return {kind: name} if kind else {}
