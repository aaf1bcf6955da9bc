"""`/reg`: a request, in one message or field by field."""

from sikpro.application.conversation.commands.command import Command
from sikpro.application.conversation.exchange import Exchange, Handled
from sikpro.application.conversation.order_entry import begin_request
from sikpro.application.conversation.reader.parse_message import LONGEST, parse_message
from sikpro.application.fields import EXAMPLE


def _run(exchange: Exchange, text: str) -> Handled:
    if len(text) > LONGEST:
        return exchange.refuse(exchange.words("message.too_long", limit=LONGEST), "message.too_long")
    parsed = parse_message(text, exchange.known())
    if text.strip() and not parsed.values:
        return exchange.refuse(exchange.words("entry.nothing_read", example=EXAMPLE), "entry.nothing_read")
    return begin_request(exchange, parsed.fields)


REG = Command(name="reg", run=_run)
