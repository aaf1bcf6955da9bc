"""Verify the facts against their seals, the seals against each other, and the working rows against the facts."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from attrs import define, field

from sikpro.application.ports.journal import JournalEntry
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.errors import DomainError
from sikpro.domain.events import OrderRemarked
from sikpro.domain.order import Order
from sikpro.domain.retention import tells_of_people
from sikpro.domain.retold import differences, retold
from sikpro.domain.seals import (
    ABOUT_ORDERS,
    FactKind,
    Fault,
    FaultKind,
    LedgerFact,
    Seal,
    WorkingRow,
    data_of_order,
    faults_of_facts,
    faults_of_seal,
    salted,
    unpacked,
)

T = TypeVar("T")
R = TypeVar("R")

PAGE = 1_000
_ORDERS = 400
_LEAST = -(2**62)
_LISTED = 1_000
_UNREADABLE = (ValueError, TypeError, LookupError, DomainError, ExceptionGroup)
"""Raised for a value that nothing of ours wrote."""

Tell = Callable[[Fault], object]


@define(kw_only=True)
class Verified:
    """What was verified. `blind` facts have a salted hash that cannot be compared any more: their salt is deleted.

    `archived` facts could be compared only with an archive that was not given.
    `since` is the time of the first fact. `kept` is the seal that somebody kept outside, if it is among these.
    """

    facts: int = 0
    seals: int = 0
    waiting: int = 0
    blind: int = 0
    archived: int = 0
    faults: int = 0
    since: datetime | None = None
    last: Seal | None = None
    kept: Seal | None = None
    _tell: Tell = field(alias="tell")

    def without_salt(self, fact: LedgerFact, *, deleted: bool) -> None:
        """Count what cannot be compared because its salt is gone. It is a fault unless the texts were deleted too."""
        self.blind += deleted
        if not deleted:
            self.fault(Fault(kind=FaultKind.SALT_REMOVED, fact_id=fact.id, fact=fact))

    def fault(self, fault: Fault) -> None:
        """Count a fault and tell it."""
        self.faults += 1
        self._tell(fault)


def verify_facts(uow: UnitOfWork, tell: Tell, kept: str = "", archives: Sequence[UnitOfWork] = ()) -> Verified:
    """Verify everything and tell each fault as it is found; only reads, page by page.

    `kept` is the hash of a seal that somebody kept outside, or at least its first `SHORTEST` digits. With
    `archives` the facts about archived orders are compared with what these have.
    """
    verified = Verified(tell=tell)
    facts = _Facts(uow, verified, archives)
    for seal in _chain(uow):
        digests = uow.seals.digests(seal.number)
        for fault in faults_of_seal(seal, digests, verified.last):
            verified.fault(fault)
        held = unpacked(digests)
        if verified.last and seal.number > verified.last.number + 1:
            facts.until(min(held, default=seal.first) - 1)  # only the missing seal knows these
        for fault in faults_of_facts(seal.number, held, facts.until(max(held, default=seal.last))):
            verified.fault(fault)
        verified.seals += 1
        verified.last = seal
        if kept and seal.hash.startswith(kept):
            verified.kept = seal
    while waiting := facts.some():
        verified.waiting += len(waiting)
    if kept and verified.kept is None:
        verified.fault(Fault(kind=FaultKind.SEAL_UNKNOWN, row=kept))
    for row in uow.seals.rows_without_fact(_LISTED):
        verified.fault(Fault(kind=FaultKind.ROW_ADDED, row=row))
    _compare_orders(uow, verified, archives)
    return verified


@define
class _Facts:
    """The facts in the order of their ids, each compared with its working row as it is read."""

    _uow: UnitOfWork
    _verified: Verified
    _archives: Sequence[UnitOfWork]
    _ready: list[LedgerFact] = field(factory=list[LedgerFact], init=False)
    _after: int = field(default=_LEAST, init=False)

    def until(self, last: int) -> list[LedgerFact]:
        """Return the next facts, up to an id."""
        found: list[LedgerFact] = []
        while self._read() and self._ready[0].id <= last:
            here = [fact for fact in self._ready if fact.id <= last]
            found += here
            del self._ready[: len(here)]
        return found

    def some(self) -> list[LedgerFact]:
        """Return the next facts, () after the last."""
        self._read()
        found, self._ready = self._ready, []
        return found

    def _read(self) -> bool:
        if not self._ready:
            self._ready = list(self._uow.seals.facts(self._after, PAGE))
            if self._ready:
                self._after = self._ready[-1].id
                self._compare()
        return bool(self._ready)

    def _compare(self) -> None:
        verified, rows = self._verified, dict[int, WorkingRow]()
        facts = [fact for fact in self._ready if fact.kind is not FactKind.UNREADABLE]
        verified.facts += len(self._ready)
        verified.since = verified.since or next((fact.at for fact in facts), None)
        unreadable: list[LedgerFact] = []
        for uow in (self._uow, *self._archives):
            for some in _read_apart(uow.seals.rows_of, facts, unreadable):
                rows.update(some)
        archived = self._uow.archives.of({fact.order_id for fact in facts if fact.order_id is not None})
        for fact in unreadable:
            verified.fault(Fault(kind=FaultKind.ROW_CHANGED, fact_id=fact.id, fact=fact))
        for fact in facts:
            row = rows.get(fact.id)
            if fact in unreadable:
                continue
            if fact.order_id in archived and _is_elsewhere(fact, row):
                verified.archived += 1
            elif row is None:
                verified.fault(Fault(kind=FaultKind.ROW_GONE, fact_id=fact.id, fact=fact))
            elif row.blind(fact):
                verified.without_salt(fact, deleted=row.deleted)
            if row and (differing := row.differences(fact)):
                verified.fault(Fault(kind=FaultKind.ROW_CHANGED, fact_id=fact.id, fact=fact, fields=differing))


def _is_elsewhere(fact: LedgerFact, row: WorkingRow | None) -> bool:
    """Return whether the row of a fact is as an archived order leaves it: no history, sums of messages."""
    return fact.kind in ABOUT_ORDERS if row is None else row.deleted and row.blind(fact)


def _chain(uow: UnitOfWork) -> Iterator[Seal]:
    after = _LEAST
    while seals := uow.seals.chain(after, 100):
        yield from seals
        after = seals[-1].number


def _compare_orders(uow: UnitOfWork, verified: Verified, archives: Sequence[UnitOfWork]) -> None:
    """Compare each order with the last fact about it; name those that are gone, and those that have none and should."""
    gone = uow.seals.orders_gone(_LISTED)
    for order_id, facts in _facts_of(uow, gone, about=frozenset(FactKind)).items():
        about = [fact for fact in facts if fact.kind in ABOUT_ORDERS] or facts
        last = about[-1]
        verified.fault(Fault(kind=FaultKind.ORDER_GONE, fact_id=last.id, fact=last, row=f"orders {order_id}"))
    first, after = uow.seals.first_order(), _LEAST
    while ids := uow.seals.order_ids(after, _ORDERS):
        after = ids[-1]
        facts_of = _facts_of(uow, ids)
        for order_id in ids:
            if order_id not in facts_of and (order_id < 1 or (first is not None and order_id >= first)):
                verified.fault(Fault(kind=FaultKind.ORDER_ADDED, row=f"orders {order_id}"))
        _compare_some(uow, facts_of, verified)
        for archive in archives:
            there = {order.id for order in archive.seals.orders_of(list(facts_of))}
            _compare_some(archive, {one: facts for one, facts in facts_of.items() if one in there}, verified)


def _facts_of(
    uow: UnitOfWork, order_ids: Sequence[int], about: frozenset[FactKind] = ABOUT_ORDERS
) -> dict[int, list[LedgerFact]]:
    found: dict[int, list[LedgerFact]] = {}
    for fact in uow.seals.facts_of(order_ids):
        if fact.kind in about and fact.order_id is not None:
            found.setdefault(fact.order_id, []).append(fact)
    return found


def _compare_some(uow: UnitOfWork, facts: dict[int, list[LedgerFact]], verified: Verified) -> None:
    lasts = {order_id: _last(one) for order_id, one in facts.items()}
    salts = uow.seals.salts_of(list(lasts.values()))
    unreadable: list[int] = []
    archived = uow.archives.of(facts)
    orders = [order for found in _read_apart(uow.seals.orders_of, list(facts), unreadable) for order in found]
    entries: dict[int, Sequence[JournalEntry]] = {}
    for read in _read_apart(uow.seals.entries_of, list(facts), []):  # an entry that cannot be read is named already
        entries.update(read)
    for order_id in unreadable:
        last = lasts[order_id]
        verified.fault(Fault(kind=FaultKind.ORDER_CHANGED, fact_id=last.id, fact=last))
    for order in orders:
        last = lasts[order.id]
        if last.data and last.id not in salts and (order.id not in archived or tells_of_people(order)):
            verified.without_salt(last, deleted=not tells_of_people(order))
        differing = _differences(order, facts[order.id], last, salts.get(last.id, ""))
        retold_so = _retold_otherwise(order, facts[order.id][0], entries.get(order.id, ()))
        differing += tuple(name for name in retold_so if name != "deleted_at" or "removed" not in differing)
        if differing:
            verified.fault(Fault(kind=FaultKind.ORDER_CHANGED, fact_id=last.id, fact=last, fields=differing))


def _retold_otherwise(order: Order, first: LedgerFact, entries: Sequence[JournalEntry]) -> tuple[str, ...]:
    """Return the fields in which an order differs from what its journal tells, if that begins with its receipt."""
    events = [(entry.event, entry.actor) for entry in entries]
    if first.kind is not FactKind.RECEIVED or not entries or entries[0].id != first.row_id:
        return ()
    return tuple(name for name in differences(order, retold(order.received_at, events)) if name != "status")


def _last(facts: Sequence[LedgerFact]) -> LedgerFact:
    """Return the last fact that says what the order is. A remark leaves it as it is, and may come late."""
    return next((fact for fact in reversed(facts) if fact.detail != OrderRemarked.__name__), facts[-1])


def _read_apart(read: Callable[[Sequence[T]], R], wanted: Sequence[T], unreadable: list[T]) -> Iterator[R]:
    """Yield what can be read; what was changed so that nobody can read it is added to `unreadable`."""
    try:
        found = read(wanted)
    except _UNREADABLE:
        if len(wanted) == 1:
            unreadable += wanted
            return
        half = len(wanted) // 2
        yield from _read_apart(read, wanted[:half], unreadable)
        yield from _read_apart(read, wanted[half:], unreadable)
    else:
        yield found


def _differences(order: Order, facts: Sequence[LedgerFact], last: LedgerFact, salt: str) -> tuple[str, ...]:
    removed = False
    for fact in facts:
        removed = fact.kind is FactKind.REMOVED or (removed and fact.detail != "OrderRestored")
    received = next((fact.received_at for fact in facts if fact.received_at), order.received_at)
    now = {
        "number": order.number == last.number,
        "status": order.status == last.status,
        "received_at": order.received_at == received,
        "removed": (order.deleted_at is not None) == removed,
        "data": not (salt and last.data) or salted(salt, data_of_order(order)) == last.data,
    }
    return tuple(name for name, same in now.items() if not same)
