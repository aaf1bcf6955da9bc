"""The catalogues: statuses, order types, places, makers, the provider's codes and holidays."""

from collections.abc import Mapping
from datetime import datetime

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.catalogue_rows import (
    HOLIDAYS,
    KINDS,
    MAKERS,
    ORDER_TYPES,
    PROVIDER_CODES,
    SITE_OPERATIONS,
    STATUSES,
    STOS,
    CatalogueKind,
)
from sikpro.application.use_cases.catalogue.choose_owner import choose_owner, owner_text, possible_owners
from sikpro.application.use_cases.catalogue.edit_catalogue import (
    Use,
    add_row,
    delete_row,
    edit_row,
    row_coded,
    row_mark,
    set_row_active,
    uses,
)
from sikpro.application.use_cases.catalogue.lookup import CatalogueRow, maker_of
from sikpro.application.use_cases.catalogue.provider_codes import remember_meanings
from sikpro.domain.catalogue import Holiday, Maker, Meaning, OrderType, ProviderCode, SiteOperation, Status, Sto
from sikpro.domain.people import Permission, Person
from sikpro.domain.values import SerialNumber
from sikpro.entrypoints.held import held_as
from sikpro.entrypoints.library.session import Group

_KIND_OF: Mapping[type, CatalogueKind] = {
    SiteOperation: SITE_OPERATIONS,
    Sto: STOS,
    Status: STATUSES,
    OrderType: ORDER_TYPES,
    Maker: MAKERS,
    ProviderCode: PROVIDER_CODES,
    Holiday: HOLIDAYS,
}


@held_as("catalogue")
class Catalogue(Group):
    """`app.catalogue`: what orders are made of. Everybody reads it; only an admin changes it, else `NotPermitted`.

    A catalogue is named as on the console: `site-operations`, `stos`, `statuses`, `order-types`, `makers`,
    `provider-codes` and `holidays`. `ValueError` lists them for another name.
    """

    def statuses(self) -> tuple[Status, ...]:
        """Return the statuses in their order, retired ones too."""
        return self._session.read(lambda uow, by, now: uow.catalogue.statuses())

    def order_types(self) -> tuple[OrderType, ...]:
        """Return the order types in their order, retired ones too."""
        return self._session.read(lambda uow, by, now: uow.catalogue.order_types())

    def site_operations(self) -> tuple[SiteOperation, ...]:
        """Return the Site Operations, retired ones too."""
        return self._session.read(lambda uow, by, now: uow.catalogue.site_operations())

    def stos(self) -> tuple[Sto, ...]:
        """Return the STOs, retired ones too."""
        return self._session.read(lambda uow, by, now: uow.catalogue.stos())

    def makers(self) -> tuple[Maker, ...]:
        """Return the makers of modems, retired ones too."""
        return self._session.read(lambda uow, by, now: uow.catalogue.makers())

    def provider_codes(self) -> tuple[ProviderCode, ...]:
        """Return the codes in the provider's statuses, with their meanings."""
        return self._session.read(lambda uow, by, now: uow.catalogue.provider_codes())

    def holidays(self) -> tuple[Holiday, ...]:
        """Return the days on which nobody works."""
        return self._session.read(lambda uow, by, now: uow.catalogue.holidays())

    def maker_of(self, serial: str) -> str:
        """Return the name of a modem's maker, "" where the catalogue does not have it. Raises `InvalidValue`."""
        parsed = SerialNumber.parse(serial)
        return self._session.read(lambda uow, by, now: maker_of(uow, parsed))

    def put(self, *rows: CatalogueRow) -> None:
        """Add rows, or change those that have their codes; all of them or none. Their `active` counts too.

        Raises `InvalidFields`, `InUse`, `LastOne`.
        """

        def work(uow: UnitOfWork, by: Person, now: datetime) -> None:
            by.must(Permission.ADMINISTER)
            for row in rows:
                _put(uow, row, by, now)

        self._session.write(work)

    def add(self, catalogue: str, **entries: str) -> CatalogueRow:
        """Add a row from what a person would type. Raises `InvalidFields`, `AlreadyUsed`, `TypeError`."""
        kind = _kind("add", catalogue, entries)
        return self._session.write(lambda uow, by, now: add_row(uow, kind, entries, by, now))

    def change(self, catalogue: str, code: str, **entries: str) -> CatalogueRow:
        """Change some entries of a row; its code stays. Raises `NotFound`, `InvalidFields`, `LastOne`, `TypeError`."""
        kind = _kind("change", catalogue, entries)

        def work(uow: UnitOfWork, by: Person, now: datetime) -> CatalogueRow:
            before = row_coded(uow, kind, code)
            typed = {**kind.texts(before), **entries}
            return edit_row(uow, kind, code, typed, mark=row_mark(before), by=by, now=now)

        return self._session.write(work)

    def retire(self, catalogue: str, code: str) -> CatalogueRow:
        """Take a row out of use; orders that have it keep it. Raises `NotFound`, `LastOne`."""
        kind = _kind("retire", catalogue)
        return self._session.write(lambda uow, by, now: set_row_active(uow, kind, code, False, by, now))

    def reactivate(self, catalogue: str, code: str) -> CatalogueRow:
        """Put a retired row to use again. Raises `NotFound`."""
        kind = _kind("reactivate", catalogue)
        return self._session.write(lambda uow, by, now: set_row_active(uow, kind, code, True, by, now))

    def remove(self, catalogue: str, code: str) -> CatalogueRow:
        """Delete a row that nothing uses. Raises `NotFound`, `InUse`, `StillBelongs`, `LastOne`."""
        kind = _kind("remove", catalogue)
        return self._session.write(lambda uow, by, now: delete_row(uow, kind, code, by, now))

    def uses(self, catalogue: str) -> Mapping[str, Use]:
        """Return what uses each row, by code: orders, and for a Site Operation its STOs and people."""
        kind = _kind("uses", catalogue)

        def work(uow: UnitOfWork, by: Person, now: datetime) -> Mapping[str, Use]:
            by.must(Permission.ADMINISTER)
            return uses(uow, kind)

        return self._session.read(work)

    def remember_meanings(self, meanings: Mapping[str, str]) -> None:
        """Remember what statuses of the provider mean (`finished`, `open`, `left_out`), for who leads.

        Raises `ValueError` for another meaning.
        """
        try:
            chosen = {status: Meaning(meaning) for status, meaning in meanings.items()}
        except ValueError:
            raise ValueError(f"catalogue.remember_meanings: a meaning is one of {', '.join(Meaning)}") from None
        self._session.write(lambda uow, by, now: remember_meanings(uow, chosen, by, now))

    def owner(self, status: str) -> str:
        """Return who removes what a held-up status stands for: `person:<id>` or `group:<chat id>`, "" for nobody."""
        return self._session.read(lambda uow, by, now: owner_text(uow.owners.of(status)))

    def possible_owners(self) -> Mapping[str, str]:
        """Return who can be an owner, as `owner` names them, with their names."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> Mapping[str, str]:
            by.must(Permission.ADMINISTER)
            return possible_owners(uow)

        return self._session.read(work)

    def choose_owner(self, status: str, to: str) -> None:
        """Give a held-up status an owner, or none with "". Raises `NotFound`, `InvalidFields`."""
        self._session.write(lambda uow, by, now: choose_owner(uow, status, to, by, now))


def _kind(method: str, name: str, entries: Mapping[str, str] | None = None) -> CatalogueKind:
    if name not in KINDS:
        raise ValueError(f"catalogue.{method}: there is no {name!r}; there are {', '.join(KINDS)}")
    kind = KINDS[name]
    for entry in entries or {}:
        if entry not in kind.entries:
            raise TypeError(f"catalogue.{method}: {name} has no {entry!r}; there are {', '.join(kind.entries)}")
    return kind


def _put(uow: UnitOfWork, row: CatalogueRow, by: Person, now: datetime) -> None:
    kind = _KIND_OF[type(row)]
    typed = kind.texts(row)
    known = {one.code: one for one in kind.rows(uow)}.get(row.code)
    if known is None:
        add_row(uow, kind, typed, by, now)
    else:
        edit_row(uow, kind, row.code, typed, mark=row_mark(known), by=by, now=now)
    set_row_active(uow, kind, row.code, row.active, by, now)
