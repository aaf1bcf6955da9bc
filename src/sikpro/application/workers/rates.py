"""Telegram's limits on how fast a bot may send."""

from collections import deque

from attrs import define, field, frozen


@frozen(kw_only=True)
class Rates:
    """Messages a second in all and to one chat, and a minute to one group (Telegram's Bot FAQ: 30, 1, 20).

    A chat may get `burst` messages at once before its limit counts.
    """

    overall: float = 30.0
    chat: float = 1.0
    group_a_minute: float = 20.0
    burst: int = 3


@define
class Pace:
    """Decides when the next message may be sent, by a monotonic clock in seconds."""

    rates: Rates
    _recent: deque[float] = field(factory=deque[float], init=False)
    _credit: dict[int, float] = field(factory=dict[int, float], init=False)

    def reserve(self, chat_id: int, now: float) -> float:
        """Reserve the next time slot for a chat and return the seconds until then."""
        at = max(now, self._overall_free(now), self._chat_free(chat_id, now))
        self._recent.append(at)
        return at - now

    def _overall_free(self, now: float) -> float:
        while self._recent and self._recent[0] <= now - 1:
            self._recent.popleft()
        most = max(int(self.rates.overall), 1)
        return self._recent[-most] + 1 if len(self._recent) >= most else now

    def _chat_free(self, chat_id: int, now: float) -> float:
        """A leaky bucket: `_credit` is the time at which the chat's reserved messages are used up."""
        gap = 60 / self.rates.group_a_minute if chat_id < 0 else 1 / self.rates.chat
        if len(self._credit) > 10_000:
            self._credit = {chat: paid for chat, paid in self._credit.items() if paid > now}
        paid = max(self._credit.get(chat_id, now), now)
        self._credit[chat_id] = paid + gap
        return max(now, paid - gap * (self.rates.burst - 1))
