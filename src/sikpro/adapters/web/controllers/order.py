"""One order: its data, its story, and the answer to the technician."""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import field, frozen
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from sikpro.adapters.web.admission import only
from sikpro.adapters.web.errors import status_of
from sikpro.adapters.web.forms import Form
from sikpro.adapters.web.order_view import preview, template_text, view_order
from sikpro.adapters.web.pages import Pages, go, is_htmx
from sikpro.adapters.web.parts import WebParts
from sikpro.adapters.web.visit import Visit
from sikpro.adapters.web.working import naming_holder
from sikpro.application.fields import FIELDS
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.change_status import change_status, reopen_order
from sikpro.application.use_cases.own_order import correct_order
from sikpro.application.use_cases.understand_request import typed_again
from sikpro.application.use_cases.undo_status import UNDO_SPAN
from sikpro.domain.errors import ConcurrencyConflict, DomainError, InvalidFields, NotFound, NotPermitted
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person

Work = Callable[[UnitOfWork], Order]


@frozen(kw_only=True)
class Typed:
    """What was typed into one of the page's forms and not saved; `form` names it."""

    form: str = ""
    values: Mapping[str, str] = field(factory=dict[str, str])
    errors: Mapping[str, DomainError] = field(factory=dict[str, DomainError])
    trouble: str = ""
    seen: int | None = None
    preview: str | None = None

    def of(self, form: str, name: str, otherwise: str = "") -> str:
        """What an entry of a form shall show."""
        return self.values.get(name, otherwise) if self.form == form else otherwise


@frozen
class Desk:
    """One request about one order: shows it, or does something with it and goes back."""

    request: Request[Any, Any, Any]
    pages: Pages
    parts: WebParts
    visit: Visit
    me: Person
    order_id: int

    async def page(self, typed: Typed | None = None, status: int = 200) -> Response[str]:
        """The order's page, with what was typed still in it."""
        typed, now = typed or Typed(), self.parts.clock.now()
        view = await self.parts.transactions.read(
            lambda uow: view_order(uow, self.order_id, self.me, self.visit.words, now)
        )
        changed = [entry for entry in view.story if typed.seen is not None and entry.journal_id > typed.seen]
        seen = self.request.query_params.get("seen", "")
        return self.pages.page(
            self.request,
            "orders/order.html",
            status=status,
            view=view,
            order=view.order,
            row=view.row,
            typed=typed,
            changed=changed,
            outdated=seen.isdecimal() and seen != str(view.order.version),
            fields=FIELDS,
            values_now=typed_again(view.order.data),
            values=typed.values if typed.form == "edit" else typed_again(view.order.data),
        )

    async def do(self, work: Work, toast: str | None, typed: Typed) -> Response[str]:
        """Do it and go back to the order, with a word where the page has none; what was refused comes back as typed."""
        try:
            order = await naming_holder(self.parts, work)
        except (NotFound, NotPermitted):
            raise
        except InvalidFields as error:
            refused = Typed(form=typed.form, values=typed.values, errors=error.errors)
        except DomainError as error:
            words = self.visit.words
            told = words("error.order.taken_by", **error.params) if "name" in error.params else words.error(error)
            seen = typed.seen if isinstance(error, ConcurrencyConflict) else None
            refused = Typed(form=typed.form, values=typed.values, trouble=told, seen=seen)
            return await self.page(refused, status_of(error))
        else:
            if toast:
                self.visit.toast(toast, number=order.number)
            return go(self.request, f"/orders/{self.order_id}")
        return await self.page(refused, 422)


async def provide_desk(
    request: Request[Any, Any, Any],
    order_id: FromPath[int],
    pages: NamedDependency[Pages],
    parts: NamedDependency[WebParts],
    visit: NamedDependency[Visit],
    me: NamedDependency[Person],
) -> Desk:
    """The order of this address."""
    if not 0 < order_id < 2**53:
        raise NotFound(what="order", name="")
    return Desk(request, pages, parts, visit, me, order_id)


class OrderController(Controller):
    """The page of an order."""

    path = "/orders/{order_id:int}"
    dependencies = {"desk": Provide(provide_desk)}  # noqa: RUF012  # Litestar's own type for it
    guards = (only(Permission.SEE_ALL, Permission.SEE_SITE_OPERATION),)

    @get()
    async def show(self, desk: NamedDependency[Desk]) -> Response[str]:
        """The order."""
        return await desk.page()

    @post("/status", guards=[only(Permission.WORK)])
    async def set_status(self, desk: NamedDependency[Desk], form: NamedDependency[Form]) -> Response[str]:
        """Status, reason and feedback in one; on a finished order nothing but the reopening below does."""
        now, zone = desk.parts.clock.now(), desk.parts.zone
        status, feedback = form.text("status"), form.text("feedback")

        def work(uow: UnitOfWork) -> Order:
            text = feedback
            if not text.strip() and not form.text("scripted"):
                # Without JavaScript the status could not bring its text along: it does so here.
                text = template_text(uow, desk.order_id, status)
            return change_status(
                uow,
                desk.order_id,
                status,
                desk.me,
                now,
                reason=form.text("reason"),
                feedback=text,
                version=form.whole("version"),
                zone=zone,
                hold=UNDO_SPAN,
            )

        typed = Typed(form="status", values=form.values, seen=form.whole("seen"))
        if not status:
            return await desk.page(
                Typed(form="status", values=form.values, trouble=desk.visit.words("order.choose_status")), 422
            )
        return await desk.do(work, None, typed)

    @post("/preview", guards=[only(Permission.WORK)])
    async def show_preview(self, desk: NamedDependency[Desk], form: NamedDependency[Form]) -> Response[str]:
        """What the technician will see, before it leaves."""
        now, words = desk.parts.clock.now(), desk.visit.words

        def text(uow: UnitOfWork) -> str:
            return preview(
                uow,
                desk.order_id,
                form.text("status"),
                desk.me,
                now,
                reason=form.text("reason").strip(),
                feedback=form.text("feedback").strip(),
                zone=desk.parts.zone,
            )

        shown, trouble = "", ""
        if form.text("status"):
            try:
                shown = await desk.parts.transactions.read(text)
            except NotPermitted:
                raise
            except DomainError as error:
                trouble = words.error(error)
        if is_htmx(desk.request):
            return desk.pages.page(desk.request, "orders/preview.html", text=shown, trouble=trouble)
        return await desk.page(Typed(form="status", values=form.values, trouble=trouble, preview=shown))

    @post("/reopen", guards=[only(Permission.WORK)])
    async def reopen(self, desk: NamedDependency[Desk], form: NamedDependency[Form]) -> Response[str]:
        """Work on a finished order again, for a reason."""
        now, zone = desk.parts.clock.now(), desk.parts.zone

        def work(uow: UnitOfWork) -> Order:
            reason = form.text("reason")
            return reopen_order(uow, desk.order_id, desk.me, now, reason=reason, zone=zone, hold=UNDO_SPAN)

        return await desk.do(work, None, Typed(form="reopen", values=form.values))

    @post("/edit", guards=[only(Permission.WORK)])
    async def edit(self, desk: NamedDependency[Desk], form: NamedDependency[Form]) -> Response[str]:
        """Correct the order's data; a held-up order goes back to the queue."""
        now, fields = desk.parts.clock.now(), form.order_fields()

        def work(uow: UnitOfWork) -> Order:
            return correct_order(uow, desk.order_id, fields, desk.me, now)

        return await desk.do(work, "corrected", Typed(form="edit", values=fields))
