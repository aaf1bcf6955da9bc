"""Login, logout, and the change of a one-time password."""

from datetime import datetime, timedelta
from typing import Any

from attrs import field, frozen
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from sikpro.adapters.web.account.logins import Account, Logins, Outcome
from sikpro.adapters.web.account.password_hashing import PasswordHasher
from sikpro.adapters.web.site.admission import (
    PUBLIC,
    WHILE_PASSWORD_EXPIRED,
    WHILE_STEPS_MISSING,
    login_path,
    password_path,
)
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.security import (
    csrf_token,
    devices_in,
    masked,
    new_token,
    safe_path,
    session_id,
    well_formed,
)
from sikpro.adapters.web.site.visit import YEAR, Visit
from sikpro.application.ports.security_events import EventKind
from sikpro.application.ports.sessions import Session
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.two_steps import LoginTicket
from sikpro.application.use_cases.catalogue.decide_installation import MOST_DAYS
from sikpro.application.use_cases.people.choose_password import checked_password
from sikpro.application.use_cases.people.manage_people import set_password
from sikpro.application.use_cases.people.record_event import called, record_event
from sikpro.application.use_cases.people.two_steps import Accepted, accept_code, has_two_steps
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import Person

PEOPLE_OF_DEVICE = 10
"""How many people's logins a device remembers: a shift shares its computers."""

COOKIE = int(timedelta(days=MOST_DAYS + 1).total_seconds())
"""How long the browser keeps a session, in seconds; the server ends it before."""

CODE_WITHIN = timedelta(minutes=5)
"""How long a login with the right password waits for its code."""


class LoginController(Controller):
    """Login and logout."""

    @get("/login", opt=PUBLIC)
    async def show(
        self,
        request: Request[Any, Any, Any],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        next: FromQuery[str] = "/",  # noqa: A002  # the query parameter's name
    ) -> Response[str]:
        """Show the form; redirect a person who is already logged in."""
        if visit.person:
            return go(request, safe_path(next))
        if visit.expired:
            visit.drop_cookie("session")
            visit.secret = visit.cookie("visitor")
        notice = "login.expired" if visit.expired else ""
        return pages.page(request, "account/login.html", next=safe_path(next), error="", notice=notice, username="")

    @post("/login", opt=PUBLIC)
    async def log_in(
        self,
        request: Request[Any, Any, Any],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        logins: NamedDependency[Logins],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Check name and password; start a session with a new token, or ask for the code of the second step."""
        account = await logins.account(visit, form.text("username"))
        next_page = safe_path(form.text("next"))
        outcome = await logins.check_password(account, form.text("password"))
        if outcome is not Outcome.RIGHT or account.person is None:
            error, typed = f"login.{outcome}", form.text("username")[:64]
            if _is_over(request):
                return _over(request, visit, pages, next_page, status=outcome.status, error=error, username=typed)
            return pages.page(
                request,
                "account/login.html",
                status=outcome.status,
                next=next_page,
                error=error,
                notice="",
                username=typed,
            )
        entry = _Entry(account, account.person, own_device=form.text("own_device") == "1", now=parts.clock.now())
        token = new_token()

        def start(uow: UnitOfWork) -> bool:
            if has_two_steps(uow, entry.person):
                record_event(uow, EventKind.CODE_WANTED, entry.person, entry.now, object=called(entry.person))
                uow.login_tickets.add(entry.ticket(token))
                return False
            entry.start(uow, token)
            return True

        if await parts.transactions.write(start):
            return _enter(request, visit, pages, entry, token, next_page)
        visit.set_cookie("ticket", token, max_age=int(CODE_WITHIN.total_seconds()))
        if _is_over(request):
            return _over(request, visit, pages, next_page, code=True)
        return go(request, _code_path(next_page))

    @get("/login/code", opt=PUBLIC)
    async def ask_code(
        self,
        request: Request[Any, Any, Any],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        next: FromQuery[str] = "/",  # noqa: A002  # the query parameter's name
        recovery: FromQuery[str] = "",
    ) -> Response[str]:
        """Show the form for the code; without a login that waits for one, lead to the login."""
        now = parts.clock.now()
        if visit.person or await parts.transactions.read(lambda uow: _waiting(uow, visit, now)) is None:
            return go(request, safe_path(next) if visit.person else login_path(safe_path(next)))
        return pages.page(request, "account/code.html", next=safe_path(next), error="", recovery=bool(recovery))

    @post("/login/code", opt=PUBLIC)
    async def check_code(
        self,
        request: Request[Any, Any, Any],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        logins: NamedDependency[Logins],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Accept a code or a recovery code, each once, and start the session in the same transaction."""
        next_page, now, token, typed = safe_path(form.text("next")), parts.clock.now(), new_token(), form.text("code")
        found = await parts.transactions.read(lambda uow: _waiting(uow, visit, now))
        if found is None:
            if _is_over(request):
                return _over(request, visit, pages, next_page, status=422, error="login.code_late")
            visit.toast("refused", why=visit.words("login.code_late"))
            return go(request, login_path(next_page))
        ticket, person = found
        account = await logins.account(visit, person.username or "")
        entry, left = _Entry(account, person, own_device=ticket.own_device, now=now), list[int]()

        def accept(uow: UnitOfWork) -> bool:
            waiting = _waiting(uow, visit, now)
            accepted = accept_code(uow, person, typed[:100], now) if waiting else None
            if accepted is None or not uow.login_tickets.use(ticket.id):
                return False
            if accepted is Accepted.RECOVERY_CODE:
                left.append(uow.second_steps.recovery_codes_left(person.id))
            entry.start(uow, token)
            return True

        async def fits() -> bool:
            left.clear()
            return await parts.transactions.write(accept)

        outcome = await logins.check(account, fits, "wrong_code")
        if outcome is not Outcome.RIGHT:
            recovery = form.text("recovery")
            wrong = "login.recovery_wrong" if recovery else "login.code_wrong"
            error = "login.locked" if outcome is Outcome.LOCKED else wrong
            if _is_over(request):
                return _over(request, visit, pages, next_page, status=outcome.status, error=error, code=True)
            return pages.page(
                request,
                "account/code.html",
                status=outcome.status,
                next=next_page,
                error=error,
                recovery=bool(recovery),
            )
        visit.drop_cookie("ticket")
        if left:
            visit.toast("recovery_code_used", count=str(left[-1]))
        return _enter(request, visit, pages, entry, token, next_page)

    @post("/logout", opt=PUBLIC)
    async def log_out(
        self, request: Request[Any, Any, Any], visit: NamedDependency[Visit], parts: NamedDependency[WebParts]
    ) -> Response[str]:
        """End the session, also for requests in progress."""
        if visit.session:
            now, key, person = parts.clock.now(), visit.session, visit.person

            def end(uow: UnitOfWork) -> None:
                uow.sessions.revoke(key, now)
                record_event(uow, EventKind.LOGOUT, person, now, object=called(person) if person else "")

            await parts.transactions.write(end)
        visit.drop_cookie("session")
        answer = go(request, "/login")
        answer.headers["clear-site-data"] = '"cache"'  # photos of orders, on a computer that others use too
        return answer

    @get("/password", opt=WHILE_PASSWORD_EXPIRED | WHILE_STEPS_MISSING)
    async def ask_password(
        self,
        request: Request[Any, Any, Any],
        pages: NamedDependency[Pages],
        next: FromQuery[str] = "/",  # noqa: A002  # the query parameter's name
    ) -> Response[str]:
        """Show the form for a new password."""
        return pages.page(request, "account/password.html", error="", next=safe_path(next))

    @post("/password", opt=WHILE_PASSWORD_EXPIRED | WHILE_STEPS_MISSING)
    async def change_password(
        self,
        request: Request[Any, Any, Any],
        visit: NamedDependency[Visit],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        password_hasher: NamedDependency[PasswordHasher],
        logins: NamedDependency[Logins],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Save a new password and end the person's other sessions; a wrong present one counts for the login's lock."""
        next_page = safe_path(form.text("next"))
        outcome = await logins.confirm(visit, me, form.text("current"))
        error = {
            Outcome.RIGHT: "",
            Outcome.WRONG: visit.words("password.wrong"),
            Outcome.LOCKED: visit.words("login.locked"),
        }[outcome] or _objection(visit, me, form)
        if error:
            return pages.page(request, "account/password.html", status=outcome.status, error=error, next=next_page)
        hashed, now = await password_hasher.hash(form.text("new")), parts.clock.now()
        await parts.transactions.write(lambda uow: set_password(uow, me.id, hashed, now, session=visit.session))
        visit.toast("password_changed")
        return go(request, next_page)


def _objection(visit: Visit, me: Person, form: Form) -> str:
    """Return the error of a new password, "" for none."""
    if form.text("new") != form.text("again"):
        return visit.words("password.differ")
    if form.text("new") == form.text("current"):
        return visit.words("password.same")
    try:
        checked_password(form.text("new"), me.name, me.username or "")
    except InvalidValue as error:
        return visit.words.error(error)
    return ""


@frozen
class _Entry:
    """Somebody who has shown who they are, at least with the password."""

    account: Account
    person: Person
    own_device: bool = field(kw_only=True)
    now: datetime = field(kw_only=True)

    def ticket(self, token: str) -> LoginTicket:
        """Return what waits for the code."""
        return LoginTicket(
            id=session_id(token),
            person=self.person.id,
            password=_mark_of(self.person),
            expires_at=self.now + CODE_WITHIN,
            own_device=self.own_device,
        )

    def start(self, uow: UnitOfWork, token: str) -> None:
        """Start the session of a token."""
        uow.login_attempts.clear(self.account.username, self.account.place)
        uow.sessions.add(
            Session(
                id=session_id(token),
                person=self.person.id,
                created_at=self.now,
                used_at=self.now,
                own_device=self.own_device,
                confirmed_at=self.now,
            )
        )
        record_event(uow, EventKind.LOGIN, self.person, self.now, object=called(self.person))


def _waiting(uow: UnitOfWork, visit: Visit, now: datetime) -> tuple[LoginTicket, Person] | None:
    """Return this browser's login that waits for a code, and its person, while that person could still log in."""
    token = visit.cookie("ticket")
    ticket = uow.login_tickets.get(session_id(token)) if well_formed(token) else None
    if ticket is None or ticket.expires_at <= now:
        return None
    person = uow.people.get(ticket.person)
    fits = person.active and person.role is not None and ticket.password == _mark_of(person)
    return (ticket, person) if fits and has_two_steps(uow, person) else None


def _mark_of(person: Person) -> str:
    """Return what changes with the person's password."""
    return session_id(person.password_hash or "")


def _enter(
    request: Request[Any, Any, Any], visit: Visit, pages: Pages, entry: _Entry, token: str, next_page: str
) -> Response[str]:
    """Give the browser its session, and lead on."""
    person, place = entry.person, entry.account.place
    visit.set_cookie("session", token, max_age=COOKIE)
    others = [device for device in devices_in(visit.cookie("device")) if f"device {device}" != place]
    visit.set_cookie("device", ".".join([session_id(token), *others[: PEOPLE_OF_DEVICE - 1]]), max_age=YEAR)
    visit.drop_cookie("visitor")
    if _is_over(request) and not person.must_change_password:
        # The page that lies below goes on with the token of the new session.
        return pages.page(request, "site/back.html", person=person.id, csrf=masked(csrf_token(token)))
    return go(request, password_path(next_page) if person.must_change_password else next_page)


def _code_path(next_page: str) -> str:
    return login_path(next_page).replace("/login", "/login/code", 1)


def _is_over(request: Request[Any, Any, Any]) -> bool:
    """Return whether the form lies over a page whose session has ended."""
    return bool(request.headers.get("hx-target") == "ended")


def _over(
    request: Request[Any, Any, Any],
    visit: Visit,
    pages: Pages,
    next_page: str,
    *,
    status: int = 200,
    error: str = "",
    username: str = "",
    code: bool = False,
) -> Response[str]:
    """Return the form over the page: to log in, or for the code."""
    return pages.page(
        request,
        "site/ended.html",
        status=status,
        text=visit.words("ended.session"),
        to=login_path(next_page),
        label=visit.words("ended.log_in"),
        form=True,
        code=code,
        error=error,
        username=username,
    )
