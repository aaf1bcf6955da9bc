"""The page of snippets: a person's own, and the shared ones."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.use_cases.messages.keep_snippets import drop_snippet, save_snippet
from sikpro.application.use_cases.messages.notify_technician import PLACEHOLDERS
from sikpro.domain.errors import DomainError, InvalidFields
from sikpro.domain.people import Permission, Person


class SnippetsController(Controller):
    """Snippets: texts that go into an answer by a short name."""

    path = "/snippets"
    guards = (only(Permission.WORK, Permission.LEAD),)

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show one's own and the shared snippets."""
        return await _page(request, me, pages, parts)

    @post()
    async def save(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        visit: NamedDependency[Visit],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Save a snippet; a refused one is still in its form."""
        now, shared = parts.clock.now(), bool(form.text("shared"))
        try:
            saved = await parts.transactions.write(lambda uow: save_snippet(uow, form.values, me, now, shared=shared))
        except InvalidFields as error:
            return await _page(request, me, pages, parts, form.values, error.errors)
        visit.toast("snippet_saved", name=saved.name)
        return go(request, "/snippets")

    @post("/{snippet_id:int}/delete")
    async def delete(
        self,
        request: Request[Any, Any, Any],
        snippet_id: FromPath[int],
        me: NamedDependency[Person],
        parts: NamedDependency[WebParts],
        visit: NamedDependency[Visit],
    ) -> Response[str]:
        """Delete a snippet."""
        now = parts.clock.now()
        await parts.transactions.write(lambda uow: drop_snippet(uow, snippet_id, me, now))
        visit.toast("snippet_deleted")
        return go(request, "/snippets")


async def _page(
    request: Request[Any, Any, Any],
    me: Person,
    pages: Pages,
    parts: WebParts,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, DomainError] | None = None,
) -> Response[str]:
    found = await parts.transactions.read(lambda uow: uow.snippets.of_person(me.id))
    return pages.page(
        request,
        "orders/snippets.html",
        status=422 if errors else 200,
        own=[one for one in found if not one.shared],
        shared=[one for one in found if one.shared],
        typed=typed or {},
        errors=errors or {},
        placeholders=PLACEHOLDERS,
    )
