"""The contract of `LiveEvents`: hints to every subscriber, from any thread, merged while they wait, until the end."""

import pytest

from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.application.ports.runtime import LiveEvents, News
from sikpro.application.ports.storage import Hint, Kind
from sikpro.testing.contracts.live_events import LiveEventsContract, first_news, order
from sikpro.testing.fakes import HeardEvents


@pytest.fixture(params=[LocalLiveEvents, HeardEvents], ids=["local", "heard"])
def live(request: pytest.FixtureRequest) -> LiveEvents:
    """The hints within a process, and those that a test can look at."""
    made: LiveEvents = request.param()
    return made


async def test_what_is_too_old_is_said_to_be_missed_and_the_record_stays_small() -> None:
    live = LocalLiveEvents(kept=10)
    places = [(await first_news(live, "")).position]
    for number in range(20):
        live.publish([order(number)])
        places.append((await first_news(live, "")).position)
    assert [(await first_news(live, place)).missed for place in places] == [True] * 10 + [False] * 11
    live.publish([order(*range(11))])
    assert (await first_news(live, places[-1])).missed, "one change of too many orders"
    with live.subscribe() as hints:
        live.publish([order(*range(11))])
        assert {await anext(hints) for _ in Kind} == {Hint(kind) for kind in Kind}, "loops look at everything"


async def test_hints_of_another_process_that_were_lost_make_everybody_look_at_everything() -> None:
    live = LocalLiveEvents()
    with live.follow() as news, live.subscribe() as hints:
        first = await anext(news)
        live.publish([order(1)])
        live.miss()
        missed = await anext(news)
        assert missed.missed
        assert {await anext(hints) for _ in Kind} == {Hint(kind) for kind in Kind}
        live.publish([order(2)])
        assert await anext(news) == News((await first_news(live, "")).position, (order(2),), missed=False)
    assert (await first_news(live, first.position)).missed, "who comes back from before too"
    assert not (await first_news(live, missed.position)).missed


async def test_the_pages_that_follow_are_counted_and_the_loops_of_the_program_are_not() -> None:
    live = LocalLiveEvents()
    with live.subscribe(), live.follow(), live.follow():
        assert live.streams == 2
    assert live.streams == 0


class TestLiveEvents(LiveEventsContract):
    pass
