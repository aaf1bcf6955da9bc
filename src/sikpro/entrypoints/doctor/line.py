"""What the doctor asks of Telegram: whether the token is good, whether another program gets the updates, the time."""

import asyncio
from collections.abc import Iterator
from datetime import datetime

from sikpro.adapters.telegram.client import BotApi
from sikpro.adapters.telegram.examination import Examined, examine
from sikpro.application.ports.network import SourceError, Trouble
from sikpro.application.ports.runtime import Clock
from sikpro.entrypoints.bot import is_set_up
from sikpro.entrypoints.doctor.finding import Finding
from sikpro.entrypoints.settings import Settings

APART = 30.0
"""Seconds by which two clocks may differ: codes of the second step and orders' times come from this one."""

LONGEST = 30.0
"""Seconds that Telegram may take for everything that is asked."""


def look_at_line(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Yield what was found, over the Bot API also where the bot uses MTProto: the token is the same."""
    if not is_set_up(settings):
        yield Finding.caution("bot", "no_token")
        return
    if settings.source:
        yield Finding.unknown("bot", "plugin", name=settings.source)
        return
    if settings.by_mtproto and settings.telegram_mtproto_server:
        yield Finding.unknown("bot", "own_data_centre")
        return
    before = clock.now()
    try:
        bot = asyncio.run(_examined(settings))
    except SourceError as error:
        yield _trouble(error, settings)
        return
    yield Finding.ill("bot", "webhook", bot.webhook) if bot.webhook else Finding.ok("bot", name=bot.username)
    yield Finding.ok("groups", "all" if bot.reads_groups else "commands")
    yield _clock(before, clock.now(), bot.server_time)


async def _examined(settings: Settings) -> Examined:
    proxy = settings.telegram_proxy or None
    api = BotApi(settings.telegram_token, base_url=settings.telegram_api, proxy=proxy, request_timeout=10)
    try:
        async with asyncio.timeout(LONGEST):  # also of an answer that comes in drops
            return await examine(api)
    except TimeoutError:
        raise SourceError(Trouble.UNREACHABLE, f"no whole answer in {LONGEST:g} seconds") from None
    finally:
        await api.aclose()


def _trouble(error: SourceError, settings: Settings) -> Finding:
    if error.trouble is Trouble.UNREACHABLE:
        return Finding.ill("bot", "unreachable_by_proxy" if settings.telegram_proxy else "unreachable", error.detail)
    if error.trouble is Trouble.UNAUTHORISED:
        return Finding.ill("bot", "unauthorised", error.detail)
    if error.trouble is Trouble.SLOW_DOWN:
        return Finding.caution("bot", "slow_down", error.detail)
    return Finding.ill("bot", "no_answer", error.detail)


def _clock(before: datetime, after: datetime, there: datetime | None) -> Finding:
    if there is None:
        return Finding.unknown("clock", "unknown")
    # The other clock has whole seconds: it may be a second further.
    ahead = max((before - there).total_seconds() - 1, 0)
    behind = max((there - after).total_seconds(), 0)
    if max(ahead, behind) > APART:
        return Finding.ill("clock", "ahead" if ahead else "behind", seconds=round(ahead or behind))
    return Finding.ok("clock")
