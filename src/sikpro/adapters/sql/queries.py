"""Reads over orders for lists and answers."""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa

from sikpro.adapters.sql.chosen_index import BY_ID, read_by
from sikpro.adapters.sql.constant import Constant
from sikpro.adapters.sql.filters import paged, rows, wanted
from sikpro.adapters.sql.looking import edge_of, index_for, index_for_all
from sikpro.adapters.sql.mappers import list_row
from sikpro.adapters.sql.next_possible import NextPossible
from sikpro.adapters.sql.search import is_broad
from sikpro.adapters.sql.tables import LIVE, WITH_PORT, orders, totals
from sikpro.adapters.sql.transaction import OpenTransaction, TotalKey
from sikpro.application.ports.queries import Key, OrderFilter, OrderRow, Sort, Total
from sikpro.domain.phase import OPEN, Phase, Stage, Turn, phase_values
from sikpro.domain.search_text import search_term

_c = orders.c
_QUEUE = phase_values(Stage.WAITING.phases)

# Each registration asks these: the statements are built once.
_ROW = Constant(rows.where(_c.id == sa.bindparam("order_id")))
_BEFORE = Constant(
    read_by(
        sa.select(sa.func.count()).where(
            sa.text(LIVE),
            sa.or_(*(_c.phase == sa.literal_column(f"'{phase}'") for phase in _QUEUE)),
            sa.tuple_(_c.received_at, _c.id)
            < sa.tuple_(sa.bindparam("at", type_=_c.received_at.type), sa.bindparam("order_id", type_=_c.id.type)),
        ),
        orders,
        "ix_orders_live_phase",
    )
)
_ACTED_SINCE = Constant(sa.select(sa.func.count()).where(_c.first_action_at >= sa.bindparam("since")))
_OTHERS = (
    rows.where(sa.text(LIVE), _c.id != sa.bindparam("but")).order_by(_c.received_at, _c.id).limit(sa.bindparam("most"))
)
_WITH_SERIAL = Constant(_OTHERS.where(_c.serial == sa.bindparam("serial")))
_AT_PORT = Constant(
    _OTHERS.where(
        sa.text(WITH_PORT),
        _c.odp == sa.bindparam("odp"),
        _c.port == sa.bindparam("port"),
        _c.serial != sa.bindparam("serial"),
    )
)
_NEWEST = sa.select(sa.func.coalesce(sa.func.max(_c.id), 0))
_MOST = 300
_AT_ONCE = 500
_made: dict[Hashable, sa.Select[Any]] = {}


class SqlOrderQueries:
    """Reads flat rows, paged by key."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def page(self, which: OrderFilter, *, sort: Sort, after: Key | None, limit: int) -> tuple[OrderRow, ...]:
        """Return the next rows after a position."""

        def make() -> sa.Select[Any]:
            index = index_for(self._transaction, which, sort, after)
            if not sort.column:
                there = wanted(self._transaction, which, after=after, down=sort.down)
                if self._found_first(which):
                    some = paged(sa.select(_c.id).where(*there), sort=sort, limit=limit)
                    return paged(_those(_sorted_after(some, sort)), sort=sort, limit=limit)
                return paged(read_by(rows.where(*there), orders, index), sort=sort, limit=limit)
            ours = wanted(self._transaction, which)
            # Only ids are sorted: whole rows of all open orders would be carried along.
            some = paged(read_by(sa.select(_c.id).where(*ours), orders, index), sort=sort, after=after, limit=limit)
            return paged(_those(some), sort=sort, limit=limit)

        return self._rows(make() if after else self._made(which, ("page", sort, limit), make))

    def count(self, which: OrderFilter, cap: int) -> int:
        """Return the number of orders, counted up to `cap`."""

        return self.counts((which,), cap)[0]

    def counts(self, several: Sequence[OrderFilter], cap: int) -> tuple[int, ...]:
        """Return the number of orders of each filter, counted up to `cap`, by one statement."""

        def count(which: OrderFilter) -> sa.Select[Any]:
            some = self._read(sa.select(_c.id), which).limit(cap)
            return sa.select(sa.func.count()).select_from(some.subquery())

        def make() -> sa.Select[Any]:
            if len(several) == 1:
                return count(several[0])
            return sa.select(*(count(which).scalar_subquery() for which in several))

        found = self._transaction.execute(self._made(tuple(several), ("count", cap), make)).one()
        return tuple(map(int, found))

    def open_counts(self, which: OrderFilter) -> tuple[Mapping[Phase, int], int]:
        """Return the number of orders by phase, and of those for which it is the helpdesk's turn."""
        phases = [phase for phase in Phase if phase in OPEN]
        # Sums instead of groups: nothing is sorted.
        conditions = [*(_c.phase == phase.value for phase in phases), _c.turn == Turn.HELPDESK.value]
        summed = sa.select(*(sa.func.sum(sa.case((condition, 1), else_=0)) for condition in conditions))
        *found, todo = (int(number or 0) for number in self._transaction.execute(self._read(summed, which)).one())
        return dict(zip(phases, found, strict=True)), todo

    def edge(self, which: OrderFilter, *, down: bool, after: Key | None) -> datetime | None:
        """Return until which time of receipt one look from a place goes, None to the end."""
        return edge_of(self._transaction, which, down=down, after=after)

    def next_possible(self, which: OrderFilter, *, down: bool, after: Key) -> Key | None:
        """Return where the next look after a place may begin, None if no order of the filter is there."""
        return NextPossible(self._transaction, which, down=down).after(after)

    def technicians(self, which: OrderFilter) -> Mapping[str, int]:
        """Return the number of orders by technician's code."""
        grouped = self._read(sa.select(_c.technician, sa.func.count()).group_by(_c.technician), which)
        return {str(code): int(count) for code, count in self._transaction.execute(grouped)}

    def row(self, order_id: int) -> OrderRow | None:
        """Return one order as a row, deleted or not."""
        found = self._rows(_ROW, {"order_id": order_id})
        return found[0] if found else None

    def versions(self, order_ids: Collection[int]) -> Mapping[int, int]:
        """Return the versions of the orders that exist, by id."""
        found, ids = dict[int, int](), iter(sorted(order_ids))
        while part := list(islice(ids, _AT_ONCE)):
            some = read_by(sa.select(_c.id, _c.version).where(_c.id.in_(part)), orders, BY_ID)
            found |= {int(row.id): int(row.version) for row in self._transaction.execute(some)}
        return found

    def place_in_queue(self, received_at: datetime, order_id: int) -> int:
        """Return the position among the waiting orders; 1 is next."""
        return int(self._transaction.scalar(_BEFORE, {"at": received_at, "order_id": order_id})) + 1

    def first_actions_since(self, since: datetime) -> int:
        """Return the number of orders with their first helpdesk action since: the pace."""
        return int(self._transaction.scalar(_ACTED_SINCE, {"since": since}))

    def of_person(self, person: int, technician: str | None, limit: int) -> tuple[OrderRow, ...]:
        """Return the live orders that a person sent or is the technician of, oldest first."""
        theirs = _open_of(_c.sender, person)
        if technician is not None:
            both = theirs.union(_open_of(_c.technician, technician))
            return self._rows(paged(_those(both), limit=limit))
        return self._rows(paged(_those(theirs), limit=limit))

    def live_with(self, serial: str, odp: str, port: str, *, but: int, limit: int) -> tuple[OrderRow, ...]:
        """Return the other live orders of a modem, then those of a port."""
        # One statement for each index: with OR, SQLite would read neither.
        wanted = {"serial": serial, "but": but, "most": limit}
        found = self._rows(_WITH_SERIAL, wanted)
        if port and len(found) < limit:
            found += self._rows(_AT_PORT, wanted | {"odp": odp, "port": port, "most": limit - len(found)})
        return found

    def newest_id(self) -> int:
        """Return the id of the newest order, 0 if there is none."""
        return int(self._transaction.scalar(_NEWEST))

    def totals(self) -> tuple[Total, ...]:
        """Return the saved totals with the changes of this transaction, without zeros."""
        counts: dict[TotalKey, int] = {
            (type_, status, Phase(phase), sto): count
            for type_, status, phase, sto, count in self._transaction.execute(sa.select(*totals.c))
        }
        for key, change in self._transaction.totals.items():
            counts[key] = counts.get(key, 0) + change
        return tuple(
            Total(type=type_, status=status, phase=phase, sto=sto, count=count)
            for (type_, status, phase, sto), count in sorted(counts.items())
            if count
        )

    def _found_first(self, which: OrderFilter) -> bool:
        """Whether PostgreSQL has to find all orders with a text before it sorts them.

        It believes that they are spread over all years. If they are old, it would look through the newest for them.
        """
        text = which.text
        return not self._transaction.on_sqlite and bool(search_term(text)) and not is_broad(self._transaction, text)

    def _read(self, statement: sa.Select[Any], which: OrderFilter) -> sa.Select[Any]:
        """Return the statement for the orders of a filter, to be read by their index."""
        chosen = index_for_all(self._transaction, which)
        return read_by(statement.where(*wanted(self._transaction, which)), orders, chosen)

    def _made(
        self, which: OrderFilter | tuple[OrderFilter, ...], what: Hashable, make: Callable[[], sa.Select[Any]]
    ) -> sa.Select[Any]:
        """Return the statement of a filter; one that will be asked for again is made once.

        Such a filter has no text, no code and no moment, so its conditions and its index follow from it alone.
        """
        if any(map(_is_of_its_own, (which,) if isinstance(which, OrderFilter) else which)):
            return make()
        key = self._transaction.on_sqlite, which, what
        statement = _made.get(key)
        if statement is None:
            if len(_made) >= _MOST:
                _made.clear()
            statement = _made[key] = make()
        return statement

    def _rows(
        self, statement: sa.Select[Any] | Constant, values: Mapping[str, object] | None = None
    ) -> tuple[OrderRow, ...]:
        return tuple(map(list_row, self._transaction.rows(statement, values)))


def _sorted_after(some: sa.Select[Any], sort: Sort) -> sa.Select[Any]:
    """Sort by receipt, but by no index of it."""
    key: list[sa.ColumnElement[Any]] = [_c.received_at + sa.literal(timedelta()), _c.id]
    return some.order_by(None).order_by(*(part.desc() if sort.down else part for part in key))


def _is_of_its_own(which: OrderFilter) -> bool:
    moments = (
        *(which.newer_than, which.changed_since, which.received, which.finished),
        *(which.overdue, which.due, which.turn_began),
    )
    return bool(which.text or which.codes) or any(one is not None for one in moments)


def _those(ids: Any) -> sa.Select[Any]:
    return read_by(rows.where(_c.id.in_(ids)), orders, BY_ID)


def _open_of(column: sa.Column[Any], value: object) -> sa.Select[tuple[int]]:
    theirs = sa.select(_c.id).where(sa.text(LIVE), column == value)
    return read_by(theirs, orders, f"ix_orders_live_{column.name}")
