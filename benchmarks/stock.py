"""Databases with so many orders in them, made quickly and alike each time."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from attrs import frozen

from sikpro.adapters.sql import SqlTransactions, create_engine_for, migrate
from sikpro.adapters.sql.mappers import order_to_row
from sikpro.adapters.sql.tables import orders as orders_table
from sikpro.adapters.sql.tables import totals
from sikpro.application.ports.chat import Incoming, IncomingKind
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.application.use_cases.catalogue.lookup import put_row
from sikpro.domain.catalogue import SiteOperation, Status, Sto
from sikpro.domain.order import place
from sikpro.domain.order_data import Channel, OrderData
from sikpro.domain.people import Person
from sikpro.domain.values import OdpName, RegistrationNumber, SerialNumber, StoCode, TechnicianCode

START = datetime(2026, 1, 1, tzinfo=UTC)
TECHNICIAN = 5001
STOS = ("SDA", "TUN", "SPJ", "MRT")


@frozen
class Stock:
    """A SQLite database; `file` is where it lies."""

    file: Path
    engine: sa.Engine
    transactions: SqlTransactions


@contextmanager
def stocked(folder: Path, name: str, count: int) -> Iterator[Stock]:
    """A database with a catalogue, a technician and `count` orders of every status."""
    file = folder / f"{name}.db"
    url = f"sqlite:///{file}"
    migrate(url)
    engine = create_engine_for(url)
    transactions = SqlTransactions(engine)
    transactions.write(furnish)
    statuses = transactions.read(lambda uow: uow.catalogue.statuses())
    rows = list(stock_rows(count, statuses))
    kept = Counter((row["type"], row["status"], row["phase"], row["sto"]) for row in rows)
    keys = ("type", "status", "phase", "sto")
    try:
        with engine.begin() as connection:
            for start in range(0, count, 1000):
                connection.execute(sa.insert(orders_table), rows[start : start + 1000])
            for key, number in kept.items():
                connection.execute(sa.insert(totals).values(**dict(zip(keys, key, strict=True)), count=number))
        with engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
        yield Stock(file, engine, transactions)
    finally:
        engine.dispose()


def updates(count: int) -> list[Incoming]:
    """Requests of one technician, each a new order."""
    return [
        Incoming(
            key=f"m:1:{TECHNICIAN}:{number}",
            kind=IncomingKind.MESSAGE,
            chat_id=TECHNICIAN,
            message_id=number,
            sender_id=TECHNICIAN,
            sent_at=START,
            text=f"/reg AO#SC{80_000_000 + number}#ZTEG{number:08X}#SDA#ODP-SDA-003#F5SDA445",
        )
        for number in range(1, count + 1)
    ]


def furnish(uow: UnitOfWork) -> None:
    """Give a database its catalogue and a technician."""
    create_first_catalogue(uow)
    put_row(uow, SiteOperation(code="SDA", name="Sidoarjo"))
    for code in STOS:
        put_row(uow, Sto(code=code, name="", site_operation="SDA"))
    uow.people.add(
        Person(id=0, name="Teknisi", technician_code="F5SDA445", site_operation="SDA", telegram_id=TECHNICIAN)
    )


def stock_rows(count: int, statuses: tuple[Status, ...]) -> Iterator[dict[str, Any]]:
    """Yield so many orders as rows of the table, of every status, a minute apart."""
    chance = random.Random(count)  # no secret
    for number in range(1, count + 1):
        sto = chance.choice(STOS)
        data = OrderData(
            type=chance.choice(("AO", "MO", "PDA", "CONFIG")),
            registration_number=RegistrationNumber.parse(f"SC{30_000_000 + number}"),
            serial=SerialNumber.parse(f"ZTEG{chance.getrandbits(32):08X}"),
            sto=StoCode.parse(sto),
            odp=OdpName.parse(f"ODP-{sto}-{number % 900 + 1:03}"),
            technician=TechnicianCode.parse("F5SDA445"),
        )
        sent = START + timedelta(minutes=number)
        change = place(
            order_id=number,
            data=data,
            channel=Channel.TELEGRAM,
            status=chance.choice(statuses),
            received_at=sent,
            now=sent,
        )
        yield order_to_row(change.order, data.registration_number.value, "Teknisi")
