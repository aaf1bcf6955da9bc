"""A catalogue's rows as texts, for forms and lists, and how to parse them."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import NoReturn, TypeVar
from zoneinfo import ZoneInfo

from attrs import frozen

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import CatalogueRow, group_names, row_name
from sikpro.application.use_cases.catalogue.provider_codes import code_spelled
from sikpro.application.use_cases.catalogue.status_keys import parsed_key
from sikpro.application.use_cases.people.manage_people import checked_site_operation
from sikpro.domain.catalogue import (
    Bilingual,
    Holiday,
    Maker,
    Meaning,
    OrderType,
    ProviderCode,
    SiteOperation,
    Status,
    Sto,
)
from sikpro.domain.dates import DateRule, Order, fits, read_date
from sikpro.domain.errors import DomainError, InvalidFields, InvalidValue
from sikpro.domain.phase import Phase, Turn
from sikpro.domain.text import compact, one_line, storable
from sikpro.domain.values import StoCode

TEMPLATE_LIMIT = 1000
"""The longest feedback template, in characters."""

LONGEST_LIMIT = timedelta(days=90)

Entries = Mapping[str, str]
T = TypeVar("T")


@frozen(kw_only=True)
class CatalogueKind:
    """One of the catalogues: its name in addresses, its entries (the code first), and how to read its rows.

    `understand` makes an active or retired row from entries; it raises `InvalidFields` with each error under its entry.
    `texts` does the opposite.
    """

    name: str
    entries: tuple[str, ...]
    rows: Callable[[UnitOfWork], Sequence[CatalogueRow]]
    understand: Callable[[UnitOfWork, Entries, bool], CatalogueRow]

    def texts(self, row: CatalogueRow) -> dict[str, str]:
        """Return a row's entries as a person types them."""
        everything = _texts(row)
        return {entry: everything[entry] for entry in self.entries}


class _Reading:
    """Parses entries one by one and collects errors. Take a value only after `done` found no errors."""

    def __init__(self, typed: Entries) -> None:
        self._typed = typed
        self._errors: dict[str, DomainError] = {}

    def read(self, entry: str, parse: Callable[[str], T]) -> Callable[[], T]:
        try:
            value = parse(self._typed.get(entry, ""))
        except DomainError as error:
            self._errors[entry] = error
            return self._wrong
        return lambda: value

    def bilingual(self, entry: str, parse: Callable[[str], str]) -> Callable[[], Bilingual]:
        indonesian, english = self.read(f"{entry}_id", parse), self.read(f"{entry}_en", parse)
        return lambda: Bilingual(indonesian(), english())

    def refuse(self, entry: str, error: DomainError) -> None:
        self._errors[entry] = error

    @property
    def errors(self) -> Mapping[str, DomainError]:
        return self._errors

    def done(self) -> None:
        if self._errors:
            raise InvalidFields(self._errors)

    def _wrong(self) -> NoReturn:
        raise InvalidFields(self._errors)


def _site_operation(_: UnitOfWork, typed: Entries, active: bool) -> SiteOperation:
    reading = _Reading(typed)
    code, name = reading.read("code", _site_code), reading.read("name", row_name)
    reading.done()
    return SiteOperation(code=code(), name=name(), active=active)


def _site_code(text: str) -> str:
    code = compact(text)
    if not re.fullmatch(r"[A-Z0-9]{2,12}", code):
        raise InvalidValue("site_operation.shape", one_line(text))
    return code


def _sto(uow: UnitOfWork, typed: Entries, active: bool) -> Sto:
    reading = _Reading(typed)
    code = reading.read("code", lambda text: StoCode.parse(text).value)
    name = reading.read("name", lambda text: row_name(text) if text.strip() else "")

    def site(text: str) -> str:
        found = checked_site_operation(uow, text)
        if found is None:
            raise InvalidValue("field.missing", "")
        return found

    site_operation = reading.read("site_operation", site)
    reading.done()
    return Sto(code=code(), name=name(), site_operation=site_operation(), active=active)


def _maker(_: UnitOfWork, typed: Entries, active: bool) -> Maker:
    reading = _Reading(typed)
    code, name = reading.read("code", _vendor_id), reading.read("name", row_name)
    reading.done()
    return Maker(code=code(), name=name(), active=active)


def _vendor_id(text: str) -> str:
    code = compact(text)
    if not re.fullmatch(r"[A-Z]{4}", code):
        raise InvalidValue("maker.shape", one_line(text))
    return code


def _provider_code(uow: UnitOfWork, typed: Entries, active: bool) -> ProviderCode:
    reading = _Reading(typed)
    code = reading.read("code", lambda text: code_spelled(uow, text))
    meaning = reading.read("meaning", lambda text: _one_of(Meaning, text.strip().lower()))
    name = reading.read("name", lambda text: row_name(text) if text.strip() else "")
    reading.done()
    return ProviderCode(code=code(), meaning=meaning(), name=name(), active=active)


def _holiday(_: UnitOfWork, typed: Entries, active: bool) -> Holiday:
    reading = _Reading(typed)
    code, name = reading.read("code", _day), reading.read("name", row_name)
    reading.done()
    return Holiday(code=code(), name=name(), active=active)


def _day(text: str) -> str:
    """Read a day, with the day before the month or the year first: `25/12/2026`, `25 Desember 2026`, `2026-12-25`."""
    typed = one_line(text)
    rule = next((one for one in map(DateRule, (Order.YEAR_FIRST, Order.DAY_FIRST)) if fits(typed, one)), None)
    if rule is None:
        raise InvalidValue("holiday.day", typed)
    return read_date(typed, rule, ZoneInfo("UTC")).date().isoformat()


def _status(uow: UnitOfWork, typed: Entries, active: bool) -> Status:
    reading = _Reading(typed)
    label, template = reading.bilingual("label", row_name), reading.bilingual("template", _template)
    code = reading.read("code", lambda text: _status_code(text or typed.get("label_id", "")))
    phase = reading.read("phase", lambda text: _one_of(Phase, text))
    turn = reading.read("turn", lambda text: _one_of(Turn, text))
    group, group_en = reading.read("group", _group), reading.read("group_en", _group)
    position, key = reading.read("position", _position), reading.read("key", parsed_key)
    reading.done()
    return Status(
        code=code(),
        phase=phase(),
        turn=turn(),
        label=label(),
        template=template(),
        group=group(),
        group_en=(group_en() or group_names(uow.catalogue.statuses()).get(group(), "")) if group() else "",
        position=position(),
        active=active,
        key=key(),
    )


def _order_type(_: UnitOfWork, typed: Entries, active: bool) -> OrderType:
    reading = _Reading(typed)
    code = reading.read("code", _type_code)
    label, template = reading.bilingual("label", row_name), reading.bilingual("template", _template)
    first, completion = (reading.read(name, _limit) for name in ("first_action_limit", "completion_limit"))
    if not reading.errors.keys() & {"first_action_limit", "completion_limit"} and first() > completion():
        reading.refuse("completion_limit", InvalidValue("limit.too_short", typed.get("completion_limit", "")))
    position = reading.read("position", _position)
    reading.done()
    return OrderType(
        code=code(),
        label=label(),
        first_action_limit=first(),
        completion_limit=completion(),
        template=template(),
        position=position(),
        active=active,
    )


def _group(text: str) -> str:
    return row_name(text).lower() if text.strip() else ""


def _status_code(text: str) -> str:
    code = re.sub(r"[^a-z0-9]+", "_", one_line(text).lower()).strip("_")[:40]
    if len(code) < 2:
        raise InvalidValue("status.code", one_line(text))
    return code


def _type_code(text: str) -> str:
    code = compact(text)
    if not re.fullmatch(r"[A-Z]{2,12}", code):
        raise InvalidValue("type.shape", one_line(text))
    return code


def _template(text: str) -> str:
    kept = storable(text).strip()
    if len(kept) > TEMPLATE_LIMIT:
        raise InvalidValue("template.too_long", kept)
    return kept


def _one_of(kind: Callable[[str], T], text: str) -> T:
    try:
        return kind(text)
    except ValueError as error:
        raise InvalidValue("field.missing", text) from error


def _position(text: str) -> int:
    typed = text.strip() or "0"
    if not re.fullmatch(r"[0-9]{1,4}", typed):
        raise InvalidValue("position.shape", one_line(text))
    return int(typed)


def _limit(text: str) -> timedelta:
    """Hours and minutes: `0:30`, `72:00`."""
    found = re.fullmatch(r"([0-9]{1,4})[:.]([0-5][0-9])(?::00)?", text.strip())
    span = timedelta(hours=int(found[1]), minutes=int(found[2])) if found else timedelta()
    if not timedelta() < span <= LONGEST_LIMIT:
        raise InvalidValue("limit.shape", one_line(text))
    return span


def hours_and_minutes(span: timedelta) -> str:
    """Return a limit as a person types it.

    >>> hours_and_minutes(timedelta(hours=72, minutes=5))
    '72:05'
    """
    minutes = int(span.total_seconds()) // 60
    return f"{minutes // 60}:{minutes % 60:02}"


def _texts(row: CatalogueRow) -> dict[str, str]:
    match row:
        case SiteOperation() | Maker() | Holiday():
            return {"code": row.code, "name": row.name}
        case ProviderCode():
            return {"code": row.code, "meaning": row.meaning.value, "name": row.name}
        case Sto():
            return {"code": row.code, "name": row.name, "site_operation": row.site_operation}
        case Status():
            own = {"phase": row.phase.value, "turn": row.turn.value, "key": row.key}
            own |= {"group": row.group, "group_en": row.group_en}
        case OrderType():
            limits = {"first_action_limit": row.first_action_limit, "completion_limit": row.completion_limit}
            own = {name: hours_and_minutes(span) for name, span in limits.items()}
    return {
        "code": row.code,
        "label_id": row.label.id,
        "label_en": row.label.en,
        "template_id": row.template.id,
        "template_en": row.template.en,
        "position": str(row.position),
        **own,
    }


SITE_OPERATIONS = CatalogueKind(
    name="site-operations",
    entries=("code", "name"),
    rows=lambda uow: uow.catalogue.site_operations(),
    understand=_site_operation,
)
STOS = CatalogueKind(
    name="stos",
    entries=("code", "name", "site_operation"),
    rows=lambda uow: uow.catalogue.stos(),
    understand=_sto,
)
STATUSES = CatalogueKind(
    name="statuses",
    entries=(
        *("code", "label_id", "label_en", "phase", "turn", "group", "group_en"),
        *("template_id", "template_en", "position", "key"),
    ),
    rows=lambda uow: uow.catalogue.statuses(),
    understand=_status,
)
ORDER_TYPES = CatalogueKind(
    name="order-types",
    entries=(
        *("code", "label_id", "label_en", "first_action_limit", "completion_limit"),
        *("template_id", "template_en", "position"),
    ),
    rows=lambda uow: uow.catalogue.order_types(),
    understand=_order_type,
)
MAKERS = CatalogueKind(
    name="makers",
    entries=("code", "name"),
    rows=lambda uow: uow.catalogue.makers(),
    understand=_maker,
)
PROVIDER_CODES = CatalogueKind(
    name="provider-codes",
    entries=("code", "meaning", "name"),
    rows=lambda uow: uow.catalogue.provider_codes(),
    understand=_provider_code,
)
HOLIDAYS = CatalogueKind(
    name="holidays",
    entries=("code", "name"),
    rows=lambda uow: uow.catalogue.holidays(),
    understand=_holiday,
)
KINDS = {kind.name: kind for kind in (SITE_OPERATIONS, STOS, STATUSES, ORDER_TYPES, MAKERS, PROVIDER_CODES, HOLIDAYS)}
"""All catalogues by name, in the order of their tabs."""
