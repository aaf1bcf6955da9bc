"""Orders in the database."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from attrs import evolve
from sqlalchemy.engine import Connection

from sikpro.adapters.sql.chosen_index import read_by
from sikpro.adapters.sql.constant import Constant
from sikpro.adapters.sql.dialect import add_up, insert_new
from sikpro.adapters.sql.errors import ConstraintViolated
from sikpro.adapters.sql.mappers import order_from_row, order_to_row
from sikpro.adapters.sql.people import SqlPersonRepository
from sikpro.adapters.sql.search import put_search_text
from sikpro.adapters.sql.tables import STANDING, order_ids, orders, shared_serials
from sikpro.adapters.sql.transaction import OpenTransaction, TotalKey
from sikpro.application.ports.storage import StorageBusy
from sikpro.domain.errors import ConcurrencyConflict, DuplicateOrder, NotFound
from sikpro.domain.order import FARTHEST_CLAIM, Order
from sikpro.domain.phase import Phase

_c = orders.c
_BEFORE = (_c.version, _c.type, _c.status, _c.phase, _c.sto, _c.deleted_at, _c.search_text, _c.number, _c.serial)

# Values are parameters, so that the statement is built and compiled once.
_COUNTER = "orders"
_NEXT_ID = sa.select(sa.func.nextval("order_id"))
_SHARED_BY = ("serial", "number", "phase", "deleted_at")
_OTHER_NUMBER = Constant(
    read_by(
        sa.select(_c.id)
        .where(sa.text(STANDING), _c.serial == sa.bindparam("its_serial"), _c.number != sa.bindparam("its_number"))
        .limit(1),
        orders,
        "ix_orders_installed",
    )
)
_INSERT = Constant(sa.insert(orders))
_GET = Constant(sa.select(orders).where(_c.id == sa.bindparam("order_id")))
_FIND = Constant(
    sa.select(orders)
    .where(_c.number == sa.bindparam("number"), _c.deleted_at.is_(None))
    .order_by(_c.duplicate_key.is_(None), _c.received_at.desc(), _c.id.desc())
)
_STORED = Constant(sa.select(*_BEFORE).where(_c.id == sa.bindparam("order_id")))
_UPDATE = Constant(
    sa.update(orders).where(_c.id == sa.bindparam("read_id"), _c.version == sa.bindparam("read_version"))
)
_PUT_KEY = sa.update(orders).where(_c.id == sa.bindparam("order")).values(duplicate_key=sa.bindparam("key"))


def last_order_id(connection: Connection) -> int:
    """Return the last id that an order of this database got, also one that is gone; 0 for none."""
    if connection.dialect.name == "sqlite":
        return connection.scalar(sa.select(order_ids.c.last).where(order_ids.c.name == _COUNTER)) or 0
    return connection.scalar(sa.text("SELECT last_value FROM order_id WHERE is_called")) or 0


def go_on_with_orders_after(connection: Connection, last: int) -> None:
    """Let the next order of this database, which is new, get the id after this one."""
    if last and connection.dialect.name == "sqlite":
        connection.execute(sa.delete(order_ids).where(order_ids.c.name == _COUNTER))
        connection.execute(sa.insert(order_ids).values(name=_COUNTER, last=last))
    elif last:
        connection.execute(sa.select(sa.func.setval("order_id", last)))


class SqlOrderRepository:
    """Stores the orders with their unique key, totals and search text."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def next_id(self) -> int:
        """Return a small integer that was never used before; gaps are allowed."""
        if not self._transaction.on_sqlite:
            return int(self._transaction.scalar(_NEXT_ID))
        counter = add_up(self._transaction, order_ids, ["name"], "last", returning=True)
        return int(self._transaction.scalar(counter, {"name": _COUNTER, "last": 1}))

    def add(self, order: Order, key: str | None) -> None:
        """Save a new order. Raises `DuplicateOrder`; the unit of work stays usable."""
        row = order_to_row(order, key, self._name_of(order.data.technician.value))
        try:
            with self._transaction.savepoint():
                self._transaction.change(_INSERT, row)
                put_search_text(self._transaction, order.id, row["search_text"], None)
        except ConstraintViolated as violation:
            if self._transaction.scalar(sa.select(_c.id).where(_c.id == order.id)) is not None:
                raise
            raise self._duplicate(order, key) from violation
        self._note_shared(row)
        self._transaction.count(_total_key(row), 1)

    def save(self, order: Order, key: str | None) -> Order:
        """Save the order over the version that was read, and return it with its new version."""
        before = next(iter(self._transaction.rows(_STORED, {"order_id": order.id})), None)
        if before is None or before["version"] != order.version:
            raise ConcurrencyConflict(number=order.number)
        saved = evolve(order, version=order.version + 1)
        row = order_to_row(saved, key, self._name_of(order.data.technician.value))
        read = {"read_id": order.id, "read_version": order.version}
        try:
            with self._transaction.savepoint():
                if self._transaction.change(_UPDATE, row | read) == 0:
                    raise ConcurrencyConflict(number=order.number)
                put_search_text(self._transaction, order.id, row["search_text"], before["search_text"])
                if any(before[name] != row[name] for name in _SHARED_BY):
                    self._note_shared(row)
        except ConstraintViolated as violation:
            raise self._duplicate(order, key) from violation
        old, new = _total_key(before), _total_key(row)
        if old != new:
            self._transaction.count(old, -1)
            self._transaction.count(new, 1)
        return saved

    def get(self, order_id: int) -> Order:
        """Return the order, also a deleted one. Raises `NotFound`."""
        found = self._transaction.rows(_GET, {"order_id": order_id})
        if not found:
            raise NotFound(what="order", name=str(order_id))
        return order_from_row(found[0])

    def find(self, number: str) -> tuple[Order, ...]:
        """Return the orders under a registration number that are not deleted: key holders first, then newest first."""

        def read() -> tuple[Order, ...]:
            return tuple(map(order_from_row, self._transaction.rows(_FIND, {"number": number})))

        if not self._transaction.on_sqlite:
            return read()
        # A request asks twice before it writes anything, and between two writes nothing changes here.
        return self._transaction.remember(("orders", number, self._transaction.changed_rows), read)

    def extend_claim(self, order_id: int, holder: int, until: datetime, since: datetime | None = None) -> bool:
        """Extend the holder's claim until a time; return False if the holder does not have the order."""
        theirs = sa.update(orders).where(_c.id == order_id, _c.holder == holder)
        counted = {} if since is None else {"claimed_at": since}
        return self._transaction.execute(theirs.values(claimed_until=until, **counted)).rowcount > 0

    def lapsed(self, now: datetime, limit: int) -> tuple[Order, ...]:
        """Return the orders with an expired claim, the longest expired first."""
        over = sa.or_(_c.claimed_until <= now, _c.claimed_until > now + FARTHEST_CLAIM)
        claimed = sa.select(orders).where(_c.claimed_until.is_not(None), over, _c.holder.is_not(None))
        selected = claimed.order_by(_c.claimed_until, _c.id).limit(limit)
        found = self._transaction.execute(read_by(selected, orders, "ix_orders_claimed_until"))
        return tuple(map(order_from_row, found.mappings()))

    def key_facts(self) -> Iterable[tuple[int, str, str, Phase, bool]]:
        """Return id, registration number, type, phase and deletion of every order."""
        selected = sa.select(_c.id, _c.number, _c.type, _c.phase, _c.deleted_at.is_not(None)).order_by(_c.id)
        for order_id, number, order_type, phase, deleted in self._transaction.execute(selected):
            yield order_id, number, order_type, Phase(phase), bool(deleted)

    def replace_keys(self, keys: Mapping[int, str | None]) -> None:
        """Set the key of every named order; the orders may exchange keys."""
        if not keys:
            return
        held = {row.id: row.duplicate_key for row in self._transaction.execute(sa.select(_c.id, _c.duplicate_key))}
        changed = {order: key for order, key in sorted(keys.items()) if order in held and held[order] != key}
        # An order that gives its key to another one has none in between; the others are written once.
        taken = {key for key in changed.values() if key is not None}
        with self._transaction.savepoint():
            self._put_keys({order: None for order in changed if held[order] in taken})
            self._put_keys(changed)

    def _put_keys(self, keys: Mapping[int, str | None]) -> None:
        if keys:
            self._transaction.execute(_PUT_KEY, [{"order": order, "key": key} for order, key in keys.items()])

    def _note_shared(self, row: Mapping[str, Any]) -> None:
        """Note the order's modem if it stands under another number too; the list asks whether it still does."""
        key = {"its_serial": row["serial"], "its_number": row["number"]}
        if self._transaction.scalar(_OTHER_NUMBER, key) is not None:
            noted = insert_new(self._transaction, shared_serials, ["serial"])
            self._transaction.execute(noted, {"serial": row["serial"]})

    def _name_of(self, technician: str) -> str:
        person = SqlPersonRepository(self._transaction).by_code(technician)
        return person.name if person else ""

    def _duplicate(self, order: Order, key: str | None) -> Exception:
        holder = self._transaction.scalar(sa.select(_c.id).where(_c.duplicate_key == key, _c.id != order.id))
        if key is not None and holder is not None:
            return DuplicateOrder(order.number, holder)
        return StorageBusy(f"the key {key} became free between two statements")


def _total_key(row: Mapping[Any, Any]) -> TotalKey | None:
    if row["deleted_at"] is not None:
        return None
    return row["type"], row["status"], Phase(row["phase"]), row["sto"]
