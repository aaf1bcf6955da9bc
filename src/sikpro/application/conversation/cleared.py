"""*Sudah beres*: the owner of a held-up status says in the chat that what held orders up is no more."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sikpro.application.conversation.context import Context, Handled
from sikpro.application.ports.inbox import Outcome
from sikpro.application.use_cases.orders.clear_hold_ups import clear_hold_ups, held_up_by, may_clear
from sikpro.domain.errors import NotFound
from sikpro.domain.order import Order

_LATEST = 10**11
"""The seconds since 1970 that a button may have at most."""


def press_cleared(context: Context, rest: str) -> Handled | None:
    """Bring the button's order back to the queue; None for a button that is nobody's or not this person's."""
    order = _order(context, rest)
    if order is None or not may_clear(context.uow, order.status, context.person, context.incoming.chat_id):
        return None
    if not order.phase.held_up or order.deleted_at:
        return context.refuse(context.words("cleared.gone", number=order.number), "cleared.gone", order.id)
    return _clear(context, order.status, [order.id], order.id)


def press_all_cleared(context: Context, rest: str) -> Handled | None:
    """Bring all orders back that the status of the button's list held up when the list was sent."""
    status, _, seconds = rest.rpartition(":")
    if not seconds.isascii() or not seconds.isdecimal() or int(seconds) > _LATEST:
        return None
    if not may_clear(context.uow, status, context.person, context.incoming.chat_id):
        return None
    until = datetime.fromtimestamp(int(seconds) + 1, UTC)
    return _clear(context, status, held_up_by(context.uow, status, until))


def _clear(context: Context, status: str, order_ids: Sequence[int], order_id: int | None = None) -> Handled:
    name = context.person.name if context.person else context.incoming.sender_name
    count = clear_hold_ups(
        context.uow,
        status,
        order_ids,
        context.person,
        context.now,
        chat_id=context.incoming.chat_id,
        name=name,
        zone=context.zone,
    )
    if not count:
        return context.refuse(context.words("cleared.none"), "cleared.none")
    context.reply(context.words("cleared.done", count=count, by=name))
    return Handled(Outcome.CHANGE, "cleared", order_id)


def _order(context: Context, rest: str) -> Order | None:
    if not (rest.isascii() and rest.isdecimal() and len(rest) <= 15):
        return None
    try:
        return context.uow.orders.get(int(rest))
    except NotFound:
        return None
