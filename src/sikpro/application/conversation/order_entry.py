"""A request in the chat, in one message or field by field. Only what is wrong or missing is asked for."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sikpro.application.conversation.attachments import (
    ALBUMS,
    FILES,
    PHOTO,
    PLACE,
    keep_files,
    store_files,
    store_place,
)
from sikpro.application.conversation.cards import change_lines, disturbance_lines, receipt
from sikpro.application.conversation.changes import present
from sikpro.application.conversation.context import Context, Handled, Rows
from sikpro.application.conversation.doubts import data_of, doubtful, doubts_in, settled
from sikpro.application.conversation.duplicates import refuse_as_duplicate
from sikpro.application.conversation.groups import asking
from sikpro.application.conversation.questions import (
    ORDER,
    PRESS_AGAIN,
    PRESS_KEEP,
    PRESS_LEAVE,
    PRESS_SKIP,
    PRESS_STO,
    PRESS_VALUE,
    SKIPPED,
    STEP,
    STEPWISE,
    Asker,
    field_errors,
    first_to_ask,
    may_be_skipped,
)
from sikpro.application.conversation.reader.decide import OrderReading
from sikpro.application.fields import BY_NAME
from sikpro.application.ports.conversations import Conversation
from sikpro.application.ports.inbox import Outcome
from sikpro.application.use_cases.catalogue.typed_values import number_typed
from sikpro.application.use_cases.messages.notify_technician import order_buttons, receipt_buttons
from sikpro.application.use_cases.orders.own_order import correct_order, is_own, join_message, owns
from sikpro.application.use_cases.orders.register_order import register_order, standing_order
from sikpro.application.use_cases.orders.understand_request import CONFIRMED, parsed_field, understand_request
from sikpro.domain.errors import AlreadyTaken, DomainError, DuplicateOrder, InvalidValue
from sikpro.domain.order import Order
from sikpro.domain.order_data import Channel, Origin
from sikpro.domain.people import Permission
from sikpro.domain.text import compact

MESSAGE = "message_id"
"""In the dialogue's data: the message that began it. Feedback will reply to it."""

SINCE = "since"
"""In the dialogue's data: the time when it began, ISO 8601."""

RECEIVED = "received_at"
"""In the dialogue's data: the time of the order's first message, ISO 8601. Questions cost no place in the queue."""

CARDS = "cards"
"""In the dialogue's data: the outbox ids of its cards, separated by blanks. A reply to one answers this draft."""

_ENOUGH_TO_SHOW = 2


def begin_requests(context: Context, readings: Sequence[OrderReading]) -> Handled:
    """Start a request for each order that was read in a message; other drafts stay open.

    A draft of the same number, one that an earlier version of this message began, or one that was hardly begun, ends;
    its files and its place go to the first of these. Raises `NotPermitted`.
    """
    context.somebody.must(Permission.REGISTER)
    kept: dict[str, str] = {}
    message = str(context.incoming.message_id)
    numbers = {reading.certain.get("registration_number", "-") for reading in readings}
    for draft in context.dialogues:
        again = draft.data.get(MESSAGE) == message and context.incoming.press_id is None
        again = again or (ORDER not in draft.data and draft.data.get("registration_number") in numbers)
        if draft.draft and (again or not _is_begun(draft.data)):
            kept |= {name: draft.data[name] for name in (FILES, ALBUMS, PLACE, RECEIVED, SINCE) if name in draft.data}
            context.turn_to(draft)
            context.close_dialogue()
    results = []
    for reading in readings:
        context.turn_to(None)
        data = data_of(reading)
        results.append(enter_request(context, {**data, **kept}, shown=len(data) >= _ENOUGH_TO_SHOW))
        kept = {}
    return next((handled for handled in results if handled.outcome is Outcome.ORDER), results[-1])


def _is_begun(data: Mapping[str, str]) -> bool:
    """Whether a draft holds more than a type or a technician: it is an order that must not be given up."""
    said = {name for name in (*data, *doubts_in(data)) if name in BY_NAME} - {"technician", "type"}
    return ORDER in data or bool(said)


def begin_step_by_step(context: Context, number: str = "") -> Handled:
    """Ask for the first field of a new order, whose number may be known. Raises `NotPermitted`."""
    context.somebody.must(Permission.REGISTER)
    if context.just_opened(f"{STEP}:type"):
        return Handled(Outcome.DIALOGUE, f"{STEP}.type")
    kept: dict[str, str] = {}
    known = {"registration_number": number} if number else kept
    photo = next((one for one in context.dialogues if one.step == PHOTO), None)
    if photo:
        kept = {name: text for name, text in photo.data.items() if name in {FILES, ALBUMS, *BY_NAME}}
        for name, doubt in doubts_in(photo.data).items():
            kept |= doubtful(name, doubt.written, doubt.readings)
        context.turn_to(photo)
        context.close_dialogue()
    for draft in context.dialogues:
        same = number and ORDER not in draft.data and draft.data.get("registration_number") == number
        if draft.draft and (same or not _is_begun(draft.data)):
            context.turn_to(draft)
            context.close_dialogue()
    context.turn_to(None)
    return enter_request(context, {**kept, **known}, shown=bool(number) or any(name in BY_NAME for name in kept))


def enter_request(context: Context, typed: Mapping[str, str], *, shown: bool = False, before: str = "") -> Handled:
    """Register the typed values, or ask on one card for all that is wrong, or for the first that is missing.

    The sender's own technician code is taken when nothing was said about the technician. With `shown`, the card lists
    the values understood. `before` is a line in front of the question.
    """
    data = {name: text for name, text in typed.items() if text}
    keep_files(context, data)
    if context.incoming.press_id is None:
        data.setdefault(MESSAGE, str(context.incoming.message_id or ""))
        data.setdefault(RECEIVED, context.received_at.isoformat())
    data.setdefault(SINCE, context.received_at.isoformat())
    if ORDER not in data:
        double = _early_duplicate(context, data)
        if double:
            return double
    own = context.somebody.technician_code
    if own and not data.get("technician") and "technician" not in doubts_in(data):
        data["technician"] = own
    errors = field_errors(context.uow, data)
    if any(error.code == "field.missing" for error in errors.values()):
        data[STEPWISE] = "1"
    if errors:
        name = first_to_ask(errors)
        token = context.open_draft(f"{STEP}:{name}", data, goes_on=True)
        several = sum(bool(one.draft) for one in context.dialogues) > 1
        question = asker(context, data, token).card(errors, shown=shown or several)
        text = f"{before}\n{question.text}" if before else question.text
        ask(context, text, question.buttons)
        return Handled(Outcome.DIALOGUE, f"{STEP}.{name}")
    return _correct(context, data) if ORDER in data else _register(context, data)


def ask(context: Context, text: str, buttons: Rows) -> None:
    """Send a draft's card, and note that it is this draft's."""
    card = context.reply(asking(context, text), buttons)
    dialogue = context.dialogue
    if dialogue is None:
        raise RuntimeError("no draft to ask about")
    cards = f"{dialogue.data.get(CARDS, '')} {card}".split()[-_MOST_CARDS:]
    context.open_draft(dialogue.step, {**dialogue.data, CARDS: " ".join(cards)}, goes_on=True)


def press_in_draft(context: Context, action: str) -> Handled | None:
    """Handle a press on a draft's card; return None for what is no action of a card."""
    dialogue = context.dialogue
    if dialogue is None or not dialogue.draft:
        return None
    if action == PRESS_LEAVE:
        return leave_dialogue(context)
    name = next((name for name in BY_NAME if action.startswith(name) and action[len(name) :][:1] in _ACTIONS), "")
    if not name:
        return None
    data, verb, value = dict(dialogue.data), action[len(name)], action[len(name) + 1 :]
    if verb == PRESS_AGAIN:
        data = settled(data, name, "")
        token = context.open_draft(f"{STEP}:{name}", data, goes_on=True)
        question = asker(context, data, token).again(name)
        ask(context, question.text, question.buttons)
        return Handled(Outcome.DIALOGUE, f"{STEP}.{name}")
    if verb == PRESS_SKIP:
        return skip_field(context, data, name) if may_be_skipped(name) else None
    if verb == PRESS_KEEP:
        return enter_request(context, {**data, CONFIRMED: f"{data.get(CONFIRMED, '')} {name}.other_sto".strip()})
    if verb == PRESS_STO:
        return enter_request(context, settled(data, "sto", value))
    after = settled(data, name, value)
    if after == data:
        return Handled(Outcome.DIALOGUE, dialogue.step.replace(":", "."))
    return enter_request(context, after)


_ACTIONS = {PRESS_VALUE, PRESS_STO, PRESS_AGAIN, PRESS_SKIP, PRESS_KEEP}
_MOST_CARDS = 20


def skip_field(context: Context, data: Mapping[str, str], name: str) -> Handled:
    """Leave an optional field empty, and continue."""
    skipped = f"{data.get(SKIPPED, '')} {name}".strip()
    return enter_request(context, {**settled(data, name, ""), SKIPPED: skipped})


def leave_dialogue(context: Context) -> Handled:
    """End the dialogue; nothing is saved. Another unfinished order stays open, and is named."""
    dialogue = context.dialogue
    left = "batal.left_order" if dialogue and ORDER in dialogue.data else "batal.left"
    context.close_dialogue()
    lines = [context.words(left)]
    others = [one for one in context.dialogues if one.draft]
    if others:
        names = ", ".join(draft_name(context, one) for one in others)
        lines.append(context.words("batal.others", names=names))
    context.reply("\n".join(lines))
    return Handled(Outcome.COMMAND, "batal")


def draft_name(context: Context, draft: Conversation) -> str:
    """Return what people call an unfinished order: its number, or what it has."""
    data, wrong = draft.data, field_errors(context.uow, draft.data)
    names = [name for name in ("registration_number", "type", "sto", "serial") if data.get(name) and name not in wrong]
    known = [str(parsed_field(context.uow, name, data)) for name in names]
    return " · ".join(known[:2]) or context.words("entry.no_number")


def doubt_lines(context: Context, data: Mapping[str, str]) -> list[str]:
    """Return what is doubtful in a draft's data, one line for each field."""
    return asker(context, data, "").doubt_lines(doubts_in(data))


def asker(context: Context, data: Mapping[str, str], token: str) -> Asker:
    """Return the `Asker` for this person's draft."""
    return Asker(uow=context.uow, words=context.words, person=context.somebody, data=data, token=token)


def _early_duplicate(context: Context, data: Mapping[str, str]) -> Handled | None:
    """Refuse a duplicate as soon as the number is known, before asking for other fields."""
    try:
        number = number_typed(context.uow, data.get("registration_number", "")).value
    except InvalidValue:
        return None
    existing = standing_order(context.uow, number, compact(data.get("type", "")))
    if existing is None:
        return None
    draft = context.dialogue
    typed_late = draft is not None and bool(draft.draft) and not draft.data.get("registration_number")
    if draft is None or not typed_late or is_own(existing, context.somebody) or not _is_begun(draft.data):
        return refuse_as_duplicate(context, existing.id, data)
    context.turn_to(None)
    handled = refuse_as_duplicate(context, existing.id, data)
    context.turn_to(draft)
    enter_request(context, settled(data, "registration_number", ""), shown=True)
    return handled


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
                received_at=datetime.fromisoformat(data[RECEIVED]) if RECEIVED in data else context.received_at,
            )
    except DuplicateOrder as double:
        return refuse_as_duplicate(context, double.order_id, data)
    context.close_dialogue()
    order = registered.order
    store_files(context, order.id, data)
    store_place(context, order.id, data)
    lines = [receipt(context, order, registered.place), *disturbance_lines(context, registered.disturbances)]
    context.reply(
        "\n".join(lines),
        receipt_buttons(order.id, context.words),
        order_id=order.id,
        reply_to=message_id,
        noticed=True,
    )
    return Handled(Outcome.ORDER, "registered", order.id)


def _correct(context: Context, data: Mapping[str, str]) -> Handled:
    order_id = int(data[ORDER])
    context.close_dialogue()
    standing = context.uow.orders.get(order_id)
    typed = present(standing, data)
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
