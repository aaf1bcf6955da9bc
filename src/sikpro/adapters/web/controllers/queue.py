"""The queue and every other list of orders."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from attrs import evolve, frozen
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sikpro.adapters.web.admission import only
from sikpro.adapters.web.order_listing import COUNTED, FIRST, Listing, key_text, views_for
from sikpro.adapters.web.pages import Pages, go, is_htmx
from sikpro.adapters.web.parts import WebParts
from sikpro.adapters.web.visit import Visit
from sikpro.adapters.web.working import naming_holder
from sikpro.application.i18n import Words
from sikpro.application.ports.queries import Key, OrderFilter, OrderRow, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.see_orders import list_orders
from sikpro.application.use_cases.work_order import take_order
from sikpro.domain.catalogue import Status
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import Phase

PAGE = 50
CAP = 999
NEWER = 99


@frozen(kw_only=True)
class _Seen:
    """What a list shows."""

    rows: tuple[OrderRow, ...]
    last: Key | None
    more: bool
    newer: int
    counts: Mapping[str, int]
    statuses: Mapping[str, Status]
    types: tuple[str, ...]
    stos: tuple[str, ...]
    names: Mapping[str, str]


class QueueController(Controller):
    """The queue: oldest first, live, filtered by its address."""

    guards = (only(Permission.SEE_ALL, Permission.SEE_SITE_OPERATION),)

    @get("/")
    async def home(self, request: Request[Any, Any, Any]) -> Response[str]:
        """The main page is the queue."""
        return go(request, "/orders")

    @get("/orders")
    async def show(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        visit: NamedDependency[Visit],
    ) -> Response[str]:
        """A list of orders; htmx gets the list without the page around it."""
        listing = Listing.of(request.query_params, me)
        seen = await parts.transactions.read(lambda uow: _see(uow, listing, me, visit.words, ZoneInfo(parts.zone)))
        return pages.page(
            request,
            "orders/list.html" if is_htmx(request) else "orders/queue.html",
            listing=listing,
            seen=seen,
            views=views_for(me),
            key_text=key_text,
            cap=CAP,
            first_view=FIRST,
            comes_back=lambda row: comes_back(row, me),
            newest=listing.sort is Sort.NEWEST,
        )

    @post("/orders/{order_id:int}/take", guards=[only(Permission.WORK)])
    async def take(
        self,
        request: Request[Any, Any, Any],
        order_id: FromPath[int],
        me: NamedDependency[Person],
        parts: NamedDependency[WebParts],
        visit: NamedDependency[Visit],
    ) -> Response[str]:
        """Take an order and open it; of two who ask, one gets it and the other is told who has it."""
        now = parts.clock.now()
        order = await naming_holder(parts, lambda uow: take_order(uow, order_id, me, now))
        visit.toast("taken", number=order.number)
        return go(request, f"/orders/{order_id}")


def _see(uow: UnitOfWork, listing: Listing, me: Person, words: Words, zone: ZoneInfo) -> _Seen:
    which, newer = listing.which(me, zone), 0
    if listing.top and listing.sort is Sort.NEWEST and listing.after is None:
        # What came after the list was opened waits behind a button, so that nothing moves under the cursor.
        fresh = list_orders(uow, which, me, sort=Sort.NEWEST, limit=NEWER)
        newer = sum(1 for row in fresh if (row.received_at, row.id) > (listing.top.received_at, listing.top.id))
        start = evolve(listing.top, id=listing.top.id + 1) if newer else None
    else:
        start = listing.after
    rows = list_orders(uow, which, me, sort=listing.sort, after=start, limit=PAGE + 1)
    shown = tuple(rows[:PAGE])
    counts = {
        view: uow.order_queries.count(_within(listing.which(me, zone, view), me), CAP + 1)
        for view in COUNTED
        if view in views_for(me) and not listing.text
    }
    return _Seen(
        rows=shown if listing.sort is Sort.NEWEST else tuple(sorted(shown, key=lambda row: not comes_back(row, me))),
        last=shown[-1].key if shown else None,
        more=len(rows) > PAGE,
        newer=newer,
        counts=counts,
        statuses={status.code: status for status in uow.catalogue.statuses()},
        types=tuple(row.code for row in uow.catalogue.order_types() if row.active),
        stos=tuple(row.code for row in uow.catalogue.stos() if row.active),
        names={name: _told(uow, name, value, words) for name, value in listing.filters.items()},
    )


def comes_back(row: OrderRow, me: Person) -> bool:
    """Whether corrected data have come for an order that this person held up: they see it first, while it is free."""
    return row.resubmitted and row.phase is Phase.WAITING and row.helpdesk == me.id


def _within(which: OrderFilter, me: Person) -> OrderFilter:
    """Count what `list_orders` would list."""
    return which if me.may(Permission.SEE_ALL) else evolve(which, site_operation=me.site_operation or "")


def _told(uow: UnitOfWork, name: str, value: str, words: Words) -> str:
    """A filter's value as people say it."""
    if name == "status":
        return next((words.text(row.label) for row in uow.catalogue.statuses() if row.code == value), value)
    if name == "helpdesk":
        return next((person.name for person in uow.people.all() if str(person.id) == value), value)
    if name == "channel" and words.knows(f"channel.{value}"):
        return words(f"channel.{value}")
    return value
