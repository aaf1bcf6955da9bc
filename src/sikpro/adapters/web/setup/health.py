"""The health of the system for admins and supervisors: each part, since when, and what to do."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency

from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.health import remedy_in_words, state_in_words
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.security_events import EventKind
from sikpro.application.use_cases.people.record_event import record_event
from sikpro.application.workers.health import CLOCK
from sikpro.domain.people import Permission, Person


class HealthController(Controller):
    """The page, and the word of an admin that the clock is right."""

    path = "/health"
    guards = (only(Permission.AUDIT),)

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show each part of the system, without a look into the store."""
        health, words = parts.health(), visit.words
        return pages.page(
            request,
            "setup/health.html",
            health=health,
            state=lambda part: state_in_words(part, words),
            remedy=lambda part: remedy_in_words(part, words),
            doubted=health.state(CLOCK) == "doubted",
        )

    @post("/clock", guards=[only(Permission.ADMINISTER)])
    async def believe(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Take the word of an admin that the clock, which was set forward, is right."""
        now = parts.clock.now()
        await parts.transactions.write(
            lambda uow: record_event(uow, EventKind.SETTINGS_CHANGED, me, now, object="/health", details="clock")
        )
        parts.believe_clock()
        visit.toast("clock_believed")
        return go(request, "/health")
