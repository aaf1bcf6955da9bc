"""Disturbances: the list, declaring one after a preview of what it touches, and its end."""

from collections.abc import Mapping
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
from sikpro.application.use_cases.messages.message_about_orders import by_chat
from sikpro.application.use_cases.orders.declare_disturbance import (
    DISTURBANCE_ENTRIES,
    Affected,
    Place,
    affected_by,
    declare_disturbance,
    disturbed_places,
)
from sikpro.application.use_cases.orders.end_disturbance import end_disturbance, tied_orders, to_bring_back
from sikpro.domain.catalogue import Status
from sikpro.domain.disturbance import Scope
from sikpro.domain.errors import AlreadyUsed, ConcurrencyConflict, DomainError, InvalidFields, InvalidValue, NotFound
from sikpro.domain.people import Permission, Person

PATH = "/disturbances"
ENDED = 50
"""The most ended disturbances that the list shows."""

PLACES = 100
"""The most places that the form offers."""

_LARGEST_ID = 2**53


class DisturbancesController(Controller):
    """The list of disturbances, the form for a new one, and a page for each."""

    path = PATH
    guards = (only(Permission.WORK, Permission.LEAD),)

    @get()
    async def show(
        self, request: Request[Any, Any, Any], pages: NamedDependency[Pages], parts: NamedDependency[WebParts]
    ) -> Response[str]:
        """Show those that go on, and the last that ended."""

        def read(uow: UnitOfWork) -> dict[str, Any]:
            going, ended = uow.disturbances.open(), uow.disturbances.ended(ENDED)
            return {
                "going": going,
                "ended": ended,
                "counts": {one.id: len(uow.disturbances.orders(one.id)) for one in (*going, *ended)},
                "names": {person.id: person.name for person in uow.people.all()},
            }

        return pages.page(request, "orders/disturbances.html", **await parts.transactions.read(read))

    @get("/new")
    async def begin(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show the form."""
        return await _form(request, dict.fromkeys(DISTURBANCE_ENTRIES, ""), pages, parts)

    @post("/new")
    async def preview(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Show what it would touch, before anything is sent."""
        typed, now = {name: form.text(name) for name in DISTURBANCE_ENTRIES}, parts.clock.now()
        try:
            affected = await parts.transactions.read_long(lambda uow: affected_by(uow, typed, me, now))
        except InvalidFields as error:
            return await _form(request, typed, pages, parts, error=error)
        return await _form(request, typed, pages, parts, affected=affected)

    @post()
    async def declare(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Declare it, if the orders are still those that the preview showed."""
        typed, now = {name: form.text(name) for name in DISTURBANCE_ENTRIES}, parts.clock.now()
        shown = form.whole("count") or 0, form.whole("newest") or 0
        try:
            declared = await parts.transactions.write(
                lambda uow: declare_disturbance(uow, typed, me, now, shown=shown, zone=parts.zone)
            )
        except (InvalidFields, AlreadyUsed) as error:
            return await _form(request, typed, pages, parts, error=error)
        except ConcurrencyConflict as error:
            affected = await parts.transactions.read_long(lambda uow: affected_by(uow, typed, me, now))
            return await _form(request, typed, pages, parts, error=error, affected=affected)
        visit.toast("disturbance_declared", place=declared.place)
        return go(request, f"{PATH}/{declared.id}")

    @get("/{number:int}")
    async def show_one(
        self,
        request: Request[Any, Any, Any],
        number: FromPath[int],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show one with its orders, and the form that ends it."""
        return await _page(request, number, pages, parts)

    @post("/{number:int}/end")
    async def end(
        self,
        request: Request[Any, Any, Any],
        number: FromPath[int],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """End it and bring its orders back."""
        _must_be_an_id(number)
        text, now = form.text("text"), parts.clock.now()

        def work(uow: UnitOfWork) -> tuple[str, int | None]:
            place = uow.disturbances.get(number).place
            return place, end_disturbance(uow, number, me, now, text=text, zone=parts.zone)

        try:
            place, count = await parts.transactions.write(work)
        except (InvalidValue, ConcurrencyConflict) as error:
            return await _page(request, number, pages, parts, typed=text, error=error)
        if count is None:
            visit.toast("disturbance_over", place=place)
        else:
            visit.toast("disturbance_ended", place=place, count=str(count))
        return go(request, f"{PATH}/{number}")


def _must_be_an_id(number: int) -> None:
    if not 0 < number < _LARGEST_ID:
        raise NotFound(what="disturbance", name="")


async def _form(
    request: Request[Any, Any, Any],
    typed: Mapping[str, str],
    pages: Pages,
    parts: WebParts,
    *,
    error: DomainError | None = None,
    affected: Affected | None = None,
) -> Response[str]:
    def read(uow: UnitOfWork) -> tuple[tuple[Status, ...], tuple[Place, ...]]:
        return uow.catalogue.statuses(), disturbed_places(uow)

    statuses, places = await parts.transactions.read(read)
    if affected:
        typed = {**typed, "scope": affected.disturbance.scope.value, "place": affected.disturbance.place}
    return pages.page(
        request,
        "orders/disturbance_form.html",
        status=status_of(error) if error else 200,
        typed=typed,
        errors=error.errors if isinstance(error, InvalidFields) else {},
        there=str(error.params["value"]) if isinstance(error, AlreadyUsed) else "",
        conflict=isinstance(error, ConcurrencyConflict),
        affected=affected,
        scopes=tuple(Scope),
        places=places[:PLACES],
        held_up=[status for status in statuses if status.phase.held_up and status.active],
        statuses={status.code: status for status in statuses},
    )


async def _page(
    request: Request[Any, Any, Any],
    number: int,
    pages: Pages,
    parts: WebParts,
    *,
    typed: str = "",
    error: DomainError | None = None,
) -> Response[str]:
    _must_be_an_id(number)

    def read(uow: UnitOfWork) -> dict[str, Any]:
        disturbance = uow.disturbances.get(number)
        rows = tied_orders(uow, disturbance)
        return {
            "disturbance": disturbance,
            "rows": rows,
            "back": len(to_bring_back(uow, disturbance)),
            "chats": len(by_chat(uow, (row for row in rows if row.open))),
            "names": {person.id: person.name for person in uow.people.all()},
            "statuses": {status.code: status for status in uow.catalogue.statuses()},
        }

    found = await parts.transactions.read(read)
    status = status_of(error) if error else 200
    return pages.page(request, "orders/disturbance.html", status=status, typed=typed, error=error, **found)
