"""What is done with an order by one button: undo, keep, give back, assign, delete, restore, send again."""

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide

from sikpro.adapters.web.orders.order import Desk, provide_desk
from sikpro.adapters.web.orders.order_view import OrderView, view_order
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import go, is_htmx
from sikpro.adapters.web.site.typed import Typed
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.messages.resend_message import resend_message
from sikpro.application.use_cases.orders.remove_order import delete_order, restore_order
from sikpro.application.use_cases.orders.undo_status import undo_status
from sikpro.application.use_cases.orders.work_order import assign_order, give_back_order, renew_claim
from sikpro.domain.errors import NotFound
from sikpro.domain.order import Order
from sikpro.domain.people import Permission


class OrderActionsController(Controller):
    """The buttons of an order's page."""

    path = "/orders/{order_id:int}"
    dependencies = {"desk": Provide(provide_desk)}  # noqa: RUF012  # Litestar's own type for it

    @post("/give-back", guards=[only(Permission.WORK)])
    async def give_back(self, desk: NamedDependency[Desk]) -> Response[str]:
        """Put it back into the queue."""
        now = desk.parts.clock.now()
        return await desk.do(lambda uow: give_back_order(uow, desk.order_id, desk.me, now), "given_back", Typed())

    @post("/assign", guards=[only(Permission.LEAD)])
    async def assign(self, desk: NamedDependency[Desk], form: NamedDependency[Form]) -> Response[str]:
        """Give it to a helpdesk, whoever has it now."""
        now, to = desk.parts.clock.now(), form.whole("to")
        if to is None:
            raise NotFound(what="helpdesk", name="")
        return await desk.do(
            lambda uow: assign_order(uow, desk.order_id, to, desk.me, now),
            "assigned",
            Typed(form="assign", values=form.values),
        )

    @post("/undo", guards=[only(Permission.WORK)])
    async def undo(self, desk: NamedDependency[Desk]) -> Response[str]:
        """Take the status that was just set back, and its message."""
        now = desk.parts.clock.now()
        return await desk.do(lambda uow: undo_status(uow, desk.order_id, desk.me, now), "undone", Typed())

    @post("/renew", guards=[only(Permission.WORK)])
    async def renew(self, desk: NamedDependency[Desk]) -> Response[str]:
        """Renew the claim because the page is open, and say how it stands."""
        return await self._claim(desk, confirmed=False)

    @post("/keep", guards=[only(Permission.WORK)])
    async def keep(self, desk: NamedDependency[Desk]) -> Response[str]:
        """Renew the claim because its holder says so."""
        return await self._claim(desk, confirmed=True)

    @get(["/give-back", "/assign", "/undo", "/delete", "/restore"])
    async def lead_back(self, desk: NamedDependency[Desk]) -> Response[str]:
        """The order: a page that answered a button is asked for again."""
        return go(desk.request, f"/orders/{desk.order_id}")

    async def _claim(self, desk: Desk, *, confirmed: bool) -> Response[str]:
        now, words = desk.parts.clock.now(), desk.visit.words

        def work(uow: UnitOfWork) -> OrderView:
            renew_claim(uow, desk.order_id, desk.me, now, confirmed=confirmed)
            return view_order(uow, desk.order_id, desk.me, words, now)

        view = await desk.parts.transactions.write(work)
        if not is_htmx(desk.request):
            return go(desk.request, f"/orders/{desk.order_id}")
        return desk.pages.page(desk.request, "orders/claim.html", view=view, order=view.order)

    @post("/delete", guards=[only(Permission.LEAD)])
    async def delete(self, desk: NamedDependency[Desk], form: NamedDependency[Form]) -> Response[str]:
        """Delete it for a reason, and go back to the queue, where it is no more."""
        now, zone = desk.parts.clock.now(), desk.parts.zone

        def work(uow: UnitOfWork) -> Order:
            return delete_order(uow, desk.order_id, desk.me, now, reason=form.text("reason"), zone=zone)

        response = await desk.do(work, "deleted", Typed(form="delete", values=form.values, seen=form.whole("seen")))
        return go(desk.request, "/orders") if response.status_code in {204, 303} else response

    @post("/restore", guards=[only(Permission.ADMINISTER)])
    async def restore(self, desk: NamedDependency[Desk]) -> Response[str]:
        """Bring a deleted order back."""
        now = desk.parts.clock.now()
        return await desk.do(lambda uow: restore_order(uow, desk.order_id, desk.me, now), "restored", Typed())

    @post("/resend", guards=[only(Permission.WORK)])
    async def resend(self, desk: NamedDependency[Desk], form: NamedDependency[Form]) -> Response[str]:
        """Send a failed message again."""
        now, message = desk.parts.clock.now(), form.whole("message")
        if message is None:
            raise NotFound(what="message", name="")

        def work(uow: UnitOfWork) -> None:
            resend_message(uow, desk.order_id, message, desk.me, now)

        await desk.parts.transactions.write(work)
        desk.visit.toast("sent_again")
        return go(desk.request, f"/orders/{desk.order_id}")
