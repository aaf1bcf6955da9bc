"""The orders that have waited for their technicians for long, and the question to the technicians."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency

from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.ask_technicians import Asking, StuckOrders, ask_technicians, stuck_orders
from sikpro.domain.people import Permission, Person

LISTED = 10
"""The most orders that the page lists of a technician: it is short, however many are stuck."""


class StuckController(Controller):
    """What waits, who would get a message, and the button that sends it."""

    path = "/stuck"
    guards = (only(Permission.LEAD),)

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show the technicians with their orders, and how many would be asked."""
        now = parts.clock.now()

        def read(uow: UnitOfWork) -> tuple[tuple[StuckOrders, ...], int, dict[str, Any]]:
            statuses = {status.code: status for status in uow.catalogue.statuses()}
            days = uow.installation.get().stuck_after.days
            return stuck_orders(uow, me, now, zone=parts.zone, listed=LISTED), days, statuses

        found, days, statuses = await parts.transactions.read_long(read)
        return pages.page(
            request,
            "orders/stuck.html",
            found=found,
            days=days,
            statuses=statuses,
            to_ask=[one for one in found if one.asking is Asking.NOW],
        )

    @post()
    async def ask(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Ask the technicians that the page showed; one who was asked meanwhile gets no second message."""
        now, shown = parts.clock.now(), frozenset(form.text("technicians").split())
        sent = await parts.transactions.write(lambda uow: ask_technicians(uow, me, now, shown=shown, zone=parts.zone))
        visit.toast("technicians_asked" if sent else "nobody_asked", count=str(len(sent)))
        return go(request, "/stuck")
