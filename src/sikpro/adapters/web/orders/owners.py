"""Who owns which held-up status, what is theirs, and *Sudah beres*."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.errors import status_of
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.choose_owner import choose_owner, owner_text, possible_owners
from sikpro.application.use_cases.catalogue.lookup import any_status
from sikpro.application.use_cases.messages.notify_owner import owner_chat
from sikpro.application.use_cases.orders.clear_hold_ups import clear_hold_ups, may_clear, orders_of_status
from sikpro.domain.errors import DomainError, InvalidFields, InvalidValue, NotFound
from sikpro.domain.people import Permission, Person

PATH = "/owners"


class OwnersController(Controller):
    """The held-up statuses with their owners and numbers of orders; each has a page."""

    path = PATH
    guards = (only(Permission.WORK, Permission.LEAD),)

    @get()
    async def show(
        self, request: Request[Any, Any, Any], pages: NamedDependency[Pages], parts: NamedDependency[WebParts]
    ) -> Response[str]:
        """Show all held-up statuses that are in use or have orders."""

        def read(uow: UnitOfWork) -> dict[str, Any]:
            counts: dict[str, int] = {}
            for total in uow.order_queries.totals():
                counts[total.status] = counts.get(total.status, 0) + total.count
            owners = {owner.status: owner for owner in uow.owners.all()}
            statuses = [
                status
                for status in uow.catalogue.statuses()
                if status.phase.held_up and (status.active or counts.get(status.code))
            ]
            reached = {code: owner_chat(uow, owner) is not None for code, owner in owners.items()}
            return {"statuses": statuses, "counts": counts, "owners": owners, "reached": reached}

        return pages.page(request, "orders/owners.html", **await parts.transactions.read(read))

    @get("/{code:str}")
    async def show_status(
        self,
        request: Request[Any, Any, Any],
        code: FromPath[str],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show the orders of one status, and its owner."""
        return await _page(request, code, me, pages, parts)

    @post("/{code:str}", guards=(only(Permission.ADMINISTER),))
    async def choose(
        self,
        request: Request[Any, Any, Any],
        code: FromPath[str],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Choose the owner."""
        now = parts.clock.now()
        try:
            await parts.transactions.write(lambda uow: choose_owner(uow, code, form.text("owner"), me, now))
        except InvalidFields as error:
            return await _page(request, code, me, pages, parts, error=error.errors["owner"])
        visit.toast("owner_chosen")
        return go(request, f"{PATH}/{code}")

    @post("/{code:str}/cleared")
    async def clear(
        self,
        request: Request[Any, Any, Any],
        code: FromPath[str],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Bring the chosen orders back to the queue."""
        now = parts.clock.now()
        chosen = [int(number) for name in form.values if (number := name.removeprefix("order-")).isdecimal()]
        text = form.text("text")

        def work(uow: UnitOfWork) -> int:
            return clear_hold_ups(uow, code, chosen, me, now, text=text, zone=parts.zone)

        try:
            count = await parts.transactions.write(work)
        except InvalidValue as error:
            return await _page(request, code, me, pages, parts, typed=text, error=error)
        visit.toast("hold_ups_cleared" if count else "nothing_cleared", count=str(count))
        return go(request, f"{PATH}/{code}")


async def _page(
    request: Request[Any, Any, Any],
    code: str,
    me: Person,
    pages: Pages,
    parts: WebParts,
    *,
    typed: str = "",
    error: DomainError | None = None,
) -> Response[str]:
    def read(uow: UnitOfWork) -> dict[str, Any]:
        status, owner = any_status(uow, code), uow.owners.of(code)
        if not status.phase.held_up:
            raise NotFound(what="status", name=code[:64])
        possible = possible_owners(uow)
        if owner:
            possible = {owner_text(owner): owner.label} | dict(possible)
        return {
            "held_up": status,
            "owner": owner,
            "chosen": owner_text(owner),
            "reached": owner is not None and owner_chat(uow, owner) is not None,
            "possible": possible,
            "rows": orders_of_status(uow, code),
            "clears": may_clear(uow, code, me),
        }

    found = await parts.transactions.read(read)
    return pages.page(
        request,
        "orders/owner.html",
        status=status_of(error) if error else 200,
        typed=typed,
        error=error,
        **found,
    )
