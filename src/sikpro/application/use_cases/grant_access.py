"""Strangers on Telegram: their request for access, and what a team leader decides."""

from datetime import datetime

from attrs import evolve

from sikpro.application.i18n import words_in
from sikpro.application.ports.chat import Outgoing
from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.application.use_cases.manage_people import add_technician, checked_site_operation, phone_digits
from sikpro.domain.errors import AlreadyUsed, NotFound
from sikpro.domain.people import AccessRequest, Permission, Person, RequestState
from sikpro.domain.values import TechnicianCode


def ask_access(uow: UnitOfWork, request: AccessRequest) -> AccessRequest:
    """Note a stranger's wish to be let in, with the person that their code or phone number points to."""
    match = uow.people.by_code(request.technician_code) if request.technician_code else None
    if match is None and request.phone:
        match = uow.people.by_phone(phone_digits(request.phone))
    stored = uow.access_requests.put(evolve(request, matched_person=match.id if match else None))
    uow.announce(Hint(Kind.ACCESS, (stored.id,)))
    return stored


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
    _decide(uow, request, RequestState.APPROVED, by, now)
    uow.journal.note("access_approved", str(person.id), by.id, now, {"telegram_id": str(request.telegram_id)})
    words = words_in(person.language, zone)
    text = words("access.approved", name=person.name, code=person.technician_code or "-")
    uow.outbox.put(Outgoing(chat_id=request.chat_id, text=text, drop_keyboard=True), now)
    return person


def refuse_access(uow: UnitOfWork, request_id: int, by: Person, now: datetime, *, zone: str) -> AccessRequest:
    """Refuse a request and tell the person. Raises `NotPermitted`, `NotFound` for one already decided."""
    by.must(Permission.MANAGE_TECHNICIANS)
    request = _decide(uow, _open_request(uow, request_id), RequestState.REFUSED, by, now)
    stored = uow.conversations.get(request.chat_id, request.telegram_id)
    words = words_in(stored.language if stored else "id", zone)
    uow.outbox.put(Outgoing(chat_id=request.chat_id, text=words("access.refused"), drop_keyboard=True), now)
    return request


def _open_request(uow: UnitOfWork, request_id: int) -> AccessRequest:
    request = uow.access_requests.get(request_id)
    if request.state is not RequestState.PENDING:
        raise NotFound(what="access_request", name=request.name)
    return request


def _decide(uow: UnitOfWork, request: AccessRequest, state: RequestState, by: Person, now: datetime) -> AccessRequest:
    decided = uow.access_requests.put(evolve(request, state=state, decided_by=by.id, decided_at=now))
    uow.announce(Hint(Kind.ACCESS, (request.id,)))
    return decided
