"""The automatic recaps: recipient, time, and the result of the last one."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.errors import status_of
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.outbox import OutboxItem
from sikpro.application.ports.schedules import Frequency, Schedule
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.send_recaps import recap_now
from sikpro.application.use_cases.people.known_groups import possible_groups
from sikpro.application.use_cases.recaps.keep_schedules import (
    add_schedule,
    drop_schedule,
    possible_parts,
    possible_receivers,
    switch_schedule,
)
from sikpro.domain.errors import DomainError, InvalidFields, InvalidValue
from sikpro.domain.people import Permission, Person

_FRESH: Mapping[str, str] = {
    "rhythm": "today",
    "at": "17:00",
    "to": "",
    "of": "",
    "language": "id",
    "with_file": "1",
    "with_picture": "1",
}


@frozen
class _SchedulesPage:
    """The view model of the page: each schedule with its last message, and the possible recipients."""

    schedules: tuple[tuple[Schedule, OutboxItem | None], ...]
    people: tuple[Person, ...]
    groups: tuple[tuple[str, str], ...]
    parts: tuple[tuple[str, str], ...]


class SchedulesController(Controller):
    """The page of automatic recaps, for people who may see reports."""

    path = "/schedules"
    guards = (only(Permission.VIEW_REPORTS),)

    @get()
    async def show(
        self, request: Request[Any, Any, Any], pages: NamedDependency[Pages], parts: NamedDependency[WebParts]
    ) -> Response[str]:
        """Show all schedules and the form for a new one."""
        return await _page(request, pages, parts, _FRESH)

    @post()
    async def add(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Add a schedule, or show the errors at their entries."""
        now, typed = parts.clock.now(), {name: form.text(name) for name in _FRESH}

        def work(uow: UnitOfWork) -> Schedule:
            return add_schedule(
                uow,
                rhythm=typed["rhythm"],
                at=typed["at"],
                to=typed["to"],
                language=typed["language"],
                with_file=bool(typed["with_file"]),
                with_picture=bool(typed["with_picture"]),
                of=typed["of"],
                by=me,
                now=now,
            )

        try:
            made = await parts.transactions.write(work)
        except DomainError as error:
            return await _page(request, pages, parts, typed, error)
        visit.toast("schedule_added", name=made.label)
        return go(request, "/schedules")

    @post("/{schedule_id:int}/active")
    async def switch(
        self,
        request: Request[Any, Any, Any],
        schedule_id: FromPath[int],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Switch a schedule off or on."""
        now, active = parts.clock.now(), form.text("active") == "yes"
        await parts.transactions.write(lambda uow: switch_schedule(uow, schedule_id, me, now, active=active))
        visit.toast("schedule_goes_on" if active else "schedule_stopped")
        return go(request, "/schedules")

    @post("/{schedule_id:int}/drop")
    async def drop(
        self,
        request: Request[Any, Any, Any],
        schedule_id: FromPath[int],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Delete a schedule."""
        now = parts.clock.now()
        await parts.transactions.write(lambda uow: drop_schedule(uow, schedule_id, me, now))
        visit.toast("schedule_dropped")
        return go(request, "/schedules")

    @post("/{schedule_id:int}/now")
    async def send(
        self,
        request: Request[Any, Any, Any],
        schedule_id: FromPath[int],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Send the present recap to the person; a person without Telegram sees how to connect it."""
        now = parts.clock.now()
        sending = await parts.transactions.read_long(lambda uow: recap_now(uow, schedule_id, me, now, parts.zone))
        if sending is None:
            return await _page(request, pages, parts, _FRESH, InvalidValue("schedule.not_bound", me.name))
        await parts.transactions.write(sending)
        visit.toast("schedule_sent_now")
        return go(request, "/schedules")


async def _page(
    request: Request[Any, Any, Any],
    pages: Pages,
    parts: WebParts,
    typed: Mapping[str, str],
    error: DomainError | None = None,
) -> Response[str]:
    def read(uow: UnitOfWork) -> _SchedulesPage:
        schedules = tuple(
            (one, uow.outbox.get(one.message) if one.message is not None else None) for one in uow.schedules.all()
        )
        groups = tuple(possible_groups(uow).items())
        return _SchedulesPage(schedules, possible_receivers(uow), groups, possible_parts(uow))

    return pages.page(
        request,
        "recaps/schedules.html",
        status=status_of(error) if error else 200,
        found=await parts.transactions.read(read),
        rhythms=tuple(Frequency),
        typed=typed,
        error=error if error and not isinstance(error, InvalidFields) else None,
        errors=error.errors if isinstance(error, InvalidFields) else {},
    )
