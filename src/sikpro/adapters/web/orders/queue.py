"""The queue and every other list of orders."""

from typing import Any
from zoneinfo import ZoneInfo

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency

from sikpro.adapters.web.orders.beside import Refused, list_context, wants_pane
from sikpro.adapters.web.orders.order_context import OrderContext
from sikpro.adapters.web.orders.order_listing import (
    Listing,
)
from sikpro.adapters.web.orders.queue_view import (
    CAP,
    next_list_name,
)
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go, is_htmx
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.list_orders import Looked, find_orders, past_limits
from sikpro.application.use_cases.orders.work_order import just_taken, take_next
from sikpro.domain.catalogue import Status
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person
from sikpro.domain.search_text import is_short

FOUND = 8
"""How many orders the search shows while a person types."""


class QueueController(Controller):
    """The queue: oldest first, live, filtered by its address."""

    guards = (only(Permission.VIEW_ALL, Permission.VIEW_SITE_OPERATION),)

    @get("/")
    async def home(self, request: Request[Any, Any, Any], me: NamedDependency[Person]) -> Response[str]:
        """Redirect to the main page: the dashboard for people with `VIEW_REPORTS`, the queue for others."""
        return go(request, "/dashboard" if me.may(Permission.VIEW_REPORTS) else "/orders")

    @get("/orders")
    async def show(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        visit: NamedDependency[Visit],
    ) -> Response[str]:
        """Show a list of orders; htmx gets the list without the page around it."""
        listing = Listing.of(request.query_params, me)
        return await list_page(request, me, pages, parts, visit, listing)

    @get("/orders/find")
    async def find(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show the search results while a person types, newest first; without htmx show the list."""
        text = Listing.of(request.query_params, me).text
        if not is_htmx(request):
            return go(request, Listing(view="all", text=text).address())

        def work(uow: UnitOfWork) -> tuple[Looked, dict[str, Status]]:
            looked = find_orders(uow, text, me, FOUND + 1) if text else Looked(())
            return looked, {status.code: status for status in uow.catalogue.statuses()}

        looked, statuses = await parts.transactions.read(work)
        more = len(looked.rows) > FOUND
        return pages.page(
            request,
            "orders/found.html",
            text=text,
            short=is_short(text),
            rows=looked.rows[:FOUND],
            edge=looked.edge,
            more=more,
            statuses=statuses,
        )

    @post("/orders/next", guards=[only(Permission.WORK)])
    async def take_next(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        visit: NamedDependency[Visit],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Take the oldest waiting order of the list `in` and open it.

        `held` is the count of the person's orders on the page: a double click takes only one.
        """
        now, held = parts.clock.now(), form.whole("held")
        listing = Listing.of_query(form.text("in"), me)
        source = listing.next_from

        def work(uow: UnitOfWork) -> tuple[Order | None, str]:
            again = None if held is None else just_taken(uow, me, now, min(held, CAP))
            which = source.which(me, now, ZoneInfo(parts.zone), past_limits(uow, now, parts.zone))
            return again or take_next(uow, me, now, which), next_list_name(uow, listing, me, visit.words)

        order, name = await parts.transactions.write(work)
        if wants_pane(request):
            context = OrderContext(request, pages, parts, visit, me, order.id if order else 0)
            return await _in_place(context, order, name)
        if order is None:
            visit.toast("none_waiting_in" if name else "none_waiting", name=name)
            return go(request, listing.address())
        visit.toast("taken", number=order.number)
        return go(request, listing.order_address(order.id))


async def _in_place(context: OrderContext, order: Order | None, name: str) -> Response[str]:
    """Return the taken order alone, to replace the one on the page; without one, say so."""
    words = context.visit.words
    if order is None:
        text = words("toast.none_waiting_in", name=name) if name else words("toast.none_waiting")
        response = context.pages.page(context.request, "site/toast.html", title="", text=text)
        response.headers |= {"hx-retarget": "#toasts", "hx-reswap": "beforeend"}
        return response
    said = words("toast.taken", number=order.number)
    return await context.page(said=said, address=context.address(order.id))


async def list_page(
    request: Request[Any, Any, Any],
    me: Person,
    pages: Pages,
    parts: WebParts,
    visit: Visit,
    listing: Listing,
    refused: Refused | None = None,
) -> Response[str]:
    """Return a list of orders; `refused` keeps the entries of a failed action on several orders."""
    context = await list_context(me, parts, visit, listing)
    return pages.page(
        request,
        "orders/list.html" if is_htmx(request) else "orders/queue.html",
        status=refused.http if refused else 200,
        path="/orders",
        **context | {"refused": refused or Refused()},
    )
