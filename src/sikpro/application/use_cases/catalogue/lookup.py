"""Look up the catalogues."""

from collections.abc import Iterable, Mapping

from sikpro.application.i18n import Words
from sikpro.application.ports.queries import UNKNOWN
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.catalogue import Bilingual, Holiday, Maker, OrderType, ProviderCode, SiteOperation, Status, Sto
from sikpro.domain.errors import InvalidValue, NotFound
from sikpro.domain.phase import Phase
from sikpro.domain.text import codes_near, one_line
from sikpro.domain.values import SerialNumber

ROW_NAME_LIMIT = 80
"""The longest name of a Site Operation, an STO, a maker, a provider's code or a holiday, in characters."""


def status_named(uow: UnitOfWork, code: str) -> Status:
    """Return the active status with this code. Raises `NotFound`."""
    for status in uow.catalogue.statuses():
        if status.code == code and status.active:
            return status
    raise NotFound(what="status", name=code[:64])


def any_status(uow: UnitOfWork, code: str) -> Status:
    """Return the status with this code, also a retired one. Raises `NotFound`."""
    for status in uow.catalogue.statuses():
        if status.code == code:
            return status
    raise NotFound(what="status", name=code[:64])


def first_status(uow: UnitOfWork, phase: Phase) -> Status:
    """Return the phase's first active status, the default of a move. Raises `NotFound`."""
    for status in uow.catalogue.statuses():
        if status.phase is phase and status.active:
            return status
    raise NotFound(what="status", name=phase)


CATALOGUED = ("status", "type", "sto", "site_operation", "group")
"""The filters of orders whose words are codes of a catalogue."""


def codes_to_filter_by(uow: UnitOfWork, name: str) -> tuple[str, ...]:
    """Return the codes by which orders can be filtered, also retired ones.

    `name` is one of `CATALOGUED`; the last two have `-` for none.
    """
    catalogue = uow.catalogue
    match name:
        case "status":
            return tuple(row.code for row in catalogue.statuses())
        case "type":
            return tuple(row.code for row in catalogue.order_types())
        case "sto":
            return tuple(row.code for row in catalogue.stos())
        case "site_operation":
            return (UNKNOWN, *(row.code for row in catalogue.site_operations()))
        case "group":
            return (UNKNOWN, *sorted({row.group for row in catalogue.statuses() if row.group}))
    raise ValueError(f"{name} has no catalogue")


def makers_in_use(uow: UnitOfWork) -> frozenset[str]:
    """Return the vendor ids of the active makers."""
    return frozenset(maker.code for maker in uow.catalogue.makers() if maker.active)


def maker_of(uow: UnitOfWork, serial: SerialNumber) -> str:
    """Return the name of a modem's maker, also of a retired one; "" when the catalogue does not have it."""
    return next((maker.name for maker in uow.catalogue.makers() if maker.code == serial.vendor_id), "")


def unknown_code(reason: str, code: str, known: Iterable[str]) -> InvalidValue:
    """Return the error of a code that no catalogue has, with the codes that are one slip away.

    One is the suggestion; several are its `readings`, separated by ` / `.
    """
    near = codes_near(code, known)
    if len(near) > 1:
        return InvalidValue(reason, code, readings=" / ".join(near))
    return InvalidValue(reason, code, next(iter(near), None))


def row_name(text: str) -> str:
    """Return a row's name or label on one line. Raises `InvalidValue` when it is empty or too long."""
    name = one_line(text)
    if not name or len(name) > ROW_NAME_LIMIT:
        raise InvalidValue("name.length", name)
    return name


def group_names(statuses: Iterable[Status]) -> Mapping[str, str]:
    """Return the groups of reasons for hold-ups with their names in English, "" for a group that has none."""
    names: dict[str, str] = {}
    for status in statuses:
        if status.group:
            names[status.group] = names.get(status.group) or status.group_en
    return names


def group_text(statuses: Iterable[Status], group: str, words: Words) -> str:
    """Return a group of reasons as a heading in the reader's language."""
    name = words.text(Bilingual(group, group_names(statuses).get(group) or group))
    return name[:1].upper() + name[1:]


CatalogueRow = Status | OrderType | SiteOperation | Sto | Maker | ProviderCode | Holiday


def put_row(uow: UnitOfWork, row: CatalogueRow) -> None:
    """Save a row in its catalogue. Raises `NotFound` for an STO of an unknown Site Operation."""
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
        case Maker():
            uow.catalogue.put_maker(row)
        case ProviderCode():
            uow.catalogue.put_provider_code(row)
        case Holiday():
            uow.catalogue.put_holiday(row)
