"""Data that a team leader handed over: one button sends them as the technician's own order."""

from sikpro.application.conversation.exchange import Exchange, Handled
from sikpro.application.conversation.order_entry import begin_request
from sikpro.application.conversation.reader.parse_message import parse_message
from sikpro.application.use_cases.orders.hand_over import handed_request


def press_handed(exchange: Exchange) -> Handled | None:
    """Send the request that the message of the button holds; None when it holds none."""
    incoming = exchange.incoming
    text = exchange.uow.outbox.text_of(incoming.chat_id, incoming.message_id or 0)
    request = handed_request(text or "")
    if not request or not incoming.private:
        return None
    return begin_request(exchange, parse_message(request, exchange.known()).fields)
