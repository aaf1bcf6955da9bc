"""The command menus in the chat: a common one, and one for each person with other commands or another language."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping

import structlog
from attrs import define, field, frozen

from sikpro.application.conversation.commands.registry import menu
from sikpro.application.i18n import words_in
from sikpro.application.ports.chat import MenuEntry
from sikpro.application.ports.network import Messenger, NeverSent, RetryAfter, SendError
from sikpro.application.ports.storage import AsyncTransactions, StorageError, UnitOfWork
from sikpro.application.workers.repeated import Repeated

_log = structlog.get_logger(__name__)

_COMMON_LANGUAGE = "id"


@frozen
class Menu:
    """A menu to set, for a language and a chat. A menu without entries is removed."""

    language: str
    chat_id: int | None
    entries: tuple[MenuEntry, ...]

    @property
    def scope(self) -> str:
        """Its key in the store: a language or a chat id."""
        return self.language if self.chat_id is None else str(self.chat_id)

    @property
    def fingerprint(self) -> str:
        """A hash of its entries; "" without entries."""
        return hashlib.sha256(repr(self.entries).encode()).hexdigest()[:16] if self.entries else ""


def wanted_menus(uow: UnitOfWork, zone: str) -> Mapping[str, Menu]:
    """Return every menu that should exist, by scope: "" for all, and people by their chat.

    A person needs an own menu if the role has more commands, or if they chose another language. The phone's language
    does not count: many Indonesian phones are set to English.
    """
    common = menu(words_in(_COMMON_LANGUAGE, zone))
    menus = [Menu("", None, common)]
    for person in uow.people.all():
        if person.telegram_id and person.active:
            own = menu(words_in(person.language, zone), person)
            if own != common:
                menus.append(Menu("", person.telegram_id, own))
    return {one.scope: one for one in menus}


@define(kw_only=True)
class MenuKeeper:
    """Keeps the menus up to date and sets only changed ones. `may_set` says whether this process serves the bot.

    It checks every `pause` seconds and waits `between` seconds after each menu, so that a first start with many people
    does not flood the network.
    """

    transactions: AsyncTransactions
    messenger: Messenger
    account: str
    zone: str
    may_set: Callable[[], bool] = field(default=lambda: True)
    pause: float = 30.0
    between: float = 0.1
    _faults: Repeated = field(factory=lambda: Repeated(log=_log, event="command menus not set"), init=False)

    async def run(self) -> None:
        """Correct outdated menus until cancelled."""
        while True:
            wait = self.pause
            if self.may_set():
                try:
                    await self.bring_up_to_date()
                except RetryAfter as error:
                    wait = max(wait, error.seconds)
                except SendError as error:
                    self._faults.failed(type(error).__name__, error=str(error))
                except StorageError:
                    wait = self.pause  # the store's own line says it
                else:
                    self._faults.worked()
            await asyncio.sleep(wait if self.may_set() else min(wait, 1.0))

    async def bring_up_to_date(self) -> int:
        """Set changed menus, remove unneeded ones, and return how many. Raises `SendError`, `StorageError`.

        Each change is recorded at once, so that a crash repeats at most one.
        """
        changes = await self.transactions.read(self._changes)
        for change in changes:
            try:
                await self.messenger.set_menu(change.language, change.entries, change.chat_id)
            except NeverSent as error:
                # The chat is gone: retry only when its menu changes.
                _log.info("a command menu cannot be set", scope=change.scope, reason=error.reason)
            await self._remember(change)
            await asyncio.sleep(self.between)
        return len(changes)

    async def _remember(self, menu: Menu) -> None:
        await self.transactions.write(lambda uow: uow.bots.set_menu(self.account, menu.scope, menu.fingerprint))

    def _changes(self, uow: UnitOfWork) -> list[Menu]:
        wanted, known = wanted_menus(uow, self.zone), uow.bots.menus(self.account)
        changed = [one for scope, one in wanted.items() if known.get(scope) != one.fingerprint]
        gone = [scope for scope in known if scope not in wanted]
        return changed + [_without(scope) for scope in gone]


def _without(scope: str) -> Menu:
    """Return the menu that removes a scope."""
    return Menu("", int(scope), ()) if scope.isdecimal() else Menu(scope, None, ())
