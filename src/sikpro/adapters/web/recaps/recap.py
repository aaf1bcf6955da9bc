"""The recap of a day, a month or a free period, on the page and as an Excel file; a month is closed here."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Stream

from sikpro.adapters.web.orders.queue_view import filter_choices
from sikpro.adapters.web.recaps.recap_files import recap_file, split_kind
from sikpro.adapters.web.recaps.recap_links import RecapLinks, page_of
from sikpro.adapters.web.recaps.recap_view import RecapView
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.closing import count_month
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_query import FILTERS, Asked, Span
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import Permission, Person


class RecapController(Controller):
    """Figures that add up, each a link to its orders where the list of orders can show them."""

    path = "/recap"
    guards = (only(Permission.SEE_OWN_REPORT),)

    @get()
    async def choose(
        self, request: Request[Any, Any, Any], visit: NamedDependency[Visit], parts: NamedDependency[WebParts]
    ) -> Response[str]:
        """To the period and the filters that a form chose, else to today. What is no period is told where it is."""
        query = request.query_params
        text = query.get("period") or query.get("month") or query.get("day") or ""
        if query.get("from") or query.get("until"):
            first, last = sorted((query.get("from") or query["until"], query.get("until") or query["from"]))
            text = f"{first}_{last}"
            asked = Asked.parse(text, _filters(query))
        else:
            today = visit.words.local(parts.clock.now()).date()
            asked = _asked(text or today.isoformat(), query)
        return go(request, page_of(asked))

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
        """A period's recap; with `.xlsx` or `.csv` behind its name, the file."""
        name, kind = split_kind(name)
        query = dict(request.query_params)
        if not me.may(Permission.SEE_REPORTS):
            query.pop("helpdesk", None)  # theirs is their own work, whoever an address names
        asked = _asked(name, query, Span(request.url.path.split("/")[2]))
        if kind:
            return await recap_file(request, asked, kind, me, visit, parts)
        words, now = visit.words, parts.clock.now()

        def read(uow: UnitOfWork) -> RecapView:
            return RecapView(
                recap=recap(uow, asked, me, now, parts.zone),
                today=words.local(now).date(),
                statuses={status.code: status for status in uow.catalogue.statuses()},
                choices=filter_choices(uow, words, me),
                links=RecapLinks(asked, None if me.may(Permission.SEE_REPORTS) else me.id),
                words=words,
                is_closed=asked.span is Span.MONTH and uow.closed_months.get(asked.text) is not None,
                may_close=me.may(Permission.CLOSE_MONTH) and now >= asked.period(words.zone).end,
            )

        view = await parts.transactions.read(read)
        return pages.page(request, "recaps/recap.html", view=view, asked=asked, recap=view.recap, page_of=page_of)

    @post("/month/{name:str}/close", guards=[only(Permission.CLOSE_MONTH)])
    async def close(
        self,
        request: Request[Any, Any, Any],
        name: FromPath[str],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Fix a month's figures for good."""
        asked, now = _asked(name, {}, Span.MONTH), parts.clock.now()
        closing = await parts.transactions.read(lambda uow: count_month(uow, asked.text, me, now, parts.zone))
        await parts.transactions.write(closing)
        visit.toast("month_closed", month=visit.words.month(asked.first))
        return go(request, page_of(asked))


def _filters(query: Mapping[str, str]) -> dict[str, str]:
    return {name: query[name] for name in FILTERS if query.get(name)}


def _asked(text: str, query: Mapping[str, str], span: Span | None = None) -> Asked:
    """The question of an address. Raises `NotFoundException` for what is no period, or of another kind."""
    try:
        asked = Asked.parse(text, _filters(query))
    except InvalidValue as error:
        raise NotFoundException from error
    if span not in {None, asked.span}:
        raise NotFoundException
    return asked
