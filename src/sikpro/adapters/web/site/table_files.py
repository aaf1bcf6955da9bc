"""Tables as files to download, CSV or Excel."""

from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from litestar import Response
from litestar.exceptions import NotFoundException

from sikpro.adapters.web.site.parts import WebParts
from sikpro.application.ports.workbooks import Sheet
from sikpro.application.reports.csv_text import csv_bytes

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def kind_of(file: str) -> tuple[str, str]:
    """Return a file's name and its kind, `csv` or `xlsx`. Raises `NotFoundException` for another kind."""
    name, _, kind = file.rpartition(".")
    if kind not in MEDIA_TYPES:
        raise NotFoundException
    return name, kind


def table_content(parts: WebParts, sheet: Sheet, kind: str) -> bytes:
    """Return the sheet as a file of the kind, written in the calling thread."""
    if kind == "csv":
        return b"".join(csv_bytes(chain([sheet.header], sheet.rows)))
    with TemporaryDirectory(prefix="sikpro-list-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "table.xlsx"
        parts.workbooks.write(path, [sheet])
        return path.read_bytes()


def table_response(content: bytes, name: str, kind: str) -> Response[bytes]:
    """Return the response with the file, not cached; `name` is plain ASCII."""
    headers = {"content-disposition": f'attachment; filename="{name}.{kind}"', "cache-control": "no-store"}
    return Response(content, media_type=MEDIA_TYPES[kind], headers=headers)
