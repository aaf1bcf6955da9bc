"""The list beside an order: whether a page has it, and the values of its templates."""

from typing import Any

from attrs import frozen
from litestar import Request

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
from sikpro.adapters.web.site.pages import is_htmx
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.mentions import Mention
from sikpro.application.ports.queries import Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.remark_order import unread_mentions
from sikpro.domain.order import Order
from sikpro.domain.people import Person


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


def wants_pane(request: Request[Any, Any, Any]) -> bool:
    """Return whether only the order is wanted, to replace the one on the page."""
    return is_htmx(request) and request.headers.get("hx-target") == "order"


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

    def work(uow: UnitOfWork) -> tuple[QueuePage | None, bool, tuple[tuple[Mention, Order, str], ...]]:
        sides = uow.work_preferences.of(me.id).side_by_side
        if opened is not None and not sides:
            return None, sides, ()
        return read_queue(uow, listing, me, visit.words, now, parts.zone), sides, unread_mentions(uow, me)

    found, sides, mentions = await parts.transactions.read(work)
    if found is None:
        return {"sides": sides}
    words = visit.words
    return {
        "sides": sides,
        "opened": opened,
        "listing": listing,
        "found": found,
        "mentions": mentions,
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
