"""The dashboard: the state of the work; each figure links to its orders."""

from typing import Any
from urllib.parse import urlencode

from attrs import frozen
from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency

from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.pages import Pages
from sikpro.adapters.web.site.parts import WebParts
from sikpro.application.conversation.drafts import open_drafts
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.dashboard import Dashboard, dashboard
from sikpro.application.use_cases.people.first_steps import FirstStep, first_steps
from sikpro.domain.catalogue import Status
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import Phase

PATH = "/dashboard"

_CHART_HEIGHT = 60
_HOUR_WIDTH = 10


@frozen
class Bar:
    """One bar of the chart by hour, in units of the drawing."""

    kind: str
    x: float
    y: float
    height: float


class DashboardController(Controller):
    """The present state of the work."""

    path = PATH
    guards = (only(Permission.VIEW_ALL),)

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show the present figures."""
        now = parts.clock.now()

        bot = parts.bot_state()

        def read(uow: UnitOfWork) -> tuple[Dashboard, int, dict[str, Status], int, tuple[FirstStep, ...]]:
            drafts = len(open_drafts(uow)) if me.may(Permission.LEAD) else 0
            statuses = {status.code: status for status in uow.catalogue.statuses()}
            connected = bot is not None and bot.connected
            steps = first_steps(uow, bot_connected=connected) if me.may(Permission.ADMINISTER) else ()
            return dashboard(uow, me, now, parts.zone), drafts, statuses, uow.installation.get().stuck_after.days, steps

        board, drafts, statuses, stuck_days, steps = await parts.transactions.read_long(read)
        return pages.page(
            request,
            "recaps/dashboard.html",
            board=board,
            drafts=drafts,
            statuses=statuses,
            steps=steps,
            stuck_days=stuck_days,
            open_phases=[phase for phase in Phase if phase.live],
            orders=_orders,
            bars=_bars(board),
            most=_most(board),
        )


def _orders(**filters: str) -> str:
    """Return the address of a list of orders."""
    return f"/orders?{urlencode(filters)}"


def _most(board: Dashboard) -> int:
    return max(max(hour.received, hour.completed) for hour in board.hours)


def _bars(board: Dashboard) -> list[Bar]:
    """Return two bars per hour; the highest has the height of the chart."""
    most = _most(board) or 1
    bars = []
    for hour in board.hours:
        for place, (kind, count) in enumerate((("received", hour.received), ("completed", hour.completed))):
            height = round(_CHART_HEIGHT * count / most, 2)
            if count:
                x = hour.hour * _HOUR_WIDTH + 1.2 + place * 3.9
                bars.append(Bar(kind, x, _CHART_HEIGHT - height, height))
    return bars
