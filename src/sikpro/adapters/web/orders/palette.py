"""What the palette (`Ctrl+K`) offers besides orders and the actions of a page: pages, statuses, saved views."""

from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency

from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.pages import Pages
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.people import Permission, Person


class PaletteController(Controller):
    """The places that the palette leads to, fetched once when it opens."""

    path = "/palette"
    guards = (only(Permission.VIEW_ALL, Permission.VIEW_SITE_OPERATION),)

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        visit: NamedDependency[Visit],
    ) -> Response[str]:
        """List statuses and saved views with their addresses; the template adds the pages by the person's rights."""

        def work(uow: UnitOfWork) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
            statuses = [
                (visit.words.text(one.label), "/orders?" + urlencode({"view": "all", "status": one.code}))
                for one in uow.catalogue.statuses()
                if one.active
            ]
            return statuses, [(one.name, f"/orders?{one.query}") for one in uow.saved_views.of_person(me.id)]

        statuses, views = await parts.transactions.read(work)
        return pages.page(request, "orders/palette.html", statuses=statuses, views=views)
