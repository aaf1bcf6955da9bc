"""The page of one order: its data, its timeline, and the answer to the technician."""

from collections.abc import Callable
from typing import Any

from attrs import evolve, frozen
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from sikpro.adapters.web.orders.beside import list_beside, wants_pane
from sikpro.adapters.web.orders.going_on import Ahead, look_ahead, next_of_mine, stamp, wants_to_go_on
from sikpro.adapters.web.orders.map_link import map_link
from sikpro.adapters.web.orders.order_listing import Listing, list_behind
from sikpro.adapters.web.orders.order_view import OrderView, preview, template_text, view_order
from sikpro.adapters.web.orders.working import naming_holder
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.errors import pressed_at, status_of
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go, is_htmx
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.typed import Typed, written
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.fields import FIELDS
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.messages.keep_snippets import filled_snippets
from sikpro.application.use_cases.orders.change_status import change_status, reopen_order
from sikpro.application.use_cases.orders.own_order import correct_order
from sikpro.application.use_cases.orders.send_text import SentText, send_text, texts_since
from sikpro.application.use_cases.orders.understand_request import typed_again
from sikpro.application.use_cases.orders.undo_status import UNDO_SPAN
from sikpro.domain.errors import ConcurrencyConflict, DomainError, InvalidFields, NotFound, NotPermitted
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person

Work = Callable[[UnitOfWork], object]

LONGEST_QUERY = 2000
"""The longest query of a list that is kept in an order's address, in characters."""


@frozen
class OrderContext:
    """One request about one order: shows it, or changes it and goes back or on.

    With JavaScript the page sends its forms itself, and gets the order alone (`orders/pane.html`) in place of the page.
    """

    request: Request[Any, Any, Any]
    pages: Pages
    parts: WebParts
    visit: Visit
    me: Person
    order_id: int

    async def page(
        self,
        typed: Typed | None = None,
        status: int = 200,
        *,
        said: str = "",
        sent: str = "",
        address: str = "",
    ) -> Response[str]:
        """Return the order's page with the typed text still in it.

        A pane also says what was done (`said`) and which draft was sent; `address` is its own, if it is another order.
        """
        typed, now = typed or Typed(), self.parts.clock.now()
        view = await self.parts.transactions.read(
            lambda uow: view_order(uow, self.order_id, self.me, self.visit.words, now)
        )
        changed = [
            entry for entry in view.story if typed.last_event is not None and entry.journal_id > typed.last_event
        ]
        stored = typed_again(view.order.data)
        beside = await list_beside(self.request, self.me, self.parts, self.visit, self.order_id)
        shown_version = self.request.query_params.get("shown_version", "")
        response = self.pages.page(
            self.request,
            "orders/pane.html" if self.wants_pane else "orders/order.html",
            status=status,
            view=view,
            order=view.order,
            row=view.row,
            map_link=map_link,
            typed=typed,
            changed=changed,
            outdated=shown_version.isdecimal() and shown_version != str(view.order.version),
            fields=FIELDS,
            values_now=stored,
            values=typed.values if typed.form == "edit" else stored,
            homeless=() if _shown(typed.form, view) else written(typed.values, self.visit.words, stored),
            **beside,
            said=said,
            sent=sent,
        )
        if address and "x-ready" in self.request.headers:
            # flow.js changes the address when the order is on the screen; htmx would do it before.
            response.headers["hx-push-url"] = address
        return response

    @property
    def wants_pane(self) -> bool:
        """Return whether only the order is wanted, to replace the one on the page."""
        return wants_pane(self.request)

    @property
    def listing(self) -> Listing:
        """Return the list beside the order, or behind it."""
        return list_behind(self.request, self.me)

    def address(self, order_id: int) -> str:
        """Return the address of an order with the same list."""
        return self.listing.order_address(order_id)

    async def do(self, work: Work, toast: str | None, typed: Typed, *, goes_on: bool = False) -> Response[str]:
        """Do the work and show the result, or the reason why it was refused, with the typed text."""
        return await self.refused(work, typed) or await self.done(toast, typed, goes_on=goes_on)

    async def refused(self, work: Work, typed: Typed) -> Response[str] | None:
        """Do the work. Return None if it was done, else the order's page with the reason and the typed text."""
        try:
            await self._done(work)
        except InvalidFields as error:
            return await self.page(evolve(typed, errors=error.errors), 422)
        except DomainError as error:
            if is_htmx(self.request) and not self.wants_pane:
                raise  # a button of a list: the list stays, and a notice on it says why
            pressed, here = pressed_at(self.request), f"/orders/{self.order_id}"
            if pressed and not is_htmx(self.request) and pressed.partition("?")[0] != here and not typed.values:
                # The button of a list: the list says why.
                self.visit.toast("refused", why=self._sentence(error, typed))
                return go(self.request, pressed)
            return await self.page(evolve(typed, trouble=self._sentence(error, typed)), status_of(error))
        return None

    async def done(self, toast: str | None, typed: Typed, *, goes_on: bool = False) -> Response[str]:
        """Go back to the order with the toast; or on to the person's next order, if they have one and want it."""
        sent = f"order-{self.order_id}-{'status' if typed.form == 'words' else typed.form}" if typed.form else ""

        ready, now = self.request.headers.get("x-ready", ""), self.parts.clock.now()

        def read(uow: UnitOfWork) -> tuple[str, int, Ahead | None]:
            on = next_of_mine(uow, self.order_id, self.me) if goes_on and wants_to_go_on(uow, self.me) else None
            known = on is not None and self.wants_pane and ready == stamp(uow, on)
            ahead = look_ahead(uow, on, self.me, now) if on is not None and known else None
            return uow.orders.get(self.order_id).number, on or self.order_id, ahead

        number, to, ahead = await self.parts.transactions.read(read)
        if not self.wants_pane:
            if toast:
                self.visit.toast(toast, number=number)
            if sent:
                self.visit.sent(sent)
            return go(self.request, self.address(to))
        said = self.visit.words(f"toast.{toast}", number=number) if toast else ""
        if ahead is None:
            return await evolve(self, order_id=to).page(said=said, sent=sent, address=self.address(to))
        # The page has the order ready: it lacks the undo of this answer, and what comes after the order.
        response = self.pages.page(
            self.request, "orders/ahead.html", ahead=ahead, said=said, sent=sent, listing=self.listing
        )
        response.headers |= {"hx-push-url": self.address(to), "x-show": "ready"}
        return response

    async def _done(self, work: Work) -> object:
        try:
            return await naming_holder(self.parts, work)
        except ConcurrencyConflict:
            # The faster request may be the same press of the same button: then there is nothing left to do.
            return await naming_holder(self.parts, work)

    def _sentence(self, error: DomainError, typed: Typed) -> str:
        words = self.visit.words
        if isinstance(error, ConcurrencyConflict):
            return words("order.not_sent" if typed.answers else "order.not_saved")
        return words.error(error)


def with_snippet(uow: UnitOfWork, context: OrderContext, text: str, form: Form) -> str:
    """Return the text with the snippet chosen in a page without JavaScript, where the form only has its id."""
    chosen, order = form.whole("snippet"), uow.orders.get(context.order_id)
    added = (filled for one, filled in filled_snippets(uow, order, context.me) if one.id == chosen)
    return "\n".join(filter(None, (text.strip(), *added))) if chosen is not None else text


def _shown(form: str, view: OrderView) -> bool:
    """Return whether the page still has the form with the typed text."""
    allowed = view.allowed
    shown = {"edit": allowed.edit, "delete": allowed.delete, "reopen": allowed.reopen, "assign": allowed.assign}
    shown["remark"] = allowed.remark
    return shown.get(form, allowed.answer or allowed.say)


async def provide_order_context(
    request: Request[Any, Any, Any],
    order_id: FromPath[int],
    pages: NamedDependency[Pages],
    parts: NamedDependency[WebParts],
    visit: NamedDependency[Visit],
    me: NamedDependency[Person],
) -> OrderContext:
    """Return the context for the order of this address."""
    if not 0 < order_id < 2**53:
        raise NotFound(what="order", name="")
    return OrderContext(request, pages, parts, visit, me, order_id)


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
            return await context.page(evolve(typed, trouble=context.visit.words("order.choose_status")), 422)

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
