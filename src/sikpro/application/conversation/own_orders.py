"""What a sender does in the chat with an order that is there: see it, withdraw it, remind the helpdesk of it."""

from sikpro.application.conversation.cards import list_line, state_card
from sikpro.application.conversation.exchange import Exchange, Handled
from sikpro.application.conversation.groups import may_be_shown, show_in_private
from sikpro.application.conversation.joining import changed_meanwhile, pressed_order
from sikpro.application.ports.chat import Button
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.queries import OrderRow
from sikpro.application.use_cases.messages.notify_technician import order_buttons
from sikpro.application.use_cases.orders.list_orders import check_order, may_see
from sikpro.application.use_cases.orders.nudge_helpdesk import nudge_helpdesk
from sikpro.application.use_cases.orders.own_order import is_own, withdraw_order
from sikpro.application.use_cases.orders.register_order import order_named
from sikpro.domain.errors import AlreadyTaken, ForbiddenMove, NotFound, NudgedAlready
from sikpro.domain.phase import Turn

LISTED = 10
"""How many of one's open orders `/cek` lists."""


def show_order(exchange: Exchange, number: str) -> Handled:
    """Tell an order's state by its number; digits alone are enough."""
    number = "SC" + number if number.isdecimal() else number
    try:
        row = check_order(exchange.uow, number, exchange.somebody)
    except NotFound:
        return exchange.refuse(exchange.words("cek.none", number=number), "not_found")
    order = exchange.uow.orders.get(row.id)
    if not may_be_shown(exchange, order):
        return show_in_private(exchange, order)
    buttons: list[list[Button]] = []
    if is_own(order, exchange.somebody):
        fitting = order_buttons(row.phase, row.turn, row.id, exchange.words)
        buttons = [*map(list, fitting), *_nudge_button(exchange, row)]
    exchange.reply(state_card(exchange, row), buttons, order_id=row.id, noticed=True)
    return Handled(Outcome.COMMAND, "cek", row.id)


def show_order_id(exchange: Exchange, order_id: int) -> Handled:
    """Tell an order's state behind a button, or as a reply to a message about it."""
    try:
        order = exchange.uow.orders.get(order_id)
    except NotFound:
        return exchange.refuse(exchange.words("press.stale"), "not_found")
    row = exchange.uow.order_queries.row(order_id)
    if row is None or order.deleted_at or not may_see(exchange.uow, order, row, exchange.somebody):
        return exchange.refuse(exchange.words("press.stale"), "not_found")
    return show_order(exchange, row.number)


def list_own(exchange: Exchange) -> Handled:
    """List the orders one has open, each behind a button."""
    somebody, words = exchange.somebody, exchange.words
    rows = exchange.uow.order_queries.of_person(somebody.id, somebody.technician_code, LISTED + 1)
    if not rows:
        exchange.reply(words("cek.empty"), [[Button(words("button.new_order"), "reg")]], noticed=True)
        return Handled(Outcome.COMMAND, "cek")
    shown = rows[:LISTED]
    lines = [words("cek.list", count=len(shown)), *(list_line(exchange, row) for row in shown)]
    if len(rows) > LISTED:
        lines.append(words("cek.more", count=LISTED))
    buttons = [[Button(row.number, f"cek:{row.id}")] for row in shown]
    exchange.reply("\n".join(lines), buttons, noticed=True)
    return Handled(Outcome.COMMAND, "cek")


def withdraw(exchange: Exchange, order_id: int) -> Handled:
    """Withdraw one's own order while nobody has it."""
    words = exchange.words
    order = pressed_order(exchange, order_id)
    if isinstance(order, Handled):
        return order
    try:
        order = withdraw_order(exchange.uow, order_id, exchange.somebody, exchange.now)
    except AlreadyTaken as taken:
        holder = exchange.uow.people.get(taken.holder).name
        return exchange.refuse(words("withdraw.taken", number=order.number, helpdesk=holder), taken.code, order_id)
    except ForbiddenMove:
        return changed_meanwhile(exchange, order_id)
    exchange.reply(words("withdraw.done", number=order.number), order_id=order.id)
    return Handled(Outcome.CHANGE, "withdrawn", order.id)


def withdraw_named(exchange: Exchange, number: str) -> Handled:
    """Withdraw by registration number."""
    try:
        order = order_named(exchange.uow, number)
    except NotFound:
        return exchange.refuse(exchange.words("withdraw.none", number=number), "not_found")
    if not is_own(order, exchange.somebody):
        return exchange.refuse(exchange.words("withdraw.none", number=number), "not_permitted")
    return withdraw(exchange, order.id)


def nudge(exchange: Exchange, order_id: int) -> Handled:
    """Remind the helpdesk of an order, once an interval."""
    words = exchange.words
    order = pressed_order(exchange, order_id)
    if isinstance(order, Handled):
        return order
    try:
        nudge_helpdesk(exchange.uow, order_id, exchange.somebody, exchange.now, zone=exchange.zone)
    except NudgedAlready as already:
        return exchange.refuse(words("nudge.already", time=words.moment(already.until, exchange.now)), already.code)
    except ForbiddenMove:
        return changed_meanwhile(exchange, order_id)
    exchange.reply(words("nudge.done", number=order.number), order_id=order_id)
    return Handled(Outcome.CHANGE, "nudged", order_id)


def _nudge_button(exchange: Exchange, row: OrderRow) -> list[list[Button]]:
    """Offered when the helpdesk has had its turn for an interval, and was not reminded within the last one."""
    since = exchange.now - exchange.uow.installation.get().nudge_every
    due = row.turn is Turn.HELPDESK and row.turn_since <= since and (row.nudged_at is None or row.nudged_at <= since)
    return [[Button(exchange.words("button.nudge"), f"nudge:{row.id}")]] if due else []
