"""What a team leader decides about a stranger by a button in the chat."""

from sikpro.application.conversation.exchange import Exchange, Handled
from sikpro.application.ports.queues import Outcome
from sikpro.application.use_cases.grant_access import approve_access, refuse_access, request_mark
from sikpro.domain.errors import NotFound
from sikpro.domain.people import AccessRequest, Permission, RequestState


def press_access(exchange: Exchange, rest: str) -> Handled | None:
    """Approve or refuse a request (`ok:<id>:<mark>`, `no:<id>:<mark>`); None when it is not for this person to do.

    The mark holds the button to what it showed: a request that changed since is decided by its newer message.
    """
    verdict, _, named = rest.partition(":")
    number, _, mark = named.partition(":")
    somebody = exchange.somebody
    if verdict not in {"ok", "no"} or not somebody.may(Permission.MANAGE_TECHNICIANS) or not _is_id(number):
        return None
    try:
        request = exchange.uow.access_requests.get(int(number))
    except NotFound:
        return None
    if request.state is not RequestState.PENDING:
        return _decided(exchange, request)
    if request_mark(request) != mark:
        return None
    return _approve(exchange, request) if verdict == "ok" else _refuse(exchange, request)


def _approve(exchange: Exchange, request: AccessRequest) -> Handled:
    somebody = exchange.somebody
    person = approve_access(
        exchange.uow,
        request.id,
        somebody,
        exchange.now,
        person_id=request.matched_person,
        site_operation="" if request.matched_person else somebody.site_operation or "",
        zone=exchange.zone,
    )
    text = exchange.words("access.told_approved", name=person.name, code=person.technician_code or "-")
    exchange.reply(text)
    return Handled(Outcome.CHANGE, "access.approved")


def _refuse(exchange: Exchange, request: AccessRequest) -> Handled:
    refuse_access(exchange.uow, request.id, exchange.somebody, exchange.now, zone=exchange.zone)
    exchange.reply(exchange.words("access.told_refused", name=request.name))
    return Handled(Outcome.CHANGE, "access.refused")


def _decided(exchange: Exchange, request: AccessRequest) -> Handled:
    by = exchange.uow.people.get(request.decided_by).name if request.decided_by else exchange.words("access.somebody")
    code = "access.already_approved" if request.state is RequestState.APPROVED else "access.already_refused"
    return exchange.refuse(exchange.words(code, name=request.name, by=by), "access.decided")


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 15
