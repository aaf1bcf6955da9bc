"""`/cek`: an order's present state, or the list of the sender's own orders."""

from sikpro.application.conversation.commands.command import Command
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.conversation.own_orders import list_own, show_order, show_order_id
from sikpro.domain.errors import InvalidValue
from sikpro.domain.text import compact
from sikpro.domain.values import RegistrationNumber


def _run(context: Context, text: str) -> Handled:
    code = compact(text)
    if not code:
        about = order_replied_to(context)
        return show_order_id(context, about) if about else list_own(context)
    try:
        number = RegistrationNumber.parse("SC" + code if code.isdecimal() else code).value
    except InvalidValue as error:
        return context.refuse(context.words.error(error), error.code)
    return show_order(context, number)


def order_replied_to(context: Context) -> int | None:
    """Return the order of the message that this one replies to, sent by the bot or by a person."""
    incoming, uow = context.incoming, context.uow
    if incoming.reply_to is None:
        return None
    return uow.outbox.order_of(incoming.chat_id, incoming.reply_to) or uow.inbox.order_of(
        incoming.chat_id, incoming.reply_to
    )


CEK = Command(name="cek", run=_run)
