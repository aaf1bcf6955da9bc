"""The person's own page: password, Telegram, language, theme and sessions."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from attrs import frozen
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sikpro.adapters.web.account.asking_again import AsksAgain
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.security import shown_id
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.sessions import Session
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.work_preferences import WorkPreferences
from sikpro.application.use_cases.people.bind_phone import make_bind_link, new_link_token
from sikpro.application.use_cases.people.choose_work import choose_going_on, choose_layout, choose_served
from sikpro.application.use_cases.people.edit_people import end_other_sessions, end_session, unbind_telegram
from sikpro.application.use_cases.people.two_steps import has_two_steps
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
        return await _page(request, me, visit, pages, parts)

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


async def _page(
    request: Request[Any, Any, Any], me: Person, visit: Visit, pages: Pages, parts: WebParts, *, link: str = ""
) -> Response[str]:
    now = parts.clock.now()

    def read(uow: UnitOfWork) -> tuple[list[Session], Work | None, bool, int]:
        times = uow.installation.get().sessions
        found = [session for session in uow.sessions.of_person(me.id) if not session.is_over(now, times, parts.jumped)]
        work = _work(uow, me) if me.may(Permission.WORK) else None
        return found, work, has_two_steps(uow, me), uow.second_steps.recovery_codes_left(me.id)

    live, work, two_steps, codes_left = await parts.transactions.read(read)
    sessions = sorted(live, key=lambda session: session.id != visit.session)
    return pages.page(
        request,
        "account/profile.html",
        sessions=sessions,
        present=visit.session,
        shown_id=shown_id,
        link=link,
        work=work,
        two_steps=two_steps,
        codes_left=codes_left,
        version=version("sikpro"),
    )


@frozen
class Work:
    """The person's choices, and the codes to choose from: code and name, by the name of the choice."""

    chosen: WorkPreferences
    codes: Mapping[str, Sequence[tuple[str, str]]]


def _work(uow: UnitOfWork, me: Person) -> Work:
    codes = {
        "types": [(row.code, row.code) for row in uow.catalogue.order_types() if row.active],
        "site_operations": [(row.code, row.name) for row in uow.catalogue.site_operations() if row.active],
        "stos": [(row.code, row.code) for row in uow.catalogue.stos() if row.active],
    }
    return Work(uow.work_preferences.of(me.id), codes)
