"""`/reg`: a request, in one message or field by field."""

from sikpro.application.conversation.commands.command import Command
from sikpro.application.conversation.exchange import Exchange, Handled
from sikpro.application.conversation.order_entry import enter_request
from sikpro.application.conversation.parse_message import LONGEST, parse_message
from sikpro.application.fields import EXAMPLE
from sikpro.application.ports.queues import Outcome


def _run(exchange: Exchange, text: str) -> Handled:
    if len(text) > LONGEST:
        exchange.reply(exchange.words("message.too_long", limit=LONGEST))
        return Handled(Outcome.REFUSAL, "message.too_long")
    parsed = parse_message(text, exchange.known())
    if text.strip() and not parsed.values:
        exchange.reply(exchange.words("entry.nothing_read", example=EXAMPLE))
        return Handled(Outcome.REFUSAL, "entry.nothing_read")
    exchange.close_dialogue()
    return enter_request(exchange, parsed.fields)


REG = Command(name="reg", run=_run)
