"""The queue in Flask, the ORM of SQLAlchemy and Jinja: `gunicorn benchmarks.peers.flask_queue:app`.

`BENCH_FILE` is the database. `/orders` is the whole page behind a login, `/bare` its rows alone.
"""

import os
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from flask import Flask, abort, render_template_string, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, relationship, sessionmaker

from benchmarks.peers.page import BARE, COUNTED, HELPDESK_ROLES, OPEN, PAGE, age

app = Flask(__name__)
engine = sa.create_engine(f"sqlite:///{os.environ['BENCH_FILE']}")
opened = sessionmaker(engine)


class _Base(DeclarativeBase):
    pass


class Person(_Base):
    """A person of any role."""

    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_folded: Mapped[str]
    role: Mapped[str | None]
    technician_code: Mapped[str | None]
    active: Mapped[bool]


class Login(_Base):
    """A session by the hash of its token."""

    __tablename__ = "sessions"
    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column("person", sa.ForeignKey("people.id"))
    revoked_at: Mapped[str | None]
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class Status(_Base):
    """A status of orders."""

    __tablename__ = "statuses"
    code: Mapped[str] = mapped_column(primary_key=True)
    label_id: Mapped[str]
    position: Mapped[int]
    active: Mapped[bool]


class OrderType(_Base):
    """A type of orders."""

    __tablename__ = "order_types"
    code: Mapped[str] = mapped_column(primary_key=True)
    active: Mapped[bool]


class SiteOperation(_Base):
    """A Site Operation."""

    __tablename__ = "site_operations"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    active: Mapped[bool]


class Sto(_Base):
    """An exchange."""

    __tablename__ = "stos"
    code: Mapped[str] = mapped_column(primary_key=True)
    site_operation: Mapped[str]
    active: Mapped[bool]


class Order(_Base):
    """An order, with the columns that the list shows."""

    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str]
    type: Mapped[str]
    odp: Mapped[str]
    sto: Mapped[str]
    technician: Mapped[str]
    phase: Mapped[str]
    status: Mapped[str]
    turn: Mapped[str]
    received_at: Mapped[str]
    claimed_until: Mapped[str | None]
    resubmitted: Mapped[bool]
    reply_waiting: Mapped[bool]
    last_feedback: Mapped[str]
    deleted_at: Mapped[str | None]
    version: Mapped[int]
    holder: Mapped[int | None]
    helpdesk: Mapped[int | None]
    place: Mapped[Sto | None] = relationship(primaryjoin=lambda: sa.orm.foreign(Order.sto) == Sto.code)
    sender: Mapped[Person | None] = relationship(
        primaryjoin=lambda: sa.orm.foreign(Order.technician) == Person.technician_code
    )
    has: Mapped[Person | None] = relationship(primaryjoin=lambda: sa.orm.foreign(Order.holder) == Person.id)
    had: Mapped[Person | None] = relationship(primaryjoin=lambda: sa.orm.foreign(Order.helpdesk) == Person.id)

    @property
    def received(self) -> datetime:
        """The time of receipt."""
        return datetime.fromisoformat(self.received_at).replace(tzinfo=UTC)


def _rows(session: Session) -> list[Order]:
    queue = sa.select(Order).where(Order.deleted_at.is_(None), Order.phase.in_(OPEN), Order.turn == "helpdesk")
    names = (joinedload(Order.place), joinedload(Order.sender), joinedload(Order.has), joinedload(Order.had))
    return list(session.scalars(queue.options(*names).order_by(Order.received_at, Order.id).limit(51)))


def _count(session: Session, phases: tuple[str, ...], turn: str, holder: int | None) -> int:
    some = sa.select(Order.id).where(Order.deleted_at.is_(None), Order.phase.in_(phases))
    if turn:
        some = some.where(Order.turn == turn)
    if holder is not None:
        some = some.where(Order.holder == holder)
    return session.scalar(sa.select(sa.func.count()).select_from(some.limit(1_000).subquery())) or 0


def _choices(session: Session) -> dict[str, list[tuple[str, str]]]:
    people = session.scalars(sa.select(Person).order_by(Person.name_folded, Person.id)).all()
    return {
        "type": [(row.code, row.code) for row in session.scalars(sa.select(OrderType)) if row.active],
        "sto": [(row.code, row.code) for row in session.scalars(sa.select(Sto).order_by(Sto.code)) if row.active],
        "site_operation": [(row.code, row.name) for row in session.scalars(sa.select(SiteOperation)) if row.active],
        "technician": [(row.technician_code, row.name) for row in people if row.technician_code],
        "helpdesk": [(str(row.id), row.name) for row in people if row.role in HELPDESK_ROLES],
    }


@app.get("/orders")
def orders() -> ResponseReturnValue:
    """Return the whole page."""
    with opened() as session:
        login = session.get(Login, sha256(request.cookies.get("sikpro_session", "").encode()).hexdigest())
        if login is None or login.revoked_at or not login.person.active:
            abort(401)
        statuses = session.scalars(sa.select(Status).order_by(Status.position, Status.code)).all()
        given: dict[str, Any] = {
            "rows": _rows(session)[:50],
            "counts": [
                (name, _count(session, phases, turn, login.person_id if mine else None))
                for name, phases, turn, mine in COUNTED
            ],
            "statuses": {row.code: row.label_id for row in statuses},
            "choices": _choices(session) | {"status": [(row.code, row.label_id) for row in statuses if row.active]},
            "me": login.person,
            "now": datetime.now(UTC),
            "age": age,
            "csrf": login.id,
        }
        return render_template_string(PAGE, **given)


@app.get("/bare")
def bare() -> ResponseReturnValue:
    """Return the rows alone."""
    with opened() as session:
        return render_template_string(BARE, rows=_rows(session)[:50], now=datetime.now(UTC), age=age)
