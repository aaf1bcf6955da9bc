"""What is different in a group: the bot speaks when spoken to, and shows an order only to those it concerns."""

from sikpro.application.conversation.context import Context, Handled
from sikpro.application.ports.chat import IncomingKind
from sikpro.application.ports.inbox import Outcome
from sikpro.application.use_cases.orders.own_order import owns
from sikpro.domain.order import Order


def spoken_to(context: Context) -> bool:
    """Whether a message that is no command is meant for the bot: in private always, in a group as a reply to it."""
    incoming = context.incoming
    if incoming.private:
        return True
    return incoming.reply_to is not None and context.uow.outbox.text_of(incoming.chat_id, incoming.reply_to) is not None


def asking(context: Context, question: str) -> str:
    """A question as it is put where it is asked: in a group it says that the answer must be a reply."""
    return question if context.incoming.private else f"{question}\n{context.words('group.reply')}"


def may_be_shown(context: Context, order: Order) -> bool:
    """Whether an order may be shown where it is asked for: in a group only to its owner and those who work on it."""
    return context.incoming.private or owns(order, context.somebody)


def show_in_private(context: Context, order: Order) -> Handled:
    """Say that the order is to be looked at in the private chat."""
    return context.refuse(context.words("group.private_only", number=order.number), "group.private_only")


def turn_away(context: Context) -> Handled:
    """Point somebody SIKPRO does not know to the private chat, in one line, where they spoke in a group."""
    text = context.words("group.stranger")
    if context.incoming.kind is IncomingKind.PRESS:
        context.answer_press(text)
    else:
        context.reply(text)
    return Handled(Outcome.REFUSAL, "group.stranger")
