"""A message edited by its sender: it corrects the order it made while nobody has that, and says so."""

from collections.abc import Callable, Mapping

from sikpro.application.conversation.attachments import store_own_files
from sikpro.application.conversation.cards import changes_told, state_card
from sikpro.application.conversation.exchange import Exchange, Handled
from sikpro.application.conversation.joining import join, joined_words
from sikpro.application.conversation.order_entry import tell_of_others
from sikpro.application.conversation.photos import order_of_photo
from sikpro.application.conversation.reader.parse_message import Parsed, parse_message
from sikpro.application.fields import FIELDS
from sikpro.application.ports.inbox import Outcome
from sikpro.application.use_cases.messages.notify_technician import order_buttons
from sikpro.application.use_cases.orders.own_order import correct_order, owns
from sikpro.application.use_cases.orders.understand_request import CONFIRMED, typed_again, understand_request
from sikpro.domain.errors import DomainError, DuplicateOrder, InvalidFields
from sikpro.domain.order import Order
from sikpro.domain.order_data import Origin
from sikpro.domain.phase import Phase, Turn

_WHOLE = 5
"""With so many values a message says all of an order, so that words it no longer has are gone."""

_WORDS = [field.name for field in FIELDS if not field.required]


def take_edit(exchange: Exchange, text: str, is_command: bool, read: Callable[[], Handled]) -> Handled:
    """Take an edited message by what had become of it.

    `text` is what it says now, without `/reg`. `read` reads it as a new message, as for one that has become no order.
    """
    incoming = exchange.incoming
    message_id = incoming.message_id or 0
    order = _order_of(exchange, message_id)
    if order is None or is_command:
        return read()
    made_it = order.origin == Origin(incoming.chat_id, message_id)
    if not owns(order, exchange.somebody) or (made_it and order.sender != exchange.somebody.id):
        return Handled(Outcome.IGNORED, "edit.foreign") if made_it else read()
    parsed = parse_message(text, exchange.known())
    if made_it:
        handled = _of_origin(exchange, order, text, parsed)
        if handled.outcome is not Outcome.IGNORED:
            tell_of_others(exchange, parsed.fields)
        return handled
    said = joined_words(exchange, order.id, message_id)
    if said is not None:
        return _join_again(exchange, order, text, said, answer="join.done")
    if parsed.is_request or parsed.is_number or not parsed.values or not _correctable(order):
        return read()
    return _correct(exchange, order, parsed.fields)


def _order_of(exchange: Exchange, message_id: int) -> Order | None:
    """The order that the message made, corrected, joined or was refused for, while it is there."""
    incoming, uow = exchange.incoming, exchange.uow
    if exchange.person is None:
        return None
    order_id = uow.inbox.order_of(incoming.chat_id, message_id)
    if order_id is None and incoming.attachments:
        order_id = order_of_photo(exchange, message_id)
    order = uow.orders.get(order_id) if order_id else None
    return order if order and not order.deleted_at else None


def _of_origin(exchange: Exchange, order: Order, text: str, parsed: Parsed) -> Handled:
    """The message that made the order says something else now."""
    said = joined_words(exchange, order.id, exchange.incoming.message_id or 0)
    typed = _says_now(parsed)
    if parsed.values and (said is None or _correctable(order)) and _says_the_same(exchange, order, typed):
        store_own_files(exchange, order.id)
        return Handled(Outcome.IGNORED, "edit.same", order.id)
    if parsed.values and _correctable(order):
        return _correct(exchange, order, typed)
    if order.phase.live:
        kept = parsed.values and not _correctable(order)
        return _join_again(exchange, order, text, said, answer="edit.joined" if kept else "join.done")
    row = exchange.uow.order_queries.row(order.id)
    if row is None:
        raise RuntimeError("the order is not there")
    lines = [exchange.words("edit.finished", number=order.number), state_card(exchange, row)]
    buttons = order_buttons(order.phase, order.turn, order.id, exchange.words)
    exchange.reply("\n".join(lines), buttons, order_id=order.id)
    return Handled(Outcome.REFUSAL, "edit.finished", order.id)


def _correctable(order: Order) -> bool:
    return order.phase is Phase.WAITING or (order.phase is Phase.HELD_UP and order.turn is Turn.TECHNICIAN)


def _says_now(parsed: Parsed) -> dict[str, str]:
    """What the edited message says, by field; words that a whole one no longer has are taken out."""
    gone = dict.fromkeys(_WORDS, "") if parsed.values >= _WHOLE else {}
    return {**gone, **parsed.fields}


def _says_the_same(exchange: Exchange, order: Order, typed: Mapping[str, str]) -> bool:
    try:
        understood = understand_request(exchange.uow, _with(order, typed))
    except InvalidFields:
        return False
    return not order.data.differences(understood)


def _with(order: Order, typed: Mapping[str, str]) -> dict[str, str]:
    """The order's data with what was typed over them; a pairing of ODP and STO that stands is not doubted again."""
    data = {**typed_again(order.data), **typed}
    kept = all(data[name] == str(getattr(order.data, name)) for name in ("odp", "sto"))
    return {**data, CONFIRMED: "odp.other_sto"} if kept else data


def _correct(exchange: Exchange, order: Order, typed: Mapping[str, str]) -> Handled:
    uow, words = exchange.uow, exchange.words
    again = order.phase is Phase.HELD_UP
    try:
        with uow.savepoint():
            after = correct_order(uow, order.id, _with(order, typed), exchange.somebody, exchange.now)
    except InvalidFields as invalid:
        wrong = [words.error(error) for error in invalid.errors.values()]
        return _unchanged(exchange, order, invalid.code, wrong)
    except DuplicateOrder as double:
        return _unchanged(exchange, order, double.code, [words("edit.double", number=double.number)])
    except DomainError as error:
        return _unchanged(exchange, order, error.code, [words.error(error)])
    store_own_files(exchange, order.id)
    place = uow.order_queries.place_in_queue(after.received_at, after.id)
    code = "correct.done" if again else "edit.done"
    lines = [words(code, number=after.number, place=place), *changes_told(words, order.data.differences(after.data))]
    buttons = order_buttons(after.phase, after.turn, after.id, words)
    exchange.reply("\n".join(lines), buttons, order_id=after.id)
    return Handled(Outcome.CHANGE, "edited", after.id)


def _unchanged(exchange: Exchange, order: Order, code: str, why: list[str]) -> Handled:
    lines = [exchange.words("edit.refused", number=order.number), *why, exchange.words("edit.try_again")]
    exchange.reply("\n".join(lines), order_id=order.id)
    return Handled(Outcome.REFUSAL, code, order.id)


def _join_again(exchange: Exchange, order: Order, text: str, said: str | None, *, answer: str) -> Handled:
    """The new words go to the helpdesk beside the old ones; words that are the same say nothing."""
    if said is not None and said.strip() == text.strip():
        store_own_files(exchange, order.id)
        return Handled(Outcome.IGNORED, "edit.same", order.id)
    return join(exchange, order.id, text, answer=answer)
