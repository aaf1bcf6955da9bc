"""What comes after an order: the next one that the person has, and the undo of their last answer."""

from datetime import datetime

from attrs import frozen

from sikpro.application.ports.queries import Key, OrderFilter, OrderRow, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.undo_and_views import UndoStep
from sikpro.application.use_cases.orders.undo_status import undoable
from sikpro.domain.people import Permission, Person

_FEW = 2


@frozen(kw_only=True)
class Ahead:
    """What a page shows beside an order: its id, the person's next order, how many they have, what can be undone."""

    order_id: int
    goes_on: bool
    following: OrderRow | None
    undo: tuple[UndoStep, ...]

    @property
    def ready(self) -> OrderRow | None:
        """Return the order that opens after an answer, None if the page stays."""
        return self.following if self.goes_on else None


def look_ahead(uow: UnitOfWork, order_id: int, me: Person, now: datetime) -> Ahead:
    """Return what comes after an order for this person."""
    works = me.may(Permission.WORK)
    return Ahead(
        order_id=order_id,
        goes_on=works and wants_to_go_on(uow, me),
        following=_following(uow, order_id, me) if works else None,
        undo=undoable(uow, me, now),
    )


def next_of_mine(uow: UnitOfWork, order_id: int, me: Person) -> int | None:
    """Return the id of the person's next order after this one, oldest first and then from the start; None for none."""
    row = _following(uow, order_id, me)
    return row.id if row else None


def wants_to_go_on(uow: UnitOfWork, me: Person) -> bool:
    """Return whether the person wants the next of their orders after an answer."""
    return uow.work_preferences.of(me.id).go_on


def stamp(uow: UnitOfWork, order_id: int) -> str:
    """Return a mark of an order's present state: a page that was made earlier is good while it is the same."""
    order = uow.orders.get(order_id)
    latest = max((entry.id for entry in uow.journal.of_order(order_id)), default=0)
    return f"{order_id}.{order.version}.{latest}.{order.holder or 0}"


def _following(uow: UnitOfWork, order_id: int, me: Person) -> OrderRow | None:
    mine, present = OrderFilter(holder=me.id), uow.orders.get(order_id)
    after = Key(present.received_at, order_id)
    rows = uow.order_queries.page(mine, sort=Sort.OLDEST, after=after, limit=1)
    rows = rows or uow.order_queries.page(mine, sort=Sort.OLDEST, after=None, limit=_FEW)
    return next((row for row in rows if row.id != order_id), None)
