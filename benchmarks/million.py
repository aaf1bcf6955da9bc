"""A SQLite database as years of use leave it: orders with journal, messages, facts, search rows and totals.

The first days are lived by the code that lives every day: requests through the intake, the helpdesk's answers through
the use cases. The years after them are copies of these days, shifted in time, with numbers, serials and ids of their
own. The last day is lived again, so that some orders are open. Nothing runs `ANALYZE`: a production database never saw
it.

`python -m benchmarks.million FILE [ORDERS]` makes one. 300 technicians; a fiftieth of the orders is held up for good.
"""

import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from attrs import define, field

from sikpro.adapters.sql import SqlTransactions, create_engine_for, migrate
from sikpro.adapters.sql.columns import UtcDateTime
from sikpro.adapters.sql.tables import metadata
from sikpro.application.ports.chat import Incoming, IncomingKind
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.first_catalogue import FIRST_STATUSES, create_first_catalogue
from sikpro.application.use_cases.catalogue.lookup import put_row
from sikpro.application.use_cases.orders.change_status import change_status
from sikpro.application.use_cases.orders.work_order import take_order
from sikpro.application.workers.intake import Intake
from sikpro.domain.catalogue import SiteOperation, Sto
from sikpro.domain.people import Person, Role

NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)
ZONE = "Asia/Jakarta"
TECHNICIANS = 300
HELPDESKS = 8
SITES = ("SDA", "SPJ", "MJK", "GSK", "LMG", "BJN")
STOS = tuple(f"{site[:2]}{letter}" for letter in "ABCD" for site in SITES)
DAYS = 4
PER_DAY = 500
FOR_GOOD = 0.02
"""The share of orders that are held up and never finished."""

TODAY = 600

_BLOCK = DAYS * PER_DAY
_ENDS, _SHARES = ("selesai", "batal", "alamat_tidak_ditemukan", "double_input"), (90, 4, 2, 2)
_HELD_UP = tuple(status.code for status in FIRST_STATUSES if status.phase.held_up)
_TEMPLATES = {status.code: status.template.id for status in FIRST_STATUSES}
_COPIED = ("orders", "journal", "inbox", "outbox", "ledger_facts")
"""The tables that grow with the orders, each after those that it refers to."""


@define
class _Clock:
    present: datetime

    def now(self) -> datetime:
        return self.present


@define
class Life:
    """Days that are lived by the real code, each as one transaction."""

    store: SqlTransactions
    chance: random.Random = field(factory=lambda: random.Random(17))  # no secret
    clock: _Clock = field(init=False, factory=lambda: _Clock(NOW))
    intake: Intake = field(init=False)
    number: int = field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        unused: Any = None
        self.intake = Intake(transactions=unused, clock=self.clock, zone=ZONE)

    def day(self, start: datetime, orders: int, *, over: bool) -> None:
        """Take in so many requests from a time on; with `over` each ends or is held up for good, else some wait."""
        self.store.write(lambda uow: self._day(uow, start, orders, over=over))

    def _day(self, uow: UnitOfWork, start: datetime, orders: int, *, over: bool) -> None:
        helpdesks = [one for one in uow.people.all() if one.role is Role.HELPDESK]
        for place in range(orders):
            at = start + timedelta(hours=10) * (place / orders)
            self.clock.present = at
            number = f"SC{30_000_000 + self.number}"
            self.intake.receive(uow, self._request(number, at))
            order = uow.orders.find(number)[0]
            draw = self.chance.random()
            helpdesk = self.chance.choice(helpdesks)
            first = at + timedelta(minutes=1 + self.chance.expovariate(1 / 9))
            done = first + timedelta(minutes=2 + self.chance.expovariate(1 / 20))
            if over or draw < 0.8:
                take_order(uow, order.id, helpdesk, first)
            if (over and draw < FOR_GOOD) or draw < 0.15:
                self._answer(uow, order.id, self.chance.choice(_HELD_UP), helpdesk, done)
                done += timedelta(hours=self.chance.expovariate(1 / 20))
            if (over and draw >= FOR_GOOD) or 0.1 < draw < 0.7:
                end = self.chance.choices(_ENDS, _SHARES)[0]
                self._answer(uow, order.id, end, helpdesk, done)
            self._deliver(uow)
        while self._deliver(uow):
            pass

    def _request(self, number: str, at: datetime) -> Incoming:
        self.number += 1
        place = self.chance.randrange(TECHNICIANS)
        sto = STOS[place % len(STOS)]
        serial = self.chance.choice(("ZTEG", "HWTC", "ALCL")) + f"{self.chance.getrandbits(32):08X}"
        kind = self.chance.choices(("AO", "MO", "PDA", "CONFIG"), (14, 3, 2, 1))[0]
        odp = f"ODP-{sto}-{self.chance.randrange(900):03}"
        return Incoming(
            key=f"m:1:{5001 + place}:{self.number}",
            kind=IncomingKind.MESSAGE,
            chat_id=5001 + place,
            message_id=self.number,
            sender_id=5001 + place,
            sender_name=f"Teknisi {place}",
            sent_at=at,
            text=f"/reg {kind}#{number}#{serial}#{sto}#{odp}#F5{sto}{place:03}",
        )

    def _answer(self, uow: UnitOfWork, order: int, status: str, helpdesk: Person, at: datetime) -> None:
        words = _TEMPLATES[status]
        reason = words if status not in ("selesai", *_HELD_UP) else ""
        change_status(uow, order, status, helpdesk, at, reason=reason, feedback=words, zone=ZONE)
        self._deliver(uow)

    def _deliver(self, uow: UnitOfWork) -> int:
        claimed = uow.outbox.claim(self.clock.present + timedelta(days=3), timedelta(minutes=1), 50)
        for item in claimed:
            uow.outbox.sent(item.id, item.id, self.clock.present)
        return len(claimed)


def furnish(uow: UnitOfWork) -> None:
    """Give a database its catalogue, technicians and helpdesks."""
    create_first_catalogue(uow)
    for site in SITES:
        put_row(uow, SiteOperation(code=site, name=site.title()))
    for place, sto in enumerate(STOS):
        put_row(uow, Sto(code=sto, name="", site_operation=SITES[place % len(SITES)]))
    for place in range(HELPDESKS):
        uow.people.add(Person(id=0, name=f"Helpdesk {place}", username=f"helpdesk{place}", role=Role.HELPDESK))
    for place in range(TECHNICIANS):
        sto = STOS[place % len(STOS)]
        uow.people.add(
            Person(
                id=0,
                name=f"Teknisi {place}",
                technician_code=f"F5{sto}{place:03}",
                site_operation=SITES[place % len(STOS) % len(SITES)],
                telegram_id=5001 + place,
            )
        )


def make(file: Path, orders: int) -> None:
    """Make a database with about so many orders, the newest of today. A file that is there is kept as it is."""
    if file.exists():
        return
    url = f"sqlite:///{file}"
    migrate(url)
    engine = create_engine_for(url)
    store = SqlTransactions(engine)
    store.write(furnish)
    blocks = max(1, (orders - TODAY) // _BLOCK)
    life, first = Life(store), NOW - timedelta(days=DAYS * blocks)
    for day in range(DAYS):
        life.day(first + timedelta(days=day), PER_DAY, over=True)
    with engine.connect() as connection, connection.begin():
        for copy in range(1, blocks):
            for statement in _copies(connection, copy):
                connection.exec_driver_sql(statement)
        _sum_up(connection, blocks)
    life.number = blocks * _BLOCK
    life.day(NOW - timedelta(hours=10), TODAY, over=False)
    engine.dispose()


def _copies(connection: sa.Connection, copy: int) -> Iterator[str]:
    """Yield the statements that copy the first block once more, later by its days."""
    sizes = _sizes(connection)
    for name in _COPIED:
        table = metadata.tables[name]
        values = ", ".join(_value(column, copy, sizes) for column in table.columns)
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        yield f"INSERT INTO {name} ({names}) SELECT {values} FROM {name} WHERE id <= {sizes[name]} ORDER BY id"
    yield (
        "INSERT INTO order_search (rowid, search_text) SELECT id, search_text FROM orders"
        f" WHERE id > {copy * sizes['orders']} AND id <= {(copy + 1) * sizes['orders']}"
    )


_SIZES: dict[int, dict[str, int]] = {}


def _sizes(connection: sa.Connection) -> dict[str, int]:
    """The ids of the first block, read before it was copied."""
    return _SIZES.setdefault(
        id(connection),
        {name: connection.exec_driver_sql(f"SELECT max(id) FROM {name}").scalar_one() for name in _COPIED},
    )


def _value(column: sa.Column[Any], copy: int, sizes: dict[str, int]) -> str:
    """The expression that a copied row has in a column."""
    name, shifted = f'"{column.name}"', copy * _BLOCK
    number = f"'SC' || (CAST(substr({name}, 3) AS INTEGER) + {shifted})"
    if isinstance(column.type, UtcDateTime):
        return f"date(substr({name}, 1, 10), '+{copy * DAYS} days') || substr({name}, 11)"
    match column.table.name, column.name:
        case (table, "id"):
            return f"id + {copy * sizes[table]}"
        case (_, "order_id"):
            return f"order_id + {copy * sizes['orders']}"
        case ("ledger_facts", "row_id"):
            of = " ".join(f"WHEN '{kind}' THEN {copy * sizes[table]}" for kind, table in _OF_FACTS.items())
            return f"row_id + CASE kind {of} ELSE 0 END"
        case ("ledger_facts", "number"):
            return f"CASE WHEN number LIKE 'SC%' THEN {number} ELSE number END"
        case ("orders", "number" | "number_typed" | "duplicate_key"):
            return number
        case ("orders", "serial" | "serial_typed"):
            return f"substr({name}, 1, 4) || printf('%08X', (id * 2654435761 + {copy} * 40503) % 4294967296)"
        case ("orders", "search_text"):
            return f"replace(search_text, substr(number, 3), CAST(substr(number, 3) AS INTEGER) + {shifted})"
        case ("inbox", "key"):
            return f"key || ':{copy}'"
        case ("outbox", "random_id"):
            return f"random_id + {copy}"
        case _:
            return name


_OF_FACTS = {"message": "inbox", "handled": "inbox", "received": "journal", "changed": "journal", "sent": "outbox"}


def _sum_up(connection: sa.Connection, blocks: int) -> None:
    """Bring what counts the orders to the number of blocks."""
    sizes = _sizes(connection)
    connection.exec_driver_sql(f"UPDATE totals SET count = count * {blocks}")
    connection.exec_driver_sql(f"UPDATE order_ids SET last = {blocks * sizes['orders']}")


def main() -> None:
    """Make a database and say how long it took."""
    file, orders = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    began = time.perf_counter()
    make(file, orders)
    sys.stdout.write(f"{file}: {file.stat().st_size / 1e6:,.0f} MB, {time.perf_counter() - began:.0f} s\n")


if __name__ == "__main__":
    main()
