"""What is kept of each bot account: its lease, its cursors, its session, and whom it can write to."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol


class LeaseLost(Exception):
    """Another process serves this bot account now."""


class BotAccounts(Protocol):
    """Each bot account's cursors, and the lease under which one process polls and sends for it.

    `transport` is a member of `chat.Transport`: each has a cursor of its own.
    """

    def lease(self, account: str, owner: str, now: datetime, span: timedelta, *, take_over: bool) -> bool:
        """Take or renew the lease until `now + span`; False while another has it and `take_over` is not set.

        One that ends more than `CLOCK_STEP` after `now + span` is over: the clock has been set back since.
        """

    def release(self, account: str, owner: str) -> None:
        """Give the lease back, if it is ours."""

    def served_by(self, account: str, transport: str) -> str:
        """Remember which transport serves the account now, and return which did before ("" for none)."""

    def cursor(self, account: str, transport: str) -> str:
        """Where to go on; "" for the first time."""

    def move_cursor(self, account: str, transport: str, cursor: str, owner: str) -> None:
        """Raises `LeaseLost` when the lease is another's."""

    def session(self, account: str) -> str:
        """What the transport needs to go on as the one logged in; a secret. "" when it has to log in."""

    def keep_session(self, account: str, session: str) -> None: ...

    def note_addresses(self, account: str, addresses: Mapping[int, str]) -> None:
        """Keep what the transport needs beyond a chat's id to write to it."""

    def address(self, account: str, chat_id: int) -> str | None:
        """What was kept for a chat."""

    def menus(self, account: str) -> Mapping[str, str]:
        """The fingerprints of the command menus last set, by their scope."""

    def set_menu(self, account: str, scope: str, fingerprint: str) -> None:
        """Remember a menu that was set; "" when it was taken away."""
