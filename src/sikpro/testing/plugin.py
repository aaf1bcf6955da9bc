"""The pytest plugin: an open SIKPRO in memory, a clock that the test sets, and a messenger that keeps what is sent.

It loads nothing of SIKPRO before a test asks for one of its fixtures.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sikpro.application.ports.chat import Outgoing
    from sikpro.entrypoints.library import Sikpro
    from sikpro.testing.clock import StoryClock
    from sikpro.testing.messenger import FakeMessenger


@pytest.fixture
def sikpro_clock() -> "StoryClock":
    """A clock that stands at noon (UTC) of Monday 2 November 2026 until the test moves it: `later(minutes=5)`."""
    from sikpro.testing.builders import NOON
    from sikpro.testing.clock import StoryClock

    return StoryClock(NOON)


@pytest.fixture
def sikpro_app(sikpro_clock: "StoryClock") -> "Iterator[Sikpro]":
    """An open SIKPRO in memory, with the first catalogue and the time of `sikpro_clock`."""
    from sikpro.entrypoints.library import connect

    with connect("memory:", clock=sikpro_clock) as app:
        yield app


@pytest.fixture
def sikpro_messenger() -> "FakeMessenger":
    """A messenger that keeps what it is given to send, and fails as the test says."""
    from sikpro.testing.messenger import FakeMessenger

    return FakeMessenger()


@pytest.fixture
def sikpro_deliver(
    sikpro_app: "Sikpro", sikpro_messenger: "FakeMessenger", sikpro_clock: "StoryClock"
) -> "Callable[[], list[Outgoing]]":
    """A function that sends what is due by the clock through `sikpro_messenger`, and returns what arrived."""
    from sikpro.testing.delivery import deliver

    return lambda: deliver(sikpro_app.transactions, sikpro_messenger, sikpro_clock)
