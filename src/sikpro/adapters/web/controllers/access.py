"""Requests for access from Telegram: approve, bind to somebody known, refuse."""

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sikpro.adapters.web.admission import only
from sikpro.adapters.web.errors import status_of
from sikpro.adapters.web.forms import Form
from sikpro.adapters.web.pages import Pages, go
from sikpro.adapters.web.parts import WebParts
from sikpro.adapters.web.visit import Visit
from sikpro.application.i18n import Words
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue import site_of_technician
from sikpro.application.use_cases.grant_access import approve_access, approve_many, refuse_access, request_mark
from sikpro.domain.catalogue import SiteOperation
from sikpro.domain.errors import AlreadyUsed, DomainError, InvalidValue, NotFound
from sikpro.domain.people import AccessRequest, Permission, Person, RequestState

LARGEST_ID = 2**53


@frozen(kw_only=True)
class Waiting:
    """An open request, whom its code or phone number points to, and the Site Operation that its code points to."""

    request: AccessRequest
    match: Person | None

    site: str

    @property
    def mark(self) -> str:
        """The request as it is now: another mark means that it changed."""
        return f"{self.request.id}-{request_mark(self.request)}"

    @property
    def clear(self) -> bool:
        """Whether it can be approved as it stands."""
        return self.match.telegram_id is None if self.match else bool(self.request.technician_code)


@frozen(kw_only=True)
class Requests:
    """All open requests, and who and what they can be bound to."""

    waiting: Sequence[Waiting]
    unbound: Sequence[Person]
    sites: Sequence[SiteOperation]

    @property
    def people_options(self) -> list[tuple[str, str]]:
        """Everybody without a Telegram account, for a list."""
        return [(str(one.id), f"{one.name} · {one.technician_code or one.username or '-'}") for one in self.unbound]

    @property
    def site_options(self) -> list[tuple[str, str]]:
        """The Site Operations, for a list."""
        return [("", "–"), *((row.code, f"{row.code} · {row.name}") for row in self.sites)]


@frozen(kw_only=True)
class Fault:
    """What was wrong with the decision on one request, and what had been typed."""

    request_id: int
    text: str
    typed: Mapping[str, str]


class AccessController(Controller):
    """The requests, oldest first. New ones appear below; what is being typed stays."""

    path = "/access"
    guards = (only(Permission.MANAGE_TECHNICIANS),)

    @get()
    async def show(
        self, request: Request[Any, Any, Any], pages: NamedDependency[Pages], parts: NamedDependency[WebParts]
    ) -> Response[str]:
        """The page; with `seen` (the marks of the requests on a page) what came or changed since."""
        requests = await parts.transactions.read(_requests)
        if "seen" not in request.query_params:
            return _page(request, pages, requests)
        seen = [mark for mark in request.query_params["seen"].split(",") if mark]
        there = {waiting.mark for waiting in requests.waiting}
        ids = {mark.partition("-")[0] for mark in seen}
        new = [waiting for waiting in requests.waiting if str(waiting.request.id) not in ids]
        return pages.page(
            request,
            "access/arrivals.html",
            requests=requests,
            new=new,
            seen=[*seen, *(waiting.mark for waiting in new)],
            outdated=any(mark not in there for mark in seen),
            fault=None,
        )

    @post("/{request_id:int}/approve")
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
        """Bind the Telegram account to the person chosen, or to a new technician; the answer goes out by Telegram."""
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
                zone=parts.zone,
            )

        try:
            if not 0 < request_id < LARGEST_ID or (form.whole("person") or 0) >= LARGEST_ID:
                raise NotFound(what="access_request", name="")
            person = await parts.transactions.write(work)
        except (InvalidValue, AlreadyUsed, NotFound) as error:
            requests = await parts.transactions.read(_requests)
            if not any(waiting.request.id == request_id for waiting in requests.waiting):
                return await _decided(request, request_id, visit, parts)
            fault = Fault(request_id=request_id, text=_fault(error, visit.words), typed=typed)
            return _page(request, pages, requests, fault=fault, status=status_of(error))
        visit.toast("access_approved", name=person.name)
        return go(request, "/access")

    @post("/approve")
    async def approve_picked(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Approve all that were picked, as they stood on the page; what changed since stays open."""
        now, marks = parts.clock.now(), {}
        for name, value in form.values.items():
            number, dash, mark = value.partition("-")
            if name == f"pick-{number}" and dash and number.isascii() and number.isdecimal() and len(number) < 16:
                marks[int(number)] = mark
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
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Refuse; the answer goes out by Telegram."""
        now = parts.clock.now()
        try:
            if not 0 < request_id < LARGEST_ID:
                raise NotFound(what="access_request", name="")
            refused = await parts.transactions.write(
                lambda uow: refuse_access(uow, request_id, me, now, zone=parts.zone)
            )
        except NotFound:
            return await _decided(request, request_id, visit, parts)
        visit.toast("access_refused", name=refused.name)
        return go(request, "/access")


async def _decided(request: Request[Any, Any, Any], request_id: int, visit: Visit, parts: WebParts) -> Response[str]:
    """Somebody, perhaps the same person's first click, has decided already. Raises `NotFound` for what never was."""
    if not 0 < request_id < LARGEST_ID:
        raise NotFound(what="access_request", name="")
    decided = await parts.transactions.read(lambda uow: uow.access_requests.get(request_id))
    approved = decided.state is RequestState.APPROVED
    visit.toast("access_was_approved" if approved else "access_was_refused", name=decided.name)
    return go(request, "/access")


def _requests(uow: UnitOfWork) -> Requests:
    people = uow.people.all()
    by_id = {person.id: person for person in people}
    stos = uow.catalogue.stos()
    return Requests(
        waiting=[
            Waiting(
                request=request,
                match=by_id.get(request.matched_person or 0),
                site=site_of_technician(stos, request.technician_code),
            )
            for request in uow.access_requests.pending()
        ],
        unbound=[person for person in people if person.telegram_id is None],
        sites=[row for row in uow.catalogue.site_operations() if row.active],
    )


def _page(
    request: Request[Any, Any, Any], pages: Pages, requests: Requests, *, fault: Fault | None = None, status: int = 200
) -> Response[str]:
    return pages.page(
        request,
        "access/page.html",
        status=status,
        requests=requests,
        new=(),
        seen=[waiting.mark for waiting in requests.waiting],
        outdated=False,
        fault=fault,
    )


def _fault(error: DomainError, words: Words) -> str:
    """What is wrong, in words; an account that is bound says whose it is."""
    if isinstance(error, AlreadyUsed) and error.params.get("field") == "telegram_id":
        return words("access.bound", name=error.params.get("value") or "")
    return words.error(error)
