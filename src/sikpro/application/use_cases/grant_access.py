"""Strangers on Telegram: their request for access, and what a team leader decides."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from attrs import evolve

from sikpro.application.i18n import words_in
from sikpro.application.ports.chat import Button, Outgoing
from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.application.use_cases.catalogue import site_of_technician
from sikpro.application.use_cases.manage_people import add_technician, checked_site_operation, phone_digits
from sikpro.domain.errors import AlreadyUsed, InvalidValue, NotFound
from sikpro.domain.people import AccessRequest, Permission, Person, RequestState
from sikpro.domain.values import TechnicianCode

ACCESS = "acc"
"""The verb of the buttons by which a team leader decides: `acc:ok:<id>:<mark>`, `acc:no:<id>:<mark>`."""


def ask_access(uow: UnitOfWork, request: AccessRequest, now: datetime, *, zone: str) -> AccessRequest:
    """Note a stranger's wish to be let in, with the person that their code or phone number points to.

    As soon as there is a name with a code or a number, the team leaders on Telegram are asked to decide; again when
    what the stranger says has changed.
    """
    match = uow.people.by_code(request.technician_code) if request.technician_code else None
    if match is None and request.phone:
        match = uow.people.by_phone(phone_digits(request.phone))
    before = uow.access_requests.pending_of(request.telegram_id)
    stored = uow.access_requests.put(evolve(request, matched_person=match.id if match else None))
    uow.announce(Hint(Kind.ACCESS, (stored.id,)))
    if before is None or request_mark(before) != request_mark(stored):
        _ask_leaders(uow, stored, match, now, zone)
    return stored


def request_mark(request: AccessRequest) -> str:
    """A short mark of what a request says, to hold a button to it.

    It changes with the name, the code, the number and the person they point to.
    """
    said = (request.name, request.technician_code, request.phone, str(request.matched_person))
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:8]


def _ask_leaders(uow: UnitOfWork, request: AccessRequest, match: Person | None, now: datetime, zone: str) -> None:
    if not request.name or not (request.technician_code or request.phone):
        return
    for leader in uow.people.all():
        if not leader.telegram_id or not leader.may(Permission.MANAGE_TECHNICIANS):
            continue
        words = words_in(leader.language, zone)
        head = words("access.ask", name=request.name, code=request.technician_code or "-")
        about = words("access.ask_telegram", name=request.telegram_name or "-", phone=request.phone or "-")
        if match is not None:
            points_to = words("access.ask_known", name=match.name, code=match.technician_code or "-")
        else:
            points_to = words("access.ask_new")
        buttons: tuple[tuple[Button, ...], ...] = ()
        if match is not None or request.technician_code:
            data = f"{request.id}:{request_mark(request)}"
            approve = Button(words("button.approve"), f"{ACCESS}:ok:{data}")
            buttons = ((approve, Button(words("button.refuse"), f"{ACCESS}:no:{data}")),)
        else:
            points_to = words("access.ask_web")
        uow.outbox.put(Outgoing(chat_id=leader.telegram_id, text=f"{head}\n{about}\n{points_to}", buttons=buttons), now)


def approve_access(
    uow: UnitOfWork,
    request_id: int,
    by: Person,
    now: datetime,
    *,
    person_id: int | None = None,
    name: str = "",
    technician_code: str = "",
    site_operation: str = "",
    zone: str,
) -> Person:
    """Bind the Telegram account to a known person, or to a technician made for it, and tell them.

    Without `person_id` whoever has the technician code is bound, or a new technician is made of name and code.
    Raises `NotPermitted`, `NotFound` for a request already decided, `AlreadyUsed` when the person or the Telegram
    account is bound to another, `InvalidValue`.
    """
    by.must(Permission.MANAGE_TECHNICIANS)
    request = _open_request(uow, request_id)
    code = TechnicianCode.parse(technician_code or request.technician_code).value if person_id is None else ""
    person = uow.people.get(person_id) if person_id is not None else uow.people.by_code(code)
    if person is None:
        person = add_technician(
            uow,
            name=name or request.name,
            technician_code=code,
            site_operation=site_operation,
            phone=request.phone,
            now=now,
            by=by,
        )
    if person.telegram_id not in {None, request.telegram_id}:
        raise AlreadyUsed(field="telegram_id", value=person.name)
    unit = checked_site_operation(uow, site_operation) if site_operation else person.site_operation
    stored = uow.conversations.get(request.chat_id, request.telegram_id)
    language = stored.language if stored and stored.language else person.language
    person = uow.people.save(
        evolve(person, telegram_id=request.telegram_id, active=True, language=language, site_operation=unit)
    )
    uow.conversations.drop(request.chat_id, request.telegram_id)
    decide_access(uow, request, RequestState.APPROVED, by, now)
    uow.journal.note("access_approved", str(person.id), by.id, now, {"telegram_id": str(request.telegram_id)})
    words = words_in(person.language, zone)
    text = words("access.approved", name=person.name, code=person.technician_code or "-")
    uow.outbox.put(Outgoing(chat_id=request.chat_id, text=text, drop_keyboard=True), now)
    return person


def approve_many(
    uow: UnitOfWork, marks: Mapping[int, str], by: Person, now: datetime, *, zone: str
) -> tuple[Person, ...]:
    """Approve every named request that still has its mark, as it stands, and return who they are now.

    Whom a code or a number points to is bound; otherwise the code is a new technician's, of the Site Operation that it
    points to. What cannot be approved so stays open. Raises `NotPermitted`.
    """
    by.must(Permission.MANAGE_TECHNICIANS)
    stos, approved = uow.catalogue.stos(), []
    for request in uow.access_requests.pending():
        if marks.get(request.id) != request_mark(request):
            continue
        match = uow.people.get(request.matched_person) if request.matched_person else None
        known = match is not None and match.site_operation
        site = "" if known else site_of_technician(stos, request.technician_code)
        try:
            with uow.savepoint():
                person = approve_access(
                    uow,
                    request.id,
                    by,
                    now,
                    person_id=match.id if match else None,
                    site_operation=site,
                    zone=zone,
                )
        except (AlreadyUsed, InvalidValue):
            continue
        approved.append(person)
    return tuple(approved)


def refuse_access(uow: UnitOfWork, request_id: int, by: Person, now: datetime, *, zone: str) -> AccessRequest:
    """Refuse a request and tell the person. Raises `NotPermitted`, `NotFound` for one already decided."""
    by.must(Permission.MANAGE_TECHNICIANS)
    request = decide_access(uow, _open_request(uow, request_id), RequestState.REFUSED, by, now)
    stored = uow.conversations.get(request.chat_id, request.telegram_id)
    words = words_in(stored.language if stored else "id", zone)
    uow.outbox.put(Outgoing(chat_id=request.chat_id, text=words("access.refused"), drop_keyboard=True), now)
    return request


def _open_request(uow: UnitOfWork, request_id: int) -> AccessRequest:
    request = uow.access_requests.get(request_id)
    if request.state is not RequestState.PENDING:
        raise NotFound(what="access_request", name=request.name)
    return request


def decide_access(
    uow: UnitOfWork, request: AccessRequest, state: RequestState, by: Person, now: datetime
) -> AccessRequest:
    """Note what became of an open request, and by whom."""
    decided = uow.access_requests.put(evolve(request, state=state, decided_by=by.id, decided_at=now))
    uow.announce(Hint(Kind.ACCESS, (request.id,)))
    return decided
