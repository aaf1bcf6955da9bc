"""Data that a team leader handed over: one button sends them as the technician's own order."""

from sikpro.application.conversation.context import Context, Handled
from sikpro.application.conversation.order_entry import begin_request
from sikpro.application.conversation.reader.parse_message import parse_message
from sikpro.application.use_cases.orders.hand_over import handover_request


def press_handover(context: Context) -> Handled | None:
    """Send the request in the button's message; return None when there is none."""
    incoming = context.incoming
    text = context.uow.outbox.text_of(incoming.chat_id, incoming.message_id or 0)
    request = handover_request(text or "")
    if not request or not incoming.private:
        return None
    return begin_request(context, parse_message(request, context.known()).fields)
