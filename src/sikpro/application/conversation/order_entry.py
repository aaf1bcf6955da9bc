"""A request in the chat, in one message or field by field. Only a wrong field is asked for again."""

from collections.abc import Iterator, Mapping

from sikpro.application.conversation.attachments import ALBUMS, FILES, PHOTO, keep_files, store_files
from sikpro.application.conversation.cards import change_lines, stored_card
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.conversation.duplicates import refuse_as_duplicate
from sikpro.application.conversation.groups import asking
from sikpro.application.conversation.questions import (
    ORDER,
    SKIPPED,
    STEP,
    STEPWISE,
    Asker,
    field_errors,
    first_to_ask,
    may_be_skipped,
)
from sikpro.application.conversation.reader.parse_message import Parsed, parse_message
from sikpro.application.fields import BY_NAME
from sikpro.application.ports.inbox import Outcome
from sikpro.application.use_cases.messages.notify_technician import order_buttons
from sikpro.application.use_cases.orders.own_order import correct_order, join_message, owns
from sikpro.application.use_cases.orders.register_order import register_order, standing_order
from sikpro.application.use_cases.orders.understand_request import CONFIRMED, understand_request
from sikpro.domain.errors import AlreadyTaken, DomainError, DuplicateOrder, InvalidValue
from sikpro.domain.order import Order
from sikpro.domain.order_data import Channel, Origin
from sikpro.domain.people import Permission
from sikpro.domain.text import compact
from sikpro.domain.values import RegistrationNumber

MESSAGE = "message_id"
"""In the dialogue's data: the message that began it. Feedback will reply to it."""

SINCE = "since"
"""In the dialogue's data: the time when it began, ISO 8601."""

_ENOUGH_TO_SHOW = 2

_AN_ORDER = 3
"""A note with this many values, its number among them, is another order."""


def begin_request(context: Context, typed: Mapping[str, str]) -> Handled:
    """Start a new request from a message, and end an open draft.

    If the chat asked about a photo, or this message began the draft, the files move to the new request. A further order
    in the same message gets a reply that it was not registered. Raises `NotPermitted`.
    """
    context.somebody.must(Permission.REGISTER)
    if context.just_opened(f"{STEP}:type"):
        return Handled(Outcome.DIALOGUE, f"{STEP}.type")
    kept = {}
    if context.dialogue:
        before = context.dialogue.data
        photo_offered = context.dialogue.step == PHOTO and not typed
        if photo_offered or before.get(MESSAGE) == str(context.incoming.message_id):
            kept = {name: before[name] for name in (FILES, ALBUMS) if name in before}
    context.close_dialogue()
    handled = enter_request(context, {**typed, **kept}, shown=len(typed) >= _ENOUGH_TO_SHOW)
    mention_others(context, typed)
    return handled


def mention_others(context: Context, typed: Mapping[str, str]) -> None:
    """Reply for each further order in a message that it was not registered: one message is one order."""
    named = compact(typed.get("registration_number", ""))
    for number in dict.fromkeys(_others_in(context, Parsed(dict(typed)).rest)):
        if number != named:
            context.reply(context.words("entry.one_order", number=number))


def enter_request(context: Context, typed: Mapping[str, str], *, shown: bool = False, before: str = "") -> Handled:
    """Register the typed values, or ask for the first field that is missing or wrong.

    The sender's own technician code replaces a missing one. With `shown`, the question lists the values understood.
    `before` is a line in front of the question.
    """
    data = {name: text for name, text in typed.items() if text}
    keep_files(context, data)
    if context.incoming.press_id is None:
        data.setdefault(MESSAGE, str(context.incoming.message_id or ""))
    data.setdefault(SINCE, context.now.isoformat())
    if ORDER not in data:
        double = _early_duplicate(context, data)
        if double:
            return double
    own = context.somebody.technician_code
    if own and not data.get("technician"):
        data["technician"] = own
    errors = field_errors(context.uow, data)
    if any(error.code == "field.missing" for error in errors.values()):
        data[STEPWISE] = "1"
    if errors:
        name = first_to_ask(errors)
        token = context.open_dialogue(f"{STEP}:{name}", data, goes_on=True)
        question = asker(context, data, token).about(name, errors, shown=shown)
        text = f"{before}\n{question.text}" if before else question.text
        context.reply(asking(context, text), question.buttons)
        return Handled(Outcome.DIALOGUE, f"{STEP}.{name}")
    return _correct(context, data) if ORDER in data else _register(context, data)


def answer_field(context: Context, text: str) -> Handled:
    """Take the answer to the open question: a value for its field, or values that clearly fit other fields."""
    dialogue = context.dialogue
    if dialogue is None:
        raise RuntimeError("no dialogue to answer in")
    _, _, name = dialogue.step.partition(":")
    parsed = parse_message(text, context.known())
    if may_be_skipped(name) and compact(text) == compact(context.words("button.skip")):
        return _skip(context, dialogue.data, name)
    given = {name: text}
    if name in parsed.fields or (parsed.values and not parsed.rest):
        given = dict(parsed.fields)
    elif name == "registration_number" and compact(text).isdecimal():
        given = {name: "SC" + compact(text)}
    data = {**dialogue.data, **given}
    if not given.keys().isdisjoint({"sto", "odp"}):
        data.pop(CONFIRMED, None)
    return enter_request(context, data)


def press_in_dialogue(context: Context, action: str) -> Handled | None:
    """Handle a press under the open question; return None for other actions.

    Actions: `v…` a value, `s…` another STO, `t` type again, `k` skip, `c` keep as it is, `x` leave.
    """
    dialogue = context.dialogue
    if dialogue is None:
        return None
    _, _, name = dialogue.step.partition(":")
    data = dict(dialogue.data)
    if action == "x":
        return leave_dialogue(context)
    if name not in BY_NAME:
        return None
    if action == "t":
        data.pop(name, None)
        token = context.open_dialogue(dialogue.step, data, goes_on=True)
        question = asker(context, data, token).again(name)
        context.reply(asking(context, question.text), question.buttons)
        return Handled(Outcome.DIALOGUE, f"{STEP}.{name}")
    if action == "k" and may_be_skipped(name):
        return _skip(context, data, name)
    if action == "c":
        data[CONFIRMED] = f"{data.get(CONFIRMED, '')} {name}.other_sto".strip()
    elif action.startswith("s"):
        data["sto"] = action[1:]
    elif action.startswith("v"):
        data[name] = action[1:]
    else:
        return None
    return enter_request(context, data)


def _skip(context: Context, data: Mapping[str, str], name: str) -> Handled:
    """Leave an optional field empty, and continue."""
    skipped = f"{data.get(SKIPPED, '')} {name}".strip()
    return enter_request(context, {**data, name: "", SKIPPED: skipped})


def leave_dialogue(context: Context) -> Handled:
    """End the dialogue; nothing is saved."""
    left = "batal.left_order" if context.dialogue and ORDER in context.dialogue.data else "batal.left"
    context.close_dialogue()
    context.reply(context.words(left))
    return Handled(Outcome.COMMAND, "batal")


def asker(context: Context, data: Mapping[str, str], token: str) -> Asker:
    """Return the `Asker` for this person's draft."""
    return Asker(uow=context.uow, words=context.words, person=context.somebody, data=data, token=token)


def _early_duplicate(context: Context, data: Mapping[str, str]) -> Handled | None:
    """Refuse a duplicate as soon as the number is known, before asking for other fields."""
    try:
        number = RegistrationNumber.parse(data.get("registration_number", "")).value
    except InvalidValue:
        return None
    existing = standing_order(context.uow, number, compact(data.get("type", "")))
    return refuse_as_duplicate(context, existing.id, data) if existing else None


def _others_in(context: Context, words: str) -> Iterator[str]:
    """Yield the numbers of further orders in a message after the first. A number alone is only a mention."""
    while words:
        parsed = parse_message(words, context.known())
        if "registration_number" in parsed.fields and parsed.values >= _AN_ORDER:
            yield compact(parsed.fields["registration_number"])
        elif not parsed.values:
            return
        words = parsed.rest if len(parsed.rest) < len(words) else ""


def _register(context: Context, data: Mapping[str, str]) -> Handled:
    incoming = context.incoming
    message_id = int(data[MESSAGE]) if data.get(MESSAGE) else incoming.message_id
    try:
        with context.uow.savepoint():
            registered = register_order(
                context.uow,
                data,
                context.now,
                sender=context.somebody,
                channel=Channel.TELEGRAM,
                origin=Origin(incoming.chat_id, message_id),
                received_at=context.received_at,
            )
    except DuplicateOrder as double:
        return refuse_as_duplicate(context, double.order_id, data)
    context.close_dialogue()
    order = registered.order
    store_files(context, order.id, data)
    row = context.uow.order_queries.row(order.id)
    if row is None:
        raise RuntimeError("the order just stored is not there")
    buttons = order_buttons(order.phase, order.turn, order.id, context.words)
    text = stored_card(context, row, registered.place)
    context.reply(text, buttons, order_id=order.id, reply_to=message_id, noticed=True)
    return Handled(Outcome.ORDER, "registered", order.id)


def _correct(context: Context, data: Mapping[str, str]) -> Handled:
    order_id = int(data[ORDER])
    typed = {name: text for name, text in data.items() if name in BY_NAME or name == CONFIRMED}
    context.close_dialogue()
    standing = context.uow.orders.get(order_id)
    before = standing.data
    if owns(standing, context.somebody) and not standing.deleted_at:
        # Keep the photo even if the data are refused: the person was already told that it is kept.
        store_files(context, order_id, data)
    try:
        with context.uow.savepoint():
            order = correct_order(context.uow, order_id, typed, context.somebody, context.now)
    except DuplicateOrder as double:
        return refuse_as_duplicate(context, double.order_id, data)
    except AlreadyTaken:
        return _pass_on(context, standing, typed)
    except DomainError as error:
        return context.refuse(context.words.error(error), error.code, order_id)
    place = context.uow.order_queries.place_in_queue(order.received_at, order.id)
    lines = [context.words("correct.done", number=order.number, place=place)]
    lines += change_lines(context.words, before.differences(order.data))
    buttons = order_buttons(order.phase, order.turn, order.id, context.words)
    context.reply("\n".join(lines), buttons, order_id=order.id)
    return Handled(Outcome.CHANGE, "corrected", order.id)


def _pass_on(context: Context, order: Order, typed: Mapping[str, str]) -> Handled:
    """If a helpdesk took the order meanwhile, join the corrected data to it as a text, so that they are not lost."""
    incoming, words = context.incoming, context.words
    changes = change_lines(words, order.data.differences(understand_request(context.uow, typed)))
    join_message(
        context.uow,
        order.id,
        context.somebody,
        context.now,
        text="\n".join(changes),
        chat_id=incoming.chat_id,
        message_id=incoming.message_id,
    )
    context.reply("\n".join([words("correct.passed_on", number=order.number), *changes]), order_id=order.id)
    return Handled(Outcome.JOINED, "words", order.id)
