"""`/cek`: the present state of orders by number or serial, or the list of the sender's own orders."""

from sikpro.application.conversation.commands.command import Command
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.conversation.joining import order_replied_to
from sikpro.application.conversation.own_orders import list_own, show_order, show_order_id, show_orders_of_device
from sikpro.application.conversation.reader.read_message import numbers_in, read_order
from sikpro.application.use_cases.catalogue.typed_values import number_meant
from sikpro.domain.errors import InvalidValue
from sikpro.domain.text import compact

MOST = 5
"""The most orders that one `/cek` shows."""


def _run(context: Context, text: str) -> Handled:
    if not compact(text):
        about = order_replied_to(context)
        return show_order_id(context, about) if about else list_own(context)
    known = context.known()
    numbers = numbers_in(text, known)
    if numbers:
        return [show_order(context, number) for number in numbers[:MOST]][-1]
    serial = read_order(text, known).certain.get("serial", "")
    if serial:
        return show_orders_of_device(context, serial)
    try:
        number = number_meant(context.uow, text)
    except InvalidValue as error:
        return context.refuse(context.words.error(error), error.code)
    return show_order(context, number)


CEK = Command(name="cek", run=_run)
