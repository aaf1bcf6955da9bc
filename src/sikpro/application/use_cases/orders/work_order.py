"""Take an order, give it back, hand it to somebody: one order, one helpdesk."""

from datetime import datetime, timedelta

from sikpro.application.ports.queries import Key, OrderFilter, Sort
from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import first_status
from sikpro.application.use_cases.orders.record_change import record_change
from sikpro.domain.errors import AlreadyTaken, ConcurrencyConflict, ForbiddenMove, NotFound
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import Phase, Stage

_WAITING = OrderFilter(phases=Stage.WAITING.phases)
_FEW = 20
_WORTH_IT = timedelta(minutes=3)
"""What a renewal has to add to be stored: a page asks every minute."""

_TWICE = timedelta(seconds=3)
"""A second press so soon after the first is the same one."""


def take_order(uow: UnitOfWork, order_id: int, by: Person, now: datetime) -> Order:
    """Take an order, or renew one's claim on it. Raises `AlreadyTaken`, `ForbiddenMove`, `NotPermitted`."""
    by.must(Permission.WORK)
    order = uow.orders.get(order_id)
    change = order.take(by.id, first_status(uow, Phase.IN_PROGRESS), now, uow.installation.get().claim)
    return record_change(uow, change, by.id)


def take_next(uow: UnitOfWork, by: Person, now: datetime) -> Order | None:
    """Take the oldest waiting order, None when none waits: of two who ask at once, each gets one of their own.

    Raises `NotPermitted`.
    """
    by.must(Permission.WORK)
    after: Key | None = None
    while rows := uow.order_queries.page(_WAITING, sort=Sort.OLDEST, after=after, limit=_FEW):
        for row in rows:
            try:
                with uow.savepoint():
                    return take_order(uow, row.id, by, now)
            except (AlreadyTaken, ConcurrencyConflict, ForbiddenMove):
                continue  # somebody was faster: the next one is as good
        after = rows[-1].key
    return None


def just_taken(uow: UnitOfWork, by: Person, now: datetime, held: int) -> Order | None:
    """The order that somebody took a moment ago when they have more than `held`: they ask for the next one twice."""
    claim = uow.installation.get().claim
    rows = uow.order_queries.page(OrderFilter(holder=by.id), sort=Sort.OLDEST, after=None, limit=held + _FEW)
    fresh = [row for row in rows if row.claimed_until and row.claimed_until > now + claim - _TWICE]
    if len(rows) <= held or not fresh:
        return None
    return uow.orders.get(max(fresh, key=lambda row: row.changed_at).id)


def give_back_order(uow: UnitOfWork, order_id: int, by: Person, now: datetime) -> Order:
    """Put an order one has back into the queue. Raises `AlreadyTaken`, `ForbiddenMove`, `NotPermitted`."""
    by.must(Permission.WORK)
    change = uow.orders.get(order_id).give_back(by.id, first_status(uow, Phase.WAITING), now)
    return record_change(uow, change, by.id)


def assign_order(uow: UnitOfWork, order_id: int, to: int, by: Person, now: datetime) -> Order:
    """Give an order to a helpdesk, or take it over oneself, whoever has it.

    Raises `NotPermitted`, `NotFound` when nobody who may work on orders has the id `to`, `ForbiddenMove`.
    """
    by.must(Permission.LEAD)
    helpdesk = uow.people.get(to)
    if not helpdesk.may(Permission.WORK):
        raise NotFound(what="helpdesk", name=helpdesk.name)
    order = uow.orders.get(order_id)
    change = order.assign(to, first_status(uow, Phase.IN_PROGRESS), now, uow.installation.get().claim)
    return record_change(uow, change, by.id)


def renew_claim(uow: UnitOfWork, order_id: int, by: Person, now: datetime, *, confirmed: bool = False) -> Order:
    """Let somebody's claim on an order last longer, because its page is open or because they say so (`confirmed`).

    An open page alone does it for `LONGEST_CLAIM` at most. Of who does not have the order nothing changes.
    """
    by.must(Permission.WORK)
    order, claim = uow.orders.get(order_id), uow.installation.get().claim
    if order.holder != by.id or order.claimed_until is None:
        return order
    until = now + claim if confirmed else order.renewed_until(now, claim)
    if until is not None and (confirmed or until - order.claimed_until >= _WORTH_IT):
        uow.orders.extend_claim(order_id, by.id, until, now if confirmed else None)
        uow.announce(Hint(Kind.ORDER, (order_id,)))
    return uow.orders.get(order_id)


def free_lapsed_claims(uow: UnitOfWork, now: datetime, limit: int = 100) -> int:
    """Put orders whose claim ran out back into the queue, and say how many."""
    freed = 0
    waiting = first_status(uow, Phase.WAITING)
    for order in uow.orders.lapsed(now, limit):
        change = order.interval(waiting, now)
        if change:
            record_change(uow, change, None)
            freed += 1
    return freed


def check_version(order: Order, version: int | None) -> Order:
    """Hold the caller to the version they saw, if they named one. Raises `ConcurrencyConflict`."""
    if version is not None and order.version != version:
        raise ConcurrencyConflict(number=order.number)
    return order
