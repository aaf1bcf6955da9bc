"""How long to wait after failures."""

from hypothesis import given
from hypothesis import strategies as st

from sikpro.application.workers.backoff import Backoff


@given(failures=st.integers(0, 10_000), chance=st.floats(0, 1))
def test_a_wait_is_never_negative_and_never_above_the_cap(failures: int, chance: float) -> None:
    assert 0 <= Backoff(first=0.5, cap=30, chance=lambda: chance).seconds(failures) <= 30


def test_what_the_network_asks_for_is_never_undercut() -> None:
    assert Backoff(cap=30, chance=lambda: 0.0).seconds(3, at_least=90) == 90


def test_without_luck_the_wait_doubles_up_to_the_cap() -> None:
    backoff = Backoff(first=1, cap=5, chance=lambda: 1.0)
    assert [backoff.seconds(failures) for failures in range(4)] == [1, 2, 4, 5]
