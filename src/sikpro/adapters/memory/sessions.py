"""Sessions and failed logins in memory."""

from collections.abc import Callable
from datetime import datetime

from attrs import evolve

from sikpro.adapters.memory.store import Login, Sequences, State
from sikpro.application.ports.sessions import BindLink, Session
from sikpro.application.ports.storage import StorageRejected


class MemorySessions:
    """Stores the sessions of the web."""

    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, session: Session) -> None:
        """Save a new session."""
        if session.id in self._state.sessions or session.person not in self._state.people:
            raise StorageRejected("a session of nobody, or one that is there already")
        self._state.sessions.put(session.id, Login(session))

    def get(self, session_id: str) -> Session | None:
        """Return the session, unless it is revoked."""
        login = self._state.sessions.get(session_id)
        return login.session if login and login.revoked_at is None else None

    def owner(self, session_id: str) -> int | None:
        """Return whose session it is, also of a revoked one."""
        login = self._state.sessions.get(session_id)
        return login.session.person if login else None

    def touch(self, session_id: str, at: datetime) -> None:
        """Record the use of a session; a revoked session stays revoked."""
        login = self._state.sessions.get(session_id)
        if login and login.revoked_at is None:
            self._state.sessions.put(session_id, Login(evolve(login.session, used_at=at)))

    def confirm(self, session_id: str, at: datetime) -> None:
        """Record that the password was given again; a revoked session stays revoked."""
        login = self._state.sessions.get(session_id)
        if login and login.revoked_at is None:
            self._state.sessions.put(session_id, Login(evolve(login.session, confirmed_at=at)))

    def of_person(self, person: int) -> tuple[Session, ...]:
        """Return a person's sessions that are not revoked, the last used first."""
        logins = self._state.sessions.values()
        found = [login.session for login in logins if login.session.person == person and login.revoked_at is None]
        return tuple(sorted(found, key=lambda session: (session.used_at, session.id), reverse=True))

    def revoke(self, session_id: str, at: datetime) -> None:
        """Revoke a session."""
        login = self._state.sessions.get(session_id)
        if login and login.revoked_at is None:
            self._state.sessions.put(session_id, evolve(login, revoked_at=at))

    def revoke_all(self, person: int, at: datetime, *, but: str | None = None) -> None:
        """Revoke all sessions of a person, except `but`."""
        for login in self._state.sessions.values():
            if login.session.person == person and login.session.id != but:
                self.revoke(login.session.id, at)

    def forget(self, unused_since: datetime) -> int:
        """Delete sessions that were not used since, and return their number."""
        old = [login.session.id for login in self._state.sessions.values() if login.session.used_at < unused_since]
        for session_id in old:
            self._state.sessions.drop(session_id)
        return len(old)


class MemoryBindLinks:
    """Stores the links that connect phones, only the newest of each person."""

    def __init__(self, state: State) -> None:
        self._state = state

    def put(self, link: BindLink) -> None:
        """Save a new link; it replaces the person's earlier one."""
        if link.person not in self._state.people:
            raise StorageRejected("a link for nobody")
        for earlier in self._state.bind_links.values():
            if earlier.person == link.person:
                self._state.bind_links.drop(earlier.id)
        self._state.bind_links.put(link.id, link)

    def get(self, link_id: str) -> BindLink | None:
        """Return the link, used or not."""
        return self._state.bind_links.get(link_id)

    def use(self, link_id: str, at: datetime) -> bool:
        """Mark a link as used; return False if it was used before or does not exist."""
        link = self.get(link_id)
        if link is None or link.used_at is not None:
            return False
        self._state.bind_links.put(link_id, evolve(link, used_at=at))
        return True


class MemoryLoginAttempts:
    """Stores failed logins by account and address."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def add(self, account: str, address: str, at: datetime) -> None:
        """Record a failed login."""
        self._state.login_attempts.put(self._sequences.next("login_attempts"), (account, address, at))

    def count(self, account: str, address: str, since: datetime) -> int:
        """Return the number of failed logins of this account from this address."""
        rows = self._state.login_attempts.values()
        return sum(row[:2] == (account, address) and row[2] >= since for row in rows)

    def count_account(self, account: str, since: datetime) -> int:
        """Return the number of failed logins of this account from all addresses."""
        return sum(row[0] == account and row[2] >= since for row in self._state.login_attempts.values())

    def count_address(self, address: str, since: datetime) -> int:
        """Return the number of failed logins of all accounts from this address."""
        return sum(row[1] == address and row[2] >= since for row in self._state.login_attempts.values())

    def clear(self, account: str, address: str) -> None:
        """Delete the failed logins of an account from an address."""
        self._forget(lambda row: row[:2] == (account, address))

    def forget(self, before: datetime, after: datetime) -> None:
        """Delete the failed logins before a time, and those after another."""
        self._forget(lambda row: not before <= row[2] <= after)

    def _forget(self, which: Callable[[tuple[str, str, datetime]], bool]) -> None:
        for key in self._state.login_attempts:
            row = self._state.login_attempts.get(key)
            if row is not None and which(row):
                self._state.login_attempts.drop(key)
