"""Correct an existing order by a button: show its data, then take the changes."""

from sikpro.application.conversation.attachments import store_own_files
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.conversation.groups import asking
from sikpro.application.conversation.joining import join, pressed_order
from sikpro.application.conversation.order_entry import enter_request
from sikpro.application.conversation.questions import ORDER
from sikpro.application.conversation.reader.parse_message import parse_message
from sikpro.application.conversation.reader.readings import resembles
from sikpro.application.fields import FIELDS
from sikpro.application.ports.inbox import Outcome
from sikpro.application.use_cases.orders.understand_request import typed_again
from sikpro.domain.phase import Stage

FIX = "fix"
"""The step that waits for corrected data."""


def begin_correction(context: Context, order_id: int) -> Handled:
    """Show the data of an order that is held up or waiting, and ask for the changes."""
    order = pressed_order(context, order_id, Stage.HELD_UP, Stage.WAITING)
    if isinstance(order, Handled):
        return order
    if not context.just_opened(FIX, **{ORDER: str(order_id)}):
        words, data = context.words, typed_again(order.data)
        context.open_dialogue(FIX, {**data, ORDER: str(order_id)})
        shown = "\n".join(f"{words(f'field.{name}')}: {text}" for name, text in data.items() if text)
        question = words("correct.ask", number=order.number, data=shown)
        context.reply(asking(context, question), order_id=order_id)
    return Handled(Outcome.DIALOGUE, FIX, order_id)


def take_correction(context: Context, text: str) -> Handled:
    """Read the changes and correct the order with them. A photo alone joins the order; the question stays open."""
    dialogue = context.dialogue
    if dialogue is None:
        raise RuntimeError("no dialogue to answer in")
    order_id = int(dialogue.data[ORDER])
    if not text:
        return join(context, order_id, "", answer="correct.photo")
    parsed = parse_message(text, context.known())
    changes = dict(parsed.fields)
    if not parsed.values:
        meant = resembles(text, [field.name for field in FIELDS if field.required])
        if meant is None:
            context.reply(context.words("correct.not_understood"))
            return Handled(Outcome.DIALOGUE, FIX, order_id)
        changes = {meant: text}
    store_own_files(context, order_id)
    return enter_request(context, {**dialogue.data, **changes})
