"""Skip an order or put it off; and the leaders' list of both."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from attrs import frozen
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide

from sikpro.adapters.web.orders.order_context import OrderContext, provide_order_context
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.typed import Typed
from sikpro.application.ports.set_aside import SetAside
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.set_aside import SKIP_REASONS, put_off_order, skip_order
from sikpro.application.use_cases.orders.still_aside import still_aside
from sikpro.domain.order import Order
from sikpro.domain.people import Permission

SHOWN_FOR = timedelta(days=30)
MOST_SHOWN = 500


class SetAsideController(Controller):
    """The two buttons on an order's page."""

    path = "/orders/{order_id:int}"
    dependencies = {"context": Provide(provide_order_context)}  # noqa: RUF012  # Litestar's own type for it

    @post("/skip", guards=[only(Permission.WORK)])
    async def skip(self, context: NamedDependency[OrderContext], form: NamedDependency[Form]) -> Response[str]:
        """Give the order back with a reason; *take next* does not give it to this person again today."""
        now, reason = context.parts.clock.now(), form.text("reason")

        def work(uow: UnitOfWork) -> Order:
            return skip_order(uow, context.order_id, reason, context.me, now)

        return await context.do(work, "skipped", Typed(), goes_on=True)

    @post("/put-off", guards=[only(Permission.WORK)])
    async def put_off(self, context: NamedDependency[OrderContext], form: NamedDependency[Form]) -> Response[str]:
        """Give the order back until a time: `minutes` from now, or at a local time of day (`at`, `14:30`)."""
        now = context.parts.clock.now()
        until = _until(form, now, ZoneInfo(context.parts.zone))

        def work(uow: UnitOfWork) -> Order:
            return put_off_order(uow, context.order_id, until, context.me, now)

        return await context.do(work, "put_off", Typed(), goes_on=True)


@frozen
class Line:
    """One order that somebody set aside: who, which order, and whether it still holds."""

    row: SetAside
    person: str
    order: Order
    holds: bool


@frozen
class SetAsideView:
    """The list, newest first, and for each person how often they gave each reason ("" is a time)."""

    lines: tuple[Line, ...]
    by_person: Mapping[str, Counter[str]]
    more: bool


class SetAsideListController(Controller):
    """Which orders people skipped or put off, for leaders."""

    path = "/set-aside"
    guards = (only(Permission.LEAD),)

    @get()
    async def show(
        self, request: Request[Any, Any, Any], pages: NamedDependency[Pages], parts: NamedDependency[WebParts]
    ) -> Response[str]:
        """Show who skips what and why, of the last thirty days."""
        now = parts.clock.now()
        view = await parts.transactions.read(lambda uow: _view(uow, now))
        return pages.page(request, "orders/set_aside.html", view=view, reasons=(*SKIP_REASONS, ""))


def _view(uow: UnitOfWork, now: datetime) -> SetAsideView:
    rows = uow.set_aside.since(now - SHOWN_FOR, MOST_SHOWN + 1)
    names = {person.id: person.name for person in uow.people.all()}
    lines = []
    counts: dict[str, Counter[str]] = {}
    for row in rows[:MOST_SHOWN]:
        order = uow.orders.get(row.order_id)
        person = names.get(row.by, "")
        lines.append(Line(row, person, order, row.until > now and still_aside(uow, row, order.version)))
        counts.setdefault(person, Counter())[row.reason] += 1
    ordered = dict(sorted(counts.items(), key=lambda pair: (-pair[1].total(), pair[0])))
    return SetAsideView(tuple(lines), ordered, len(rows) > MOST_SHOWN)


def _until(form: Form, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the chosen time; one that nobody chose is now, which the use case refuses."""
    minutes = form.whole("minutes")
    if minutes is not None:
        return now + timedelta(minutes=min(minutes, 24 * 60))
    try:
        at = datetime.strptime(form.text("at").strip().replace(".", ":"), "%H:%M").time()  # noqa: DTZ007  # a time of day
    except ValueError:
        return now
    local = now.astimezone(zone)
    chosen = datetime.combine(local.date(), at, zone)
    return chosen if chosen > local else chosen + timedelta(days=1)
