"""The turns of an order and their durations."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Self

from attrs import evolve, field, frozen

from sikpro.domain.phase import Turn


@frozen
class TurnClock:
    """How long an order waited for each, whose turn it is now, and since when.

    `spent` has only the turns that are over; `durations` adds the running one.
    """

    turn: Turn
    since: datetime
    spent: Mapping[Turn, timedelta] = field(factory=dict[Turn, timedelta])

    def switch(self, turn: Turn, at: datetime) -> Self:
        """Pass the turn to somebody at a time that is not before `since`."""
        if turn is self.turn:
            return self
        spent = {**self.spent, self.turn: self.spent.get(self.turn, timedelta()) + (at - self.since)}
        return evolve(self, turn=turn, since=at, spent=spent)

    def durations(self, now: datetime) -> dict[Turn, timedelta]:
        """Return the duration of each one's turns until `now`; together they are the order's age.

        >>> from datetime import UTC
        >>> start = datetime(2026, 11, 2, 9, tzinfo=UTC)
        >>> clock = TurnClock(Turn.HELPDESK, start).switch(Turn.TECHNICIAN, start + timedelta(minutes=20))
        >>> {turn.value: str(spent) for turn, spent in clock.durations(start + timedelta(hours=1)).items()}
        {'helpdesk': '0:20:00', 'technician': '0:40:00'}
        """
        running = self.spent.get(self.turn, timedelta()) + max(now - self.since, timedelta())
        return {**self.spent, self.turn: running}
