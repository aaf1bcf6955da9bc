"""Login, logout, and the change of a one-time password."""

from datetime import timedelta
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from sikpro.adapters.web.account.password_hashing import PasswordHasher
from sikpro.adapters.web.account.turns import LoginTurns
from sikpro.adapters.web.site.admission import PUBLIC, WHILE_PASSWORD_EXPIRED, login_path, password_path
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.security import csrf_token, devices_in, new_token, safe_path, session_id
from sikpro.adapters.web.site.visit import YEAR, Visit
from sikpro.application.ports.security_events import EventKind
from sikpro.application.ports.sessions import Session
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.decide_installation import MOST_DAYS
from sikpro.application.use_cases.people.choose_password import checked_password
from sikpro.application.use_cases.people.manage_people import set_password
from sikpro.application.use_cases.people.record_event import called, record_event
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import Person
from sikpro.domain.search_text import folded

WINDOW = timedelta(minutes=15)
TRIES = 5
"""Allowed failed logins of one account from one place within the window; its owner can log in from elsewhere.

A place is an address, or a device on which the account has logged in before.
"""

TRIES_OF_ACCOUNT = 30
"""Allowed failed logins of one account from all places within the window; a device of the owner's still gets in."""

TRIES_OF_ADDRESS = 50
"""Allowed failed logins of all accounts from one address within the window."""

PEOPLE_OF_DEVICE = 10
"""How many people's logins a device remembers: a shift shares its computers."""

COOKIE = int(timedelta(days=MOST_DAYS + 1).total_seconds())
"""How long the browser keeps a session, in seconds; the server ends it before."""

LONGEST_TYPED = 1000
"""The most characters of a typed password that are checked."""


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
        password_hasher: NamedDependency[PasswordHasher],
        login_turns: NamedDependency[LoginTurns],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Check name and password and start a session with a new token.

        Logins of one account from one place wait for each other, so that parallel guesses count too, and parallel
        logins with the right password do not.
        """
        username, password = folded(form.text("username").strip()[:64]), form.text("password")[:LONGEST_TYPED]
        next_page, now = safe_path(form.text("next")), parts.clock.now()
        devices = devices_in(visit.cookie("device"))

        def account(uow: UnitOfWork) -> tuple[Person | None, str]:
            found = uow.people.by_username(username) if username else None
            own = (device for device in devices if found and uow.sessions.owner(device) == found.id)
            return found, next((f"device {device}" for device in own), visit.address)

        def is_locked(uow: UnitOfWork) -> bool:
            attempts, since = uow.login_attempts, now - WINDOW
            if attempts.count(username, place, since) >= TRIES:
                return True
            if place != visit.address:
                return False
            of_account = attempts.count_account(username, since)
            return of_account >= TRIES_OF_ACCOUNT or attempts.count_address(place, since) >= TRIES_OF_ADDRESS

        def fail(uow: UnitOfWork) -> None:
            uow.login_attempts.add(username, place, now)
            # An unknown name is not recorded: people type their password into the wrong field.
            name = called(person) if person else ""
            why = "unknown_name" if not person else "wrong_password" if able else "no_account"
            record_event(uow, EventKind.LOGIN_FAILED, None, now, object=name, details=why)
            if is_locked(uow):
                record_event(uow, EventKind.LOCKED, None, now, object=name)

        person, place = await parts.transactions.read(account)
        able = person is not None and person.active and person.role is not None
        async with login_turns.of(username, place):
            locked = await parts.transactions.read(is_locked)
            fits = not locked and await password_hasher.verify(
                person.password_hash if person and able else None, password
            )
            if not locked and not (fits and able):
                await parts.transactions.write(fail)
        over = request.headers.get("hx-target") == "ended"
        if over and (locked or not fits or person is None or not able):
            return pages.page(
                request,
                "site/ended.html",
                status=429 if locked else 422,
                text=visit.words("ended.session"),
                to=login_path(next_page),
                label=visit.words("ended.log_in"),
                form=True,
                error="login.locked" if locked else "login.wrong",
                username=form.text("username")[:64],
            )
        if locked or not fits or person is None or not able:
            return pages.page(
                request,
                "account/login.html",
                status=429 if locked else 422,
                next=next_page,
                error="login.locked" if locked else "login.wrong",
                notice="",
                username=form.text("username")[:64],
            )
        token, known, own_device = new_token(), person, form.text("own_device") == "1"

        def start(uow: UnitOfWork) -> None:
            uow.login_attempts.clear(username, place)
            uow.sessions.add(
                Session(id=session_id(token), person=known.id, created_at=now, used_at=now, own_device=own_device)
            )
            record_event(uow, EventKind.LOGIN, known, now, object=called(known))

        await parts.transactions.write(start)
        visit.set_cookie("session", token, max_age=COOKIE)
        others = [device for device in devices if f"device {device}" != place]
        visit.set_cookie("device", ".".join([session_id(token), *others[: PEOPLE_OF_DEVICE - 1]]), max_age=YEAR)
        visit.drop_cookie("visitor")
        if over and not known.must_change_password:
            # The page that lies below goes on with the token of the new session.
            return pages.page(request, "site/back.html", person=known.id, csrf=csrf_token(token))
        return go(request, password_path(next_page) if known.must_change_password else next_page)

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

    @get("/password", opt=WHILE_PASSWORD_EXPIRED)
    async def ask_password(
        self,
        request: Request[Any, Any, Any],
        pages: NamedDependency[Pages],
        next: FromQuery[str] = "/",  # noqa: A002  # the query parameter's name
    ) -> Response[str]:
        """Show the form for a new password."""
        return pages.page(request, "account/password.html", error="", next=safe_path(next))

    @post("/password", opt=WHILE_PASSWORD_EXPIRED)
    async def change_password(
        self,
        request: Request[Any, Any, Any],
        visit: NamedDependency[Visit],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        password_hasher: NamedDependency[PasswordHasher],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Save a new password and end the person's other sessions."""
        error, next_page = await _objection(visit, me, password_hasher, form), safe_path(form.text("next"))
        if error:
            return pages.page(request, "account/password.html", status=422, error=error, next=next_page)
        hashed, now = await password_hasher.hash(form.text("new")), parts.clock.now()
        await parts.transactions.write(lambda uow: set_password(uow, me.id, hashed, now, session=visit.session))
        visit.toast("password_changed")
        return go(request, next_page)


async def _objection(visit: Visit, me: Person, hasher: PasswordHasher, form: Form) -> str:
    """Return the error of the form for a new password, "" for none."""
    if not await hasher.verify(me.password_hash, form.text("current")[:LONGEST_TYPED]):
        return visit.words("password.wrong")
    if form.text("new") != form.text("again"):
        return visit.words("password.differ")
    if form.text("new") == form.text("current"):
        return visit.words("password.same")
    try:
        checked_password(form.text("new"), me.name, me.username or "")
    except InvalidValue as error:
        return visit.words.error(error)
    return ""
