"""The call that makes all pages fetch everything is made at once, and not each second for hours."""

from itertools import pairwise

from attrs import define, field

from sikpro.adapters.sql.spaced import Spaced


@define
class Passing:
    """A clock that is never set, and when the calls were made."""

    now: float = 100.0
    calls: list[float] = field(factory=list)
    spaced: Spaced = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.spaced = Spaced(lambda: self.calls.append(self.now), lambda: self.now)

    def pass_seconds(self, seconds: int, *, asked: bool) -> None:
        """Step each second."""
        for _ in range(seconds):
            if asked:
                self.spaced.ask()
            self.spaced.step()
            self.now += 1


def test_the_first_call_is_at_once_and_what_is_asked_for_without_end_is_called_more_and_more_rarely() -> None:
    passing = Passing()
    passing.pass_seconds(120, asked=True)
    assert passing.calls[:5] == [100, 101, 103, 107, 115]
    assert [after - before for before, after in pairwise(passing.calls[4:])] == [16] * 6


def test_what_was_asked_for_too_early_is_called_later_and_once() -> None:
    passing = Passing()
    passing.pass_seconds(3, asked=True)
    passing.pass_seconds(60, asked=False)
    assert passing.calls == [100, 101, 103]


def test_after_a_quiet_time_a_call_is_at_once_again() -> None:
    passing = Passing()
    passing.pass_seconds(60, asked=True)
    passing.pass_seconds(60, asked=False)
    passing.calls.clear()
    passing.pass_seconds(3, asked=True)
    assert passing.calls == [220, 221]
