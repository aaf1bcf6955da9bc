"""A message edited by its sender: it corrects its order while nobody has that, and the bot confirms it."""

from collections.abc import Callable, Mapping, Sequence

from sikpro.application.conversation.attachments import store_own_files
from sikpro.application.conversation.cards import change_lines, state_card
from sikpro.application.conversation.changes import CHANGE, differing
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.conversation.corrections import offer_change
from sikpro.application.conversation.doubts import data_of
from sikpro.application.conversation.joining import join, joined_words
from sikpro.application.conversation.order_entry import begin_requests, doubt_lines
from sikpro.application.conversation.photos import order_of_photo
from sikpro.application.conversation.questions import DOUBT, ORDER
from sikpro.application.conversation.reader.decide import OrderReading
from sikpro.application.conversation.reader.read_message import numbers_in, read_message, read_order
from sikpro.application.fields import FIELDS, REST
from sikpro.application.ports.inbox import Outcome
from sikpro.application.use_cases.messages.notify_technician import order_buttons
from sikpro.application.use_cases.orders.own_order import correct_order, owns
from sikpro.application.use_cases.orders.understand_request import CONFIRMED, typed_again, understand_request
from sikpro.domain.errors import DomainError, DuplicateOrder, InvalidFields
from sikpro.domain.order import Order
from sikpro.domain.order_data import Origin
from sikpro.domain.phase import Turn

_WHOLE = 5
"""A message with this many values has the whole order, so texts that are no longer in it are removed."""

_WORDS = [field.name for field in FIELDS if not field.required]


def take_edit(context: Context, text: str, is_command: bool, read: Callable[[], Handled]) -> Handled:
    """Handle an edited message by the result of its first version.

    `text` is the new text without `/reg`. `read` handles it as a new message, if it has made no order.
    """
    incoming = context.incoming
    message_id = incoming.message_id or 0
    order = _order_of(context, message_id)
    if order is None or is_command:
        return read()
    made_it = order.origin == Origin(incoming.chat_id, message_id)
    if not owns(order, context.somebody) or (made_it and order.sender != context.somebody.id):
        return Handled(Outcome.IGNORED, "edit.foreign") if made_it else read()
    reading = read_message(text, context.known())
    several = reading.orders
    made = _made_here(context, several[0]) if several else None
    if made_it and (len(several) > 1 or (made is not None and made.id != order.id)):
        return _of_several(context, text, several)
    parsed = read_order(text, context.known())
    if made_it:
        return _of_origin(context, order, text, parsed)
    said = joined_words(context, order.id, message_id)
    if said is not None:
        named = next((number for number in numbers_in(text, context.known()) if number != order.number), "")
        if named and context.uow.orders.find(named):
            return read()
        handled = _join_again(context, order, text, said, answer="join.done")
        if handled.outcome is Outcome.JOINED:
            _offer_again(context, order, parsed)
        return handled
    number_alone = parsed.values == 1 and "registration_number" in parsed.certain
    if parsed.is_request or number_alone or not parsed.values or not _correctable(order):
        return read()
    return _correct(context, order, parsed, _says_now(parsed))


def _offer_again(context: Context, order: Order, parsed: OrderReading) -> None:
    """Offer the change that the edited words ask for, in place of the one that their first version asked for."""
    for open_ in context.dialogues:
        if open_.step == CHANGE and open_.data[ORDER] == str(order.id):
            context.turn_to(open_)
            context.close_dialogue()
            changes = differing(context, order, parsed.certain)
            if changes and order.holder is None and order.phase.live:
                offer_change(context, order, changes)


def _made_here(context: Context, reading: OrderReading) -> Order | None:
    """Return the order that this message made under the number that it says."""
    incoming = context.incoming
    origin = Origin(incoming.chat_id, incoming.message_id)
    known = context.uow.orders.find(reading.certain.get("registration_number", ""))
    return next((order for order in known if order.origin == origin and not order.deleted_at), None)


def _of_several(context: Context, text: str, readings: Sequence[OrderReading]) -> Handled:
    """Correct each order that this message made, and register those that were added to it."""
    added, handled = list[OrderReading](), None
    for reading in readings:
        made = _made_here(context, reading)
        if made is None:
            added.append(reading)
        else:
            handled = _of_origin(context, made, text, reading)
    if added:
        return begin_requests(context, added)
    return handled or Handled(Outcome.IGNORED, "edit.same")


def _order_of(context: Context, message_id: int) -> Order | None:
    """Return the order that the message made, corrected, joined or was refused for, unless it is deleted."""
    incoming, uow = context.incoming, context.uow
    if context.person is None:
        return None
    order_id = uow.inbox.order_of(incoming.chat_id, message_id)
    if order_id is None and incoming.attachments:
        order_id = order_of_photo(context, message_id)
    order = uow.orders.get(order_id) if order_id else None
    return order if order and not order.deleted_at else None


def _of_origin(context: Context, order: Order, text: str, parsed: OrderReading) -> Handled:
    """Handle a changed text in the message that made the order."""
    said = joined_words(context, order.id, context.incoming.message_id or 0)
    typed = _says_now(parsed)
    same = not parsed.doubts and _says_the_same(context, order, typed)
    if parsed.values and (said is None or _correctable(order)) and same:
        store_own_files(context, order.id)
        return Handled(Outcome.IGNORED, "edit.same", order.id)
    if parsed.values and _correctable(order):
        return _correct(context, order, parsed, typed)
    if order.phase.live:
        kept = parsed.values and not _correctable(order)
        return _join_again(context, order, text, said, answer="edit.joined" if kept else "join.done")
    row = context.uow.order_queries.row(order.id)
    if row is None:
        raise RuntimeError("the order is not there")
    lines = [context.words("edit.finished", number=order.number), state_card(context, row)]
    buttons = order_buttons(order.phase, order.turn, order.id, context.words)
    context.reply("\n".join(lines), buttons, order_id=order.id)
    return Handled(Outcome.REFUSAL, "edit.finished", order.id)


def _correctable(order: Order) -> bool:
    return order.phase.waits or (order.phase.held_up and order.turn is Turn.TECHNICIAN)


def _says_now(parsed: OrderReading) -> dict[str, str]:
    """Return the edited message's values by field. If it has the whole order, texts that are gone become empty."""
    gone = dict.fromkeys(_WORDS, "") if parsed.values >= _WHOLE else {}
    note = {REST: parsed.rest} if parsed.rest else {}
    return {**gone, **parsed.certain, **note}


def _says_the_same(context: Context, order: Order, typed: Mapping[str, str]) -> bool:
    try:
        understood = understand_request(context.uow, _with(order, typed))
    except InvalidFields:
        return False
    return not order.data.differences(understood)


def _with(order: Order, typed: Mapping[str, str]) -> dict[str, str]:
    """Return the order's data with the typed values on top. An unchanged pair of ODP and STO is not checked again."""
    data = {**typed_again(order.data), **typed}
    kept = all(data[name] == str(getattr(order.data, name)) for name in ("odp", "sto"))
    return {**data, CONFIRMED: "odp.other_sto"} if kept else data


def _correct(context: Context, order: Order, parsed: OrderReading, typed: Mapping[str, str]) -> Handled:
    uow, words = context.uow, context.words
    if parsed.doubts:
        return _unchanged(context, order, DOUBT, doubt_lines(context, data_of(parsed)))
    again = order.phase.held_up
    try:
        with uow.savepoint():
            after = correct_order(uow, order.id, _with(order, typed), context.somebody, context.now)
    except InvalidFields as invalid:
        wrong = [words.error(error) for error in invalid.errors.values()]
        return _unchanged(context, order, invalid.code, wrong)
    except DuplicateOrder as double:
        return _unchanged(context, order, double.code, [words("edit.double", number=double.number)])
    except DomainError as error:
        return _unchanged(context, order, error.code, [words.error(error)])
    store_own_files(context, order.id)
    place = uow.order_queries.place_in_queue(after.received_at, after.id)
    code = "correct.done" if again else "edit.done"
    lines = [words(code, number=after.number, place=place), *change_lines(words, order.data.differences(after.data))]
    buttons = order_buttons(after.phase, after.turn, after.id, words)
    context.reply("\n".join(lines), buttons, order_id=after.id)
    return Handled(Outcome.CHANGE, "edited", after.id)


def _unchanged(context: Context, order: Order, code: str, why: list[str]) -> Handled:
    lines = [context.words("edit.refused", number=order.number), *why, context.words("edit.try_again")]
    context.reply("\n".join(lines), order_id=order.id)
    return Handled(Outcome.REFUSAL, code, order.id)


def _join_again(context: Context, order: Order, text: str, said: str | None, *, answer: str) -> Handled:
    """Join the new text beside the old one, for the helpdesk. An unchanged text is ignored."""
    if said is not None and said.strip() == text.strip():
        store_own_files(context, order.id)
        return Handled(Outcome.IGNORED, "edit.same", order.id)
    return join(context, order.id, text, answer=answer)
