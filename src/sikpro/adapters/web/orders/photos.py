"""The files of an order: photos are shown without their metadata, other files are downloaded."""

import asyncio

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from sikpro.adapters.web.orders.picture_metadata import without_metadata
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.parts import WebParts
from sikpro.application.ports.files import FileState, OrderFile
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.list_orders import may_view
from sikpro.application.workers.downloads import media_type
from sikpro.domain.errors import NotFound
from sikpro.domain.people import Permission, Person

LARGEST_ID = 2**53


@get("/files/{file_id:int}", guards=[only(Permission.VIEW_ALL, Permission.VIEW_SITE_OPERATION)])
async def show_file(
    file_id: FromPath[int], me: NamedDependency[Person], parts: NamedDependency[WebParts]
) -> Response[bytes]:
    """Return one file, if the person may see its order."""
    return await file_answer(parts, me, file_id)


async def file_answer(parts: WebParts, me: Person, file_id: int) -> Response[bytes]:
    """Return one file of an order that a person may see. Raises `NotFound`."""

    def read(uow: UnitOfWork) -> tuple[OrderFile, bytes]:
        if not 0 < file_id < LARGEST_ID:
            raise NotFound(what="file", name="")
        file = uow.files.get(file_id)
        order, row = uow.orders.get(file.order_id), uow.order_queries.row(file.order_id)
        hidden = order.deleted_at is not None and not me.may(Permission.ADMINISTER)
        if file.state is not FileState.STORED or row is None or hidden or not may_view(order, row, me):
            raise NotFound(what="file", name="")
        return file, uow.files.content(file_id)

    file, content = await parts.transactions.read(read)
    kind = media_type(content)
    picture = await asyncio.to_thread(without_metadata, content, kind)
    known = picture is not None or kind == "application/pdf"
    shown = picture is not None and file.is_shown
    suffix = kind.partition("/")[2] if known else "bin"
    name = f"sikpro-{file.order_id}-{file.id}.{suffix}"
    return Response(
        content if picture is None else picture,
        media_type=kind if known else "application/octet-stream",
        headers={
            "content-disposition": f'{"inline" if shown else "attachment"}; filename="{name}"',
            # The file never changes, and only this person may see it.
            "cache-control": "private, max-age=86400, immutable",
        },
    )
