"""The recap of a day, a month or a free period, as a page and as a file; closes a month."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Stream
from markupsafe import Markup

from sikpro.adapters.web.recaps.recap_files import recap_file, split_kind
from sikpro.adapters.web.recaps.recap_links import page_of
from sikpro.adapters.web.recaps.recap_reading import read_recap
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.facts import TimeBasis
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.closing import count_month, open_month
from sikpro.application.reports.recap_query import FILTERS, RecapQuery, Span
from sikpro.application.reports.sheet.drawing import draw
from sikpro.application.reports.sheet.one_sheet import one_sheet
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import Permission, Person


class RecapController(Controller):
    """The recap: figures that add up; each links to its orders if the list of orders can show them."""

    path = "/recap"
    guards = (only(Permission.VIEW_OWN_REPORT),)

    @get()
    async def choose(
        self, request: Request[Any, Any, Any], visit: NamedDependency[Visit], parts: NamedDependency[WebParts]
    ) -> Response[str]:
        """Redirect to the period and filters of a form, else to today. An invalid period is reported at its entry."""
        query = request.query_params
        text = query.get("period") or query.get("month") or query.get("day") or ""
        if query.get("from") or query.get("until"):
            first, last = sorted((query.get("from") or query["until"], query.get("until") or query["from"]))
            text = f"{first}_{last}"
            recap_query = RecapQuery.parse(text, _filters(query))
        else:
            today = visit.words.local(parts.clock.now()).date()
            recap_query = _recap_query(text or today.isoformat(), query)
        return go(request, page_of(recap_query))

    @get(["/day/{name:str}", "/month/{name:str}", "/free/{name:str}"])
    async def show(
        self,
        request: Request[Any, Any, Any],
        name: FromPath[str],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str] | Stream:
        """Show the recap of a period; with `.xlsx`, `.csv` or `.png` after its name, send the file."""
        name, kind = split_kind(name)
        recap_query = self._wanted(request, name, me)
        if kind:
            return await recap_file(request, recap_query, kind, me, visit, parts)
        now = parts.clock.now()
        basis = TimeBasis.FINISHED if request.query_params.get("heat") == "completed" else TimeBasis.RECEIVED
        view = await parts.transactions.read_long(lambda uow: read_recap(uow, recap_query, me, now, visit.words, basis))
        template = "recaps/day.html" if recap_query.span is Span.DAY else "recaps/recap.html"
        return pages.page(request, template, view=view, query=recap_query, recap=view.recap, page_of=page_of)

    @get(["/day/{name:str}/sheet", "/month/{name:str}/sheet", "/free/{name:str}/sheet"])
    async def sheet(
        self,
        request: Request[Any, Any, Any],
        name: FromPath[str],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show the one-sheet of a recap, as it is printed."""
        recap_query = self._wanted(request, name, me)
        now = parts.clock.now()

        def work(uow: UnitOfWork) -> Markup:
            drawn = draw(one_sheet(uow, recap_query, me, now, visit.words), parts.pictures())
            return Markup(drawn)  # nosec B704  # the drawing escapes every text

        drawing = await parts.transactions.read_long(work)
        return pages.page(request, "recaps/sheet.html", drawing=drawing, query=recap_query, page_of=page_of)

    @post("/month/{name:str}/close", guards=[only(Permission.CLOSE_MONTH)])
    async def close(
        self,
        request: Request[Any, Any, Any],
        name: FromPath[str],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Close a month: save its figures permanently."""
        recap_query, now = _recap_query(name, {}, Span.MONTH), parts.clock.now()
        closing = await parts.transactions.read_long(
            lambda uow: count_month(uow, recap_query.text, me, now, parts.zone)
        )
        await parts.transactions.write(closing)
        visit.toast("month_closed", month=visit.words.month(recap_query.first))
        return go(request, page_of(recap_query))

    @post("/month/{name:str}/open", guards=[only(Permission.CLOSE_MONTH)])
    async def open(
        self,
        request: Request[Any, Any, Any],
        name: FromPath[str],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Open a closed month again, with a reason."""
        recap_query, now, reason = _recap_query(name, {}, Span.MONTH), parts.clock.now(), form.text("reason")
        await parts.transactions.write(lambda uow: open_month(uow, recap_query.text, me, now, reason))
        visit.toast("month_opened", month=visit.words.month(recap_query.first))
        return go(request, page_of(recap_query))

    @staticmethod
    def _wanted(request: Request[Any, Any, Any], name: str, me: Person) -> RecapQuery:
        query = dict(request.query_params)
        if not me.may(Permission.VIEW_REPORTS):
            query.pop("helpdesk", None)  # they see only their own work, also if an address names others
        return _recap_query(name, query, Span(request.url.path.split("/")[2]))


def _filters(query: Mapping[str, str]) -> dict[str, str]:
    return {name: query[name] for name in FILTERS if query.get(name)}


def _recap_query(text: str, query: Mapping[str, str], span: Span | None = None) -> RecapQuery:
    """Return the recap query of an address. Raises `NotFoundException` for an invalid period or another span."""
    try:
        recap_query = RecapQuery.parse(text, _filters(query))
    except InvalidValue as error:
        raise NotFoundException from error
    if span not in {None, recap_query.span}:
        raise NotFoundException
    return recap_query
