"""The wall: a page for a television, opened by a link without login; and the links, which an admin makes and ends."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from sikpro.adapters.web.recaps.charts.wall_lines import wall_chart
from sikpro.adapters.web.site.admission import PUBLIC, only
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go, is_htmx
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.wall_links import WallLink
from sikpro.application.reports.wall import Wall, wall
from sikpro.application.use_cases.recaps.wall_links import end_wall_link, make_wall_link, new_wall_token, open_wall
from sikpro.domain.errors import InvalidFields, NotFound
from sikpro.domain.people import Permission, Person


class WallController(Controller):
    """The wall itself."""

    path = "/wall"
    opt = PUBLIC

    @get("/{token:str}")
    async def show(
        self,
        request: Request[Any, Any, Any],
        token: FromPath[str],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show the figures; htmx fetches them again every ten seconds. An unknown or ended link is not found."""
        now = parts.clock.now()

        def read(uow: UnitOfWork) -> tuple[WallLink, Wall]:
            link = open_wall(uow, token)
            if link is None:
                raise NotFoundException
            return link, wall(uow, link.site_operation, now, parts.zone)

        link, figures = await parts.transactions.read_long(read)
        return pages.page(
            request,
            "recaps/wall_figures.html" if is_htmx(request) else "recaps/wall.html",
            address=request.url.path,
            link=link,
            wall=figures,
            chart=wall_chart(figures.received, figures.completed),
        )


class WallLinksController(Controller):
    """The links to the wall."""

    path = "/walls"
    guards = (only(Permission.ADMINISTER),)

    @get()
    async def show(
        self, request: Request[Any, Any, Any], pages: NamedDependency[Pages], parts: NamedDependency[WebParts]
    ) -> Response[str]:
        """Show all links, without their secrets."""
        return await _page(request, pages, parts)

    @post()
    async def make(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Make a link; only this response shows its address."""
        now, token, name, site = parts.clock.now(), new_wall_token(), form.text("name"), form.text("site_operation")
        try:
            await parts.transactions.write(lambda uow: make_wall_link(uow, token, name, site, me, now))
        except InvalidFields as error:
            return await _page(request, pages, parts, typed={"name": name, "site_operation": site}, error=error)
        base = request.base_url.with_replacements(scheme="https") if parts.secure_cookies else request.base_url
        return await _page(request, pages, parts, address=f"{str(base).rstrip('/')}/wall/{token}")

    @post("/{link_id:int}/end")
    async def end(
        self,
        request: Request[Any, Any, Any],
        link_id: FromPath[int],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """End a link."""
        if not 0 < link_id < 2**53:
            raise NotFound(what="wall_link", name="")
        now = parts.clock.now()
        await parts.transactions.write(lambda uow: end_wall_link(uow, link_id, me, now))
        visit.toast("wall_ended")
        return go(request, "/walls")


async def _page(
    request: Request[Any, Any, Any],
    pages: Pages,
    parts: WebParts,
    *,
    address: str = "",
    typed: dict[str, str] | None = None,
    error: InvalidFields | None = None,
) -> Response[str]:
    def read(uow: UnitOfWork) -> tuple[tuple[WallLink, ...], list[tuple[str, str]], dict[int, str]]:
        sites = [(row.code, row.name) for row in uow.catalogue.site_operations() if row.active]
        return uow.wall_links.all(), sites, {person.id: person.name for person in uow.people.all()}

    links, sites, names = await parts.transactions.read(read)
    return pages.page(
        request,
        "recaps/walls.html",
        status=422 if error else 200,
        links=links,
        sites=sites,
        names=names,
        address=address,
        typed=typed or {"name": "", "site_operation": ""},
        errors=error.errors if error else {},
    )
