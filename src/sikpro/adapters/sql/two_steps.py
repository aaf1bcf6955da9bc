"""Second steps and waiting logins in the database."""

from datetime import datetime

import sqlalchemy as sa
from attrs import asdict
from sqlalchemy import Column, ForeignKey, Table

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.dialect import insert_new
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.two_steps import LoginTicket, SecondStep

second_steps = Table(
    "second_steps",
    metadata,
    Column("person", Id, ForeignKey("people.id"), primary_key=True, autoincrement=False),
    Column("secret", Words, nullable=False),
    Column("on_since", UtcDateTime),
    Column("last_step", Id, nullable=False),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("person", Id, ForeignKey("people.id"), primary_key=True, autoincrement=False),
    Column("code_hash", Words, primary_key=True),
)

login_tickets = Table(
    "login_tickets",
    metadata,
    Column("id", Words, primary_key=True),
    Column("person", Id, ForeignKey("people.id"), nullable=False),
    Column("password", Words, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("own_device", sa.Boolean, nullable=False),
    sa.Index(None, "person"),
    sa.Index(None, "expires_at"),
)

_s = second_steps.c
_r = recovery_codes.c
_t = login_tickets.c


class SqlSecondSteps:
    """Stores the second steps."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def of(self, person: int) -> SecondStep | None:
        """Return a person's second step, on or prepared."""
        row = self._transaction.execute(sa.select(second_steps).where(_s.person == person)).mappings().one_or_none()
        return None if row is None else SecondStep(**row)

    def prepare(self, person: int, secret: str) -> None:
        """Save a secret, unless one is on."""
        self._transaction.execute(sa.delete(second_steps).where(_s.person == person, _s.on_since.is_(None)))
        row = {"person": person, "secret": secret, "on_since": None, "last_step": 0}
        self._transaction.execute(insert_new(self._transaction, second_steps, ["person"]).values(row))

    def turn_on(self, person: int, step: int, at: datetime) -> bool:
        """Turn on the prepared one; return False if there is none."""
        prepared = sa.update(second_steps).where(_s.person == person, _s.on_since.is_(None))
        return self._transaction.execute(prepared.values(on_since=at, last_step=step)).rowcount == 1

    def take_step(self, person: int, step: int) -> bool:
        """Record an accepted code; return False unless its period is newer than the last."""
        newer = sa.update(second_steps).where(_s.person == person, _s.on_since.is_not(None), _s.last_step < step)
        return self._transaction.execute(newer.values(last_step=step)).rowcount == 1

    def drop(self, person: int) -> bool:
        """Delete a person's second step and recovery codes; return whether it was on."""
        self._transaction.execute(sa.delete(recovery_codes).where(_r.person == person))
        was_on = sa.delete(second_steps).where(_s.person == person, _s.on_since.is_not(None))
        dropped = self._transaction.execute(was_on).rowcount == 1
        self._transaction.execute(sa.delete(second_steps).where(_s.person == person))
        return dropped

    def drop_prepared(self, person: int) -> None:
        """Delete a secret that was only prepared."""
        self._transaction.execute(sa.delete(second_steps).where(_s.person == person, _s.on_since.is_(None)))

    def put_recovery_codes(self, person: int, hashes: frozenset[str]) -> None:
        """Save recovery codes in place of the earlier ones."""
        self._transaction.execute(sa.delete(recovery_codes).where(_r.person == person))
        rows = [{"person": person, "code_hash": code_hash} for code_hash in sorted(hashes)]
        if rows:
            self._transaction.execute(sa.insert(recovery_codes), rows)

    def use_recovery_code(self, person: int, code_hash: str) -> bool:
        """Use up a recovery code; return False if there is no such code."""
        used = sa.delete(recovery_codes).where(_r.person == person, _r.code_hash == code_hash)
        return self._transaction.execute(used).rowcount == 1

    def recovery_codes_left(self, person: int) -> int:
        """Return the number of codes that were not used."""
        counted = sa.select(sa.func.count()).select_from(recovery_codes).where(_r.person == person)
        return int(self._transaction.scalar(counted))


class SqlLoginTickets:
    """Stores the logins that wait for a code."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def add(self, ticket: LoginTicket) -> None:
        """Save a ticket."""
        self._transaction.execute(sa.insert(login_tickets).values(asdict(ticket)))

    def get(self, ticket_id: str) -> LoginTicket | None:
        """Return the ticket, unless it was used."""
        row = self._transaction.execute(sa.select(login_tickets).where(_t.id == ticket_id)).mappings().one_or_none()
        return None if row is None else LoginTicket(**row)

    def use(self, ticket_id: str) -> bool:
        """Use a ticket up; return False if it was used before or does not exist."""
        return self._transaction.execute(sa.delete(login_tickets).where(_t.id == ticket_id)).rowcount == 1

    def forget(self, before: datetime) -> None:
        """Delete the tickets that expired before a time."""
        self._transaction.execute(sa.delete(login_tickets).where(_t.expires_at < before))
