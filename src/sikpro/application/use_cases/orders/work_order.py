"""Take an order, give it back, assign it: one order, one helpdesk."""

from datetime import datetime, timedelta

from attrs import evolve

from sikpro.application.ports.queries import UNKNOWN, Key, OrderFilter, Sort
from sikpro.application.ports.set_aside import LONGEST_ASIDE
from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import first_status
from sikpro.application.use_cases.orders.record_change import record_change
from sikpro.application.use_cases.orders.still_aside import still_aside
from sikpro.domain.errors import AlreadyTaken, ConcurrencyConflict, ForbiddenMove, NotFound, TooManyClaims
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import Phase, Stage

_FEW = 20
_WORTH_IT = timedelta(minutes=3)
"""The least time that a renewal must add to be saved, because a page renews every minute."""

_TWICE = timedelta(seconds=3)
"""A second press within this time counts as the same press."""


def take_order(uow: UnitOfWork, order_id: int, by: Person, now: datetime) -> Order:
    """Take an order, or renew the person's claim on it.

    Raises `AlreadyTaken`, `ForbiddenMove`, `NotPermitted`, `TooManyClaims` when the person has as many orders as the
    installation allows. Two presses at the same moment may pass that limit by one.
    """
    by.must(Permission.WORK)
    order = uow.orders.get(order_id)
    most = uow.installation.get().most_claims
    if most and order.holder is None and uow.order_queries.count(OrderFilter(holder=by.id), most) >= most:
        raise TooManyClaims(most)
    change = order.take(by.id, first_status(uow, Phase.IN_PROGRESS), now, uow.installation.get().claim)
    return record_change(uow, change, by.id)


def take_next(
    uow: UnitOfWork,
    by: Person,
    now: datetime,
    which: OrderFilter = OrderFilter(),  # noqa: B008  # frozen
) -> Order | None:
    """Take the oldest waiting order of a filter, None when none waits. Two people at once get different orders.

    Orders that the person set aside or does not serve are left out. Raises `NotPermitted`, `TooManyClaims`.
    """
    by.must(Permission.WORK)
    which = evolve(_served(uow, by, which), phases=Stage.WAITING.phases)
    aside = uow.set_aside.of_person(by.id, now - LONGEST_ASIDE)
    left_out = {one.order_id: one for one in aside if one.until > now}
    after: Key | None = None
    while rows := uow.order_queries.page(which, sort=Sort.OLDEST, after=after, limit=_FEW):
        for row in rows:
            if row.id in left_out and still_aside(uow, left_out[row.id], row.version):
                continue
            try:
                with uow.savepoint():
                    return take_order(uow, row.id, by, now)
            except (AlreadyTaken, ConcurrencyConflict, ForbiddenMove):
                continue  # somebody else took it first: try the next one
        after = rows[-1].key
    return None


def _served(uow: UnitOfWork, by: Person, which: OrderFilter) -> OrderFilter:
    """Return the filter with what the person serves, unless it names types or places itself.

    The STOs that a person serves are the chosen ones and those of the chosen Site Operations.
    """
    chosen = uow.work_preferences.of(by.id)
    if not which.type:
        which = evolve(which, types=frozenset(chosen.types))
    if (chosen.stos or chosen.site_operations) and not which.sto and not which.site_operation:
        theirs = {row.code for row in uow.catalogue.stos() if row.site_operation in chosen.site_operations}
        # An STO that does not exist has no orders: a Site Operation without STOs does not serve all of them.
        which = evolve(which, stos=frozenset(chosen.stos | theirs) or frozenset({UNKNOWN}))
    return which


def just_taken(uow: UnitOfWork, by: Person, now: datetime, held: int) -> Order | None:
    """Return the order a person took a moment ago, if they now have more than `held`: they pressed *next* twice."""
    claim = uow.installation.get().claim
    rows = uow.order_queries.page(OrderFilter(holder=by.id), sort=Sort.OLDEST, after=None, limit=held + _FEW)
    fresh = [row for row in rows if row.claimed_until and row.claimed_until > now + claim - _TWICE]
    if len(rows) <= held or not fresh:
        return None
    return uow.orders.get(max(fresh, key=lambda row: row.changed_at).id)


def give_back_order(uow: UnitOfWork, order_id: int, by: Person, now: datetime) -> Order:
    """Put the person's order back into the queue. Raises `AlreadyTaken`, `ForbiddenMove`, `NotPermitted`."""
    by.must(Permission.WORK)
    change = uow.orders.get(order_id).give_back(by.id, first_status(uow, Phase.WAITING), now)
    return record_change(uow, change, by.id)


def assign_order(uow: UnitOfWork, order_id: int, to: int, by: Person, now: datetime) -> Order:
    """Give an order to a helpdesk: a team leader whoever has it, a helpdesk only what they have themselves.

    Raises `NotPermitted`, `NotFound` when `to` is not the id of a person who may work orders, `ForbiddenMove`.
    """
    by.must(Permission.LEAD if by.may(Permission.LEAD) else Permission.WORK)
    order = uow.orders.get(order_id)
    if order.holder != by.id:
        by.must(Permission.LEAD)
    helpdesk = uow.people.get(to)
    if not helpdesk.may(Permission.WORK):
        raise NotFound(what="helpdesk", name=helpdesk.name)
    change = order.assign(to, first_status(uow, Phase.IN_PROGRESS), now, uow.installation.get().claim)
    return record_change(uow, change, by.id)


def renew_claim(uow: UnitOfWork, order_id: int, by: Person, now: datetime, *, confirmed: bool = False) -> Order:
    """Extend the holder's claim on an order, because its page is open or because they confirm it (`confirmed`).

    An open page alone extends it to `LONGEST_CLAIM` at most. Nothing changes for people who do not have the order.
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
    """Put orders whose claim ran out back into the queue, and return how many."""
    freed = 0
    waiting = first_status(uow, Phase.WAITING)
    for order in uow.orders.lapsed(now, limit):
        change = order.free_lapsed(waiting, now)
        if change:
            record_change(uow, change, None)
            freed += 1
    return freed


def check_version(order: Order, version: int | None) -> Order:
    """Return the order if it is at the caller's version, or if there is none. Raises `ConcurrencyConflict`."""
    if version is not None and order.version != version:
        raise ConcurrencyConflict(number=order.number)
    return order
