"""`/reg`: a request, in one message or field by field."""

from sikpro.application.conversation.commands.command import Command
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.conversation.order_entry import begin_requests, begin_step_by_step
from sikpro.application.conversation.reader.read_message import LONGEST, read_message
from sikpro.application.fields import EXAMPLE


def _run(context: Context, text: str) -> Handled:
    if len(text) > LONGEST:
        return context.refuse(context.words("message.too_long", limit=LONGEST), "message.too_long")
    if not text.strip():
        return begin_step_by_step(context)
    reading = read_message(f"/reg {text}", context.known())
    if not any(order.values for order in reading.orders):
        return context.refuse(context.words("entry.nothing_read", example=EXAMPLE), "entry.nothing_read")
    return begin_requests(context, reading.orders)


REG = Command(name="reg", run=_run)
