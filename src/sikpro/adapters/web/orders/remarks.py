"""Notes to colleagues on an order's page, and the mark of who was named in one."""

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide

from sikpro.adapters.web.orders.order_context import OrderContext, provide_order_context
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import go, is_htmx
from sikpro.adapters.web.site.typed import Typed
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.remark_order import read_mentions, remark_order
from sikpro.domain.people import Permission


class RemarksController(Controller):
    """The form for a note, and the end of a mention."""

    path = "/orders/{order_id:int}"
    dependencies = {"context": Provide(provide_order_context)}  # noqa: RUF012  # Litestar's own type for it

    @post("/remark", guards=[only(Permission.WORK, Permission.LEAD)])
    async def remark(self, context: NamedDependency[OrderContext], form: NamedDependency[Form]) -> Response[str]:
        """Save a note to colleagues; a refused one is still in its form."""
        now, last_event = context.parts.clock.now(), form.last_event

        def work(uow: UnitOfWork) -> None:
            remark_order(
                uow,
                context.order_id,
                context.me,
                now,
                text=form.text("remark"),
                last_event=last_event,
                zone=context.parts.zone,
            )

        typed = Typed(form="remark", values=form.values, last_event=last_event)
        return await context.do(work, "remarked", typed)

    @post("/mention-read", guards=[only(Permission.VIEW_ALL)])
    async def read(self, context: NamedDependency[OrderContext]) -> Response[str]:
        """End the mentions of this person on the order: the page that shows them posts this when it is on the screen.

        A page that is only fetched ahead is not shown, so it ends none.
        """
        now = context.parts.clock.now()
        await context.parts.transactions.write(lambda uow: read_mentions(uow, context.order_id, context.me, now))
        if is_htmx(context.request):
            return Response("", status_code=204)
        return go(context.request, context.address(context.order_id))

    @get(["/remark", "/mention-read"])
    async def lead_back(self, context: NamedDependency[OrderContext]) -> Response[str]:
        """Redirect to the order: the browser reloads a page that answered a form."""
        return go(context.request, context.address(context.order_id))
