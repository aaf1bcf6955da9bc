"""Personal tokens on the profile page: make one, end one."""

from typing import Any

from litestar import Controller, Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sikpro.adapters.web.account.asking_again import AsksAgain
from sikpro.adapters.web.account.profile_page import NEW_TOKEN, profile_page
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.use_cases.people.personal_tokens import end_token, make_token
from sikpro.domain.errors import InvalidFields
from sikpro.domain.people import Person


class TokensController(Controller):
    """The buttons for one's own tokens."""

    path = "/profile/tokens"

    @post(guards=[AsksAgain()])
    async def make(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Make a token; only this response shows it."""
        now, typed = parts.clock.now(), {name: form.text(name) for name in NEW_TOKEN}
        try:
            _, text = await parts.transactions.write(
                lambda uow: make_token(uow, me, typed, now, jumped=parts.jumped, by=me)
            )
        except InvalidFields as error:
            return await profile_page(request, me, visit, pages, parts, typed=typed, error=error)
        return await profile_page(request, me, visit, pages, parts, token=text)

    @post("/{token_id:int}/end")
    async def end(
        self,
        request: Request[Any, Any, Any],
        token_id: FromPath[int],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """End one of the person's tokens."""
        now = parts.clock.now()
        await parts.transactions.write(lambda uow: end_token(uow, me, token_id, now, by=me))
        visit.toast("token_ended")
        return go(request, "/profile#tokens")
