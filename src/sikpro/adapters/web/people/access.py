"""Access requests from Telegram: approve, connect to a known person, refuse."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sikpro.adapters.web.account.asking_again import AsksAgain
from sikpro.adapters.web.people.access_view import Fault, Requests, open_requests
from sikpro.adapters.web.people.rights import picked, request_gives_role, requests_give_role
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.errors import status_of
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.i18n import Words
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.people.access_decision import lets_in
from sikpro.application.use_cases.people.grant_access import approve_access, approve_many, refuse_access
from sikpro.domain.errors import AdminDecides, AlreadyUsed, DomainError, InvalidValue, KeptOut, NotFound
from sikpro.domain.people import Permission, Person, RequestState

LARGEST_ID = 2**53


class AccessController(Controller):
    """The requests, oldest first. New ones appear below; unfinished entries stay."""

    path = "/access"
    guards = (only(Permission.MANAGE_TECHNICIANS),)

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show the page; with `shown` (the marks of the requests on a page) only new and changed requests."""
        requests = await parts.transactions.read(lambda uow: open_requests(uow, me))
        query = request.query_params
        marks = query.get("shown", query.get("seen"))  # "seen" is from a page that was open during the upgrade
        if marks is None:
            return _page(request, pages, requests)
        shown = [mark for mark in marks.split(",") if mark]
        there = {waiting.mark for waiting in requests.waiting}
        ids = {mark.partition("-")[0] for mark in shown}
        new = [waiting for waiting in requests.waiting if str(waiting.request.id) not in ids]
        return pages.page(
            request,
            "people/access_arrivals.html",
            requests=requests,
            new=new,
            shown=[*shown, *(waiting.mark for waiting in new)],
            outdated=any(mark not in there for mark in shown),
            fault=None,
        )

    @post("/{request_id:int}/approve", guards=[AsksAgain(request_gives_role)])
    async def approve(
        self,
        request: Request[Any, Any, Any],
        request_id: FromPath[int],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Connect the Telegram account to the chosen person or to a new technician; Telegram sends the answer."""
        now, typed = parts.clock.now(), {name: form.text(name) for name in ("name", "code", "site", "person")}

        def work(uow: UnitOfWork) -> Person:
            return approve_access(
                uow,
                request_id,
                me,
                now,
                person_id=form.whole("person"),
                name=typed["name"],
                technician_code=typed["code"],
                site_operation=typed["site"],
                let_in=form.whole("let_in"),
                zone=parts.zone,
            )

        try:
            if not 0 < request_id < LARGEST_ID or (form.whole("person") or 0) >= LARGEST_ID:
                raise NotFound(what="access_request", name="")
            person = await parts.transactions.write(work)
        except (InvalidValue, AlreadyUsed, NotFound, AdminDecides, KeptOut) as error:
            return await _refused(request, request_id, error, typed, me, visit, pages, parts)
        visit.toast("access_approved", name=person.name)
        return go(request, "/access")

    @post("/approve", guards=[AsksAgain(requests_give_role)])
    async def approve_picked(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Approve all chosen requests as the page showed them; requests that changed since stay open."""
        now, marks = parts.clock.now(), picked(form)
        approved = await parts.transactions.write(lambda uow: approve_many(uow, marks, me, now, zone=parts.zone))
        left = len(marks) - len(approved)
        said = "access_many_left" if left else "access_many" if marks else "access_none"
        visit.toast(said, count=str(len(approved)), left=str(left))
        return go(request, "/access")

    @post("/{request_id:int}/refuse")
    async def refuse(
        self,
        request: Request[Any, Any, Any],
        request_id: FromPath[int],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Refuse the request; Telegram sends the answer."""
        now = parts.clock.now()
        try:
            if not 0 < request_id < LARGEST_ID:
                raise NotFound(what="access_request", name="")
            refused = await parts.transactions.write(
                lambda uow: refuse_access(uow, request_id, me, now, zone=parts.zone)
            )
        except NotFound:
            return await _decided(request, request_id, visit, parts)
        except AdminDecides as error:
            return await _refused(request, request_id, error, None, me, visit, pages, parts)
        visit.toast("access_refused", name=refused.name)
        return go(request, "/access")


async def _decided(request: Request[Any, Any, Any], request_id: int, visit: Visit, parts: WebParts) -> Response[str]:
    """Answer for a request decided already, perhaps by a double click. Raises `NotFound` if it never existed."""
    if not 0 < request_id < LARGEST_ID:
        raise NotFound(what="access_request", name="")
    decided = await parts.transactions.read(lambda uow: uow.access_requests.get(request_id))
    approved = decided.state is RequestState.APPROVED
    visit.toast("access_was_approved" if approved else "access_was_refused", name=decided.name)
    return go(request, "/access")


async def _refused(
    request: Request[Any, Any, Any],
    request_id: int,
    error: DomainError,
    typed: Mapping[str, str] | None,
    me: Person,
    visit: Visit,
    pages: Pages,
    parts: WebParts,
) -> Response[str]:
    """Show the page with the error and the typed text on the request's row, or the decision made meanwhile."""
    let_in = error.person if isinstance(error, KeptOut) else None

    def work(uow: UnitOfWork) -> tuple[Requests, Person | None]:
        return open_requests(uow, me), uow.people.get(let_in) if let_in else None

    requests, kept_out = await parts.transactions.read(work)
    waiting = next((one for one in requests.waiting if one.request.id == request_id), None)
    if waiting is None:
        return await _decided(request, request_id, visit, parts)
    text = _fault(error, visit.words) + (f" {lets_in(kept_out, visit.words)}" if kept_out else "")
    fault = Fault(request_id=request_id, text=text, typed=typed or {}, let_in=let_in)
    return _page(request, pages, requests, fault=fault, status=status_of(error))


def _page(
    request: Request[Any, Any, Any], pages: Pages, requests: Requests, *, fault: Fault | None = None, status: int = 200
) -> Response[str]:
    return pages.page(
        request,
        "people/access.html",
        status=status,
        requests=requests,
        new=(),
        shown=[waiting.mark for waiting in requests.waiting],
        outdated=False,
        fault=fault,
    )


def _fault(error: DomainError, words: Words) -> str:
    """Return the text of the error; for an account that is already connected, with the person's name."""
    if isinstance(error, AlreadyUsed) and error.params.get("field") == "telegram_id":
        return words("access.bound", name=error.params.get("value") or "")
    return words.error(error)
