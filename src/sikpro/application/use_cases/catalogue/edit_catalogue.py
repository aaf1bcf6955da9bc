"""Edit the catalogues: add, change, retire and delete rows, as far as orders and people allow it."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from attrs import evolve, frozen

from sikpro.application.ports.queries import OrderFilter
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.catalogue_rows import CatalogueKind
from sikpro.application.use_cases.catalogue.lookup import CatalogueRow, put_row
from sikpro.application.use_cases.catalogue.status_keys import check_key
from sikpro.domain.catalogue import Holiday, Maker, OrderType, ProviderCode, SiteOperation, Status, Sto
from sikpro.domain.errors import (
    AlreadyUsed,
    ConcurrencyConflict,
    InUse,
    InvalidFields,
    InvalidValue,
    LastOne,
    NotFound,
    StillBelongs,
)
from sikpro.domain.people import Permission, Person

COUNTED = 100_000
"""Orders that use a row are counted up to this number."""


@frozen(kw_only=True)
class Use:
    """What uses a row: orders, and for a Site Operation also its STOs and people."""

    orders: int = 0
    stos: int = 0
    people: int = 0

    def __bool__(self) -> bool:
        return bool(self.orders or self.stos or self.people)


def uses(uow: UnitOfWork, kind: CatalogueKind) -> Mapping[str, Use]:
    """Return what uses each row, by code, without deleted orders. The saved totals give the orders, except by maker."""
    rows = kind.rows(uow)
    totals = uow.order_queries.totals()
    site_of = {row.code: row.site_operation for row in uow.catalogue.stos()}
    people = [person.site_operation for person in uow.people.all()] if kind.name == "site-operations" else []

    def use(row: CatalogueRow) -> Use:
        match row:
            case Status():
                return Use(orders=sum(total.count for total in totals if total.status == row.code))
            case OrderType():
                return Use(orders=sum(total.count for total in totals if total.type == row.code))
            case Sto():
                return Use(orders=sum(total.count for total in totals if total.sto == row.code))
            case SiteOperation():
                return Use(
                    orders=sum(total.count for total in totals if site_of.get(total.sto) == row.code),
                    stos=sum(site == row.code for site in site_of.values()),
                    people=people.count(row.code),
                )
            case Maker():
                return Use(orders=uow.order_queries.count(OrderFilter(maker=row.code), COUNTED))
            case ProviderCode() | Holiday():
                return Use()

    return {row.code: use(row) for row in rows}


def row_coded(uow: UnitOfWork, kind: CatalogueKind, code: str) -> CatalogueRow:
    """Return the row with this code, also a retired one. Raises `NotFound`."""
    for row in kind.rows(uow):
        if row.code == code:
            return row
    raise NotFound(what=_WHAT[kind.name], name=code[:64])


def row_mark(row: CatalogueRow) -> str:
    """Return a short mark of a row's content. A different mark shows a change."""
    return hashlib.sha256(repr(row).encode()).hexdigest()[:16]


def add_row(uow: UnitOfWork, kind: CatalogueKind, typed: Mapping[str, str], by: Person, now: datetime) -> CatalogueRow:
    """Add a row from typed entries. If the same row exists, return it.

    Raises `NotPermitted`, `InvalidFields`, `AlreadyUsed` when another row has the code.
    """
    by.must(Permission.ADMINISTER)
    row = kind.understand(uow, typed, True)
    there = {known.code: known for known in kind.rows(uow)}.get(row.code)
    if there is not None and there != row:
        raise AlreadyUsed(field="code", value=row.code)
    if there is None:
        keep_row(uow, row, by, now)
    return row


def edit_row(
    uow: UnitOfWork, kind: CatalogueKind, code: str, typed: Mapping[str, str], *, mark: str, by: Person, now: datetime
) -> CatalogueRow:
    """Change a row that was read with a mark; its code stays. An unchanged row is not saved again.

    Raises `NotPermitted`, `NotFound`, `InvalidFields` (also when a status would change its phase while orders use it),
    `ConcurrencyConflict`, `LastOne`.
    """
    by.must(Permission.ADMINISTER)
    before = row_coded(uow, kind, code)
    row = evolve(kind.understand(uow, {**typed, "code": code}, before.active), code=code)
    if row == before:
        return before
    if mark != row_mark(before):
        raise ConcurrencyConflict(number=code)
    replace_row(uow, before, row, by, now)
    return row


def replace_row(uow: UnitOfWork, before: CatalogueRow, row: CatalogueRow, by: Person, now: datetime) -> None:
    """Save a row over its earlier state. Raises `InvalidFields`, `LastOne`."""
    check_replacement(uow, before, row)
    keep_row(uow, row, by, now)


def check_replacement(uow: UnitOfWork, before: CatalogueRow, row: CatalogueRow) -> None:
    """Refuse a change that orders or the catalogue do not allow. Raises `InvalidFields`, `LastOne`."""
    if isinstance(before, Status) and isinstance(row, Status) and before.phase is not row.phase:
        count = _orders(uow, before)
        if count:
            raise InvalidFields({"phase": InvalidValue("status.phase_in_use", str(count))})
    _keep_one(uow, before, row)


def set_row_active(
    uow: UnitOfWork, kind: CatalogueKind, code: str, active: bool, by: Person, now: datetime
) -> CatalogueRow:
    """Retire a row or reactivate it. Raises `NotPermitted`, `NotFound`, `LastOne`."""
    by.must(Permission.ADMINISTER)
    before = row_coded(uow, kind, code)
    row = evolve(before, active=active)
    if row != before:
        replace_row(uow, before, row, by, now)
    return row


def delete_row(uow: UnitOfWork, kind: CatalogueKind, code: str, by: Person, now: datetime) -> CatalogueRow:
    """Delete a row that nothing uses, not even a deleted order.

    Raises `NotPermitted`, `NotFound`, `InUse` with the number of orders, `StillBelongs`, `LastOne`.
    """
    by.must(Permission.ADMINISTER)
    row = row_coded(uow, kind, code)
    check_deletion(uow, kind, row)
    uow.catalogue.drop(row)
    uow.journal.note("catalogue_deleted", f"{type(row).__name__}:{code}", by.id, now, {"row": repr(row)})
    return row


def check_deletion(uow: UnitOfWork, kind: CatalogueKind, row: CatalogueRow) -> None:
    """Refuse to delete a row that is needed. Raises `InUse`, `StillBelongs`, `LastOne`."""
    count = _orders(uow, row)
    if isinstance(row, SiteOperation):
        use = uses(uow, kind)[row.code]
        if use.stos or use.people:
            raise StillBelongs(count=count, stos=use.stos, people=use.people)
    if count:
        raise InUse(count=count)
    _keep_one(uow, row, None)


def keep_row(uow: UnitOfWork, row: CatalogueRow, by: Person, now: datetime) -> None:
    """Save a row and record who did it.

    Raises `NotFound` for an STO of an unknown Site Operation, `InvalidFields` for a key that another status has.
    """
    if isinstance(row, Status):
        try:
            check_key(row, uow.catalogue.statuses())
        except InvalidValue as error:
            raise InvalidFields({"key": error}) from None
    put_row(uow, row)
    uow.journal.note("catalogue_edited", f"{type(row).__name__}:{row.code}", by.id, now, {"row": repr(row)})


def _keep_one(uow: UnitOfWork, before: CatalogueRow, after: CatalogueRow | None) -> None:
    """Require one active status in each phase, and one active order type in the installation."""
    others: list[CatalogueRow]
    match before:
        case Status():
            still = isinstance(after, Status) and after.active and after.phase is before.phase
            others = [row for row in uow.catalogue.statuses() if row.phase is before.phase]
        case OrderType():
            still = isinstance(after, OrderType) and after.active
            others = list(uow.catalogue.order_types())
        case _:
            return
    if before.active and not still and not any(row.active and row.code != before.code for row in others):
        raise LastOne("status" if isinstance(before, Status) else "order_type", before.label.id)


def _orders(uow: UnitOfWork, row: CatalogueRow) -> int:
    """Count the orders that use a row, deleted ones included."""
    match row:
        case Status():
            which = OrderFilter(status=row.code)
        case OrderType():
            which = OrderFilter(type=row.code)
        case Sto():
            which = OrderFilter(sto=row.code)
        case SiteOperation():
            which = OrderFilter(site_operation=row.code)
        case Maker():
            which = OrderFilter(maker=row.code)
        case ProviderCode() | Holiday():
            return 0  # no order has one
    return sum(uow.order_queries.count(evolve(which, deleted=deleted), COUNTED) for deleted in (False, True))


_WHAT = {
    "site-operations": "site_operation",
    "stos": "sto",
    "statuses": "status",
    "order-types": "order_type",
    "makers": "maker",
    "provider-codes": "provider_code",
    "holidays": "holiday",
}
