"""A library for its tests, over each store: accounts of every role, two technicians, and two orders."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen

import sikpro
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import put_row
from sikpro.domain.catalogue import SiteOperation, Sto
from sikpro.domain.people import Person, Role
from sikpro.testing.clock import StoryClock
from tests.integration.contract.conftest import postgres_template
from tests.integration.postgres import NewDatabase
from tests.integration.sqlite import migrated_sqlite
from tests.unit.chat import NINE

__all__ = ["office", "postgres_template"]

FIRST, SECOND = "SC32232558", "SC32232559"
MESSAGE = f"AO {FIRST} ZTEGC6754546 SDA ODP-SDA-003 F5SDA445"
OTHER = f"MO {SECOND} ZTEGC6754547 TUN ODP-TUN-007 F5TUN446"


@frozen
class Office:
    """The library as each role has it. `script` is who may do everything that a team leader may."""

    script: sikpro.Sikpro
    clock: StoryClock

    def __getattr__(self, username: str) -> sikpro.Sikpro:
        return self.script.acting_as(username)


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.audit)])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """A library with two orders that wait, the first one hour longer, over each store."""
    match request.param:
        case "memory":
            yield from _office("memory:")
        case "sqlite":
            yield from _office(migrated_sqlite(tmp_path))
        case _:
            new: NewDatabase = request.getfixturevalue("new_postgres")
            yield from _office(new(request.getfixturevalue("postgres_template")))


@pytest.fixture
def memory_office() -> Iterator[Office]:
    """The same in memory, for what no store has a part in."""
    yield from _office("memory:")


def _office(url: str) -> Iterator[Office]:
    clock = StoryClock(NINE)
    with sikpro.connect(url, clock=clock) as app:
        app.transactions.write(_furnish)
        app.register(MESSAGE)
        clock.later(hours=1)
        app.register(OTHER)
        yield Office(app, clock)


def _furnish(uow: UnitOfWork) -> None:
    for site in ("SDA", "MJK"):
        put_row(uow, SiteOperation(code=site, name=site))
    for code, site in (("SDA", "SDA"), ("TUN", "SDA"), ("MRT", "MJK")):
        put_row(uow, Sto(code=code, name="", site_operation=site))
    for person in (
        Person(id=0, name="Budi", technician_code="F5SDA445", site_operation="SDA", telegram_id=1),
        Person(id=0, name="Agus", technician_code="F5TUN446", site_operation="SDA", telegram_id=2),
        Person(id=0, name="Rina", username="rina", role=Role.HELPDESK, telegram_id=4),
        Person(id=0, name="Dewi", username="dewi", role=Role.HELPDESK),
        Person(id=0, name="Bagus", username="bagus", role=Role.TEAM_LEADER),
        Person(id=0, name="Sari", username="sari", role=Role.SUPERVISOR, telegram_id=5),
        Person(id=0, name="Admin", username="admin", role=Role.ADMIN, password_hash="-"),
    ):
        uow.people.add(person)
