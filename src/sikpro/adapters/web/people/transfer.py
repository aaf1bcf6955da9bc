"""All open orders of a technician go to another technician: what goes, to whom, and the confirmation."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sikpro.adapters.web.people.person import must_be_an_id
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.errors import status_of
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.transfer_orders import (
    drafts_of,
    open_orders_of,
    possible_receivers,
    transfer_orders,
)
from sikpro.application.use_cases.people.manage_people import must_manage
from sikpro.domain.errors import ConcurrencyConflict, DomainError, InvalidFields, InvalidValue
from sikpro.domain.people import Permission, Person

LISTED = 50
"""The most orders that the page lists."""


class TransferController(Controller):
    """The open orders of a technician, and the form that gives them all to another."""

    path = "/people/{person_id:int}/orders"
    guards = (only(Permission.LEAD),)

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        person_id: FromPath[int],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show the orders, with their number, before anything is changed."""
        return await _page(request, person_id, me, pages, parts)

    @post()
    async def transfer(
        self,
        request: Request[Any, Any, Any],
        person_id: FromPath[int],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Give all of them to another technician; show the page again when they are no longer those it showed."""
        must_be_an_id(person_id)
        to, now = form.whole("to") or 0, parts.clock.now()
        shown = form.whole("count") or 0, form.whole("newest") or 0

        def work(uow: UnitOfWork) -> tuple[int, str]:
            must_manage(me, uow.people.get(person_id))
            count = transfer_orders(
                uow, person_id, to, me, now, shown=shown, reason=form.text("reason"), zone=parts.zone
            )
            return count, uow.people.get(to).name

        try:
            count, name = await parts.transactions.write(work)
        except (InvalidFields, InvalidValue, ConcurrencyConflict) as error:
            typed = {"to": form.text("to"), "reason": form.text("reason")}
            return await _page(request, person_id, me, pages, parts, typed=typed, error=error)
        visit.toast("orders_transferred", count=str(count), name=name)
        return go(request, f"/people/{person_id}")


async def _page(
    request: Request[Any, Any, Any],
    person_id: int,
    me: Person,
    pages: Pages,
    parts: WebParts,
    *,
    typed: Mapping[str, str] | None = None,
    error: DomainError | None = None,
) -> Response[str]:
    must_be_an_id(person_id)

    def read(uow: UnitOfWork) -> dict[str, Any]:
        person = uow.people.get(person_id)
        must_manage(me, person)
        return {
            "person": person,
            "drafts": len(drafts_of(uow, person)),
            "open_orders": open_orders_of(uow, person),
            "receivers": possible_receivers(uow, person),
            "statuses": {status.code: status for status in uow.catalogue.statuses()},
        }

    found = await parts.transactions.read(read)
    return pages.page(
        request,
        "people/transfer.html",
        status=status_of(error) if error else 200,
        typed=typed or {"to": "", "reason": ""},
        errors=error.errors if isinstance(error, InvalidFields) else {},
        too_long=error if isinstance(error, InvalidValue) else None,
        conflict=isinstance(error, ConcurrencyConflict),
        listed=LISTED,
        **found,
    )
