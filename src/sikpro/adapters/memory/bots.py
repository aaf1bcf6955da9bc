"""Bot accounts in memory."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from attrs import evolve

from sikpro.adapters.memory.store import BotAccount, State, lease_is_over
from sikpro.application.ports.bots import LeaseLost


class MemoryBotAccounts:
    """Stores the cursors, lease, session, addresses and menus of each bot account."""

    def __init__(self, state: State) -> None:
        self._state = state

    def lease(self, account: str, owner: str, now: datetime, span: timedelta, *, take_over: bool) -> bool:
        """Take or renew the lease until `now + span`; return False if another process has it, without `take_over`."""
        bot = self._bot(account)
        free = lease_is_over(bot.leased_until, now, span)
        if bot.owner != owner and not free and not take_over:
            return False
        self._state.bots.put(account, evolve(bot, owner=owner, leased_until=now + span))
        return True

    def release(self, account: str, owner: str) -> None:
        """Release the lease, if the owner has it."""
        bot = self._bot(account)
        if bot.owner == owner:
            self._state.bots.put(account, evolve(bot, owner="", leased_until=None))

    def served_by(self, account: str, transport: str) -> str:
        """Record the transport that serves the account now, and return the one before."""
        bot = self._bot(account)
        self._state.bots.put(account, evolve(bot, transport=transport))
        return bot.transport

    def cursor(self, account: str, transport: str) -> str:
        """Return the committed cursor, "" for the first time."""
        return self._bot(account).cursors.get(transport, "")

    def move_cursor(self, account: str, transport: str, cursor: str, owner: str) -> None:
        """Save a new cursor. Raises `LeaseLost` unless the owner has the lease."""
        bot = self._bot(account)
        if bot.owner != owner:
            raise LeaseLost(account)
        self._state.bots.put(account, evolve(bot, cursors={**bot.cursors, transport: cursor}))

    def session(self, account: str) -> str:
        """Return the saved session of the transport's login."""
        return self._bot(account).session

    def keep_session(self, account: str, session: str) -> None:
        """Save the session of the transport's login."""
        self._state.bots.put(account, evolve(self._bot(account), session=session))

    def note_addresses(self, account: str, addresses: Mapping[int, str]) -> None:
        """Save the data that the transport needs, besides a chat's id, to write to the chat."""
        for chat_id, address in addresses.items():
            self._state.addresses.put((account, chat_id), address)

    def address(self, account: str, chat_id: int) -> str | None:
        """Return the saved address of a chat, or None."""
        return self._state.addresses.get((account, chat_id))

    def menus(self, account: str) -> Mapping[str, str]:
        """Return the fingerprints of the command menus set last, by scope."""
        return dict(self._bot(account).menus)

    def set_menu(self, account: str, scope: str, fingerprint: str) -> None:
        """Record a menu that was set; "" for a removed menu."""
        bot = self._bot(account)
        menus = {known: mark for known, mark in {**bot.menus, scope: fingerprint}.items() if mark}
        self._state.bots.put(account, evolve(bot, menus=menus))

    def _bot(self, account: str) -> BotAccount:
        return self._state.bots.get(account) or BotAccount()
