"""Look up the catalogues, and edit them."""

import difflib
import re
from datetime import datetime

from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.catalogue import OrderType, SiteOperation, Status, Sto
from sikpro.domain.errors import InvalidValue, NotFound
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import Phase
from sikpro.domain.text import compact, one_line
from sikpro.domain.values import StoCode

ROW_NAME_LIMIT = 80
"""The longest name of a Site Operation or an exchange, in characters."""


def status_named(uow: UnitOfWork, code: str) -> Status:
    """The active status with this code. Raises `NotFound`."""
    for status in uow.catalogue.statuses():
        if status.code == code and status.active:
            return status
    raise NotFound(what="status", name=code[:64])


def any_status(uow: UnitOfWork, code: str) -> Status:
    """The status with this code, retired ones included. Raises `NotFound`."""
    for status in uow.catalogue.statuses():
        if status.code == code:
            return status
    raise NotFound(what="status", name=code[:64])


def first_status(uow: UnitOfWork, phase: Phase) -> Status:
    """The phase's first active status: what a move sets when nobody chose one. Raises `NotFound`."""
    for status in uow.catalogue.statuses():
        if status.phase is phase and status.active:
            return status
    raise NotFound(what="status", name=phase)


def nearest(code: str, known: list[str]) -> str | None:
    """The known code most like a mistyped one, None when none is like it.

    >>> nearest("SDAA", ["SDA", "TUN"])
    'SDA'
    """
    found = difflib.get_close_matches(code, known, n=1, cutoff=0.6)
    return found[0] if found else None


def new_site_operation(code: str, name: str) -> SiteOperation:
    """A Site Operation of what was typed: 2 to 12 letters and digits, and a name. Raises `InvalidValue`."""
    shaped = compact(code)
    if not re.fullmatch(r"[A-Z0-9]{2,12}", shaped):
        raise InvalidValue("site_operation.shape", one_line(code))
    return SiteOperation(code=shaped, name=_row_name(name))


def new_sto(code: str, name: str, site_operation: str) -> Sto:
    """An exchange of what was typed; it may do without a name. Raises `InvalidValue`."""
    shaped = StoCode.parse(code).value
    return Sto(code=shaped, name=_row_name(name) if name.strip() else "", site_operation=compact(site_operation, ""))


def _row_name(text: str) -> str:
    name = one_line(text)
    if not name or len(name) > ROW_NAME_LIMIT:
        raise InvalidValue("name.length", name)
    return name


CatalogueRow = Status | OrderType | SiteOperation | Sto


def edit_catalogue(uow: UnitOfWork, row: CatalogueRow, actor: Person, now: datetime) -> None:
    """Add or replace a row of one of the catalogues. Raises `NotPermitted`, `NotFound` for an unknown SO of an STO."""
    actor.must(Permission.ADMINISTER)
    put_row(uow, row)
    uow.journal.note("catalogue_edited", f"{type(row).__name__}:{row.code}", actor.id, now, {"row": repr(row)})


def put_row(uow: UnitOfWork, row: CatalogueRow) -> None:
    """Store a row in its catalogue. Raises `NotFound` for an STO of an unknown Site Operation."""
    match row:
        case Status():
            uow.catalogue.put_status(row)
        case OrderType():
            uow.catalogue.put_order_type(row)
        case SiteOperation():
            uow.catalogue.put_site_operation(row)
        case Sto():
            if row.site_operation not in {known.code for known in uow.catalogue.site_operations()}:
                raise NotFound(what="site_operation", name=row.site_operation[:64])
            uow.catalogue.put_sto(row)
