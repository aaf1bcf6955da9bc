"""The decision of a team leader or an admin about an access request, by a button in the chat."""

from sikpro.application.conversation.context import Context, Handled
from sikpro.application.ports.inbox import Outcome
from sikpro.application.use_cases.people.access_decision import People, known_as, must_decide, pointed_to, request_mark
from sikpro.application.use_cases.people.grant_access import (
    OWN_CARDS,
    approve_access,
    common_card,
    refuse_access,
    request_card,
    whole_requests,
)
from sikpro.domain.errors import NotFound
from sikpro.domain.people import AccessRequest, Permission, RequestState


def press_access(context: Context, rest: str) -> Handled | None:
    """Approve or refuse a request (`ok:<id>:<mark>`, `no:<id>:<mark>`) or show more of them (`more:<id>`).

    Return None when this person may not decide.

    The mark binds the button to the card that it was on. If the request or the access of a matched person changed
    since, the present card is sent. If only an admin may decide now, a team leader gets that answer.
    """
    verdict, _, named = rest.partition(":")
    if verdict == "more":
        return _show_more(context, named)
    number, _, mark = named.partition(":")
    somebody, uow = context.somebody, context.uow
    if verdict not in {"ok", "no"} or not somebody.may(Permission.MANAGE_TECHNICIANS) or not _is_id(number):
        return None
    try:
        request = uow.access_requests.get(int(number))
    except NotFound:
        return None
    if request.state is not RequestState.PENDING:
        return _decided(context, request)
    people = pointed_to(uow, request)
    must_decide(somebody, people)
    if request_mark(request, people) != mark:
        context.reply(*request_card(request, people, somebody, context.words))
        return context.refuse(context.words("access.changed"), "access.changed")
    return _approve(context, request, people) if verdict == "ok" else _refuse(context, request)


def _show_more(context: Context, after: str) -> Handled | None:
    """Show the cards of the next requests after one, and how many there are then; all from the start if it is gone."""
    somebody, uow = context.somebody, context.uow
    if not somebody.may(Permission.MANAGE_TECHNICIANS) or not _is_id(after):
        return None
    requests = whole_requests(uow)
    start = next((place for place, request in enumerate(requests, 1) if request.id == int(after)), 0)
    following = requests[start : start + OWN_CARDS]
    for request in following:
        context.reply(*request_card(request, pointed_to(uow, request), somebody, context.words))
    if len(requests) > start + OWN_CARDS:
        context.reply(*common_card(requests, following[-1].id, context.words))
    if not following:
        context.answer_press(context.words("access.no_more"))
    return Handled(Outcome.COMMAND, "access.more")


def _approve(context: Context, request: AccessRequest, people: People) -> Handled:
    somebody, match = context.somebody, people[0].id if people else None
    person = approve_access(
        context.uow,
        request.id,
        somebody,
        context.now,
        person_id=match,
        site_operation="" if match else somebody.site_operation or "",
        let_in=match,
        zone=context.zone,
    )
    context.reply(context.words("access.told_approved", name=person.name, code=known_as(person)))
    return Handled(Outcome.CHANGE, "access.approved")


def _refuse(context: Context, request: AccessRequest) -> Handled:
    refuse_access(context.uow, request.id, context.somebody, context.now, zone=context.zone)
    context.reply(context.words("access.told_refused", name=request.name))
    return Handled(Outcome.CHANGE, "access.refused")


def _decided(context: Context, request: AccessRequest) -> Handled:
    by = context.uow.people.get(request.decided_by).name if request.decided_by else context.words("access.somebody")
    code = "access.already_approved" if request.state is RequestState.APPROVED else "access.already_refused"
    return context.refuse(context.words(code, name=request.name, by=by), "access.decided")


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 15
