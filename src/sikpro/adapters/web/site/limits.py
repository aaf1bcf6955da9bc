"""How often a token may ask: a number of requests in each minute of the clock, in each process."""

from datetime import datetime

from attrs import define, field, frozen

PER_MINUTE = 300
"""The requests of one token in a minute."""

WRONG_PER_MINUTE = 30
"""The requests of one network address in a minute that bring no token that opens."""

_MINUTE = 60


@frozen
class Left:
    """What is left of a limit: requests, and the seconds until it is whole again."""

    limit: int
    remaining: int
    reset: int

    @property
    def headers(self) -> dict[str, str]:
        """Return the header fields of draft-ietf-httpapi-ratelimit-headers."""
        return {
            "ratelimit-policy": f'"minute";q={self.limit};w={_MINUTE}',
            "ratelimit": f'"minute";r={max(self.remaining, 0)};t={self.reset}',
        }


@define
class Limits:
    """Counts requests by a key; what was counted in an earlier minute is forgotten."""

    _minute: int = 0
    _counts: dict[str, int] = field(factory=dict[str, int])

    def count(self, key: str, limit: int, now: datetime) -> Left:
        """Count a request; `remaining` is below zero for one too many."""
        self._turn(now)
        self._counts[key] = self._counts.get(key, 0) + 1
        return self._left(key, limit, now)

    def left(self, key: str, limit: int, now: datetime) -> Left:
        """Return what is left without counting."""
        self._turn(now)
        return self._left(key, limit, now)

    def _left(self, key: str, limit: int, now: datetime) -> Left:
        return Left(limit, limit - self._counts.get(key, 0), _MINUTE - int(now.timestamp()) % _MINUTE)

    def _turn(self, now: datetime) -> None:
        minute = int(now.timestamp()) // _MINUTE
        if minute != self._minute:
            self._minute, self._counts = minute, {}
