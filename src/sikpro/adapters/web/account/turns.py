"""One login after the other for each account and place, so that logins under way are no failures."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from attrs import define, field


@define
class _Turn:
    lock: asyncio.Lock = field(factory=asyncio.Lock)
    people: int = 0


@define
class LoginTurns:
    """Whoever guesses in parallel waits in line, and each failure is counted before the next guess is checked."""

    _turns: dict[tuple[str, str], _Turn] = field(factory=dict[tuple[str, str], _Turn])

    @asynccontextmanager
    async def of(self, account: str, place: str) -> AsyncIterator[None]:
        """Wait until no other login of this account from this place is under way."""
        turn = self._turns.setdefault((account, place), _Turn())
        turn.people += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.people -= 1
            if not turn.people:
                del self._turns[account, place]
