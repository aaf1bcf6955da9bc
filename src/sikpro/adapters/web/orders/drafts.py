"""*Belum lengkap*: orders that were started in the chat and are not finished."""

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency

from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.pages import Pages
from sikpro.adapters.web.site.parts import WebParts
from sikpro.application.conversation.drafts import Draft, open_drafts
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.people import Permission


class DraftsController(Controller):
    """The drafts, oldest first."""

    path = "/drafts"
    guards = (only(Permission.LEAD),)

    @get()
    async def show(
        self, request: Request[Any, Any, Any], pages: NamedDependency[Pages], parts: NamedDependency[WebParts]
    ) -> Response[str]:
        """Show who started each draft, its missing fields, and its age."""

        def read(uow: UnitOfWork) -> list[tuple[Draft, str]]:
            found = open_drafts(uow)
            return [(draft, uow.orders.get(draft.order_id).number if draft.order_id else "") for draft in found]

        return pages.page(request, "orders/incomplete.html", drafts=await parts.transactions.read(read))
