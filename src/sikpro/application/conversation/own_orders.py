"""What a sender does in the chat with an order that is there: withdraw it, correct it, ask about it, see it."""

from sikpro.application.conversation.cards import list_line, state_card
from sikpro.application.conversation.exchange import Exchange, Handled
from sikpro.application.conversation.order_entry import ORDER, enter_request, start_correction
from sikpro.application.conversation.parse_message import parse_message, resembles
from sikpro.application.fields import FIELDS
from sikpro.application.ports.chat import Button
from sikpro.application.ports.queues import Outcome
from sikpro.application.use_cases.notify_technician import order_buttons
from sikpro.application.use_cases.own_order import join_message, owned_order, owns, withdraw_order
from sikpro.application.use_cases.register_order import order_named
from sikpro.application.use_cases.see_orders import check_order, may_see
from sikpro.domain.errors import AlreadyTaken, DomainError, ForbiddenMove, NotFound
from sikpro.domain.phase import Phase

LISTED = 10
"""How many of one's open orders `/cek` lists."""


def show_order(exchange: Exchange, number: str) -> Handled:
    """Tell an order's state by its number; digits alone are enough."""
    number = "SC" + number if number.isdecimal() else number
    try:
        row = check_order(exchange.uow, number, exchange.somebody)
    except NotFound:
        exchange.reply(exchange.words("cek.none", number=number))
        return Handled(Outcome.REFUSAL, "not_found")
    order = exchange.uow.orders.get(row.id)
    mine = owns(order, exchange.somebody)
    buttons = order_buttons(row.phase, row.id, exchange.words) if mine else ()
    exchange.reply(state_card(exchange, row), buttons, order_id=row.id)
    return Handled(Outcome.COMMAND, "cek", row.id)


def show_order_id(exchange: Exchange, order_id: int) -> Handled:
    """Tell an order's state behind a button."""
    row = exchange.uow.order_queries.row(order_id)
    order = exchange.uow.orders.get(order_id)
    if row is None or order.deleted_at or not may_see(exchange.uow, order, row, exchange.somebody):
        exchange.reply(exchange.words("press.stale"))
        return Handled(Outcome.REFUSAL, "not_found")
    return show_order(exchange, row.number)


def list_own(exchange: Exchange) -> Handled:
    """List the orders one has open, each behind a button."""
    somebody, words = exchange.somebody, exchange.words
    rows = exchange.uow.order_queries.of_person(somebody.id, somebody.technician_code, LISTED + 1)
    if not rows:
        exchange.reply(words("cek.empty"), [[Button(words("button.new_order"), "reg")]])
        return Handled(Outcome.COMMAND, "cek")
    shown = rows[:LISTED]
    lines = [words("cek.list", count=len(shown)), *(list_line(exchange, row) for row in shown)]
    if len(rows) > LISTED:
        lines.append(words("cek.more", count=LISTED))
    exchange.reply("\n".join(lines), [[Button(row.number, f"cek:{row.id}")] for row in shown])
    return Handled(Outcome.COMMAND, "cek")


def withdraw(exchange: Exchange, order_id: int) -> Handled:
    """Withdraw one's own order while nobody has it."""
    words = exchange.words
    try:
        order = withdraw_order(exchange.uow, order_id, exchange.somebody, exchange.now)
    except AlreadyTaken as taken:
        holder = exchange.uow.people.get(taken.holder).name
        exchange.reply(words("withdraw.taken", number=taken.params["number"], helpdesk=holder), order_id=order_id)
        return Handled(Outcome.REFUSAL, taken.code, order_id)
    except ForbiddenMove:
        return _changed_meanwhile(exchange, order_id)
    except DomainError as error:
        exchange.reply(words("press.foreign"))
        return Handled(Outcome.REFUSAL, error.code)
    exchange.reply(words("withdraw.done", number=order.number), order_id=order.id)
    return Handled(Outcome.CHANGE, "withdrawn", order.id)


def withdraw_named(exchange: Exchange, number: str) -> Handled:
    """Withdraw by registration number."""
    number = "SC" + number if number.isdecimal() else number
    try:
        order = order_named(exchange.uow, number)
    except NotFound:
        exchange.reply(exchange.words("withdraw.none", number=number))
        return Handled(Outcome.REFUSAL, "not_found")
    if not owns(order, exchange.somebody):
        exchange.reply(exchange.words("withdraw.none", number=number))
        return Handled(Outcome.REFUSAL, "not_permitted")
    return withdraw(exchange, order.id)


def begin_correction(exchange: Exchange, order_id: int) -> Handled:
    """Start sending corrected data for an order that is held up, or that nobody has yet."""
    try:
        order = owned_order(exchange.uow, order_id, exchange.somebody)
    except DomainError as error:
        exchange.reply(exchange.words("press.foreign"))
        return Handled(Outcome.REFUSAL, error.code)
    if order.phase not in {Phase.HELD_UP, Phase.WAITING}:
        return _changed_meanwhile(exchange, order_id)
    return start_correction(exchange, order_id)


def take_correction(exchange: Exchange, text: str) -> Handled:
    """Read what is to be different and send the order back with it."""
    dialogue = exchange.dialogue
    if dialogue is None:
        raise RuntimeError("no dialogue to answer in")
    changes = dict(parse_message(text, exchange.known()).fields)
    note = changes.pop("note", "")
    if not changes:
        meant = resembles(text, [field.name for field in FIELDS if field.required])
        if meant is None:
            exchange.reply(exchange.words("correct.not_understood"))
            return Handled(Outcome.DIALOGUE, "fix", int(dialogue.data[ORDER]))
        changes = {meant: text}
    elif note:
        changes["note"] = note
    return enter_request(exchange, {**dialogue.data, **changes})


def begin_question(exchange: Exchange, order_id: int, step: str) -> Handled:
    """Ask what the person wants to tell the helpdesk about an order: a question, or why to reopen it."""
    try:
        order = owned_order(exchange.uow, order_id, exchange.somebody)
    except DomainError as error:
        exchange.reply(exchange.words("press.foreign"))
        return Handled(Outcome.REFUSAL, error.code)
    exchange.open_dialogue(step, {ORDER: str(order_id)})
    exchange.reply(exchange.words(f"{step}.ask", number=order.number), order_id=order_id)
    return Handled(Outcome.DIALOGUE, step, order_id)


def take_question(exchange: Exchange, text: str) -> Handled:
    """Join the words to the order the question was about."""
    dialogue = exchange.dialogue
    if dialogue is None:
        raise RuntimeError("no dialogue to answer in")
    if dialogue.step == "reopen":
        text = exchange.words("reopen.wish", text=text)
    exchange.close_dialogue()
    return join(exchange, int(dialogue.data[ORDER]), text)


def join(exchange: Exchange, order_id: int, text: str) -> Handled:
    """Add words or a photo to an order and say that the helpdesk has them."""
    incoming = exchange.incoming
    photo = next((file.file_id for file in incoming.attachments), "")
    try:
        order = join_message(
            exchange.uow,
            order_id,
            exchange.somebody,
            exchange.now,
            text=text,
            chat_id=incoming.chat_id,
            message_id=incoming.message_id,
            photo=photo,
        )
    except DomainError as error:
        exchange.reply(exchange.words("press.foreign"))
        return Handled(Outcome.REFUSAL, error.code)
    exchange.reply(exchange.words("join.done", number=order.number), order_id=order.id)
    return Handled(Outcome.JOINED, "photo" if photo else "words", order.id)


def _changed_meanwhile(exchange: Exchange, order_id: int) -> Handled:
    row = exchange.uow.order_queries.row(order_id)
    if row is None:
        raise RuntimeError("the order is not there")
    exchange.reply(f"{exchange.words('press.changed')}\n{state_card(exchange, row)}", order_id=order_id)
    return Handled(Outcome.REFUSAL, "order.forbidden_move", order_id)
