"""The one place where passwords and codes are guessed: each failure counts for the lock of its account."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from enum import StrEnum

from attrs import frozen

from sikpro.adapters.web.account.password_hashing import PasswordHasher
from sikpro.adapters.web.account.turns import LoginTurns
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.security import devices_in
from sikpro.adapters.web.site.visit import Connection, Visit
from sikpro.application.ports.security_events import EventKind
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.people.record_event import called, record_event
from sikpro.domain.people import Person
from sikpro.domain.search_text import folded

WINDOW = timedelta(minutes=15)
TRIES = 5
"""Allowed failures of one account from one place within the window; its owner can log in from elsewhere.

A place is an address, or a device on which the account has logged in before.
"""

TRIES_OF_ACCOUNT = 30
"""Allowed failures of one account from all places within the window; a device of the owner's still gets in."""

TRIES_OF_ADDRESS = 50
"""Allowed failures of all accounts from one address within the window."""

LONGEST_TYPED = 1000
"""The most characters of a typed password that are checked."""


class Outcome(StrEnum):
    """What came of a guess; `LOCKED`: it was not even checked."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"

    @property
    def status(self) -> int:
        """Return the HTTP status of a page that says so."""
        return 429 if self is Outcome.LOCKED else 422


@frozen(kw_only=True)
class Account:
    """What a login is about: the folded user name, its person if there is one, and the place that failures count at."""

    username: str
    person: Person | None
    place: str
    address: str

    @property
    def able(self) -> bool:
        """Return whether somebody can log in with it."""
        return self.person is not None and self.person.active and self.person.role is not None


class Logins:
    """Checks what people type to show who they are.

    Guesses at one account from one place wait for each other, so that parallel guesses count too, and parallel logins
    with the right password do not.
    """

    def __init__(self, parts: WebParts, hasher: PasswordHasher) -> None:
        self._parts = parts
        self._hasher = hasher
        self._turns = LoginTurns()

    async def account(self, visit: Visit, username: str) -> Account:
        """Return the account that a typed user name means."""
        name = folded(username.strip()[:64])
        devices = devices_in(visit.cookie("device"))

        def find(uow: UnitOfWork) -> Account:
            found = uow.people.by_username(name) if name else None
            own = (device for device in devices if found and uow.sessions.owner(device) == found.id)
            place = next((f"device {device}" for device in own), visit.address)
            return Account(username=name, person=found, place=place, address=visit.address)

        return await self._parts.transactions.read(find)

    async def check_password(self, account: Account, password: str, by: Person | None = None) -> Outcome:
        """Check a password, as slowly for an account that does not exist. `by` is whoever is logged in already."""

        async def fits() -> bool:
            known = account.person.password_hash if account.person and account.able else None
            return await self._hasher.verify(known, password[:LONGEST_TYPED]) and account.able

        why = "unknown_name" if not account.person else "wrong_password" if account.able else "no_account"
        return await self.check(account, fits, "own_password" if by else why, by)

    async def check(
        self, account: Account, fits: Callable[[], Awaitable[bool]], why: str, by: Person | None = None
    ) -> Outcome:
        """Check a guess in its turn unless the account is locked, and count it if it is wrong; `why` is recorded."""
        now = self._parts.clock.now()

        def fail(uow: UnitOfWork) -> None:
            uow.login_attempts.add(account.username, account.place, now)
            # An unknown name is not recorded: people type their password into the wrong field.
            name = called(account.person) if account.person else ""
            record_event(uow, EventKind.LOGIN_FAILED, by, now, object=name, details=why)
            if self._is_locked(uow, account):
                record_event(uow, EventKind.LOCKED, by, now, object=name)

        async with self._turns.of(account.username, account.place):
            if await self._parts.transactions.read(lambda uow: self._is_locked(uow, account)):
                return Outcome.LOCKED
            if await fits():
                return Outcome.RIGHT
            await self._parts.transactions.write(fail)
        return Outcome.WRONG

    async def confirm(self, visit: Visit, person: Person, password: str) -> Outcome:
        """Check a logged-in person's own password once more, and note in the session that it was given."""
        account = await self.account(visit, person.username or "")
        outcome = await self.check_password(account, password, by=person)
        if outcome is Outcome.RIGHT:
            now, key = self._parts.clock.now(), visit.session

            def note(uow: UnitOfWork) -> None:
                uow.sessions.confirm(key, now)
                uow.login_attempts.clear(account.username, account.place)

            await self._parts.transactions.write(note)
            visit.confirmed = True
        return outcome

    def _is_locked(self, uow: UnitOfWork, account: Account) -> bool:
        attempts, since = uow.login_attempts, self._parts.clock.now() - WINDOW
        since -= self._parts.jumped(since)
        if attempts.count(account.username, account.place, since) >= TRIES:
            return True
        if account.place != account.address:
            return False
        of_account = attempts.count_account(account.username, since)
        return of_account >= TRIES_OF_ACCOUNT or attempts.count_address(account.place, since) >= TRIES_OF_ADDRESS


def logins_of(connection: Connection) -> Logins:
    """Return the application's logins, for guards, which get no dependencies."""
    found = connection.app.state["logins"]
    assert isinstance(found, Logins)
    return found
