"""The queue and every other list of orders."""

from typing import Any
from zoneinfo import ZoneInfo

from attrs import frozen
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sikpro.adapters.web.orders.order_listing import (
    FIRST,
    Listing,
    key_text,
    list_behind,
    nothing_in,
    view_about,
    view_name,
    views_for,
)
from sikpro.adapters.web.orders.queue_view import (
    CAP,
    NEWER,
    QueuePage,
    is_resubmitted_to,
    next_list_name,
    read_queue,
)
from sikpro.adapters.web.orders.working import naming_holder
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go, is_htmx
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.queries import OrderRow, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.list_orders import past_limits, search_orders
from sikpro.application.use_cases.orders.work_order import just_taken, take_next, take_order
from sikpro.domain.catalogue import Status
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person

FOUND = 8
"""How many orders the search shows while a person types."""


@frozen(kw_only=True)
class Refused:
    """An action on several orders that failed for some: `message` and `why` explain, `left` has the ids of these.

    `status` and `reason` are the person's entries; `http` is the status of the response.
    """

    message: str = ""
    why: tuple[str, ...] = ()
    left: frozenset[int] = frozenset()
    status: str = ""
    reason: str = ""
    http: int = 409


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

        def work(uow: UnitOfWork) -> tuple[tuple[OrderRow, ...], dict[str, Status]]:
            rows = search_orders(uow, text, me, FOUND + 1) if text else ()
            return rows, {status.code: status for status in uow.catalogue.statuses()}

        rows, statuses = await parts.transactions.read(work)
        more = len(rows) > FOUND
        return pages.page(request, "orders/found.html", text=text, rows=rows[:FOUND], more=more, statuses=statuses)

    @post("/orders/next", guards=[only(Permission.WORK)])
    async def take_next(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
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
        if order is None:
            visit.toast("none_waiting_in" if name else "none_waiting", name=name)
            return go(request, listing.address())
        if wants_pane(request):
            # The browser follows it, and gets the order alone.
            return Response("", status_code=303, headers={"location": listing.order_address(order.id)})
        visit.toast("taken", number=order.number)
        return go(request, listing.order_address(order.id))

    @post("/orders/{order_id:int}/take", guards=[only(Permission.WORK)])
    async def take(
        self,
        request: Request[Any, Any, Any],
        order_id: FromPath[int],
        me: NamedDependency[Person],
        parts: NamedDependency[WebParts],
        visit: NamedDependency[Visit],
    ) -> Response[str]:
        """Take an order and open it; if two people try, one gets it and the other sees who has it."""
        now = parts.clock.now()
        order = await naming_holder(parts, lambda uow: take_order(uow, order_id, me, now))
        visit.toast("taken", number=order.number)
        return go(request, list_behind(request, me).order_address(order_id))


def wants_pane(request: Request[Any, Any, Any]) -> bool:
    """Return whether only the order is wanted, to show beside the list."""
    return is_htmx(request) and request.headers.get("hx-target") == "order"


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


async def list_beside(
    request: Request[Any, Any, Any], me: Person, parts: WebParts, visit: Visit, order_id: int
) -> dict[str, Any]:
    """Return what the page of an order needs of its list: the list itself only where it stands beside the order."""
    listing = list_behind(request, me)
    if not is_htmx(request):
        context = await list_context(me, parts, visit, listing, opened=order_id)
        if context["sides"]:
            return context
    name = await parts.transactions.read(lambda uow: next_list_name(uow, listing, me, visit.words))
    return {"sides": False, "listing": listing, "next_name": name}


async def list_context(
    me: Person, parts: WebParts, visit: Visit, listing: Listing, opened: int | None = None
) -> dict[str, Any]:
    """Return the values of a list's templates; `opened` is the order that is open beside it."""
    now = parts.clock.now()

    def work(uow: UnitOfWork) -> tuple[QueuePage | None, bool]:
        sides = uow.work_preferences.of(me.id).side_by_side
        if opened is not None and not sides:
            return None, sides
        return read_queue(uow, listing, me, visit.words, now, parts.zone), sides

    found, sides = await parts.transactions.read(work)
    if found is None:
        return {"sides": sides}
    words = visit.words
    return {
        "sides": sides,
        "opened": opened,
        "listing": listing,
        "found": found,
        "next_name": found.next_name,
        "views": {view: view_name(view, words) for view in views_for(me)},
        "about_views": {view: view_about(view, words) for view in views_for(me)},
        "nothing": nothing_in(listing.view, words),
        "key_text": key_text,
        "cap": CAP,
        "newer_cap": NEWER,
        "first_view": FIRST,
        "is_resubmitted_to": lambda row: is_resubmitted_to(row, me),
        "newest": listing.sort is Sort.NEWEST,
        "refused": Refused(),
    }
