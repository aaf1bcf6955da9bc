"""The contract of `Clock`: the present time, in UTC."""

from collections.abc import Callable
from datetime import UTC, datetime

from sikpro.application.ports.runtime import Clock

Present = Callable[[], datetime]


class ClockContract:
    """What a clock promises; it needs the fixture `clock`."""

    def test_it_shows_the_present(self, clock: tuple[Clock, Present]) -> None:
        shown, present = clock
        before = present()
        assert before <= shown.now() <= present()

    def test_it_shows_utc_and_says_so(self, clock: tuple[Clock, Present]) -> None:
        assert clock[0].now().tzinfo is UTC

    def test_a_later_look_shows_no_earlier_time_while_nobody_sets_it(self, clock: tuple[Clock, Present]) -> None:
        looks = [clock[0].now() for _ in range(100)]
        assert looks == sorted(looks)
