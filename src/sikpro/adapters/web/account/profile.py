"""The buttons of the person's own page: Telegram, work and sessions."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sikpro.adapters.web.account.asking_again import AsksAgain
from sikpro.adapters.web.account.profile_page import profile_page
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.security import shown_id
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.people.bind_phone import make_bind_link, new_link_token
from sikpro.application.use_cases.people.choose_work import choose_going_on, choose_layout, choose_served
from sikpro.application.use_cases.people.edit_people import end_other_sessions, end_session, unbind_telegram
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import Permission, Person

SERVED = ("stos", "types", "site_operations")
"""The choices of codes, as the fields of `WorkPreferences`; a ticked box of the form is `stos-SDA`."""


class ProfileController(Controller):
    """The profile page and its buttons."""

    path = "/profile"

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show the person and all valid sessions, the present one first."""
        return await profile_page(request, me, visit, pages, parts)

    @post("/telegram", guards=[AsksAgain()])
    async def connect(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Make a link that connects the person's own Telegram; only this response shows it."""
        bot, token, now = parts.bot_state(), new_link_token(), parts.clock.now()
        if bot is None or not bot.username:
            raise InvalidValue("link.no_bot", "")
        await parts.transactions.write(lambda uow: make_bind_link(uow, me.id, token, me, now))
        return await profile_page(request, me, visit, pages, parts, link=f"https://t.me/{bot.username}?start={token}")

    @post("/telegram/unbind")
    async def disconnect(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Disconnect the person's own Telegram."""
        now = parts.clock.now()
        await parts.transactions.write(lambda uow: unbind_telegram(uow, me.id, me, now))
        visit.toast("telegram_disconnected")
        return go(request, "/profile")

    @post("/work", guards=[only(Permission.WORK)])
    async def choose_work(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Save how the person works: the layout, going on by itself, and which orders *take next* takes."""

        def work(uow: UnitOfWork) -> None:
            choose_layout(uow, me, side_by_side=bool(form.text("side_by_side")))
            choose_going_on(uow, me, go_on=bool(form.text("go_on")))
            chosen = {name: [one for one in form.values if one.startswith(f"{name}-")] for name in SERVED}
            choose_served(uow, me, **{name: [one.partition("-")[2] for one in chosen[name]] for name in SERVED})

        await parts.transactions.write(work)
        visit.toast("work_chosen")
        return go(request, "/profile#work")

    @post("/sessions/{session_id:str}/end")
    async def end(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[str],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """End one of the person's sessions, if there is one by that name; the present one leads to the login page."""
        now = parts.clock.now()

        def end(uow: UnitOfWork) -> None:
            for session in uow.sessions.of_person(me.id):
                if shown_id(session.id) == session_id:
                    end_session(uow, me, session.id, now)

        await parts.transactions.write(end)
        visit.toast("session_ended")
        return go(request, "/profile")

    @post("/sessions/end-others")
    async def end_others(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """End all sessions of the person except the present one."""
        now, present = parts.clock.now(), visit.session
        await parts.transactions.write(lambda uow: end_other_sessions(uow, me, present, now))
        visit.toast("sessions_ended")
        return go(request, "/profile")
