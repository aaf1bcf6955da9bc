"""Sessions and failed logins in memory."""

from collections.abc import Callable
from datetime import datetime

from attrs import evolve

from sikpro.adapters.memory.store import Login, Sequences, State
from sikpro.application.ports.sessions import BindLink, Session
from sikpro.application.ports.storage import StorageRejected


class MemorySessions:
    """The web's logins."""

    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, session: Session) -> None:
        """Keep a new login."""
        if session.id in self._state.sessions or session.person not in self._state.people:
            raise StorageRejected("a session of nobody, or one that is there already")
        self._state.sessions.put(session.id, Login(session))

    def get(self, session_id: str) -> Session | None:
        """The session, unless it is revoked."""
        login = self._state.sessions.get(session_id)
        return login.session if login and login.revoked_at is None else None

    def touch(self, session_id: str, at: datetime) -> None:
        """Note that it was used; a revoked one stays revoked."""
        login = self._state.sessions.get(session_id)
        if login and login.revoked_at is None:
            self._state.sessions.put(session_id, Login(evolve(login.session, used_at=at)))

    def of_person(self, person: int) -> tuple[Session, ...]:
        """A person's sessions that are not revoked, the one used last first."""
        logins = self._state.sessions.values()
        found = [login.session for login in logins if login.session.person == person and login.revoked_at is None]
        return tuple(sorted(found, key=lambda session: (session.used_at, session.id), reverse=True))

    def revoke(self, session_id: str, at: datetime) -> None:
        """End a login."""
        login = self._state.sessions.get(session_id)
        if login and login.revoked_at is None:
            self._state.sessions.put(session_id, evolve(login, revoked_at=at))

    def revoke_all(self, person: int, at: datetime, *, but: str | None = None) -> None:
        """End all logins of a person, but perhaps one."""
        for login in self._state.sessions.values():
            if login.session.person == person and login.session.id != but:
                self.revoke(login.session.id, at)

    def forget(self, unused_since: datetime) -> int:
        """Delete sessions not used since, and return how many."""
        old = [login.session.id for login in self._state.sessions.values() if login.session.used_at < unused_since]
        for session_id in old:
            self._state.sessions.drop(session_id)
        return len(old)


class MemoryBindLinks:
    """The links by which people bind their phones."""

    def __init__(self, state: State) -> None:
        self._state = state

    def put(self, link: BindLink) -> None:
        """Keep a new link in place of the person's earlier one."""
        if link.person not in self._state.people:
            raise StorageRejected("a link for nobody")
        for earlier in self._state.bind_links.values():
            if earlier.person == link.person:
                self._state.bind_links.drop(earlier.id)
        self._state.bind_links.put(link.id, link)

    def get(self, link_id: str) -> BindLink | None:
        """The link, used or not."""
        return self._state.bind_links.get(link_id)

    def use(self, link_id: str, at: datetime) -> bool:
        """Use a link up; False when it was used before or is not there."""
        link = self.get(link_id)
        if link is None or link.used_at is not None:
            return False
        self._state.bind_links.put(link_id, evolve(link, used_at=at))
        return True


class MemoryLoginAttempts:
    """Failed logins by account and address."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def add(self, account: str, address: str, at: datetime) -> None:
        """Note a failure."""
        self._state.login_attempts.put(self._sequences.next("login_attempts"), (account, address, at))

    def count(self, account: str, address: str, since: datetime) -> int:
        """Failures of this account from this address."""
        rows = self._state.login_attempts.values()
        return sum(row[:2] == (account, address) and row[2] >= since for row in rows)

    def count_address(self, address: str, since: datetime) -> int:
        """Failures of any account from this address."""
        return sum(row[1] == address and row[2] >= since for row in self._state.login_attempts.values())

    def clear(self, account: str, address: str) -> None:
        """Forget the failures of an account from an address."""
        self._forget(lambda row: row[:2] == (account, address))

    def forget(self, before: datetime) -> None:
        """Forget the failures from before a time."""
        self._forget(lambda row: row[2] < before)

    def _forget(self, which: Callable[[tuple[str, str, datetime]], bool]) -> None:
        for key in self._state.login_attempts:
            row = self._state.login_attempts.get(key)
            if row is not None and which(row):
                self._state.login_attempts.drop(key)
