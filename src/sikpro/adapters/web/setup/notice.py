"""*Pengumuman*: the notice in every answer about an order while it is on."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency

from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.errors import status_of
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.use_cases.messages.publish_notice import NOTICE_LIMIT, publish_notice
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import Permission, Person


class NoticeController(Controller):
    """The notice: show, write, switch off."""

    path = "/notice"
    guards = (only(Permission.LEAD),)

    @get()
    async def show(
        self, request: Request[Any, Any, Any], pages: NamedDependency[Pages], parts: NamedDependency[WebParts]
    ) -> Response[str]:
        """Show the present notice."""
        notice = await parts.transactions.read(lambda uow: uow.installation.get().notice)
        return pages.page(request, "setup/notice.html", notice=notice, typed=notice, error=None, limit=NOTICE_LIMIT)

    @post()
    async def publish(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Switch the notice on with the typed text, or off."""
        now = parts.clock.now()
        typed = "" if form.text("act") == "off" else form.text("notice")
        try:
            notice = await parts.transactions.write(lambda uow: publish_notice(uow, typed, me, now))
        except InvalidValue as error:
            current = await parts.transactions.read(lambda uow: uow.installation.get().notice)
            status = status_of(error)
            return pages.page(
                request,
                "setup/notice.html",
                status=status,
                notice=current,
                typed=typed,
                error=error,
                limit=NOTICE_LIMIT,
            )
        visit.toast("notice_on" if notice else "notice_off")
        return go(request, "/notice")
