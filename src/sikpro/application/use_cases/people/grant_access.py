"""Unknown people on Telegram: their request for access, and the decision of a team leader or an admin."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from attrs import evolve

from sikpro.application.i18n import Words, words_in
from sikpro.application.ports.chat import Button, Outgoing
from sikpro.application.ports.conversations import Conversation
from sikpro.application.ports.security_events import EventKind
from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.application.use_cases.people.access_decision import (
    People,
    account_lines,
    is_for_admins,
    known_as,
    lets_in,
    may_decide,
    must_decide,
    pointed_to,
    request_mark,
    site_of_technician,
)
from sikpro.application.use_cases.people.manage_people import add_technician, checked_site_operation, set_active
from sikpro.application.use_cases.people.offered_order import offered_order
from sikpro.application.use_cases.people.record_event import called, record_event
from sikpro.domain.errors import AdminDecides, AlreadyUsed, InvalidValue, KeptOut, NotFound
from sikpro.domain.people import AccessRequest, Permission, Person, RequestState
from sikpro.domain.values import TechnicianCode

KEPT_ORDER = "order"
"""In the data of a stranger's dialogue: the texts of the orders that they sent before they were known."""

BETWEEN = "\n\n\n"
"""What stands between these texts."""

ACCESS = "acc"
"""The verb of the buttons that decide a request (`acc:ok:<id>:<mark>`, `acc:no:<id>:<mark>`) or show more of them
(`acc:more:<id>`)."""

OWN_CARDS = 5
"""How many pending requests get a card of their own in the chats of those who decide."""

COMMON_CARDS_APART = timedelta(minutes=15)
"""The least time between two cards about all requests together."""

_COMMON = "access"
"""The kind of the reminders about these cards; their subject is the time."""


def kept_orders(data: Mapping[str, str]) -> list[str]:
    """Return the texts of the orders in a stranger's dialogue, oldest first."""
    return [text for text in data.get(KEPT_ORDER, "").split(BETWEEN) if text]


def ask_access(uow: UnitOfWork, request: AccessRequest, now: datetime, *, zone: str) -> AccessRequest:
    """Store an unknown person's request for access, with the person that their code or phone number matches.

    Once there is a name with a code or a number, the team leaders and admins on Telegram are asked to decide. They are
    asked again when the request changes.
    """
    people = pointed_to(uow, request)
    before = uow.access_requests.pending_of(request.telegram_id)
    stored = uow.access_requests.put(evolve(request, matched_person=people[0].id if people else None))
    uow.announce(Hint(Kind.ACCESS, (stored.id,)))
    if before is None or request_mark(before, pointed_to(uow, before)) != request_mark(stored, people):
        _ask_leaders(uow, stored, people, now, zone)
    return stored


def _ask_leaders(uow: UnitOfWork, request: AccessRequest, people: People, now: datetime, zone: str) -> None:
    if not _is_whole(request):
        return
    if sum(other.id != request.id for other in whole_requests(uow)) >= OWN_CARDS:
        send_common_card(uow, now, zone)
        return
    for leader, chat in _leaders(uow):
        text, buttons = request_card(request, people, leader, words_in(leader.language, zone))
        uow.outbox.put(Outgoing(chat_id=chat, text=text, buttons=buttons, bulk=True), now)


def send_common_card(uow: UnitOfWork, now: datetime, zone: str) -> int:
    """Send one card about all pending requests, if there is a new one and the last such card is old enough.

    Return how many it was sent to. A flood of strangers does not fill the chats of those who decide.
    """
    requests = whole_requests(uow)
    last = _last_common_card(uow, now)
    if len(requests) <= OWN_CARDS or (last and now - last < COMMON_CARDS_APART):
        return 0
    if last and all(request.requested_at <= last for request in requests):
        return 0
    if not uow.reminders.first(_COMMON, now.isoformat(), now.date(), now):
        return 0
    sent = 0
    for leader, chat in _leaders(uow):
        text, buttons = common_card(requests, requests[OWN_CARDS - 1].id, words_in(leader.language, zone))
        uow.outbox.put(Outgoing(chat_id=chat, text=text, buttons=buttons, bulk=True), now)
        sent += 1
    return sent


def common_card(
    requests: Sequence[AccessRequest], after: int, words: Words
) -> tuple[str, tuple[tuple[Button, ...], ...]]:
    """Return the card about many requests: how many they are, and a button that shows those after a request's id."""
    button = Button(words("button.show_requests", count=OWN_CARDS), f"{ACCESS}:more:{after}")
    return words("access.many", count=len(requests)), ((button,),)


def whole_requests(uow: UnitOfWork) -> tuple[AccessRequest, ...]:
    """Return the pending requests about which somebody can decide, oldest first."""
    return tuple(filter(_is_whole, uow.access_requests.pending()))


def _is_whole(request: AccessRequest) -> bool:
    return bool(request.name and (request.technician_code or request.phone))


def _leaders(uow: UnitOfWork) -> list[tuple[Person, int]]:
    """Return those who decide about requests and are on Telegram, with their chats."""
    people = (person for person in uow.people.all() if person.may(Permission.MANAGE_TECHNICIANS))
    return [(person, person.telegram_id) for person in people if person.telegram_id]


def _last_common_card(uow: UnitOfWork, now: datetime) -> datetime | None:
    days = (now.date() - timedelta(days=1), now.date())
    return max((datetime.fromisoformat(at) for day in days for at in uow.reminders.sent(_COMMON, day)), default=None)


def request_card(
    request: AccessRequest, people: People, leader: Person, words: Words
) -> tuple[str, tuple[tuple[Button, ...], ...]]:
    """Return a request as text and buttons for a team leader or an admin in the chat, with the people it matches.

    If only an admin may decide, the text says so and a team leader gets no buttons.
    """
    lines = [
        words("access.ask", name=request.name, code=request.technician_code or "-"),
        words("access.ask_telegram", name=request.telegram_name or "-", phone=request.phone or "-"),
    ]
    for code, person in zip(("access.ask_known", "access.ask_number"), people, strict=False):
        known = words(code, name=person.name, code=known_as(person))
        lines.append(" ".join([known, *account_lines(person, words)]))
    if not people:
        lines.append(words("access.ask_new" if request.technician_code else "access.ask_web"))
    if any(map(is_for_admins, people)):
        lines.append(words("access.ask_admin"))
    if not may_decide(leader, people) or not (people or request.technician_code):
        return "\n".join(lines), ()
    if people and not people[0].active:
        lines.append(lets_in(people[0], words))
    data = f"{request.id}:{request_mark(request, people)}"
    approve = Button(words("button.approve"), f"{ACCESS}:ok:{data}")
    return "\n".join(lines), ((approve, Button(words("button.refuse"), f"{ACCESS}:no:{data}")),)


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
    let_in: int | None = None,
    zone: str,
) -> Person:
    """Connect the Telegram account to a known person, or to a new technician, and notify them.

    Without `person_id` the person with the technician code is connected, or a new technician is created from name and
    code. `let_in` is the id of a deactivated person, if the approver was warned that this reactivates them. Raises
    `NotPermitted`; `AdminDecides` for a team leader when the request or the chosen person needs an admin; `KeptOut` for
    a deactivated person who is not `let_in`; `NotFound` for a request already decided; `AlreadyUsed` when the person or
    the Telegram account is connected to another; `InvalidValue`.
    """
    by.must(Permission.MANAGE_TECHNICIANS)
    request = _open_request(uow, request_id)
    must_decide(by, pointed_to(uow, request))
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
    must_decide(by, (person,))
    if person.telegram_id not in {None, request.telegram_id}:
        raise AlreadyUsed(field="telegram_id", value=person.name)
    unit = checked_site_operation(uow, site_operation) if site_operation else person.site_operation
    if not person.active:
        if person.id != let_in:
            raise KeptOut(person.name, person.id)
        person = set_active(uow, person.id, True, by, now)
    talk = _talk(uow, request)
    language = (talk.language if talk else "") or person.language
    orders = kept_orders(talk.data) if talk else []
    person = uow.people.save(evolve(person, telegram_id=request.telegram_id, language=language, site_operation=unit))
    uow.conversations.drop(request.chat_id, request.telegram_id)
    decide_access(uow, request, RequestState.APPROVED, by, now)
    uow.journal.note("access_approved", str(person.id), by.id, now, {"telegram_id": str(request.telegram_id)})
    said = f"Telegram {request.telegram_id}"
    record_event(uow, EventKind.ACCESS_APPROVED, by, now, object=called(person), details=said)
    words = words_in(person.language, zone)
    text = words("access.approved", name=person.name, code=known_as(person))
    uow.outbox.put(Outgoing(chat_id=request.chat_id, text=text, drop_keyboard=True), now)
    for order in orders:
        uow.outbox.put(offered_order(request.chat_id, words("access.order_kept"), order, words), now)
    return person


def approve_many(
    uow: UnitOfWork, marks: Mapping[int, str], by: Person, now: datetime, *, zone: str
) -> tuple[Person, ...]:
    """Approve every listed request that still has its mark, unchanged, and return the people.

    The person whom the code or number matches is connected. Otherwise the code makes a new technician, in the Site
    Operation of the code's STO. A deactivated person is reactivated, because the mark covers that. A request that
    cannot be approved like this, or needs an admin, stays open. Raises `NotPermitted`.
    """
    by.must(Permission.MANAGE_TECHNICIANS)
    stos, approved = uow.catalogue.stos(), []
    for request in uow.access_requests.pending():
        people = pointed_to(uow, request)
        if marks.get(request.id) != request_mark(request, people):
            continue
        match = people[0] if people else None
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
                    let_in=match.id if match else None,
                    zone=zone,
                )
        except (AdminDecides, AlreadyUsed, InvalidValue):
            continue
        approved.append(person)
    return tuple(approved)


def refuse_access(uow: UnitOfWork, request_id: int, by: Person, now: datetime, *, zone: str) -> AccessRequest:
    """Refuse a request and notify the person.

    Raises `NotPermitted`, `AdminDecides` where only an admin may decide, `NotFound` for a request already decided.
    """
    by.must(Permission.MANAGE_TECHNICIANS)
    request = _open_request(uow, request_id)
    must_decide(by, pointed_to(uow, request))
    request = decide_access(uow, request, RequestState.REFUSED, by, now)
    said = f"Telegram {request.telegram_id}"
    record_event(uow, EventKind.ACCESS_REFUSED, by, now, object=request.name, details=said)
    talk = _talk(uow, request)
    words = words_in((talk.language if talk else "") or "id", zone)
    uow.outbox.put(Outgoing(chat_id=request.chat_id, text=words("access.refused"), drop_keyboard=True), now)
    return request


def _talk(uow: UnitOfWork, request: AccessRequest) -> Conversation | None:
    """Return what is kept of somebody who is not known yet: their language, and an order that waits."""
    return next(iter(uow.conversations.of(request.chat_id, request.telegram_id)), None)


def _open_request(uow: UnitOfWork, request_id: int) -> AccessRequest:
    request = uow.access_requests.get(request_id)
    if request.state is not RequestState.PENDING:
        raise NotFound(what="access_request", name=request.name)
    return request


def decide_access(
    uow: UnitOfWork, request: AccessRequest, state: RequestState, by: Person, now: datetime
) -> AccessRequest:
    """Record the decision on a pending request, and who made it."""
    decided = uow.access_requests.put(evolve(request, state=state, decided_by=by.id, decided_at=now))
    uow.announce(Hint(Kind.ACCESS, (request.id,)))
    return decided
