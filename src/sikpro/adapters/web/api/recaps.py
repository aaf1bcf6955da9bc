"""Recaps as figures, and their files: request, progress, download."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Stream
from msgspec import Meta, Struct

from sikpro.adapters.web.api.call import Answer, Call
from sikpro.adapters.web.api.order_bodies import Strict
from sikpro.adapters.web.recaps.exports import SHOWN, ask_export, cancel_export, export_stream, own_export
from sikpro.application.as_json import plain
from sikpro.application.ports.exports import Export
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.domain.people import Permission

Filter = FromQuery[str]


class RecapFigures(Struct):
    """The figures of a period, as its page on the console has them; `figures` has each by its name."""

    period: str
    figures: dict[str, Any]


class ExportJson(Struct):
    """A requested file and its progress: `done` of `total` orders. Its content is at `url` once it is `done`."""

    id: int
    state: str
    kind: str
    query: str
    done: int
    total: int
    created_at: datetime
    finished_at: datetime | None
    error: str
    url: str | None


class ExportList(Struct):
    """One's own files, newest first."""

    exports: list[ExportJson]


class NewExport(Strict):
    """A file to make: the period of a recap with its filters, as a workbook, a CSV or a picture."""

    period: Annotated[str, Meta(description="`2026-11-29`, `2026-11` or `2026-11-01_2026-11-15`", max_length=64)]
    kind: Literal["xlsx", "csv", "png"]
    filters: dict[str, str] = {}  # noqa: RUF012  # msgspec copies it
    language: Literal["id", "en"] = "id"


class RecapsApi(Controller):
    """Recaps."""

    path = "/recaps"
    tags = ["Recaps and exports"]  # noqa: RUF012  # Litestar's own type for it

    @get("/{period:str}", operation_id="get_recap", summary="Get the recap of a day, a month or days")
    async def show(
        self,
        call: NamedDependency[Call],
        period: FromPath[str],
        type: Filter = "",  # noqa: A002  # the filter's name
        sto: Filter = "",
        site_operation: Filter = "",
        technician: Filter = "",
        helpdesk: Filter = "",
        channel: Filter = "",
        status: Filter = "",
    ) -> Response[RecapFigures]:
        """Return the figures of `2026-11-29`, `2026-11` or `2026-11-01_2026-11-15`; a helpdesk gets their own."""
        given = {"type": type, "sto": sto, "site_operation": site_operation, "technician": technician}
        given |= {"helpdesk": helpdesk, "channel": channel, "status": status}
        query = RecapQuery.parse(period, {name: text for name, text in given.items() if text})

        def work(uow: UnitOfWork) -> Answer[RecapFigures]:
            found: Mapping[str, Any] = plain(recap(uow, query, call.me, call.now, call.parts.zone))
            return Answer(content=RecapFigures(period, {name: one for name, one in found.items() if name != "query"}))

        return await call.shown(work, long=True)


class ExportsApi(Controller):
    """Files of recaps: each person has their own."""

    path = "/exports"
    tags = ["Recaps and exports"]  # noqa: RUF012  # Litestar's own type for it

    @post(operation_id="request_export", summary="Request a file of a recap", status_code=202)
    async def ask(self, call: NamedDependency[Call], data: JSONBody[NewExport]) -> Response[ExportJson]:
        """Have a file made; look at its progress until it is `done`, then download it. It is kept for 24 hours."""
        query = RecapQuery.parse(data.period, data.filters).encoded

        def work(uow: UnitOfWork) -> Answer[ExportJson]:
            call.me.must(Permission.VIEW_OWN_REPORT)
            export = ask_export(uow, query, data.kind, data.language, call.me, call.now)
            return Answer(content=_export(export), status=202, headers={"location": f"/api/v1/exports/{export.id}"})

        return await call.act(work)

    @get(operation_id="list_exports", summary="List one's own files")
    async def all(self, call: NamedDependency[Call]) -> Response[ExportList]:
        """Return one's own files with their progress, newest first."""
        return await call.shown(
            lambda uow: Answer(
                content=ExportList([_export(export) for export in uow.exports.of_person(call.me.id, SHOWN)])
            )
        )

    @get("/{export_id:int}", operation_id="get_export", summary="Get the progress of a file")
    async def show(self, call: NamedDependency[Call], export_id: FromPath[int]) -> Response[ExportJson]:
        """Return how far a file is."""
        return await call.shown(lambda uow: Answer(content=_export(own_export(uow, export_id, call.me))))

    @post("/{export_id:int}/cancel", operation_id="cancel_export", summary="Cancel a file", status_code=200)
    async def cancel(self, call: NamedDependency[Call], export_id: FromPath[int]) -> Response[ExportJson]:
        """Stop making a file, or drop one that waits."""

        def work(uow: UnitOfWork) -> Answer[ExportJson]:
            cancel_export(uow, export_id, call.me, call.now)
            return Answer(content=_export(own_export(uow, export_id, call.me)))

        return await call.act(work)

    @get(
        "/{export_id:int}/file",
        operation_id="get_export_file",
        summary="Download a file",
        media_type="application/octet-stream",
    )
    async def fetch(self, call: NamedDependency[Call], export_id: FromPath[int]) -> Stream:
        """Return the content of a file that is `done`."""
        return await export_stream(call.parts, call.me, export_id)


def _export(export: Export) -> ExportJson:
    return ExportJson(
        id=export.id,
        state=export.state.value,
        kind=export.kind,
        query=export.query,
        done=export.done,
        total=export.total,
        created_at=export.created_at,
        finished_at=export.finished_at,
        error=export.error,
        url=None if export.blob is None else f"/api/v1/exports/{export.id}/file",
    )
