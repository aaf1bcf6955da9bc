"""`/reg`: a request, in one message or field by field."""

from sikpro.application.conversation.commands.command import Command
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.conversation.order_entry import begin_request
from sikpro.application.conversation.reader.parse_message import LONGEST, parse_message
from sikpro.application.fields import EXAMPLE


def _run(context: Context, text: str) -> Handled:
    if len(text) > LONGEST:
        return context.refuse(context.words("message.too_long", limit=LONGEST), "message.too_long")
    parsed = parse_message(text, context.known())
    if text.strip() and not parsed.values:
        return context.refuse(context.words("entry.nothing_read", example=EXAMPLE), "entry.nothing_read")
    return begin_request(context, parsed.fields)


REG = Command(name="reg", run=_run)
