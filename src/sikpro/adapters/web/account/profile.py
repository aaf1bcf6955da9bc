"""The person's own page: password, Telegram, language, theme and sessions."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import IDLE, Visit
from sikpro.application.use_cases.people.bind_phone import make_bind_link, new_link_token
from sikpro.application.use_cases.people.edit_people import end_session, unbind_telegram
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import Person


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
        return await _page(request, me, visit, pages, parts)

    @post("/telegram")
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
        return await _page(request, me, visit, pages, parts, link=f"https://t.me/{bot.username}?start={token}")

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

    @post("/sessions/{session_id:str}/end")
    async def end(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[str],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """End one of the person's sessions; ending the present one leads to the login page."""
        now = parts.clock.now()
        await parts.transactions.write(lambda uow: end_session(uow, me, session_id, now))
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
        await parts.transactions.write(lambda uow: uow.sessions.revoke_all(me.id, now, but=present))
        visit.toast("sessions_ended")
        return go(request, "/profile")


async def _page(
    request: Request[Any, Any, Any], me: Person, visit: Visit, pages: Pages, parts: WebParts, *, link: str = ""
) -> Response[str]:
    found = await parts.transactions.read(lambda uow: uow.sessions.of_person(me.id))
    since = parts.clock.now() - IDLE
    live = [session for session in found if session.used_at >= since]
    sessions = sorted(live, key=lambda session: session.id != visit.session)
    return pages.page(request, "account/profile.html", sessions=sessions, present=visit.session, link=link)
