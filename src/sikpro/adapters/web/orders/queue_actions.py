"""The actions of the list: changes of several orders at once, and saved views."""

from collections.abc import Callable
from typing import Any

from attrs import evolve
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sikpro.adapters.web.orders.beside import Refused
from sikpro.adapters.web.orders.order_listing import Listing
from sikpro.adapters.web.orders.order_view import template_text
from sikpro.adapters.web.orders.queue import list_page
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import status_named
from sikpro.application.use_cases.orders.bulk import BulkResult, work_in_bulk
from sikpro.application.use_cases.orders.change_status import change_status
from sikpro.application.use_cases.orders.saved_views import save_view
from sikpro.application.use_cases.orders.undo_status import UNDO_SPAN, undo_latest
from sikpro.application.use_cases.orders.work_order import assign_order, take_order
from sikpro.domain.errors import NotFound
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person

_NAMED = 4
"""How many refused orders one sentence names."""


class QueueActionsController(Controller):
    """The buttons of the list."""

    path = "/orders"
    guards = (only(Permission.VIEW_ALL, Permission.VIEW_SITE_OPERATION),)

    @post("/bulk", guards=[only(Permission.WORK, Permission.LEAD)])
    async def bulk(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        visit: NamedDependency[Visit],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Take, assign or answer the chosen orders: `order-<id>` is the version that the page showed.

        Refused orders stay chosen, and a typed reason stays on the page for them.
        """
        listing, chosen, words = _listing(form, me), chosen_orders(form), visit.words
        typed = Refused(status=form.text("status"), reason=form.text("reason"))
        if not chosen and typed.reason.strip():
            none = evolve(typed, message=words("toast.none_chosen"), http=422)
            return await list_page(request, me, pages, parts, visit, listing, none)
        if not chosen:
            visit.toast("none_chosen")
            return go(request, listing.address())

        def work(uow: UnitOfWork) -> BulkResult:
            return work_in_bulk(uow, chosen, _work(uow, form, me, parts))

        many = await parts.transactions.write(work)
        if many.refused and typed.reason.strip() and form.text("do") == "status":
            message = words("bulk.refused", count=len(many.done))
            why = tuple(_named(number, words.error(error)) for number, error in many.refused.items())
            left = frozenset(chosen) - {order.id for order in many.done}
            return await list_page(
                request, me, pages, parts, visit, listing, evolve(typed, message=message, why=why, left=left)
            )
        report_bulk(visit, many)
        return go(request, listing.address())

    @post("/undo", guards=[only(Permission.WORK)])
    async def undo(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        parts: NamedDependency[WebParts],
        visit: NamedDependency[Visit],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Undo the person's last answer in all its orders, and show the list again."""
        now = parts.clock.now()
        many = await parts.transactions.write(lambda uow: undo_latest(uow, me, now))
        if many.done or many.refused:
            report_bulk(visit, many)
        else:
            visit.toast("undo_over")
        return go(request, _listing(form, me).address())

    @get(["/bulk", "/layout", "/undo"])
    async def lead_back(self, request: Request[Any, Any, Any]) -> Response[str]:
        """Redirect to the list: the browser reloads a page that answered the buttons."""
        return go(request, "/orders")

    @post("/layout")
    async def choose_layout(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Show orders beside a dense list from now on, or a roomy table alone; keep it for the person."""
        side_by_side = form.text("layout") == "sides"

        def work(uow: UnitOfWork) -> None:
            uow.work_preferences.save(evolve(uow.work_preferences.of(me.id), side_by_side=side_by_side))

        await parts.transactions.write(work)
        return go(request, _listing(form, me).address())

    @post("/views")
    async def save(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        parts: NamedDependency[WebParts],
        visit: NamedDependency[Visit],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Save the shown list under a name."""
        address = _listing(form, me).address()
        view = await parts.transactions.write(
            lambda uow: save_view(uow, me, form.text("name"), address.partition("?")[2])
        )
        visit.toast("view_saved", name=view.name)
        return go(request, address)

    @post("/views/{view_id:int}/delete")
    async def drop(
        self,
        request: Request[Any, Any, Any],
        view_id: FromPath[int],
        me: NamedDependency[Person],
        parts: NamedDependency[WebParts],
        visit: NamedDependency[Visit],
    ) -> Response[str]:
        """Delete one of the person's own views."""
        if not 0 < view_id < 2**53:
            raise NotFound(what="view", name="")

        def work(uow: UnitOfWork) -> None:
            if all(view.id != view_id for view in uow.saved_views.of_person(me.id)):
                raise NotFound(what="view", name="")
            uow.saved_views.drop(me.id, view_id)

        await parts.transactions.write(work)
        visit.toast("view_dropped")
        return go(request, "/orders")


def _listing(form: Form, me: Person) -> Listing:
    return Listing.of_query(form.text("query"), me)


def _work(uow: UnitOfWork, form: Form, me: Person, parts: WebParts) -> Callable[[Order], Order]:
    now, what = parts.clock.now(), form.text("do")
    if what == "take":
        return lambda order: take_order(uow, order.id, me, now)
    if what == "assign":
        to = form.whole("to")
        if to is None:
            raise NotFound(what="helpdesk", name="")
        return lambda order: assign_order(uow, order.id, to, me, now)
    status, reason = form.text("status"), form.text("reason")
    status_named(uow, status)

    def answer(order: Order) -> Order:
        feedback = template_text(uow, order.id, status)
        return change_status(
            uow, order.id, status, me, now, reason=reason, feedback=feedback, zone=parts.zone, hold=UNDO_SPAN
        )

    return answer


def chosen_orders(form: Form) -> dict[int, int]:
    """Return the chosen orders: id and version that the page showed, from `order-<id>`."""
    return {
        int(name.removeprefix("order-")): version
        for name in form.values
        if name.startswith("order-") and name.removeprefix("order-").isdecimal() and len(name) <= 20
        if (version := form.whole(name)) is not None
    }


def report_bulk(visit: Visit, many: BulkResult) -> None:
    """Report on the next page how many orders succeeded, and why the others failed."""
    if not many.refused:
        visit.toast("many_done", count=str(len(many.done)))
        return
    refusals = [_named(number, visit.words.error(error)) for number, error in list(many.refused.items())[:_NAMED]]
    more = len(many.refused) - len(refusals)
    visit.toast("some_done", count=str(len(many.done)), refused=" ".join([*refusals, f"+{more}"] if more else refusals))


def _named(number: str, sentence: str) -> str:
    return sentence if number in sentence else f"{number}: {sentence}"
