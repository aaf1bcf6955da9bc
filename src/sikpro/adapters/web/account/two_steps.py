"""One's own second step: turned on with a picture for the authenticator, recovery codes shown once, turned off."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import segno
from attrs import frozen
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromQuery

from sikpro.adapters.web.account.asking_again import AsksAgain
from sikpro.adapters.web.site.admission import WHILE_STEPS_MISSING, two_steps_path
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.security import safe_path
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.two_steps import SecondStep
from sikpro.application.use_cases.people.two_steps import (
    FEW_LEFT,
    authenticator_address,
    new_recovery_codes,
    new_secret,
    prepare_two_steps,
    renew_recovery_codes,
    turn_off_two_steps,
    turn_on_two_steps,
)
from sikpro.domain.errors import DomainError, InvalidValue
from sikpro.domain.people import Permission, Person

ADDRESS = "/profile/two-steps"


@frozen
class State:
    """A person's second step and how many recovery codes are left."""

    step: SecondStep | None
    left: int

    @property
    def on(self) -> bool:
        """Return whether it is on."""
        return self.step is not None and self.step.on_since is not None

    @property
    def few(self) -> bool:
        """Return whether new recovery codes should be made."""
        return self.left <= FEW_LEFT


class TwoStepsController(Controller):
    """The page and its forms; each asks for the own password again."""

    path = ADDRESS
    opt = WHILE_STEPS_MISSING

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        next: FromQuery[str] = "/profile",  # noqa: A002  # the query parameter's name
    ) -> Response[str]:
        """Show whether it is on; once begun, the secret as picture and text."""
        return await _page(request, me, visit, pages, parts, next_page=safe_path(next))

    @post("/begin", guards=[AsksAgain()])
    async def begin(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Make a new secret, which counts once a code of it was typed."""
        secret = new_secret()
        await parts.transactions.write(lambda uow: prepare_two_steps(uow, me, secret))
        return go(request, two_steps_path(safe_path(form.text("next"), "/profile")))

    @get("/picture.svg")
    async def picture(
        self, me: NamedDependency[Person], visit: NamedDependency[Visit], parts: NamedDependency[WebParts]
    ) -> Response[bytes]:
        """Return the QR picture of a secret that is not on yet, while the password was given lately."""
        step = await parts.transactions.read(lambda uow: uow.second_steps.of(me.id))
        if step is None or step.on_since is not None or visit.asks_again:
            raise NotFoundException
        drawn = BytesIO()
        code = segno.make(authenticator_address(step.secret, me.username or me.name), error="m", micro=False)
        code.save(drawn, kind="svg", scale=6, border=4, dark="#000", light="#fff", xmldecl=False)
        return Response(drawn.getvalue(), media_type="image/svg+xml", headers={"cache-control": "no-store"})

    @post("/confirm", guards=[AsksAgain()])
    async def confirm(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Turn it on with a first code; only this response shows the recovery codes."""
        codes, now, typed = new_recovery_codes(), parts.clock.now(), form.text("code")[:100]
        next_page = safe_path(form.text("next"), "/profile")

        def work(uow: UnitOfWork) -> None:
            turn_on_two_steps(uow, me, typed, codes, now, session=visit.session)

        try:
            await parts.transactions.write(work)
        except InvalidValue as error:
            return await _page(request, me, visit, pages, parts, next_page=next_page, error=error)
        visit.steps_missing = False
        return await _page(request, me, visit, pages, parts, next_page=next_page, codes=codes, turned_on=True)

    @post("/codes", guards=[AsksAgain()])
    async def renew_codes(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Make new recovery codes in place of the old ones; only this response shows them."""
        codes, now = new_recovery_codes(), parts.clock.now()
        await parts.transactions.write(lambda uow: renew_recovery_codes(uow, me, codes, now))
        return await _page(request, me, visit, pages, parts, codes=codes)

    @post("/off", guards=[AsksAgain()])
    async def turn_off(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Turn it off and end the other sessions."""
        now = parts.clock.now()
        await parts.transactions.write(lambda uow: turn_off_two_steps(uow, me, now, session=visit.session))
        visit.toast("two_steps_off")
        return go(request, ADDRESS)


async def _page(
    request: Request[Any, Any, Any],
    me: Person,
    visit: Visit,
    pages: Pages,
    parts: WebParts,
    *,
    next_page: str = "/profile",
    codes: Sequence[str] = (),
    turned_on: bool = False,
    error: DomainError | None = None,
) -> Response[str]:
    def read(uow: UnitOfWork) -> tuple[State, bool]:
        state = State(uow.second_steps.of(me.id), uow.second_steps.recovery_codes_left(me.id))
        return state, me.may(Permission.ADMINISTER) and uow.installation.get().admins_two_steps

    state, wanted = await parts.transactions.read(read)
    begun = state.step is not None and not state.on and not visit.asks_again
    secret = state.step.secret if state.step and begun else ""
    return pages.page(
        request,
        "account/two_steps.html",
        status=422 if error else 200,
        state=state,
        wanted=wanted,
        secret=[secret[place : place + 4] for place in range(0, len(secret), 4)],
        secret_address=authenticator_address(secret, me.username or me.name) if secret else "",
        codes=codes,
        turned_on=turned_on,
        error=error,
        next=next_page,
    )
