"""The contract of `LiveEvents`: hints to every subscriber, from any thread, merged while they wait, until the end."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from sikpro.application.ports.runtime import LiveEvents, News
from sikpro.application.ports.storage import Hint, Kind


def order(*ids: int) -> Hint:
    return Hint(Kind.ORDER, ids)


async def following(hints: AsyncIterator[Hint]) -> Hint:
    async with asyncio.timeout(5):
        return await anext(hints)


async def rest(hints: AsyncIterator[Hint]) -> list[Hint]:
    async with asyncio.timeout(5):
        return [hint async for hint in hints]


async def first_news(live: LiveEvents, after: str) -> News:
    with live.follow(after) as news:
        async with asyncio.timeout(5):
            return await anext(news)


class LiveEventsContract:
    """What live events promise; they need the fixture `live`."""

    @pytest.mark.asyncio
    async def test_each_subscriber_gets_what_is_published_from_now_on(self, live: LiveEvents) -> None:
        live.publish([order(1)])
        with live.subscribe() as first:
            live.publish([order(2)])
            assert await following(first) == order(2)
            with live.subscribe() as second:
                live.publish([order(3)])
                assert await following(first) == await following(second) == order(3)

    @pytest.mark.asyncio
    async def test_hints_come_from_any_thread_and_those_of_a_kind_are_merged(self, live: LiveEvents) -> None:
        with live.subscribe() as hints:
            for number in (1, 2, 2, 3):
                thread = threading.Thread(target=live.publish, args=([order(number)],))
                thread.start()
                thread.join()
            assert await following(hints) == order(1, 2, 3)

    @pytest.mark.asyncio
    async def test_kinds_are_kept_apart_and_a_hint_without_ids_is_one(self, live: LiveEvents) -> None:
        with live.subscribe() as hints:
            live.publish([order(1), Hint(Kind.BOT), order(2)])
            live.publish([Hint(Kind.BOT)])
            assert {await following(hints), await following(hints)} == {order(1, 2), Hint(Kind.BOT)}
            live.publish([])
            live.publish([order(3)])
            assert await following(hints) == order(3)

    @pytest.mark.asyncio
    async def test_a_slow_subscriber_keeps_nobody_waiting(self, live: LiveEvents) -> None:
        with live.subscribe() as slow, live.subscribe() as quick:
            for number in range(1000):
                live.publish([order(number)])
            assert await following(quick) == order(*range(1000))
            assert await following(slow) == order(*range(1000))

    @pytest.mark.asyncio
    async def test_a_subscription_ends_when_its_block_is_left_and_the_others_go_on(self, live: LiveEvents) -> None:
        with live.subscribe() as staying:
            with live.subscribe() as leaving:
                waiting = asyncio.create_task(rest(leaving))
                await asyncio.sleep(0)
            assert await waiting == []
            live.publish([order(1)])
            assert await following(staying) == order(1)

    @pytest.mark.asyncio
    async def test_closing_ends_every_subscription_those_to_come_too(self, live: LiveEvents) -> None:
        with live.subscribe() as first, live.subscribe() as second:
            await asyncio.to_thread(live.close)
            assert (await rest(first), await rest(second)) == ([], [])
        with live.subscribe() as late:
            assert await rest(late) == []
        live.close()

    def test_a_subscriber_whose_loop_is_gone_does_not_stop_what_is_published(self, live: LiveEvents) -> None:
        loop, subscription = asyncio.new_event_loop(), live.subscribe()

        async def subscribe() -> None:
            subscription.__enter__()

        loop.run_until_complete(subscribe())
        loop.close()
        heard: list[Hint] = []

        async def listen() -> None:
            with live.subscribe() as hints:
                live.publish([order(1)])
                heard.append(await following(hints))

        asyncio.run(listen())
        assert heard == [order(1)]

    @pytest.mark.asyncio
    async def test_who_comes_back_gets_what_was_missed_once_and_in_one(self, live: LiveEvents) -> None:
        live.publish([order(1)])
        place = (await first_news(live, "")).position
        assert await first_news(live, place) == News(place, (), missed=False)
        live.publish([order(2), Hint(Kind.BOT)])
        live.publish([order(3)])
        missed = await first_news(live, place)
        assert (missed.hints, missed.missed) == ((order(2, 3), Hint(Kind.BOT)), False)
        assert (await first_news(live, missed.position)).hints == ()
        with live.follow(place) as news:
            assert await anext(news) == missed
            live.publish([order(4)])
            assert (await anext(news)).hints == (order(4),)

    @pytest.mark.parametrize("unknown", ["", "x", "-", "x-1", "1", "-1", "x-" + "9" * 99])
    @pytest.mark.asyncio
    async def test_a_position_that_is_not_known_means_that_everything_may_have_changed(
        self, live: LiveEvents, unknown: str
    ) -> None:
        live.publish([order(1)])
        news = await first_news(live, unknown)
        assert (news.hints, news.missed) == ((), True)
        beyond = news.position.partition("-")[0] + "-99"
        assert (await first_news(live, beyond)).missed

    @pytest.mark.asyncio
    async def test_a_hint_about_all_of_a_kind_is_not_narrowed_by_one_about_some(self, live: LiveEvents) -> None:
        with live.subscribe() as hints:
            live.publish([order(1)])
            live.publish([order()])
            live.publish([order(2)])
            assert await following(hints) == order()
