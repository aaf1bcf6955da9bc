"""Where the next order of a filter may be: what the indexes know of it, without walking the list."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from attrs import frozen

from sikpro.adapters.sql.chosen_index import read_by
from sikpro.adapters.sql.filters import of_groups, received
from sikpro.adapters.sql.looking import walked_by
from sikpro.adapters.sql.search import is_broad, next_with_text
from sikpro.adapters.sql.tables import orders, totals
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.queries import LAST_ID, Key, OrderFilter
from sikpro.domain.phase import phase_values

_c, _t = orders.c, totals.c
_COUNTED = {"status": ("phases", "group"), "sto": ("stos", "site_operation")}
"""The codes of the saved totals for which orders have an index in the order of receipt, with what narrows them."""

_MOST_CODES = 40
"""Among so many codes the next order of each is looked up."""


@frozen
class NextPossible:
    """Goes on from a place by one index after the other; each may only go further."""

    transaction: OpenTransaction
    which: OrderFilter
    down: bool

    def after(self, place: Key) -> Key | None:
        """Return the last place up to which no order of the filter comes, None if none comes at all."""
        if self.which.deleted or self.which.holder is not None:
            return place
        found: Key | None = place
        for step in (self._by_codes, self._by_totals, self._by_text, self._by_receipt):
            if found is None:
                return None
            found = step(found)
        return found

    def _by_codes(self, place: Key) -> Key | None:
        """Go to where each of the chosen codes has its next order."""
        for name, code in self.which.codes.items():
            found = self._next_of(place, name, code)
            if found is None:
                return None
            place = found
        return place

    def _by_totals(self, place: Key) -> Key | None:
        """Go to the next order of a status and of an STO that any order of the filter has."""
        if self.transaction.totals:
            return place  # they change in this transaction, and are saved at its end
        kinds = self.transaction.execute(sa.select(_t.status, _t.sto).where(*self._kinds()).distinct()).all()
        if not kinds:
            return None
        for name, narrowing in _COUNTED.items():
            codes = {str(getattr(kind, name)) for kind in kinds}
            narrowed = any(getattr(self.which, one) for one in narrowing)
            if name in self.which.codes or not narrowed or len(codes) > _MOST_CODES:
                continue
            places = [found for code in codes if (found := self._next_of(place, name, code)) is not None]
            if not places:
                return None
            place = max(places, key=_in_order) if self.down else min(places, key=_in_order)
        return place

    def _kinds(self) -> list[sa.ColumnElement[bool]]:
        which = self.which
        equal = ((_t.type, which.type), (_t.status, which.status), (_t.sto, which.sto))
        several = ((_t.type, which.types), (_t.sto, which.stos), (_t.phase, phase_values(which.phases)))
        return [
            _t.count > 0,
            *(column == value for column, value in equal if value),
            *(column.in_(sorted(values)) for column, values in several if values),
            *of_groups(which, _t.sto, _t.status),
        ]

    def _by_text(self, place: Key) -> Key | None:
        """Go to the day of the next order with the text, as the index of texts knows it."""
        if not is_broad(self.transaction, self.which.text):
            return place
        found = next_with_text(self.transaction, self.which.text, place, down=self.down)
        if found is None:
            return None
        return min(found, place, key=_in_order) if self.down else max(found, place, key=_in_order)

    def _by_receipt(self, place: Key) -> Key | None:
        """Go to the next order in the list's span of time."""
        walked, index = walked_by(self.which)
        return self._first(place, index, walked)

    def _next_of(self, place: Key, name: str, code: str | int) -> Key | None:
        return self._first(place, f"ix_orders_{name}_received_at_id", _c[name] == code)

    def _first(self, place: Key, index: str, condition: Any) -> Key | None:
        there = received(self.which.span, place, down=self.down)
        found = sa.select(_c.received_at, _c.id).where(condition, *there)
        order = (_c.received_at.desc(), _c.id.desc()) if self.down else (_c.received_at, _c.id)
        row = self.transaction.execute(read_by(found.order_by(*order).limit(1), orders, index)).first()
        return None if row is None else just_before(row.received_at, int(row.id), down=self.down)


def just_before(received_at: datetime, order_id: int, *, down: bool) -> Key:
    """Return the last place before an order."""
    return Key(received_at, min(order_id + 1, LAST_ID) if down else order_id - 1)


def _in_order(key: Key) -> tuple[datetime, int]:
    return key.received_at, key.id
