"""Words about an order that is there, or about none: show it, nudge, withdraw, pass the words on, or nod."""

from sikpro.application.conversation.attachments import store_own_files
from sikpro.application.conversation.cards import headline
from sikpro.application.conversation.changes import differing
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.conversation.corrections import offer_change
from sikpro.application.conversation.groups import may_be_shown, show_in_private
from sikpro.application.conversation.joining import join
from sikpro.application.conversation.own_orders import WITHDRAW, none_named, nudge, show_order
from sikpro.application.conversation.photos import ask_which_order, type_number
from sikpro.application.conversation.questions import ORDER
from sikpro.application.conversation.reader.read_message import NODS, Intent, Reading, text_number
from sikpro.application.ports.chat import Button, IncomingKind
from sikpro.application.ports.inbox import Outcome
from sikpro.application.use_cases.orders.list_orders import may_view
from sikpro.application.use_cases.orders.own_order import is_own, join_colleague, owns
from sikpro.application.use_cases.orders.register_order import order_named
from sikpro.domain.errors import NotFound
from sikpro.domain.order import Order
from sikpro.domain.phase import Turn

_TEXT = "text"
_REACTIONS = {Intent.THANKS: "🙏", Intent.GREETING: "🤝", Intent.EMOJI: "👍", Intent.NOTED: "👍"}


def take_words(context: Context, text: str, reading: Reading, about: int | None) -> Handled:
    """Handle a message that is no order data. `about` is the order that it replies to."""
    files = bool(context.incoming.attachments) and context.incoming.kind is IncomingKind.MESSAGE
    if reading.intent in NODS and not files:
        return nod(context, reading)
    order = _order(context, reading.number, about)
    if isinstance(order, Handled):
        return order
    if order is not None:
        return _about(context, order, text, reading, about, files=files)
    if files:
        if context.incoming.private:
            return ask_which_order(context, text)
        return context.refuse(context.words("message.photo_alone"), "message.photo_alone")
    return context.refuse(context.words("message.not_understood"), "message.not_understood")


def nod(context: Context, reading: Reading) -> Handled:
    """Answer thanks, a greeting or an emoji as a person would: with a reaction, without words."""
    if reading.intent in _REACTIONS:
        context.react(_REACTIONS[reading.intent])
    return Handled(Outcome.COMMAND, str(reading.intent))


def _order(context: Context, number: str, about: int | None) -> Order | Handled | None:
    """Return the order that a message names or replies to, None when it does neither, or the refusal."""
    if about is not None:
        order = context.uow.orders.get(about)
        if number in {"", order.number}:
            return order
    if not number:
        return None
    placed = type_number(context, number)
    if placed:
        return placed
    try:
        return order_named(context.uow, number)
    except NotFound:
        return none_named(context, number)


def _about(context: Context, order: Order, text: str, reading: Reading, about: int | None, *, files: bool) -> Handled:
    somebody, uow, replies = context.somebody, context.uow, about is not None
    row = uow.order_queries.row(order.id)
    if row is None or order.deleted_at or not (owns(order, somebody) or may_view(order, row, somebody)):
        return none_named(context, order.number)
    if not owns(order, somebody):
        if files or reading.intent not in {Intent.STATUS, Intent.PLEA}:
            return _pass_on_colleague(context, order, text)
        if not may_be_shown(context, order):
            return show_in_private(context, order)
        return show_order(context, order.number)
    if files:
        return join(context, order.id, text)
    match reading.intent:
        case Intent.STATUS if not replies or text_number(text, context.known()):
            return show_order(context, order.number)
        case Intent.PLEA if is_own(order, somebody) and order.turn is Turn.HELPDESK and order.phase.live:
            return nudge(context, order.id)
        case Intent.PLEA:
            return show_order(context, order.number)
        case Intent.WITHDRAW if is_own(order, somebody) and order.phase.live and order.holder is None:
            return _ask_withdrawal(context, order, text)
        case Intent.CORRECTION | Intent.FACTS if order.phase.live:
            handled = join(context, order.id, text)
            changes = differing(context, order, reading.changes)
            if changes and order.holder is None and handled.outcome is Outcome.JOINED:
                offer_change(context, order, changes)
            return handled
        case _:
            return join(context, order.id, text)


def _pass_on_colleague(context: Context, order: Order, text: str) -> Handled:
    """Join a colleague's words to an order of their Site Operation, with their name."""
    incoming = context.incoming
    photo = next((file.file_id for file in incoming.attachments if file.is_photo), "")
    order = join_colleague(
        context.uow,
        order.id,
        context.somebody,
        context.now,
        text=text,
        chat_id=incoming.chat_id,
        message_id=incoming.message_id,
        photo=photo,
    )
    store_own_files(context, order.id)
    done = context.words("join.done")
    answer = f"{headline(context, order)}\n{done}" if may_be_shown(context, order) else done
    context.reply(answer, order_id=order.id)
    return Handled(Outcome.JOINED, "colleague", order.id)


def _ask_withdrawal(context: Context, order: Order, text: str) -> Handled:
    words = context.words
    token = context.open_dialogue(WITHDRAW, {ORDER: str(order.id), _TEXT: text})
    buttons = [
        [Button(words("button.withdraw"), f"wdy:{order.id}"), Button(words("button.pass_on"), f"d:{token}:p")],
    ]
    context.reply(f"{headline(context, order)}\n{words('withdraw.ask')}", buttons, order_id=order.id)
    return Handled(Outcome.DIALOGUE, WITHDRAW, order.id)


def press_withdrawal(context: Context, action: str) -> Handled | None:
    """Pass the words on to the helpdesk; return None for actions of other questions."""
    dialogue = context.dialogue
    if dialogue is None or dialogue.step != WITHDRAW or action != "p":
        return None
    context.close_dialogue()
    return join(context, int(dialogue.data[ORDER]), dialogue.data[_TEXT])
