"""Reads over modems, ODPs and STOs: each walks an index and stops when its page is full."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby, islice
from typing import Any

import sqlalchemy as sa

from sikpro.adapters.sql.chosen_index import read_by
from sikpro.adapters.sql.filters import paged, rows
from sikpro.adapters.sql.mappers import list_row
from sikpro.adapters.sql.tables import HELD, REOPENED_TWICE, STANDING, orders, shared_serials
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.devices import CountedRow, HeldUpOdp, KnownOrder, OdpSummary, SharedSerial
from sikpro.application.ports.queries import Key, OrderRow, Sort
from sikpro.domain.phase import OPEN, Phase, Stage, phase_values

_c = orders.c
_AT_ONCE = 500
"""Registration numbers in one statement; an old SQLite allows at most 999 parameters."""

_OPEN = phase_values(OPEN)
_COMPLETED = phase_values(Stage.COMPLETED.phases)


class SqlDeviceQueries:
    """Reads over devices."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def installed_at(self, odp: str, limit: int) -> tuple[OrderRow, ...]:
        """Return the last completed order of each modem whose last completed order names this ODP, newest first."""
        later = orders.alias("later")
        ended, ended_later = (sa.func.coalesce(c.finished_at, c.received_at) for c in (_c, later.c))
        newer = sa.tuple_(ended_later, later.c.id) > sa.tuple_(ended, _c.id)
        moved_on = sa.exists().where(
            later.c.serial == _c.serial, _no_index(later.c.phase).in_(_COMPLETED), later.c.deleted_at.is_(None), newer
        )
        selected = rows.where(_c.odp == odp, _no_index(_c.phase).in_(_COMPLETED), _c.deleted_at.is_(None), ~moved_on)
        found = self._transaction.execute(selected.order_by(ended.desc(), _c.id.desc()).limit(limit))
        return tuple(map(list_row, found.mappings()))

    def boxes(self, sto: str, after: str, limit: int) -> tuple[OdpSummary, ...]:
        """Return the ODPs with an STO's code in their names, by name, after a given name."""
        selected = (
            sa.select(
                _c.odp,
                sa.func.count().label("orders"),
                _times(_c.phase.in_(_COMPLETED)).label("completed"),
                _times(_c.phase.in_(_OPEN)).label("open"),
                sa.func.sum(_c.hold_ups).label("hold_ups"),
            )
            # One range of the ODP index: `.` is the character after `-`.
            .where(_c.odp > max(after, f"ODP-{sto}-"), _c.odp < f"ODP-{sto}.", _c.deleted_at.is_(None))
            .group_by(_c.odp)
            .order_by(_c.odp)
            .limit(limit)
        )
        return tuple(OdpSummary(**row) for row in self._transaction.execute(selected).mappings())

    def shared_serials(self, after: str, limit: int) -> tuple[SharedSerial, ...]:
        """Return modems with live or completed orders under several registration numbers, by serial, after `after`."""
        serial = shared_serials.c.serial
        counted, numbers = (
            # Subqueries: a join may begin with a million orders.
            read_by(sa.select(count).where(sa.text(STANDING), _c.serial == serial), orders, "ix_orders_installed")
            .correlate(shared_serials)
            .scalar_subquery()
            for count in (sa.func.count(), sa.func.count(_c.number.distinct()))
        )
        selected = (
            sa.select(serial, counted.label("orders"), numbers.label("numbers"))
            .where(serial > after, numbers > 1)
            .order_by(serial)
            .limit(limit)
        )
        return tuple(SharedSerial(**row) for row in self._transaction.execute(selected).mappings())

    def held_up_odps(
        self, since: datetime, least: int, after: tuple[int, str] | None, limit: int
    ) -> tuple[HeldUpOdp, ...]:
        """Return ODPs whose orders received since were held up at least `least` times, most first, then by name."""
        times = sa.func.sum(_c.hold_ups)
        selected = (
            sa.select(_c.odp, times.label("hold_ups"), sa.func.count().label("orders"))
            .where(sa.text(HELD), _c.received_at >= since)
            .group_by(_c.odp)
            .having(times >= least)
            .order_by(times.desc(), _c.odp)
            .limit(limit)
        )
        if after is not None:
            place, name = after
            selected = selected.having(sa.or_(times < place, sa.and_(times == place, _c.odp > name)))
        found = self._transaction.execute(read_by(selected, orders, "ix_orders_held_up"))
        return tuple(HeldUpOdp(**row) for row in found.mappings())

    def held_up_orders(self, odp: str, since: datetime, limit: int) -> tuple[CountedRow, ...]:
        """Return an ODP's held-up orders received since, with their number of hold-ups, newest first."""
        wanted = (_c.odp == odp, _c.received_at >= since, _c.hold_ups > 0, _c.deleted_at.is_(None))
        selected = rows.add_columns(_c.hold_ups.label("times")).where(*wanted)
        selected = read_by(selected, orders, "ix_orders_odp_received_at_id")
        return self._counted(paged(selected, sort=Sort.NEWEST, limit=limit))

    def reopened(self, after: Key | None, limit: int) -> tuple[CountedRow, ...]:
        """Return orders reopened twice or more, with the number of reopenings, newest first."""
        wanted = (sa.text(REOPENED_TWICE), _c.deleted_at.is_(None))
        selected = rows.add_columns(_c.reopenings.label("times")).where(*wanted)
        selected = read_by(selected, orders, "ix_orders_reopened")
        return self._counted(paged(selected, sort=Sort.NEWEST, after=after, limit=limit))

    def known(self, numbers: Iterable[str]) -> Mapping[str, tuple[KnownOrder, ...]]:
        """Return every order under these registration numbers, by number, oldest first."""
        columns = (
            *(_c.id, _c.number, _c.type, _c.phase, _c.status, _c.channel, _c.received_at, _c.deleted_at, _c.version),
        )
        found: list[KnownOrder] = []
        wanted = iter(sorted(set(numbers)))
        while some := tuple(islice(wanted, _AT_ONCE)):
            selected = sa.select(*columns).where(_c.number.in_(some)).order_by(_c.number, _c.received_at, _c.id)
            found += map(_known, self._transaction.execute(selected).mappings())
        return {number: tuple(group) for number, group in groupby(found, lambda order: order.number)}

    def _counted(self, selected: sa.Select[Any]) -> tuple[CountedRow, ...]:
        return tuple(CountedRow(list_row(row), row["times"]) for row in self._transaction.execute(selected).mappings())


def _no_index(column: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """Return a column for a comparison for which no index is looked for: most orders have the phase."""
    return column.concat("")


def _times(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def _known(row: Any) -> KnownOrder:
    return KnownOrder(
        id=row["id"],
        number=row["number"],
        type=row["type"],
        phase=Phase(row["phase"]),
        status=row["status"],
        channel=row["channel"],
        received_at=row["received_at"],
        deleted=row["deleted_at"] is not None,
        version=row["version"],
    )
