"""What is different in a group: the bot speaks when spoken to, and shows an order only to those it concerns."""

from sikpro.application.conversation.exchange import Exchange, Handled
from sikpro.application.ports.chat import IncomingKind
from sikpro.application.ports.inbox import Outcome
from sikpro.application.use_cases.orders.own_order import owns
from sikpro.domain.order import Order


def spoken_to(exchange: Exchange) -> bool:
    """Whether a message that is no command is meant for the bot: in private always, in a group as a reply to it."""
    incoming = exchange.incoming
    if incoming.private:
        return True
    return (
        incoming.reply_to is not None and exchange.uow.outbox.text_of(incoming.chat_id, incoming.reply_to) is not None
    )


def asking(exchange: Exchange, question: str) -> str:
    """A question as it is put where it is asked: in a group it says that the answer must be a reply."""
    return question if exchange.incoming.private else f"{question}\n{exchange.words('group.reply')}"


def may_be_shown(exchange: Exchange, order: Order) -> bool:
    """Whether an order may be shown where it is asked for: in a group only to its owner and those who work on it."""
    return exchange.incoming.private or owns(order, exchange.somebody)


def show_in_private(exchange: Exchange, order: Order) -> Handled:
    """Say that the order is to be looked at in the private chat."""
    return exchange.refuse(exchange.words("group.private_only", number=order.number), "group.private_only")


def turn_away(exchange: Exchange) -> Handled:
    """Point somebody SIKPRO does not know to the private chat, in one line, where they spoke in a group."""
    text = exchange.words("group.stranger")
    if exchange.incoming.kind is IncomingKind.PRESS:
        exchange.answer_press(text)
    else:
        exchange.reply(text)
    return Handled(Outcome.REFUSAL, "group.stranger")
