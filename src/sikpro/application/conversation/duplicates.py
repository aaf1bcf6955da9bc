"""The refusal of a duplicate: it shows the existing order and what the person can do about it."""

from collections.abc import Mapping

from sikpro.application.conversation.cards import duplicate_card
from sikpro.application.conversation.changes import begun, differing, offer
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.conversation.groups import may_be_shown
from sikpro.application.conversation.questions import ORDER
from sikpro.application.ports.chat import Button
from sikpro.application.ports.inbox import Outcome
from sikpro.application.use_cases.messages.notify_technician import reopen_button
from sikpro.application.use_cases.orders.archived import archive_of
from sikpro.application.use_cases.orders.own_order import is_own
from sikpro.domain.phase import Turn

RESEND = "resend"
"""The step in which a duplicate's data can be sent as a correction of the existing order."""


def refuse_as_duplicate(context: Context, order_id: int, data: Mapping[str, str]) -> Handled:
    """Refuse a duplicate. Offer a button to correct a held-up order, or to ask for a completed one to be reopened."""
    row = context.uow.order_queries.row(order_id)
    order = context.uow.orders.get(order_id)
    if row is None:
        raise RuntimeError("a double of an order that is not there")
    context.close_dialogue()
    words, buttons = context.words, list[list[Button]]()
    if not may_be_shown(context, order):
        return context.refuse(words("group.double", number=order.number), "order.duplicate", order_id)
    text = duplicate_card(context, row)
    if archive_of(context.uow, order.id):
        pass  # the card says so; nothing can be done about it any more
    elif not is_own(order, context.somebody):
        text += "\n" + words("double.not_yours")
    elif order.phase.held_up and order.turn in {Turn.TECHNICIAN, Turn.HELPDESK}:
        token = context.open_dialogue(RESEND, {**begun(order), **data, ORDER: str(order_id)})
        buttons = [[Button(words("button.correct"), f"d:{token}:r")]]
        text += "\n" + words("double.held_up")
    elif order.phase.ends_well:
        named = data.get("type", "").upper()
        wanted = named if named != order.data.type and _is_type(context, named) else ""
        buttons = [[reopen_button(order_id, words, wanted)]]
        text += "\n" + words("double.completed_as", type=wanted) if wanted else "\n" + words("double.completed")
    elif not order.phase.held_up:
        changes = differing(context, order, data)
        if changes:
            question, rows = offer(context, order, changes)
            text, buttons = f"{text}\n{question}", [list(row) for row in rows]
        else:
            text += " " + words("double.wait")
    context.reply(text, buttons, order_id=order_id, noticed=True)
    return Handled(Outcome.REFUSAL, "order.duplicate", order_id)


def _is_type(context: Context, code: str) -> bool:
    return any(row.code == code and row.active for row in context.uow.catalogue.order_types())
