"""How the bot is, as the process that serves it tells all others: one record in the store."""

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from attrs import define, field, frozen

from sikpro.application.ports.health import HealthRecord
from sikpro.application.ports.network import BotState

RECORD = "bot"
"""The name of the record."""

FRESH = 35.0
"""Seconds for which a record proves that a process serves the bot; it is written every ten seconds."""

ABSENT = "absent"
"""The trouble of a bot that no process serves."""

NOT_SERVED_HERE = frozenset({"starting", "other_process"})
"""The troubles of a process that does not serve the bot: what it knows of it is nothing to tell."""


@frozen
class Report:
    """What the serving process told: the bot's state, and that of the relay beside it."""

    bot: BotState
    relay: str


def written(report: Report, now: datetime, count: float, owner: str, number: int) -> HealthRecord:
    """Return the record of a state; `owner` and `number` make each record another one than the last.

    `count` are monotonic seconds, as in `BotState.changed`.
    """
    bot = report.bot
    content = {
        "by": f"{owner}.{number}",
        "connected": bot.connected,
        "lasts": round(count - bot.changed, 1),
        "detail": bot.detail,
        "username": bot.username,
        "transport": bot.transport,
        "relay": report.relay,
    }
    return HealthRecord(name=RECORD, at=now, state=bot.trouble, detail=json.dumps(content))


@define(kw_only=True)
class BotElsewhere:
    """The bot as another process tells of it.

    The clocks of two machines need not agree: a record is fresh as long as new ones come, by the time of this process.
    """

    count: Callable[[], float] = time.monotonic
    last: HealthRecord | None = field(default=None, init=False)
    _taken: float = field(default=0.0, init=False)
    _fresh: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._taken = self.count()

    def take(self, record: HealthRecord | None, now: datetime) -> bool:
        """Take the record that was read, and return whether pages have something else to show."""
        before = self._shown()
        if record != self.last:
            # The first one may be of a process that ended long ago.
            self._fresh = self.last is not None or (record is not None and abs(now - record.at).total_seconds() < FRESH)
            self.last = record
            if self._fresh:
                self._taken = self.count()
        self._fresh = self._fresh and self.last is not None and self.count() - self._taken < FRESH
        return self._shown() != before

    def report(self, now: datetime) -> Report | None:
        """Return what was told, None if nobody told anything lately."""
        if self.last is None or not self._fresh or self.count() - self._taken >= FRESH:
            return None
        content = json.loads(self.last.detail)
        lasts = content["lasts"] + self.count() - self._taken
        bot = BotState(
            connected=content["connected"],
            since=now - timedelta(seconds=lasts),
            trouble=self.last.state,
            detail=content["detail"],
            username=content["username"],
            transport=content["transport"],
            changed=self.count() - lasts,
        )
        return Report(bot, content["relay"])

    def absent(self, now: datetime) -> BotState:
        """Return the state of a bot that no process serves, since the last record or the start of this process."""
        since = now - timedelta(seconds=self.count() - self._taken)
        return BotState(connected=False, since=since, trouble=ABSENT, changed=self._taken)

    def _shown(self) -> tuple[bool, str, str]:
        if self.last is None or not self._fresh:
            return False, "", ""
        content = json.loads(self.last.detail)
        return bool(content["connected"]), self.last.state, content["relay"]
