"""One request about one order: what shows its page, and what answers its forms with the page or the next order."""

from collections.abc import Callable
from typing import Any

from attrs import evolve, frozen
from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from sikpro.adapters.web.orders.beside import list_beside, wants_pane
from sikpro.adapters.web.orders.going_on import Ahead, look_ahead, next_of_mine, stamp, wants_to_go_on
from sikpro.adapters.web.orders.map_link import map_link
from sikpro.adapters.web.orders.order_listing import Listing, list_behind
from sikpro.adapters.web.orders.order_view import OrderView, view_order
from sikpro.adapters.web.orders.working import naming_holder
from sikpro.adapters.web.site.errors import pressed_at, status_of
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go, is_htmx
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.typed import Typed, written
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.fields import FIELDS
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.messages.keep_snippets import filled_snippets
from sikpro.application.use_cases.orders.understand_request import typed_again
from sikpro.domain.errors import ConcurrencyConflict, DomainError, InvalidFields, NotFound
from sikpro.domain.people import Person

Work = Callable[[UnitOfWork], object]

_STORY_FORMS = frozenset({"remark", "resend"})
"""The forms that stand beside the order's history: on a narrow page they are in its tab."""


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
        tab: str = "",
    ) -> Response[str]:
        """Return the order's page with the typed text still in it.

        A pane also says what was done (`said`) and which draft was sent; `address` is its own, if it is another order.
        `tab` is the one of the two tabs of a narrow page that is open: `answer` or `story`.
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
            tab=tab or self._tab(typed),
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
            return go(self.request, self._with_tab(self.address(to), typed))
        said = self.visit.words(f"toast.{toast}", number=number) if toast else ""
        if ahead is None:
            there, tab = evolve(self, order_id=to), self._tab(typed)
            return await there.page(said=said, sent=sent, address=self.address(to), tab=tab)
        # The page has the order ready: it lacks the undo of this answer, and what comes after the order.
        response = self.pages.page(
            self.request, "orders/ahead.html", ahead=ahead, said=said, sent=sent, listing=self.listing
        )
        response.headers |= {"hx-push-url": self.address(to), "x-show": "ready"}
        return response

    def _tab(self, typed: Typed) -> str:
        """Return the tab with the form that was sent, else the one that the address names."""
        return "story" if typed.form in _STORY_FORMS or self.request.query_params.get("tab") == "story" else "answer"

    def _with_tab(self, address: str, typed: Typed) -> str:
        if typed.form not in _STORY_FORMS:
            return address
        return f"{address}{'&' if '?' in address else '?'}tab=story"

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
