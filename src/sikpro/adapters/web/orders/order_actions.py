"""The one-button actions on an order: take, undo, keep, give back, assign, delete, restore, send again."""

from attrs import evolve
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide

from sikpro.adapters.web.orders.order_context import OrderContext, provide_order_context
from sikpro.adapters.web.orders.order_view import OrderView, view_order
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import go, is_htmx
from sikpro.adapters.web.site.typed import Typed
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.messages.resend_message import resend_message
from sikpro.application.use_cases.orders.remove_order import delete_order, restore_order
from sikpro.application.use_cases.orders.undo_status import undo_status
from sikpro.application.use_cases.orders.work_order import assign_order, give_back_order, renew_claim, take_order
from sikpro.domain.errors import NotFound
from sikpro.domain.order import Order
from sikpro.domain.people import Permission


class OrderActionsController(Controller):
    """The buttons of an order's page."""

    path = "/orders/{order_id:int}"
    dependencies = {"context": Provide(provide_order_context)}  # noqa: RUF012  # Litestar's own type for it

    @post("/take", guards=[only(Permission.WORK)])
    async def take(self, context: NamedDependency[OrderContext]) -> Response[str]:
        """Take the order; if two people try, one gets it and the other stays on the order and reads who has it."""
        now = context.parts.clock.now()
        return await context.do(lambda uow: take_order(uow, context.order_id, context.me, now), "taken", Typed())

    @post("/give-back", guards=[only(Permission.WORK)])
    async def give_back(self, context: NamedDependency[OrderContext]) -> Response[str]:
        """Put the order back into the queue."""
        now = context.parts.clock.now()
        return await context.do(
            lambda uow: give_back_order(uow, context.order_id, context.me, now), "given_back", Typed()
        )

    @post("/assign", guards=[only(Permission.LEAD, Permission.WORK)])
    async def assign(self, context: NamedDependency[OrderContext], form: NamedDependency[Form]) -> Response[str]:
        """Give the order to a helpdesk: one's own, or as a team leader anybody's."""
        now, to = context.parts.clock.now(), form.whole("to") or 0  # 0 is nobody's id
        return await context.do(
            lambda uow: assign_order(uow, context.order_id, to, context.me, now),
            "assigned",
            Typed(form="assign", values=form.values),
        )

    @post("/undo", guards=[only(Permission.WORK)])
    async def undo(self, context: NamedDependency[OrderContext]) -> Response[str]:
        """Undo the last status, and recall its message."""
        now = context.parts.clock.now()
        return await context.do(lambda uow: undo_status(uow, context.order_id, context.me, now), "undone", Typed())

    @post("/renew", guards=[only(Permission.WORK)])
    async def renew(self, context: NamedDependency[OrderContext]) -> Response[str]:
        """Renew the claim because the page is open, and return its state."""
        return await self._claim(context, confirmed=False)

    @post("/keep", guards=[only(Permission.WORK)])
    async def keep(self, context: NamedDependency[OrderContext]) -> Response[str]:
        """Renew the claim on request of its holder."""
        return await self._claim(context, confirmed=True)

    @get(["/take", "/go-on", "/give-back", "/assign", "/undo", "/delete", "/restore"])
    async def lead_back(self, context: NamedDependency[OrderContext]) -> Response[str]:
        """Redirect to the order: the browser reloads a page that answered a button."""
        return go(context.request, context.address(context.order_id))

    async def _claim(self, context: OrderContext, *, confirmed: bool) -> Response[str]:
        now, words = context.parts.clock.now(), context.visit.words

        def work(uow: UnitOfWork) -> OrderView:
            renew_claim(uow, context.order_id, context.me, now, confirmed=confirmed)
            return view_order(uow, context.order_id, context.me, words, now)

        view = await context.parts.transactions.write(work)
        if not is_htmx(context.request):
            return go(context.request, context.address(context.order_id))
        return context.pages.page(context.request, "orders/claim.html", view=view, order=view.order)

    @post("/go-on", guards=[only(Permission.WORK)])
    async def go_on(self, context: NamedDependency[OrderContext], form: NamedDependency[Form]) -> Response[str]:
        """Choose whether the next order opens after an answer; the typed answer stays in its form."""
        me, on = context.me.id, form.text("go_on") == "yes"
        await context.parts.transactions.write(
            lambda uow: uow.work_preferences.save(evolve(uow.work_preferences.of(me), go_on=on))
        )
        return await context.page(Typed(form="status", values=form.values, last_event=form.last_event))

    @post("/delete", guards=[only(Permission.LEAD)])
    async def delete(self, context: NamedDependency[OrderContext], form: NamedDependency[Form]) -> Response[str]:
        """Delete the order with a reason, and go back to the queue, which no longer has it."""
        now, zone = context.parts.clock.now(), context.parts.zone

        def work(uow: UnitOfWork) -> Order:
            return delete_order(uow, context.order_id, context.me, now, reason=form.text("reason"), zone=zone)

        typed = Typed(form="delete", values=form.values, last_event=form.last_event)
        if refused := await context.refused(work, typed):
            return refused
        number = await context.parts.transactions.read(lambda uow: uow.orders.get(context.order_id).number)
        context.visit.toast("deleted", number=number)
        context.visit.sent(f"order-{context.order_id}-delete")
        return go(context.request, context.listing.address())

    @post("/restore", guards=[only(Permission.ADMINISTER)])
    async def restore(self, context: NamedDependency[OrderContext]) -> Response[str]:
        """Restore a deleted order."""
        now = context.parts.clock.now()
        return await context.do(lambda uow: restore_order(uow, context.order_id, context.me, now), "restored", Typed())

    @post("/resend", guards=[only(Permission.WORK)])
    async def resend(self, context: NamedDependency[OrderContext], form: NamedDependency[Form]) -> Response[str]:
        """Send a failed message again."""
        now, message = context.parts.clock.now(), form.whole("message")
        if message is None:
            raise NotFound(what="message", name="")

        return await context.do(
            lambda uow: resend_message(uow, context.order_id, message, context.me, now),
            "sent_again",
            Typed(form="resend"),
        )
