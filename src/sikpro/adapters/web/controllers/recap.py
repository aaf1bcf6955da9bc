"""The recap of a day or a month, on the page and as an Excel file."""

import re
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Stream

from sikpro.adapters.web.admission import only
from sikpro.adapters.web.order_listing import VIEWS
from sikpro.adapters.web.pages import Pages, go
from sikpro.adapters.web.parts import WebParts
from sikpro.adapters.web.recap_view import RecapView, RecapWhen
from sikpro.adapters.web.visit import Visit
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.recap import Recap, Span, recap
from sikpro.application.reports.recap_workbook import write_recap
from sikpro.domain.catalogue import Status
from sikpro.domain.people import Permission, Person

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHUNK = 64 * 1024


class RecapController(Controller):
    """Figures that add up, each a link to its orders where the list of orders can show them."""

    path = "/recap"
    guards = (only(Permission.SEE_OWN_REPORT),)

    @get()
    async def choose(
        self, request: Request[Any, Any, Any], visit: NamedDependency[Visit], parts: NamedDependency[WebParts]
    ) -> Response[str]:
        """To the period that a form chose, else to today."""
        query = request.query_params
        if query.get("month"):
            return go(request, RecapWhen(Span.MONTH, _day(query["month"] + "-01")).path)
        today = visit.words.local(parts.clock.now()).date()
        return go(request, RecapWhen(Span.DAY, _day(query["day"]) if query.get("day") else today).path)

    @get("/day/{name:str}")
    async def day(
        self,
        request: Request[Any, Any, Any],
        name: FromPath[str],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str] | Stream:
        """A day's recap; with `.xlsx` behind the date, the file."""
        when = RecapWhen(Span.DAY, _day(name.removesuffix(".xlsx")))
        return await _answer(request, when, me, visit, pages, parts, as_file=name.endswith(".xlsx"))

    @get("/month/{name:str}")
    async def month(
        self,
        request: Request[Any, Any, Any],
        name: FromPath[str],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str] | Stream:
        """A month's recap; with `.xlsx` behind it, the file."""
        when = RecapWhen(Span.MONTH, _day(name.removesuffix(".xlsx") + "-01"))
        return await _answer(request, when, me, visit, pages, parts, as_file=name.endswith(".xlsx"))


async def _answer(
    request: Request[Any, Any, Any],
    when: RecapWhen,
    me: Person,
    visit: Visit,
    pages: Pages,
    parts: WebParts,
    *,
    as_file: bool,
) -> Response[str] | Stream:
    if as_file:
        return await _file(when, me, visit, parts)
    words, now = visit.words, parts.clock.now()

    def read(uow: UnitOfWork) -> tuple[Recap, dict[str, Status]]:
        figures = recap(uow, when.period(words.zone), when.span, me, parts.zone)
        return figures, {status.code: status for status in uow.catalogue.statuses()}

    figures, statuses = await parts.transactions.read(read)
    today = words.local(now).date()
    view = RecapView(
        recap=figures,
        when=when,
        today=today,
        statuses=statuses,
        views=frozenset(VIEWS),
        helpdesk=None if me.may(Permission.SEE_REPORTS) else me.id,
        words=words,
    )
    return pages.page(request, "recap/page.html", view=view, when=when, today=today, recap=figures)


async def _file(when: RecapWhen, me: Person, visit: Visit, parts: WebParts) -> Stream:
    """The Excel file, made in one hop from one view of the data; its name on the disk is gone before it is sent."""
    words, now = visit.words, parts.clock.now()

    def work(uow: UnitOfWork) -> BinaryIO:
        with TemporaryDirectory(prefix="sikpro-recap-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "recap.xlsx"
            write_recap(
                uow,
                parts.workbooks,
                path,
                period=when.period(words.zone),
                span=when.span,
                title=when.title(words),
                by=me,
                words=words,
                now=now,
            )
            return path.open("rb")

    file = await parts.transactions.read(work)
    size = file.seek(0, 2)
    file.seek(0)
    headers = {
        "content-disposition": f'attachment; filename="SIKPRO-rekap-{when.text}.xlsx"',
        "content-length": str(size),
        "cache-control": "no-store",
    }
    return Stream(_chunks(file), media_type=EXCEL, headers=headers)


async def _chunks(file: BinaryIO) -> AsyncIterator[bytes]:
    with file:
        while chunk := file.read(CHUNK):
            yield chunk


def _day(text: str) -> date:
    """A date as addresses have it. Raises `NotFoundException` for what is none, or lies out of reach."""
    try:
        if re.fullmatch(r"20\d\d-\d\d-\d\d", text, re.ASCII):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise NotFoundException
