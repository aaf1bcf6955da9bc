"""The page of one order: its data, its timeline, and the answer to the technician."""

from attrs import evolve
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide

from sikpro.adapters.web.orders.order_context import OrderContext, provide_order_context, with_snippet
from sikpro.adapters.web.orders.order_view import preview, template_text
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import go, is_htmx
from sikpro.adapters.web.site.typed import Typed
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.change_status import change_status, reopen_order
from sikpro.application.use_cases.orders.own_order import correct_order
from sikpro.application.use_cases.orders.send_text import SentText, send_text, texts_since
from sikpro.application.use_cases.orders.undo_status import UNDO_SPAN
from sikpro.domain.errors import DomainError, NotPermitted
from sikpro.domain.order import Order
from sikpro.domain.people import Permission


class OrderController(Controller):
    """The page of an order."""

    path = "/orders/{order_id:int}"
    dependencies = {"context": Provide(provide_order_context)}  # noqa: RUF012  # Litestar's own type for it
    guards = (only(Permission.VIEW_ALL, Permission.VIEW_SITE_OPERATION),)

    @get()
    async def show(self, context: NamedDependency[OrderContext]) -> Response[str]:
        """Show the order."""
        return await context.page()

    @post("/status", guards=[only(Permission.WORK)])
    async def set_status(self, context: NamedDependency[OrderContext], form: NamedDependency[Form]) -> Response[str]:
        """Set status, reason and feedback together; a finished order accepts only the reopening below."""
        now, zone = context.parts.clock.now(), context.parts.zone
        status, feedback, reason, last_event = (
            form.text("status"),
            form.text("feedback"),
            form.text("reason"),
            form.last_event,
        )
        typed = Typed(form="status", values=form.values, last_event=last_event)
        if not status:
            return await context.page(evolve(typed, unchosen=True), 422)

        def work(uow: UnitOfWork) -> Order:
            text = feedback
            if not text.strip() and not form.text("scripted"):
                # Without JavaScript the form has no text of the status: add it here.
                text = template_text(uow, context.order_id, status)
            text = with_snippet(uow, context, text, form)
            if last_event is not None and SentText(text.strip(), status, reason.strip()) in texts_since(
                uow, context.order_id, context.me, last_event
            ):
                return uow.orders.get(context.order_id)
            version = form.whole("version")
            return change_status(
                uow,
                context.order_id,
                status,
                context.me,
                now,
                reason=reason,
                feedback=text,
                version=version,
                zone=zone,
                hold=UNDO_SPAN,
            )

        return await context.do(work, None, typed, goes_on=True)

    @post("/words", guards=[only(Permission.WORK)])
    async def say(self, context: NamedDependency[OrderContext], form: NamedDependency[Form]) -> Response[str]:
        """Send only a text to the technician, in any phase of the order."""
        now, last_event = context.parts.clock.now(), form.last_event

        def work(uow: UnitOfWork) -> Order:
            return send_text(
                uow,
                context.order_id,
                context.me,
                now,
                text=with_snippet(uow, context, form.text("feedback"), form),
                last_event=last_event,
                zone=context.parts.zone,
            )

        return await context.do(work, "words_sent", Typed(form="words", values=form.values, last_event=last_event))

    @post("/preview", guards=[only(Permission.WORK)])
    async def show_preview(self, context: NamedDependency[OrderContext], form: NamedDependency[Form]) -> Response[str]:
        """Show the message to the technician before it is sent."""
        now, words = context.parts.clock.now(), context.visit.words

        def text(uow: UnitOfWork) -> str:
            return preview(
                uow,
                context.order_id,
                form.text("status"),
                context.me,
                now,
                reason=form.text("reason").strip(),
                feedback=form.text("feedback").strip(),
                zone=context.parts.zone,
            )

        shown, trouble = "", ""
        if form.text("status"):
            try:
                shown = await context.parts.transactions.read(text)
            except NotPermitted:
                raise
            except DomainError as error:
                trouble = words.error(error)
        if is_htmx(context.request):
            quiet = bool(form.text("status")) and not shown
            return context.pages.page(context.request, "orders/preview.html", text=shown, trouble=trouble, quiet=quiet)
        typed = Typed(form="status", values=form.values, last_event=form.last_event, trouble=trouble, preview=shown)
        return await context.page(typed)

    @post("/reopen", guards=[only(Permission.WORK)])
    async def reopen(self, context: NamedDependency[OrderContext], form: NamedDependency[Form]) -> Response[str]:
        """Reopen a finished order, with a reason; an answer that came too late is then in the form."""
        now, zone = context.parts.clock.now(), context.parts.zone
        reason, last_event = form.text("reason"), form.last_event

        def work(uow: UnitOfWork) -> Order:
            if last_event is not None and any(
                sent.shown == reason.strip() for sent in texts_since(uow, context.order_id, context.me, last_event)
            ):
                return uow.orders.get(context.order_id)
            return reopen_order(uow, context.order_id, context.me, now, reason=reason, zone=zone, hold=UNDO_SPAN)

        typed = Typed(form="reopen", values=form.values, last_event=last_event)
        if refused := await context.refused(work, typed):
            return refused
        if not typed.answers:
            return await context.done(None, typed)
        late = {"status": form.text("status"), "feedback": form.text("feedback")}
        return await context.page(Typed(form="status", values=late, trouble=context.visit.words("order.reopened_late")))

    @post("/edit", guards=[only(Permission.WORK)])
    async def edit(self, context: NamedDependency[OrderContext], form: NamedDependency[Form]) -> Response[str]:
        """Correct the order's data; a held-up order goes back to the queue."""
        now, fields = context.parts.clock.now(), form.order_fields()

        def work(uow: UnitOfWork) -> Order:
            return correct_order(uow, context.order_id, fields, context.me, now)

        return await context.do(work, "corrected", Typed(form="edit", values=fields, last_event=form.last_event))

    @get(["/status", "/words", "/preview", "/reopen", "/edit"])
    async def lead_back(self, context: NamedDependency[OrderContext]) -> Response[str]:
        """Redirect to the order: the browser reloads a page that answered a form, perhaps after a new login."""
        return go(context.request, context.address(context.order_id))
