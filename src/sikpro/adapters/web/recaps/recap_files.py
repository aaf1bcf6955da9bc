"""The file of a recap: a small one is made at once, a large one on the page of exports."""

from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from litestar import Request, Response
from litestar.response import Stream

from sikpro.adapters.web.site.pages import go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.export_file import AT_ONCE, MEDIA_TYPES, ExportFile
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.domain.people import Person

CHUNK = 64 * 1024


def split_kind(name: str) -> tuple[str, str]:
    """Return the name in an address without its file kind, and the kind: `("2026-11", "xlsx")`; "" for a page."""
    for kind in MEDIA_TYPES:
        if name.endswith(f".{kind}"):
            return name.removesuffix(f".{kind}"), kind
    return name, ""


async def recap_file(
    request: Request[Any, Any, Any], recap_query: RecapQuery, kind: str, me: Person, visit: Visit, parts: WebParts
) -> Response[str] | Stream:
    """Return the file, made in one hop from one view of the data; its name on the disk is deleted before it is sent.

    A file of more than `AT_ONCE` orders is offered on the page of exports instead; a picture has no orders.
    """
    wanted = ExportFile(query=recap_query, kind=kind, by=me, words=visit.words, now=parts.clock.now())

    def work(uow: UnitOfWork) -> BinaryIO | None:
        if kind != "png" and wanted.how_many(uow) > AT_ONCE:
            return None
        with TemporaryDirectory(prefix="sikpro-recap-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "file"
            wanted.write(uow, parts.workbooks, parts.pictures(), path)
            return path.open("rb")

    file = await parts.transactions.read_long(work)
    if file is None:
        return go(request, f"/exports?{recap_query.encoded}")
    size = file.seek(0, 2)
    file.seek(0)
    headers = {
        "content-disposition": f'attachment; filename="{wanted.name}"',
        "content-length": str(size),
        "cache-control": "no-store",
    }
    return Stream(_chunks(file), media_type=MEDIA_TYPES[kind], headers=headers)


async def _chunks(file: BinaryIO) -> AsyncIterator[bytes]:
    with file:
        while chunk := file.read(CHUNK):
            yield chunk
