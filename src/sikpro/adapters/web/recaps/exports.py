"""Files of recaps: request, progress, download, cancel."""

from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from typing import Any

from attrs import frozen
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from sikpro.adapters.web.recaps.recap_links import page_of
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.forms import BadForm, Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.blobs import Blob
from sikpro.application.ports.exports import Export
from sikpro.application.ports.security_events import EventKind
from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.application.reports.export_file import MEDIA_TYPES
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.application.use_cases.people.record_event import record_event
from sikpro.domain.errors import NotFound
from sikpro.domain.people import Permission, Person

SHOWN = 50
"""The most exports on the page, newest first."""

LARGEST_ID = 2**53


@frozen
class ExportLine:
    """A row of the page; `size` is in bytes, None while there is no file."""

    export: Export
    query: RecapQuery
    size: int | None

    @property
    def page(self) -> str:
        """Return the address of the export's recap."""
        return page_of(self.query)


class ExportsController(Controller):
    """The page of exports: each person sees only their own."""

    path = "/exports"
    guards = (only(Permission.VIEW_OWN_REPORT),)

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show the person's exports; with a recap query in the address, offer to make its file."""

        def read(uow: UnitOfWork) -> list[ExportLine]:
            return [_line(uow, export) for export in uow.exports.of_person(me.id, SHOWN)]

        lines = await parts.transactions.read(read)
        offered = RecapQuery.decode(request.url.query) if request.url.query else None
        return pages.page(request, "recaps/exports.html", lines=lines, offered=offered, kinds=tuple(MEDIA_TYPES))

    @post()
    async def ask(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Request a file."""
        kind, now = form.text("kind"), parts.clock.now()
        if kind not in MEDIA_TYPES:
            raise BadForm("kind")
        query = RecapQuery.decode(form.text("query")).encoded

        def work(uow: UnitOfWork) -> None:
            ask_export(uow, query, kind, visit.words.language, me, now)

        await parts.transactions.write(work)
        return go(request, "/exports")

    @post("/{export_id:int}/cancel")
    async def cancel(
        self,
        request: Request[Any, Any, Any],
        export_id: FromPath[int],
        me: NamedDependency[Person],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Cancel one of the person's own exports."""
        now = parts.clock.now()
        await parts.transactions.write(lambda uow: cancel_export(uow, export_id, me, now))
        return go(request, "/exports")

    @get("/{export_id:int}/file")
    async def fetch(
        self, export_id: FromPath[int], me: NamedDependency[Person], parts: NamedDependency[WebParts]
    ) -> Stream:
        """Send the file."""
        return await export_stream(parts, me, export_id)


def ask_export(uow: UnitOfWork, query: str, kind: str, language: str, me: Person, now: datetime) -> Export:
    """Request a file, wake its worker, and record who wanted it."""
    export = uow.exports.ask(person=me.id, query=query, kind=kind, language=language, at=now)
    uow.announce(Hint(Kind.EXPORT, (export.id,)))
    record_event(uow, EventKind.EXPORT_REQUESTED, me, now, object=query, details=kind)
    return export


def cancel_export(uow: UnitOfWork, export_id: int, me: Person, now: datetime) -> None:
    """Cancel one of the person's own exports. Raises `NotFound`."""
    uow.exports.cancel(own_export(uow, export_id, me).id, now)
    uow.announce(Hint(Kind.EXPORT, (export_id,)))


async def export_stream(parts: WebParts, me: Person, export_id: int) -> Stream:
    """Return the file of one of the person's own exports, one part at a time. Raises `NotFound`."""

    def read(uow: UnitOfWork) -> Blob:
        export = own_export(uow, export_id, me)
        if export.blob is None:
            raise NotFound(what="file", name="")
        return uow.blobs.get(export.blob)

    blob = await parts.transactions.read(read)
    headers = {
        "content-disposition": f'attachment; filename="{blob.name}"',
        "content-length": str(blob.size),
        "cache-control": "no-store",
    }
    return Stream(_parts(parts, blob), media_type=blob.media_type, headers=headers)


def own_export(uow: UnitOfWork, export_id: int, me: Person) -> Export:
    """Return one of the person's own exports. Raises `NotFound`."""
    if 0 < export_id < LARGEST_ID:
        export = uow.exports.get(export_id)
        if export.person == me.id:
            return export
    raise NotFound(what="export", name="")


def _line(uow: UnitOfWork, export: Export) -> ExportLine:
    size = None if export.blob is None else uow.blobs.get(export.blob).size
    return ExportLine(export, RecapQuery.decode(export.query), size)


async def _parts(parts: WebParts, blob: Blob) -> AsyncIterator[bytes]:
    for place in range(blob.parts):
        yield await parts.transactions.read(partial(_part, blob.id, place))


def _part(blob_id: int, place: int, uow: UnitOfWork) -> bytes:
    return uow.blobs.part(blob_id, place)
