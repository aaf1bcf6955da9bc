"""A savepoint that is left by an exception, which goes no further."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sikpro.application.ports.storage import UnitOfWork


class _Left(Exception):
    pass


@contextmanager
def undone(unit: UnitOfWork) -> Iterator[None]:
    """Do what is inside, then undo it."""
    with suppress(_Left), unit.savepoint():
        yield
        raise _Left
