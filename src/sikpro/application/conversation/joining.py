"""Texts and files for an existing order: they join it, and the turn of a live order passes to the helpdesk."""

import re
from collections.abc import Mapping

from sikpro.application.conversation.attachments import FILES, keep_files, store_files, store_own_files
from sikpro.application.conversation.cards import headline, state_words
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.conversation.groups import asking
from sikpro.application.conversation.questions import ORDER
from sikpro.application.ports.chat import Button, IncomingKind
from sikpro.application.ports.inbox import Outcome
from sikpro.application.use_cases.orders.own_order import is_own, join_message
from sikpro.domain.errors import DomainError, NotFound, OrderArchived
from sikpro.domain.events import MessageJoined
from sikpro.domain.order import Order
from sikpro.domain.phase import Stage
from sikpro.domain.text import storable

ASK = "ask"
"""The step that waits for a question to the helpdesk."""

REOPEN = "reopen"
"""The step that waits for the reason for reopening; with `:type` it waits for the type."""

_TYPE = "type"
_WORD = re.compile(r"\W*(\w+)\W*(.*)", re.DOTALL)
_BUTTONS_A_ROW = 3


def order_replied_to(context: Context) -> int | None:
    """Return the order of the message that this one replies to, sent by the bot or by a person."""
    incoming, uow = context.incoming, context.uow
    if incoming.reply_to is None:
        return None
    return uow.outbox.order_of(incoming.chat_id, incoming.reply_to) or uow.inbox.order_of(
        incoming.chat_id, incoming.reply_to
    )


def pressed_order(context: Context, order_id: int, *stages: Stage) -> Order | Handled:
    """Return a button's order, if it is this person's and at one of the stages; else send and return the refusal."""
    try:
        order = context.uow.orders.get(order_id)
    except NotFound as error:
        return context.refuse(context.words("press.foreign"), error.code)
    if order.deleted_at or not is_own(order, context.somebody):
        return context.refuse(_whose(context, order), "not_permitted")
    if stages and order.phase.stage not in stages:
        return changed_meanwhile(context, order_id)
    return order


def _whose(context: Context, order: Order) -> str:
    """Say whose button it is, only in the chat that the order came from: there everybody has read the name."""
    here = order.origin is not None and order.origin.chat_id == context.incoming.chat_id
    owner = context.uow.people.by_code(order.data.technician.value) if here and order.deleted_at is None else None
    return context.words("press.of_other", name=owner.name) if owner else context.words("press.foreign")


def changed_meanwhile(context: Context, order_id: int) -> Handled:
    """Refuse a button that no longer fits the order's state."""
    row = context.uow.order_queries.row(order_id)
    if row is None:
        raise RuntimeError("the order is not there")
    text = context.words("press.changed", number=row.number, state=state_words(context, row))
    return context.refuse(text, "order.forbidden_move", order_id)


def join(context: Context, order_id: int, text: str, *, answer: str = "join.done") -> Handled:
    """Add texts and files to an order and confirm it, once for an album."""
    incoming, uow = context.incoming, context.uow
    first = incoming.attachments[0] if incoming.attachments else None
    photo = first.file_id if first and first.is_photo else ""
    names = [f"📎 {storable(file.name) or file.kind}" for file in incoming.attachments if not file.is_photo]
    album = incoming.album if incoming.kind is IncomingKind.MESSAGE else None
    album_confirmed = album is not None and uow.inbox.order_of_album(incoming.chat_id, album) == order_id
    try:
        order = join_message(
            uow,
            order_id,
            context.somebody,
            context.now,
            text="\n".join(filter(None, [text, *names])),
            chat_id=incoming.chat_id,
            message_id=incoming.message_id,
            photo=photo,
        )
    except OrderArchived as error:
        return context.refuse(context.words.error(error), error.code, order_id)
    except DomainError as error:
        return context.refuse(context.words("press.foreign"), error.code)
    store_own_files(context, order_id)
    if not album_confirmed:
        said = context.words(answer, number=order.number)
        context.reply(f"{headline(context, order)}\n{said}" if answer == "join.done" else said, order_id=order.id)
    return Handled(Outcome.JOINED, "photo" if photo else "file" if names else "words", order.id)


def joined_words(context: Context, order_id: int, message_id: int) -> str | None:
    """Return the text that a message of this chat last joined to an order; None when it did not join."""
    said = None
    for entry in context.uow.journal.of_order(order_id):
        event = entry.event
        if isinstance(event, MessageJoined) and event.chat_id == context.incoming.chat_id:
            said = event.text if event.message_id == message_id else said
    return said


def begin_question(context: Context, order_id: int) -> Handled:
    """Ask for the person's text to the helpdesk about an order."""
    order = pressed_order(context, order_id)
    if isinstance(order, Handled):
        return order
    if not context.just_opened(ASK, **{ORDER: str(order_id)}):
        context.open_dialogue(ASK, {ORDER: str(order_id)})
        question = context.words("ask.ask", number=order.number)
        context.reply(asking(context, question), order_id=order_id)
    return Handled(Outcome.DIALOGUE, ASK, order_id)


def take_question(context: Context, text: str) -> Handled:
    """Join the text to the order of the question."""
    if context.dialogue is None:
        raise RuntimeError("no dialogue to answer in")
    order_id = int(context.dialogue.data[ORDER])
    context.close_dialogue()
    return join(context, order_id, text)


def begin_reopening(context: Context, order_id: int, wanted: str) -> Handled:
    """Ask for the new type of a completed order, unless it is known, and then for the reason."""
    order = pressed_order(context, order_id, Stage.COMPLETED)
    if isinstance(order, Handled):
        return order
    if wanted in _types(context):
        return _ask_reason(context, order, {_TYPE: wanted})
    if not context.just_opened(f"{REOPEN}:{_TYPE}", **{ORDER: str(order_id)}):
        words, same = context.words, order.data.type
        token = context.open_dialogue(f"{REOPEN}:{_TYPE}", {ORDER: str(order_id)})
        others = [Button(code, f"d:{token}:v{code}") for code in _types(context) if code != same]
        rows = [others[start : start + _BUTTONS_A_ROW] for start in range(0, len(others), _BUTTONS_A_ROW)]
        first = [Button(words("button.same_type", type=same), f"d:{token}:v{same}")]
        question = words("reopen.ask_type", number=order.number)
        context.reply(asking(context, question), [first, *rows], order_id=order_id)
    return Handled(Outcome.DIALOGUE, REOPEN, order_id)


def press_reopening(context: Context, action: str) -> Handled | None:
    """Take the pressed type; return None for actions of other questions."""
    dialogue = context.dialogue
    if dialogue is None or dialogue.step != f"{REOPEN}:{_TYPE}" or not action.startswith("v"):
        return None
    order = pressed_order(context, int(dialogue.data[ORDER]), Stage.COMPLETED)
    if isinstance(order, Handled):
        return order
    return _ask_reason(context, order, {_TYPE: action[1:], FILES: dialogue.data.get(FILES, "")})


def take_reopening(context: Context, text: str) -> Handled:
    """Take the reason, after the type if that is still open. The helpdesk gets both as a text on the order."""
    dialogue = context.dialogue
    if dialogue is None:
        raise RuntimeError("no dialogue to answer in")
    data = dict(dialogue.data)
    keep_files(context, data)
    order = pressed_order(context, int(data[ORDER]), Stage.COMPLETED)
    if isinstance(order, Handled):
        context.close_dialogue()
        return order
    if not data.get(_TYPE):
        data[_TYPE] = order.data.type
        named = _WORD.match(text)
        if named and named[1].upper() in _types(context):
            data[_TYPE], text = named[1].upper(), named[2]
    if not text:
        return _ask_reason(context, order, data)
    context.close_dialogue()
    store_files(context, order.id, data)
    return join(context, order.id, context.words("reopen.wish", type=data[_TYPE], text=text), answer="reopen.done")


def _ask_reason(context: Context, order: Order, data: Mapping[str, str]) -> Handled:
    if not context.just_opened(REOPEN, **{ORDER: str(order.id)}):
        context.open_dialogue(REOPEN, {**data, ORDER: str(order.id)})
        question = context.words("reopen.ask", number=order.number, type=data[_TYPE])
        context.reply(asking(context, question), order_id=order.id)
    return Handled(Outcome.DIALOGUE, REOPEN, order.id)


def _types(context: Context) -> list[str]:
    return [row.code for row in context.uow.catalogue.order_types() if row.active]
