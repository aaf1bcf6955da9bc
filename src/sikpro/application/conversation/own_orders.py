"""A sender's actions in the chat on an existing order: check it, withdraw it, nudge the helpdesk."""

from contextlib import suppress

from sikpro.application.conversation.cards import list_line, state_card
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.conversation.groups import may_be_shown, show_in_private
from sikpro.application.conversation.joining import changed_meanwhile, pressed_order
from sikpro.application.conversation.questions import ORDER
from sikpro.application.ports.chat import Button
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.queries import OrderFilter, OrderRow, Sort
from sikpro.application.use_cases.catalogue.typed_values import number_meant
from sikpro.application.use_cases.messages.notify_technician import order_buttons
from sikpro.application.use_cases.orders.archived import archive_of
from sikpro.application.use_cases.orders.list_orders import check_order, may_view
from sikpro.application.use_cases.orders.nudge_helpdesk import nudge_helpdesk
from sikpro.application.use_cases.orders.own_order import is_own, withdraw_order
from sikpro.application.use_cases.orders.register_order import order_named
from sikpro.domain.errors import AlreadyTaken, ForbiddenMove, InvalidValue, NotFound, NudgedAlready
from sikpro.domain.phase import Turn

WITHDRAW = "withdraw"
"""The step that asks whether an order is to be withdrawn, or the words about that are for the helpdesk."""

LISTED = 10
"""The most of a person's open orders that `/cek` lists."""


def show_order(context: Context, number: str) -> Handled:
    """Show an order's state by its number; digits alone are enough."""
    with suppress(InvalidValue):
        number = number_meant(context.uow, number)
    try:
        row = check_order(context.uow, number, context.somebody)
    except NotFound:
        return none_named(context, number)
    order = context.uow.orders.get(row.id)
    if not may_be_shown(context, order):
        return show_in_private(context, order)
    buttons: list[list[Button]] = []
    if is_own(order, context.somebody) and archive_of(context.uow, order.id) is None:
        fitting = order_buttons(row.phase, row.turn, row.id, context.words)
        buttons = [*map(list, fitting), *_nudge_button(context, row)]
    context.reply(state_card(context, row), buttons, order_id=row.id, noticed=True)
    return Handled(Outcome.COMMAND, "cek", row.id)


def none_named(context: Context, number: str) -> Handled:
    """Say that there is no such order for this person, with a button that begins it."""
    words = context.words
    may = context.incoming.private and context.known().patterns.is_number(number)
    buttons = [[Button(words("button.register", number=number), f"reg:{number}")]] if may else []
    context.reply(words("cek.none", number=number), buttons)
    return Handled(Outcome.REFUSAL, "not_found")


def show_orders_of_device(context: Context, serial: str) -> Handled:
    """Show the newest order with a serial that the person may view."""
    queries, somebody = context.uow.order_queries, context.somebody
    rows = queries.page(OrderFilter(serial=serial), sort=Sort.NEWEST, after=None, limit=LISTED)
    visible = [row for row in rows if may_view(context.uow.orders.get(row.id), row, somebody)]
    if not visible:
        return context.refuse(context.words("cek.no_serial", serial=serial), "not_found")
    return show_order(context, visible[0].number)


def show_order_id(context: Context, order_id: int) -> Handled:
    """Show the state of a button's order, or of the order that a message replies to."""
    try:
        order = context.uow.orders.get(order_id)
    except NotFound:
        return context.refuse(context.words("press.stale"), "not_found")
    row = context.uow.order_queries.row(order_id)
    if row is None or order.deleted_at or not may_view(order, row, context.somebody):
        return context.refuse(context.words("press.stale"), "not_found")
    return show_order(context, row.number)


def list_own(context: Context) -> Handled:
    """List the person's open orders, each with a button."""
    somebody, words = context.somebody, context.words
    rows = context.uow.order_queries.of_person(somebody.id, somebody.technician_code, LISTED + 1)
    if not rows:
        context.reply(words("cek.empty"), [[Button(words("button.new_order"), "reg")]], noticed=True)
        return Handled(Outcome.COMMAND, "cek")
    shown = rows[:LISTED]
    lines = [words("cek.list", count=len(shown)), *(list_line(context, row) for row in shown)]
    if len(rows) > LISTED:
        lines.append(words("cek.more", count=LISTED))
    buttons = [[Button(row.number, f"cek:{row.id}")] for row in shown]
    context.reply("\n".join(lines), buttons, noticed=True)
    return Handled(Outcome.COMMAND, "cek")


def ask_withdrawal(context: Context, order_id: int) -> Handled:
    """Ask once whether the person's own order is to be withdrawn."""
    order = pressed_order(context, order_id)
    if isinstance(order, Handled):
        return order
    if order.holder is not None or not order.phase.live:
        return withdraw(context, order_id)  # it says why that is not possible
    words = context.words
    buttons = [[Button(words("button.withdraw_yes"), f"wdy:{order_id}"), Button(words("button.withdraw_no"), "wdn:")]]
    context.open_dialogue(WITHDRAW, {ORDER: str(order_id)})
    context.reply(words("withdraw.sure", number=order.number), buttons, order_id=order_id)
    return Handled(Outcome.DIALOGUE, WITHDRAW, order_id)


def keep_order(context: Context) -> Handled:
    """Leave the order as it is."""
    if context.dialogue and context.dialogue.step == WITHDRAW:
        context.close_dialogue()
    if context.incoming.press_id:
        context.answer_press(context.words("withdraw.kept"))
    else:
        context.reply(context.words("withdraw.kept"))
    return Handled(Outcome.DIALOGUE, "withdraw.kept")


def withdraw(context: Context, order_id: int) -> Handled:
    """Withdraw the person's own order while nobody has it."""
    words = context.words
    order = pressed_order(context, order_id)
    if isinstance(order, Handled):
        return order
    for open_ in context.dialogues:
        if open_.step == WITHDRAW and open_.data[ORDER] == str(order_id):
            context.turn_to(open_)
            context.close_dialogue()
    try:
        order = withdraw_order(context.uow, order_id, context.somebody, context.now)
    except AlreadyTaken as taken:
        holder = context.uow.people.get(taken.holder).name
        return context.refuse(words("withdraw.taken", number=order.number, helpdesk=holder), taken.code, order_id)
    except ForbiddenMove:
        return changed_meanwhile(context, order_id)
    context.reply(words("withdraw.done", number=order.number), order_id=order.id)
    return Handled(Outcome.CHANGE, "withdrawn", order.id)


def withdraw_named(context: Context, number: str) -> Handled:
    """Withdraw by registration number."""
    try:
        order = order_named(context.uow, number)
    except NotFound:
        return context.refuse(context.words("withdraw.none", number=number), "not_found")
    if not is_own(order, context.somebody):
        return context.refuse(context.words("withdraw.none", number=number), "not_permitted")
    return withdraw(context, order.id)


def nudge(context: Context, order_id: int) -> Handled:
    """Nudge the helpdesk about an order, once in each interval."""
    words = context.words
    order = pressed_order(context, order_id)
    if isinstance(order, Handled):
        return order
    try:
        nudge_helpdesk(context.uow, order_id, context.somebody, context.now, zone=context.zone)
    except NudgedAlready as already:
        return context.refuse(words("nudge.already", time=words.moment(already.until, context.now)), already.code)
    except ForbiddenMove:
        return changed_meanwhile(context, order_id)
    context.reply(words("nudge.done", number=order.number), order_id=order_id)
    return Handled(Outcome.CHANGE, "nudged", order_id)


def _nudge_button(context: Context, row: OrderRow) -> list[list[Button]]:
    """Offer a nudge when the helpdesk's turn has lasted an interval, and no nudge was sent in the last one."""
    every = context.uow.installation.get().nudge_every
    nudged = row.nudged_at is not None and abs(context.now - row.nudged_at) < every
    due = row.turn is Turn.HELPDESK and row.turn_since <= context.now - every and not nudged
    return [[Button(context.words("button.nudge"), f"nudge:{row.id}")]] if due else []
