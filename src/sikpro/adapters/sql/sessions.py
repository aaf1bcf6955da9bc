"""Sessions and failed logins in the database."""

from datetime import datetime

import sqlalchemy as sa
from attrs import asdict
from sqlalchemy import Column, ForeignKey, Table

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.sessions import BindLink, Session

sessions = Table(
    "sessions",
    metadata,
    Column("id", Words, primary_key=True),
    Column("person", Id, ForeignKey("people.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    Column("own_device", sa.Boolean, nullable=False, server_default=sa.false()),
    Column("confirmed_at", UtcDateTime),
    sa.Index(None, "person"),
    sa.Index(None, "seen_at"),
)

bind_links = Table(
    "bind_links",
    metadata,
    Column("id", Words, primary_key=True),
    Column("person", Id, ForeignKey("people.id"), nullable=False),
    Column("made_by", Id, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    sa.Index(None, "person"),
)

login_attempts = Table(
    "login_attempts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account", Words, nullable=False),
    Column("address", Words, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    sa.Index(None, "address", "at"),
    sa.Index(None, "at"),
)


_s = sessions.c
_a = login_attempts.c
_l = bind_links.c
_SESSION = (_s.id, _s.person, _s.created_at, _s.seen_at.label("used_at"), _s.own_device, _s.confirmed_at)
_VALID = sa.select(*_SESSION).where(_s.id == sa.bindparam("of", type_=_s.id.type), _s.revoked_at.is_(None))


class SqlSessions:
    """Stores the sessions of the web; nothing is saved about visitors without a login."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def add(self, session: Session) -> None:
        """Keep a new login."""
        row = asdict(session)
        row["seen_at"] = row.pop("used_at")
        self._transaction.execute(sa.insert(sessions).values(row))

    def get(self, session_id: str) -> Session | None:
        """The session, unless it is revoked."""
        found = self._transaction.rows(_VALID, {"of": session_id})
        return Session(**found[0]) if found else None

    def owner(self, session_id: str) -> int | None:
        """Whose session it is, also of a revoked one."""
        return self._transaction.execute(sa.select(_s.person).where(_s.id == session_id)).scalar_one_or_none()

    def touch(self, session_id: str, at: datetime) -> None:
        """Note that it was used; a revoked one stays revoked."""
        used = sa.update(sessions).where(_s.id == session_id, _s.revoked_at.is_(None)).values(seen_at=at)
        self._transaction.execute(used)

    def confirm(self, session_id: str, at: datetime) -> None:
        """Note that the password was given again; a revoked one stays revoked."""
        confirmed = sa.update(sessions).where(_s.id == session_id, _s.revoked_at.is_(None)).values(confirmed_at=at)
        self._transaction.execute(confirmed)

    def of_person(self, person: int) -> tuple[Session, ...]:
        """A person's sessions that are not revoked, the one used last first."""
        selected = sa.select(*_SESSION)
        selected = selected.where(_s.person == person, _s.revoked_at.is_(None))
        selected = selected.order_by(_s.seen_at.desc(), _s.id.desc())
        return tuple(Session(**row) for row in self._transaction.execute(selected).mappings())

    def revoke(self, session_id: str, at: datetime) -> None:
        """Revoke a session."""
        ended = sa.update(sessions).where(_s.id == session_id, _s.revoked_at.is_(None)).values(revoked_at=at)
        self._transaction.execute(ended)

    def revoke_all(self, person: int, at: datetime, *, but: str | None = None) -> None:
        """Revoke all sessions of a person, except `but`."""
        ended = sa.update(sessions).where(_s.person == person, _s.revoked_at.is_(None)).values(revoked_at=at)
        self._transaction.execute(ended if but is None else ended.where(_s.id != but))

    def forget(self, unused_since: datetime) -> int:
        """Delete sessions not used since, and return how many."""
        return self._transaction.execute(sa.delete(sessions).where(_s.seen_at < unused_since)).rowcount


class SqlBindLinks:
    """Stores the links that connect phones, only the newest of each person."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def put(self, link: BindLink) -> None:
        """Save a new link; it replaces the person's earlier one."""
        self._transaction.execute(sa.delete(bind_links).where(_l.person == link.person))
        self._transaction.execute(sa.insert(bind_links).values(asdict(link)))

    def get(self, link_id: str) -> BindLink | None:
        """Return the link, used or not."""
        row = self._transaction.execute(sa.select(bind_links).where(_l.id == link_id)).mappings().one_or_none()
        return None if row is None else BindLink(**row)

    def use(self, link_id: str, at: datetime) -> bool:
        """Mark a link as used; return False if it was used before or does not exist."""
        used = sa.update(bind_links).where(_l.id == link_id, _l.used_at.is_(None)).values(used_at=at)
        return self._transaction.execute(used).rowcount == 1


class SqlLoginAttempts:
    """Stores failed logins, counted by account and address together, by account, and by address."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def add(self, account: str, address: str, at: datetime) -> None:
        """Record a failed login."""
        self._transaction.execute(sa.insert(login_attempts).values(account=account, address=address, at=at))

    def count(self, account: str, address: str, since: datetime) -> int:
        """Return the number of failed logins of this account from this address."""
        return self._count(_a.account == account, _a.address == address, _a.at >= since)

    def count_account(self, account: str, since: datetime) -> int:
        """Return the number of failed logins of this account from all addresses."""
        return self._count(_a.account == account, _a.at >= since)

    def count_address(self, address: str, since: datetime) -> int:
        """Return the number of failed logins of all accounts from this address."""
        return self._count(_a.address == address, _a.at >= since)

    def clear(self, account: str, address: str) -> None:
        """Delete the failed logins of an account from an address."""
        cleared = sa.delete(login_attempts).where(_a.account == account, _a.address == address)
        self._transaction.execute(cleared)

    def forget(self, before: datetime, after: datetime) -> None:
        """Delete the failed logins before a time, and those after another."""
        self._transaction.execute(sa.delete(login_attempts).where(sa.or_(_a.at < before, _a.at > after)))

    def _count(self, *conditions: sa.ColumnElement[bool]) -> int:
        counted = sa.select(sa.func.count()).select_from(login_attempts).where(*conditions)
        return int(self._transaction.scalar(counted))
