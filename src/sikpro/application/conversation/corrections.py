"""Correct an existing order: show its data and take the changes, or put right one field that was read wrong."""

from collections.abc import Mapping

from sikpro.application.conversation.attachments import store_own_files
from sikpro.application.conversation.cards import read_lines
from sikpro.application.conversation.changes import CHANGE, begun, offer
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.conversation.doubts import data_of, settled, with_note
from sikpro.application.conversation.groups import asking
from sikpro.application.conversation.joining import join, pressed_order
from sikpro.application.conversation.order_entry import ask, asker, enter_request
from sikpro.application.conversation.questions import ORDER, STEP
from sikpro.application.conversation.reader.read_message import is_polite, read_order
from sikpro.application.fields import BY_NAME, FIELDS, REST
from sikpro.application.ports.chat import Button
from sikpro.application.ports.inbox import Outcome
from sikpro.application.use_cases.messages.notify_technician import WRONG
from sikpro.application.use_cases.orders.understand_request import typed_again
from sikpro.domain.order import Order
from sikpro.domain.phase import Stage

FIX = "fix"
"""The step that waits for corrected data."""

_BUTTONS_A_ROW = 2


def begin_correction(context: Context, order_id: int) -> Handled:
    """Show the data of an order that is held up or waiting, and ask for the changes."""
    order = pressed_order(context, order_id, Stage.HELD_UP, Stage.WAITING)
    if isinstance(order, Handled):
        return order
    if not context.just_opened(FIX, **{ORDER: str(order_id)}):
        words, data = context.words, typed_again(order.data)
        context.open_dialogue(FIX, begun(order))
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
    changes = data_of(read_order(text, context.known()))
    said = changes.pop(REST, "")
    if not changes:
        context.reply(context.words("correct.not_understood"))
        return Handled(Outcome.DIALOGUE, FIX, order_id)
    store_own_files(context, order_id)
    kept = {name: value for name, value in dialogue.data.items() if f"doubt:{name}" not in changes}
    context.close_dialogue()
    return enter_request(context, with_note({**kept, **changes}, "" if is_polite(said) else said))


def show_fields(context: Context, order_id: int) -> Handled:
    """Show what an order holds, with a button for each field: one of them was read wrong."""
    order = pressed_order(context, order_id)
    if isinstance(order, Handled):
        return order
    words = context.words
    buttons = [
        Button(words(f"field.{field.name}"), f"{WRONG}:{order_id}:{field.name}")
        for field in FIELDS
        if field.required or order.data.texts.get(field.name)
    ]
    rows = [buttons[start : start + _BUTTONS_A_ROW] for start in range(0, len(buttons), _BUTTONS_A_ROW)]
    lines = [words("wrong.ask", number=order.number), *read_lines(context, order)]
    context.reply("\n".join(lines), rows, order_id=order_id)
    return Handled(Outcome.DIALOGUE, WRONG, order_id)


def ask_field(context: Context, order_id: int, name: str) -> Handled | None:
    """Ask for the right value of one field of an order; return None for no field."""
    if name not in BY_NAME:
        return None
    order = pressed_order(context, order_id, Stage.WAITING, Stage.HELD_UP, Stage.IN_PROGRESS)
    if isinstance(order, Handled):
        return order
    step, data = f"{STEP}:{name}", settled(begun(order), name, "")
    if not context.just_opened(step, **{ORDER: str(order_id)}):
        for draft in context.dialogues:
            if draft.draft and draft.data.get(ORDER) == str(order_id):
                context.turn_to(draft)
                context.close_dialogue()
        context.turn_to(None)
        token = context.open_draft(step, data)
        question = asker(context, data, token).again(name)
        ask(context, question.text, question.buttons)
    return Handled(Outcome.DIALOGUE, WRONG, order_id)


def offer_change(context: Context, order: Order, changes: Mapping[str, str], *, head: str = "") -> None:
    """Offer the changes that somebody's words or photo ask for, with what the order holds now."""
    context.reply(*offer(context, order, changes, head), order_id=order.id)


def press_change(context: Context, action: str) -> Handled | None:
    """Make the offered change, or leave it; return None for actions of other questions."""
    dialogue = context.dialogue
    if dialogue is None or dialogue.step != CHANGE or action not in {"y", "n"}:
        return None
    order_id = int(dialogue.data[ORDER])
    context.close_dialogue()
    if action == "y":
        return enter_request(context, dialogue.data)
    if context.incoming.press_id:
        context.answer_press(context.words("correct.left"))
    else:
        context.reply(context.words("correct.left"))
    return Handled(Outcome.DIALOGUE, CHANGE, order_id)
