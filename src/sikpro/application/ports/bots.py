"""The saved state of each bot account: its lease, cursors, session and reachable chats."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol


class LeaseLost(Exception):
    """Another process now serves this bot account."""


class BotAccounts(Protocol):
    """Each bot account's cursors, and the lease under which one process polls and sends for it.

    `transport` is the name of one: a member of `chat.Transport`, or a plugin's. Each transport has its own cursor.
    """

    def lease(self, account: str, owner: str, now: datetime, span: timedelta, *, take_over: bool) -> bool:
        """Take or renew the lease until `now + span`. Return False if another has it and `take_over` is not set.

        A lease that ends more than `CLOCK_STEP` after `now + span` is over: the clock has been set back since.
        """

    def release(self, account: str, owner: str) -> None:
        """Release the lease if `owner` has it."""

    def served_by(self, account: str, transport: str) -> str:
        """Store the transport that serves the account now, and return the earlier one ("" for none)."""

    def cursor(self, account: str, transport: str) -> str:
        """Return the place to continue from; "" at the first time."""

    def move_cursor(self, account: str, transport: str, cursor: str, owner: str) -> None:
        """Store the cursor. Raises `LeaseLost` when another owner has the lease."""

    def session(self, account: str) -> str:
        """Return the transport's login session, a secret; "" when it has to log in."""

    def keep_session(self, account: str, session: str) -> None: ...

    def note_addresses(self, account: str, addresses: Mapping[int, str]) -> None:
        """Store what the transport needs to write to a chat, besides the chat's id."""

    def address(self, account: str, chat_id: int) -> str | None:
        """Return what was stored for a chat."""

    def menus(self, account: str) -> Mapping[str, str]:
        """Return the fingerprints of the command menus last set, by scope."""

    def set_menu(self, account: str, scope: str, fingerprint: str) -> None:
        """Store the fingerprint of a menu that was set; "" when it was removed."""
