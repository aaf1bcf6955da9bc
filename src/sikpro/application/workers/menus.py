"""The command menus in the chat: one for everybody, and one for each person whose commands or language are others."""

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

_log = structlog.get_logger(__name__)

_COMMON_LANGUAGE = "id"


@frozen
class Menu:
    """A menu to be set: for whose language and chat; without entries it is to be taken away."""

    language: str
    chat_id: int | None
    entries: tuple[MenuEntry, ...]

    @property
    def scope(self) -> str:
        """The name it is remembered under: a language, or a chat id."""
        return self.language if self.chat_id is None else str(self.chat_id)

    @property
    def fingerprint(self) -> str:
        """What tells it from another; "" for none."""
        return hashlib.sha256(repr(self.entries).encode()).hexdigest()[:16] if self.entries else ""


def wanted_menus(uow: UnitOfWork, zone: str) -> Mapping[str, Menu]:
    """Every menu that there should be, by scope: "" for all, and people by their chat.

    A person's own is needed where the role has more commands, or where another language was chosen. The phone's
    language decides nothing: many Indonesian phones are set to English.
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
    """Brings the menus up to date, only those that changed; `may_set` says whether this process serves the bot.

    It looks every `pause` seconds and leaves `between` seconds after each menu, so that a first start with many people
    is no flood.
    """

    transactions: AsyncTransactions
    messenger: Messenger
    account: str
    zone: str
    may_set: Callable[[], bool] = field(default=lambda: True)
    pause: float = 30.0
    between: float = 0.1

    async def run(self) -> None:
        """Look for menus that are not as they should be until cancelled."""
        while True:
            wait = self.pause
            if self.may_set():
                try:
                    await self.bring_up_to_date()
                except RetryAfter as error:
                    wait = max(wait, error.seconds)
                except SendError as error:
                    _log.warning("command menus not set", error=str(error))
                except StorageError as error:
                    _log.warning("menus out of reach", error=str(error))
            await asyncio.sleep(wait if self.may_set() else min(wait, 1.0))

    async def bring_up_to_date(self) -> int:
        """Set what changed, take away what nobody needs any more, and say how many. Raises `SendError`, `StorageError`.

        What is set is remembered at once: a crash sets one menu a second time at most.
        """
        changes = await self.transactions.read(self._changes)
        for change in changes:
            try:
                await self.messenger.set_menu(change.language, change.entries, change.chat_id)
            except NeverSent as error:
                # A chat that is gone: asked for again only when its menu is another.
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
    """The menu of a scope, taken away."""
    return Menu("", int(scope), ()) if scope.isdecimal() else Menu(scope, None, ())
