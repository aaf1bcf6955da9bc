"""An order handed over by a team leader, or kept from before the account: one button sends it as one's own."""

from sikpro.application.conversation.context import Context, Handled
from sikpro.application.conversation.order_entry import begin_requests
from sikpro.application.conversation.reader.read_message import read_message, read_order
from sikpro.application.use_cases.people.offered_order import order_in


def press_handover(context: Context) -> Handled | None:
    """Send the request in the button's message; return None when there is none."""
    incoming = context.incoming
    message = context.uow.outbox.id_of(incoming.chat_id, incoming.message_id or 0)
    text = context.uow.outbox.get(message).message.text if message else ""
    request = order_in(text)
    if not request or not incoming.private:
        return None
    known = context.known()
    orders = read_message(f"/reg {request}", known).orders
    return begin_requests(context, orders or [read_order(request, known)])
