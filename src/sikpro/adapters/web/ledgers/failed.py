"""The messages that failed: what an outage left is sent again at once, in portions."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency

from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.failed_messages import Fate
from sikpro.application.use_cases.messages.resend_failed import FailedPlan, Resent, failed_plan, resend_failed
from sikpro.domain.people import Permission, Person

PORTIONS = 4
"""How many portions one request sends: it answers within a few seconds, and others write between two of them."""

FATES = (Fate.AGAIN, Fate.PRESENT, Fate.NEWER, Fate.STALE)
_LIST = "/ledger/failed"


class FailedController(Controller):
    """What sending again would do with each message, and the button."""

    path = _LIST
    guards = (only(Permission.LEAD),)

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show the numbers; the messages themselves are on the pages of their orders."""
        plan = await parts.transactions.read_long(lambda uow: failed_plan(uow, me))
        return _page(pages, request, plan)

    @post()
    async def send(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Send the next portions, and answer with how far it is. The page goes on by itself until all is done."""
        done = {fate: form.whole(fate.value) or 0 for fate in FATES}
        after: int | None = form.whole("after") or 0
        for _ in range(PORTIONS):
            resent = await self._portion(parts, me, after or 0)
            done = {fate: count + resent.done.get(fate, 0) for fate, count in done.items()}
            after = resent.next
            if after is None:
                break
        if after is None:
            sums = {fate.value: visit.words.number(count) for fate, count in done.items()}
            visit.toast("failed_resent" if any(done.values()) else "nothing_resent", **sums)
            return go(request, _LIST)
        total = max(form.whole("total") or 0, sum(done.values()))
        return _page(pages, request, FailedPlan(()), done=done, after=after, total=total)

    async def _portion(self, parts: WebParts, me: Person, after: int) -> Resent:
        now = parts.clock.now()
        return await parts.transactions.write(lambda uow: resend_failed(uow, me, now, after=after, zone=parts.zone))


def _page(
    pages: Pages,
    request: Request[Any, Any, Any],
    plan: FailedPlan,
    *,
    done: Mapping[Fate, int] | None = None,
    after: int | None = None,
    total: int = 0,
) -> Response[str]:
    leaves = plan.count(Fate.AGAIN) + plan.count(Fate.PRESENT)
    return pages.page(
        request, "ledgers/failed.html", plan=plan, fates=FATES, leaves=leaves, done=done, after=after, total=total
    )
