"""The catalogues: statuses, order types, places, makers, the provider's codes and holidays."""

from typing import Any

from litestar import Controller, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from sikpro.adapters.web.api.call import Answer, Call
from sikpro.adapters.web.api.faults import ApiFault
from sikpro.adapters.web.api.order_bodies import Strict
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.catalogue_rows import KINDS, CatalogueKind
from sikpro.application.use_cases.catalogue.edit_catalogue import (
    add_row,
    delete_row,
    edit_row,
    row_coded,
    row_mark,
    set_row_active,
)
from sikpro.application.use_cases.catalogue.lookup import CatalogueRow
from sikpro.domain.errors import DomainError, InvalidFields, InvalidValue

NAMES = ", ".join(KINDS)


class CatalogueEntry(Struct):
    """A row of a catalogue: its code, whether it is in use, and its entries as texts, as its form on the console."""

    code: str
    active: bool
    entries: dict[str, str]


class CatalogueRows(Struct):
    """The rows of a catalogue in their order, retired ones too."""

    rows: list[CatalogueEntry]


class NewEntry(Strict):
    """The entries of a new row, its code among them."""

    entries: dict[str, str]


class ChangedEntry(Strict):
    """Entries to change; the others stay. `active`: whether the row is in use."""

    entries: dict[str, str] = {}  # noqa: RUF012  # msgspec copies it
    active: bool | None = None


class CatalogueApi(Controller):
    """What orders are made of. Everybody reads it; an admin changes it."""

    path = "/catalogue"
    tags = ["Catalogues"]  # noqa: RUF012  # Litestar's own type for it

    @get("/{name:str}", operation_id="list_catalogue", summary="List a catalogue")
    async def rows(self, call: NamedDependency[Call], name: FromPath[str]) -> Response[CatalogueRows]:
        """Return `statuses`, `order-types`, `stos`, `site-operations`, `makers`, `provider-codes` or `holidays`."""
        kind = _kind(name)
        return await call.shown(
            lambda uow: Answer(content=CatalogueRows([_entry(kind, row) for row in kind.rows(uow)]))
        )

    @post("/{name:str}", operation_id="add_catalogue_row", summary="Add a row to a catalogue", status_code=201)
    async def add(
        self, call: NamedDependency[Call], name: FromPath[str], data: JSONBody[NewEntry]
    ) -> Response[CatalogueEntry]:
        """Add a row from its entries as texts."""
        kind = _kind(name)
        typed = {**dict.fromkeys(kind.entries, ""), **_known(kind, data.entries)}

        def work(uow: UnitOfWork) -> Answer[CatalogueEntry]:
            return Answer(content=_entry(kind, add_row(uow, kind, typed, call.me, call.now)), status=201)

        return await call.act(work)

    @patch(
        "/{name:str}/{code:str}", operation_id="change_catalogue_row", summary="Change a row, retire it or use it again"
    )
    async def change(
        self, call: NamedDependency[Call], name: FromPath[str], code: FromPath[str], data: JSONBody[ChangedEntry]
    ) -> Response[CatalogueEntry]:
        """Change some entries; orders that have a retired row keep it. The code stays."""
        kind, given = _kind(name), data.entries
        _known(kind, given)

        def work(uow: UnitOfWork) -> Answer[CatalogueEntry]:
            row = row_coded(uow, kind, code)
            if given:
                typed = {**kind.texts(row), **given}
                row = edit_row(uow, kind, code, typed, mark=row_mark(row), by=call.me, now=call.now)
            if data.active is not None:
                row = set_row_active(uow, kind, code, data.active, call.me, call.now)
            return Answer(content=_entry(kind, row))

        return await call.act(work)

    @delete(
        "/{name:str}/{code:str}",
        operation_id="delete_catalogue_row",
        summary="Delete a row that nothing uses",
        status_code=200,
    )
    async def remove(
        self, call: NamedDependency[Call], name: FromPath[str], code: FromPath[str]
    ) -> Response[CatalogueEntry]:
        """Delete it and return it; what is in use is retired instead."""
        kind = _kind(name)

        def work(uow: UnitOfWork) -> Answer[CatalogueEntry]:
            return Answer(content=_entry(kind, delete_row(uow, kind, code, call.me, call.now)))

        return await call.act(work)


def _kind(name: str) -> CatalogueKind:
    if name not in KINDS:
        raise ApiFault("api.catalogue", 404, {"typed": name[:64], "known": NAMES})
    return KINDS[name]


def _known(kind: CatalogueKind, entries: dict[str, str]) -> dict[str, str]:
    """Return the entries. Raises `InvalidFields` for one that the catalogue does not have."""
    wrong: dict[str, DomainError] = {
        f"entries.{name}"[:64]: InvalidValue("api.field.unknown", name, known=", ".join(kind.entries))
        for name in entries
        if name not in kind.entries
    }
    if wrong:
        raise InvalidFields(wrong)
    return entries


def _entry(kind: CatalogueKind, row: CatalogueRow) -> CatalogueEntry:
    texts: Any = kind.texts(row)
    return CatalogueEntry(row.code, row.active, dict(texts))
