"""Rules for groups: the bot answers only when addressed, and shows an order only to its people."""

from attrs import evolve

from sikpro.application.conversation.context import Context, Handled
from sikpro.application.ports.chat import Incoming, IncomingKind
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.own_order import owns
from sikpro.domain.order import Order


def in_its_topic(uow: UnitOfWork, incoming: Incoming) -> Incoming:
    """Return a press with the topic of the message whose button was pressed, where the network does not tell it."""
    if incoming.kind is not IncomingKind.PRESS or incoming.topic is not None or incoming.message_id is None:
        return incoming
    return evolve(incoming, topic=uow.outbox.topic_of(incoming.chat_id, incoming.message_id))


def spoken_to(context: Context) -> bool:
    """Whether a message without command is for the bot: always in private, in a group as a reply to it."""
    incoming = context.incoming
    if incoming.private:
        return True
    return incoming.reply_to is not None and context.uow.outbox.id_of(incoming.chat_id, incoming.reply_to) is not None


def asking(context: Context, question: str) -> str:
    """Return a question for this chat. In a group it adds that the answer must be a reply."""
    return question if context.incoming.private else f"{question}\n{context.words('group.reply')}"


def may_be_shown(context: Context, order: Order) -> bool:
    """Whether an order may be shown in this chat: in a group only to its owner and to those who work on it."""
    return context.incoming.private or owns(order, context.somebody)


def show_in_private(context: Context, order: Order) -> Handled:
    """Refuse to show the order in a group, and point to the private chat."""
    return context.refuse(context.words("group.private_only", number=order.number), "group.private_only")


def turn_away(context: Context) -> Handled:
    """Point an unknown person in a group to the private chat, in one line."""
    text = context.words("group.stranger")
    if context.incoming.kind is IncomingKind.PRESS:
        context.answer_press(text)
    else:
        context.reply(text)
    return Handled(Outcome.REFUSAL, "group.stranger")
