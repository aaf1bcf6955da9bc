"""An export as a file: its name, its number of orders, and how to write it."""

import re
from collections.abc import Callable
from datetime import datetime
from itertools import chain
from pathlib import Path

from attrs import frozen

from sikpro.application.i18n import Words
from sikpro.application.ports.pictures import PictureMaker
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.workbooks import WorkbookWriter
from sikpro.application.reports.csv_text import csv_bytes
from sikpro.application.reports.order_rows import order_header, order_rows
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.application.reports.recap_workbook import how_many, write_recap
from sikpro.application.reports.sheet.drawing import draw
from sikpro.application.reports.sheet.one_sheet import PIXELS, one_sheet
from sikpro.domain.people import Person

MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "png": "image/png",
}
"""The formats of an export."""

AT_ONCE = 5_000
"""The most orders of an export that is written at once. A larger one is queued."""


@frozen(kw_only=True)
class ExportFile:
    """A file to write: its query, format, person, language, and time."""

    query: RecapQuery
    kind: str
    by: Person
    words: Words
    now: datetime

    @property
    def name(self) -> str:
        """The file's name, from the period and the filters."""
        return file_name(self.query, self.kind)

    def how_many(self, uow: UnitOfWork) -> int:
        """Count its orders. Raises `NotPermitted`."""
        return how_many(uow, self.query, self.by, self.words, self.now)

    def write(
        self,
        uow: UnitOfWork,
        workbooks: WorkbookWriter,
        pictures: PictureMaker,
        path: Path,
        report: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Write it to `path` from one view of the data; `report` is called with the number of orders written so far.

        Raises `NotPermitted`, `OSError`.
        """
        if self.kind == "xlsx":
            write_recap(
                uow, workbooks, path, query=self.query, by=self.by, words=self.words, now=self.now, report=report
            )
            return
        if self.kind == "png":
            sheet = one_sheet(uow, self.query, self.by, self.now, self.words)
            path.write_bytes(pictures.png(draw(sheet, pictures), PIXELS))
            return
        rows = order_rows(uow, self.query, self.by, self.words, self.now, report)
        with path.open("wb") as file:
            file.writelines(csv_bytes(chain([order_header(self.words)], rows)))


def file_name(query: RecapQuery, kind: str) -> str:
    """Return a recap file's name from its period and filters: `SIKPRO-rekap-2026-11-SDA.xlsx`."""
    narrowed = (re.sub(r"[^A-Za-z0-9]+", "", value) for value in query.filters.values())
    return f"{'-'.join(['SIKPRO-rekap', query.text, *filter(None, narrowed)])}.{kind}"
